"""Who speaks, who listens, and what lies between them?"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.bus.consumer import Consumer
from shared.bus.message import Speaker, heading_of, heard_of
from shared.bus.port import Bus, Record, TopicPartition
from shared.bus.reaction import Reaction
from shared.bus.relay import Relay
from shared.contracts import triage
from shared.decider import Decider
from shared.facts import Act, Recorded
from shared.lease import pool_of
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.projections.projector import Projector
from shared.refusals import Refusal
from shared.sealed.vault import FileKey, Vault
from shared.way import Way
from tests.kernel.bus import a
from tests.kernel.folds import Keeper
from tests.kernel.machine.model import BROKEN, EARLY, UNWELCOME, Letter
from tests.support.house import House


@dataclass(frozen=True, kw_only=True)
class Say:
    """Say the even ones of these numbers, and keep the odd ones."""

    numbers: tuple[int, ...]


class SaidAlready(Refusal):
    """That was the last number."""


def decide(command: Say, state: int | None, _act: Act) -> Sequence[a.NoteFact]:
    """Give the facts that `command` leads to; its own effect would refuse it a second time."""
    if command.numbers[-1] == state:
        raise SaidAlready
    return tuple(a.Noted(number=it, by="speaker") for it in command.numbers)


def evolve(state: int | None, happened: a.NoteFact, _act: Act) -> int:
    """Give the last number."""
    return happened.number if isinstance(happened, a.Noted) else state or 0


KINDS = {
    kind: Decider(kind=kind, facts=a.NoteFact, decide=decide, evolve=evolve)
    for kind in ("note", "dispute")
}
"""Of streams: a case has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was noted in a case."""

    case: UUID
    notes: int
    last: int


def tallied(row: Tally | None, happened: Recorded[a.NoteFact]) -> Tally | None:
    """Count what was noted."""
    row = row or Tally(case=happened.case, notes=0, last=0)
    match happened.fact:
        case a.Noted(number=number):
            return replace(row, notes=row.notes + 1, last=number)
        case a.Caused():
            return row


def tally() -> Projection[Tally]:
    """Give a projection that nobody has kept before."""
    return Projection(f"machine_{uuid4().hex[:12]}", version=1, row=Tally, fold=tallied)


class Rough:
    """A bus on which a publish may fail: before it, after it, or halfway."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.told: list[Record] = []
        self.trouble = ""
        self.turns = 0
        """How often a listener has come for more."""

    async def ensure(self, topics: Collection[str]) -> None:
        await self._bus.ensure(topics)

    async def publish(self, records: Sequence[Record]) -> None:
        kept = {"": records, "before": [], "halfway": records[1::2], "after": records}
        await self._bus.publish(kept[self.trouble])
        self.told += kept[self.trouble]
        if self.trouble:
            raise ConnectionError(self.trouble)

    async def fetch(
        self, from_: Mapping[TopicPartition, int], limit: int, wait: float
    ) -> Sequence[Record]:
        self.turns += bool(wait)
        return await self._bus.fetch(from_, limit, wait)

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        return await self._bus.ends(topics)


EMPTIED = (
    "alter table log.event disable trigger immutable",
    "delete from log.event",
    "alter table log.event enable always trigger immutable",
    "delete from work.relay",
)


