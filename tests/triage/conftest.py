"""Triage's tables, and triage at work."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.house import Home, House
from tests.support.rooms import AT_WORK, at_work, tables_of
from tests.triage.asking import recognised


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give triage's database to a superuser; what a test does there is undone at its end."""
    async with tables_of(shared_house, "triage") as connection:
        yield connection


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give triage at work."""
    async with at_work(shared_house, "triage") as found:
        yield found


@AT_WORK
async def screener(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a screener at a keyboard."""
    async with home.client("kit", "screener") as client:
        yield client


@AT_WORK
async def manager(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a safeguarding adults manager at a keyboard."""
    async with home.client("sam", "safeguarding-adults-manager") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def waiting(home: Home) -> UUID:
    """Give a concern that waits, Amber."""
    return await recognised(home)
