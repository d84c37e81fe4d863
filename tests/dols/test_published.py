"""What may others know of a request?"""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from services.dols.events import DolsFact
from services.dols.published import publish
from services.dols.rules import codes
from services.dols.rules.legal_test import AGNI_2026
from shared.contracts import dols as contract
from shared.facts import Code, party
from tests.dols import a
from tests.support.story import SOMEBODY

TOLD: dict[str, tuple[Any, Any]] = {
    "a request": (
        a.received, contract.RequestReceived(sender=party("sam"), urgent=False, received_on=a.TODAY)
    ),
    "an urgent one": (
        a.urgent, contract.RequestReceived(sender=party("sam"), urgent=True, received_on=a.TODAY)
    ),
    "an allocation": (
        a.allocated,
        contract.AssessorAllocated(role=codes.BEST_INTERESTS, allocated_on=a.TODAY),
    ),
    "a requirement": (
        a.assessed(codes.AGE),
        contract.RequirementAssessed(
            requirement=codes.AGE, result=codes.SATISFIED, legal_test=AGNI_2026,
            assessed_on=a.TODAY,
        ),
    ),
    "a question, without a word of it": (
        a.asked_back,
        contract.InformationRequested(question=SOMEBODY.id, due_on=date(2026, 11, 5)),
    ),
    "an answer, by the questions that it closes": (
        a.answered, contract.QuestionsClosed(questions=(SOMEBODY.id,))
    ),
    "a question that a coordinator closed, without a word of why": (
        a.settled, contract.QuestionsClosed(questions=(SOMEBODY.id,))
    ),
    "that a request is taken back, without a word of why": (
        a.withdrawn, contract.RequestWithdrawn(withdrawn_on=a.TODAY)
    ),
    "an extension, and its new end": (
        a.extended, contract.UrgentExtended(extended_on=a.TODAY, ends_on=date(2026, 11, 15))
    ),
    "no extension, without a word of why": (
        a.not_extended, contract.ExtensionRefused(refused_on=a.TODAY)
    ),
    "a grant": (
        a.granted,
        contract.AuthorisationGranted(
            legal_test=AGNI_2026, decided_on=a.TODAY, starts_on=a.TODAY,
            ends_on=date(2027, 4, 30),
        ),
    ),
    "that what was granted ends soon": (
        a.ending, contract.AuthorisationEnding(ends_on=date(2027, 4, 30), days_left=42)
    ),
    "that what was granted ended": (
        a.ended, contract.AuthorisationEnded(ended_on=date(2027, 4, 30))
    ),
    "that it is suspended, without a word of why": (
        a.in_suspense,
        contract.AuthorisationSuspended(suspended_on=a.TODAY, ceases_on=date(2026, 11, 29)),
    ),
    "that it goes on, without a word of why": (
        a.resumed, contract.AuthorisationResumed(resumed_on=a.TODAY)
    ),
    "that it ceased, by the code of the reason": (
        a.ceased,
        contract.AuthorisationCeased(reason=Code("cease@1:died"), ceased_on=a.TODAY),
    ),
    "that there is to be a review, without a word of why": (
        a.review_asked,
        contract.ReviewAsked(
            asked_by=codes.MANAGING_AUTHORITY, grounds=a.asking_review.grounds, asked_on=a.TODAY
        ),
    ),
    "nothing of who asks while one is open": (a.review_joined, None),
    "what came of it, by its code": (
        a.terminated, contract.ReviewCompleted(outcome=codes.TERMINATES, completed_on=a.TODAY)
    ),
    "no grant": (
        a.not_granted,
        contract.AuthorisationNotGranted(
            reason=a.died, legal_test=AGNI_2026, decided_on=a.TODAY
        ),
    ),
}  # fmt: skip
EVERY: tuple[Any, ...] = (*a.EVERY_FACT, a.registered, a.changed)


@pytest.mark.parametrize(("fact", "told"), TOLD.values(), ids=TOLD)
def test_what_is_told(fact: Any, told: Any) -> None:
    assert publish(fact, SOMEBODY) == told


def test_an_allocation_is_dated_as_in_london() -> None:
    late = replace(SOMEBODY, effective_at=a.at("2026-06-30T23:30:00+00:00"))
    told = publish(a.allocated, late)
    assert isinstance(told, contract.AssessorAllocated)
    assert told.allocated_on == date(2026, 7, 1)


def test_the_answer_to_a_request_for_an_extension_is_dated_as_in_london() -> None:
    late = replace(SOMEBODY, effective_at=a.at("2026-06-30T23:30:00+00:00"))
    given, refused = publish(a.extended, late), publish(a.not_extended, late)
    assert isinstance(given, contract.UrgentExtended)
    assert isinstance(refused, contract.ExtensionRefused)
    assert (given.extended_on, refused.refused_on) == (date(2026, 7, 1), date(2026, 7, 1))


def test_a_notice_counts_from_a_day_in_london() -> None:
    late = replace(SOMEBODY, effective_at=a.at("2026-06-30T23:30:00+00:00"))
    suspended, resumed = publish(a.in_suspense, late), publish(a.resumed, late)
    asked = publish(a.review_asked, late)
    assert isinstance(suspended, contract.AuthorisationSuspended)
    assert isinstance(resumed, contract.AuthorisationResumed)
    assert isinstance(asked, contract.ReviewAsked)
    assert {suspended.suspended_on, resumed.resumed_on, asked.asked_on} == {date(2026, 7, 1)}


def test_a_request_is_taken_back_on_a_day_in_london() -> None:
    late = replace(SOMEBODY, effective_at=a.at("2026-06-30T23:30:00+00:00"))
    told = publish(a.withdrawn, late)
    assert told == contract.RequestWithdrawn(withdrawn_on=date(2026, 7, 1))


def test_an_answer_that_closes_no_question_is_nobodys_to_hear() -> None:
    assert publish(replace(a.answered, questions=()), SOMEBODY) is None


SAID = {type(fact) for fact, _ in TOLD.values()}


@pytest.mark.parametrize(
    "fact", [it for it in EVERY if type(it) not in SAID], ids=lambda it: it.stored_as
)
def test_how_a_request_is_worked_on_stays_here(fact: Any) -> None:
    assert publish(fact, SOMEBODY) is None


def test_every_kind_of_fact_is_told_of_above() -> None:
    assert {type(it) for it in EVERY} == {*get_args(DolsFact)}
