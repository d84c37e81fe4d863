"""What do appends cost when many come at once, beside plain inserts and beside a library?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg

from services.triage.decisions import REFERRER, concern
from shared.facts import Act
from shared.lease import pool_of
from shared.log.appender import Asked, call_for
from shared.log.log import Log
from tests.bench.cost import Cost, Row, interleaved
from tests.bench.rival import Rival, Told, environment
from tests.bench.synthetic import SPACE, act, scored, scores
from tests.bench.world import World

CLIENTS, FEW, POOL = 64, 16, 16
OLD = 20_000
"""Appends beside a snapshot before it is measured."""

COPY = (
    "create table public.event (like log.event including all)",
    "create sequence public.position",
    "grant usage on schema public to triage",
    "grant insert on public.event to triage",
    "grant usage on sequence public.position to triage",
)
PLAIN = """
insert into public.event values (nextval('public.position'),
  $1, $2, 1, 1, $3, 0, $4, $5, $6, $7, clock_timestamp(), $8)"""
Append = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Bench:
    """A log, and plain tables of the same form beside it."""

    world: World
    log: Log
    pool: asyncpg.Pool
    """As it comes, its connections all there."""

    bare: asyncpg.Pool
    """As a service has it: nothing is reset at release."""

    async def together(self) -> None:
        """Append one public fact to a new stream, as a service does."""
        its = uuid4()
        fact = _facts()[its.int % 300]
        await self.log.append(concern.stream(its), [fact], _request(), after=0)

    async def alone(self) -> None:
        """Do the same with a call and a commit of its own."""
        await self.bare.fetch(*call_for([self._asked()]))

    async def plain(self) -> None:
        """Insert the same row, with the same indexes, in no order that anybody keeps."""
        it = self._asked()
        ((kind, _, body),) = it.facts
        await self.pool.execute(
            PLAIN, it.case, it.stream, it.command, it.fingerprint, kind, body, it.effective_at,
            bytes(32),
        )  # fmt: skip

    def _asked(self) -> Asked:
        its, by = uuid4(), _request()
        fact, stream = _facts()[its.int % 300], concern.stream(its)
        return Asked(
            command=by.id, fingerprint=by.fingerprint, case=its, stream=str(stream), after=0,
            effective_at=by.effective_at, facts=[self.log.codec.row(fact, by)],
        )  # fmt: skip


@cache
def _facts() -> Sequence[Any]:
    """Give facts made beforehand: to make them is no part of any side."""
    return [scored(SPACE, found, REFERRER) for found in scores()]


SOMEBODYS = act(0, 1)


def _request() -> Act:
    return replace(SOMEBODYS, id=uuid4())


@asynccontextmanager
async def _bench(world: World, name: str) -> AsyncIterator[Bench]:
    dsn = await world.another(name)
    await world.as_owner(name, *COPY)
    async with (
        world.log(dsn) as log,
        asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL) as pool,
        await pool_of(dsn, POOL) as bare,
    ):
        yield Bench(world, log, pool, bare)


async def measure(world: World) -> list[Row]:
    """Measure 64 clients that append at once."""
    found: dict[str, list[Cost]] = {"together": [], "alone": [], "plain": []}
    async with _bench(world, "groups") as it:
        works = {"together": it.together, "alone": it.alone, "plain": it.plain}
        for work in works.values():
            await _at_once(CLIENTS, CLIENTS, work)  # connections, plans

        async def side(name: str) -> float:
            times = world.size.grouped // (4 if name == "alone" else 1)
            cost = await _costs(world, CLIENTS, times, works[name])
            found[name].append(cost)
            return cost.cpu_each

        cpu = await interleaved(world.size.rounds, *(partial(side, name) for name in works))
    rates = {
        name: sorted(it.rate for it in costs)[len(costs) // 2] for name, costs in found.items()
    }
    rows = "the same rows and indexes, a transaction each, in no order, asyncpg's pool of 16"
    return [
        Row(figure="append, 64 clients, CPU an event", baseline=rows, unit="us", ours=cpu[0],
            theirs=cpu[2], hold=0.75),
        Row(figure="append, 64 clients, rate", baseline=rows, unit="events/s",
            ours=rates["together"], theirs=rates["plain"], hold=0.8, bound="at least"),
        Row(figure="append, 64 clients, rate", unit="events/s",
            baseline="the same function, a call and a commit each",
            ours=rates["together"], theirs=rates["alone"], hold=5.0,
            bound="at least"),
    ]  # fmt: skip


async def measure_rival(world: World) -> list[Row]:
    """Measure 16 clients beside pyeventsourcing: as it comes, and with its database functions."""
    modes: dict[str, dict[str, str]] = {
        "as it comes": {}, "with its database functions": {"POSTGRES_ENABLE_DB_FUNCTIONS": "y"},
    }  # fmt: skip
    rivals = list[Rival]()
    for number, more in enumerate(modes.values()):
        name = f"rival{number}"
        await world.as_owner(
            "postgres", f"drop database if exists {name}", f"create database {name}"
        )
        at = environment(world.house.owner(name), POSTGRES_POOL_SIZE=str(FEW), **more)
        rivals.append(Rival(env=at))
    try:
        async with _bench(world, "beside") as it:
            await _at_once(FEW, 4 * FEW, it.together)

            async def ours() -> float:
                return (await _costs(world, FEW, world.size.grouped, it.together)).rate

            async def theirs(rival: Rival) -> float:
                return await asyncio.to_thread(_saved, rival, world.size.saves)

            rates = await interleaved(
                world.size.rounds, ours, *(partial(theirs, rival) for rival in rivals)
            )
    finally:
        for rival in rivals:
            rival.close()
    holds = (8.0, 2.5)
    return [
        Row(figure="append, 16 clients, rate", baseline=f"pyeventsourcing 9.5, {mode}, 16 threads",
            unit="events/s", ours=rates[0], theirs=rate, hold=hold, bound="at least")
        for mode, rate, hold in zip(modes, rates[1:], holds, strict=True)
    ]  # fmt: skip


def _saved(rival: Rival, times: int) -> float:
    """Give the rate at which 16 threads save new aggregates, each with one fact."""

    def save(_: int) -> None:
        its = uuid4()
        told = Told()
        told.trigger_event(Told.Happened, fact=_facts()[its.int % 300])
        rival.save(told)

    with ThreadPoolExecutor(FEW) as pool:
        list(pool.map(save, range(2 * FEW)))
        began = perf_counter()
        list(pool.map(save, range(times)))
        return times / (perf_counter() - began)


async def measure_snapshot(world: World) -> list[Row]:
    """Measure appends beside a snapshot that was open for 20,000 of them, as a dump has it."""
    before = OLD // (10 if world.size.grouped < OLD // 10 else 1)
    async with (
        _bench(world, "beside_a_snapshot") as one,
        _bench(world, "beside_none") as other,
        one.bare.acquire() as db,
        db.transaction(isolation="repeatable_read", readonly=True),
    ):
        await db.fetchval("select count(*) from log.event")
        for it in (one, other):
            await _at_once(CLIENTS, before, it.together)

        async def side(it: Bench) -> float:
            return (await _costs(world, CLIENTS, world.size.grouped, it.together)).rate

        sides = (partial(side, one), partial(side, other))
        ours, theirs = await interleaved(world.size.rounds, *sides)
    return [
        Row(figure=f"append beside an open snapshot, after {before:,} appends, rate",
            baseline="the same without it", unit="events/s", ours=ours, theirs=theirs, hold=0.8,
            bound="at least")
    ]  # fmt: skip


async def _costs(world: World, clients: int, times: int, work: Append) -> Cost:
    watch = world.watch()
    with watch.over(times):
        await _at_once(clients, times, work)
    return watch.told


async def _at_once(clients: int, times: int, work: Append) -> None:
    """Do it so often, by so many clients, each of which waits for its answer."""
    turns = count()

    async def client() -> None:
        while next(turns) < times:
            await work()

    await asyncio.gather(*(client() for _ in range(clients)))
