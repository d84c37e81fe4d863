"""What does an append cost beside a bare commit?"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import perf_counter
from uuid import uuid4

from services.triage.decisions import REFERRER, concern
from shared.log.log import Log
from tests.bench.cost import Row, p50
from tests.bench.synthetic import act, scored, scores
from tests.bench.world import Size, World

WARM = 30
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

        ours, theirs = await _taken(world.size, lambda: append(log), commit)
    return [
        Row(
            figure="append, one client, p50",
            baseline="one bare durable commit, p50",
            unit="ms",
            ours=p50(ours),
            theirs=p50(theirs),
            hold=2.5,
        )
    ]


async def append(log: Log) -> None:
    """Record one public fact without words on a new stream."""
    id = uuid4()
    fact = scored(id, scores()[id.int % 300], REFERRER)
    await log.append(concern.stream(id), [fact], replace(act(0, 0), id=id), after=0)


async def _taken(size: Size, *works: Callable[[], Awaitable[None]]) -> list[list[float]]:
    """Give how long each took, in turns one by one: a slow disk is then slow for both."""
    taken: list[list[float]] = [[] for _ in works]
    for at in range(WARM + size.rounds * size.appends):
        for found, work in zip(taken, works, strict=True):
            began = perf_counter()
            await work()
            if at >= WARM:
                found.append(perf_counter() - began)
    return taken
