"""Does the bus on Kafka keep its promises when brokers answer with errors, late or not at all?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from time import monotonic
from uuid import uuid4

import pytest

from shared.bus import kafka
from shared.bus.port import PARTITIONS, Record, TopicPartition
from shared.way import LOST, PASSING
from tests.kernel.bus.contract import all_of, everywhere, record
from tests.support.kafka import (
    FETCH,
    FIND_COORDINATOR,
    INIT_PRODUCER_ID,
    LIST_OFFSETS,
    METADATA,
    PRODUCE,
    Mock,
    MockBus,
    mocked,
)
from tests.support.patience import until

NOT_LEADER, TIMED_OUT, NOT_ENOUGH, NOT_ENOUGH_AFTER = 6, 7, 19, 20
UNKNOWN_TOPIC, LEADER_AWAY, STORAGE, UNKNOWN_ERROR, NOT_ALLOWED = 3, 5, 56, -1, 30
OUT_OF_ORDER, DUPLICATE, UNKNOWN_PRODUCER, OLD_EPOCH = 45, 46, 59, 47
"""Error codes of Kafka's protocol."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Mock]:
    with mocked() as found:
        yield found


@pytest.fixture
def mock(cluster: Mock) -> Iterator[Mock]:
    """Give the cluster, and mend it afterwards."""
    yield cluster
    cluster.up(1, 2, 3)
    cluster.slow(0, 1, 2, 3)
    for request in (PRODUCE, FETCH, LIST_OFFSETS, METADATA, INIT_PRODUCER_ID, FIND_COORDINATOR):
        cluster.forgive(request)


@pytest.fixture
async def bus(mock: Mock) -> AsyncIterator[MockBus]:
    async with MockBus(mock) as found:
        yield found


@pytest.fixture
async def topic(bus: MockBus, authority: str) -> str:
    name = f"safeguarding.{authority}.triage.v1"
    await bus.ensure([name])
    return name


@pytest.fixture
def authority() -> str:
    return f"E{uuid4().hex[:10]}"


async def insists(bus: MockBus, records: list[Record]) -> int:
    """Publish as a relay does, all of it again after each error that passes; count these."""
    for failed in range(60):
        try:
            await bus.publish(records)
        except LOST:
            await asyncio.sleep(0.05)
        else:
            return failed
    raise AssertionError("it was never kept")


def taken(found: list[Record]) -> dict[str, int]:
    """Give how far a listener comes in each stream that takes what is next, and nothing else."""
    after: dict[str, int] = {}
    for it in found:
        said = after.get(it.key, 0)
        after[it.key] = said + (int(it.value) == said)
    return after


PRODUCERS_ERRORS = {
    "the leader moved": NOT_LEADER, "too slow": TIMED_OUT, "too few brokers": NOT_ENOUGH,
    "too few brokers, once it was written": NOT_ENOUGH_AFTER, "no such topic yet": UNKNOWN_TOPIC,
    "a disk failed": STORAGE, "something": UNKNOWN_ERROR, "a hole in the sequence": OUT_OF_ORDER,
    "written before": DUPLICATE, "a producer it forgot": UNKNOWN_PRODUCER, "an epoch": OLD_EPOCH,
}  # fmt: skip

NOT_SENT_AGAIN = {OUT_OF_ORDER, UNKNOWN_PRODUCER, OLD_EPOCH, UNKNOWN_ERROR}
"""By aiokafka itself: it leaves a hole, until the relay sends all of it anew."""


@pytest.mark.fault("Kafka refuses to keep a batch, for any of eleven reasons")
@pytest.mark.parametrize("error", PRODUCERS_ERRORS.values(), ids=PRODUCERS_ERRORS)
async def test_a_batch_that_failed_is_complete_after_the_resend(
    bus: MockBus, mock: Mock, topic: str, error: int
) -> None:
    cases = [str(uuid4()) for _ in range(8)]
    for turn in range(4):
        said = range(turn * 5, turn * 5 + 5)
        if turn == 2:
            mock.fail(PRODUCE, *[error] * 3)
        batch = [record(topic, it, str(at).encode()) for at in said for it in cases]
        failed = await insists(bus, batch)
        assert bool(failed) == (turn == 2 and error in NOT_SENT_AGAIN)
    if error == DUPLICATE:  # it says that it has the record: aiokafka takes its word
        return
    assert taken(await all_of(bus, topic)) == dict.fromkeys(cases, 20)


