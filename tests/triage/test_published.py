"""What may others know of a concern?"""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from services.triage.events import ConcernFact
from services.triage.published import publish
from services.triage.rules.risk_tool import AMBER
from services.triage.rules.section42 import OUTCOMES
from shared.contracts import triage as contract
from shared.facts import Code
from tests.support.story import SOMEBODY
from tests.triage import a


def test_that_a_concern_is_counted_is_told_with_its_contact() -> None:
    assert publish(a.recognised, SOMEBODY) == contract.ConcernRecognised(contact=a.CONTACT)


def test_of_a_score_the_band_and_the_tool_are_told_not_the_answers() -> None:
    assert publish(a.screened(a.red), SOMEBODY) == contract.ConcernScored(
        contact=a.CONTACT, tool=Code("risk-tool@1:srt-1.0.0"), band=Code("band@1:red")
    )


def test_of_a_decision_outcome_and_class_are_told_not_the_answers_or_reasons() -> None:
    assert publish(a.decided, SOMEBODY) == contract.Section42Decided(
        contact=a.CONTACT,
        outcome=a.enquiry,
        outcome_class=Code("outcome-class@1:proceeding"),
        opens_enquiry=True,
        decided_on=date(2026, 11, 2),
        band=AMBER,
    )


def test_a_decision_from_before_its_band_was_kept_is_told_as_it_was() -> None:
    assert publish(a.decided_1, SOMEBODY) == contract.Section42Decided1(
        contact=a.CONTACT,
        outcome=a.enquiry,
        outcome_class=Code("outcome-class@1:proceeding"),
        opens_enquiry=True,
        decided_on=date(2026, 11, 2),
    )


def test_a_decision_is_dated_as_in_london() -> None:
    # 23:30 UTC on 30 June is half past midnight on 1 July in London.
    late = SOMEBODY.at(a.at("2026-06-30T23:30:00+00:00"))
    told = publish(a.decided, late)
    assert isinstance(told, contract.Section42Decided)
    assert told.decided_on == date(2026, 7, 1)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_can_be_told(outcome: Code) -> None:
    told = publish(replace(a.decided, outcome=outcome, route=a.varm), SOMEBODY)
    assert isinstance(told, contract.Section42Decided)
    assert told.opens_enquiry is OUTCOMES[outcome].opens_enquiry


@pytest.mark.parametrize("fact", [a.overridden, a.withdrawn])
def test_what_staff_judge_stays_here(fact: ConcernFact) -> None:
    assert publish(fact, SOMEBODY) is None


def test_that_a_decision_no_longer_stands_is_told_with_its_contact() -> None:
    assert publish(a.reopened, SOMEBODY) == contract.ConcernReopened(contact=a.CONTACT)


def test_that_what_a_sender_added_is_here_is_told_without_the_words() -> None:
    assert publish(a.added, SOMEBODY) == contract.InformationAdded()


def test_that_what_was_told_later_was_looked_at_is_told_without_the_reasons() -> None:
    assert publish(a.considered, SOMEBODY) == contract.InformationConsidered()


def test_every_kind_of_fact_is_told_of_above() -> None:
    assert {type(it) for it in a.EVERY_FACT} == {*get_args(ConcernFact)}
