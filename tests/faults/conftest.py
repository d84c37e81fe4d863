"""What may a test of faults ask for, and who writes down what was tried?"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from shared import failpoint, lease
from shared.bus import consumer
from tests.faults.chain import Chain, Site, chain_in
from tests.faults.crew import Crew, crew_of
from tests.faults.report import Report
from tests.support.house import House
from tests.survival.conftest import own_house, site  # noqa: F401 - fixtures, for here as well

DATABASES = {"chain_source": "new_triage", "chain_sink": "new_triage", "chain_bus": "new_bus"}
EMPTIED = """
alter table log.event disable trigger immutable;
alter table log.epoch disable trigger immutable;
delete from log.event;
update log.epoch set clock = 'real';
delete from log.simulated;
alter table log.event enable always trigger immutable;
alter table log.epoch enable always trigger immutable;
delete from work.relay; delete from work.place; delete from work.heard; delete from work.blocked;
delete from work.projection; delete from work.stale;
"""
WANTED = "SAFEGUARDING_RELIABILITY"
"""The file that is to tell of all faults that were tried."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep a report of what is tried, where it is wanted."""
    if os.environ.get(WANTED) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(Path(os.environ[WANTED])), "reliability")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the report know which fault each test makes, wherever the test lies."""
    for item in items:
        if marker := item.get_closest_marker("fault"):
            item.user_properties.append(("fault", tuple(marker.args)))


@pytest.fixture(autouse=True)
def unarmed() -> Iterator[None]:
    """Leave no failpoint armed."""
    yield
    failpoint.armed = ""


@pytest.fixture(scope="session")
def chain_databases(site: House) -> House:  # noqa: F811 - the fixture
    """Give the house in which two logs and a bus lie that only these tests use."""
    asyncio.run(_made(site))
    return site


@pytest.fixture
def empty_site(chain_databases: House) -> Site:
    """Give where an empty chain lies."""
    return emptied(chain_databases)


def emptied(house: House) -> Site:
    """Empty the chain that lies there, and say where it lies."""
    if house.server.pid is None:
        house.server.start()
    asyncio.run(_emptied(house))
    told = house.told("triage")
    address = str(told.database_url).rpartition("/")[0]
    source, sink, bus = (f"{address}/{name}" for name in DATABASES)
    return Site(
        source=source, sink=sink, bus=bus, authority=f"E{uuid4().hex[:10]}",
        key_file=str(told.key_file),
    )  # fmt: skip


@pytest.fixture
async def chain(empty_site: Site, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chain]:
    """Give an empty chain that does not wait long."""
    impatient(monkeypatch)
    async with chain_in(empty_site) as found:
        yield found


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no job of this process wait long."""
    monkeypatch.setattr(consumer, "WAIT", 0.05)
    monkeypatch.setattr(lease, "HEALTHY", 0.0)


@pytest.fixture
async def crew(chain: Chain, chain_databases: House, tmp_path: Path) -> AsyncIterator[Crew]:
    """Give what starts processes that work on the chain."""
    async with crew_of(chain, tmp_path, chain_databases.owner("postgres")) as found:
        yield found


async def _made(house: House) -> None:
    db = await asyncpg.connect(house.owner("postgres"))
    for name, template in DATABASES.items():
        await db.execute(f"create database {name} template {template} strategy wal_log")
        await db.execute(f"revoke all on database {name} from public")
        await db.execute(f"grant connect on database {name} to triage")
    await db.close()


async def _emptied(house: House) -> None:
    for name in ("chain_source", "chain_sink"):
        db = await asyncpg.connect(house.owner(name))
        await db.execute(
            "select pg_terminate_backend(pid, 2000) from pg_stat_activity"
            " where datname in ('chain_source', 'chain_sink', 'chain_bus')"
            " and pid <> pg_backend_pid()"
        )
        await db.execute(EMPTIED)
        await db.close()
