"""What does a room of tests have at hand? Its service's tables, and its service at work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.house import Home, House, at_home
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
    """Let a service work but for its timers: what such tests tell of came weeks ago."""
    async with at_home(house, service) as found:
        for loop in found.loops:
            if loop.name == "timers":
                loop.stop()
        await ready(found)
        yield found
