"""Does what is told of the place move what rests on it, and nothing else?"""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import codes
from services.dols.rules.reading import read_answers, read_circumstances
from shared.facts import Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.asking import BIA, an_entry, asks, does, kind, sees, send
from tests.support.house import Home, key
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
waiting, ready = story.given(*a.waiting), story.given(*a.ready)
HERE, THERE = "1-101000001", "1-101000002"
NEWS = a.prioritised(by="circumstances")
moving = replace(a.telling, location=THERE)
WORKS_THERE = replace(a.bea, interests=(THERE,))
has = replace(a.allocated, standing=WORKS_THERE)


@pytest.mark.parametrize(
    ("command", "answered"),
    [
        (moving, ()),
        (replace(a.answering, telling=moving, fields=()), (replace(a.answered, questions=()),)),
    ],
    ids=["with a change of circumstances", "with an answer"],
)
def test_a_place_that_is_told_is_the_place_from_then_on(command: Any, answered: Any) -> None:
    for first in (a.received, replace(a.received, location=None)):
        told = story.given(first, a.low)
        told.when(command).then(*answered, a.told, a.elsewhere, NEWS)
        state = told.given(a.elsewhere).state
        assert state
        assert state.place.location == THERE


def test_the_same_place_told_again_is_no_news() -> None:
    waiting.when(replace(moving, location=HERE)).then(a.told, NEWS)
    waiting.given(a.elsewhere).when(moving).then(a.told, NEWS)


def test_where_somebody_went_who_is_gone_is_not_the_place_that_was_asked_for() -> None:
    gone = replace(a.told, still_here="no")
    waiting.when(replace(moving, told=gone)).then(gone, NEWS)
    silent = replace(a.told, still_here="unknown")
    waiting.given(gone).when(replace(moving, told=silent)).then(silent, NEWS)
    waiting.given(gone).when(moving).then(a.told, a.elsewhere, NEWS)


def test_what_is_told_of_the_place_after_a_decision_is_kept_and_moves_nothing() -> None:
    for end in (a.granted, a.not_granted):
        story.given(*a.ready, end).when(moving).then(a.told)


def test_who_works_in_that_place_is_asked_for_no_assessment() -> None:
    for command in (a.offering, a.accepting):
        there = replace(command, standing=WORKS_THERE)
        waiting.given(a.elsewhere).when(there).then_refused(refusals.AssessorInterested)
        here = waiting.when(there).outcome
        assert isinstance(here, tuple)


ELSEWHERE = replace(a.elsewhere, location="1-101000003")
BACK = replace(a.elsewhere, location=HERE)
LATER: dict[str, tuple[RequestFact, ...]] = {
    "another place": (ELSEWHERE,),
    "the first place again": (BACK,),
    "one place after another": (BACK, ELSEWHERE, BACK),
}
whatever_is_told_later = pytest.mark.parametrize("later", LATER.values(), ids=LATER)
INDEPENDENT = Code("assessor-employer@1:independent")
FREE = replace(WORKS_THERE, employer=INDEPENDENT)


@whatever_is_told_later
def test_who_works_where_it_was_told_once_is_not_freed_by_another_place(
    later: tuple[RequestFact, ...],
) -> None:
    moved = waiting.given(a.elsewhere, *later)
    for command in (a.offering, a.accepting):
        moved.when(replace(command, standing=FREE)).then_refused(refusals.AssessorInterested)
        elsewhere = replace(FREE, interests=("1-101000009",))
        taken = moved.when(replace(command, standing=elsewhere)).outcome
        assert isinstance(taken, tuple), "who works in none of them is asked"


@whatever_is_told_later
def test_their_role_stays_open_and_nothing_is_assessed_by_them_or_granted_on_it(
    later: tuple[RequestFact, ...],
) -> None:
    rests = story.given(*a.waiting, replace(a.allocated, standing=FREE), a.doctor, *a.six)
    moved = rests.given(a.elsewhere, *later)
    assert rests.state
    assert moved.state
    assert (rests.state.roles_open, moved.state.roles_open) == ((), (codes.BEST_INTERESTS,))
    moved.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.AssessorInterested)
    moved.when(a.granting).then_refused(refusals.AssessorInterested)


def test_who_works_where_it_was_told_first_is_not_freed_by_the_second() -> None:
    works_here = replace(FREE, interests=(HERE,))
    command = replace(a.accepting, standing=works_here)
    waiting.when(command).then_refused(refusals.AssessorInterested)
    waiting.given(a.elsewhere).when(command).then_refused(refusals.AssessorInterested)
    nowhere = story.given(replace(a.received, location=None), a.low)
    nowhere.given(a.elsewhere).when(command).then(replace(a.allocated, standing=works_here))


PLACES = [HERE, THERE, "1-101000003"]


@given(some.lists(some.sampled_from(PLACES)), some.sets(some.sampled_from(PLACES)))
def test_a_place_is_barred_to_whom_any_of_its_ids_bars_and_to_nobody_else(
    told: list[str], interests: set[str]
) -> None:
    state = waiting.given(*(replace(a.elsewhere, location=it) for it in told)).state
    assert state
    assert state.place.of(interests) == bool(interests & {HERE, *told})
    assert {state.place.location, *state.place.before} == {HERE, *told}
    assert state.place.location not in state.place.before


