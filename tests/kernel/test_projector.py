"""Is a projection the fold of its log, whatever happens to whoever keeps it?"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from shared.facts import Code, Recorded
from shared.lease import Loop, NotOwner
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.refusals import Unavailable
from shared.sealed import Sealed
from shared.way import LOST
from tests.kernel import a
from tests.kernel.folds import asking, at_work, everything, folded, keeping, rows_of
from tests.support.house import House
from tests.support.patience import until

GONE, POISON = 0, 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was told and kept of a case."""

    case: UUID
    correlation: UUID
    code: Code
    told: int = 0
    kept: int = 0
    last: int | None = None


def fold(row: Tally | None, happened: Recorded[a.ThingFact]) -> Tally | None:
    number = happened.fact.number
    if number == POISON:
        raise ValueError(number)
    return mended(row, happened)


def mended(row: Tally | None, happened: Recorded[a.ThingFact]) -> Tally | None:
    if happened.fact.number == GONE:
        return None
    correlation = happened.act.correlation
    row = row or Tally(case=happened.case, correlation=correlation, code=Code("tally@1:new"))
    match happened.fact:
        case a.Told(number=number):
            return replace(row, told=row.told + 1, last=number)
        case a.Kept():
            return replace(row, kept=row.kept + 1)


def tally(fold: Callable[..., Tally | None] = fold, **but: Any) -> Projection[Tally]:
    """Give a projection that nobody has kept before."""
    known: dict[str, Any] = {"name": f"tally_{uuid4().hex[:12]}", "version": 1}
    return Projection(**(known | but), row=Tally, fold=fold, indexes=(("told", "case"),))


@pytest.fixture
async def log(kernel_house: House) -> AsyncIterator[Log]:
    """Give the log that is folded."""
    async with a.log_of(kernel_house, "folds") as found:
        yield found


async def record(log: Log, case: UUID, *numbers: int, **but: Any) -> int:
    """Record facts, the negative ones private, and give the position of the last."""
    facts = tuple(a.Told(number=it) if it >= 0 else a.Kept(number=-it) for it in numbers)
    receipt = await handle(log, a.thing.stream(case), a.Record(facts), a.act(**but))
    assert receipt.position
    return receipt.position


numbers = some.sampled_from((1, 2, 3, -1, -2, GONE, POISON, 5, 6, 7))
news = some.lists(
    some.tuples(some.integers(0, 2), some.lists(numbers, min_size=1, max_size=3)), max_size=8
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=news, after=news, batch=some.integers(1, 5))
async def test_what_is_followed_is_what_is_built_anew_is_the_fold(
    log: Log, kernel_house: House, before: Any, after: Any, batch: int
) -> None:
    projection, cases = tally(), [uuid4() for _ in range(3)]
    async with keeping(kernel_house, log, projection) as keeper:
        for case, facts in before:
            await record(log, cases[case], *facts)
        await keeper.build()
        for case, facts in after:
            await record(log, cases[case], *facts)
        await keeper.follow(batch)
        followed = await rows_of(log, projection)
        stale = await stale_cases(log, projection)
        await keeper.build()
    expected = folded(projection, await everything(log))
    assert (followed, stale) == expected
    assert (await rows_of(log, projection), await stale_cases(log, projection)) == expected


async def stale_cases(log: Log, projection: Projection[Any]) -> set[UUID]:
    query = "select case_id from work.stale where projection = $1"
    return {row["case_id"] for row in await log.pool.fetch(query, projection.name)}


async def position_of(log: Log, projection: Projection[Any]) -> int:
    query = "select position from work.projection where name = $1"
    return int(await log.pool.fetchval(query, projection.name))


async def test_one_at_work_builds_follows_and_says_when_it_has_caught_up(
    log: Log, kernel_house: House
) -> None:
    projection, old, new = tally(), uuid4(), uuid4()
    await record(log, old, 1, -1)
    async with at_work(kernel_house, log, projection) as projector:
        await asyncio.wait_for(projector.ready.wait(), 60)
        assert (await rows_of(log, projection))[old].told == 1
        await record(log, new, 1, 2)

        async def followed() -> Tally | None:
            return (await rows_of(log, projection)).get(new)

        assert (await until(followed)).told == 2
    query = "select count(*) from pg_indexes where tablename = $1"
    assert await log.pool.fetchval(query, projection.name) == 2  # its key, and the one it names


async def test_who_wrote_reads_their_own_write_in_the_list(log: Log, kernel_house: House) -> None:
    projection, case = tally(), uuid4()
    await record(log, uuid4(), 1)
    async with at_work(kernel_house, log, projection) as projector, asking(kernel_house, log) as db:
        await asyncio.wait_for(projector.ready.wait(), 60)
        for told in range(1, 4):
            at = await record(log, case, told)
            assert await projection.caught_up(db, at, patience=60) >= at
            query = select(projection.table.c.told).where(projection.table.c.case == case)
            assert (await db.execute(query)).scalar() == told


