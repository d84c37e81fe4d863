"""What becomes of a message?

One consumer for each service, one owner by session lock. A reaction is an ordinary command whose id
comes from the message, so it happens once however often it is tried; then the place moves. A
message that cannot be taken blocks its own case and nobody else's.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from shared.bus.message import Heading, Speaker, Stream, Unknown, heading_of, heard_of
from shared.bus.port import Bus, Record, TopicPartition, Truncated
from shared.bus.reaction import Reaction
from shared.contracts import registry
from shared.facts import Act, Recorded
from shared.failpoint import failpoint
from shared.lease import Loop, NotOwner, leading
from shared.log.codec import Undecodable
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import AwaitingCause, KeptMoving, Refused, TooLargeToSay
from shared.telemetry import CONSUMER_LAG, TAKEN, log
from shared.way import PASSING

BATCH, WAIT, AT_ONCE = 200, 1.0, 16
"""A batch has to be taken before the server drops a session that says nothing."""
NOT_POISON = (*PASSING, KeptMoving)
WAITS = "awaiting-cause"
REASONS: Sequence[tuple[type[Exception], str]] = (
    (AwaitingCause, WAITS), (Undecodable, "undecodable"), (Unknown, "unknown-type"),
    (TooLargeToSay, "too-large"), (Refused, "refused"), (Exception, "broken"),
)  # fmt: skip

Case = tuple[str, UUID]  # topic, case
Db = asyncpg.Connection
Places = Mapping[TopicPartition, int]


class Block(NamedTuple):
    """A case whose messages wait for a person, from offset `next` of its part on."""

    part: int
    next: int
    reason: str
    error: str
    correlation: UUID | None
    wanted: str | None = None


@dataclass(slots=True)
class Batch:
    """What a batch changes, kept in one transaction when all of it was taken."""

    blocked: dict[Case, Block]
    heard: dict[Stream, int] = field(default_factory=dict)
    gaps: dict[Stream, bool] = field(default_factory=dict)
    """Of each stream that it touched, whether a message is missing."""

    tried: dict[Case, str | None] = field(default_factory=dict)
    """Of each case whose block changed, what an operator had asked for."""

    def block(self, record: Record, heading: Heading, why: Exception) -> None:
        """Let the messages of the case wait, from `record` on."""
        case, error = (record.topic, heading.case), type(why).__name__
        reason = next(word for kind, word in REASONS if isinstance(why, kind))
        self.blocked[case] = Block(record.part, record.offset, reason, error, heading.correlation)
        self.tried.setdefault(case, None)
        log.error("blocked", topic=record.topic, case=str(heading.case), reason=reason, error=error)


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
            Truncated: a topic is not the one that was read before.
        """
        try:
            await self._own(loop)
        except NotOwner:
            CONSUMER_LAG.labels(self._log.name).set(0)  # whoever owns the places tells it
            raise

    async def _own(self, loop: Loop) -> None:
        async with leading(self._dsn, 8113, 2) as db:
            await self._bus.ensure(self._topics)
            places, head = await self._places(db), -1
            while not loop.stopping:
                records = await self._bus.fetch(places, BATCH, WAIT)
                failpoint("consumer.after_fetch")
                CONSUMER_LAG.labels(self._log.name).set(len(records))  # at least; see `_measure`
                rows = await db.fetch(ALL_BLOCKED, self._topics)
                batch = Batch({(topic, case): Block(*rest) for topic, case, *rest in rows})
                head = await self._again(db, batch, places, head)
                await self._hear(db, batch, records)
                places = await _keep(db, batch, places, records)
                TAKEN.labels(self._log.name).inc(len(records))
                failpoint("consumer.after_keep")
                await self._measure(db, batch, places)

    async def _hear(self, db: Db, batch: Batch, records: Sequence[Record], omit: int = -1) -> None:
        """Take what comes next in its stream; what lies at offset `omit` was discarded."""
        letters = [(it, heading_of(it)) for it in records]
        streams = {it.stream for _, it in letters if it.said}
        rows = await db.fetch(HEARD, [it[0] for it in streams], [it[1] for it in streams])
        batch.heard = {(source, name): said for source, name, said in rows} | batch.heard
        cases = defaultdict[Case, list[tuple[Record, Heading]]](list)
        for record, it in letters:
            cases[record.topic, it.case].append((record, it))
        # Cases side by side, so that their facts are appended together; each in its own order.
        few, lost = asyncio.Semaphore(AT_ONCE), list[BaseException]()

        async def hear(theirs: Sequence[tuple[Record, Heading]]) -> None:
            async with few:
                if not lost:  # no other begins once the way is lost: each would wait for it
                    try:
                        await self._hear_case(batch, theirs, omit)
                    except BaseException as why:
                        lost.append(why)
                        raise

        await asyncio.gather(*map(hear, cases.values()), return_exceptions=True)
        if lost:  # only when all have come to rest: the batch is taken again from its start
            raise lost[0]

    async def _hear_case(
        self, batch: Batch, letters: Sequence[tuple[Record, Heading]], omit: int
    ) -> None:
        for record, it in letters:
            missing = it.said - batch.heard.get(it.stream, 0) - 1
            if (record.topic, it.case) in batch.blocked:
                continue  # what was heard stands still: a retry reads the bus again
            if it.said and missing > 0:
                batch.gaps[it.stream] = True  # the resend fills it, and brings this once more
                log.warning("gap", topic=record.topic, stream=it.stream[1], case=str(it.case))
            elif not it.said or missing == 0:
                good = record.offset == omit or await self._taken(batch, record, it)
                if it.said and good:
                    batch.heard[it.stream], batch.gaps[it.stream] = it.said, False

    async def _taken(self, batch: Batch, record: Record, heading: Heading) -> bool:
        """Run the commands that `record` calls for; none where its type is not ours to act on."""
        kind = registry().get(heading.kind)
        ours = [it for it in self._reactions if it.when is kind]
        try:
            if ours or kind is None or not heading.said:
                said = heard_of(record, heading)
                for reaction in ours:
                    await react(self._log, reaction, said)
        except NOT_POISON:
            raise
        except Exception as why:  # noqa: BLE001 - one message's trouble is no other case's
            batch.block(record, heading, why)
            return False
        failpoint("consumer.after_command")
        return True

    async def _again(self, db: Db, batch: Batch, places: Places, head: int) -> int:
        """Take again what an operator asked for, and what waits once our log is beyond `head`."""
        waiting = any(it.reason == WAITS for it in batch.blocked.values())
        now = await self._log.head() if waiting else head
        for case, block in list(batch.blocked.items()):
            if block.wanted or (block.reason == WAITS and now != head):
                await self._retry(db, batch, case, places)
        return now

    async def _retry(self, db: Db, batch: Batch, case: Case, places: Places) -> None:
        """Take the case's records from the first that was not taken, in order, up to our place."""
        block = batch.blocked.pop(case)
        batch.tried[case] = block.wanted
        at, start = TopicPartition(case[0], block.part), block.next
        omit = block.next if block.wanted == "discard" else -1
        while start < places[at] and case not in batch.blocked:
            found = await self._bus.fetch({at: start}, BATCH, 0)
            records = [it for it in found if it.offset < places[at]]
            theirs = [it for it in records if heading_of(it).case == case[1]]
            await self._hear(db, batch, theirs, omit)
            start = records[-1].offset + 1

    async def _places(self, db: Db) -> Places:
        """Give our places, if the record before each is still the one that was read there."""
        ends = await self._bus.ends(self._topics)
        if {it.topic for it in ends} != {*self._topics}:
            raise ConnectionError  # made just now, and not known everywhere: we would be deaf to it
        await db.executemany(BEGIN, list(ends))
        places = {}
        for topic, part, after, *witness in await db.fetch(PLACES, self._topics):
            at = TopicPartition(topic, part)
            if witness[0]:
                found = await self._bus.fetch({at: after - 1}, 1, 0)
                if not found or heading_of(found[0]).witness != tuple(witness):
                    raise Truncated(topic)  # made anew, or restored to an earlier day
            places[at] = after
        return places

    async def _measure(self, db: Db, batch: Batch, places: Places) -> None:
        ends = await self._bus.ends(self._topics)
        CONSUMER_LAG.labels(self._log.name).set(sum(ends.values()) - sum(places.values()))


