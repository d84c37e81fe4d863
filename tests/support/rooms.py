"""What does a room of tests have at hand? Its service's tables, and its service at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.bus.choice import bus_of
from shared.bus.port import TopicPartition
from shared.run import find
from tests.support.house import Home, House, at_home
from tests.support.patience import until
from tests.support.story import ready

AT_WORK = pytest_asyncio.fixture(scope="module", loop_scope="module")
"""A service starts once for a file of tests; they use fresh ids."""


@asynccontextmanager
async def tables_of(house: House, service: str) -> AsyncIterator[AsyncConnection]:
    """Give a service's database to a superuser; what is done there is undone at the end."""
    address = house.owner(service).replace("postgresql:", "postgresql+asyncpg:", 1)
    async with create_async_engine(address, poolclass=NullPool).connect() as connection:
        yield connection
        await connection.rollback()


@asynccontextmanager
async def at_work(house: House, service: str) -> AsyncIterator[Home]:
    """Let a service work but for its timers: what such tests tell of came weeks ago.

    What the tests of other services said before is heard and listed first: it may be hundreds of
    messages, and would come among what a test looks at.
    """
    async with at_home(house, service) as found:
        for loop in found.loops:
            if loop.name == "timers":
                loop.stop()
        await ready(found)
        await _level(found, service)
        yield found


FOLDED = """
select bool_and(position >= (select coalesce(max(position), 0) from log.event))
from work.projection where name = any ($1)"""


async def _level(home: Home, service: str) -> None:
    """Wait until all that was said to a service before has been heard, and its lists have it."""
    log, lists = home.runtime.log.pool, list(home.runtime.ready)
    listens = bool(find(f"services.{service}").reactions)
    async with bus_of(home.house.told(service).bus_url, service) as bus:

        async def level() -> bool:
            rows = await log.fetch("select topic, part, next from work.place")
            places = {TopicPartition(topic, part): next_ for topic, part, next_ in rows}
            ends = await bus.ends({it.topic for it in places})
            heard = all(places[at] >= end for at, end in ends.items())
            begun = places or not listens
            return bool(begun and heard and await log.fetchval(FOLDED, lists))

        await until(level)
