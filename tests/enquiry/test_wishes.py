"""Is what the adult wants concluded on by somebody, also where it is recorded late?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import missing
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import DeadlineMissed, EnquiryEscalated, EnquiryFact
from services.enquiry.rules import clocks, closing, codes
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

Told = Story[Any, Enquiry, EnquiryFact]
story: Told = Story(enquiry)
with_a_plan = story.given(*a.found, a.safe)
"""Its safety plan is live, and is reviewed in five weeks."""

TUESDAY, FRIDAY = a.later(days=1), a.later(days=4)
AFTER_TUESDAY = a.at("2026-11-10T17:00:00Z")
none = replace(a.asked, answer=Code("desired-outcomes@1:none-expressed"))


def wishes_due(here: Told) -> datetime | None:
    assert here.state
    owed = {it.kind: it.due_at for it in enquiry.owed(here.state, calendar())}
    return owed.get(clocks.WISHES)


@pytest.mark.parametrize("fact", [a.asked, none, a.assessed])
def test_what_is_recorded_after_the_conclusion_is_concluded_on_within_five_working_days(
    fact: EnquiryFact,
) -> None:
    """Beside a live safety plan as well, when no closing is owed."""
    since = with_a_plan.given(fact, act=TUESDAY)
    assert wishes_due(since) == AFTER_TUESDAY
    assert since.state
    assert clocks.CLOSURE not in {it.kind for it in enquiry.owed(since.state, calendar())}
    assert wishes_due(since.given(a.concluded, act=FRIDAY)) is None


def test_what_was_recorded_before_it_was_concluded_is_owed_no_more() -> None:
    assert wishes_due(with_a_plan) is None


def test_it_is_due_since_the_first_of_what_was_recorded() -> None:
    twice = with_a_plan.given(a.asked, act=TUESDAY).given(a.assessed, act=FRIDAY)
    assert wishes_due(twice) == AFTER_TUESDAY
    anew = twice.given(a.concluded, act=FRIDAY).given(a.asked, act=a.later(days=7))
    assert wishes_due(anew) == a.at("2026-11-16T17:00:00Z")


def test_what_the_adult_said_before_there_was_an_enquiry_is_late_from_no_such_day() -> None:
    concluded = story.given(*a.under_way, a.assessed).given(a.concluded, a.safe, act=FRIDAY)
    long_ago = replace(SOMEBODY, effective_at=SOMEBODY.effective_at - timedelta(days=300))
    assert wishes_due(concluded.given(a.asked, act=long_ago)) == a.at("2026-11-13T17:00:00Z")


def test_what_nobody_concludes_on_is_told_to_the_manager_and_owed_again() -> None:
    since = with_a_plan.given(a.asked, act=TUESDAY)
    kind = Code("enquiry-deadline@1:wishes")
    missed = DeadlineMissed(kind=kind, due_at=AFTER_TUESDAY, late=False)
    told = EnquiryEscalated(kind=kind, to=clocks.MANAGER, due_at=AFTER_TUESDAY, late=False)
    timer = replace(SOMEBODY, actor="enquiry", role="timer")
    passed = DeadlinePassed(Deadline(clocks.WISHES, AFTER_TUESDAY))
    since.when(passed, act=timer).then(missed, told)
    assert wishes_due(since.given(missed, told)) == a.at("2026-11-18T17:00:00Z")


def test_findings_that_were_never_recorded_are_owed_and_the_wishes_with_them() -> None:
    at_once = story.given(a.opened, a.at_once, a.asked)
    assert wishes_due(at_once) is None
    at_once.when(a.closing).then_refused(want.AdvocacyNotAsked)


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=12))
def test_whatever_happened_wishes_are_owed_where_they_block_the_closing_and_nowhere_else(
    happened: list[EnquiryFact],
) -> None:
    now = story.given(*a.ready, *happened)
    assert now.state
    blocks = closing.WISHES_SINCE in missing(now.state)
    assert (wishes_due(now) is not None) == (blocks and not now.state.closed)
    if blocks and now.state.asked != codes.EXPRESSED:
        assert wishes_due(now.given(a.concluded)) is None
