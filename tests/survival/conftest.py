"""What do the tests of survival need?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.support.house import House, house
from tests.support.patience import until

DATABASES = {
    "intake": ("intake",),
    "triage": ("triage",),
    "enquiry": ("enquiry",),
    "dols": ("dols",),
    "notify": ("notify",),
    "bus": ("intake", "triage", "enquiry", "dols", "notify"),
    "vault": ("intake", "triage", "enquiry", "dols", "notify"),
}
"""And who may enter."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house whose databases were put aside, to be copied for each test."""
    with house(tmp_path_factory.mktemp("site")) as found:
        asyncio.run(_put_aside(found))
        yield found


@pytest.fixture
def own_house(site: House) -> House:
    """Give a house as on its first day, which this test alone may harm."""
    if site.server.pid is None:
        site.server.start()
    asyncio.run(_as_new(site))
    return site


@asynccontextmanager
async def owner_of(found: House, database: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a superuser's connection to `database`."""
    connection = await asyncpg.connect(found.owner(database))
    try:
        yield connection
    finally:
        await connection.close()


async def let_in(db: asyncpg.Connection, database: str) -> None:
    """Let those into a copied database who may enter it: a copy is open to everybody."""
    await db.execute(f"revoke all on database {database} from public")
    for role in DATABASES[database]:
        await db.execute(f"grant connect on database {database} to {role}")


async def _put_aside(found: House) -> None:
    async with owner_of(found, "postgres") as db:
        for name in DATABASES:
            await db.execute(f"alter database {name} rename to new_{name}")


async def _as_new(found: House) -> None:
    async with owner_of(found, "postgres") as db:
        for name in DATABASES:
            if await db.fetchval("select 1 from pg_database where datname = $1", name):
                await _emptied(db, name)
                await db.execute(f"drop database {name}")  # else each recovery reads it again
            await db.execute(f"create database {name} template new_{name} strategy wal_log")
            await let_in(db, name)


async def _emptied(db: asyncpg.Connection, name: str) -> None:
    """Wait until nobody is in a database; who was killed with its service may still be leaving."""

    async def empty() -> bool:
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"
        return not await db.fetch(ended, name)

    await until(empty)