@pytest.mark.fault("Kafka answers a reader with errors")
@pytest.mark.parametrize("error", [NOT_LEADER, UNKNOWN_TOPIC, STORAGE, UNKNOWN_ERROR, TIMED_OUT])
async def test_a_reader_whom_brokers_sent_away_reads_on(
    bus: MockBus, mock: Mock, topic: str, error: int
) -> None:
    await bus.publish([record(topic, str(uuid4())) for _ in range(50)])
    mock.fail(FETCH, *[error] * 6)
    mock.fail(LIST_OFFSETS, NOT_LEADER, LEADER_AWAY)
    found, at = list[Record](), everywhere(topic)
    while len(found) < 50:
        with suppress(*LOST):
            for it in await bus.fetch(at, 20, 1.0):
                at[it.place] = it.offset + 1
                found.append(it)
    assert len({(it.part, it.offset) for it in found}) == 50


@pytest.mark.fault("every Kafka broker is away, and comes back")
async def test_while_all_brokers_are_away_every_call_fails_as_what_passes(
    bus: MockBus, mock: Mock, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PATIENCE", 2.0)
    await bus.publish([record(topic, "a", b"0")])
    assert await bus.fetch(everywhere(topic), 10, 1.0)
    mock.down(1, 2, 3)
    await asyncio.sleep(0.2)
    for call in (
        bus.publish([record(topic, "a", b"1")]), bus.ends([topic]), bus.ensure([topic]),
        bus.fetch({TopicPartition(topic, 0): 0}, 10, 0),
    ):  # fmt: skip
        began = monotonic()
        with pytest.raises(PASSING):
            await call
        assert monotonic() - began < 8
    mock.up(1, 2, 3)
    await insists(bus, [record(topic, "a", b"1")])
    assert taken(await all_of(bus, topic)) == {"a": 2}


@pytest.mark.fault("every Kafka broker is away while a reader waits")
async def test_a_reader_of_old_standing_is_not_told_that_there_is_nothing(
    bus: MockBus, mock: Mock, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PATIENCE", 2.0)
    assert not await bus.fetch(everywhere(topic), 10, 0.1)
    mock.down(1, 2, 3)
    await asyncio.sleep(0.2)
    with pytest.raises(PASSING):
        await bus.fetch(everywhere(topic), 10, 0.2)
    mock.up(1, 2, 3)

    async def heard() -> bool:
        with suppress(*LOST):
            await bus.publish([record(topic, "a", b"back")])
            return bool(await bus.fetch(everywhere(topic), 10, 1.0))
        return False

    await until(heard)


@pytest.mark.fault("leadership of every part moves under a writer and a reader")
async def test_moving_leaders_lose_and_disorder_nothing(
    bus: MockBus, mock: Mock, topic: str
) -> None:
    cases = [str(uuid4()) for _ in range(12)]
    for turn in range(9):
        for part in range(PARTITIONS):
            mock.lead(TopicPartition(topic, part), 1 + (part + turn) % 3)
        await insists(bus, [record(topic, it, str(turn).encode()) for it in cases])
    assert taken(await all_of(bus, topic)) == dict.fromkeys(cases, 9)


@pytest.mark.fault("a Kafka broker answers slower than anybody waits")
async def test_a_broker_that_answers_too_late_makes_repeats_and_no_hole(
    bus: MockBus, mock: Mock, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PATIENCE", 0.5)
    cases = [str(uuid4()) for _ in range(12)]
    await insists(bus, [record(topic, it, b"0") for it in cases])
    mock.slow(900, 1, 2, 3)
    with pytest.raises(LOST):
        await bus.publish([record(topic, it, b"1") for it in cases])
    mock.slow(0, 1, 2, 3)
    await insists(bus, [record(topic, it, str(at).encode()) for at in (1, 2) for it in cases])
    assert taken(await all_of(bus, topic)) == dict.fromkeys(cases, 3)


@pytest.mark.fault("Kafka gives no number to a new producer")
async def test_a_producer_that_gets_no_number_at_first_gets_one_later(
    bus: MockBus, mock: Mock, topic: str
) -> None:
    mock.fail(INIT_PRODUCER_ID, NOT_LEADER, TIMED_OUT, UNKNOWN_ERROR)
    await insists(bus, [record(topic, "a", b"0")])
    assert taken(await all_of(bus, topic)) == {"a": 1}


@pytest.mark.fault("lag cannot be told to Kafka")
async def test_lag_that_cannot_be_told_delays_no_message(
    mock: Mock, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "TELLS", 0.05)
    mock.fail(FIND_COORDINATOR, *[NOT_ALLOWED] * 500)
    async with MockBus(mock) as voice, MockBus(mock, group="triage.reactions") as ears:
        for turn in range(8):
            await voice.publish([record(topic, "a", str(turn).encode())])
            began = monotonic()
            found = await ears.fetch(everywhere(topic), 100, 5.0)
            assert [int(it.value) for it in found][:1] == [0]
            assert monotonic() - began < 3
            await asyncio.sleep(0.1)
