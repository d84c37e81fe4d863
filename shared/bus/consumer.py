"""What becomes of a message?

One consumer for each service, one owner by session lock. A reaction is an ordinary command whose id
comes from the message, so it happens once however often it is tried; then the place moves. A
message that cannot be taken blocks its own case and nobody else's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from shared.bus.message import Heading, Speaker, Unknown, heading_of, heard_of
from shared.bus.port import Bus, Record, TopicPartition
from shared.bus.reaction import Reaction
from shared.facts import Act, Recorded
from shared.lease import PASSING as LOST
from shared.lease import Loop, NotOwner, leading
from shared.log.codec import Undecodable
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import AwaitingCause, KeptMoving, Refused, TooLargeToSay, Unavailable
from shared.telemetry import BLOCKED, CONSUMER_LAG, GAPS, log

BATCH, WAIT = 500, 1.0
GAP_ALERT = "60 seconds"
PASSING = (KeptMoving, Unavailable)
"""Refused for now, and no fault of the message."""

Stream = tuple[str, str]  # source, stream
Case = tuple[str, UUID]  # topic, case


class Replaced(Exception):
    """The record before our place is not the one we read: the topic was made anew or restored."""


@dataclass(slots=True)
class Blocked:
    """A case whose messages wait for a person, from offset `next` of its part on."""

    part: int
    next: int
    reason: str
    error: str
    correlation: UUID | None
    wanted: str | None = None


@dataclass(slots=True)
class Progress:
    """What a batch changes, written in one transaction when all of it was taken."""

    places: dict[TopicPartition, int]
    blocked: dict[Case, Blocked]
    heard: dict[Stream, int] = field(default_factory=dict)
    gaps: set[Stream] = field(default_factory=set)
    last: dict[TopicPartition, Heading | None] = field(default_factory=dict)
    filled: set[Stream] = field(default_factory=set)
    changed: set[Case] = field(default_factory=set)


class Consumer:
    """Hears what other contexts say to one service."""

    def __init__(
        self, dsn: str, own: Log, bus: Bus, reactions: Sequence[Reaction[Any, Any]], authority: str
    ) -> None:
        self._dsn, self._log, self._bus, self._reactions = dsn, own, bus, reactions
        contexts = sorted({it.when.stored_as.partition(".")[0] for it in reactions})
        self._topics = [Speaker(authority, context).topic for context in contexts]

    async def work(self, loop: Loop) -> None:
        """Own, and take messages until asked to stop.

        Raises:
            NotOwner: another process owns the places.
            Replaced: a topic is not the one that was read before.
        """
        async with leading(self._dsn, 8113, 2) as db:
            await self._bus.ensure(self._topics)
            places = await self._places(db)
            await self._check(db, places)
            head = -1
            while not loop.stopping:
                blocked = await _blocked(db)
                records = await self._bus.fetch(places, BATCH, 0 if blocked else WAIT)
                progress = Progress(dict(places), blocked)
                head = await self._again(progress, head)
                progress.heard = await _heard(db, records) | progress.heard
                for record in records:
                    await self._one(progress, record)
                await _keep(db, places, progress)
                places = progress.places
                await self._measure(db, places, progress)
                if blocked and not records:
                    await loop.rest(WAIT)

    async def _one(self, progress: Progress, record: Record) -> None:
        progress.places[record.place] = record.offset + 1
        progress.last[record.place] = None
        case, heading = await self._headed(progress, record)
        progress.last[record.place] = heading
        if heading is None or case in progress.blocked:
            return  # what was heard stands still: a retry reads the bus again
        stream = heading.source, heading.stream
        last = progress.heard.get(stream, 0)
        if heading.said > last + 1:
            progress.gaps.add(stream)  # what is missing comes with the resend, and this once more
        elif heading.said == last + 1 and await self._taken(progress, case, record):
            progress.heard[stream] = heading.said
            progress.filled.add(stream)

    async def _headed(self, progress: Progress, record: Record) -> tuple[Case, Heading | None]:
        try:
            heading = heading_of(record)
        except Undecodable as why:
            case = record.topic, _case_of(record.key)
            if case not in progress.blocked:
                _block(progress, case, record, why, None)
            return case, None
        return (record.topic, heading.case), heading

    async def _taken(self, progress: Progress, case: Case, record: Record) -> bool:
        try:
            await self.take(record)
        except (*PASSING, *LOST):
            raise
        except Exception as why:  # noqa: BLE001 - one message's trouble is no other case's
            _block(progress, case, record, why, heading_of(record).correlation)
            return False
        return True

    async def take(self, record: Record) -> None:
        """Run the commands that `record` calls for.

        Raises:
            Unknown, Undecodable: this build cannot read it.
            Refused: a rule said no to what it leads to.
        """
        said = heard_of(record)
        for reaction in self._reactions:
            if isinstance(said.fact, reaction.when):
                await react(self._log, self._log.name, reaction, said)

    async def _again(self, progress: Progress, head: int) -> int:
        """Take again what waits for its cause and may have found it, and what an operator asked."""
        waiting = [
            (case, it) for case, it in progress.blocked.items() if it.reason == "awaiting-cause"
        ]
        wanted = [(case, it) for case, it in progress.blocked.items() if it.wanted]
        now = await self._log.head() if waiting else head
        for case, block in wanted + (waiting if now != head else []):
            await self._retry(progress, case, block)
        return now

    async def _retry(self, progress: Progress, case: Case, block: Blocked) -> None:
        """Take the case's records from the first that was not taken, in order, up to our place."""
        at, skip = TopicPartition(case[0], block.part), block.wanted == "discard"
        start, end = block.next, progress.places[at]
        del progress.blocked[case]
        progress.changed.add(case)
        while start < end:
            records = [it for it in await self._bus.fetch({at: start}, BATCH, 0) if it.offset < end]
            for record in records:
                if _case_of(record.key) == case[1] and case not in progress.blocked:
                    await self._replay(progress, case, record, skip=skip)
                    skip = False
            start = records[-1].offset + 1 if records else end

    async def _replay(self, progress: Progress, case: Case, record: Record, *, skip: bool) -> None:
        try:
            heading = heading_of(record)
        except Undecodable as why:
            if not skip:
                _block(progress, case, record, why, None)
            return
        stream = heading.source, heading.stream
        if stream not in progress.heard:
            progress.heard |= await self._told(stream)
        if heading.said != progress.heard.get(stream, 0) + 1:
            return
        if skip or await self._taken(progress, case, record):
            progress.heard[stream] = heading.said
            progress.filled.add(stream)

    async def _told(self, stream: Stream) -> dict[Stream, int]:
        query = "select said from work.heard where source = $1 and stream = $2"
        said = await self._log.pool.fetchval(query, *stream)
        return {stream: said or 0}

    async def _places(self, db: asyncpg.Connection) -> dict[TopicPartition, int]:
        ends = await self._bus.ends(self._topics)
        query = (
            "insert into work.place (topic, part, next) values ($1, $2, 0) on conflict do nothing"
        )
        await db.executemany(query, list(ends))
        rows = await db.fetch("select * from work.place where topic = any ($1)", self._topics)
        return {TopicPartition(row["topic"], row["part"]): row["next"] for row in rows}

    async def _check(self, db: asyncpg.Connection, places: Mapping[TopicPartition, int]) -> None:
        """Compare the record before each place with the one that was read there.

        Raises:
            Replaced: it is another one, or is gone.
        """
        ends = await self._bus.ends(self._topics)
        for row in await db.fetch("select * from work.place where position is not null"):
            at = TopicPartition(row["topic"], row["part"])
            if at not in places:
                continue
            if row["next"] > ends.get(at, 0):
                raise Replaced(at.topic)
            records = await self._bus.fetch({at: row["next"] - 1}, 1, 0)
            found = heading_of(records[0])
            if (found.position, found.loghash) != (row["position"], row["loghash"]):
                raise Replaced(at.topic)

    async def _measure(
        self, db: asyncpg.Connection, places: Mapping[TopicPartition, int], progress: Progress
    ) -> None:
        ends = await self._bus.ends(self._topics)
        lag = sum(end - places.get(at, 0) for at, end in ends.items())
        CONSUMER_LAG.labels(self._log.name).set(lag)
        BLOCKED.labels(self._log.name).set(len(progress.blocked))
        query = f"select count(*) from work.heard where gap_since < now() - interval '{GAP_ALERT}'"  # noqa: S608 - a constant
        gaps = await db.fetchval(query)
        GAPS.labels(self._log.name).set(gaps)
        if gaps:
            log.error("gap", rows=gaps)


