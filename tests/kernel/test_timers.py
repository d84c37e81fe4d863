"""Does what is owed fire once, when it is due, whatever was lost meanwhile?"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.decider import Deadline, DeadlinePassed
from shared.facts import Recorded
from shared.http.health import LAGS
from shared.lease import Loop, NotOwner, leading
from shared.log.codec import Codec
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections import timers
from shared.projections.timers import Timers, armed
from tests.kernel import a
from tests.kernel.owing import BEGAN, CALENDAR, NEVER, UNCOUNTABLE, Newer, Town, wait, waiting
from tests.support.house import House
from tests.support.patience import until

CLOCK = time.time  # noqa: TID251 - which these tests let leap


@pytest.fixture
async def town(kernel_house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(timers, "PAUSE", 0.02)
    async with (
        a.log_of(kernel_house, "folds") as log,
        a.owner_of(kernel_house, "folds") as owner,
        Town(kernel_house, log, owner).beginning() as town,
    ):
        yield town


async def test_what_is_owed_fires_once_when_it_is_due_and_never_before(town: Town) -> None:
    case = await town.promise(2)
    async with town.keeping():
        await town.clock(1.9)
        await town.settled()
        assert await town.story(case) == [2]
        await town.clock(2)
        await until(lambda: fired(town, case))
        await town.clock(50)
        await town.settled()
    assert await town.story(case) == [2, -2]
    last = (await town.log.history(wait.stream(case)))[-1]
    assert last.act.effective_at == BEGAN + timedelta(hours=2)
    assert (last.act.role, last.act.actor) == ("timer", "folds")


async def test_what_was_done_in_time_is_owed_no_more(town: Town) -> None:
    case = await town.promise(2)
    async with town.keeping():
        await town.settled()
        await town.promise(0, case)
        await town.settled()
        await town.clock(3)
        await town.settled()
    assert await town.story(case) == [2, 0]


async def test_what_passed_while_everything_stood_still_fires_once_and_says_that_it_is_late(
    town: Town,
) -> None:
    cases = [await town.promise(hours) for hours in (1, 2, 170)]
    await town.clock(168)
    async with town.keeping():
        await town.settled()
    assert [await town.story(case) for case in cases] == [[1, -1001], [2, -1002], [170]]


async def test_a_table_that_was_lost_fires_nothing_twice_and_forgets_nothing(town: Town) -> None:
    done, waits = await town.promise(1), await town.promise(5)
    async with town.keeping():
        await town.clock(1)
        await until(lambda: fired(town, done))
    await town.owner.execute("delete from work.timer")
    await town.owner.execute("update work.projection set position = 0 where name = 'timers test'")
    async with town.keeping():
        await town.settled()
        assert (await town.story(done), await town.story(waits)) == ([1, -1], [5])
        await town.clock(5)
        await until(lambda: fired(town, waits))
    assert (await town.story(done), await town.story(waits)) == ([1, -1], [5, -5])


async def test_a_crash_between_the_fact_and_the_table_fires_nothing_twice(town: Town) -> None:
    case = await town.promise(1)
    (timer,) = armed(wait.stream(case), await town.log.history(wait.stream(case)), CALENDAR)
    await town.clock(1)
    act = a.act(id=timer.id, role="timer", effective_at=timer.due_at)
    passed = DeadlinePassed(Deadline(timer.kind, timer.due_at))
    await handle(town.log, wait.stream(case), passed, act)
    again = await handle(town.log, wait.stream(case), passed, act)
    assert (again.version, again.facts) == (2, ())
    async with town.keeping():
        await town.settled()
    assert await town.story(case) == [1, -1]


async def test_owed_again_it_fires_again(town: Town) -> None:
    case = await town.promise(1)
    async with town.keeping():
        await town.clock(1)
        await until(lambda: fired(town, case))
        await town.promise(1, case)
        await until(lambda: has(town, case, 4))
    assert await town.story(case) == [1, -1, 1, -1]


async def test_new_calendar_data_are_armed_anew_and_fire_nothing_twice(town: Town) -> None:
    done, waits = await town.promise(1), await town.promise(5)
    async with town.keeping():
        await town.clock(1)
        await until(lambda: fired(town, done))
    newer = replace(CALENDAR, version="newer")
    async with town.keeping(newer):
        await town.settled("timers newer")
        await town.clock(5)
        await until(lambda: fired(town, waits))
    assert (await town.story(done), await town.story(waits)) == ([1, -1], [5, -5])


async def test_an_earlier_build_that_comes_back_arms_all_anew_and_only_one_of_both_counts(
    town: Town,
) -> None:
    waits = await town.promise(5)
    async with town.keeping():
        await town.settled()
    async with town.keeping(replace(CALENDAR, version="newer")):
        await town.settled("timers newer")
        await until(lambda: nobody_follows(town, "timers test"))
    meanwhile = await town.promise(6)
    await town.clock(5)
    assert await lag(town) == 1
    async with town.keeping():
        await town.settled()
        await town.clock(6)
        await until(lambda: fired(town, meanwhile))
    assert (await town.story(waits), await town.story(meanwhile)) == ([5, -5], [6, -6])
    assert await lag(town) == 0


async def test_one_wait_that_cannot_pass_holds_up_no_other(town: Town) -> None:
    broken, good = await town.promise(NEVER), await town.promise(NEVER - 1)
    async with town.keeping():
        await town.clock(NEVER)
        await until(lambda: fired(town, good))
        query = "select failed from work.timer where case_id = $1"
        assert await until(lambda: town.owner.fetchval(query, broken)) == "Broken"
        await town.promise(0, broken)
        await town.settled()
        assert not await town.owner.fetch(query, broken)
    assert await town.story(broken) == [NEVER, 0]


async def test_one_wait_that_cannot_be_counted_keeps_its_old_times_and_holds_up_no_other(
    town: Town,
) -> None:
    strange, good = await town.promise(3), await town.promise(4)
    async with town.keeping():
        await town.settled()
        await town.promise(UNCOUNTABLE, strange)
        await town.settled()
        await town.clock(4)
        await until(lambda: fired(town, good))
        query = "select failed from work.timer where case_id = $1"
        assert await until(lambda: town.owner.fetchval(query, strange)) == "ZeroDivisionError"
    assert await town.story(strange) == [3, UNCOUNTABLE]


async def test_with_other_targets_all_is_counted_anew(town: Town) -> None:
    case = await town.promise(2)
    async with town.keeping():
        await town.settled()
    newer = waiting(later=3, times="newer")
    async with town.keeping(decider=newer):
        await town.clock(2)
        await town.settled("timers test newer")
        assert await town.story(case) == [2]
        await town.clock(5)
        await until(lambda: fired(town, case))
    assert await town.story(case) == [2, -2]


async def test_what_comes_to_nothing_is_counted_anew(town: Town) -> None:
    case = await town.promise(2)
    async with town.keeping():
        await town.settled()
    async with town.keeping(decider=waiting(later=3)):  # as if its data changed unsaid
        await town.clock(2)
        await town.settled()
        assert await town.story(case) == [2]
        await town.clock(5)
        await until(lambda: fired(town, case))


async def test_what_an_earlier_build_could_not_pass_or_count_the_next_one_does(town: Town) -> None:
    broken, strange = await town.promise(NEVER), await town.promise(UNCOUNTABLE)
    async with town.keeping():
        await town.clock(NEVER)
        query = "select count(*) from work.timer where failed is not null"
        await until(lambda: at_least(town, query, 2))
    async with town.keeping(decider=waiting(mended=True)):
        await until(lambda: fired(town, broken))
        await town.clock(UNCOUNTABLE % 1000)
        await until(lambda: fired(town, strange))
    assert await town.story(broken) == [NEVER, -NEVER]


async def test_a_fact_of_a_newer_build_stops_nobody_elses_timer(
    kernel_house: House, log: Log, log_owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "PAUSE", 0.02)
    async with Town(kernel_house, log, log_owner, "kernel").beginning() as town:
        case, stream = await town.promise(1), wait.stream(uuid4())
        async with a.log_of(kernel_house, codec=Codec([Newer], lambda _fact, _act: None)) as newer:
            await newer.append(stream, [Newer(number=1)], a.act(), after=0)
        late = await town.promise(2)
        async with town.keeping():
            await town.clock(2)
            await until(lambda: fired(town, case))
            await until(lambda: fired(town, late))


async def test_one_keeps_the_timers_and_another_stands_by(town: Town) -> None:
    dsn = town.house.told("folds").database_url
    async with leading(dsn, 8113, 3):
        with pytest.raises(NotOwner):
            await Timers(dsn, town.log, [wait], CALENDAR).work(Loop("timers", _nothing))


async def test_a_checkpoint_that_another_moved_is_not_moved_back(town: Town) -> None:
    dsn = town.house.told("folds").database_url
    await town.promise(1)
    keeper = Timers(dsn, town.log, [wait], CALENDAR)
    news = await town.log.pool.fetch(timers.NEWS, 0, 5)
    async with leading(dsn, 8113, 3) as db:
        await db.execute(timers.BEGIN, "timers test")
        with pytest.raises(NotOwner):
            await keeper._rearm(db, news, -1)


async def test_where_the_clock_leaps_nothing_fires_until_it_is_right_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, leapt, clock = await town.promise(1), 0.0, CLOCK
    monkeypatch.setattr("shared.projections.timers.time.time", lambda: clock() + leapt)
    monkeypatch.setattr(town.log, "simulated", False)  # today is years after what is owed
    keeper = Timers(town.house.told("folds").database_url, town.log, [wait], CALENDAR)
    leapt, loop = 3600.0, Loop("timers", keeper.work)
    task = asyncio.create_task(loop.run())
    await asyncio.sleep(0.5)
    assert await town.story(case) == [1]
    leapt = 0.0
    await until(lambda: fired(town, case))
    loop.stop()
    await task


async def test_a_clock_that_leapt_before_it_began_is_believed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.log, "simulated", False)
    keeper = Timers("", town.log, [wait], CALENDAR)
    assert not keeper._held()
    monkeypatch.setattr("shared.projections.timers.time.time", lambda: CLOCK() + 299)
    assert not keeper._held()
    monkeypatch.setattr("shared.projections.timers.time.time", lambda: CLOCK() + 301)
    assert keeper._held()
    assert not Timers("", town.log, [wait], CALENDAR)._held()
    monkeypatch.setattr(town.log, "simulated", True)


steps = some.lists(some.sampled_from((0, 1, 2, 2, -2)), max_size=8)


@given(steps)
def test_an_id_is_a_function_of_the_log_alone(numbers: list[int]) -> None:
    case = UUID(int=7)
    history = [
        Recorded(
            fact=a.Told(number=it), act=a.act(), recorded_at=BEGAN, case=case,
            stream=f"wait-{case}", version=at, position=at * 3,
        )
        for at, it in enumerate(numbers, 1)
    ]  # fmt: skip
    once = armed(wait.stream(case), history, CALENDAR)
    moved = [replace(it, position=it.position + 100, recorded_at=BEGAN) for it in history]
    assert [it.id for it in once] == [it.id for it in armed(wait.stream(case), moved, CALENDAR)]
    assert len(once) == (bool(numbers) and numbers[-1] > 0)
    since = next((at for at in range(len(numbers)) if set(numbers[at:]) == {numbers[-1]}), 0)
    if once:  # as long as it is owed without a break it is one and the same
        part = armed(wait.stream(case), history[: since + 1], CALENDAR)
        assert [it.id for it in part] == [it.id for it in once]


async def lag(town: Town) -> int:
    """Give how many timers are due, as `ready` tells it."""
    lags: dict[str, int] = dict(map(tuple, await town.log.pool.fetch(LAGS)))
    return lags["timers"]


async def nobody_follows(town: Town, name: str) -> bool:
    return not await town.owner.fetch("select from work.projection where name = $1", name)


async def fired(town: Town, case: UUID) -> bool:
    return any(number < 0 for number in await town.story(case))


async def at_least(town: Town, query: str, count: int) -> bool:
    return int(await town.owner.fetchval(query)) >= count


async def has(town: Town, case: UUID, facts: int) -> bool:
    return len(await town.story(case)) >= facts


async def _nothing(_loop: Loop) -> None:
    pass
