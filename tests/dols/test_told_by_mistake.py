"""Does a place that was told by mistake bar nobody any more, once a coordinator says so?"""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import LocationMistaken, LocationTold, RequestFact
from services.dols.projections.case import view
from services.dols.rules import codes
from shared.facts import Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.asking import an_entry, asks, does, history, kind, sees, send
from tests.support.house import Home, key
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
HERE, THERE, NOWHERE = "1-101000001", "1-101000002", "1-101000009"
waiting = story.given(*a.waiting)
moved = waiting.given(a.elsewhere)
back = replace(a.elsewhere, location=HERE)
WORKS_HERE = replace(
    a.bea, interests=(HERE,), employer=Code("assessor-employer@1:independent")
)  # fmt: skip


def test_a_coordinator_says_with_reasons_that_an_earlier_place_was_a_mistake() -> None:
    moved.when(a.mistyped, act=a.COORDINATOR).then(a.mistaken)


def test_from_then_on_it_bars_nobody_and_every_other_place_still_does() -> None:
    corrected = moved.given(replace(a.elsewhere, location=NOWHERE), a.mistaken)
    for command in (a.offering, a.accepting):
        for place in (THERE, NOWHERE):
            works_there = replace(WORKS_HERE, interests=(HERE, place))
            corrected.when(replace(command, standing=works_there)).then_refused(
                refusals.AssessorInterested
            )
        theirs = replace(command, standing=WORKS_HERE)
        moved.when(theirs).then_refused(refusals.AssessorInterested)
        assert isinstance(corrected.when(theirs).outcome, tuple)


def test_whom_it_barred_has_their_role_again_and_what_they_assessed_counts_again() -> None:
    typo = replace(a.elsewhere, location=HERE)
    elsewhere = replace(a.received, location=THERE)
    staffed = story.given(
        elsewhere, a.low, replace(a.allocated, standing=WORKS_HERE), a.doctor, *a.six
    )
    again = replace(a.elsewhere, location=THERE)
    free = replace(a.described, run_by_council="no")
    barred = staffed.given(typo, again, free)
    assert barred.state
    assert barred.state.roles_open == (codes.BEST_INTERESTS,)
    barred.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.AssessorInterested)
    barred.when(a.granting).then_refused(refusals.AssessorInterested)
    freed = barred.given(a.mistaken)
    assert freed.state
    assert freed.state.roles_open == ()
    assert "allocation" not in {it.kind for it in request.owed(freed.state, calendar())}
    freed.when(a.assessing(codes.AGE), act=a.BEA).then(
        replace(a.assessed(codes.AGE), assessor=WORKS_HERE.assessor)
    )
    freed.when(a.granting).then(a.granted)