async def react(own: Log, me: str, reaction: Reaction[Any, Any], said: Recorded[Any]) -> None:
    """Run the command that `said` calls for. Its id comes from the message, so it happens once."""
    command = reaction.then(said)
    if command is not None:
        stream = reaction.on(said)
        name = f"{me} {reaction.when.stored_as} {said.act.id}.{said.ordinal} {stream}"
        act = Act(
            id=uuid5(NAMESPACE_OID, name), actor=me, role="reaction", purpose=said.act.purpose,
            effective_at=said.act.effective_at, correlation=said.act.correlation,
            causation=said.act.id,
        )  # fmt: skip
        await handle(own, stream, command, act)


def _case_of(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:  # nobody's case; it has a row of its own all the same
        return uuid5(NAMESPACE_OID, key)


def _block(
    progress: Progress, case: Case, record: Record, why: Exception, correlation: UUID | None
) -> None:
    reason = {
        AwaitingCause: "awaiting-cause", Undecodable: "undecodable", Unknown: "unknown-type",
        TooLargeToSay: "too-large",
    }.get(type(why), "refused" if isinstance(why, Refused) else "broken")  # fmt: skip
    error = type(why).__name__
    progress.blocked[case] = Blocked(record.part, record.offset, reason, error, correlation)
    progress.changed.add(case)
    log.error("blocked", topic=record.topic, case=str(case[1]), reason=reason, error=error)


async def _blocked(db: asyncpg.Connection) -> dict[Case, Blocked]:
    return {
        (row["topic"], row["case_id"]): Blocked(
            row["part"], row["next"], row["reason"], row["error"], row["correlation"], row["wanted"]
        )
        for row in await db.fetch("select * from work.blocked")
    }


async def _heard(db: asyncpg.Connection, records: Iterable[Record]) -> dict[Stream, int]:
    wanted = {_stream_of(record) for record in records}
    rows = await db.fetch(
        "select h.source, h.stream, h.said from unnest($1::text[], $2::text[])"
        " as w (source, stream) join work.heard h using (source, stream)",
        [source for source, _ in wanted],
        [stream for _, stream in wanted],
    )
    return {(row["source"], row["stream"]): row["said"] for row in rows}


def _stream_of(record: Record) -> Stream:
    told = dict(record.headers)
    source, stream = told.get("ce_source", b""), told.get("ce_stream", b"")
    return source.decode("utf-8", "replace"), stream.decode("utf-8", "replace")


async def _keep(
    db: asyncpg.Connection, before: Mapping[TopicPartition, int], progress: Progress
) -> None:
    moved = [(at, before[at], end) for at, end in progress.places.items() if end != before[at]]
    if not moved and not progress.changed and not progress.heard:
        return
    async with db.transaction():
        for at, old, new in moved:
            await _move(db, at, old, new, progress.last.get(at))
        await _keep_heard(db, progress)
        for case in progress.changed:
            await _keep_block(db, case, progress.blocked.get(case))


async def _move(
    db: asyncpg.Connection, at: TopicPartition, old: int, new: int, last: Heading | None
) -> None:
    """Move a place by compare-and-set.

    Raises:
        NotOwner: somebody else moved it.
    """
    position, loghash = (last.position, last.loghash) if last else (None, None)
    query = (
        "update work.place set next = $4, epoch = 1, position = $5, loghash = $6"
        " where topic = $1 and part = $2 and next = $3"
    )
    if await db.execute(query, at.topic, at.part, old, new, position, loghash) != "UPDATE 1":
        raise NotOwner


async def _keep_heard(db: asyncpg.Connection, progress: Progress) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - an operator's clock, no fact
    gaps = progress.gaps - progress.filled
    rows = [
        (*stream, progress.heard.get(stream, 0), now if stream in gaps else None)
        for stream in progress.filled | gaps
    ]
    await db.executemany(
        "insert into work.heard values ($1, $2, $3, $4) on conflict (source, stream) do update"
        " set said = excluded.said, gap_since = case when excluded.gap_since is null then null"
        " else coalesce(work.heard.gap_since, excluded.gap_since) end",
        rows,
    )


async def _keep_block(db: asyncpg.Connection, case: Case, block: Blocked | None) -> None:
    if block is None:
        await db.execute("delete from work.blocked where topic = $1 and case_id = $2", *case)
        return
    await db.execute(
        "insert into work.blocked values ($1, $2, $3, $4, $5, $6, $7, now())"
        " on conflict (topic, case_id) do update set next = excluded.next, wanted = null,"
        " reason = excluded.reason, error = excluded.error",
        *case, block.part, block.next, block.reason, block.error, block.correlation,
    )  # fmt: skip
