"""By which law, and by whom, was what a decision rests on found?"""

from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import AssessorStandingChanged, RequestFact
from services.dols.rules import codes
from services.dols.rules.legal_test import AGNI_2026, CW_2014
from shared.facts import Code
from tests.dols import a
from tests.dols.asking import an_entry, does, kind, send, today
from tests.support.house import Home, key
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
ready = story.given(*a.ready)
MAY = replace(a.SIGNATORY, effective_at=a.at("2026-05-01T09:00:00+00:00"))
SINCE_MAY = story.given(replace(a.received, received_on=date(2026, 5, 1)), act=MAY).given(
    *a.staffed[1:], act=MAY
)
INTERESTED = replace(
    a.allocated, standing=replace(a.bea, interests=("1-101000002",), employer=codes.COUNCIL)
)
NOT_BEST = Code("not-granted-reason@1:not-in-best-interests")


# Of June 2026: London is an hour ahead, so 10:00 there is 9:00 UTC.
FOUND: dict[str, tuple[date, str, Code]] = {
    "on the eve, told that day": (date(2026, 6, 1), "2026-06-01T12:00:00+00:00", CW_2014),
    "on the eve, told at last after it": (date(2026, 6, 1), "2026-06-02T12:00:00+00:00", CW_2014),
    "on the eve, told in autumn": (date(2026, 6, 1), "2026-11-02T09:00:00+00:00", CW_2014),
    "on the day, told before it": (date(2026, 6, 2), "2026-06-02T08:59:59+00:00", CW_2014),
    "on the day, told with it": (date(2026, 6, 2), "2026-06-02T09:00:00+00:00", AGNI_2026),
    "on the day, told later": (date(2026, 6, 2), "2026-11-02T09:00:00+00:00", AGNI_2026),
}


@pytest.mark.parametrize(("on", "told", "test"), FOUND.values(), ids=FOUND)
def test_what_was_found_before_the_judgment_was_not_asked_by_its_test(
    on: date, told: str, test: Code
) -> None:
    by = replace(a.BEA, effective_at=a.at(told))
    command = replace(a.assessing(codes.INTERESTS), assessed_on=on)
    found = replace(a.assessed(codes.INTERESTS), assessed_on=on, legal_test=test)
    SINCE_MAY.when(command, act=by).then(found)


@pytest.mark.parametrize("result", [codes.SATISFIED, codes.EQUIVALENT])
@pytest.mark.parametrize("named", [CW_2014, AGNI_2026])
def test_no_best_interests_of_before_the_judgment_are_relied_on_after_it(
    result: Code, named: Code
) -> None:
    found = replace(a.assessed(codes.INTERESTS, result), legal_test=named)
    eve = ready.given(replace(found, assessed_on=date(2026, 6, 1)))
    eve.when(a.granting).then_refused(refusals.AssessedUnderFormerTest)
    day = replace(found, assessed_on=date(2026, 6, 2), legal_test=AGNI_2026)
    eve.given(day).when(a.granting).then(a.granted)


def test_a_request_is_not_ended_on_the_word_of_who_has_an_interest_in_the_place() -> None:
    failed = a.assessed(codes.INTERESTS, codes.NOT_SATISFIED)
    told = story.given(*a.waiting, INTERESTED, a.doctor, failed, a.elsewhere)
    refusing = replace(a.refusing, reason=NOT_BEST)
    told.when(refusing).then_refused(refusals.AssessorInterested)
    told.when(a.refusing).then(a.not_granted)
    others = replace(failed, assessor=a.CASE)
    told.given(others).when(refusing).then(replace(a.not_granted, reason=NOT_BEST))


def test_nor_on_that_of_the_councils_own_assessor_where_it_runs_the_place() -> None:
    failed = a.assessed(codes.INTERESTS, codes.NOT_SATISFIED)
    ours = story.given(*a.staffed, failed, a.described)
    refusing = replace(a.refusing, reason=NOT_BEST)
    ours.when(refusing).then_refused(refusals.AssessorEmployedByBoth)
    doctors = ours.given(a.assessed(codes.DISORDER, codes.NOT_SATISFIED))
    none = Code("not-granted-reason@1:no-mental-disorder")
    refused = replace(a.not_granted, reason=none)
    doctors.when(replace(a.refusing, reason=none)).then(refused)


def test_an_interest_that_was_entered_since_they_accepted_bars_who_assesses() -> None:
    staffed, age = story.given(*a.staffed), a.assessing(codes.AGE)
    here = replace(age, standing=replace(a.bea, interests=("1-101000001",)))
    staffed.when(here, act=a.BEA).then_refused(refusals.AssessorInterested)
    elsewhere = replace(age, standing=replace(a.bea, interests=("1-101000002",)))
    staffed.when(elsewhere, act=a.BEA).then(a.assessed(codes.AGE))


ENTERED = AssessorStandingChanged(standing=replace(a.bea, version=2, interests=("1-101000001",)))
"""An interest in the very place, entered when all was assessed."""


def test_what_they_found_before_an_interest_was_entered_waits_for_a_coordinator() -> None:
    now = ready.given(ENTERED)
    now.when(a.granting, act=a.SIGNATORY).then_refused(refusals.AssessorInterested)
    unfit = replace(a.released, reason=Code("assessor-released@1:gave-back"))
    now.given(unfit).when(a.granting, act=a.SIGNATORY).then(a.granted)
    barred = now.given(a.barred)
    barred.when(a.granting, act=a.SIGNATORY).then_refused(refusals.RequirementsNotMet)


def test_nor_is_a_request_ended_on_it() -> None:
    found = replace(a.assessed(codes.INTERESTS, codes.NOT_SATISFIED), recommended_days=None)
    refusing = replace(a.refusing, reason=NOT_BEST)
    now = story.given(*a.staffed, found)
    now.when(refusing, act=a.SIGNATORY).then(replace(a.not_granted, reason=NOT_BEST))
    now.given(ENTERED).when(refusing, act=a.SIGNATORY).then_refused(refusals.AssessorInterested)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_the_register_says_now_counts_when_they_assess(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name, on = f"new-{case}", await today(home)
    entry = await an_entry(home)
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    await does(coordinator, case, "allocations", assessor=name)
    works_there = {"interests": ["1-101000001"], "suspended": False}
    changes = f"{made.headers['Location']}/changes"
    await coordinator.post(changes, json=entry | works_there, headers=key())
    async with home.client(name, "assessor") as interested:
        refused = await send(interested, case, "assessments", assessed_on=on)
    assert kind(refused) == "assessor-interested"
