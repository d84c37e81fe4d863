"""Who owes what, and by when, where somebody has a role and cannot go on in it?"""

from asyncio import create_task
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.app import dols
from services.dols.decisions import assessor, request
from services.dols.decisions.commands import HearRegister
from services.dols.decisions.register import AssessorCommand, ChangeAssessor
from services.dols.decisions.state import Request
from services.dols.events import AssessorAllocated, AssessorChanged, LocationTold, RequestFact
from services.dols.gateways.register import Hands, Teller, Untold
from services.dols.published import publish
from services.dols.rules import clocks, codes
from services.dols.rules.independence import Standing, assessor_id
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code, Recorded
from shared.log.codec import Codec
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import Unavailable
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.test_taken_back import because
from tests.support.house import Home
from tests.support.patience import until
from tests.support.story import SOMEBODY, Story, recorded

story: Story[Any, Request, RequestFact] = Story(request)
staffed = story.given(*a.staffed)
FRIDAY = replace(SOMEBODY, effective_at=a.at("2026-11-06T10:00:00+00:00"))
DUE = a.at("2026-11-10T17:00:00+00:00")
"""Two working days from Friday."""

NHS = Code("assessor-employer@1:nhs")


def due(of: Story[Any, Request, RequestFact], kind: str = clocks.RELEASE) -> datetime | None:
    assert of.state
    found = (it.due_at for it in request.owed(of.state, calendar()) if it.kind == kind)
    return next(found, None)


def says(**now: Any) -> Standing:
    more: Any = {"version": 2} | now
    return replace(a.bea, **more)


# What a request hears of the register

NEWS: dict[str, Any] = {
    "suspended": {"suspended": True},
    "of another kind": {"kinds": (codes.AMHP,)},
    "with an interest": {"interests": ("1-101000001",)},
    "with another employer": {"employer": NHS},
}


@pytest.mark.parametrize("now", NEWS.values(), ids=NEWS)
def test_what_may_bar_who_has_a_role_is_noted(now: Any) -> None:
    fact = replace(a.suspended, standing=says(**now))
    staffed.when(HearRegister(standing=fact.standing)).then(fact)
    staffed.given(fact).when(HearRegister(standing=fact.standing)).then()
    staffed.given(fact).when(HearRegister(standing=says(version=3))).then(
        replace(a.suspended, standing=says(version=3))
    )


NO_NEWS: dict[str, tuple[Story[Any, Request, RequestFact], Standing]] = {
    "of a refresher, which counts when they are selected": (
        staffed, says(trained_on=a.TODAY.replace(year=2020)),
    ),
    "of nobody who has a role": (staffed, says(assessor=UUID(int=9), suspended=True)),
    "that is older than what was heard": (staffed, says(version=0, suspended=True)),
    "of who was released": (staffed.given(a.released), says(suspended=True)),
    "of a request that is decided": (
        story.given(*a.ready, a.granted), says(suspended=True),
    ),
    "of a request that nobody knows": (story, says(suspended=True)),
}  # fmt: skip


@pytest.mark.parametrize(("before", "said"), NO_NEWS.values(), ids=NO_NEWS)
def test_nothing_is_noted(before: Story[Any, Request, RequestFact], said: Standing) -> None:
    before.when(HearRegister(standing=said)).then()


# What is owed


def test_who_cannot_go_on_is_to_be_released_within_two_working_days() -> None:
    assert due(staffed) is None
    assert due(staffed.given(a.suspended, act=FRIDAY)) == DUE
    again = staffed.given(a.suspended, act=FRIDAY).given(a.low, act=a.later(days=9))
    assert due(again) == DUE, "what happens else does not put it off"


ENDS: dict[str, tuple[RequestFact, ...]] = {
    "released": (a.released,),
    "suspended no more": (replace(a.suspended, standing=says(version=3)),),
    "taken back": (a.withdrawn,),
    "no longer there": (replace(a.told, still_here="no"),),
    "decided": (a.not_granted,),
}


@pytest.mark.parametrize("then", ENDS.values(), ids=ENDS)
def test_it_is_owed_until_they_are_released_or_it_does_not_matter_any_more(
    then: tuple[RequestFact, ...],
) -> None:
    assert due(staffed.given(a.suspended, *then)) is None


PLACES: dict[str, tuple[RequestFact, ...]] = {
    "which turns out to be the council's": (a.described,),
    "which is another, and nobody knows who runs it": (a.elsewhere,),
}


@pytest.mark.parametrize("then", PLACES.values(), ids=PLACES)
def test_it_is_owed_as_well_where_the_place_bars_them(then: tuple[RequestFact, ...]) -> None:
    barred = staffed.given(*then, act=FRIDAY)
    assert due(barred) == DUE
    free = replace(a.described, run_by_council="no")
    assert due(barred.given(free)) is None


def test_a_bar_that_is_dated_back_is_owed_from_when_it_was_known() -> None:
    known = staffed.given(a.low, act=FRIDAY)
    assert due(known.given(a.described, act=a.later(days=1))) == DUE


