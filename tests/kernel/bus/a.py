"""Samples: a listener that notes what it hears, and voices that say things to it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from shared.bus.consumer import Consumer
from shared.bus.message import Speaker, record_of
from shared.bus.port import Bus, Record, TopicPartition
from shared.bus.postgres import PostgresBus
from shared.bus.reaction import Reaction
from shared.contracts import intake, triage
from shared.decider import Decider
from shared.facts import Act, Recorded, fact
from shared.lease import Loop
from shared.log.codec import Codec
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import AwaitingCause, Refusal
from shared.shapes import adapter

THEN = datetime(2026, 11, 2, 9, tzinfo=UTC)
UNWELCOME, BROKEN, EARLY = 1001, 1002, 1003
"""What a message may say that cannot be taken: refused, a fault of ours, or before its cause."""


@fact("listener.noted/1")
class Noted:
    """Somebody said a number."""

    number: int
    by: str


@fact("listener.caused/1")
class Caused:
    """The cause is there."""


NoteFact = Noted | Caused


@dataclass(frozen=True, kw_only=True)
class Note:
    """Note a number."""

    number: int
    by: str
    needs: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Let the cause be there."""


class Unwelcome(Refusal):
    """Nobody wants to hear this."""


class TooEarly(AwaitingCause):
    """What this follows from is not there yet."""


Heard = tuple[NoteFact, ...]


def decide(command: Note | Cause, state: Heard | None, _act: Act) -> Sequence[NoteFact]:
    match command:
        case Cause():
            return (Caused(),)
        case Note(number=number):
            known = state or ()
            if number == UNWELCOME:
                raise Unwelcome
            if number == EARLY and Caused() not in known:
                raise TooEarly
            if command.needs and command.needs not in {
                it.by for it in known if isinstance(it, Noted)
            }:
                raise TooEarly
            return (Noted(number=number, by=command.by),)


def evolve(state: Heard | None, happened: NoteFact, _act: Act) -> Heard:
    return (*(state or ()), happened)


note = Decider(kind="note", facts=NoteFact, decide=decide, evolve=evolve)


def publish(happened: NoteFact, _act: Act) -> triage.Message | None:
    """Say every even number, and keep the odd ones."""
    match happened:
        case Noted(number=number):
            said = triage.ConcernRecognised(contact=UUID(int=number))
            return None if number % 2 else said
        case Caused():
            return None


def note_referral(said: Recorded[intake.ReferralReceived]) -> Note:
    if said.fact.adults == BROKEN:
        raise ValueError("a fault of ours")
    return Note(number=said.fact.adults, by="intake")


def note_concern(said: Recorded[triage.ConcernRecognised]) -> Note:
    return Note(number=said.fact.contact.int, by="triage", needs="intake")


HEARS_INTAKE = Reaction(
    when=intake.ReferralReceived, then=note_referral, on=lambda said: note.stream(said.case)
)
HEARS_TRIAGE = Reaction(
    when=triage.ConcernRecognised, then=note_concern, on=lambda said: note.stream(said.case)
)
MENDED = replace(HEARS_INTAKE, then=lambda said: Note(number=said.fact.adults % 1000, by="intake"))
"""The same reaction in a better build."""


def codec() -> Codec:
    return Codec([Noted, Caused], publish)


def act(**more: Any) -> Act:
    """Give an act of somebody with a name."""
    return Act(**{
        "id": uuid4(), "actor": "sam.okafor", "role": "screener", "purpose": "safeguarding",
        "effective_at": THEN, "correlation": uuid4(), **more,
    })  # fmt: skip


@dataclass
class Voice:
    """A context that speaks, as its relay would."""

    by: Speaker
    position: int = 0
    said: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def says(self, case: UUID, message: Any, *, stream: str | None = None, **of: Any) -> Record:
        """Give the record of the next public fact of a stream."""
        name = stream or f"referral-{case}"
        self.said[name] += 1
        self.position += 2  # every second fact is private
        happened = Recorded(
            fact=message, act=act(**of), recorded_at=THEN + timedelta(seconds=self.position),
            case=case, stream=name, version=2 * self.said[name], said=self.said[name],
            position=self.position, hash=sha256(uuid4().bytes).digest(),
        )  # fmt: skip
        return record_of(happened, message, adapter(type(message)).dump_json(message), self.by)

    def referral(self, case: UUID, number: int, **of: Any) -> Record:
        return self.says(
            case,
            intake.ReferralReceived(sender=UUID(int=7), adults=number, immediate_danger=False),
            **of,
        )

    def concern(self, case: UUID, number: int, **of: Any) -> Record:
        told = triage.ConcernRecognised(contact=UUID(int=number))
        return self.says(case, told, **{"stream": f"concern-{case}", **of})


