"""What may others know of an enquiry?"""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from services.enquiry.events import EnquiryFact, EnquiryOpened, Fact
from services.enquiry.published import publish
from services.enquiry.rules import codes
from services.enquiry.rules.opening import SECTION_42
from shared.contracts import enquiry as contract
from shared.facts import Code, party
from shared.time.calendar import london_date
from tests.enquiry import a
from tests.support.story import SOMEBODY

STEPS = (
    a.opened, a.concluded, a.closed, a.reopened, a.caused, a.accepted, a.reported, a.good,
    a.recalled, a.late, a.late_1, a.considered, a.considered_1, a.reminded,
)  # fmt: skip
TOLD = (*(type(it) for it in STEPS), EnquiryOpened)


def test_that_an_enquiry_was_opened_is_told_with_the_day_of_the_decision() -> None:
    for opened in (a.opened, a.opened_1):
        assert publish(opened, SOMEBODY) == contract.EnquiryOpened(
            contact=a.CONTACT, kind=SECTION_42, opened_on=a.TODAY
        )


def test_a_partner_hears_that_their_report_is_waited_for_and_no_more() -> None:
    assert publish(a.reminded, SOMEBODY) == contract.PartnerReminded(
        due_on=london_date(a.REPORT_DUE)
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


def test_that_it_was_opened_again_is_told_without_the_reasons() -> None:
    assert publish(a.reopened, SOMEBODY) == contract.EnquiryReopened(contact=a.CONTACT)


@pytest.mark.parametrize("earlier", [False, True])
def test_whoever_reported_late_hears_that_it_came_and_was_looked_at(*, earlier: bool) -> None:
    late, considered = replace(a.late, earlier=earlier), replace(a.considered, earlier=earlier)
    assert publish(late, SOMEBODY) == contract.LateReportReceived(
        partner=a.DERBY, received_on=a.TODAY
    )
    assert publish(considered, SOMEBODY) == contract.LateReportConsidered(
        partner=a.DERBY, considered_on=a.TODAY
    )


def test_what_came_late_before_it_was_said_whose_it_is_is_told_as_it_was() -> None:
    """To whoever was asked last, so of a report by an earlier partner to nobody."""
    assert publish(a.late_1, SOMEBODY) == contract.ReportReceived(received_on=a.TODAY)
    assert publish(a.considered_1, SOMEBODY) == contract.ReportAssessed(
        verdict=codes.GOOD, due_on=None
    )
    for fact in (a.late_of_another_1, replace(a.considered_1, earlier=True)):
        assert publish(fact, SOMEBODY) is None


def test_a_partner_asked_to_enquire_is_named_with_the_day_and_none_of_the_questions() -> None:
    assert publish(a.caused, SOMEBODY) == contract.EnquiryCaused(
        partner=party(a.caused.partner), due_on=london_date(a.caused.due_at)
    )


def test_who_owes_whom_in_a_caused_enquiry_is_told_step_by_step() -> None:
    steps = (a.accepted, a.reported, a.returned, a.good, a.recalled)
    assert [publish(it, SOMEBODY) for it in steps] == [
        contract.CausedEnquiryAnswered(answer=codes.ACCEPTED),
        contract.ReportReceived(received_on=a.TODAY),
        contract.ReportAssessed(verdict=codes.RETURNED, due_on=london_date(a.REPORT_DUE)),
        contract.ReportAssessed(verdict=codes.GOOD, due_on=None),
        contract.CausedEnquiryRecalled(recalled_on=a.TODAY),
    ]


@pytest.mark.parametrize(
    "fact",
    [*(it for it in a.EVERY_FACT if not isinstance(it, TOLD)), a.listed, a.unlisted],
    ids=lambda it: it.stored_as,
)
def test_how_an_enquiry_is_made_stays_here(fact: Fact) -> None:
    assert publish(fact, SOMEBODY) is None


def test_every_kind_of_fact_is_told_of_above() -> None:
    assert {type(it) for it in a.EVERY_FACT} == {*get_args(EnquiryFact)}