def test_what_nobody_did_is_a_fact_and_owed_again() -> None:
    barred = staffed.given(a.suspended, act=FRIDAY)
    fact = replace(a.missed, kind=Code("dols-deadline@1:release"), due_at=DUE)
    assert fact.kind in clocks.KINDS
    timer = replace(SOMEBODY, role="timer", effective_at=DUE)
    barred.when(DeadlinePassed(Deadline("release", DUE)), act=timer).then(fact)
    assert due(barred.given(fact, act=timer)) == DUE + timedelta(days=8), "five working days"


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=12))
def test_whatever_happened_it_is_owed_exactly_where_somebody_cannot_go_on(
    happened: list[RequestFact],
) -> None:
    now = story.given(a.received, *happened)
    assert now.state
    over = now.state.ended or now.state.withdrawn_at or now.state.not_needed_at
    unfit = [it for it in now.state.allocations if it.unfit_since]
    assert (due(now) is not None) == bool(unfit and not over)


# And who takes their place


def test_a_role_that_is_open_again_has_a_time_of_its_own_and_is_not_late_at_once() -> None:
    january = replace(SOMEBODY, effective_at=a.at("2027-01-11T09:00:00+00:00"))
    again = staffed.given(a.released, act=january)
    assert due(again, clocks.ALLOCATION) == a.at("2027-01-13T17:00:00+00:00")
    soon = staffed.given(a.released)
    never = story.given(*a.waiting)
    assert due(soon, clocks.ALLOCATION) == due(never, clocks.ALLOCATION), "nor any earlier"
    barred = staffed.given(a.described, act=january)
    assert due(barred, clocks.ALLOCATION) == a.at("2027-01-13T17:00:00+00:00")


@pytest.mark.parametrize("reason", [it.rpartition(":")[2] for it in codes.RELEASED])
def test_a_later_release_gives_a_later_time(reason: str) -> None:
    _, fact = because(reason)
    times = [
        due(staffed.given(fact, act=a.later(days=days)), clocks.ALLOCATION)
        for days in (60, 61, 70, 80)
    ]
    assert times == sorted(times, key=str)
    assert len({*times}) > 1


# Who tells them: what the log says, folded

BEA = a.bea.assessor
BARS = replace(a.changed, suspended=True)


def untold(*happened: Recorded[Any]) -> list[tuple[UUID, int, bool]]:
    hands = Hands()
    for it in happened:
        hands.hear(it)
    return [(it.request, it.standing.version, it.standing.suspended) for it in hands.untold()]


def entered(*facts: Any) -> Iterator[Recorded[Any]]:
    yield from recorded(a.registered, *facts, kind="assessor", case=BEA, act=FRIDAY)


def test_each_request_in_which_they_have_a_role_is_to_be_told() -> None:
    theirs = a.recorded(*a.staffed)
    other = a.recorded(*a.staffed, case=UUID(int=77))
    none = a.recorded(*a.waiting, a.doctor, case=UUID(int=78))
    found = untold(*theirs, *other, *none, *entered(BARS))
    assert found == [(a.CASE, 2, True), (UUID(int=77), 2, True)]


NOT: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "what bars nobody": (a.staffed, (replace(a.changed, kinds=a.registered.kinds, interests=()),)),
    "what they have heard": (
        (*a.staffed, replace(a.suspended, standing=says(suspended=True, kinds=BARS.kinds,
                                                        interests=BARS.interests))),
        (BARS,),
    ),
    "who was released": ((*a.staffed, a.released), (BARS,)),
    "who was replaced": (
        (*a.staffed, replace(a.allocated, standing=says(assessor=UUID(int=9)))), (BARS,),
    ),
    "a request that was granted": ((*a.ready, a.granted), (BARS,)),
    "a request that was ended": ((*a.staffed, a.not_granted), (BARS,)),
}  # fmt: skip


@pytest.mark.parametrize(("happened", "said"), NOT.values(), ids=NOT)
def test_nothing_is_to_be_told_of(happened: tuple[Any, ...], said: tuple[Any, ...]) -> None:
    assert untold(*a.recorded(*happened), *entered(*said)) == []


def test_who_was_allocated_on_what_the_register_said_before_is_told_as_well() -> None:
    assert untold(*entered(BARS), *a.recorded(*a.staffed)) == [(a.CASE, 2, True)]


def test_an_entry_whose_beginning_only_a_newer_build_reads_stops_nobody() -> None:
    (_, changed) = entered(BARS)
    assert untold(*a.recorded(*a.staffed), changed) == []


def acts(*happened: Recorded[Any]) -> list[Act]:
    hands = Hands()
    for it in happened:
        hands.hear(it)
    return [it.act for it in hands.untold()]


