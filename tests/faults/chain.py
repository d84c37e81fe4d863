"""What goes from one log over the bus to another log and its rows, and has it arrived?"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from shared.bus.consumer import Consumer
from shared.bus.message import Speaker
from shared.bus.port import Bus
from shared.bus.postgres import PostgresBus
from shared.bus.relay import Relay
from shared.lease import Loop
from shared.log.codec import Codec
from shared.log.handle import handle
from shared.log.log import Log, Receipt
from shared.projections.projector import Projector
from shared.refusals import KeptMoving, Unavailable
from shared.sealed.vault import FileKey, Vault
from shared.way import Way
from tests.faults import a
from tests.support.patience import until

CASES, WRITERS = 6, 4
LIMITS: dict[str, Any] = {"min_size": 1, "max_size": 4, "command_timeout": 15}
"""As a service's own pools; importing those would bring all of a service with them."""
JOBS = ("relay", "consumer", "projector")


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a chain lies."""

    source: str
    sink: str
    bus: str
    authority: str
    key_file: str

    @property
    def speaker(self) -> Speaker:
        """Give who tells what the source records."""
        return Speaker(self.authority, "triage")


@asynccontextmanager
async def log_of(dsn: str, codec: Codec, site: Site, loops: Sequence[Loop] = ()) -> Any:
    """Give the log behind `dsn`."""
    pool = await asyncpg.create_pool(dsn, **LIMITS)
    vault = Vault(Way(dsn), FileKey(Path(site.key_file)))
    try:
        async with Log("triage", dsn, pool, vault, codec, loops) as log:
            yield log
    finally:
        pool.terminate()


@dataclass
class Chain:
    """Both logs and the bus, open in this process."""

    site: Site
    source: Log
    sink: Log
    bus: Bus
    acts: dict[UUID, Receipt] = field(default_factory=dict)
    """What was acknowledged."""

    unknown: int = 0
    """How often nobody could say what had become of an act."""

    cases: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(CASES)])

    def works(self, *jobs: str, bus: Bus | None = None) -> dict[str, Loop]:
        """Give the loops of these jobs, not yet at work."""
        site, bus = self.site, bus or self.bus
        relay = Relay(site.source, a.SOURCE, bus, site.speaker)
        consumer = Consumer(site.sink, self.sink, bus, [a.HEARS], site.authority)
        projector = Projector(site.sink, a.SINK, a.TALLY)
        works = dict(zip(JOBS, (relay.work, consumer.work, projector.work), strict=True))
        return {job: Loop(job, works[job]) for job in jobs or JOBS}

    @asynccontextmanager
    async def working(self, *jobs: str, bus: Bus | None = None) -> AsyncIterator[dict[str, Loop]]:
        """Let these jobs be done, all by default, as a service does them."""
        loops = self.works(*jobs, bus=bus)
        tasks = [asyncio.create_task(loop.run()) for loop in loops.values()]
        try:
            yield loops
        finally:
            for loop in loops.values():
                loop.stop()
            await asyncio.wait_for(asyncio.gather(*tasks), 20)

    async def writes(self, acts: int, pause: float = 0.0) -> None:
        """Let some writers record so many acts, each brought to its end."""
        left = iter(range(acts))
        await asyncio.gather(*(self._writer(left, pause) for _ in range(WRITERS)))

    @asynccontextmanager
    async def writing(self, pause: float = 0.02) -> AsyncIterator[None]:
        """Let some writers record acts meanwhile; in the end each brings its act to its end."""
        stopped = asyncio.Event()

        async def write() -> None:
            while not stopped.is_set():
                await self.write()
                await asyncio.sleep(pause)

        tasks = [asyncio.create_task(write()) for _ in range(WRITERS)]
        try:
            yield
        finally:
            stopped.set()
            await asyncio.gather(*tasks)

    async def _writer(self, left: Iterable[int], pause: float) -> None:
        for _ in left:
            await self.write()
            await asyncio.sleep(pause)

    async def write(self) -> tuple[UUID, Receipt]:
        """Record one act of one to three facts, and send it again until its outcome is known."""
        act, dice = a.act(), random.Random()  # noqa: S311 - no secret
        stream = dice.choice((a.journal, a.diary)).stream(dice.choice(self.cases))
        command = a.Write(count=dice.randint(1, 3))
        while True:
            try:
                receipt = await handle(self.source, stream, command, act)
            except KeptMoving:
                continue
            except Unavailable:
                self.unknown += 1
                await asyncio.sleep(0.05)
                continue
            self.acts[act.id] = receipt
            return act.id, receipt

    async def is_level(self) -> bool:
        """Say whether everything recorded was told, heard and folded."""
        return not any((await self.behind()).values())

    async def behind(self) -> dict[str, int]:
        """Give how far each job is behind what there is to do."""
        sink, source = self.sink.pool, self.source.pool
        told = await source.fetchval("select position from work.relay")
        folded = await sink.fetchval("select position from work.projection where ready")
        query = "select sum(next) from work.place where topic = $1"
        places = await sink.fetchval(query, self.topic)
        ends = sum((await self.bus.ends([self.topic])).values())
        return {
            "relay": await _head(source) - (told or 0),
            "consumer": ends - int(places or 0),
            "projector": await _head(sink) - (folded or 0),
        }

    @property
    def topic(self) -> str:
        """Give the topic that the source tells."""
        return self.site.speaker.topic

    async def settles(self, seconds: float = 20.0) -> None:
        """Wait until everything has arrived."""
        try:
            await until(self.is_level, seconds)
        except AssertionError:
            raise AssertionError(await self.behind()) from None


async def _head(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("select coalesce(max(position), 0) from log.event"))


@asynccontextmanager
async def chain_in(site: Site) -> AsyncIterator[Chain]:
    """Give the chain that lies there."""
    async with (
        PostgresBus(site.bus) as bus,
        log_of(site.source, a.SOURCE, site) as source,
        log_of(site.sink, a.SINK, site) as sink,
    ):
        yield Chain(site, source, sink, bus)


async def goes_on(chain: Chain, done: Callable[[], Awaitable[Any]], pause: float = 0.01) -> int:
    """Record acts until `done`; give how many."""
    before = len(chain.acts)
    while not await done():
        await chain.write()
        await asyncio.sleep(pause)
    return len(chain.acts) - before


def via(site: Site, **instead: str) -> Site:
    """Give the same place, some of it reached another way."""
    return replace(site, **instead)