async def test_a_list_that_lags_is_shown_as_it_stands_with_its_position(
    log: Log, kernel_house: House
) -> None:
    projection = tally()
    before = await record(log, uuid4(), 1)
    async with keeping(kernel_house, log, projection) as keeper, asking(kernel_house, log) as db:
        with pytest.raises(Unavailable):  # there is nothing to show
            await projection.caught_up(db, None)
        await keeper.build()
        after = await record(log, uuid4(), 1)
        assert await projection.caught_up(db, None) == before
        assert await projection.caught_up(db, after, patience=0.2) == before
        await keeper.follow()
        assert await projection.caught_up(db, after) == after


async def test_a_new_version_is_built_beside_the_old_one_which_stays_fresh(
    log: Log, kernel_house: House
) -> None:
    old = tally()
    new = tally(name=old.name.removesuffix("_v1"), version=2)
    case = uuid4()
    await record(log, case, 1)
    async with at_work(kernel_house, log, old) as first, at_work(kernel_house, log, new) as second:
        for projector in (first, second):
            await asyncio.wait_for(projector.ready.wait(), 60)
        at = await record(log, case, 2)
        async with asking(kernel_house, log) as db:
            for projection in (old, new):
                assert await projection.caught_up(db, at, patience=60) >= at
                assert (await rows_of(log, projection))[case].told == 2
    assert old.name != new.name


async def test_one_keeps_a_table_and_another_stands_by_until_it_is_needed(
    log: Log, kernel_house: House
) -> None:
    projection, case = tally(), uuid4()
    await record(log, case, 1)
    async with at_work(kernel_house, log, projection) as first:
        await asyncio.wait_for(first.ready.wait(), 60)
        with pytest.raises(NotOwner):
            await first.work(Loop("rival", first.work))
        async with at_work(kernel_house, log, projection) as second:
            await asyncio.wait_for(
                second.ready.wait(), 20
            )  # the answers are there, so it may serve
    async with at_work(kernel_house, log, projection), asking(kernel_house, log) as db:
        at = await record(log, case, 2)
        assert await projection.caught_up(db, at, patience=60) >= at


async def test_of_two_who_both_think_they_keep_a_table_the_second_moves_nothing(
    log: Log, kernel_house: House
) -> None:
    projection, case = tally(), uuid4()
    async with (
        keeping(kernel_house, log, projection) as one,
        keeping(kernel_house, log, projection) as thawed,
    ):
        await record(log, case, 1)
        await one.build()
        thawed.at = one.at
        await record(log, case, 2)
        await one.follow()
        before = await rows_of(log, projection), await position_of(log, projection)
        with pytest.raises(NotOwner):
            await thawed.follow()
        assert (await rows_of(log, projection), await position_of(log, projection)) == before


def cutting(house: House, at: int, pids: list[int]) -> Callable[..., Tally | None]:
    """Give a fold during which, at one number, the server drops the sessions of `pids`."""

    async def cut() -> None:
        db = await asyncpg.connect(house.owner("folds"))
        while pids:
            await db.fetchval("select pg_terminate_backend($1, 5000)", pids.pop())
        await db.close()

    def fold(row: Tally | None, happened: Recorded[a.ThingFact]) -> Tally | None:
        if happened.fact.number == at and pids:
            elsewhere = threading.Thread(target=lambda: asyncio.run(cut()))
            elsewhere.start()
            elsewhere.join()
        return mended(row, happened)

    return fold


async def test_a_crash_between_reading_and_keeping_changes_nothing(
    log: Log, kernel_house: House
) -> None:
    pids, case = list[int](), uuid4()
    projection = tally(cutting(kernel_house, 77, pids))
    await record(log, case, 1)
    async with keeping(kernel_house, log, projection) as crashing:
        await crashing.build()
        before = await rows_of(log, projection), await position_of(log, projection)
        await record(log, case, 2, 77, 3)
        pids.append(await crashing.db.fetchval("select pg_backend_pid()"))
        with pytest.raises(LOST):
            await crashing.follow()
    assert (await rows_of(log, projection), await position_of(log, projection)) == before
    async with at_work(kernel_house, log, projection), asking(kernel_house, log) as db:
        await projection.caught_up(db, await log.head(), patience=60)
    assert (await rows_of(log, projection))[case].told == 4


async def test_a_crash_while_building_leaves_nothing_to_be_served(
    log: Log, kernel_house: House
) -> None:
    pids, case = list[int](), uuid4()
    projection = tally(cutting(kernel_house, 78, pids))
    await record(log, case, 1, 78)
    async with keeping(kernel_house, log, projection) as crashing:
        pids.append(await crashing.db.fetchval("select pg_backend_pid()"))
        with pytest.raises(LOST):
            await crashing.build()
    async with asking(kernel_house, log) as db:
        with pytest.raises(Unavailable):
            await projection.caught_up(db, None)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
    assert (await rows_of(log, projection))[case].told == 2


