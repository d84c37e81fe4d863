"""How do tests keep a projection, and what should be in it?"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.facts import KernelFact, Recorded
from shared.lease import Loop
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.projections.projector import Projector
from tests.support.house import House

Rows = Mapping[Any, Any]
IDLE = Loop("idle", lambda _loop: asyncio.sleep(0))
"""A loop that nobody asked to stop."""


class Keeper:
    """Keeps one projection by hand, batch by batch, as its projector does."""

    def __init__(self, db: asyncpg.Connection, log: Log, projector: Projector) -> None:
        self.db, self.log, self.projector, self.at = db, log, projector, 0

    async def build(self) -> None:
        """Build the table from zero."""
        await self.projector._stands(self.db)
        self.at = await self.projector.build(self.db, IDLE)

    async def follow(self, batch: int = 1000) -> None:
        """Take in what is new, so many facts at a time."""
        while news := await self.log.read(self.at, batch):
            await self.projector.keep(self.db, self.at, news)
            self.at = news[-1].position


@asynccontextmanager
async def keeping(house: House, log: Log, projection: Projection[Any]) -> AsyncIterator[Keeper]:
    """Give what keeps `projection`, nothing built yet."""
    dsn = house.told(log.name).database_url
    db = await asyncpg.connect(dsn)  # unlike an owner's, it may idle while a test records
    try:
        yield Keeper(db, log, Projector(dsn, log.codec, projection))
    finally:
        await db.close()


@asynccontextmanager
async def at_work(house: House, log: Log, projection: Projection[Any]) -> AsyncIterator[Projector]:
    """Give a projector at work, as a service runs it."""
    projector = Projector(house.told(log.name).database_url, log.codec, projection)
    loop = Loop("projector", projector.work)
    task = asyncio.create_task(loop.run())
    try:
        yield projector
    finally:
        loop.stop()
        await asyncio.wait_for(task, 30)


@asynccontextmanager
async def asking(house: House, log: Log) -> AsyncIterator[AsyncConnection]:
    """Give a connection to ask lists of, as a route has it."""
    dsn = house.told(log.name).database_url.replace("postgresql:", "postgresql+asyncpg:", 1)
    async with create_async_engine(dsn, poolclass=NullPool).connect() as db:
        yield db


async def rows_of(log: Log, projection: Projection[Any]) -> Rows:
    """Give the rows of the table, by key."""
    found = await log.pool.fetch(f'select * from projection."{projection.name}"')  # noqa: S608 - ours
    return {row[0]: projection.row(**dict(row)) for row in found}


async def everything(log: Log) -> Sequence[Recorded[Any]]:
    """Give the whole log."""
    return await log.read(0, 1_000_000)


def folded(projection: Projection[Any], events: Iterable[Recorded[Any]]) -> tuple[Rows, set[UUID]]:
    """Give the rows that `events` lead to, and the cases whose fold went wrong: the oracle."""
    rows: dict[Any, Any] = {}
    stale: set[UUID] = set()
    for event in events:
        key = projection.key(event)
        if isinstance(event.fact, KernelFact) or event.case in stale:
            continue
        try:
            rows[key] = projection.fold(rows.get(key), event)
        except ValueError:
            stale.add(event.case)
    return {key: row for key, row in rows.items() if row is not None}, stale
