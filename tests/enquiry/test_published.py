"""What may others know of an enquiry?"""

from datetime import date
from typing import get_args

import pytest

from services.enquiry.events import EnquiryClosed, EnquiryConcluded, EnquiryFact, EnquiryOpened
from services.enquiry.published import publish
from services.enquiry.rules.opening import SECTION_42
from shared.contracts import enquiry as contract
from shared.facts import Code
from tests.enquiry import a
from tests.support.story import SOMEBODY

TOLD = (EnquiryOpened, EnquiryConcluded, EnquiryClosed)


def test_that_an_enquiry_was_opened_is_told_with_the_day_of_the_decision() -> None:
    assert publish(a.opened, SOMEBODY) == contract.EnquiryOpened(
        contact=a.CONTACT, kind=SECTION_42, opened_on=a.TODAY
    )


def test_of_a_conclusion_the_outcome_is_told_not_the_adults_capacity_or_wishes() -> None:
    assert publish(a.concluded, SOMEBODY) == contract.EnquiryConcluded(
        contact=a.CONTACT,
        kind=SECTION_42,
        outcome=Code("risk-outcome@1:identified-action-taken"),
        concluded_on=a.TODAY,
    )


def test_a_conclusion_in_the_act_of_opening_says_that_its_outcome_is_not_recorded() -> None:
    told = publish(a.at_once, SOMEBODY)
    assert isinstance(told, contract.EnquiryConcluded)
    assert told.outcome == "risk-outcome@1:not-recorded"


def test_a_closing_is_dated_as_in_london() -> None:
    late = SOMEBODY.at(a.at("2026-06-30T23:30:00+00:00"))
    assert publish(a.closed, late) == contract.EnquiryClosed(
        contact=a.CONTACT, reason=a.closing.reason, closed_on=date(2026, 7, 1)
    )


@pytest.mark.parametrize(
    "fact", [it for it in a.EVERY_FACT if not isinstance(it, TOLD)], ids=lambda it: it.stored_as
)
def test_how_an_enquiry_is_made_stays_here(fact: EnquiryFact) -> None:
    assert publish(fact, SOMEBODY) is None


def test_every_kind_of_fact_is_told_of_above() -> None:
    assert {type(it) for it in a.EVERY_FACT} == {*get_args(EnquiryFact)}