async def test_one_who_is_asked_to_stop_while_building_leaves_nothing_half_built(
    log: Log, kernel_house: House
) -> None:
    projection, stopped = tally(), Loop("stopped", lambda _: asyncio.sleep(0))
    stopped.stop()
    await record(log, uuid4(), 1)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.projector._stands(keeper.db)
        with pytest.raises(NotOwner):
            await keeper.projector.build(keeper.db, stopped)
        with pytest.raises(asyncpg.UndefinedTableError):
            await rows_of(log, projection)


async def test_where_a_fold_goes_wrong_that_case_keeps_its_last_good_row_and_others_go_on(
    log: Log, kernel_house: House
) -> None:
    projection, bad, good = tally(), uuid4(), uuid4()
    await record(log, bad, 1)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
        await record(log, bad, 2, POISON, 3)
        await record(log, good, 1)
        await keeper.follow()
        await record(log, bad, 4)
        await record(log, good, 2)
        await keeper.follow()
    rows = await rows_of(log, projection)
    assert (rows[bad].told, rows[bad].last) == (2, 2)
    assert (rows[good].told, rows[good].last) == (2, 2)
    assert bad in await stale_cases(log, projection)
    assert good not in await stale_cases(log, projection)


async def test_a_case_whose_fold_went_wrong_is_shown_stale_until_the_table_is_built_anew(
    log: Log, kernel_house: House
) -> None:
    projection, bad, good = tally(), uuid4(), uuid4()
    await record(log, bad, 1, POISON)
    await record(log, good, 1)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
    assert (await since(kernel_house, log, projection, bad)) is not None
    assert (await since(kernel_house, log, projection, good)) is None

    async with at_work(kernel_house, log, projection) as restarted, asking(kernel_house, log) as db:
        await asyncio.wait_for(restarted.ready.wait(), 60)
        await projection.caught_up(db, await record(log, bad, 2), patience=60)
    assert (await rows_of(log, projection))[bad].told == 1  # a restart does not forget it

    repaired = tally(mended, name=projection.name.removesuffix("_v1"))
    async with keeping(kernel_house, log, repaired) as keeper:
        await keeper.build()
    assert (await since(kernel_house, log, repaired, bad)) is None
    assert (await rows_of(log, repaired))[bad].told == 3


async def since(house: House, log: Log, projection: Projection[Any], case: UUID) -> Any:
    async with asking(house, log) as db:
        query = select(projection.stale_since()).where(projection.table.c.case == case)
        return (await db.execute(query)).scalar_one()


@pytest.mark.parametrize("blocked", ["its own case", "the case it came from"])
async def test_a_row_is_stale_where_its_case_or_the_one_it_came_from_is_blocked(
    log: Log, kernel_house: House, blocked: str
) -> None:
    projection, case, other, correlation = tally(), uuid4(), uuid4(), uuid4()
    await record(log, case, 1, correlation=correlation)
    await record(log, other, 1)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
    blocking = "insert into work.blocked values ('t', $1, 0, 0, 'refused', 'x', $2, now(), null)"
    own = blocked == "its own case"
    await log.pool.execute(blocking, case if own else uuid4(), uuid4() if own else correlation)

    assert (await since(kernel_house, log, projection, case)) is not None
    assert (await since(kernel_house, log, projection, other)) is None
    await log.pool.execute("delete from work.blocked")
    assert (await since(kernel_house, log, projection, case)) is None


async def test_what_the_kernel_records_is_no_projections_business(
    log: Log, kernel_house: House
) -> None:
    projection, case = tally(), uuid4()
    await record(log, case, 1)
    owner = await asyncpg.connect(kernel_house.owner("folds"))
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
        for step in ("+", "-"):
            await owner.execute(f"update log.simulated set now = now {step} interval '1 hour'")  # noqa: S608 - ours
            await record(log, case, 2)
        await keeper.follow(1)
    await owner.close()
    types = [it.fact.stored_as for it in await log.read(await log.head() - 2)]
    assert types == ["log.clock-stepped/1", "kernel.told/1"]
    assert keeper.at == await log.head()
    assert (await rows_of(log, projection))[case].told == 3


@pytest.mark.parametrize("kind", [Sealed[str], Sealed, bytes, dict, object])
def test_no_column_can_hold_words_of_a_person(kind: Any) -> None:
    @dataclass
    class Row:
        case: UUID
        words: kind

    Row.__annotations__.update(case=UUID, words=kind)
    with pytest.raises(KeyError):
        Projection("worded", version=1, row=Row, fold=lambda row, _: row)
