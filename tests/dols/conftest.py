"""Dols' tables, and dols at work."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.dols.asking import (
    BIA,
    BY_THE_BIA,
    BY_THE_DOCTOR,
    DOCTOR,
    asks,
    assesses,
    does,
    register,
    staffed,
    today,
)
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


@pytest_asyncio.fixture(loop_scope="module")
async def granted(
    home: Home,
    coordinator: httpx.AsyncClient,
    bia: httpx.AsyncClient,
    doctor: httpx.AsyncClient,
    signatory: httpx.AsyncClient,
    case: str,
) -> str:
    """Give a request on which an authorisation was granted."""
    on = await today(home)
    await staffed(coordinator, case)
    await assesses(doctor, case, *BY_THE_DOCTOR, on=on)
    await assesses(bia, case, *BY_THE_BIA, on=on)
    grant = {"starts_on": on, "ends_on": await today(home, days=60)}
    await does(signatory, case, "decision", not_grant=None, grant=grant)
    return case
