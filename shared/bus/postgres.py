"""How does PostgreSQL carry messages on one machine?"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import asyncpg

from shared.bus.port import PARTITIONS, Record, TopicPartition, Truncated


class PostgresBus:
    """The bus in the database `bus`. Readers are woken by its one NOTIFY."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: asyncpg.Pool | None = None
        self._listener: asyncpg.Connection | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._pool = await asyncpg.create_pool(
            self._dsn, min_size=0, max_size=4, reset=_keep, command_timeout=30
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listener is not None:
            self._listener.terminate()
        if self._pool is not None:
            self._pool.terminate()

    async def ensure(self, topics: Collection[str]) -> None:
        """Make `topics` where they are not there."""
        for topic in topics:
            parts = await self._open.fetchval("select bus.ensure($1, $2)", topic, PARTITIONS)
            if parts != PARTITIONS:
                raise ValueError(topic)

    async def publish(self, records: Sequence[Record]) -> None:
        """Keep `records` in one transaction."""
        headers = [header for record in records for header in record.headers]
        await self._open.execute(
            "select bus.publish($1, $2, $3, $4, $5, $6, $7)",
            [record.topic for record in records],
            [record.part for record in records],
            [record.key for record in records],
            [len(record.headers) for record in records],
            [name for name, _ in headers],
            [value for _, value in headers],
            [record.value for record in records],
        )

    async def fetch(
        self, from_: Mapping[TopicPartition, int], limit: int, wait: float
    ) -> Sequence[Record]:
        """Give records from these offsets on; wait where there are none."""
        await self._listen()
        self._news.clear()
        rows = await self._rows(from_, limit)
        if not rows and wait:
            await self._rest(wait)
            rows = await self._rows(from_, limit)
        if not rows:
            await self._check(from_)
        return [_record(row) for row in rows]

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """Give the offset behind the last record of each part of `topics`."""
        rows = await self._open.fetch("select * from bus.ends($1)", list(topics))
        return {TopicPartition(row["topic"], row["part"]): row["next"] for row in rows}

    @property
    def _open(self) -> asyncpg.Pool:
        if self._pool is None:
            raise RuntimeError("the bus is not open")
        return self._pool

    async def _rows(self, from_: Mapping[TopicPartition, int], limit: int) -> Sequence[Any]:
        query = "select * from bus.fetch($1, $2, $3, $4)"
        topics, parts = [at.topic for at in from_], [at.part for at in from_]
        rows: Sequence[Any] = await self._open.fetch(
            query, topics, parts, list(from_.values()), limit
        )
        return rows

    async def _check(self, from_: Mapping[TopicPartition, int]) -> None:
        ends = await self.ends({at.topic for at in from_})
        if any(offset > ends.get(at, 0) for at, offset in from_.items()):
            raise Truncated

    async def _listen(self) -> None:
        if self._listener is None or self._listener.is_closed():
            self._listener = await asyncpg.connect(self._dsn)
            await self._listener.add_listener("bus", lambda *_: self._news.set())

    async def _rest(self, wait: float) -> None:
        """Wait for news, and look now and then for what came while nobody listened."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), wait)


async def _keep(_connection: asyncpg.Connection) -> None:
    """Reset nothing at release: no session state is ever set, and the reset costs a round trip."""


def _record(row: asyncpg.Record) -> Record:
    headers = tuple(zip(row["header_names"], row["header_values"], strict=True))
    return Record(
        topic=row["topic"], part=row["part"], offset=row["off"], key=row["key"],
        headers=headers, value=row["value"],
    )  # fmt: skip
