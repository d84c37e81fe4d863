"""What does triage do when intake speaks?"""

from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

import pytest

from services.triage.decisions import AddInformation, NoteWithdrawal, RecogniseConcern
from services.triage.reactions import REACTIONS
from services.triage.rules.score import Answers
from shared.bus.reaction import Reaction
from shared.contracts import intake
from shared.facts import Code, Recorded
from tests.triage import a

ANSWERS = intake.RiskAnswers(
    severity=3, likelihood=2, signals=(a.danger, a.child), own_rating=Code("band@1:red")
)


def promoted(*, transition: bool = False) -> intake.ContactPromoted:
    return intake.ContactPromoted(
        adult=a.ADULT,
        answers=ANSWERS,
        transition=transition,
        details=a.details,
        source_of_risk=a.source,
        referrer=None,
    )


def heard(message: Any) -> tuple[Reaction[Any, Any], Recorded[Any]]:
    (said,) = a.recorded(message, case=a.CONTACT)
    (reaction,) = [it for it in REACTIONS if it.when is type(message)]
    return reaction, said


def does(message: Any) -> Any:
    reaction, said = heard(message)
    return reaction.then(said)


@pytest.mark.parametrize("transition", [True, False])
def test_a_promoted_contact_is_recognised_as_a_concern(*, transition: bool) -> None:
    assert does(promoted(transition=transition)) == RecogniseConcern(
        contact=a.CONTACT,
        counting_policy=a.counting,
        transition=transition,
        answers=Answers(
            severity=3, likelihood=2, signals=(a.child, a.danger), own_rating=Code("band@1:red")
        ),
        details=a.details,
        source_of_risk=a.source,
        referrer=None,
    )


def test_what_the_sender_adds_reaches_the_concern_with_its_answers() -> None:
    told = intake.InformationReceived(
        adult=a.ADULT, answers=intake.RiskAnswers(likelihood=4), words=a.words()
    )
    assert does(told) == AddInformation(answers=Answers(likelihood=4), words=a.words())


def test_a_withdrawal_is_noted() -> None:
    assert does(intake.ReferralWithdrawn(adult=a.ADULT)) == NoteWithdrawal()


@pytest.mark.parametrize(
    "message",
    [
        promoted(),
        intake.InformationReceived(adult=a.ADULT, answers=intake.RiskAnswers(), words=a.words()),
        intake.ReferralWithdrawn(adult=a.ADULT),
    ],
)
def test_each_adult_of_a_referral_has_a_concern_of_their_own(message: Any) -> None:
    reaction, said = heard(message)
    assert str(reaction.on(said)) == f"concern-{a.ADULT}"


def test_who_is_not_promoted_is_no_business_of_triage() -> None:
    heard_of: list[type] = [it.when for it in REACTIONS]
    assert set(get_args(intake.Message)) - set(heard_of) == {
        intake.ReferralReceived, intake.ContactRedirected, intake.InformationKept
    }  # fmt: skip


def test_two_adults_of_one_referral_lead_to_two_streams() -> None:
    reaction, one = heard(promoted())
    (other,) = a.recorded(replace(promoted(), adult=UUID(int=77)), case=a.CONTACT)
    assert reaction.on(one).case != reaction.on(other).case
