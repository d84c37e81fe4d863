"""What does it cost to keep an answer, beside reading what it is made of?"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services.triage.projections.queue import queue
from shared.lease import Loop
from shared.log.codec import Codec
from shared.projections.projector import BATCH, Projector
from tests.bench.cost import Row, interleaved
from tests.bench.synthetic import fill
from tests.bench.world import World, find_codec

PLAIN = "select * from log.event where position > $1 order by position limit $2"
BASELINE = "select of the same rows, decoded to the same facts, thrown away"


@dataclass(frozen=True)
class Bench:
    """A filled log, and who keeps triage's queue."""

    world: World
    db: asyncpg.Connection
    codec: Codec
    keeper: Projector
    events: int

    async def cost(self, work: Callable[[], Awaitable[None]]) -> float:
        """Give the CPU of `work` for each event."""
        watch = self.world.watch()
        with watch.over(self.events):
            await work()
        return watch.told.cpu_each

    async def forget(self) -> None:
        """Put the keeper back to the beginning of the log."""
        query = "update work.projection set position = 0, ready = false where name = $1"
        await self.db.execute(query, queue.name)

    async def build(self) -> float:
        """Build the table from zero."""
        await self.forget()

        async def work() -> None:
            assert await self.keeper.build(self.db, Loop("bench", self.keeper.work)) == self.events

        return await self.cost(work)

    async def catch_up(self) -> float:
        """Follow the log from its beginning, in batches, as if all of it were news."""
        await self.forget()
        await self.db.execute(f"truncate {queue.table.schema}.{queue.name}")

        async def work() -> None:
            at = 0
            while news := await self.keeper._read(self.db, at):
                await self.keeper.keep(self.db, at, news)
                at = news[-1].position

        return await self.cost(work)

    async def read(self) -> float:
        """Read all of the log, decode it and keep nothing."""

        async def work() -> None:
            at = 0
            while rows := await self.db.fetch(PLAIN, at, BATCH):
                for row in rows:
                    at = self.codec.read(row).position

        return await self.cost(work)


@asynccontextmanager
async def bench(world: World) -> AsyncIterator[Bench]:
    """Give a filled log, and who keeps triage's queue."""
    dsn, codec = world.dsn("triage"), find_codec("triage")
    async with world.log(world.dsn("triage")) as log:
        await fill(log, world.size.cases)
        events = await log.head()
    async with world.connection(dsn) as db:
        keeper = Projector(dsn, codec, queue)
        await keeper._stands(db)
        yield Bench(world, db, codec, keeper, events)


async def measure_build(world: World) -> list[Row]:
    """Measure a projection that is built from zero."""
    async with bench(world) as it:
        ours, theirs = await interleaved(world.size.rounds, it.build, it.read)
        return [_row("projection built from zero, CPU an event", 1.8, ours, theirs, it.events)]


async def measure_live(world: World) -> list[Row]:
    """Measure a projection that follows the log."""
    async with bench(world) as it:
        await it.build()
        ours, theirs = await interleaved(world.size.rounds, it.catch_up, it.read)
        return [_row("live catch-up in batches, CPU an event", 5.5, ours, theirs, it.events)]


def _row(figure: str, hold: float, ours: float, theirs: float, events: int) -> Row:
    return Row(
        figure=figure,
        baseline=BASELINE,
        unit="us",
        ours=ours,
        theirs=theirs,
        hold=hold,
        note=f"{events:,} events of {queue.name}'s log",
    )