async def react(own: Log, reaction: Reaction[Any, Any], said: Recorded[Any]) -> None:
    """Run the command that `said` calls for. Its id comes from the message, so it happens once."""
    command = reaction.then(said)
    if command is not None:
        stream, by = reaction.on(said), said.act
        name = f"{own.name} {reaction.when.stored_as} {by.id}.{said.ordinal} {stream}"
        act = Act(
            id=uuid5(NAMESPACE_OID, name), actor=own.name, role="reaction", purpose=by.purpose,
            effective_at=by.effective_at, correlation=by.correlation, causation=by.id,
        )  # fmt: skip
        await handle(own, stream, command, act, known=() if reaction.begins else None)


async def _keep(db: Db, batch: Batch, places: Places, records: Iterable[Record]) -> Places:
    """Keep what came of a batch, and give the places behind it.

    Raises:
        NotOwner: somebody else moved a place; nothing was kept.
    """
    last = {record.place: record for record in records}
    async with db.transaction():
        for at, it in last.items():
            witness = heading_of(it).witness or (None, None)
            if await db.execute(MOVE, *at, places[at], it.offset + 1, *witness) != "UPDATE 1":
                raise NotOwner
        heard = [(*it, batch.heard.get(it, 0), gap) for it, gap in batch.gaps.items()]
        await db.executemany(HEAR, heard)
        for case, wanted in batch.tried.items():
            if block := batch.blocked.get(case):
                await db.execute(KEEP_BLOCKED, *case, *block[:5], wanted)
            else:
                await db.execute(UNBLOCK, *case)
    return {**places, **{at: it.offset + 1 for at, it in last.items()}}


BEGIN = "insert into work.place values ($1, $2, 0) on conflict do nothing"
PLACES = "select topic, part, next, position, loghash from work.place where topic = any ($1)"
MOVE = """
update work.place set next = $4, epoch = 1, position = $5, loghash = $6
where topic = $1 and part = $2 and next = $3"""
HEARD = """
select source, stream, said from work.heard where source = any ($1) and stream = any ($2)"""
HEAR = """
insert into work.heard values ($1, $2, $3, case when $4 then now() end)
on conflict (source, stream) do update set said = excluded.said, gap_since =
  case when excluded.gap_since is not null then coalesce(heard.gap_since, excluded.gap_since) end"""
ALL_BLOCKED = """
select topic, case_id, part, next, reason, error, correlation, wanted
from work.blocked where topic = any ($1)"""
UNBLOCK = "delete from work.blocked where topic = $1 and case_id = $2"
# What an operator asked for meanwhile stands, as long as the message that it was about does.
KEEP_BLOCKED = """
insert into work.blocked values ($1, $2, $3, $4, $5, $6, $7, now())
on conflict (topic, case_id) do update set next = excluded.next, reason = excluded.reason,
  error = excluded.error, correlation = excluded.correlation,
  wanted = case when blocked.next = excluded.next then nullif(blocked.wanted, $8) end"""
