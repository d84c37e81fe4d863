"""Enquiry's tables, and enquiry at work."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests.enquiry.asking import opened
from tests.support.house import Home, House, at_home
from tests.support.story import ready

AT_WORK = pytest_asyncio.fixture(scope="module", loop_scope="module")
"""A service starts once for a file of tests; they use fresh ids."""


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give enquiry's database to a superuser; what a test does there is undone at its end."""
    address = shared_house.owner("enquiry").replace("postgresql:", "postgresql+asyncpg:", 1)
    async with create_async_engine(address, poolclass=NullPool).connect() as connection:
        yield connection
        await connection.rollback()


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give enquiry at work."""
    async with at_home(shared_house, "enquiry") as found:
        for loop in found.loops:
            if loop.name == "timers":  # what these tests tell of came weeks ago
                loop.stop()
        await ready(found)
        yield found


@AT_WORK
async def lead(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give an enquiry lead at a keyboard."""
    async with home.client("lena.moss", "enquiry-lead") as client:
        yield client


@AT_WORK
async def manager(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a safeguarding adults manager at a keyboard."""
    async with home.client("sam", "safeguarding-adults-manager") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def case(home: Home) -> UUID:
    """Give an enquiry that was opened."""
    return await opened(home)