def test_who_turns_out_to_work_there_assesses_nothing_and_their_role_is_open() -> None:
    staffed = story.given(*a.waiting, has, a.doctor)
    staffed.when(a.assessing(codes.AGE), act=a.BEA).then(a.assessed(codes.AGE))
    moved = staffed.given(a.elsewhere)
    moved.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.AssessorInterested)
    assert staffed.state
    assert moved.state
    assert (staffed.state.roles_open, moved.state.roles_open) == ((), (codes.BEST_INTERESTS,))
    assert "allocation" in {it.kind for it in request.owed(moved.state, calendar())}


def test_nothing_is_granted_on_what_they_had_assessed() -> None:
    rests = story.given(*a.waiting, has, a.doctor, *a.six)
    rests.when(a.granting).then(a.granted)
    rests.given(a.elsewhere).when(a.granting).then_refused(refusals.AssessorInterested)
    bob = replace(a.bea, assessor=a.CASE, employer=Code("assessor-employer@1:independent"))
    theirs = (it for it in codes.REQUIREMENTS if it not in a.DOCTORS)
    anew = [replace(a.assessed(it), assessor=a.CASE) for it in theirs]
    free = replace(a.described, run_by_council="no")
    mended = rests.given(a.elsewhere, free, replace(a.allocated, name="bob", standing=bob), *anew)
    mended.when(a.granting).then(a.granted)


def test_that_the_council_does_not_run_the_place_was_said_of_the_other_one() -> None:
    no = replace(a.described, run_by_council="no")
    waiting.given(a.elsewhere).when(a.accepting).then_refused(refusals.RunByCouncilUnknown)
    ready.given(a.elsewhere).when(a.granting).then_refused(refusals.RunByCouncilUnknown)
    waiting.when(replace(moving, run_by_council="no")).then(a.told, a.elsewhere, no, NEWS)
    nowhere = story.given(replace(a.received, location=None), a.low, a.elsewhere)
    nowhere.when(a.accepting).then(a.allocated)


def test_a_yes_stays_a_yes_until_a_coordinator_says_otherwise() -> None:
    ours = waiting.given(a.described)
    ours.when(replace(moving, run_by_council="no")).then(a.told, a.elsewhere, NEWS)
    ours.given(a.elsewhere).when(a.accepting).then_refused(refusals.AssessorEmployedByBoth)


@given(some.lists(some.sampled_from([a.elsewhere, replace(a.elsewhere, location=HERE)])))
def test_who_decides_by_when_and_how_urgently_does_not_follow_from_it(
    moves: list[RequestFact],
) -> None:
    before, after = ready.state, ready.given(*moves).state
    assert before
    assert after
    assert replace(after, place=before.place, allocations=before.allocations) == before
    assert after.place.location == (moves[-1].location if moves else HERE)  # type: ignore[union-attr]


# What is read


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"managing_authority": {"cqc_location_id": THERE}}, THERE),
        ({"cqc_location_id": f" {THERE} "}, THERE),
        ({"cqc_location_id": "RTG01"}, "RTG01"),
        ({"cqc_location_id": "the house"}, None),
        ({"managing_authority": {"cqc_location_id": HERE}, "cqc_location_id": THERE}, HERE),
        ({}, None),
    ],
)
def test_a_place_is_read_wherever_an_answer_tells_it(sent: Any, place: str | None) -> None:
    assert read_answers(sent).location == place


def test_a_change_of_circumstances_tells_the_place_by_itself() -> None:
    assert read_circumstances({"cqc_location_id": THERE}).location == THERE
    assert read_circumstances({"cqc_location_id": THERE}).checks == ()


# Over HTTP

at_work = pytest.mark.asyncio(loop_scope="module")


@at_work
@pytest.mark.parametrize(
    ("what", "told", "back"),
    [
        (
            "answers",
            {"managing_authority": {"cqc_location_id": THERE, "run_by_council": "no"}},
            {"managing_authority": {"cqc_location_id": HERE, "run_by_council": "no"}},
        ),
        (
            "circumstances",
            {"cqc_location_id": THERE, "run_by_council": "no"},
            {"cqc_location_id": HERE, "run_by_council": "no"},
        ),
    ],
)
async def test_a_ward_tells_the_place_and_who_works_there_is_barred(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, what: str, told: Any,
    back: Any,
) -> None:  # fmt: skip
    name = f"works-there-{what}"
    entry = await an_entry(home, name=name, weekly_capacity=50, interests=[THERE])
    await coordinator.post("/v1/assessors", json=entry, headers=key())
    case = (await asks(ward))["id"]
    await does(coordinator, case, "offers", assessor=name)
    answer = await ward.post(f"/v1/dols-requests/{case}/{what}", json=told, headers=key())
    assert (answer.status_code, answer.json()["checks"]) == (201, [])
    known = (await sees(coordinator, case))["case"]
    assert (known["location"], known["run_by_council"]) == (THERE, "no")
    assert known["told_at"], "a person looks"
    async with home.client(name, "assessor") as theirs:
        refused = await send(theirs, case, "allocations", assessor=None)
    assert kind(refused) == "assessor-interested"
    await ward.post(f"/v1/dols-requests/{case}/{what}", json=back, headers=key())
    known = (await sees(coordinator, case))["case"]
    assert (known["location"], known["locations_before"]) == (HERE, [THERE])
    refused = await send(coordinator, case, "offers", assessor=name)
    assert kind(refused) == "assessor-interested", "another place told later frees nobody"
    await does(coordinator, case, "declines", reason="offer-declined@1:not-independent")
    await does(coordinator, case, "offers", assessor=BIA)
    then = known["received_at"]
    assert (await sees(coordinator, case, effective_at=then))["case"]["location"] == HERE
