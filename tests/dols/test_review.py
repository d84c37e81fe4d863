"""Is a review of what was granted asked for and completed as law has it?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import refusals
from services.dols.events import RequestFact
from services.dols.projections.case import view
from services.dols.projections.status import status_of
from services.dols.rules import clocks, codes
from shared.facts import Code
from shared.sealed.vault import Open
from tests.dols import a
from tests.dols.granted import GRANTED, Told, due_of, on, owed, story, suspended

OPEN = GRANTED.given(a.asked_for_her)
DUE = "2026-11-23T23:59"


def due(of: Told) -> str | None:
    """Give by when the review is to be completed, None where none is owed."""
    return due_of(of, clocks.REVIEW)


def set_to(conditions: tuple[str, ...]) -> Open[tuple[str, ...]]:
    return Open(subject=a.ADULT, audience="adult", value=conditions)


# Asked for


def test_the_managing_authority_asks_where_a_requirement_appears_reviewable() -> None:
    GRANTED.when(a.asking_review).then(a.review_asked)
    assert due(GRANTED) is None
    assert due(GRANTED.given(a.review_asked)) == DUE


def test_the_person_their_representative_and_the_council_ask_through_staff() -> None:
    for by in codes.REVIEWS_ASKED_BY_STAFF:
        GRANTED.when(replace(a.for_her, asked_by=by)).then(replace(a.asked_for_her, asked_by=by))


def test_a_ground_is_of_the_three_of_the_law_and_what_it_is_about_may_be_left_unsaid() -> None:
    every = tuple(codes.REVIEW_GROUNDS)
    GRANTED.when(replace(a.for_her, grounds=every)).then(replace(a.asked_for_her, grounds=every))
    named = tuple(codes.REQUIREMENTS)
    GRANTED.when(replace(a.for_her, requirements=named)).then(
        replace(a.asked_for_her, requirements=named)
    )


UNLISTED: dict[str, dict[str, Any]] = {
    "who": {"asked_by": Code("review-asked-by@1:a-neighbour")},
    "ground": {"grounds": (*codes.REVIEW_GROUNDS, Code("review-ground@1:too-dear"))},
    "requirement": {"requirements": (Code("requirement@1:patience"),)},
}


@pytest.mark.parametrize("but", UNLISTED.values(), ids=UNLISTED)
def test_what_is_of_no_list_is_no_reason_for_a_review(but: dict[str, Any]) -> None:
    GRANTED.when(replace(a.asking_review, **but)).then_refused(refusals.WordNotListed)


BOTH: tuple[Any, ...] = (a.asking_review, a.completing)


@pytest.mark.parametrize("command", BOTH)
@pytest.mark.parametrize("facts", [a.ready, (*a.ready, a.not_granted)])
def test_where_nothing_was_granted_nothing_is_reviewed(
    command: Any, facts: tuple[RequestFact, ...]
) -> None:
    story.given(*facts).when(command).then_refused(refusals.NothingGranted)


@pytest.mark.parametrize("command", BOTH)
def test_what_has_ended_or_ceased_is_reviewed_no_more_whether_or_not_its_clock_has_come(
    command: Any,
) -> None:
    after = on("2027-05-01")
    for it in (OPEN, OPEN.given(a.ended)):
        it.when(command, act=after).then_refused(refusals.AuthorisationHasEnded)
    for ceased in (a.elapsed, a.ceased, a.ended_by_review):
        OPEN.given(ceased).when(command).then_refused(refusals.AuthorisationHasCeased)
    OPEN.given(a.in_suspense).when(command, act=on("2026-11-30")).then_refused(
        refusals.AuthorisationHasCeased
    )


def test_what_was_granted_and_begins_later_is_reviewed_as_well() -> None:
    later = story.given(*a.ready, replace(a.granted, starts_on=date(2027, 1, 1)))
    later.when(a.asking_review).then(a.review_asked)


def test_nobody_asked_for_a_review_before_there_was_anything_to_review() -> None:
    later = story.given(*a.ready, replace(a.granted, decided_on=date(2026, 11, 5)))
    later.when(a.for_her, act=on("2026-11-04")).then_refused(refusals.ReviewAskedBeforeGranted)
    later.when(a.for_her, act=on("2026-11-05")).then(a.asked_for_her)


@pytest.mark.parametrize("command", BOTH)
def test_of_what_is_suspended_no_review_is_asked_for_and_none_goes_on(command: Any) -> None:
    meanwhile = OPEN.given(suspended("2026-11-04"), act=on("2026-11-04"))
    meanwhile.when(command, act=on("2026-11-05")).then_refused(refusals.SuspendedMeanwhile)
    again = meanwhile.given(a.resumed, act=on("2026-11-06"))
    assert isinstance(again.when(command, act=on("2026-11-06")).outcome, tuple)


def test_what_was_asked_on_paper_before_the_suspension_is_recorded_all_the_same() -> None:
    meanwhile = GRANTED.given(suspended("2026-11-04"), act=on("2026-11-04"))
    meanwhile.when(a.for_her, act=on("2026-11-03")).then(a.asked_for_her)


# Completed


def test_a_signatory_completes_it_and_it_is_owed_no_more() -> None:
    OPEN.when(a.completing).then(a.unchanged)
    done = OPEN.given(a.unchanged)
    assert due(done) is None
    assert owed(done) == owed(GRANTED)


@pytest.mark.parametrize("conditions", [None, ("Walks alone on Sundays",), ()])
def test_what_is_varied_says_which_conditions_hold_from_then_on_or_only_why(
    conditions: tuple[str, ...] | None,
) -> None:
    said: Any = None if conditions is None else set_to(conditions)
    varied = replace(a.completing, outcome=codes.VARIED, conditions=said)
    OPEN.when(varied).then(replace(a.unchanged, outcome=codes.VARIED, conditions=said))


@pytest.mark.parametrize("outcome", [codes.UNCHANGED, codes.TERMINATES])
def test_only_what_is_varied_has_other_conditions(outcome: Code) -> None:
    command = replace(a.completing, outcome=outcome, conditions=set_to(()))
    OPEN.when(command).then_refused(refusals.ConditionsNotVaried)


def test_an_outcome_is_of_the_list() -> None:
    other = replace(a.completing, outcome=Code("review-outcome@1:postponed"))
    OPEN.when(other).then_refused(refusals.WordNotListed)


def test_where_none_is_open_none_is_completed() -> None:
    for it in (GRANTED, OPEN.given(a.unchanged)):
        it.when(a.completing).then_refused(refusals.NoReviewOpen)


def test_it_was_completed_on_no_day_before_it_was_asked_for_and_on_none_to_come() -> None:
    asked = GRANTED.given(a.asked_for_her, act=on("2026-11-04"))
    for day, refused in ((3, refusals.CompletedBeforeAsked), (11, refusals.CompletedInFuture)):
        command = replace(a.completing, completed_on=date(2026, 11, day))
        asked.when(command, act=on("2026-11-10")).then_refused(refused)
    for day in (4, 10):
        command = replace(a.completing, completed_on=date(2026, 11, day))
        found = replace(a.unchanged, completed_on=command.completed_on)
        asked.when(command, act=on("2026-11-10")).then(found)


def test_what_a_review_terminates_ceases_in_the_same_act_and_nothing_more_is_owed() -> None:
    OPEN.when(replace(a.completing, outcome=codes.TERMINATES)).then(a.terminated, a.ended_by_review)
    assert owed(OPEN.given(a.terminated, a.ended_by_review)) == {}
    later = story.given(*a.ready, replace(a.granted, starts_on=date(2027, 1, 1)), a.asked_for_her)
    later.when(replace(a.completing, outcome=codes.TERMINATES)).then(
        a.terminated, a.ended_by_review
    )
    state = later.given(a.terminated, a.ended_by_review).state
    assert state
    assert state.ended
    assert state.ended.begins_on is None, "nor does it begin"


def test_that_a_review_ended_it_is_for_the_review_to_say() -> None:
    by_hand = replace(a.ceasing, reason=codes.TERMINATED)
    OPEN.when(by_hand).then_refused(refusals.WordNotListed)


@pytest.mark.parametrize("fact", [a.ended, a.ceased, a.elapsed])
def test_a_review_is_over_with_what_it_is_of(fact: RequestFact) -> None:
    over = OPEN.given(fact, a.considered)
    assert over.state
    assert over.state.ended
    assert over.state.ended.review is None
    assert owed(over) == {}


# As at another time


@pytest.mark.parametrize("fact", [a.review_asked, a.unchanged])
@pytest.mark.parametrize("known", [a.ready, (*a.ready, a.not_granted)])
def test_as_at_a_time_of_which_no_grant_is_known_a_review_changes_nothing(
    fact: RequestFact, known: tuple[RequestFact, ...]
) -> None:
    assert story.given(*known, fact).state == story.given(*known).state


def test_as_at_a_time_of_which_only_a_joining_ask_is_known_that_one_opened_it() -> None:
    assert due(GRANTED.given(a.review_joined)) == DUE
    assert owed(GRANTED.given(a.unchanged)) == owed(GRANTED)


# What is shown

ASKED = (*a.ready, a.granted, a.asked_for_her)


def test_a_case_shows_who_asked_why_and_by_when_it_is_completed() -> None:
    joined = replace(a.review_joined, grounds=tuple(codes.REVIEW_GROUNDS))
    case = view(a.CASE, a.recorded(*ASKED, joined), a.TODAY)
    assert case
    assert case.review
    assert (case.review.since, case.reviewed) == (a.NOON, None)
    assert f"{case.review.due_at:%Y-%m-%dT%H:%M}" == DUE
    assert case.review.asked_by == (a.for_her.asked_by, codes.MANAGING_AUTHORITY)
    assert case.review.grounds == tuple(codes.REVIEW_GROUNDS)
    assert case.review.requirements == (codes.CAPACITY,)
    assert case.stage == "dols-stage@1:granted"


def test_a_case_shows_what_came_of_the_last_review_and_of_the_next_only_who_asked_then() -> None:
    case = view(a.CASE, a.recorded(*ASKED, a.unchanged, a.review_asked), a.TODAY)
    assert case
    assert case.review
    assert case.reviewed
    assert case.review.asked_by == (codes.MANAGING_AUTHORITY,)
    assert (case.reviewed.on, case.reviewed.outcome) == (a.TODAY, codes.UNCHANGED)
    assert (case.reviewed.says, case.reviewed.by) == ("it goes on as it was", "sam")


def test_the_sender_is_told_that_there_is_a_review_and_what_came_of_it() -> None:
    none, asked, done, over = (
        status_of(a.CASE, a.recorded(*ASKED[:-1], *facts), a.TODAY)
        for facts in (
            (),
            (a.asked_for_her,),
            (a.asked_for_her, a.unchanged),
            (a.asked_for_her, a.terminated, a.ended_by_review),
        )
    )
    assert none
    assert (none.review, none.reviewed) == (None, None)
    assert asked
    assert asked.review
    assert (asked.review.asked_on, f"{asked.review.due_at:%Y-%m-%dT%H:%M}") == (a.TODAY, DUE)
    assert done
    assert done.reviewed
    assert (done.review, done.reviewed.outcome) == (None, codes.UNCHANGED)
    assert done.reviewed.completed_on == a.TODAY
    assert over
    assert over.ceased
    assert (over.review, over.ceased.reason) == (None, codes.TERMINATED)
    assert over.cover.code == "dols-cover@1:ceased"
