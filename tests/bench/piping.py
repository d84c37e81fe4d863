"""What does the whole pipe cost, beside its parts, and does it catch up?

From intake's log over its relay, a bus and triage's consumer to triage's queue, all in this
process; the loops are the services' own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4

from services.triage.projections.queue import queue
from services.triage.reactions import REACTIONS
from shared.bus import consumer, relay
from shared.bus.choice import bus_of
from shared.bus.consumer import Consumer
from shared.bus.message import Speaker, heard_of, record_of
from shared.bus.port import Bus, Record, TopicPartition
from shared.bus.relay import Relay
from shared.decider import Stream
from shared.facts import Act
from shared.lease import Loop
from shared.log.log import Log
from shared.projections.projector import Projector
from shared.run import ENDS_WITHIN, Settings
from tests.bench.cost import MILLION, Cost, Row, interleaved
from tests.bench.towns import Over, after, arrival, buses, settle
from tests.bench.world import World
from tests.support.house import House

T = TypeVar("T")
CLIENTS = 64
POOL = 8
"""Connections of a log's readers, as `shared.run` has them."""
UNDER_WAY = 400
"""Referrals between log and queue while both keep step."""


@dataclass(frozen=True)
class Request:
    """Facts to be appended to a new stream, their words shut."""

    stream: Stream[Any, Any, Any]
    act: Act
    facts: Sequence[Any]


@dataclass
class Kept:
    """How many facts triage's queue has taken in."""

    facts: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, _keeper: Any, _db: Any, _at: int, news: Sequence[Any]) -> None:
        """Count what was committed."""
        self.facts += len(news)
        self.news.set()

    async def reach(self, facts: int) -> None:
        """Wait until so many are kept."""
        while self.facts < facts:
            self.news.clear()
            async with asyncio.timeout(60):
                await self.news.wait()


@dataclass(frozen=True)
class Pipe:
    """Two logs, and what leads from the one to a table beside the other."""

    world: World
    over: Over
    town: House
    intake: Log
    triage: Log
    mouth: Bus
    """The bus as intake meets it."""

    ear: Bus
    teller: list[Loop]
    """Woken by intake's log."""

    keeper: list[Loop]
    """Woken by triage's log."""

    @property
    def by(self) -> Speaker:
        """Give whose messages go through it."""
        return Speaker(self.told("intake").authority, "intake")

    def told(self, service: str) -> Settings:
        """Give what a service is told."""
        return self.town.told(service)

    def relay(self) -> Relay:
        """Give intake's relay."""
        told = self.told("intake")
        return Relay(told.database_url, self.intake.codec, self.mouth, self.by)

    def projector(self) -> Projector:
        """Give who keeps triage's queue."""
        return Projector(self.told("triage").database_url, self.triage.codec, queue)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Kept]:
        """Let relay, consumer and projector work; give what comes out at the end."""
        told, kept = self.told("triage"), Kept()
        hears = Consumer(told.database_url, self.triage, self.ear, REACTIONS, told.authority)
        self.teller[:] = [Loop("relay", self.relay().work)]
        self.keeper[:] = [Loop("projector", self.projector().work)]
        with after(Projector, "keep", kept.tell):
            async with running(*self.teller, Loop("consumer", hears.work), *self.keeper):
                yield kept

    async def requests(self, many: int) -> Sequence[Request]:
        """Give what so many new referrals lead to in intake."""
        return await asyncio.gather(*(self._request() for _ in range(many)))

    async def _request(self) -> Request:
        it = arrival()
        facts = it.stream.decider.decide(it.command, None, it.act)
        return Request(it.stream, it.act, await self.intake.vault.shut(facts))


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[None]:
    """Run `loops` as a service does."""
    tasks = [asyncio.create_task(it.run(), name=it.name) for it in loops]
    try:
        yield
    finally:
        for it in loops:
            it.stop()
        _, late = await asyncio.wait(tasks, timeout=ENDS_WITHIN)
        for task in late:
            task.cancel()


