"""Is what a sender tells of an enquiry, open or closed, considered by its lead before it closes?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.looking import InformationNotConsidered, NothingToConsider
from services.enquiry.decisions.owing import missing, overdue
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import DeadlineMissed, EnquiryEscalated, EnquiryFact
from services.enquiry.rules import closing, codes
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.refusals import Refusal
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

story: Story[Any, Enquiry, EnquiryFact] = Story(enquiry)
under_way = story.given(*a.under_way)
told = story.given(*a.ready, a.added)
shut = story.given(*a.ready, a.closed, a.added)


def weighed(effect: str) -> EnquiryFact:
    return replace(a.weighed, effect=Code(f"information-effect@1:{effect}"))


def test_what_is_told_of_an_open_enquiry_is_heard_each_time() -> None:
    story.when(want.HearAddition()).then()
    under_way.when(want.HearAddition()).then(a.added)
    under_way.given(a.added).when(want.HearAddition()).then(a.added)


def test_new_information_may_be_new_abuse_so_nothing_closes_before_it_is_considered() -> None:
    told.when(a.closing).then_refused(InformationNotConsidered)
    told.when(a.weighing, act=a.LEADS).then(a.weighed)
    told.given(a.weighed).when(a.closing).then(a.closed)


def test_what_was_told_while_it_was_made_still_waits_when_it_could_close() -> None:
    """Whatever happens meanwhile: no step but the lead's own word takes it for considered."""
    early = story.given(a.opened, a.added, *a.ready[1:])
    early.when(a.closing).then_refused(InformationNotConsidered)
    early.given(a.weighed).when(a.closing).then(a.closed)


def test_it_is_concluded_all_the_same_for_that_is_not_its_end() -> None:
    """Domain 1.8 names what a conclusion needs; what was told is not among it."""
    under_way.given(a.assessed, a.added).when(a.conclusion).then(a.concluded)


def test_whoever_considers_it_says_what_it_changes() -> None:
    for effect in codes.EFFECTS:
        weighing = replace(a.weighing, effect=effect)
        told.when(weighing).then(replace(a.weighed, effect=effect))
    made_up = replace(a.weighing, effect=Code("information-effect@1:perhaps"))
    told.when(made_up).then_refused(want.CodeUnknown)


@pytest.mark.parametrize(
    ("effect", "doubted"),
    [("none", False), ("findings", True), ("protection", True), ("new-concern", False)],
)
def test_a_conclusion_that_it_changes_is_drawn_again_or_said_to_stand(
    effect: str, *, doubted: bool
) -> None:
    after = told.given(weighed(effect))
    if not doubted:
        after.when(a.closing).then(a.closed)
        return
    after.when(a.closing).then_refused(want.ConclusionInDoubt)
    after.given(a.concluded).when(a.closing).then(a.closed)
    after.given(a.looked).when(a.closing).then(a.closed)


def test_a_conclusion_that_is_still_to_be_drawn_is_not_in_doubt() -> None:
    for facts in (a.under_way, (a.opened, a.at_once)):
        state = story.given(*facts, a.added, weighed("findings")).state
        assert state
        assert not state.conclusion_in_doubt


def test_a_doubt_that_there_was_is_not_lifted_by_what_changes_nothing() -> None:
    again = story.given(*a.ready, a.closed, a.reopened, a.added, a.weighed)
    again.when(a.closing).then_refused(want.ConclusionInDoubt)


def test_it_is_considered_once() -> None:
    under_way.when(a.weighing).then_refused(NothingToConsider)
    told.given(a.weighed).when(a.weighing).then_refused(NothingToConsider)
    told.given(a.weighed, a.added).when(a.weighing).then(a.weighed)


def test_a_managers_look_at_a_changed_decision_is_no_look_at_what_was_told() -> None:
    """They may not know of it: it is its lead's to consider."""
    told.when(a.looking).then_refused(want.DecisionStands)
    both = told.given(a.undone)
    both.when(a.looking).then(a.looked)
    both.given(a.looked).when(a.closing).then_refused(InformationNotConsidered)
    both.given(a.weighed).when(a.closing).then_refused(want.DecisionNotReviewed)
    both.given(a.looked, a.weighed).when(a.closing).then(a.closed)


def test_what_is_told_of_a_closed_enquiry_stays_a_managers_to_look_at() -> None:
    """It has no lead at work: a manager looks, or opens it again."""
    shut.when(a.weighing).then_refused(want.EnquiryIsClosed)
    shut.when(a.looking).then(a.looked)
    shut.given(a.looked).when(a.looking).then_refused(want.DecisionStands)


