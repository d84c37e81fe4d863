"""Does the bus on Kafka keep the promises of the port, on librdkafka's mock cluster?"""

from collections.abc import AsyncIterator, Iterator

import pytest

from shared.bus.port import Bus, TopicPartition
from tests.kernel.bus.contract import BusContract, all_of
from tests.support.kafka import Mock, MockBus, mocked


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mocked() as cluster:
        yield cluster


@pytest.fixture
async def bus(mock: Mock) -> AsyncIterator[Bus]:
    async with MockBus(mock) as bus:
        yield bus


@pytest.fixture
async def other(mock: Mock) -> AsyncIterator[Bus]:
    async with MockBus(mock) as bus:
        yield bus


@pytest.fixture
async def topic(bus: Bus, authority: str) -> str:
    name = f"safeguarding.{authority}.triage.v1"
    await bus.ensure([name])
    return name


class TestKafkaMock(BusContract):
    """The contract, on three brokers that are none."""

    @pytest.fixture(autouse=True)
    def _cluster(self, mock: Mock, other: Bus) -> None:
        self.mock, self.other = mock, other

    async def make(self, topic: str, parts: int) -> None:
        self.mock.make(topic, parts)

    async def forget(self, at: TopicPartition, before: int) -> None:
        self.mock.forget(at, before)

    async def cut(self, at: TopicPartition, after: int) -> None:
        kept = [
            it for it in await all_of(self.other, at.topic) if it.place != at or it.offset < after
        ]
        self.mock.unmake(at.topic)
        self.mock.make(at.topic)
        await self.other.publish(kept)