@asynccontextmanager
async def pipe(world: World, over: Over, name: str) -> AsyncIterator[Pipe]:
    """Give a pipe in databases of its own, once some referrals went through it."""
    town, teller, keeper = await over.town(world, name), list[Loop](), list[Loop]()
    intake, triage = town.told("intake"), town.told("triage")
    async with (
        bus_of(intake.bus_url, "intake") as mouth,
        bus_of(triage.bus_url, "triage") as ear,
        world.log(intake.database_url, "intake", teller, POOL) as told,
        world.log(triage.database_url, "triage", keeper, POOL) as heard,
    ):
        it = Pipe(world, over, town, told, heard, mouth, ear, teller, keeper)
        for _ in range(2):
            await through(it, await it.requests(200))
        yield it


async def append(log: Log, requests: Sequence[Request], clients: int = CLIENTS) -> None:
    """Append all, by so many clients, each of which waits for its answer."""
    left = iter(requests)

    async def client() -> None:
        for it in left:
            await log.append(it.stream, it.facts, it.act, after=0)

    await asyncio.gather(*(client() for _ in range(clients)))


async def through(it: Pipe, requests: Sequence[Request]) -> Cost:
    """Give what it costs to append all, until triage's queue has them."""
    watch = it.world.watch()
    async with it.at_work() as kept:
        await asyncio.sleep(0.5)  # they lead, and stand at the end of what came before
        with watch.over(2 * len(requests)):
            await append(it.intake, requests)
            await kept.reach(2 * len(requests))
    return watch.told


async def measure_whole(world: World) -> list[Row]:
    """Measure the CPU of the whole pipe beside that of its parts."""
    rows = list[Row]()
    with buses() as (there, lacking):
        for over in there:
            async with pipe(world, over, "whole") as whole, pipe(world, over, "parts") as parts:
                rows.append(await _beside_its_parts(whole, parts, lacking))
    return rows


async def _beside_its_parts(whole: Pipe, parts: Pipe, lacking: str) -> Row:
    shares, brokers, many = list[dict[str, float]](), list[float](), whole.world.size.told

    async def all_of_it() -> float:
        requests, before = await whole.requests(many), whole.over.cpu()
        cost = await through(whole, requests)
        brokers.append((whole.over.cpu() - before) / cost.units * MILLION)
        return cost.cpu_each

    async def one_by_one() -> float:
        shares.append(await _parts(parts, await parts.requests(many)))
        return sum(shares[-1].values())

    ours, theirs = await interleaved(whole.world.size.rounds, all_of_it, one_by_one)
    told = [f"{name} {median(it[name] for it in shares):.0f}" for name in shares[0]]
    broker = [f"beside them the broker {median(brokers):.0f} us"] if whole.over.broker else []
    return Row(
        figure=f"log to the next service's queue, {whole.over.name}, CPU a message",
        baseline="its parts alone, as large, added up",
        unit="us",
        ours=ours,
        theirs=theirs,
        hold=1.5,
        note="; ".join([", ".join(told), *broker, *filter(None, [lacking])]),
    )


async def _parts(it: Pipe, requests: Sequence[Request]) -> dict[str, float]:
    """Give the CPU of each part for a message, in microseconds."""
    costs, watch, many = dict[str, float](), it.world.watch(), 2 * len(requests)

    async def part(name: str, work: Awaitable[T]) -> T:
        with watch.over(many):
            done = await work
        costs[name] = costs.get(name, 0.0) + watch.told.cpu_each
        return done

    starts, stood = await it.intake.head(), await it.triage.head()
    await part("append", append(it.intake, requests))
    records = await told(it, starts)
    await part("bus", round_trip(it, records))
    found = await part("load and decide", decided(it.triage, records))
    await part("append", append(it.triage, found))
    await part("projection", project(it, stood))
    return costs


async def told(it: Pipe, starts: int) -> Sequence[Record]:
    """Give what the relay would tell of the events behind a position."""
    records = list[Record]()
    while news := await it.intake.read(starts):
        starts = news[-1].position
        for one in news:
            message: Any = it.intake.codec.publish(one.fact, one.act)
            records.append(record_of(one, message, it.intake.codec.told(message), it.by))
    return records