def test_what_was_told_while_it_was_closed_is_considered_once_it_is_open_again() -> None:
    """Whatever it was opened for: nobody says that they looked at what they may not know of."""
    shut.when(a.reopening).then(a.carried, a.reopened)
    again = shut.given(a.carried, a.reopened)
    again.when(a.closing).then_refused(InformationNotConsidered)
    stands = again.given(a.looked)
    stands.when(a.closing).then_refused(InformationNotConsidered)
    stands.when(a.weighing, act=a.LEADS).then(a.weighed)
    stands.given(a.weighed).when(a.closing).then(a.closed)
    again.given(a.concluded).when(a.closing).then_refused(InformationNotConsidered)


def test_it_is_carried_over_also_where_another_decision_wants_the_enquiry_again() -> None:
    """That one no manager can review before it is open: so neither was what was told."""
    wanted = shut.given(replace(a.again, outcome=a.s42))
    wanted.when(a.looking).then_refused(want.EnquiryWanted)
    wanted.when(a.reopening).then(a.carried, a.reopened)
    wanted.given(a.carried, a.reopened, a.looked).when(a.closing).then_refused(
        InformationNotConsidered
    )


def test_what_a_manager_looked_at_while_it_was_closed_is_not_asked_again() -> None:
    looked = shut.given(a.looked)
    looked.when(a.reopening).then(a.reopened)
    looked.given(a.reopened).when(a.weighing).then_refused(NothingToConsider)
    story.given(*a.ready, a.closed).when(a.reopening).then(a.reopened)


def test_what_changes_the_old_conclusion_puts_it_in_doubt_again() -> None:
    """Also where a manager had said, of whatever it was opened for, that it stands."""
    stands = shut.given(a.carried, a.reopened, a.looked)
    stands.given(weighed("findings")).when(a.closing).then_refused(want.ConclusionInDoubt)


def test_what_was_told_while_closed_is_due_a_working_day_after_it_was_opened_again() -> None:
    """Its lead could do nothing before; it is told since when it waits."""
    friday = a.later(days=4)
    open_now = shut.given(a.carried, a.reopened, act=friday)
    for more in (open_now, open_now.given(a.added, act=a.later(days=6))):
        assert more.state
        assert more.state.told_more_at == a.NOON
        due = {it.kind: it.due_at for it in enquiry.owed(more.state, calendar())}
        assert due["information"] == a.at("2026-11-09T17:00:00+00:00")
        assert "look" not in due, "it is looked at once"
        assert not overdue(more.state, calendar())
    passed = DeadlinePassed(Deadline("information", a.at("2026-11-09T17:00:00+00:00")))
    told = open_now.when(passed).outcome
    assert isinstance(told, tuple)
    assert [type(it) for it in told] == [DeadlineMissed, EnquiryEscalated]


def test_a_reopening_that_is_dated_back_before_it_was_told_is_due_after_that() -> None:
    told = story.given(*a.ready, a.closed).given(a.added, act=a.later(days=2))  # Wednesday
    open_now = told.given(a.carried, a.reopened).state
    assert open_now
    due = {it.kind: it.due_at for it in enquiry.owed(open_now, calendar())}
    assert due["information"] == a.at("2026-11-05T17:00:00+00:00")


def test_the_next_time_it_is_told_it_is_due_after_that() -> None:
    before = shut.given(a.carried, a.reopened).given(a.weighed, act=a.later(days=1))
    more = before.given(a.added, act=a.later(days=2)).state
    assert more
    due = {it.kind: it.due_at for it in enquiry.owed(more, calendar())}
    assert due["information"] == a.at("2026-11-05T17:00:00+00:00")


@pytest.mark.parametrize("left_out", [a.added, a.closed, a.reopened])
def test_what_was_carried_over_is_told_as_at_a_time_that_knew_only_part(
    left_out: EnquiryFact,
) -> None:
    facts = [it for it in (*a.ready, a.closed, a.added, a.carried, a.reopened) if it != left_out]
    state = story.given(*facts).state
    assert state
    assert (state.told_more_at is None) is (left_out is a.added)


def test_a_history_from_before_this_folds_as_it_did() -> None:
    """To open it again was to have looked at what was told: none of those is suddenly blocked."""
    before = story.given(*a.ready, a.closed, a.added, a.reopened, a.concluded)
    before.when(a.weighing).then_refused(NothingToConsider)
    before.when(a.closing).then(a.closed)
    again = before.given(a.closed).state
    assert again
    assert again.told_more_at is None


def test_to_close_it_there_are_five_working_days_after_it_was_considered() -> None:
    late = told.given(a.weighed, act=a.later(days=4))  # Friday
    assert late.state
    due = {it.kind: it.due_at for it in enquiry.owed(late.state, calendar())}
    assert due["closure"] == a.at("2026-11-13T17:00:00+00:00")


