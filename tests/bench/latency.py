"""How long until what somebody did is seen, here and in the next service?

Twenty commands a second, one after another, and between two of them a bare durable commit: a slow
disk is then slow for both. The services run in this process, with all of their loops.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from services.intake.projections.referrals import referrals
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.projector import Projector
from tests.bench.appending import BARE
from tests.bench.cost import Row, p50, p95
from tests.bench.towns import Arrival, Over, after, arrival, buses, correlation_of
from tests.bench.world import World
from tests.support.house import Home, House, at_home
from tests.support.patience import until

SKIPPED = 40
PACE = 0.05
BASELINE = "one bare durable commit, p50, between the same commands"
TABLE = (
    "create table public.bare (id uuid primary key, told text)",
    "grant usage on schema public to intake",
    "grant insert on public.bare to intake",
)
Expected = dict[UUID, asyncio.Future[float]]
"""Of each command: when that which it leads to was committed."""


async def measure(world: World) -> list[Row]:
    """Measure a command to its projection, and to what it causes in the next service."""
    with buses() as (there, lacking):
        rows = [await _to_its_view(world, there[0])]
        rows += [await to_what_it_causes(world, bus, lacking) for bus in there]
    return rows


async def _to_its_view(world: World, bus: Over) -> Row:
    town = await bus.town(world, "views")
    async with at_home(town, "intake") as intake:
        with _kept() as expected:
            ours, acked, bare = await _paced(world, town, intake, expected)
    return _row("its own projection", ours, acked, bare, 6.0)


async def to_what_it_causes(world: World, bus: Over, lacking: str) -> Row:
    """Measure a command of intake to the fact of triage that it leads to."""
    town = await bus.town(world, "causes")
    async with at_home(town, "intake") as intake, at_home(town, "triage"):
        with _caused() as expected:
            ours, acked, bare = await _paced(world, town, intake, expected)
    figure = f"the fact it causes in the next service, {bus.name}"
    return _row(figure, ours, acked, bare, 16.0 if bus.broker else 12.0, lacking)


def _row(
    what: str, ours: list[float], acked: list[float], bare: list[float], hold: float, more: str = ""
) -> Row:
    note = f"p95 {p95(ours):.1f} ms; from the answer on, p50 {p50(acked):.1f} ms"
    return Row(
        figure=f"command to {what}, p50 at 20/s",
        baseline=BASELINE,
        unit="ms",
        ours=p50(ours),
        theirs=p50(bare),
        hold=hold,
        note="; ".join(filter(None, (note, more))),
    )


@contextmanager
def _kept() -> Iterator[Expected]:
    """Expect the row of a referral, committed."""
    expected = Expected()

    def tell(keeper: Projector, _db: Any, _at: int, news: Any) -> None:
        if keeper._it is referrals:
            for it in news:
                _come(expected, correlation_of(it))

    with after(Projector, "keep", tell):
        yield expected


@contextmanager
def _caused() -> Iterator[Expected]:
    """Expect what triage records, committed."""
    expected = Expected()

    def tell(log: Log, _stream: Any, _facts: Any, act: Any) -> None:
        if log.name == "triage":
            _come(expected, act.correlation)

    with after(Log, "append", tell):
        yield expected


def _come(expected: Expected, correlation: UUID) -> None:
    found = expected.get(correlation)
    if found and not found.done():
        found.set_result(perf_counter())


async def _paced(
    world: World, town: House, intake: Home, expected: Expected
) -> tuple[list[float], list[float], list[float]]:
    """Give the seconds from each command, from its answer, and of each bare commit."""
    await world.as_owner(str(town.told("intake").database_url).rpartition("/")[2], *TABLE)
    await until(lambda: _ready(intake))
    ours, acked, bare = list[float](), list[float](), list[float]()
    starts = perf_counter()
    for number in range(SKIPPED + world.size.commands):
        sent = arrival()
        awaited = expected[sent.act.correlation] = asyncio.get_running_loop().create_future()
        await at_instant(starts + number * PACE)
        began = perf_counter()
        answered = await _do(intake.runtime.log, sent)
        async with asyncio.timeout(30):
            came = await awaited
        await at_instant(starts + (number + 0.5) * PACE)
        alone = await _bare(intake.runtime.log)
        if number >= SKIPPED:
            ours.append(came - began)
            acked.append(came - answered)
            bare.append(alone)
    return ours, acked, bare


async def _ready(home: Home) -> bool:
    return all(ready() for ready in home.runtime.ready.values())


async def at_instant(instant: float) -> None:
    """Wait until then, on the process's clock."""
    await asyncio.sleep(max(0.0, instant - perf_counter()))


async def _do(log: Log, sent: Arrival) -> float:
    await handle(log, sent.stream, sent.command, sent.act, known=())
    return perf_counter()


async def _bare(log: Log) -> float:
    began = perf_counter()
    await log.pool.execute(BARE, uuid4(), "a short row")
    return perf_counter() - began
