"""Is a conclusion that may not stand any more owed again, and does nothing close on it?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import missing
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import closing, codes
from shared.refusals import Refusal
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

Told = Story[Any, Enquiry, EnquiryFact]
story: Told = Story(enquiry)
ready = story.given(*a.ready)
with_a_plan = story.given(*a.found, a.safe)
"""Its safety plan is live, and is reviewed in five weeks."""

weighed = replace(a.weighed, effect=next(iter(codes.IN_DOUBT)))
reported = (a.caused, a.accepted, a.reported)


def owes(here: Told) -> dict[str, datetime]:
    assert here.state
    return {it.kind: it.due_at for it in enquiry.owed(here.state, calendar())}


def doubted_since(here: Told) -> datetime | None:
    assert here.state
    return here.state.doubted_at


DOUBTS: dict[str, tuple[EnquiryFact, ...]] = {
    "it was opened again": (a.closed, a.reopened),
    "it was opened again, once that was said no more": (a.closed, a.reopened_1),
    "what was told changes it": (a.added, weighed),
    "a partner who was asked since reported": (*reported, a.good),
    "a partner whose report was returned at first": (*reported, a.returned, a.reported, a.good),
    "a report that came late was looked at": (a.caused, a.recalled, a.late, a.considered),
    "one of before it was said whose": (a.caused, a.recalled, a.late_1, a.considered_1),
}
NO_DOUBTS: dict[str, tuple[EnquiryFact, ...]] = {
    "nothing came since": (),
    "what was told changes nothing": (a.added, a.weighed),
    "a report waits for its answer": reported,
    "a report was returned": (*reported, a.returned),
    "the partner declined": (a.caused, a.declined),
    "what was asked was taken back": (a.caused, a.recalled),
    "a report that came late waits": (a.caused, a.recalled, a.late),
    "as at a time that knew of no late report": (a.considered,),
    "as at a time that knew of nobody who was asked": (a.good,),
}


@pytest.mark.parametrize("facts", DOUBTS.values(), ids=DOUBTS)
def test_what_was_said_without_it_is_said_again_or_said_to_stand_before_it_closes(
    facts: tuple[EnquiryFact, ...],
) -> None:
    doubted = ready.given(*facts)
    assert doubted_since(doubted) == a.NOON
    doubted.when(a.closing).then_refused(want.ConclusionInDoubt)
    doubted.when(a.looking).then(a.looked)
    for answer in (a.concluded, a.looked):
        settled = doubted.given(answer)
        assert doubted_since(settled) is None
        assert "doubt" not in owes(settled)
        settled.when(a.closing).then(a.closed)


@pytest.mark.parametrize("facts", NO_DOUBTS.values(), ids=NO_DOUBTS)
def test_what_changes_no_conclusion_puts_none_in_doubt(facts: tuple[EnquiryFact, ...]) -> None:
    assert doubted_since(ready.given(*facts)) is None


@pytest.mark.parametrize("facts", DOUBTS.values(), ids=DOUBTS)
def test_a_doubt_beside_a_live_safety_plan_is_owed_within_five_working_days(
    facts: tuple[EnquiryFact, ...],
) -> None:
    """And not when the plan is reviewed, which may be three months later."""
    doubted = with_a_plan.given(*facts, act=a.later(days=2))  # Wednesday
    assert owes(doubted)["doubt"] == a.at("2026-11-11T17:00:00+00:00")
    assert "closure" not in owes(doubted)


def test_what_was_known_before_it_was_concluded_puts_nothing_in_doubt() -> None:
    before = (*reported, a.good, a.late, a.considered, a.added, weighed)
    story.given(*a.under_way, *before, *a.ready[len(a.under_way) :]).when(a.closing).then(a.closed)


def test_a_report_that_came_before_the_conclusion_and_was_looked_at_after_it_does() -> None:
    late = story.given(*a.under_way, a.caused, a.recalled, a.late, *a.ready[len(a.under_way) :])
    late.given(a.considered).when(a.closing).then_refused(want.ConclusionInDoubt)


def test_each_partner_whose_late_report_is_looked_at_in_one_act_leaves_one_doubt() -> None:
    police = replace(a.considered, earlier=True, partner=a.POLICE)
    both = ready.given(a.caused, a.recalled, a.late_of_another, a.late, a.considered, police)
    both.when(a.closing).then_refused(want.ConclusionInDoubt)
    both.given(a.concluded).when(a.closing).then(a.closed)


@pytest.mark.parametrize("facts", DOUBTS.values(), ids=DOUBTS)
def test_findings_that_were_never_recorded_are_owed_and_not_in_doubt(
    facts: tuple[EnquiryFact, ...],
) -> None:
    at_once = story.given(a.opened, a.at_once, *facts)
    assert doubted_since(at_once) is None
    assert "findings" in owes(at_once)
    at_once.when(a.looking).then_refused(want.DecisionStands)


def test_a_doubt_is_due_since_the_first_of_what_caused_it() -> None:
    first = with_a_plan.given(a.added, weighed, act=a.later(days=1))  # Tuesday
    second = first.given(*reported, a.good, act=a.later(days=3))
    assert owes(second)["doubt"] == a.at("2026-11-10T17:00:00+00:00")
    settled = second.given(a.concluded, act=a.later(days=4))
    anew = settled.given(a.added, weighed, act=a.later(days=7))
    assert owes(anew)["doubt"] == a.at("2026-11-16T17:00:00+00:00")


def test_no_doubt_is_older_than_the_conclusion() -> None:
    """What is dated back was learnt after it all the same."""
    friday = story.given(*a.under_way, a.assessed).given(a.concluded, a.safe, act=a.later(days=4))
    assert owes(friday.given(a.added, weighed))["doubt"] == a.at("2026-11-13T17:00:00+00:00")


def test_what_a_late_report_changes_of_a_closed_enquiry_is_said_by_opening_it_again() -> None:
    closed = ready.given(a.caused, a.recalled, a.closed, a.late, a.considered)
    assert doubted_since(closed) is None
    closed.when(a.looking).then_refused(want.DecisionStands)
    closed.given(a.reopened).when(a.closing).then_refused(want.ConclusionInDoubt)


@pytest.mark.parametrize("facts", DOUBTS.values(), ids=DOUBTS)
def test_what_was_closed_before_a_report_put_it_in_doubt_stays_closed_and_owes_nothing_new(
    facts: tuple[EnquiryFact, ...],
) -> None:
    closed = ready.given(*facts, a.closed)
    assert closed.state
    assert closed.state.closed
    assert closing.CONCLUSION_IN_DOUBT not in missing(closed.state)
    assert owes(closed).keys() == owes(ready.given(a.closed)).keys()
    closed.when(a.looking).then_refused(want.DecisionStands)


happenings = some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=12)


@given(happenings)
def test_whatever_happened_a_doubt_is_owed_and_blocks_closing_until_it_is_settled(
    happened: list[EnquiryFact],
) -> None:
    now = ready.given(*happened)
    it = now.state
    assert it
    doubted = it.doubted_at is not None
    assert ("doubt" in owes(now), closing.CONCLUSION_IN_DOUBT in missing(it)) == (doubted, doubted)
    if not doubted:
        return
    assert it.concluded
    assert it.concluded.complete
    with pytest.raises(Refusal):
        enquiry.decide(a.closing, it, SOMEBODY)
    for answer in (a.concluded, *enquiry.decide(a.looking, it, SOMEBODY)):
        assert doubted_since(now.given(answer)) is None


@given(happenings, some.sampled_from(list(DOUBTS)))
def test_whatever_happened_what_comes_after_a_conclusion_puts_it_in_doubt(
    happened: list[EnquiryFact], why: str
) -> None:
    last = (a.recalled, a.reopened, a.concluded)  # it is open, and what waits is of the doubt
    now = ready.given(*happened, *last)
    assert doubted_since(now) is None
    assert doubted_since(now.given(*DOUBTS[why])) is not None


@given(happenings)
def test_no_history_that_ends_closed_is_opened_by_a_doubt(happened: list[EnquiryFact]) -> None:
    closed = ready.given(*happened, a.closed)
    assert closed.state
    assert closed.state.closed
    assert not owes(closed).keys() & {"doubt", "closure", "lead"}
