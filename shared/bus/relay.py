"""How does what was recorded get told?

The event table is the outbox. One relay for each service, led by a session lock on the connection
that reads the log, publishes public facts in position order, one batch in flight, and moves its
checkpoint after all are kept. A crash between repeats a batch; `said` makes repeats harmless.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.bus.message import Speaker, Witness, heading_of, record_of
from shared.bus.port import Bus, TopicPartition, placed
from shared.failpoint import failpoint
from shared.lease import Loop, NotOwner, leading
from shared.log.codec import Codec, Undecodable

BATCH = 100
"""Facts: even of the largest, so many are told before the server drops a session that waits."""
POLL = 0.25
"""Seconds after which it looks unasked: another process may have appended."""


LAST_SAID = """
select case_id, position, hash from log.event where said > 0 and position <= $1
order by position desc limit 1"""


class Forked(Exception):
    """The topic tells another history than the log: a restore. Stop, and call a person."""


class Relay:
    """Tells what one service records."""

    def __init__(self, dsn: str, codec: Codec, bus: Bus, by: Speaker) -> None:
        self._dsn, self._codec, self._bus, self._by = dsn, codec, bus, by

    async def work(self, loop: Loop) -> None:
        """Lead, and relay until asked to stop.

        Raises:
            NotOwner: another process leads.
            Forked: the log is not the one that the topic was told of.
            Undecodable: a newer build recorded something; it should lead.
        """
        async with leading(self._dsn, 8113, 1) as db:
            await self._bus.ensure([self._by.topic])
            at = await self._begin(db)
            while not loop.stopping:
                rows = await db.fetch("select * from log.read($1, $2)", at, BATCH)
                if rows:
                    failpoint("relay.after_read")
                    await self._publish(rows)
                    failpoint("relay.after_send")
                    at = await self._move(db, at, rows[-1])
                    failpoint("relay.after_checkpoint")
                if len(rows) < BATCH:
                    await loop.rest(POLL)

    async def _publish(self, rows: Sequence[asyncpg.Record]) -> None:
        records = []
        for row in (it for it in rows if it["said"]):  # which `publish` only words
            happened = self._codec.read(row)
            message: Any = self._codec.publish(happened.fact, happened.act)
            if message is None:
                raise Undecodable(row["type"])
            records.append(record_of(happened, message, self._codec.told(message), self._by))
        if records:
            await self._bus.publish(records)

    async def _begin(self, db: asyncpg.Connection) -> int:
        """Give the checkpoint, if topic and log tell one history."""
        await db.execute("insert into work.relay values (true, 0, '') on conflict do nothing")
        ((at, loghash),) = await db.fetch("select position, hash from work.relay")
        heard = await self._last_told()
        told = [*heard, *([(at, loghash)] if at else [])]
        query = "select position, hash from log.event where position = any ($1)"
        ours = await db.fetch(query, [it[0] for it in told if it])
        if not {tuple(row) for row in ours}.issuperset(told):
            raise Forked  # also where a record names no event: it was not we who told it
        for case, *last in await db.fetch(LAST_SAID, at):
            if tuple(last) not in heard and not await self._lies(db, str(case), tuple(last)):
                raise Forked  # the topic was restored: what it lost, nobody would tell again
        return int(at)

    async def _last_told(self) -> list[Witness | None]:
        """Give position and hash of the last two batches of each part of the topic.

        The last record alone can be a late repeat, which would hide a fork.
        """
        told: list[Witness | None] = []
        for at, end in (await self._bus.ends([self._by.topic])).items():
            told += await self._between(at, max(0, end - 2 * BATCH), end)
        return told

    async def _lies(self, db: asyncpg.Connection, case: str, last: tuple[Any, ...]) -> bool:
        """Say whether the topic holds `last`, behind however many repeats of what came after it."""
        at = TopicPartition(self._by.topic, placed(case))
        end = (await self._bus.ends([at.topic]))[at]
        while end > 0:
            end, before = max(0, end - 2 * BATCH), end
            await db.fetchval("select 1")  # or the server would take us for frozen
            if last in await self._between(at, end, before):
                return True
        return False

    async def _between(self, at: TopicPartition, start: int, end: int) -> list[Witness | None]:
        told: list[Witness | None] = []
        while start < end:  # a bus may give less at once than was asked for
            records = await self._bus.fetch({at: start}, 2 * BATCH, 0)
            told += [heading_of(record).witness for record in records]
            start = records[-1].offset + 1
        return told

    async def _move(self, db: asyncpg.Connection, at: int, last: asyncpg.Record) -> int:
        query = "update work.relay set position = $2, hash = $3 where position = $1"
        if await db.execute(query, at, last["position"], last["hash"]) != "UPDATE 1":
            raise NotOwner
        return int(last["position"])
