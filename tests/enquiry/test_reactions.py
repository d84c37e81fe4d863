"""What does enquiry do when triage speaks?"""

from dataclasses import replace
from typing import Any, get_args

import pytest

from services.enquiry.decisions.commands import HearAddition, HearReopening
from services.enquiry.reactions import REACTIONS
from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.facts import Code, Recorded
from tests.enquiry import a

DECIDED = triage.Section42Decided(
    contact=a.CONTACT,
    outcome=a.s42,
    outcome_class=Code("outcome-class@1:proceeding"),
    opens_enquiry=True,
    decided_on=a.TODAY,
    band=a.amber,
)
DECIDED_1 = triage.Section42Decided1(
    contact=a.CONTACT,
    outcome=a.s42,
    outcome_class=Code("outcome-class@1:proceeding"),
    opens_enquiry=True,
    decided_on=a.TODAY,
)
REOPENED = triage.ConcernReopened(contact=a.CONTACT)


def heard(message: Any) -> tuple[Reaction[Any, Any], Recorded[Any]]:
    (said,) = a.recorded(message)
    (reaction,) = [it for it in REACTIONS if it.when is type(message)]
    return reaction, said


def test_a_decision_is_heard_with_all_that_it_says() -> None:
    reaction, said = heard(DECIDED)
    assert reaction.then(said) == a.heard


def test_a_decision_told_before_it_named_its_band_is_heard_all_the_same() -> None:
    reaction, said = heard(DECIDED_1)
    assert reaction.then(said) == replace(a.heard, band=None)


def test_that_a_concern_is_open_again_is_heard() -> None:
    reaction, said = heard(REOPENED)
    assert reaction.then(said) == HearReopening()


def test_that_more_was_told_is_heard() -> None:
    reaction, said = heard(triage.InformationAdded())
    assert reaction.then(said) == HearAddition()


@pytest.mark.parametrize("message", [DECIDED, DECIDED_1, REOPENED, triage.InformationAdded()])
def test_an_enquiry_has_the_id_of_its_concern(message: Any) -> None:
    reaction, said = heard(message)
    assert str(reaction.on(said)) == f"enquiry-{a.ADULT}"


def test_that_a_concern_was_recognised_or_scored_or_looked_at_is_no_business_of_ours() -> None:
    ours: list[type] = [it.when for it in REACTIONS]
    assert set(get_args(triage.Message)) - set(ours) == {
        triage.ConcernRecognised, triage.ConcernScored, triage.InformationConsidered,
    }  # fmt: skip
