"""Does every message take effect once, whatever the bus does on the way?"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from shared.bus import consumer
from shared.bus.port import Bus, Record, TopicPartition, Truncated, placed
from shared.contracts import intake
from shared.lease import NotOwner
from shared.refusals import KeptMoving, Unavailable
from tests.kernel.bus import a
from tests.kernel.bus.a import Listener
from tests.kernel.bus.contract import keys_of_part
from tests.support.patience import until

FEW = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink one would take minutes
)  # fmt: skip


class Through:
    """A bus reached through something that may happen on the way."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def ensure(self, topics: Any) -> None:
        await self._bus.ensure(topics)

    async def publish(self, records: Sequence[Record]) -> None:
        await self._bus.publish(records)

    async def fetch(self, from_: Mapping[TopicPartition, int], limit: int, wait: float) -> Any:
        return await self._bus.fetch(from_, limit, wait)

    async def ends(self, topics: Any) -> Any:
        return await self._bus.ends(topics)


async def test_what_is_said_takes_effect_in_the_order_it_was_said(listener: Listener) -> None:
    voice, one, other = listener.voice(), uuid4(), uuid4()
    await listener.told(*(voice.referral(case, at) for at in range(5) for case in (one, other)))
    await listener.hears()
    assert await listener.notes(one) == await listener.notes(other) == [0, 1, 2, 3, 4]


async def test_a_reaction_says_what_it_comes_from(listener: Listener) -> None:
    voice, case, correlation = listener.voice(), uuid4(), uuid4()
    said = voice.referral(case, 1, correlation=correlation)
    await listener.told(said)
    await listener.hears()
    (happened,) = await listener.log.history(a.note.stream(case))
    assert happened.act.correlation == correlation
    assert dict(said.headers)["ce_id"].decode() == f"{happened.act.causation}.0"
    assert (happened.act.actor, happened.act.role) == ("listener", "reaction")


