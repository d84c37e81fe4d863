"""Dols' tables, and dols at work."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.dols.asking import BIA, DOCTOR, asks, register
from tests.support.house import Home, House
from tests.support.rooms import AT_WORK, at_work, tables_of


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give dols' database to a superuser; what a test does there is undone at its end."""
    async with tables_of(shared_house, "dols") as connection:
        yield connection


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give dols at work, with two assessors in its register."""
    async with at_work(shared_house, "dols") as found:
        trained = datetime.now(UTC) - timedelta(days=30)  # noqa: TID251 - the clock is the real one
        await register(found, f"{trained:%Y-%m-%d}")
        yield found


@AT_WORK
async def ward(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a managing authority's system."""
    async with home.client("rosewood-house", "dols.write", "dols.read") as client:
        yield client


@AT_WORK
async def coordinator(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a coordinator at a keyboard."""
    async with home.client("cora", "dols-coordinator") as client:
        yield client


@AT_WORK
async def signatory(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a signatory at a keyboard."""
    async with home.client("sig", "dols-signatory") as client:
        yield client


@AT_WORK
async def bia(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a best interests assessor."""
    async with home.client(BIA, "assessor") as client:
        yield client


@AT_WORK
async def doctor(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give a mental health assessor."""
    async with home.client(DOCTOR, "assessor") as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def case(ward: httpx.AsyncClient) -> str:
    """Give a request that was received."""
    return str((await asks(ward))["id"])
