"""Intake's tables, and intake at work."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.house import Home, House
from tests.support.rooms import AT_WORK, at_work, tables_of


@pytest.fixture
async def db(shared_house: House) -> AsyncIterator[AsyncConnection]:
    """Give intake's database to a superuser; what a test does there is undone at its end."""
    async with tables_of(shared_house, "intake") as connection:
        yield connection


@AT_WORK
async def home(shared_house: House) -> AsyncIterator[Home]:
    """Give intake at work."""
    async with at_work(shared_house, "intake") as found:
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