@dataclass
class World:
    """A context that speaks, one that listens and answers, and the bus between them."""

    speaker: Log
    listener: Log
    dsns: tuple[str, str]
    owner: str
    """The address of the speaker's log for a superuser."""

    bus: Rough
    keeper: Keeper
    projection: Projection[Tally]
    authority: str = field(default_factory=lambda: f"E{uuid4().hex[:10]}")

    @property
    def by(self) -> Speaker:
        return Speaker(self.authority, "triage")

    @property
    def told(self) -> list[Letter]:
        """Give what lies on the bus, in the order in which it came there."""
        return [_letter(it) for it in self.bus.told]

    async def begins(self) -> None:
        """Let nothing have been said yet: the topic is empty, so the log must be."""
        db = await asyncpg.connect(self.owner)
        for statement in EMPTIED:
            await db.execute(statement)
        await db.close()
        await self.keeper.build()

    async def relays(self, trouble: str = "") -> None:
        """Tell all there is to tell, or fail over it."""
        self.bus.trouble = trouble
        relay = Relay(self.dsns[0], a.codec(), self.bus, self.by)
        try:
            await a.at_work(relay.work, self._all_is_told)
        finally:
            self.bus.trouble = ""

    async def _all_is_told(self) -> bool:
        stands = await self.speaker.pool.fetchval("select position from work.relay")
        return bool(stands == await self.speaker.head())

    async def again(self, start: int, count: int) -> None:
        """Let a relay that froze long ago say its batch once more."""
        await self.bus.ensure([self.by.topic])
        await self.bus.publish(self.bus.told[start : start + count])

    async def hears(self, *, mended: bool = False, after: int = -1) -> None:
        """Hear all there is to hear; or lose the way when `after` messages were taken."""
        await self.bus.ensure([self.by.topic])
        self.bus.turns = 0
        wanted = [reaction(mended=mended, after=after)]
        consumer = Consumer(self.dsns[1], self.listener, self.bus, wanted, self.authority)
        await a.at_work(consumer.work, self._all_is_heard)

    async def _all_is_heard(self) -> bool:
        if self.bus.turns < 2:  # what was blocked is looked at in the first
            return False
        rows = await self._rows("place", "part, next", "topic")
        ends = await self.bus.ends([self.by.topic])
        return {TopicPartition(self.by.topic, part): after for part, after in rows} == ends

    async def wants(self, case: UUID, what: str) -> None:
        """Ask what an operator may ask of a blocked case."""
        query = "update work.blocked set wanted = $3 where case_id = $1 and topic = $2"
        done = await self.listener.pool.execute(query, case, self.by.topic, what)
        assert done == "UPDATE 1"

    async def blocked(self) -> dict[UUID, str]:
        """Give the blocked cases, and why."""
        return dict(await self._rows("blocked", "case_id, reason", "topic"))

    async def gaps(self) -> list[str]:
        """Give the streams of which a message is missing."""
        rows = await self._rows("heard", "stream, gap_since", "source")
        return [stream for stream, since in rows if since]

    async def effects(self, case: UUID) -> list[tuple[str, int]]:
        """Give what took effect in a case: the stream that it was said in, and the number."""
        history = await self.listener.history(a.note.stream(case))
        noted = [it.fact for it in history if isinstance(it.fact, a.Noted)]
        return [(it.by, EARLY if it.number == a.EARLY else it.number) for it in noted]

    async def _rows(self, table: str, columns: str, mine: str) -> list[Any]:
        query = f"select {columns} from work.{table} where {mine} like $1"  # noqa: S608 - ours
        found = await self.listener.pool.fetch(query, f"%{self.authority}%")
        return [tuple(it) for it in found]


def _letter(record: Record) -> Letter:
    heading = heading_of(record)
    number = heard_of(record).fact.contact.int
    return Letter(heading.case, heading.stream[1], heading.said, number)


def reaction(*, mended: bool, after: int = -1) -> Reaction[Any, Any]:
    """Give what a listener does, in today's build or in a better one; lost after so many."""
    left = [after]

    def note(said: Recorded[triage.ConcernRecognised]) -> a.Note:
        if left[0] == 0:
            raise ConnectionError
        left[0] -= 1
        number = said.fact.contact.int
        if number == BROKEN and not mended:
            raise ValueError(number)
        odd = {} if mended else {EARLY: a.EARLY, UNWELCOME: a.UNWELCOME}
        return a.Note(number=odd.get(number, number), by=said.stream)

    return Reaction(
        when=triage.ConcernRecognised, then=note, on=lambda said: a.note.stream(said.case)
    )


@asynccontextmanager
async def log_at(house: House, dsn: str, name: str) -> AsyncIterator[Log]:
    """Give the log at `dsn`, of a context that seals nothing."""
    async with await pool_of(dsn, 4) as pool:
        vault = Vault(Way(dsn), FileKey(house.told("triage").key_file))
        async with Log(name, dsn, pool, vault, a.codec()) as log:
            yield log


@asynccontextmanager
async def world_of(house: House, bus: Bus, dsns: tuple[str, str]) -> AsyncIterator[World]:
    """Give a world whose logs lie at `dsns`: the speaker's and the listener's."""
    async with (
        log_at(house, dsns[0], "speaker") as speaker,
        log_at(house, dsns[1], "listener") as listener,
    ):
        projection = tally()
        db = await asyncpg.connect(dsns[1])
        keeper = Keeper(db, listener, Projector(dsns[1], a.codec(), projection))
        try:
            owner = house.owner(dsns[0].rpartition("/")[2])
            yield World(speaker, listener, dsns, owner, Rough(bus), keeper, projection)
        finally:
            await db.close()
