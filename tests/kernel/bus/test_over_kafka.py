"""Do relay and consumer keep their promises over Kafka? Their own tests, with another bus below."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from shared.bus.port import TopicPartition, Truncated, placed
from tests.kernel.bus import a
from tests.kernel.bus.contract import all_of
from tests.kernel.bus.test_hearing import *  # noqa: F403 - the very same tests
from tests.kernel.bus.test_relay import *  # type: ignore[assignment]  # noqa: F403 - the same
from tests.kernel.bus.test_repeats import *  # noqa: F403 - the same
from tests.support.kafka import Mock, MockBus, mocked

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with mocked() as cluster:
        yield cluster


@pytest.fixture
async def voices(mock: Mock) -> AsyncIterator[MockBus]:
    """Give the bus of all who speak."""
    async with MockBus(mock) as bus:
        yield bus


@pytest.fixture
async def ears(mock: Mock) -> AsyncIterator[MockBus]:
    """Give the bus of those who listen."""
    async with MockBus(mock) as bus:
        yield bus


@pytest.mark.parametrize(  # type: ignore[no-redef]  # theirs has its accidents in SQL
    "what", ["made anew", "restored to an earlier day", "cut at its beginning", "another history"]
)
async def test_a_topic_that_is_not_the_one_we_read_stops_us(
    mock: Mock, voices: MockBus, listener: a.Listener, what: str
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(*(voice.referral(case, at) for at in range(3)))
    await listener.hears()
    before, topic = await listener.places(), voice.by.topic
    if what == "cut at its beginning":
        mock.forget(TopicPartition(topic, placed(str(case))), 3)
    else:
        kept = (await all_of(voices, topic))[:2] if what == "restored to an earlier day" else []
        others = [voice.referral(case, at) for at in range(3) if what == "another history"]
        mock.unmake(topic)
        mock.make(topic)
        await voices.publish([*kept, *others])
    with pytest.raises(Truncated):
        await listener.hears(until=a.never)
    assert await listener.places() == before
