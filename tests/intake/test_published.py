"""What may others know of a referral?"""

from dataclasses import replace
from typing import get_args

import pytest

from services.intake.events import ReferralFact
from services.intake.published import publish
from shared.contracts import intake as contract
from shared.facts import party
from tests.intake import a


@pytest.mark.parametrize(("said", "danger"), [("yes", True), ("no", False), ("unknown", False)])
def test_that_a_referral_came_is_told_with_how_many_and_how_urgent(
    said: str, *, danger: bool
) -> None:
    received = replace(a.two_received, immediate_danger=said)  # type: ignore[arg-type]
    assert publish(received, a.ROSEWOOD) == contract.ReferralReceived(
        sender=party(a.ROSEWOOD.actor), adults=2, immediate_danger=danger
    )


def test_triage_is_told_of_an_adult_with_their_words_shut() -> None:
    turning = replace(a.promoted, transition=True)
    assert publish(turning, a.ROSEWOOD) == contract.ContactPromoted(
        adult=a.ONE,
        answers=a.promoted.part.answers,
        transition=True,
        details=a.promoted.part.details,
        source_of_risk=a.promoted.part.source_of_risk,
        referrer=a.promoted.part.referrer,
    )


def test_triage_is_told_what_the_sender_added() -> None:
    assert publish(a.passed_on(), a.ROSEWOOD) == contract.InformationReceived(
        adult=a.ONE, answers=a.answers[a.ONE], words=a.amendment.words[a.ONE]
    )


def test_triage_is_told_of_a_withdrawal_adult_by_adult() -> None:
    assert publish(a.withdrawal_passed_on, a.ROSEWOOD) == contract.ReferralWithdrawn(adult=a.ONE)


def test_that_an_adult_was_passed_on_is_told_and_neither_where_to_nor_why() -> None:
    assert publish(a.redirected, a.ROSEWOOD) == contract.ContactRedirected(adult=a.ONE)


def test_that_more_was_told_of_somebody_held_is_told_without_a_word_of_it() -> None:
    assert publish(a.kept(a.TWO), a.ROSEWOOD) == contract.InformationKept(adult=a.TWO)


@pytest.mark.parametrize(
    "fact",
    [
        a.held,
        a.amended,
        a.amended_before,
        a.withdrawn,
        a.heard,
        a.not_standing,
        a.missed,
        a.escalated,
        a.named_later,
    ],
)
def test_what_a_person_still_looks_at_and_what_was_heard_stays_here(fact: ReferralFact) -> None:
    assert publish(fact, a.ROSEWOOD) is None


def test_every_kind_of_fact_is_told_of_above() -> None:
    told = {
        type(it)
        for it in (
            a.two_received, a.promoted, a.passed_on(), a.withdrawal_passed_on,
            a.held, a.redirected, a.amended, a.kept(), a.withdrawn, a.heard, a.not_standing,
            a.missed, a.amended_before, a.escalated,
        )
    }  # fmt: skip
    assert told == {*get_args(ReferralFact)}
