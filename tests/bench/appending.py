"""What does an append cost beside a bare commit?"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from services.triage.decisions import REFERRER, concern
from shared.log.log import Log
from tests.bench.cost import Row, interleaved, p50
from tests.bench.synthetic import act, scored, scores
from tests.bench.world import World

BARE = "insert into public.bare values ($1, $2)"


async def measure(world: World) -> list[Row]:
    """Measure one client that appends one fact at a time, each to a new stream."""
    dsn = await world.another("appends")
    await world.as_owner(
        "appends",
        "create table public.bare (id uuid primary key, told text)",
        "grant insert on public.bare to triage",
        "grant usage on schema public to triage",
    )
    async with world.log(dsn) as log:

        async def commit() -> None:
            await log.pool.execute(BARE, uuid4(), "a short row")

        ours, theirs = await interleaved(
            world.size.rounds,
            lambda: _p50(world.size.appends, lambda: append(log)),
            lambda: _p50(world.size.appends, commit),
        )
    return [
        Row(
            figure="append, one client, p50",
            baseline="one bare durable commit, p50",
            unit="ms",
            ours=ours,
            theirs=theirs,
            hold=2.5,
        )
    ]


async def append(log: Log) -> None:
    """Record one public fact without words on a new stream."""
    id = uuid4()
    fact = scored(id, scores()[id.int % 300], REFERRER)
    await log.append(concern.stream(id), [fact], replace(act(0, 0), id=id), after=0)


async def _p50(times: int, work: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(times):
        began = perf_counter()
        await work()
        taken.append(perf_counter() - began)
    return p50(taken[times // 10 :])
