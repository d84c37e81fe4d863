"""Enquiry's tables, and enquiry at work."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.enquiry.asking import lists, opened
from tests.support.house import Home, House
from tests.support.rooms import AT_WORK, at_work, tables_of


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give enquiry's database to a superuser; what a test does there is undone at its end."""
    async with tables_of(shared_house, "enquiry") as connection:
        yield connection


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give enquiry at work, with a partner on its list."""
    async with at_work(shared_house, "enquiry") as found:
        async with found.client("sam", "safeguarding-adults-manager") as manager:
            await lists(manager)
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
