"""Does a page of the queue cost the same however many wait?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from random import Random
from time import perf_counter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.triage.decisions import REFERRER
from services.triage.projections.queue import ORDER, Place, Waiting, _begun, queue, who_is_next
from services.triage.rules.clocks import decision_due
from shared.projections.projector import Projector
from tests.bench.cost import Row, interleaved, p95
from tests.bench.synthetic import BEGAN, SPACE, scores
from tests.bench.world import World, find_codec

PAGE = 50
SHAPES = 6000


@cache
def shapes() -> Sequence[Waiting]:
    """Give a week's rows, placed by the queue's own rules."""
    return [_shape(number) for number in range(SHAPES)]


def _shape(number: int) -> Waiting:
    found, since = scores()[number % 300], BEGAN + timedelta(seconds=97 * number)
    row = Waiting(
        concern=SPACE,
        contact=SPACE,
        correlation=SPACE,
        band=found.band,
        scored_band=found.band,
        set_to=None,
        total=found.total,
        confidence=found.confidence,
        scored_by=REFERRER,
        waiting_since=since,
        began=since,
        due_at=since,
        rank=0,
        sort_at=since,
        minus_total=0,
        version=2,
        news=0,
        withdrawn=False,
        decided=False,
        after_decision=False,
        missed=0,
        escalated_to=None,
        proposed_band=None,
        second_person_due_at=None,
    )
    return replace(row, **_begun(row, since, decision_due))


def waiting(count: int) -> Iterator[Waiting]:
    """Give so many rows: week after week of the same shapes, each with ids of its own."""
    chance = Random(7)  # noqa: S311 - the same each time
    for number in range(count):
        row, later = shapes()[number % SHAPES], timedelta(weeks=number // SHAPES)
        yield replace(
            row,
            concern=UUID(int=chance.getrandbits(128)),
            contact=UUID(int=chance.getrandbits(128)),
            correlation=UUID(int=chance.getrandbits(128)),
            waiting_since=row.waiting_since + later,
            began=row.began + later,
            due_at=row.due_at + later,
            sort_at=row.sort_at + later,
        )


async def measure(world: World) -> list[Row]:
    """Measure the first page, and one half way down, of a long and a short queue."""
    size = world.size
    long = _engine(await _filled(world, "many", size.many))
    short = _engine(await _filled(world, "few", size.few))
    try:
        async with long.connect() as many, short.connect() as few:
            return [
                await _row(world, "first page", many, few, None, None),
                await _row(
                    world,
                    "a page half way down",
                    many,
                    few,
                    await _place(many, size.many // 2),
                    await _place(few, size.few // 2),
                ),
            ]
    finally:
        await long.dispose()
        await short.dispose()


async def _row(
    world: World,
    which: str,
    many: AsyncConnection,
    few: AsyncConnection,
    deep: Place | None,
    shallow: Place | None,
) -> Row:
    size = world.size
    for _ in range(2):  # plans and pages are warm on both sides
        await _p95(many, deep, 20), await _p95(few, shallow, 20)
    ours, theirs = await interleaved(
        size.rounds, lambda: _p95(many, deep, size.pages), lambda: _p95(few, shallow, size.pages)
    )
    return Row(
        figure=f"queue, {which} of {PAGE}, {size.many:,} waiting, p95",
        baseline=f"the same page, {size.few:,} waiting, p95",
        unit="ms",
        ours=ours,
        theirs=theirs,
        hold=3.0,
    )


def _engine(dsn: str) -> AsyncEngine:
    return create_async_engine(dsn.replace("postgresql:", "postgresql+asyncpg:", 1))


async def _p95(db: AsyncConnection, place: Place | None, pages: int) -> float:
    taken = []
    for _ in range(pages):
        began = perf_counter()
        rows, _more = await who_is_next(db, PAGE, place)
        taken.append(perf_counter() - began)
        assert len(rows) == PAGE
    return p95(taken)


async def _place(db: AsyncConnection, down: int) -> Place:
    order = [queue.table.c[name] for name in ORDER[1:]]
    query = select(*order).where(~queue.table.c.decided).order_by(*order).offset(down).limit(1)
    rank, sort_at, minus_total, id = (await db.execute(query)).one()
    return rank, sort_at, minus_total, id


async def _filled(world: World, database: str, count: int) -> str:
    """Give the address of a database with a queue of so many in it."""
    dsn = await world.another(database)
    async with world.connection(dsn) as db:
        keeper = Projector(dsn, find_codec("triage"), queue)
        await keeper._stands(db)
        await keeper._fill(db, waiting(count), 0)
    await world.as_owner(database, "vacuum analyze")
    return dsn