async def test_what_is_said_while_it_listens_is_heard_at_once(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    async with a.working(listener.consumer().work):
        for at in range(3):
            await listener.told(voice.referral(case, at))
            await until(listener.is_level)
    assert await listener.notes(case) == [0, 1, 2]


async def test_two_streams_of_a_case_are_each_taken_whole(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    names = [f"referral-{case}", f"dispute-{case}"]
    await listener.told(*(voice.referral(case, at, stream=names[at % 2]) for at in range(8)))
    await listener.hears()
    assert await listener.notes(case) == list(range(8))


async def test_a_message_that_concerns_others_is_passed_over_unread(listener: Listener) -> None:
    voice, case, adult = listener.voice(), uuid4(), uuid4()
    stream = f"referral-{case}"
    withdrawn = voice.says(case, intake.ReferralWithdrawn(adult=adult), stream=stream)
    await listener.told(replace(withdrawn, value=b"\xff"), voice.referral(case, 1, stream=stream))
    await listener.hears()
    assert await listener.notes(case) == [1]
    assert await listener.is_free()


async def test_all_reactions_to_a_message_are_run(listener: Listener) -> None:
    voice, case, other = listener.voice(), uuid4(), uuid4()
    also = replace(a.HEARS_INTAKE, on=lambda _said: a.note.stream(other))
    nothing = replace(a.HEARS_INTAKE, then=lambda _said: None)
    await listener.told(voice.referral(case, 1))
    await listener.hears(a.HEARS_INTAKE, also, nothing)
    assert await listener.notes(case) == await listener.notes(other) == [1]


# C2, C6
@pytest.mark.slow
@FEW
@given(
    sizes=some.lists(some.integers(1, 6), min_size=1, max_size=4),
    resends=some.lists(some.tuples(some.integers(0, 20), some.integers(1, 8)), max_size=6),
    lost=some.sets(some.integers(0, 20), max_size=6),
    batch=some.integers(1, 12),
)
async def test_any_resends_and_gaps_come_to_the_same_in_the_end(
    listener: Listener, sizes: list[int], resends: list[tuple[int, int]], lost: set[int], batch: int
) -> None:
    listener = _elsewhere(listener)
    voice, cases = listener.voice(), [uuid4() for _ in sizes]
    said = [
        voice.referral(case, at)
        for at in range(6)
        for case, size in zip(cases, sizes, strict=True)
        if at < size
    ]
    first = [it for at, it in enumerate(said) if at not in lost]  # some failed, later ones did not
    late = [it for start, count in resends for it in said[start : start + count]]
    whole = said  # the relay sends from its checkpoint again, in order
    script = [*first, *late, *whole, *late]
    for at in range(0, len(script), batch):
        await listener.told(*script[at : at + batch])
        if at % 2:
            await listener.hears()
    # After any repeats, what comes next is what comes next.
    await listener.told(*(voice.referral(case, 99) for case in cases))
    await listener.hears()
    for case, size in zip(cases, sizes, strict=True):
        assert await listener.notes(case) == [*range(size), 99]
    assert not await listener.gaps()
    assert await listener.is_free()


def _elsewhere(listener: Listener) -> Listener:
    """Give the listener under an authority of its own: an example begins with nothing heard."""
    return replace(listener, authority=f"E{uuid4().hex[:10]}")


async def test_a_gap_is_waited_for_told_and_forgotten_once_it_is_filled(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    one, two, three = (voice.referral(case, at) for at in range(3))
    await listener.told(one, three)
    await listener.hears()
    assert await listener.notes(case) == [0]
    assert await listener.gaps() == [f"referral-{case}"]
    (first_seen,) = await listener.rows("heard", "gap_since", "source")
    await listener.told(three)
    await listener.hears()
    assert await listener.rows("heard", "gap_since", "source") == [first_seen]
    await listener.told(two, three)
    await listener.hears()
    assert await listener.notes(case) == [0, 1, 2]
    assert await listener.gaps() == []


async def test_a_gap_that_opens_right_after_another_was_filled_is_told(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    one, two, _, four = (voice.referral(case, at) for at in range(4))
    await listener.told(two, one, two, four)
    await listener.hears()
    assert await listener.notes(case) == [0, 1]
    assert await listener.gaps() == [f"referral-{case}"]


async def test_a_gap_of_one_case_delays_no_other(listener: Listener) -> None:
    voice, case, other = listener.voice(), uuid4(), uuid4()
    _, two = voice.referral(case, 0), voice.referral(case, 1)
    await listener.told(two, voice.referral(other, 7))
    await listener.hears()
    assert await listener.notes(case) == []
    assert await listener.notes(other) == [7]


# C7, C16
@pytest.mark.slow
async def test_a_restart_anywhere_changes_nothing(listener: Listener) -> None:
    voice, cases = listener.voice(), [uuid4() for _ in range(6)]
    await listener.told(*(voice.referral(case, at) for at in range(12) for case in cases))
    chance, cut = random.Random(3), 0  # noqa: S311 - a seed repeats
    patience = 0.02
    while not await listener.is_level():
        async with a.working(listener.consumer().work) as task:
            await asyncio.sleep(chance.random() * patience)
            cut += not task.done()
        patience *= 1.2
    assert cut > 3
    for case in cases:
        assert await listener.notes(case) == list(range(12))


async def test_a_crash_between_the_command_and_the_place_changes_nothing(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, 1), voice.referral(case, 2))

    async def crash(*_: object) -> Any:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(consumer, "_keep", crash)
        with pytest.raises(ConnectionError):
            await listener.hears()
    assert await listener.notes(case) == [1, 2]
    assert not any((await listener.places()).values())
    await listener.hears()
    assert await listener.notes(case) == [1, 2]


PASSING = [
    ConnectionError, TimeoutError, Unavailable, KeptMoving, asyncpg.DeadlockDetectedError,
    asyncpg.TooManyConnectionsError, asyncpg.AdminShutdownError, asyncpg.CannotConnectNowError,
    asyncpg.DiskFullError, asyncpg.OutOfMemoryError,
]  # fmt: skip


@pytest.mark.parametrize("trouble", PASSING)
async def test_trouble_on_the_way_is_no_fault_of_the_message(
    listener: Listener, trouble: type[Exception]
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, 1))

    def stumble(_said: Any) -> Any:
        raise trouble

    with pytest.raises(trouble):
        await listener.hears(replace(a.HEARS_INTAKE, then=stumble))
    assert await listener.is_free()
    await listener.hears()
    assert await listener.notes(case) == [1]


async def test_of_two_owners_one_takes(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, 1))
    async with a.working(listener.consumer().work):
        await until(listener.is_level)
        with pytest.raises(NotOwner):
            await listener.hears(until=a.never)


# C11
async def test_an_owner_whose_place_was_moved_keeps_nothing_and_stops(listener: Listener) -> None:
    voice, (key,) = listener.voice(), keys_of_part(3, 1)
    case = UUID(key)
    at = TopicPartition(voice.by.topic, 3)

    class AnotherTakes(Through):
        async def fetch(self, from_: Mapping[TopicPartition, int], *more: Any) -> Any:
            found = await super().fetch(from_, *more)
            if found:
                query = "update work.place set next = 1 where topic = $1 and part = $2"
                await listener.log.pool.execute(query, *at)
            return found

    await listener.told(voice.referral(case, 1), voice.referral(case, 2))
    with pytest.raises(NotOwner):
        await listener.hears(bus=AnotherTakes(listener.bus))
    assert (await listener.places())[at] == 1
    assert await listener.rows("heard", "said", "source") == []
    await listener.log.pool.execute("update work.place set next = 0 where topic = $1", at.topic)
    await listener.hears()
    assert await listener.notes(case) == [1, 2]  # both owners ran the commands: once in effect


ACCIDENTS = {
    "made anew": "delete from bus.record where topic = $1",
    "restored to an earlier day": "delete from bus.record where topic = $1 and off >= 2",
    "cut at its beginning": "update bus.record set off = off + 5 where topic = $1",
    "another history": """
        update bus.record set header_values[array_position(header_names, 'ce_loghash')] =
          convert_to(repeat('ab', 32), 'UTF8') where topic = $1""",
}


# C15
@pytest.mark.parametrize("what", ACCIDENTS)
async def test_a_topic_that_is_not_the_one_we_read_stops_us(
    shared_house: Any, listener: Listener, what: str
) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(*(voice.referral(case, at) for at in range(3)))
    await listener.hears()
    db = await asyncpg.connect(shared_house.owner("bus"))
    assert await db.execute(ACCIDENTS[what], voice.by.topic) != "UPDATE 0"
    await db.close()
    before = await listener.places()
    with pytest.raises(Truncated):
        await listener.hears(until=a.never)
    if what != "cut at its beginning":
        await listener.told(voice.referral(uuid4(), 9))
        with pytest.raises(Truncated):
            await listener.hears(until=a.never)
    assert await listener.places() == before


async def test_a_restart_on_the_same_topic_goes_on_where_it_was(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    await listener.told(voice.referral(case, 1))
    await listener.hears()
    await listener.told(voice.referral(case, 2))
    await listener.hears()
    assert await listener.notes(case) == [1, 2]
    assert (await listener.places())[TopicPartition(voice.by.topic, placed(str(case)))] == 2


# I17
@pytest.mark.slow
@FEW
@given(
    order=some.lists(some.tuples(some.booleans(), some.integers(1, 4)), max_size=8),
    sizes=some.tuples(some.integers(1, 4), some.integers(0, 4)),
)
async def test_any_interleaving_of_topics_ends_in_the_same_state(
    listener: Listener, order: list[tuple[bool, int]], sizes: tuple[int, int]
) -> None:
    listener = _elsewhere(listener)
    first, second, case = listener.voice("intake"), listener.voice("triage"), uuid4()
    referrals = [first.referral(case, at) for at in range(sizes[0])]
    concerns = [second.concern(case, 100 + at) for at in range(sizes[1])]
    reactions = (a.HEARS_INTAKE, a.HEARS_TRIAGE)
    for of_intake, count in order:
        told = referrals if of_intake else concerns
        now, told[:] = told[:count], told[count:]
        if now:
            await listener.told(*now)
            await listener.hears(*reactions)
    await listener.told(*referrals, *concerns)
    await listener.hears(*reactions)
    await a.at_work(listener.consumer(*reactions).work, listener.is_free)
    notes = await listener.notes(case)
    assert [it for it in notes if it < 100] == list(range(sizes[0]))
    assert [it for it in notes if it >= 100] == [100 + at for at in range(sizes[1])]
    assert await listener.is_free()


class NotKnownYet(Through):
    """A bus of which one server does not know yet what another has just made."""

    asked = 0

    async def ends(self, topics: Any) -> Any:
        self.asked += 1
        return {} if self.asked == 1 else await super().ends(topics)


async def test_a_topic_that_is_not_known_everywhere_yet_leaves_nobody_deaf(
    listener: Listener,
) -> None:
    case, bus = uuid4(), NotKnownYet(listener.bus)
    await listener.told(listener.voice().referral(case, 1))
    with pytest.raises(ConnectionError):  # and so its loop begins anew
        await listener.hears(bus=bus)
    await listener.hears(bus=bus)
    assert await listener.notes(case) == [1]


async def test_once_the_way_is_lost_no_other_case_of_the_batch_begins(listener: Listener) -> None:
    began = list[UUID]()

    def away(said: Any) -> Any:
        began.append(said.case)
        raise ConnectionError

    voice = listener.voice()
    await listener.told(*(voice.referral(uuid4(), 1) for _ in range(100)))
    with pytest.raises(ConnectionError):
        await listener.hears(replace(a.HEARS_INTAKE, then=away))
    assert len(began) == 1
    assert set((await listener.places()).values()) == {0}