NOT_BEFORE: dict[str, tuple[Story[Any, Request, RequestFact], str]] = {
    "the present one": (waiting, HERE),
    "the present one, of several": (moved, THERE),
    "the present one again": (moved.given(back), HERE),
    "one that was never told": (moved, NOWHERE),
    "one that was found a mistake already": (moved.given(a.mistaken), HERE),
    "one of a request that told none": (
        story.given(replace(a.received, location=None), a.low, a.elsewhere), HERE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("of", "place"), NOT_BEFORE.values(), ids=NOT_BEFORE)
def test_only_a_place_told_before_the_present_one_is_found_a_mistake(
    of: Story[Any, Request, RequestFact], place: str
) -> None:
    command = replace(a.mistyped, location=place)
    of.when(command, act=a.COORDINATOR).then_refused(refusals.LocationNotToldBefore)


def test_and_it_is_not_found_before_another_place_was_told() -> None:
    told = waiting.given(a.elsewhere, act=a.later(days=1))
    told.when(a.mistyped, act=a.later(a.COORDINATOR, hours=23)).then_refused(
        refusals.LocationNotToldBefore
    )
    told.when(a.mistyped, act=a.later(a.COORDINATOR, days=1)).then(a.mistaken)


def test_a_place_that_is_told_once_more_bars_once_more() -> None:
    again = moved.given(a.mistaken, back)
    theirs = replace(a.offering, standing=WORKS_HERE)
    again.when(theirs).then_refused(refusals.AssessorInterested)
    left = again.given(replace(a.elsewhere, location=NOWHERE))
    left.when(theirs).then_refused(refusals.AssessorInterested)
    left.when(a.mistyped).then(a.mistaken)


PLACES = [HERE, THERE, "1-101000003"]
told = some.sampled_from(PLACES).map(lambda it: replace(a.elsewhere, location=it))
found = some.sampled_from(PLACES).map(lambda it: replace(a.mistaken, location=it))


@given(some.lists(some.one_of(told, found), max_size=10))
def test_each_place_bars_from_when_it_is_told_until_it_is_found_a_mistake(
    happened: list[LocationTold | LocationMistaken],
) -> None:
    present, bars, mistakes = HERE, {HERE}, set[str]()
    for it in happened:
        if isinstance(it, LocationTold):
            present, bars, mistakes = it.location, {*bars, it.location}, mistakes - {it.location}
        elif it.location in bars - {present}:
            bars, mistakes = bars - {it.location}, {*mistakes, it.location}
    state = waiting.given(*happened).state
    assert state
    assert {it for it in PLACES if state.place.of([it])} == bars
    assert (state.place.location, {*state.place.before}) == (present, bars - {present})
    assert {*state.place.mistaken} == mistakes


@given(some.lists(told, min_size=1, max_size=6), some.lists(told, max_size=6))
def test_nothing_that_a_managing_authority_tells_lifts_a_bar(
    first: list[LocationTold], later: list[LocationTold]
) -> None:
    known, more = waiting.given(*first).state, waiting.given(*first, *later).state
    assert known
    assert more
    for place in PLACES:
        assert more.place.of([place]) or not known.place.of([place])


def test_it_moves_nothing_but_who_is_barred() -> None:
    before, after = moved.state, moved.given(a.mistaken).state
    assert before
    assert after
    assert replace(after, place=before.place) == before
    assert replace(after.place, before=(HERE,), mistaken=()) == before.place


def test_staff_see_what_was_found_a_mistake_when_and_by_whom() -> None:
    for facts, before, mistakes in (
        ((a.elsewhere,), [HERE], []),
        ((a.elsewhere, a.mistaken), [], [HERE]),
        ((a.elsewhere, a.mistaken, back), [THERE], []),
    ):
        shown = view(a.CASE, a.recorded(*a.waiting, *facts), a.TODAY)
        assert shown
        assert [*shown.locations_before] == before
        assert [*shown.locations_mistaken] == mistakes
    lines = view(a.CASE, a.recorded(*a.waiting, a.elsewhere, a.mistaken), a.TODAY)
    assert lines
    assert (lines.history[-1].fact, lines.history[-1].by) == ("dols.location-mistaken/1", "sam")


# Over HTTP


@pytest.mark.asyncio(loop_scope="module")
async def test_a_mistyped_place_bars_until_a_coordinator_who_has_seen_it_says_so(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    name = f"works-there-{uuid4()}"
    entry = await an_entry(home, name=name, weekly_capacity=50, interests=[THERE])
    await coordinator.post("/v1/assessors", json=entry, headers=key())
    case = (await asks(ward))["id"]

    async def tells(place: str) -> None:
        body = {"cqc_location_id": place}
        await ward.post(f"/v1/dols-requests/{case}/circumstances", json=body, headers=key())

    async def says(place: str, version: int) -> httpx.Response:
        seen = key() | {"If-Match": f'"{version}"'}
        return await send(coordinator, case, "location-mistake", headers=seen, location=place)

    await tells(THERE)
    refused = await says(THERE, len(await history(home, case)))
    assert (refused.status_code, kind(refused)) == (409, "location-not-told-before")
    await tells(HERE)
    assert kind(await send(coordinator, case, "offers", assessor=name)) == "assessor-interested"
    version = (await sees(coordinator, case))["case"]["version"]
    await tells(HERE)
    late = await says(THERE, version)
    assert (late.status_code, kind(late)) == (412, "conflict"), "something was told since"
    unseen = await send(coordinator, case, "location-mistake", location=THERE)
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    missing = await send(coordinator, uuid4(), "location-mistake", location=THERE)
    assert (missing.status_code, kind(missing)) == (404, "not-found")
    done = await says(THERE, len(await history(home, case)))
    assert done.status_code == 204, done.text

    known = await sees(coordinator, case)
    it, last = known["case"], known["case"]["history"][-1]
    assert (it["location"], it["locations_before"], it["locations_mistaken"]) == (HERE, [], [THERE])
    assert (last["fact"], last["by"], last["role"]) == (
        "dols.location-mistaken/1", "cora", "dols-coordinator",
    )  # fmt: skip
    assert "A digit was mistyped." in [words["words"] for words in known["words"]]
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    assert not any(b"mistyped" in row["body"] for row in rows)
    assert "mistyped" not in (await ward.get(f"/v1/dols-requests/{case}")).text
    await does(coordinator, case, "offers", assessor=name)