async def round_trip(it: Pipe, records: Sequence[Record]) -> None:
    """Publish all in batches as the relay's, and fetch them in batches as the consumer's."""
    places = await it.ear.ends([it.by.topic])

    async def publish() -> None:
        for start in range(0, len(records), relay.BATCH):
            await it.mouth.publish(records[start : start + relay.BATCH])

    await asyncio.gather(publish(), fetch(it.ear, places, len(records)))


async def fetch(bus: Bus, places: Mapping[TopicPartition, int], many: int) -> None:
    """Fetch until there were so many."""
    while many > 0:
        records = await bus.fetch(places, consumer.BATCH, 1.0)
        places = {**places, **{it.place: it.offset + 1 for it in records}}
        many -= len(records)


async def decided(log: Log, records: Sequence[Record]) -> Sequence[Request]:
    """Load, fold and decide what `records` call for, as many at once as the consumer does."""
    said = [heard_of(it) for it in records]
    called = [(re, it) for it in said for re in REACTIONS if isinstance(it.fact, re.when)]
    asked: Iterator[tuple[Stream[Any, Any, Any], Any, Act]] = iter(
        [(re.on(it), re.then(it), replace(it.act, id=uuid4())) for re, it in called]
    )
    found = list[Request]()

    async def one() -> None:
        for stream, command, by in asked:
            history, _ = await log.load(stream, by)
            state = stream.decider.fold(history)
            found.append(Request(stream, by, stream.decider.decide(command, state, by)))

    await asyncio.gather(*(one() for _ in range(consumer.AT_ONCE)))
    return found


async def project(it: Pipe, at: int) -> None:
    """Follow triage's log from a position on, in batches."""
    keeper = it.projector()
    async with it.world.connection(it.told("triage").database_url) as db:
        await db.execute("update work.projection set position = $1", at)
        while news := await keeper._read(db, at):
            await keeper.keep(db, at, news)
            at = news[-1].position


async def measure_backlog(world: World) -> list[Row]:
    """Measure how long an outage's arrivals take, beside as many that come as they are taken."""
    rows = list[Row]()
    with buses() as (there, lacking):
        for over in there:
            async with pipe(world, over, "backlog") as it:
                sides = (partial(_after_an_outage, it), partial(_in_step, it))
                ours, theirs = await interleaved(world.size.rounds, *sides)
            rows.append(
                Row(
                    figure=f"backlog after an outage, {over.name}, time to catch up",
                    baseline="as many arrivals at the pipe's own rate",
                    unit="s",
                    ours=ours,
                    theirs=theirs,
                    hold=1.3,
                    note="; ".join([f"{2 * world.size.told:,} messages", *filter(None, [lacking])]),
                )
            )
    return rows


async def _after_an_outage(it: Pipe) -> float:
    """Give the seconds until triage's queue has what came while nothing was relayed."""
    requests = await it.requests(it.world.size.told)
    await append(it.intake, requests)
    settle()
    began = perf_counter()
    async with it.at_work() as kept:
        await kept.reach(2 * len(requests))
        return perf_counter() - began


async def _in_step(it: Pipe) -> float:
    """Give the seconds for as many, that come as fast as they are taken."""
    many = it.world.size.told
    requests = await it.requests(many + UNDER_WAY)
    left = iter(requests)
    settle()
    async with it.at_work() as kept:

        async def client() -> None:
            for request in left:
                await it.intake.append(request.stream, request.facts, request.act, after=0)
                await kept.reach(2 * (next(sent) - UNDER_WAY))

        sent = count(1)
        clients = asyncio.gather(*(client() for _ in range(CLIENTS)))
        await kept.reach(UNDER_WAY)  # from here on it is under way
        began, before = perf_counter(), kept.facts
        await kept.reach(before + 2 * many - UNDER_WAY)
        took = (perf_counter() - began) / (kept.facts - before) * 2 * many
        await clients
        await kept.reach(2 * len(requests))
    return took
