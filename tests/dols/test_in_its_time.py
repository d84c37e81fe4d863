"""By which day are the assessments due, from which day do they count, and who is asked at once?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.projections.case import view
from services.dols.projections.requests import requests
from services.dols.projections.status import status_of
from services.dols.rules import codes
from shared.facts import Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import SOMEBODY, Story, rows

story: Story[Any, Request, RequestFact] = Story(request)
staffed = story.given(*a.staffed)
LAW, URGENT = date(2026, 11, 22), date(2026, 11, 8)


def decided_by(of: Story[Any, Request, RequestFact]) -> str:
    assert of.state
    due = {it.kind: it.due_at for it in request.owed(of.state, calendar())}
    return f"{due['decision']:%Y-%m-%dT%H:%M}"


# Regulation 13


def test_with_an_urgent_authorisation_it_is_owed_by_its_end() -> None:
    now = story.given(a.urgent, a.low)
    assert now.state
    assert (now.state.statutory_due_on, decided_by(now)) == (URGENT, "2026-11-08T23:59")
    assert (a.urgent.due_on, now.state.due_on) == (LAW, LAW), "the fact stays as it was written"


def test_extended_it_is_owed_by_the_new_end() -> None:
    now = story.given(a.asking, a.low, a.extended)
    assert decided_by(now) == "2026-11-15T23:59"


def test_lapsed_it_was_owed_by_its_end() -> None:
    now = story.given(a.urgent, a.low, a.lapsed)
    assert now.state
    assert now.state.statutory_due_on == URGENT
    late = now.given(replace(a.missed, due_at=a.at("2026-11-08T23:59:00+00:00")))
    assert late.state
    assert (late.state.overdue, decided_by(late)) == (True, "2026-11-15T23:59")


def test_what_is_extended_after_a_slip_of_the_clock_is_not_overdue() -> None:
    missed = replace(a.missed, due_at=a.at("2026-11-08T23:59:00+00:00"))
    now = story.given(a.asking, a.low, missed, a.extended)
    assert now.state
    assert (now.state.overdue, decided_by(now)) == (False, "2026-11-15T23:59")


@pytest.mark.parametrize("ended", [date(1906, 11, 8), date(2026, 11, 1)])
def test_one_that_had_ended_before_it_was_received_leaves_the_21_days(ended: date) -> None:
    now = story.given(replace(a.urgent, urgent_ends_on=ended), a.low)
    assert decided_by(now) == "2026-11-22T23:59"


@pytest.mark.parametrize(("first", "due"), [(a.received, LAW), (a.urgent, URGENT)])
def test_staff_and_the_sender_read_the_day_of_the_law(first: RequestFact, due: date) -> None:
    happened = a.recorded(first, a.low)
    known, told = view(a.CASE, happened, a.TODAY), status_of(a.CASE, happened, a.TODAY)
    assert known
    assert told
    assert known.statutory_due_on == told.statutory_due_on == due


DUE: dict[str, tuple[tuple[RequestFact, ...], date]] = {
    "standard": ((a.received, a.low), LAW),
    "standard, and an extension of nothing": ((a.received, a.extended), LAW),
    "urgent": ((a.urgent, a.low), URGENT),
    "extended": ((a.asking, a.low, a.extended), date(2026, 11, 15)),
    "ended before": ((replace(a.urgent, urgent_ends_on=date(2026, 11, 1)), a.low), LAW),
}


@pytest.mark.parametrize(("facts", "due"), DUE.values(), ids=DUE)
def test_a_senders_list_says_the_same_day(facts: tuple[RequestFact, ...], due: date) -> None:
    (row,) = rows(requests, a.recorded(*facts)).values()
    state = story.given(*facts).state
    assert state
    assert row.due_on == state.statutory_due_on == due


# Paragraphs 33 and 49


@pytest.mark.parametrize("requirement", [codes.AGE, codes.INTERESTS])
@pytest.mark.parametrize("result", [codes.SATISFIED, codes.NOT_SATISFIED])
def test_what_was_found_before_the_request_is_no_assessment_of_it(
    requirement: Code, result: Code
) -> None:
    before = replace(a.assessing(requirement, result), assessed_on=date(2026, 11, 1))
    staffed.when(before, act=a.BEA).then_refused(refusals.AssessedBeforeReceipt)


def test_it_may_count_in_the_place_of_one() -> None:
    equal = replace(a.assessing(codes.AGE, codes.EQUIVALENT), assessed_on=date(2026, 11, 1))
    found = replace(a.assessed(codes.AGE, codes.EQUIVALENT), assessed_on=date(2026, 11, 1))
    staffed.when(equal, act=a.BEA).then(found)
    on_the_day = replace(equal, result=codes.SATISFIED, assessed_on=a.TODAY)
    staffed.when(on_the_day, act=a.BEA).then(a.assessed(codes.AGE))


@pytest.mark.parametrize(("day", "refused"), [("2027-11-02", False), ("2027-11-03", True)])
def test_no_request_is_ended_on_what_was_found_more_than_twelve_months_ago(
    day: str, *, refused: bool
) -> None:
    failed = staffed.given(a.assessed(codes.CAPACITY, codes.NOT_SATISFIED))
    reason = Code("not-granted-reason@1:has-capacity")
    act = replace(a.SIGNATORY, effective_at=a.at(f"{day}T09:00:00+00:00"))
    refusing = replace(a.refusing, reason=reason, recorded_at=act.effective_at)
    then = failed.when(refusing, act=act)
    if refused:
        then.then_refused(refusals.AssessmentTooOld)
    else:
        then.then(replace(a.not_granted, reason=reason, decided_on=act.effective_at.date()))
    died = replace(refusing, reason=a.died)
    failed.when(died, act=act).then(replace(a.not_granted, decided_on=act.effective_at.date()))


def test_what_is_a_year_old_is_owed_anew_once_time_is_known_to_have_come_so_far() -> None:
    ready = story.given(*a.ready)
    weeks = replace(a.missed, due_at=a.at("2027-11-07T23:59:00+00:00"))
    before = ready.given(
        weeks, act=replace(SOMEBODY, effective_at=a.at("2027-11-02T23:59:00+00:00"))
    )
    assert before.state
    assert before.state.left_to_assess == ()
    after = ready.given(weeks, act=replace(SOMEBODY, effective_at=weeks.due_at))
    assert after.state
    assert set(after.state.left_to_assess) == codes.REQUIREMENTS.keys() - {codes.AGE}
    assert after.state.stage == "dols-stage@1:assessing"
    due = {it.kind: it.due_at for it in request.owed(after.state, calendar())}
    assert f"{due['assessment']:%Y-%m-%d}" == "2027-11-24", "three weeks from when it was too old"
    found = (a.assessed(it) for it in codes.REQUIREMENTS if it != codes.AGE)
    anew = [replace(it, assessed_on=date(2027, 11, 8)) for it in found]
    again = after.given(
        *anew, act=replace(SOMEBODY, effective_at=a.at("2027-11-08T12:00:00+00:00"))
    )
    assert again.state
    assert again.state.stage == "dols-stage@1:awaiting-signature"


def test_that_somebody_was_too_young_is_found_anew_after_a_year() -> None:
    young = staffed.given(a.assessed(codes.AGE, codes.NOT_SATISFIED))
    act = replace(SOMEBODY, effective_at=a.at("2027-11-07T23:59:00+00:00"))
    later = young.given(replace(a.missed, due_at=act.effective_at), act=act)
    assert later.state
    assert codes.AGE in later.state.left_to_assess


# One at a time

offered = story.given(*a.waiting, a.offered)
other = replace(a.bea, assessor=a.CASE)


@pytest.mark.parametrize("to", ["bea", "nobody.else"])
def test_a_role_that_stands_open_to_somebody_is_offered_to_nobody_meanwhile(to: str) -> None:
    standing = a.bea if to == "bea" else other
    again = replace(a.offering, name=to, standing=standing)
    offered.when(again).then_refused(refusals.OfferOpen)
    fresh = replace(a.offered, name=to, standing=standing)
    for gone in (a.declined, a.expired):
        offered.given(gone).when(again).then(fresh)


def test_nor_is_it_recorded_that_another_accepted_it() -> None:
    another = replace(a.accepting, name="nobody.else", standing=other)
    offered.when(another, act=a.COORDINATOR).then_refused(refusals.OfferOpen)
    offered.when(a.accepting, act=a.COORDINATOR).then(a.allocated)


def test_the_other_role_is_offered_at_the_same_time() -> None:
    doctor = replace(a.offering, role=codes.MENTAL_HEALTH, name="dan", standing=a.dan)
    found = replace(a.offered, role=codes.MENTAL_HEALTH, name="dan", standing=a.dan)
    offered.when(doctor).then(found)


def test_an_offer_whose_time_has_passed_stands_open_to_nobody_though_no_timer_said_so() -> None:
    act = a.later(SOMEBODY, hours=49)
    fresh = replace(a.offered, expires_at=act.effective_at + (a.offered.expires_at - a.NOON))
    anew = replace(a.offering, recorded_at=act.effective_at)
    offered.when(anew, act=act).then(fresh)