def test_it_is_told_once_as_of_when_it_was_entered_or_they_accepted_after_that() -> None:
    (before,) = acts(*a.recorded(*a.staffed), *entered(BARS))
    (after,) = acts(*entered(BARS), *a.recorded(*a.staffed, act=a.later(days=9)))
    assert (before.effective_at, after.effective_at) == (
        FRIDAY.effective_at, a.later(days=9).effective_at,
    )  # fmt: skip
    assert before.id == after.id
    (more,) = acts(*a.recorded(*a.staffed), *entered(BARS, replace(BARS, employer=NHS)))
    again = a.recorded(*a.staffed, a.released, a.allocated)
    (anew,) = acts(*again, *entered(BARS))
    assert len({before.id, more.id, anew.id}) == 3


# Who tells them: at work

at_work = pytest.mark.asyncio(loop_scope="module")


async def enters(home: Home, name: str, command: AssessorCommand) -> None:
    now = await home.runtime.log.now()
    act = replace(a.COORDINATOR, id=uuid4(), effective_at=now)
    await handle(home.runtime.log, assessor.stream(assessor_id(name)), command, act)


async def allocates(home: Home, name: str, *more: Any) -> Any:
    stream, log = request.stream(uuid4()), home.runtime.log
    act = replace(a.COORDINATOR, effective_at=await log.now())
    standing = replace(a.bea, assessor=assessor_id(name))
    facts = (*a.waiting, replace(a.allocated, name=name, standing=standing), *more)
    await log.append(stream, facts, replace(act, id=uuid4()), after=0)
    return stream


async def kinds(home: Home, stream: Any) -> list[str]:
    return [it.fact.stored_as for it in await home.runtime.log.history(stream)]


TELLS = "dols.assessor-standing-changed/1"


@at_work
async def test_who_was_suspended_while_nobody_followed_the_register_is_told_of_at_the_next_start(
    home: Home,
) -> None:
    name = f"long-ago-{uuid4()}"
    (loop,) = [it for it in home.loops if it.name == "register"]
    loop.stop()
    await enters(home, name, replace(a.registering, registered=replace(a.registered, name=name)))
    stream = await allocates(home, name)
    await enters(home, name, a_change(suspended=True))
    assert TELLS not in await kinds(home, stream)
    (again,) = dols.workers(home.house.told("dols").database_url, home.runtime.log)
    task = create_task(again.run())

    async def told() -> bool:
        return TELLS in await kinds(home, stream)

    await until(told)
    again.stop()
    await task
    assert (await kinds(home, stream)).count(TELLS) == 1


def a_change(**more: Any) -> Any:
    changed: AssessorChanged = replace(
        a.changed, kinds=a.registered.kinds, interests=(), **more
    )  # fmt: skip
    return ChangeAssessor(changed=changed)


def like(log: Log, *, dsn: str, without: Any = None) -> Log:
    """Give the same log as another process sees it: of an older build, or from elsewhere."""
    facts = [
        fact for it in dols.deciders for fact in get_args(it.facts) if fact is not without
    ]  # fmt: skip
    return Log("dols", dsn, log.pool, log.vault, Codec(facts, publish))


async def news_of(home: Home, stream: Any) -> Untold:
    facts = [it.fact for it in await home.runtime.log.history(stream)]
    has = next(it for it in facts if isinstance(it, AssessorAllocated))
    act = replace(a.COORDINATOR, id=uuid4(), effective_at=await home.runtime.log.now())
    return Untold(stream.case, replace(has.standing, version=2, suspended=True), act)


@at_work
async def test_one_request_that_this_build_cannot_read_keeps_no_other_waiting(home: Home) -> None:
    newer = await allocates(home, f"both-{uuid4()}", a.elsewhere)
    readable = await allocates(home, f"both-{uuid4()}")
    news = [await news_of(home, it) for it in (newer, readable)]
    dsn = home.house.told("dols").database_url
    async with like(home.runtime.log, dsn=dsn, without=LocationTold) as older:
        teller = Teller(dsn, older)
        for _ in range(2):  # what was told is told, and what failed is left alone for a while
            await teller.tell(news)
            assert [(await kinds(home, it)).count(TELLS) for it in (newer, readable)] == [0, 1]
    await Teller(dsn, home.runtime.log).tell(news)
    assert (await kinds(home, newer)).count(TELLS) == 1


@at_work
async def test_what_could_not_be_told_is_tried_again_after_a_while(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.dols.gateways.register.AGAIN", timedelta(0))
    newer = await allocates(home, f"both-{uuid4()}", a.elsewhere)
    news = [await news_of(home, newer)]
    dsn = home.house.told("dols").database_url
    async with like(home.runtime.log, dsn=dsn, without=LocationTold) as older:
        teller = Teller(dsn, older)
        await teller.tell(news)
        assert TELLS not in await kinds(home, newer)
        teller._log = home.runtime.log  # what was wrong is mended
        await teller.tell(news)
    assert (await kinds(home, newer)).count(TELLS) == 1


@at_work
async def test_a_log_that_is_away_is_waited_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.way.PATIENCE", 0.1)
    news = [await news_of(home, await allocates(home, f"away-{uuid4()}"))]
    nowhere = "postgresql://dols@127.0.0.1:1/dols"
    async with like(home.runtime.log, dsn=nowhere) as away:
        with pytest.raises(Unavailable):
            await Teller(nowhere, away).tell(news)
