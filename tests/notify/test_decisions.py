"""Who is told what of a case, in which order, and when is it given up?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify.decisions import correspondence
from services.notify.decisions.correspondence import NothingOwed, OutOfTurn
from services.notify.events import DeliveryAttempted, DeliveryOwed, TaskMoved
from services.notify.rules import replies, retry
from services.notify.rules.body import event_id
from services.notify.rules.disclosure import TASK_OWNER
from tests.notify import a
from tests.support.story import SOMEBODY, Story

story = Story(correspondence)
told = story.given(a.known, a.first)


def test_who_refers_somebody_is_told_that_it_is_here() -> None:
    story.when(a.hear).then(a.known, a.first)


def test_what_follows_is_told_in_order() -> None:
    told.when(a.tell).then(a.second)
    told.given(a.second).when(replace(a.tell, happening=a.decided)).then(a.third)


def test_what_is_heard_before_the_sender_waits_and_is_told_once_they_are_known() -> None:
    story.when(a.tell).then(a.awaited)
    story.given(a.awaited).when(a.hear).then(a.known, a.first, a.second)


def test_a_sender_heard_of_again_changes_nothing() -> None:
    told.when(a.hear).then()


def test_nobody_is_told_what_they_have_no_right_to_hear() -> None:
    told.when(replace(a.tell, happening=a.happened("dols.granted"))).then()
    told.when(replace(a.tell, happening=a.happened("task.assigned"))).then()
    told.when(replace(a.tell, happening=a.happened("chronology.shared"))).then()


def test_a_partner_who_is_asked_to_enquire_is_told_and_owes() -> None:
    assigned = DeliveryOwed(
        partner=a.POLICE, sequence=1, happening=a.ask.happening or a.received,
        disclosure=TASK_OWNER,
    )  # fmt: skip
    moved = TaskMoved(partner=a.POLICE, stage=replies.ASSIGNED, due_on=a.ask.due_on)
    story.when(a.ask).then(a.asked, moved, assigned)
    under_way = story.given(a.asked, moved, assigned)
    declined = replace(a.ask, partner=None, stage=replies.DECLINED, due_on=None, happening=None)
    under_way.when(declined).then(replace(moved, stage=replies.DECLINED, due_on=None))

    # Another partner is asked: their numbers begin at 1, so they learn nothing of the first.
    again = replace(a.ask, partner=a.HOME)
    under_way.when(again).then(
        replace(a.asked, partner=a.HOME),
        replace(moved, partner=a.HOME),
        replace(assigned, partner=a.HOME),
    )


def test_a_task_that_nobody_told_us_of_stays_untold() -> None:
    story.when(replace(a.ask, partner=None, stage=replies.REPORTED)).then()


def test_an_attempt_that_was_taken_settles_it() -> None:
    told.when(a.attempt).then(a.delivered)
    told.given(a.delivered).when(a.attempt).then()


def test_an_attempt_that_failed_is_made_again() -> None:
    event = event_id(a.LANE, a.HOME, 1)
    at = retry.next_try(event, a.ENDPOINT, 1, a.AT, a.AT, None)
    told.when(a.failed_attempt).then(replace(a.refused, retry_at=at))


def test_the_next_is_not_sent_before_the_last_is_settled() -> None:
    both = told.given(a.second, a.refused)
    both.when(replace(a.attempt, sequence=2)).then_refused(OutOfTurn)
    both.given(a.delivered).when(replace(a.attempt, sequence=2)).then(
        replace(a.delivered, sequence=2)
    )


def test_one_endpoint_waits_for_no_other() -> None:
    both = told.given(a.second, a.refused)
    elsewhere = replace(a.attempt, endpoint=a.OTHER)
    both.when(elsewhere).then(replace(a.delivered, endpoint=a.OTHER))


def test_what_came_too_late_to_be_the_last_changes_nothing() -> None:
    later = told.given(a.second, replace(a.delivered, sequence=2))
    later.when(a.failed_attempt).then()


def test_what_its_partner_asks_for_once_more_begins_anew() -> None:
    taken = told.given(a.second, a.delivered, replace(a.delivered, sequence=2))
    month = replace(SOMEBODY, effective_at=a.AT + timedelta(days=30))
    once_more = replace(a.attempt, again=True)
    taken.when(once_more, month).then(a.delivered)
    (failed,) = correspondence.decide(replace(a.failed_attempt, again=True), taken.state, month)
    assert isinstance(failed, DeliveryAttempted)
    assert failed.retry_at
    assert failed.retry_at - month.effective_at <= timedelta(seconds=retry.STEPS[0])
    waits = taken.given(failed, act=month)
    waits.when(replace(a.attempt, sequence=2, again=True), month).then_refused(OutOfTurn)
    waits.when(once_more, month).then(a.delivered)


@pytest.mark.parametrize("sequence", [0, -1, 2, 99])
def test_nothing_is_kept_of_what_is_not_owed(sequence: int) -> None:
    told.when(replace(a.attempt, sequence=sequence)).then_refused(NothingOwed)
    story.when(a.attempt).then_refused(NothingOwed)
    told.when(replace(a.attempt, partner=a.POLICE)).then_refused(NothingOwed)


def test_after_seven_days_it_is_given_up_and_the_next_has_its_turn() -> None:
    late = replace(SOMEBODY, effective_at=a.AT + timedelta(days=7, seconds=1))
    tried = told.given(a.second, a.refused)
    tried.when(a.failed_attempt, late).then(replace(a.refused, retry_at=None))
    given_up = tried.given(replace(a.refused, retry_at=None), act=late)
    given_up.when(replace(a.attempt, sequence=2), late).then(replace(a.delivered, sequence=2))


@pytest.mark.parametrize(("first_tried", "given_up"), [(0, 7), (5, 7), (7, 8), (30, 31)])
def test_an_event_is_tried_for_seven_days_since_it_was_owed_and_for_a_day_at_least(
    first_tried: int, given_up: int
) -> None:
    first, last = (
        replace(SOMEBODY, effective_at=a.AT + timedelta(days=it)) for it in (first_tried, given_up)
    )
    failed = replace(a.failed_attempt, sequence=2, hold=0)
    tried = told.given(a.second, a.delivered).given(
        replace(a.refused, sequence=2, retry_at=first.effective_at), act=first
    )
    before = replace(last, effective_at=last.effective_at - timedelta(hours=1))
    (again,) = correspondence.decide(failed, tried.state, before)
    (ended,) = correspondence.decide(failed, tried.state, last)
    assert isinstance(again, DeliveryAttempted)
    assert again.retry_at
    assert replace(again, retry_at=None) == ended


def test_what_was_withheld_is_settled() -> None:
    withheld = replace(a.attempt, outcome=retry.WITHHELD, status=None)
    told.when(withheld).then(replace(a.delivered, outcome=retry.WITHHELD, status=None))
