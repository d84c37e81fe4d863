"""Notify's tables, and notify at work, free to reach receivers on this machine."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.notify.asking import SCOPES
from tests.support.house import Home, House
from tests.support.rooms import AT_WORK, at_work, tables_of


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give notify's database to a superuser; what a test does there is undone at its end."""
    async with tables_of(shared_house, "notify") as connection:
        yield connection


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give notify at work."""
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
        async with at_work(shared_house, "notify") as found:
            yield found


@AT_WORK
async def other(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give the system of a partner who has nothing here."""
    async with home.client(f"other-{uuid4()}", *SCOPES) as client:
        yield client


@AT_WORK
async def manager(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a safeguarding adults manager at a keyboard."""
    async with home.client("sam", "safeguarding-adults-manager") as client:
        yield client