def with_header(record: Record, name: str, value: bytes | None) -> Record:
    """Give `record` with one header changed, or gone."""
    kept = tuple(it for it in record.headers if it[0] != name)
    return replace(record, headers=kept if value is None else (*kept, (name, value)))


@dataclass
class Listener:
    """A service that only listens."""

    dsn: str
    log: Log
    bus: PostgresBus
    voices: PostgresBus
    authority: str

    def voice(self, context: str = "intake") -> Voice:
        return Voice(Speaker(self.authority, context))

    async def told(self, *records: Record) -> None:
        """Let the bus hold `records`, in this order."""
        await self.voices.ensure({record.topic for record in records})
        await self.voices.publish(records)

    def consumer(self, *reactions: Reaction[Any, Any], bus: Bus | None = None) -> Consumer:
        wanted = reactions or (HEARS_INTAKE,)
        return Consumer(self.dsn, self.log, bus or self.bus, wanted, self.authority)

    async def hears(
        self,
        *reactions: Reaction[Any, Any],
        until: Callable[[], Awaitable[Any]] | None = None,
        bus: Bus | None = None,
    ) -> None:
        """Listen until all is heard that was told, or until `until`."""
        consumer = self.consumer(*reactions, bus=bus)
        await at_work(consumer.work, until or self.is_level)

    async def is_level(self) -> bool:
        places = await self.places()
        ends = await self.voices.ends({at.topic for at in places})
        return bool(places) and places == ends

    async def places(self) -> Mapping[TopicPartition, int]:
        rows = await self.rows("place", "topic, part, next", "topic")
        return {TopicPartition(topic, part): after for topic, part, after in rows}

    async def notes(self, case: UUID) -> list[int]:
        """Give the numbers that took effect, in order."""
        history = await self.log.history(note.stream(case))
        return [it.fact.number for it in history if isinstance(it.fact, Noted)]

    async def blocked(self) -> dict[UUID, str]:
        """Give the blocked cases, and why."""
        return dict(await self.rows("blocked", "case_id, reason", "topic"))

    async def is_free(self) -> bool:
        return not await self.blocked()

    async def gaps(self) -> list[str]:
        """Give the streams of which a message is missing."""
        rows = await self.rows("heard", "stream, gap_since", "source")
        return [stream for stream, since in rows if since]

    async def rows(self, table: str, columns: str, mine: str) -> list[Any]:
        query = f"select {columns} from work.{table} where {mine} like $1"  # noqa: S608 - ours
        return [tuple(it) for it in await self.log.pool.fetch(query, f"%{self.authority}%")]

    async def wants(self, case: UUID, what: str) -> None:
        """Ask what an operator may ask of a blocked case."""
        query = "update work.blocked set wanted = $2 where case_id = $1"
        assert await self.log.pool.execute(query, case, what) == "UPDATE 1"

    async def caused(self, case: UUID) -> None:
        await handle(self.log, note.stream(case), Cause(), act())


async def at_work(
    work: Callable[[Loop], Awaitable[None]], done: Callable[[], Awaitable[Any]]
) -> None:
    """Let a loop work until `done`; whatever it raises comes out."""
    async with working(work) as task:
        for _ in range(2000):
            if task.done():
                break
            if await done():
                return
            await asyncio.sleep(0.01)
        await asyncio.wait_for(task, 0.1)
        raise AssertionError("it ended before it was done")


async def never() -> bool:
    """Let it end by itself."""
    return False


@asynccontextmanager
async def working(work: Callable[[Loop], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """Let a loop work; in the end it is cancelled wherever it stands."""

    async def once() -> None:
        await work(Loop("test", work))

    task = asyncio.create_task(once())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
