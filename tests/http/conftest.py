"""The services at work, once for each file: what a test needs it makes under fresh ids."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio

from tests.support.house import Home, House, at_home
from tests.support.patience import until


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def intake(shared_house: House) -> AsyncIterator[Home]:
    """Give intake at work."""
    async with at_home(shared_house, "intake") as home:
        await until(home_is_ready(home))
        yield home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def triage(shared_house: House) -> AsyncIterator[Home]:
    """Give triage at work."""
    async with at_home(shared_house, "triage") as home:
        await until(home_is_ready(home))
        yield home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def enquiry(shared_house: House) -> AsyncIterator[Home]:
    """Give enquiry at work."""
    async with at_home(shared_house, "enquiry") as home:
        await until(home_is_ready(home))
        yield home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dols(shared_house: House) -> AsyncIterator[Home]:
    """Give dols at work."""
    async with at_home(shared_house, "dols") as home:
        await until(home_is_ready(home))
        yield home


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def notify(shared_house: House) -> AsyncIterator[Home]:
    """Give notify at work."""
    async with at_home(shared_house, "notify") as home:
        await until(home_is_ready(home))
        yield home


def home_is_ready(home: Home) -> Callable[[], Awaitable[bool]]:
    """Give what asks whether every list of `home` has been built."""

    async def ask() -> bool:
        return all(done() for done in home.runtime.ready.values())

    return ask
