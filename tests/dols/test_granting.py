"""When may an authorisation be given, for how long, and when is a request ended without one?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact, RequirementAssessed
from services.dols.rules import codes
from services.dols.rules.legal_test import CW_2014
from services.dols.rules.reading import WHO_RUNS_IT
from shared.facts import Code
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
waiting = story.given(*a.waiting)
staffed = story.given(*a.staffed)
ready = story.given(*a.ready)
MAY = replace(a.SIGNATORY, effective_at=a.at("2026-05-01T09:00:00+00:00"))
IN_MAY = story.given(replace(a.received, received_on=date(2026, 5, 1)), a.low, act=MAY)


def test_an_authorisation_needs_all_six_requirements() -> None:
    ready.when(a.granting, act=a.SIGNATORY).then(a.granted)
    for missing in codes.REQUIREMENTS:
        five = [it for it in a.six if it.requirement != missing]  # type: ignore[union-attr]
        staffed.given(*five).when(a.granting).then_refused(refusals.RequirementsNotMet)
        failed = ready.given(a.assessed(missing, codes.NOT_SATISFIED))
        failed.when(a.granting).then_refused(refusals.RequirementsNotMet)
        same = ready.given(a.assessed(missing, codes.EQUIVALENT))
        same.when(a.granting).then(a.granted)


DATES: dict[str, tuple[str, str, type[Exception]]] = {
    "it starts before it is decided": ("2026-11-01", "2026-12-01", refusals.StartsTooEarly),
    "it ends before it starts": ("2026-12-02", "2026-12-01", refusals.EndsBeforeItStarts),
    "longer than recommended": ("2026-11-02", "2027-05-01", refusals.LongerThanRecommended),
    "longer than a year": ("2026-11-02", "2027-11-02", refusals.LongerThanAYear),
}


@pytest.mark.parametrize(("starts", "ends", "refusal"), DATES.values(), ids=DATES)
def test_its_dates_are_within_the_limits(starts: str, ends: str, refusal: Any) -> None:
    dates = {"starts_on": date.fromisoformat(starts), "ends_on": date.fromisoformat(ends)}
    ready.when(replace(a.granting, **dates)).then_refused(refusal)  # type: ignore[arg-type]


def test_it_may_start_later_and_last_as_long_as_recommended() -> None:
    starts, ends = date(2026, 12, 1), date(2027, 5, 29)  # 180 days
    later = replace(a.granting, starts_on=starts, ends_on=ends)
    ready.when(later).then(replace(a.granted, starts_on=starts, ends_on=ends))
    longer = replace(later, ends_on=date(2027, 5, 30))
    ready.when(longer).then_refused(refusals.LongerThanRecommended)


def test_what_was_taken_back_is_not_granted() -> None:
    ready.given(a.withdrawn).when(a.granting).then_refused(refusals.RequestWithdrawnAlready)


DECISIONS: dict[str, Any] = {"a grant": a.granting, "no grant": a.refusing}


@pytest.mark.parametrize("command", DECISIONS.values(), ids=DECISIONS)
def test_a_decision_is_of_the_day_on_which_it_is_recorded_and_dated_back_no_further(
    command: Any,
) -> None:
    late = replace(command, recorded_at=a.at("2026-11-25T09:00:00+00:00"))  # day 24
    for when in ("2026-11-22T12:00:00+00:00", "2026-11-24T23:59:00+00:00"):
        by = replace(a.SIGNATORY, effective_at=a.at(when))
        ready.when(late, act=by).then_refused(refusals.DecisionDatedBack)
    same_day = replace(a.SIGNATORY, effective_at=a.at("2026-11-25T00:01:00+00:00"))
    if command is a.granting:
        late = replace(late, starts_on=date(2026, 11, 25))
    (fact,) = request.decide(late, ready.state, same_day)
    assert fact.decided_on == date(2026, 11, 25)  # type: ignore[union-attr]


def test_a_day_is_londons_where_a_decision_is_dated_back() -> None:
    late = replace(a.refusing, recorded_at=a.at("2027-06-30T23:30:00+00:00"))  # 1 July, 0:30
    before = replace(a.SIGNATORY, effective_at=a.at("2027-06-30T22:30:00+00:00"))
    waiting.when(late, act=before).then_refused(refusals.DecisionDatedBack)


def test_that_it_was_taken_back_is_the_reason_only_where_it_was() -> None:
    taken_back = replace(a.refusing, reason=codes.WITHDRAWN)
    waiting.when(taken_back).then_refused(refusals.NobodyWithdrew)
    ready.when(taken_back).then_refused(refusals.NobodyWithdrew)
    ended = replace(a.not_granted, reason=codes.WITHDRAWN)
    waiting.given(a.withdrawn).when(taken_back).then(ended)


COUNCILS = replace(a.received, run_by_council=True)
NOBODY_KNOWS = replace(a.received, checks=(WHO_RUNS_IT,))
BARRED: dict[str, tuple[RequestFact, type[Exception]]] = {
    "the council does": (COUNCILS, refusals.AssessorEmployedByBoth),
    "nobody knows": (NOBODY_KNOWS, refusals.RunByCouncilUnknown),
}


@pytest.mark.parametrize(("first", "refusal"), BARRED.values(), ids=BARRED)
def test_nothing_is_granted_on_the_word_of_who_may_not_be_independent(
    first: RequestFact, refusal: Any
) -> None:
    story.given(first, *a.ready[1:]).when(a.granting).then_refused(refusal)
    found_out = story.given(first, *a.ready[1:], replace(a.described, run_by_council="no"))
    found_out.when(a.granting).then(a.granted)
    ready.given(a.described).when(a.granting).then_refused(refusals.AssessorEmployedByBoth)


def test_an_authorisation_is_not_given_before_what_it_rests_on() -> None:
    by = a.later(a.SIGNATORY, hours=1)
    ready.given(a.assessed(codes.CAPACITY), act=a.later(hours=2)).when(
        a.granting, act=by
    ).then_refused(refusals.DecidedBeforeAssessed)


def test_what_was_assessed_under_the_test_of_before_has_to_be_assessed_anew() -> None:
    former = replace(a.assessed(codes.INTERESTS), legal_test=CW_2014)
    stale = ready.given(former)
    stale.when(a.granting).then_refused(refusals.AssessedUnderFormerTest)
    stale.given(a.assessed(codes.INTERESTS)).when(a.granting).then(a.granted)
    age = replace(a.assessed(codes.AGE), legal_test=CW_2014)
    ready.given(age).when(a.granting).then(a.granted)


@pytest.mark.parametrize("result", [codes.SATISFIED, codes.EQUIVALENT])
@pytest.mark.parametrize("requirement", codes.REQUIREMENTS)
def test_an_assessment_is_good_for_twelve_months_and_that_of_age_for_ever(
    requirement: Code, result: Code
) -> None:
    found = a.assessed(requirement, result)
    old, good = (replace(found, assessed_on=date(2026, 11, day)) for day in (1, 2))
    by = replace(a.SIGNATORY, effective_at=a.at("2027-11-02T09:00:00+00:00"))
    on, ends = date(2027, 11, 2), date(2027, 12, 1)
    granting = replace(a.granting, starts_on=on, ends_on=ends, recorded_at=by.effective_at)
    granted = replace(a.granted, decided_on=on, starts_on=on, ends_on=ends)
    ready.given(good).when(granting, act=by).then(granted)
    if requirement == codes.AGE:
        ready.given(old).when(granting, act=by).then(granted)
    else:
        ready.given(old).when(granting, act=by).then_refused(refusals.AssessmentTooOld)


def test_nor_may_an_authorisation_start_when_they_no_longer_count() -> None:
    far = replace(a.granting, starts_on=date(2027, 11, 3), ends_on=date(2027, 11, 4))
    ready.when(far).then_refused(refusals.AssessmentTooOld)


@pytest.mark.parametrize("command", [a.granting, a.refusing], ids=["grant", "no grant"])
def test_who_assessed_may_not_decide(command: Any) -> None:
    for by in (a.BEA, a.DAN):
        ready.when(command, act=replace(a.SIGNATORY, actor=by.actor)).then_refused(
            refusals.AssessedByYourself
        )
    bea = replace(a.SIGNATORY, actor="bea")
    others = [
        replace(it, assessor=a.dan.assessor) for it in a.six if isinstance(it, RequirementAssessed)
    ]
    ready.given(*others).when(command, act=bea).then_refused(refusals.AssessedByYourself)
    assert isinstance(staffed.given(*others).when(command, act=bea).outcome, tuple)


def test_a_requirement_is_the_reason_only_where_it_failed() -> None:
    capacity = replace(a.refusing, reason=Code("not-granted-reason@1:has-capacity"))
    ready.when(capacity).then_refused(refusals.ReasonNotBorneOut)
    has = ready.given(a.assessed(codes.CAPACITY, codes.NOT_SATISFIED))
    has.when(capacity).then(replace(a.not_granted, reason=capacity.reason))


def test_a_death_ends_a_request_without_assessments() -> None:
    waiting.when(a.refusing, act=a.SIGNATORY).then(a.not_granted)
    wrong = replace(a.refusing, reason=Code("not-granted-reason@1:bored"))
    waiting.when(wrong).then_refused(refusals.WordNotListed)


def test_a_decision_names_the_law_of_its_own_day() -> None:
    before = replace(a.SIGNATORY, effective_at=a.at("2026-06-01T09:00:00+00:00"))
    then = replace(a.refusing, recorded_at=before.effective_at)
    outcome = IN_MAY.when(then, act=before).outcome
    assert outcome == (
        replace(a.not_granted, legal_test=CW_2014, decided_on=date(2026, 6, 1)),
    )  # fmt: skip
