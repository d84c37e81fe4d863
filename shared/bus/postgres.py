"""How does PostgreSQL carry messages on one machine?"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Self

import asyncpg

from shared.bus.port import PARTITIONS, Record, TopicPartition, Truncated, placed
from shared.lease import pool_of


class PostgresBus:
    """The bus in the database `bus`. Readers are woken by its one NOTIFY."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._listener: asyncpg.Connection | None = None
        self._one_listener = asyncio.Lock()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._pool = await pool_of(self._dsn, 4, least=0)  # it may be away for now
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pool.terminate()
        if self._listener is not None:
            self._listener.terminate()

    async def ensure(self, topics: Collection[str]) -> None:
        """Make `topics` where they are not there."""
        for topic in topics:
            ((parts,),) = await self._written("select bus.ensure($1, $2)", topic, PARTITIONS)
            if parts != PARTITIONS:
                raise ValueError(topic)

    async def publish(self, records: Sequence[Record]) -> None:
        """Keep `records` in one transaction."""
        headers = [header for record in records for header in record.headers]
        await self._written(
            "select bus.publish($1, $2, $3, $4, $5, $6, $7)",
            [it.topic for it in records], [placed(it.key) for it in records],
            [it.key for it in records], [len(it.headers) for it in records],
            [name for name, _ in headers], [value for _, value in headers],
            [it.value for it in records],
        )  # fmt: skip

    async def fetch(
        self, from_: Mapping[TopicPartition, int], limit: int, wait: float
    ) -> Sequence[Record]:
        """Give records from these offsets on; wait where there are none."""
        await self._listen()
        until = monotonic() + wait
        while True:
            news = self._news  # of what comes while we look
            records = await self._records(from_, limit)
            left = until - monotonic()
            if records or left <= 0:
                return records
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left)

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """Give the offset behind the last record of each part of `topics`."""
        rows = await self._pool.fetch("select * from bus.ends($1)", list(topics))
        return {TopicPartition(row["topic"], row["part"]): row["next"] for row in rows}

    async def _written(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        try:
            return await self._pool.fetch(query, *arguments)
        except asyncpg.ReadOnlySQLTransactionError:  # demoted: these sessions never write again
            await self._pool.expire_connections()
            raise

    async def _records(self, from_: Mapping[TopicPartition, int], limit: int) -> Sequence[Record]:
        topics, parts = [at.topic for at in from_], [at.part for at in from_]
        query, starts = "select * from bus.fetch($1, $2, $3, $4)", list(from_.values())
        rows = await self._pool.fetch(query, topics, parts, starts, limit)
        records = [
            Record(topic=topic, part=part, offset=offset, key=key, value=value,
                   headers=tuple(zip(names, contents, strict=True)))
            for topic, part, offset, key, names, contents, value, _at in rows
        ]  # fmt: skip
        first = {it.place: it.offset for it in reversed(records)}
        gone = any(from_[at] != offset for at, offset in first.items())  # offsets have no holes
        if not records:
            ends = await self.ends(set(topics))
            gone = any(offset > ends.get(at, 0) for at, offset in from_.items())
        if gone:
            raise Truncated
        return records

    async def _listen(self) -> None:
        async with self._one_listener:
            if self._listener is None or self._listener.is_closed():
                listener = await asyncpg.connect(self._dsn)
                try:
                    await listener.add_listener("bus", self._tell)
                except BaseException:  # cancelled in between, it would be deaf
                    listener.terminate()
                    raise
                self._listener = listener

    def _tell(self, *_: object) -> None:
        self._news.set()
        self._news = asyncio.Event()
