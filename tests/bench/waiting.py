"""What does it cost to fire many deadlines at once, and to read a case as it was known?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

import asyncpg

from services.triage.decisions import REFERRER, concern
from services.triage.events import InformationAdded
from shared.lease import leading
from shared.log.appender import Asked, call_for
from shared.log.log import Log
from shared.projections import timers
from shared.projections.timers import Timers
from tests.bench.cost import Row, interleaved
from tests.bench.synthetic import SPACE, act, recognised, scored, scores, shut
from tests.bench.world import World
from tests.kernel import a
from tests.kernel.owing import CALENDAR, wait

CLIENTS, GROUP = 64, 500
FACTS, ROUNDS = 200, 3
LATER = datetime(2100, 1, 1, tzinfo=UTC)


async def measure(world: World) -> list[Row]:
    """Measure the firing of what is due, and a case of two hundred facts as it was known."""
    return [await _firing(world), await _as_known(world)]


async def _firing(world: World) -> Row:
    many, fired, appended = world.size.due, list[float](), list[float]()
    for number in range(ROUNDS):
        async with _promises(world, f"waiting_{number}", many) as (log, dsn):
            fired.append(many / await _fired(log, dsn))
        async with _promises(world, f"waiting_{number}", many) as (log, _):
            appended.append(many / await _appended(log, many))
    return Row(
        figure="firing of what is due: loaded, decided, appended, struck off",
        baseline=f"as many grouped appends to the same streams, {CLIENTS} clients",
        unit="facts/s",
        ours=sorted(fired)[len(fired) // 2],
        theirs=sorted(appended)[len(appended) // 2],
        hold=0.4,
        bound="at least",
        note=f"{many:,} deadlines",
    )


@asynccontextmanager
async def _promises(world: World, name: str, many: int) -> AsyncIterator[tuple[Log, str]]:
    """Give a log in which so many streams each owe an answer since years."""
    dsn = await world.another(name)
    async with world.log(dsn, most=8, codec=a.CODEC) as log:
        numbers = iter(range(many))
        while some := list(islice(numbers, GROUP)):
            await log.pool.fetch(*call_for([_promised(number) for number in some]))
        yield log, dsn


def _promised(number: int) -> Asked:
    stream, by = wait.stream(_case(number)), a.act()
    return Asked(
        command=by.id, fingerprint=None, case=stream.case, stream=str(stream), after=0,
        effective_at=by.effective_at, facts=[a.CODEC.row(a.Told(number=1), by)],
    )  # fmt: skip


def _case(number: int) -> UUID:
    return uuid5(SPACE, f"promise {number}")


async def _fired(log: Log, dsn: str) -> float:
    """Give the seconds until all that is armed has fired."""
    keeper = Timers(dsn, log, [wait], CALENDAR)
    async with leading(dsn, 8113, 3) as db:
        await _arm(keeper, db)
        began = perf_counter()
        while await keeper._fire(db):
            pass
        took = perf_counter() - began
        assert not await db.fetch("select from work.timer")
    return took


async def _arm(keeper: Timers, db: asyncpg.Connection) -> None:
    await db.execute(timers.BEGIN, keeper._name)
    at = 0
    while news := await db.fetch(timers.NEWS, at, timers.BATCH):
        await keeper._rearm(db, news, at)
        at = news[-1]["position"]


async def _appended(log: Log, many: int) -> float:
    """Give the seconds for as many facts at the end of the same streams."""
    numbers = iter(range(many))

    async def client() -> None:
        for number in numbers:
            stream = wait.stream(_case(number))
            await log.append(stream, [a.Kept(number=-1)], a.act(), after=1)

    began = perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return perf_counter() - began


async def _as_known(world: World) -> Row:
    async with world.log(await world.another("known")) as log:
        stream = concern.stream(uuid5(SPACE, "a very long concern"))
        for at, fact in enumerate(_story(stream.case)):
            await log.append(stream, [fact], act(-7, at), after=at)
        now = await log.now()

        async def ours() -> float:
            return await _seconds(log, stream, world.size.loads, now + timedelta(hours=1))

        async def theirs() -> float:
            return await _seconds(log, stream, world.size.loads, None)

        await ours(), await theirs()
        then, current = await interleaved(world.size.rounds, ours, theirs)
    return Row(
        figure=f"a case of {FACTS} facts as it was known, and as it was, at a date",
        baseline="the same case now",
        unit="ms",
        ours=then * 1000,
        theirs=current * 1000,
        hold=1.3,
    )


def _story(id: UUID) -> Sequence[object]:
    told = [InformationAdded(words=shut(id, "adult", 320)) for _ in range(FACTS - 2)]
    return [recognised(id), scored(id, scores()[1], REFERRER), *told]


async def _seconds(log: Log, stream: Any, times: int, known_at: datetime | None) -> float:
    """Give the seconds of one reading, folded."""
    then = {"known_at": known_at, "effective_at": LATER} if known_at else {}
    began = perf_counter()
    for _ in range(times):
        history = await log.history(stream, **then)
        assert len(history) == FACTS
        concern.fold(history)
    return (perf_counter() - began) / times
