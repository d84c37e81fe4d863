"""Who keeps the answers up to date?

One owner for each table. A new table is built from zero: folded in memory, copied in, indexed
after; then it follows the log in batches, rows and checkpoint in one transaction. A fold that
raises leaves that case its last good row, marked stale, until the table is built anew.
"""

import asyncio
import gc
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID
from zlib import crc32

import asyncpg
from sqlalchemy.schema import CreateIndex, CreateTable

from shared.facts import Act, KernelFact, Recorded
from shared.failpoint import failpoint
from shared.lease import Loop, NotOwner, connect, leading
from shared.log.codec import Codec, Undecodable
from shared.projections.projection import DIALECT, SCHEMA, Projection
from shared.telemetry import log

BATCH = 2000
POLL = 0.25
BUILDS_WITHIN = 3600.0
"""Seconds for a COPY of all rows, or an index on them."""
MOST_IN_MEMORY = 2_000_000
"""Rows folded before the first COPY; what comes after is upserted like any news."""
PROGRESS = "update work.projection set position = $2 where name = $1"
BUILT = "update work.projection set position = $2, ready = true where name = $1"

Rows = dict[Hashable, Any]


class Unread:
    """A fact of a newer build."""


class Projector:
    """Keeps one projection's table."""

    def __init__(self, dsn: str, codec: Codec, projection: Projection[Any]) -> None:
        self._dsn, self._codec, self._it = dsn, codec, projection
        self.ready = asyncio.Event()
        self._stale: set[UUID] = set()

    async def work(self, loop: Loop) -> None:
        """Own the table, and follow the log until asked to stop.

        Raises:
            NotOwner: another process keeps it; we are ready if it has built it.
        """
        try:
            async with leading(self._dsn, 8114, crc32(self._it.name.encode()) >> 1) as db:
                at, built = await self._stands(db)
                await self._follow(db, loop, at if built else await self.build(db, loop))
        except NotOwner:
            db = await connect(self._dsn)
            try:
                if (await self._stands(db))[1]:
                    self.ready.set()
            finally:
                await db.close()
            raise

    async def build(self, db: asyncpg.Connection, loop: Loop) -> int:
        """Build the table from zero, and give the position it stands at."""
        rows: Rows = {}
        at, self._stale = 0, set()
        with _without_collector():
            while len(rows) < MOST_IN_MEMORY and (news := await self._read(db, at)):
                if loop.stopping:
                    raise NotOwner
                at = self._folded(rows, news)
                if at // BATCH % 25 == 0:  # seen by whoever waits for it
                    await db.execute(PROGRESS, self._it.name, at)
        await self._fill(db, [row for row in rows.values() if row is not None], at)
        return at

    async def _fill(self, db: asyncpg.Connection, rows: Iterable[Any], at: int) -> None:
        table = self._it.table
        async with db.transaction():
            await db.execute("set local role projection_owner; set local transaction_timeout = 0")
            await db.execute(f'drop table if exists {SCHEMA}."{table.name}"')
            await db.execute(_sql(CreateTable(table)))
            records = map(self._it.values, rows)
            await db.copy_records_to_table(
                table.name, schema_name=SCHEMA, records=records, timeout=BUILDS_WITHIN
            )
            for index in table.indexes:
                await db.execute(_sql(CreateIndex(index)), timeout=BUILDS_WITHIN)
            await db.execute("reset role")
            await db.execute("delete from work.stale where projection = $1", self._it.name)
            await self._keep_stale(db)
            await db.execute(BUILT, self._it.name, at)

    async def _follow(self, db: asyncpg.Connection, loop: Loop, at: int) -> None:
        query = "select case_id from work.stale where projection = $1"
        self._stale = {row["case_id"] for row in await db.fetch(query, self._it.name)}
        while not loop.stopping:
            if news := await self._read(db, at):
                failpoint("projector.after_read")
                await self.keep(db, at, news)
                failpoint("projector.after_commit")
                at = news[-1].position
            if len(news) < BATCH:
                self.ready.set()
                await loop.rest(POLL)

    async def keep(self, db: asyncpg.Connection, at: int, news: Sequence[Recorded[Any]]) -> None:
        """Fold `news`, which begin behind position `at`, into the table.

        Raises:
            NotOwner: somebody else moved the checkpoint; nothing was kept.
        """
        keys = {self._it.key(event) for event in news}
        rows: Rows = dict.fromkeys(keys)
        for row in await db.fetch(self._it.selects, list(keys)):
            rows[row[0]] = self._it.row(**dict(row))
        before, stale = dict(rows), len(self._stale)
        self._folded(rows, news)
        async with db.transaction():
            await self._upsert(db, before, rows)
            if stale != len(self._stale):
                await self._keep_stale(db)
            query = "update work.projection set position = $3 where name = $1 and position = $2"
            if await db.execute(query, self._it.name, at, news[-1].position) != "UPDATE 1":
                raise NotOwner
            failpoint("projector.before_commit")

    def _folded(self, rows: Rows, news: Sequence[Recorded[Any]]) -> int:
        fold, key = self._it.fold, self._it.key
        for event in news:
            if isinstance(event.fact, KernelFact) or event.case in self._stale:
                continue
            name = key(event)
            try:
                if isinstance(event.fact, Unread):
                    raise Undecodable  # noqa: TRY301 - one end for all that cannot be folded
                rows[name] = fold(rows.get(name), event)
            except Exception as why:  # noqa: BLE001 - one case's trouble is no other's
                self._stale.add(event.case)
                log.error("stale", projection=self._it.name, case=str(event.case), exc_info=why)
        return news[-1].position

    async def _upsert(self, db: asyncpg.Connection, before: Rows, rows: Rows) -> None:
        changed = {key: row for key, row in rows.items() if row != before.get(key)}
        if gone := [key for key, row in changed.items() if row is None]:
            await db.execute(self._it.deletes, gone)
        if kept := [self._it.values(row) for row in changed.values() if row is not None]:
            await db.execute(self._it.upserts, *map(list, zip(*kept, strict=True)))

    async def _keep_stale(self, db: asyncpg.Connection) -> None:
        query = "insert into work.stale values ($1, $2, 0, 'fold', now()) on conflict do nothing"
        await db.executemany(query, [(self._it.name, case) for case in self._stale])

    async def _read(self, db: asyncpg.Connection, at: int) -> Sequence[Recorded[Any]]:
        rows = await db.fetch("select * from log.read($1, $2)", at, BATCH)
        return [self._seen(row) for row in rows]

    def _seen(self, row: asyncpg.Record) -> Recorded[Any]:
        try:
            return self._codec.read(row)
        except Undecodable:  # a newer build's: its case stays as it was, and the rest goes on
            by = Act(
                id=row["command"], actor="", role="", purpose="", correlation=row["case_id"],
                effective_at=row["effective_at"],
            )  # fmt: skip
            return Recorded(
                fact=Unread(), act=by, recorded_at=row["recorded_at"], case=row["case_id"],
                stream=row["stream"], version=row["version"], position=row["position"],
            )  # fmt: skip

    async def _stands(self, db: asyncpg.Connection) -> tuple[int, bool]:
        query = "insert into work.projection (name) values ($1) on conflict do nothing"
        await db.execute(query, self._it.name)
        query = "select position, ready from work.projection where name = $1"
        (row,) = await db.fetch(query, self._it.name)
        return row["position"], row["ready"]


def _sql(statement: CreateTable | CreateIndex) -> str:
    return str(statement.compile(dialect=DIALECT))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Fold without garbage collection: many small lasting objects, no cycles; a fifth faster."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
