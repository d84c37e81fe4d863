"""Intake's tables, and intake at work."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.house import Home, House, at_home
from tests.support.story import ready

AT_WORK = pytest_asyncio.fixture(scope="module", loop_scope="module")
"""A service starts once for a file of tests; they use fresh ids."""


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give intake's database to a superuser; what a test does there is undone at its end."""
    address = shared_house.owner("intake").replace("postgresql:", "postgresql+asyncpg:", 1)
    async with create_async_engine(address, poolclass=NullPool).connect() as connection:
        yield connection
        await connection.rollback()


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give intake at work."""
    async with at_home(shared_house, "intake") as found:
        await ready(found)
        yield found


@AT_WORK
async def rosewood(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a care home's software."""
    async with home.client("rosewood-house", "referrals.write", "referrals.read") as client:
        yield client


@AT_WORK
async def hospital(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give another partner's software."""
    async with home.client("st-anns-hospital", "referrals.write", "referrals.read") as client:
        yield client


@AT_WORK
async def contact(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give somebody of customer contact at a keyboard."""
    async with home.client("jo", "customer-contact") as client:
        yield client
