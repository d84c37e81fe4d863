"""What does the machine run on?"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from shared.bus import consumer, relay
from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from tests.kernel.bus.conftest import address
from tests.kernel.conftest import Copies
from tests.support.house import House
from tests.support.kafka import MockBus, mocked

Opened = Callable[[], AbstractAsyncContextManager[Bus]]


@asynccontextmanager
async def on_postgres(house: House) -> AsyncIterator[Bus]:
    """Give the bus of all who speak: a superuser may say anything."""
    async with PostgresBus(house.owner("bus")) as bus:
        yield bus


@asynccontextmanager
async def on_the_mock(_house: House) -> AsyncIterator[Bus]:
    """Give a bus over a mock cluster of Kafka."""
    with mocked() as mock:
        async with MockBus(mock) as bus:
            yield bus


BUSES = {"postgres": on_postgres, "kafka": on_the_mock}
"""Each gives a bus of a house, as long as it is needed."""


@pytest.fixture(params=BUSES)
def opened(request: pytest.FixtureRequest, shared_house: House) -> Opened:
    """Give what opens a bus, of every kind that there is."""
    return lambda: BUSES[request.param](shared_house)


@pytest.fixture
def dsns(shared_house: House, copies: Copies) -> tuple[str, str, str]:
    """Give the addresses of three logs: one to speak, and two to listen."""
    names = (copies(f"of_the_machine_{number}") for number in range(3))
    one, two, three = (address(shared_house, name) for name in names)
    return one, two, three


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let batches be small and waits be short, so that there are many of both."""
    monkeypatch.setattr(consumer, "WAIT", 0.05)
    monkeypatch.setattr(consumer, "BATCH", 24)
    monkeypatch.setattr(relay, "BATCH", 4)