unled = story.given(a.opened, a.at_once, a.asked, a.assessed, a.advocacy)
shut_unled = unled.given(replace(a.concluded, plan=codes.NOT_NEEDED), a.closed)
"""It was opened and concluded in one act: nobody ever led it."""


def owes(here: Story[Any, Enquiry, EnquiryFact]) -> dict[str, datetime]:
    assert here.state
    return {it.kind: it.due_at for it in enquiry.owed(here.state, calendar())}


def test_what_nobody_ever_led_is_owed_a_lead_from_the_moment_it_is_opened_again() -> None:
    """As if it were opened afresh: or what was told of it would be nobody's to consider."""
    for before in ((), (a.added, a.carried)):
        friday = shut_unled.given(*before, a.reopened, act=a.later(days=4))
        due = owes(friday)
        assert due["lead"] == a.at("2026-11-09T17:00:00+00:00")
        assert ("information" in due) is bool(before)
        friday.when(a.allocation, act=a.later(days=4)).then(a.led)
        assert "lead" not in owes(friday.given(a.led))
        assert "lead" not in owes(friday.given(a.looked, a.closed))


def test_a_lead_is_owed_since_the_first_of_what_needs_one() -> None:
    again = shut_unled.given(a.reopened).given(a.added, act=a.later(days=2))  # Wednesday
    assert owes(again)["lead"] == a.at("2026-11-03T17:00:00+00:00")
    assert owes(again)["information"] == a.at("2026-11-05T17:00:00+00:00")


def test_what_was_led_once_has_its_lead_still_as_it_is_opened_again() -> None:
    assert "lead" not in owes(shut.given(a.carried, a.reopened))


def test_what_nobody_leads_is_owed_a_lead_as_soon_as_more_is_told_of_it() -> None:
    assert "lead" not in owes(unled)
    told = unled.given(a.added, act=a.later(days=1))  # Tuesday
    assert owes(told)["lead"] == owes(told)["information"] == a.at("2026-11-04T17:00:00+00:00")
    assert "lead" not in owes(told.given(a.weighed)), "a manager considered it"


def test_that_nobody_leads_what_was_opened_again_is_told_to_the_manager() -> None:
    again = shut_unled.given(a.reopened)
    lead = DeadlinePassed(Deadline("lead", a.at("2026-11-03T17:00:00+00:00")))
    told = again.when(lead).outcome
    assert isinstance(told, tuple)
    assert [type(it) for it in told] == [DeadlineMissed, EnquiryEscalated]
    missed = again.given(*told).state
    assert missed
    assert "lead" in overdue(missed, calendar())


@given(some.lists(some.sampled_from([it for it in a.EVERY_FACT[1:] if it != a.led]), max_size=14))
def test_whatever_waits_for_a_lead_is_never_nobodys(happened: list[EnquiryFact]) -> None:
    now = unled.given(*happened)
    due = owes(now)
    assert "lead" in due or not due.keys() & {"information", "plan", "conclusion"}
    assert "lead" not in owes(now.given(a.led))
    if now.state and now.state.closed:
        assert "lead" not in due
        assert "lead" in owes(now.given(a.reopened))


def test_what_was_told_first_is_due_first() -> None:
    more = under_way.given(a.added).given(a.added, act=a.later(days=3)).state
    assert more
    due = {it.kind: it.due_at for it in enquiry.owed(more, calendar())}
    assert due["information"] == a.at("2026-11-03T17:00:00+00:00")


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=14))
def test_nothing_that_was_told_is_lost_as_it_is_opened_again(happened: list[EnquiryFact]) -> None:
    was = story.given(a.opened).given(*happened).given(a.closed)
    assert was.state
    reopened = was.given(*enquiry.decide(a.reopening, was.state, SOMEBODY)).state
    assert reopened
    assert reopened.told_more_at == was.state.told_more_at
    waits = "information" in {it.kind for it in enquiry.owed(reopened, calendar())}
    assert waits is (was.state.told_more_at is not None)


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=14))
def test_no_enquiry_closes_over_what_was_told_and_not_considered(
    happened: list[EnquiryFact],
) -> None:
    now = story.given(a.opened).given(*happened)
    it = now.state
    assert it
    assert (closing.INFORMATION in missing(it)) is (it.told_more_at is not None)
    if it.told_more_at and not it.closed:
        with pytest.raises(Refusal):
            enquiry.decide(a.closing, it, a.LEADS)
        assert "information" in {due.kind for due in enquiry.owed(it, calendar())}
