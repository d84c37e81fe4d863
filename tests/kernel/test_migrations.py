"""Does a database of an earlier build come to this build's tables, and find what is due in them?"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from deploy.migrations import migrate
from shared.http.health import LAGS
from shared.projections.timers import ALL_DUE
from tests.kernel.conftest import Copies
from tests.support.house import House

INDEXES = "select indexname from pg_indexes where schemaname = 'work' and tablename = 'timer'"
OF_OLD = """
drop index work.timer_due;
create index timer_calendar_due_at_idx on work.timer (calendar, due_at) where failed is null;
alter table log.event drop constraint event_stream_check;
alter table log.event add constraint event_stream_check check (stream ~ '^[a-z0-9-]{1,100}$');
update alembic_version set version_num = 'service_0001'"""
MANY = """
insert into work.timer
select 'now', gen_random_uuid(), gen_random_uuid(), 'wait-' || n, 'answer', now(), gen_random_uuid()
from generate_series(1, 20000) as n"""


@pytest.fixture
def dsn(shared_house: House, copies: Copies) -> str:
    """Give a superuser's way to a service's database of these tests' own."""
    return shared_house.owner(copies("migrated"))


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[Any]:
    """Give a connection to it."""
    db = await asyncpg.connect(dsn)
    yield db
    await db.close()


async def test_an_earlier_database_is_brought_to_this_build_and_keeps_what_it_has(
    owner: asyncpg.Connection, dsn: str
) -> None:
    await owner.execute(OF_OLD)
    await owner.execute("insert into work.projection values ('kept_v1', 7, true)")
    await asyncio.to_thread(migrate, dsn, "service", ["triage"])
    indexes = {it["indexname"] for it in await owner.fetch(INDEXES)}
    assert "timer_due" in indexes
    assert "timer_calendar_due_at_idx" not in indexes
    kept = await owner.fetchval("select position from work.projection where name = 'kept_v1'")
    assert kept == 7


async def test_of_many_due_at_one_instant_the_first_are_found_without_a_sort_of_all(
    owner: asyncpg.Connection,
) -> None:
    await owner.execute(MANY)
    await owner.execute("analyze work.timer")
    plan = await owner.fetch(f"explain {ALL_DUE}", "now", await owner.fetchval("select now()"), 256)
    told = "\n".join(it[0] for it in plan)
    assert "timer_due" in told
    assert "Sort" not in told


async def test_whoever_asks_how_much_is_due_asks_for_the_time_once_and_not_for_each_deadline(
    owner: asyncpg.Connection,
) -> None:
    await owner.execute(MANY)
    await owner.execute("analyze work.timer")
    told = "\n".join(it[0] for it in await owner.fetch(f"explain {LAGS}"))
    assert "due_at <= (InitPlan" in told
    assert "due_at <= log.now()" not in told
