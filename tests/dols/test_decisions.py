"""May this happen to a request?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import commands as want
from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import codes
from services.dols.rules.legal_test import CW_2014
from services.dols.rules.priority import Answers
from services.dols.rules.reading import FIRST_READER, WHO_RUNS_IT
from shared.facts import Code
from shared.refusals import NotFound
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
waiting = story.given(*a.waiting)
staffed = story.given(*a.staffed)
ready = story.given(*a.ready)
MAY = replace(a.SIGNATORY, effective_at=a.at("2026-05-01T09:00:00+00:00"))
IN_MAY = story.given(replace(a.received, received_on=date(2026, 5, 1)), a.low, act=MAY)

# It arrives, and is scored at once


def test_a_request_is_kept_and_scored_on_receipt() -> None:
    story.when(a.receiving).then(a.received, a.low)


def test_a_request_is_received_once() -> None:
    waiting.when(a.receiving).then()


def test_an_urgent_authorisation_in_force_counts_from_the_first_score_on() -> None:
    story.when(want.ReceiveRequest(received=a.urgent)).then(
        a.urgent, a.prioritised(urgent_ends_on=date(2026, 11, 8))
    )


def test_before_the_judgment_a_score_names_the_law_of_then() -> None:
    before = replace(a.COORDINATOR, effective_at=a.at("2026-06-02T08:59:59+00:00"))
    outcome = IN_MAY.when(a.scoring, act=before).outcome
    assert isinstance(outcome, tuple)
    assert outcome[0].legal_test == CW_2014  # type: ignore[union-attr]


# What changes while somebody waits


def test_a_person_scores_afresh() -> None:
    scored = a.prioritised(a.OBJECTS, by="staff", evidence=a.scoring.evidence)
    waiting.when(a.scoring).then(scored)


def test_what_the_managing_authority_answers_scores_again_and_the_rest_stays() -> None:
    told = replace(a.told, answers=Answers(objection="consistent"))
    changed = a.prioritised(replace(a.CONTENT, objection="consistent"), by="circumstances")
    waiting.when(want.TellCircumstances(told=told)).then(told, changed)


def test_what_is_told_after_a_decision_is_kept_and_somebody_looks() -> None:
    story.given(*a.ready, a.granted).when(a.telling).then(a.told)
    story.given(*a.ready, a.granted, a.told).when(a.considering).then(a.considered)


def test_what_was_told_is_considered_once() -> None:
    waiting.when(a.considering).then_refused(refusals.NothingWasTold)
    story.given(*a.waiting, a.told).when(a.considering).then(a.considered)
    done = story.given(*a.waiting, a.told, a.considered)
    done.when(a.considering).then_refused(refusals.NothingWasTold)
    news = story.given(*a.waiting).given(a.told, act=a.later(days=1))
    news.when(a.considering).then_refused(refusals.NothingWasTold)
    news.when(a.considering, act=a.later(days=1)).then(a.considered)
    scored = a.prioritised(by="staff")
    story.given(*a.waiting, a.told, scored).when(a.considering).then_refused(
        refusals.NothingWasTold
    )


def test_a_request_is_taken_back_once_and_a_signatory_ends_it() -> None:
    waiting.when(a.withdrawing).then(a.withdrawn)
    back = story.given(*a.waiting, a.withdrawn)
    back.when(a.withdrawing).then_refused(refusals.RequestWithdrawnAlready)
    ended = replace(a.not_granted, reason=codes.WITHDRAWN)
    back.when(replace(a.refusing, reason=codes.WITHDRAWN)).then(ended)


def test_a_score_dated_before_the_news_was_told_has_not_seen_it() -> None:
    told = story.given(*a.waiting).given(a.told, act=a.later(days=1))
    for days, seen in ((0, False), (1, True), (2, True)):
        state = told.given(a.prioritised(by="staff"), act=a.later(days=days)).state
        assert state
        assert (state.told_at is None) is seen, days
        assert state.checked_at >= a.later(days=1).effective_at, "nor does it undo a later look"


# The extension


URGENT = replace(a.urgent, extension_requested=True)


def test_an_urgent_authorisation_is_extended_once_in_time_and_by_seven_days_at_most() -> None:
    asked = story.given(URGENT, a.low)
    scored = a.prioritised(by="time", urgent_ends_on=date(2026, 11, 15))
    asked.when(a.extending).then(a.extended, scored)
    again = asked.given(a.extended)
    again.when(a.extending).then_refused(refusals.UrgentExtendedBefore)
    asked.when(replace(a.extending, days=8)).then_refused(refusals.ExtensionTooLong)


def test_an_extension_is_asked_for_before_the_urgent_authorisation_ends() -> None:
    silent = story.given(a.urgent, a.low)
    silent.when(a.extending).then_refused(refusals.ExtensionNotRequested)
    asks = replace(a.told, extension_requested=True)
    scored = a.prioritised(by="time", urgent_ends_on=date(2026, 11, 15))
    silent.given(asks).when(a.extending).then(a.extended, scored)
    late = silent.given(asks, act=a.later(days=7))
    late.when(a.extending).then_refused(refusals.ExtensionNotRequested)


def test_what_has_ended_or_was_never_given_is_not_extended() -> None:
    waiting.when(a.extending).then_refused(refusals.NoUrgentAuthorisation)
    asked = story.given(URGENT, a.low)
    late = a.later(days=7)
    after = replace(a.extending, recorded_at=late.effective_at)
    asked.when(after, act=late).then_refused(refusals.UrgentHasEnded)
    asked.when(after).then_refused(refusals.DecisionDatedBack)
    asked.given(a.lapsed).when(a.extending).then_refused(refusals.UrgentHasEnded)


# Offers and allocations


def test_an_offer_stands_for_two_days_and_for_one_where_it_is_high() -> None:
    waiting.when(a.offering).then(a.offered)
    one = replace(a.offered, expires_at=a.at("2026-11-03T09:00:00+00:00"))
    waiting.given(a.high).when(a.offering).then(one)


def test_an_assessor_accepts_what_was_offered_to_them() -> None:
    asked = waiting.given(a.offered)
    asked.when(a.accepting, act=a.BEA).then(a.allocated)
    dan = replace(a.accepting, name="dan", standing=a.dan)
    asked.when(dan, act=a.DAN).then_refused(refusals.NotOffered)
    waiting.when(a.accepting, act=a.BEA).then_refused(refusals.NotOffered)
    asked.when(a.accepting, act=a.later(a.BEA, hours=49)).then_refused(refusals.NotOffered)


def test_a_coordinator_records_that_an_assessor_accepted() -> None:
    waiting.when(a.accepting, act=a.COORDINATOR).then(a.allocated)


def test_an_offer_is_declined_with_a_reason() -> None:
    asked = waiting.given(a.offered)
    asked.when(a.declining, act=a.BEA).then(a.declined)
    asked.when(a.declining, act=a.COORDINATOR).then(a.declined)
    asked.when(a.declining, act=a.DAN).then_refused(refusals.NotOffered)
    asked.given(a.declined).when(a.declining, act=a.BEA).then_refused(refusals.NotOffered)
    wrong = replace(a.declining, reason=Code("offer-declined@1:bored"))
    asked.when(wrong, act=a.BEA).then_refused(refusals.WordNotListed)


BARS: dict[str, tuple[Any, type[Exception]]] = {
    "suspended": (replace(a.bea, suspended=True), refusals.AssessorSuspended),
    "not eligible": (replace(a.bea, kinds=(codes.SECTION_12,)), refusals.AssessorNotEligible),
    "out of date": (replace(a.bea, trained_on=date(2025, 1, 1)), refusals.TrainingOutOfDate),
    "works there": (replace(a.bea, interests=("1-101000001",)), refusals.AssessorInterested),
}


@pytest.mark.parametrize(("standing", "refusal"), BARS.values(), ids=BARS)
def test_who_is_barred_is_neither_offered_nor_allocated(standing: Any, refusal: Any) -> None:
    waiting.when(replace(a.offering, standing=standing)).then_refused(refusal)
    waiting.when(replace(a.accepting, standing=standing)).then_refused(refusal)


DECLARED: dict[str, type[Exception]] = {
    "related": refusals.AssessorRelated,
    "financial_interest": refusals.AssessorInterested,
    "involved_in_care": refusals.AssessorInvolved,
}


@pytest.mark.parametrize(("bar", "refusal"), DECLARED.items(), ids=DECLARED)
def test_a_declared_bar_is_hard_and_what_is_left_open_is_asked(bar: str, refusal: Any) -> None:
    yes, unsaid = ({bar: it} for it in ("yes", "unknown"))
    barred: Any = replace(a.NO_BAR, **yes)  # type: ignore[arg-type]
    left: Any = replace(a.NO_BAR, **unsaid)  # type: ignore[arg-type]
    waiting.when(replace(a.offering, declared=barred)).then_refused(refusal)
    waiting.when(replace(a.accepting, declared=barred)).then_refused(refusal)
    waiting.when(replace(a.offering, declared=left)).then(replace(a.offered, declared=left))
    waiting.when(replace(a.accepting, declared=left)).then_refused(refusals.NotDeclared)


def test_where_the_council_runs_the_place_its_staff_make_no_best_interests_assessment() -> None:
    council = story.given(replace(a.received, run_by_council=True), a.low)
    council.when(a.offering).then_refused(refusals.AssessorEmployedByBoth)
    free = replace(a.bea, employer=Code("assessor-employer@1:independent"))
    council.when(a.accepting).then_refused(refusals.AssessorEmployedByBoth)
    council.when(replace(a.offering, standing=free)).then(replace(a.offered, standing=free))


UNKNOWN: dict[str, RequestFact] = {
    "asked": replace(a.received, checks=(WHO_RUNS_IT,)),
    "read by the first reader": replace(a.received, reader=FIRST_READER),
}


@pytest.mark.parametrize("first", UNKNOWN.values(), ids=UNKNOWN)
def test_who_runs_the_place_is_found_out_before_the_councils_own_assessor_is_asked(
    first: RequestFact,
) -> None:
    nobody_knows = story.given(first, a.low)
    assert nobody_knows.state
    assert nobody_knows.state.place.run_by_council == "unknown"
    for command in (a.offering, a.accepting):
        nobody_knows.when(command).then_refused(refusals.RunByCouncilUnknown)
    doctor = replace(a.accepting, role=codes.MENTAL_HEALTH, name="dan", standing=a.dan)
    nobody_knows.when(doctor).then(a.doctor)
    not_ours = replace(a.described, run_by_council="no")
    nobody_knows.when(replace(a.describing, run_by_council="no")).then(not_ours)
    nobody_knows.given(not_ours).when(a.offering).then(a.offered)
    had = nobody_knows.given(a.allocated)
    had.when(a.assessing(codes.INTERESTS), act=a.BEA).then_refused(refusals.RunByCouncilUnknown)
    had.when(a.assessing(codes.AGE), act=a.BEA).then(a.assessed(codes.AGE))


def test_who_runs_the_place_is_told_with_a_change_of_circumstances_as_well() -> None:
    scored = a.prioritised(by="circumstances")
    telling = replace(a.telling, run_by_council="yes")
    waiting.when(telling).then(a.told, a.described, scored)
    waiting.given(a.described).when(telling).then(a.told, scored)
    waiting.when(replace(telling, run_by_council="no")).then(a.told, scored)
    waiting.when(replace(a.describing, run_by_council="no")).then()


def test_a_no_of_the_managing_authority_undoes_no_yes_and_a_coordinator_may() -> None:
    no = replace(a.described, run_by_council="no")
    telling = replace(a.telling, run_by_council="no")
    ours = waiting.given(a.described)
    for command in (telling, replace(a.answering, telling=telling)):
        heard = ours.when(command).outcome
        assert isinstance(heard, tuple)
        assert no not in heard
    ours.when(replace(a.describing, run_by_council="no")).then(no)


def test_a_role_is_open_again_once_who_has_it_may_not_assess_there() -> None:
    bob = replace(a.bea, assessor=a.CASE, employer=Code("assessor-employer@1:independent"))
    for given_to, roles in (
        (a.allocated, (codes.BEST_INTERESTS,)),
        (replace(a.allocated, name="bob", standing=bob), ()),
    ):
        found = story.given(*a.waiting, given_to, a.doctor, a.described).state
        assert found
        assert found.roles_open == roles
        owed = {it.kind for it in request.owed(found, calendar())}
        assert ("allocation" in owed) == bool(roles)


def test_nobody_takes_on_more_in_a_week_than_the_register_says() -> None:
    for command in (a.offering, a.accepting):
        waiting.when(replace(command, room=a.FULL)).then_refused(refusals.NoRoomThisWeek)
    asked = waiting.given(a.offered)
    asked.when(replace(a.accepting, room=a.FULL), act=a.BEA).then_refused(refusals.NoRoomThisWeek)
    asked.when(a.accepting, act=a.BEA).then(a.allocated)
    none = want.Room(weekly_capacity=0, taken_on=0)
    waiting.when(replace(a.offering, room=none)).then_refused(refusals.NoRoomThisWeek)


def test_who_has_the_role_already_takes_on_nothing_more() -> None:
    again = replace(a.accepting, room=a.FULL)
    waiting.given(a.allocated).when(again).then(a.allocated)
    other = replace(again, standing=replace(a.bea, assessor=a.CASE))
    waiting.given(a.doctor).when(other).then_refused(refusals.NoRoomThisWeek)


BOTH = replace(a.bea, kinds=(codes.BIA, codes.SECTION_12))


def test_one_person_never_makes_both_assessments() -> None:
    has = waiting.given(replace(a.allocated, standing=BOTH))
    other = replace(a.accepting, role=codes.MENTAL_HEALTH, standing=BOTH)
    has.when(other).then_refused(refusals.SameAssessor)


def test_nor_after_the_role_went_to_somebody_else() -> None:
    did = replace(a.assessed(codes.DISORDER), assessor=BOTH.assessor)
    passed = waiting.given(replace(a.doctor, standing=BOTH), did, a.doctor)
    passed.when(replace(a.accepting, standing=BOTH)).then_refused(refusals.SameAssessor)
    age = replace(a.assessed(codes.AGE), assessor=BOTH.assessor)
    harmless = waiting.given(age, a.doctor)
    harmless.when(replace(a.accepting, standing=BOTH)).then(replace(a.allocated, standing=BOTH))


def test_nobody_is_offered_or_given_a_role_over_who_has_it() -> None:
    bob = replace(a.bea, assessor=a.CASE)
    for command in (a.offering, a.accepting):
        another = replace(command, standing=bob)
        staffed.when(another).then_refused(refusals.RoleTaken)
        staffed.given(a.suspended).when(another).then_refused(refusals.RoleTaken)
    theirs = replace(a.allocated, standing=bob)
    staffed.given(a.released).when(replace(a.accepting, standing=bob)).then(theirs)
    staffed.given(a.released).when(replace(a.offering, standing=bob)).then(
        replace(a.offered, standing=bob)
    )


def test_before_that_was_refused_another_assessor_took_the_place_of_the_first() -> None:
    bob = replace(a.bea, assessor=a.CASE)
    state = staffed.given(replace(a.allocated, standing=bob)).state
    assert state
    assert [it.standing for it in state.allocations] == [a.dan, bob]


# The six requirements


@pytest.mark.parametrize("requirement", codes.REQUIREMENTS)
def test_each_requirement_is_assessed_by_who_is_allocated_for_it(requirement: Code) -> None:
    by = a.DAN if requirement in a.DOCTORS else a.BEA
    staffed.when(a.assessing(requirement), act=by).then(a.assessed(requirement))


def test_who_is_not_allocated_assesses_nothing() -> None:
    waiting.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.NotAllocated)
    offered = waiting.given(a.offered)
    offered.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.NotAllocated)


def test_who_is_allocated_assesses_only_what_is_theirs() -> None:
    for requirement, by in ((codes.INTERESTS, a.DAN), (codes.DISORDER, a.BEA),
                            (codes.AGE, a.DAN), (codes.ELIGIBILITY, a.BEA)):  # fmt: skip
        staffed.when(a.assessing(requirement), act=by).then_refused(refusals.NotTheirsToAssess)


def test_a_result_is_of_the_list_and_of_a_day_that_came() -> None:
    wrong = replace(a.assessing(codes.AGE), result=Code("assessment-result@1:maybe"))
    staffed.when(wrong, act=a.BEA).then_refused(refusals.WordNotListed)
    none = replace(a.assessing(codes.AGE), requirement=Code("requirement@1:other"))
    staffed.when(none, act=a.BEA).then_refused(refusals.WordNotListed)
    ahead = replace(a.assessing(codes.AGE), assessed_on=date(2026, 11, 3))
    staffed.when(ahead, act=a.BEA).then_refused(refusals.AssessedInFuture)


def test_who_was_suspended_since_they_accepted_assesses_nothing_more() -> None:
    out = replace(a.assessing(codes.AGE), standing=replace(a.bea, suspended=True))
    staffed.when(out, act=a.BEA).then_refused(refusals.AssessorSuspended)


def test_best_interests_come_with_a_longest_duration() -> None:
    silent = replace(a.assessing(codes.INTERESTS), recommended_days=None)
    staffed.when(silent, act=a.BEA).then_refused(refusals.DurationMissing)
    no = replace(silent, result=codes.NOT_SATISFIED)
    staffed.when(no, act=a.BEA).then(a.assessed(codes.INTERESTS, codes.NOT_SATISFIED, None))


def test_a_duration_is_nothing_that_another_requirement_recommends() -> None:
    age = replace(a.assessing(codes.AGE), recommended_days=5)
    staffed.when(age, act=a.BEA).then(a.assessed(codes.AGE))
    failed = a.assessing(codes.INTERESTS, codes.NOT_SATISFIED, 5)
    staffed.when(failed, act=a.BEA).then(a.assessed(codes.INTERESTS, codes.NOT_SATISFIED, None))


# Of any


TO_ANY: list[Any] = [it for it in (*a.ON_AN_OPEN_ONE, *a.ON_ANY) if it is not a.withdrawing]


@pytest.mark.parametrize("command", TO_ANY, ids=lambda it: type(it).__name__)
def test_nothing_is_dated_before_the_request_was_received(command: Any) -> None:
    for when in ("2026-11-01T23:59:00+00:00", "1926-11-02T09:00:00+00:00"):
        slip = replace(a.COORDINATOR, effective_at=a.at(when))
        ready.given(a.told).when(command, act=slip).then_refused(refusals.BeforeItsReceipt)


@pytest.mark.parametrize(
    "command", [*a.ON_AN_OPEN_ONE, *a.ON_ANY], ids=lambda it: type(it).__name__
)
def test_nothing_happens_to_a_request_that_is_not_there(command: Any) -> None:
    story.when(command).then_refused(NotFound)


@pytest.mark.parametrize("command", a.ON_AN_OPEN_ONE, ids=lambda it: type(it).__name__)
@pytest.mark.parametrize("end", [a.granted, a.not_granted], ids=["granted", "not granted"])
def test_a_decided_request_stays_as_it_is(command: Any, end: RequestFact) -> None:
    story.given(*a.ready, end).when(command).then_refused(refusals.RequestDecided)
