"""Notify's tables, and notify at work, free to reach receivers on this machine."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.notify.asking import SCOPES
from tests.support.house import Home, House, house
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


@pytest.fixture(scope="module")
def quiet_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house in which nothing waits to be sent but what a test tells of."""
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
        with house(tmp_path_factory.mktemp("quiet")) as found:
            yield found


@pytest.fixture
def names() -> tuple[str, str]:
    """Give two partners of whom nothing is known yet."""
    return f"rosewood-house-{uuid4()}", f"mercia-police-{uuid4()}"
