"""How does what was recorded get told?

The event table is the outbox. One relay for each service, led by a session lock on the connection
that reads the log, publishes public facts in position order, one batch in flight, and moves its
checkpoint after all are kept. A crash between repeats a batch; `said` makes repeats harmless.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from shared.bus.message import Heading, Speaker, heading_of, record_of
from shared.bus.port import Bus, Record
from shared.lease import Loop, NotOwner, leading
from shared.log.codec import Codec, Undecodable
from shared.telemetry import RELAY_LAG

BATCH = 500
POLL = 0.25
"""Seconds after which it looks unasked: another process may have appended."""
NOTHING = bytes(32)


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
                    await self._publish(rows)
                    at = await self._move(db, at, rows[-1])
                RELAY_LAG.labels(self._by.context).set(len(rows))
                if len(rows) < BATCH:
                    await loop.rest(POLL)

    async def _publish(self, rows: Sequence[asyncpg.Record]) -> None:
        # `said` decides what is sent; `publish` only words it.
        if records := [self._record(row) for row in rows if row["said"]]:
            await self._bus.publish(records)

    def _record(self, row: asyncpg.Record) -> Record:
        happened = self._codec.read(row)
        message: Any = self._codec.publish(happened.fact, happened.act)
        if message is None:
            raise Undecodable(row["type"])
        return record_of(happened, message, self._codec.told(message), self._by)

    async def _begin(self, db: asyncpg.Connection) -> int:
        query = "insert into work.relay values (true, 0, $1) on conflict do nothing"
        await db.execute(query, NOTHING)
        (row,) = await db.fetch("select position, hash from work.relay")
        told = await self._last_told()
        if row["position"]:
            told.append((row["position"], row["hash"]))
        await _agree(db, told)
        return int(row["position"])

    async def _last_told(self) -> list[tuple[int, bytes]]:
        """Give position and hash of the last two batches of each part of the topic.

        The last record alone can be a late repeat, which would hide a fork.
        """
        told: list[tuple[int, bytes]] = []
        for at, end in (await self._bus.ends([self._by.topic])).items():
            if end:
                records = await self._bus.fetch({at: max(0, end - 2 * BATCH)}, 2 * BATCH, 0)
                headings: list[Heading] = [heading_of(record) for record in records]
                told += [(heading.position, heading.loghash) for heading in headings]
        return told

    async def _move(self, db: asyncpg.Connection, at: int, last: asyncpg.Record) -> int:
        query = "update work.relay set position = $2, hash = $3 where position = $1"
        if await db.execute(query, at, last["position"], last["hash"]) != "UPDATE 1":
            raise NotOwner
        return int(last["position"])


async def _agree(db: asyncpg.Connection, told: Sequence[tuple[int, bytes]]) -> None:
    query = "select position, hash from log.event where position = any ($1)"
    rows = await db.fetch(query, [position for position, _ in told])
    ours = {row["position"]: row["hash"] for row in rows}
    if any(ours.get(position) != loghash for position, loghash in told):
        raise Forked
