"""Does a listener come to the same, whichever of several topics it hears first?"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from shared.bus.consumer import Consumer
from shared.bus.message import Speaker
from shared.bus.port import Bus, Record, TopicPartition
from shared.facts import Recorded
from shared.projections.projection import Projection
from shared.projections.projector import Projector
from tests.kernel.bus import a
from tests.kernel.folds import Keeper, everything, folded, rows_of
from tests.kernel.machine.conftest import Opened
from tests.kernel.machine.world import log_at
from tests.support.house import House

FEW = settings(
    max_examples=5, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink one would take minutes
)  # fmt: skip
CONTEXTS = ("intake", "triage")
ANSWERS = replace(a.note, kind="answer")
"""A stream that only one topic writes, beside the one that both do."""

REACTIONS = (
    a.HEARS_INTAKE,
    a.HEARS_TRIAGE,
    replace(a.HEARS_INTAKE, on=lambda said: ANSWERS.stream(said.case)),
)

said = some.lists(
    some.tuples(
        some.sampled_from(CONTEXTS), some.integers(0, 2),
        some.sampled_from((1, 2, 3, 4, 5, a.UNWELCOME)),
    ),
    max_size=16,
)  # fmt: skip
orders = some.lists(some.tuples(some.booleans(), some.integers(1, 6)), min_size=1, max_size=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What was noted in a case, in whatever order."""

    case: UUID
    notes: int
    total: int


def counted(row: Count | None, happened: Recorded[a.NoteFact]) -> Count | None:
    row, fact = row or Count(case=happened.case, notes=0, total=0), happened.fact
    number = fact.number if isinstance(fact, a.Noted) else 0
    return replace(row, notes=row.notes + 1, total=row.total + number)


class Shuffled:
    """A bus that gives one topic at a time, in an order of its own, then the rest."""

    def __init__(self, bus: Bus, order: Sequence[tuple[bool, int]]) -> None:
        self._bus, self._order = bus, list(order)
        self.turns = 0
        """How often a listener came for more."""

    async def ensure(self, topics: Collection[str]) -> None:
        await self._bus.ensure(topics)

    async def publish(self, records: Sequence[Record]) -> None:
        await self._bus.publish(records)

    async def fetch(
        self, from_: Mapping[TopicPartition, int], limit: int, wait: float
    ) -> Sequence[Record]:
        self.turns += bool(wait)
        if not wait or not self._order:  # what is looked up again, and the rest
            return await self._bus.fetch(from_, limit, wait)
        first, many = self._order.pop(0)
        context = CONTEXTS[0 if first else 1]
        some_of = {it: at for it, at in from_.items() if f".{context}." in it.topic}
        return await self._bus.fetch(some_of, many, wait)

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        return await self._bus.ends(topics)


@dataclass(frozen=True)
class End:
    """What a listener came to."""

    streams: Mapping[tuple[str, str], Sequence[Any]]
    """Stream by stream and voice by voice the facts, and the acts that they come from."""

    rows: Mapping[Any, Any]
    blocked: Sequence[tuple[str, UUID, str]]


async def heard(
    house: House, dsn: str, bus: Bus, authority: str, order: Sequence[tuple[bool, int]]
) -> End:
    """Let a listener hear all there is, in such an order, and say what it came to."""
    shuffled = Shuffled(bus, order)
    async with log_at(house, dsn, "listener") as log:
        topics = [Speaker(authority, it).topic for it in CONTEXTS]
        before = await log.head()

        level = list[int]()

        async def all_is_heard() -> bool:
            rows = await log.pool.fetch(
                "select topic, part, next from work.place where topic = any ($1)", topics
            )
            if {TopicPartition(*at): after for *at, after in rows} != await bus.ends(topics):
                return False
            level.append(shuffled.turns)
            # What waited for its cause is looked at in the turn after the one that brought it.
            return shuffled.turns > level[0] + 1

        consumer = Consumer(dsn, log, shuffled, REACTIONS, authority)
        await a.at_work(consumer.work, all_is_heard)
        streams = defaultdict[tuple[str, str], list[Any]](list)
        for it in await log.read(before, 10_000):
            streams[it.stream, it.fact.by].append((it.fact, it.act))
        query = (
            "select topic, case_id, reason from work.blocked where topic = any ($1) order by 1, 2"
        )
        blocked = [tuple(it) for it in await log.pool.fetch(query, topics)]
        cases = {it.case for it in await log.read(before, 10_000)}
        return End(streams, await _rows(dsn, log, cases), blocked)


async def _rows(dsn: str, log: Any, cases: Collection[UUID]) -> Mapping[Any, Any]:
    projection = Projection(f"count_{uuid4().hex[:12]}", version=1, row=Count, fold=counted)
    db = await asyncpg.connect(dsn)
    try:
        await Keeper(db, log, Projector(dsn, log.codec, projection)).build()
    finally:
        await db.close()
    rows = await rows_of(log, projection)
    assert (rows, set()) == folded(projection, await everything(log))
    return {case: rows[case] for case in cases}


# I17
@pytest.mark.slow
@FEW
@given(said=said, order=orders)
async def test_two_listeners_that_hear_the_topics_in_different_orders_come_to_the_same(
    shared_house: House, opened: Opened, dsns: tuple[str, str, str],
    said: list[tuple[str, int, int]], order: list[tuple[bool, int]],
) -> None:  # fmt: skip
    authority, cases = f"E{uuid4().hex[:10]}", [uuid4() for _ in range(3)]
    voices = {it: a.Voice(Speaker(authority, it)) for it in CONTEXTS}
    mirrored = [(not first, many) for first, many in order]
    async with opened() as bus:
        await bus.ensure([it.by.topic for it in voices.values()])
        for context, case, number in said + [(it, case, 1) for case in range(3) for it in CONTEXTS]:
            voice = voices[context]
            says = voice.referral if context == "intake" else voice.concern
            await bus.publish([says(cases[case], number)])
        ends = [
            await heard(shared_house, dsn, bus, authority, its)
            for dsn, its in zip(dsns[1:], (order, mirrored), strict=True)
        ]
    assert ends[0] == ends[1]
    assert ends[0].streams
