"""Is what a partner added answered, and does nobody forget that it is not?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

from services.notify.decisions import contribution
from services.notify.events import AnswerHeard, AnswerMissed, ContributionAnswered
from services.notify.rules import replies
from shared.decider import Deadline, DeadlinePassed
from shared.time.calendar import calendar
from tests.notify import a
from tests.support.story import Story

story = Story(contribution)
answered = ContributionAnswered(
    contribution=a.CONTRIBUTION, contact=a.CONTACT, how=replies.CONSIDERED
)
heard = AnswerHeard(how=replies.CONSIDERED, answered_at=a.consider.answered_at)
# Monday 2 November 2026, and five working days on; what comes at 17:00 counts for the next day.
DUE = Deadline("reply", a.AT.replace(day=9, hour=17))
AGAIN = Deadline("reply", a.AT.replace(day=17, hour=17))


def test_what_a_partner_adds_is_owed_an_answer_within_five_working_days() -> None:
    story.when(a.contribute).then(a.contributed)
    story.given(a.contributed).owes(DUE, calendar=calendar())


def test_a_look_at_it_answers_it() -> None:
    story.given(a.contributed).when(a.consider).then(heard, answered)
    story.given(a.contributed, heard, answered).owes(calendar=calendar())


def test_an_answer_heard_first_answers_what_had_been_added_by_then() -> None:
    story.when(a.consider).then(heard)
    story.given(heard).when(a.contribute).then(a.contributed, answered)


def test_a_decision_answers_nothing_that_was_added_after_it() -> None:
    later = replace(a.contribute, told_at=a.AT + timedelta(hours=2))
    came = replace(a.contributed, told_at=later.told_at)
    story.given(heard).when(later).then(came)
    story.given(came).when(a.consider).then(heard)


def test_each_contribution_is_answered_by_itself() -> None:
    other = replace(a.contributed, contribution=uuid5(a.LANE, "other"))
    both = story.given(a.contributed, other)
    both.when(a.consider).then(heard, answered, replace(answered, contribution=other.contribution))


def test_an_answer_that_was_missed_is_a_fact_and_owed_again() -> None:
    waits = story.given(a.contributed)
    missed = AnswerMissed(due_at=DUE.due_at, late=False)
    waits.when(DeadlinePassed(DUE)).then(missed)
    waits.given(missed).owes(AGAIN, calendar=calendar())
    waits.given(missed).when(DeadlinePassed(AGAIN, late=True)).then(
        AnswerMissed(due_at=AGAIN.due_at, late=True)
    )


def test_an_answer_that_came_a_moment_ago_was_in_time() -> None:
    story.given(a.contributed, heard, answered).when(DeadlinePassed(DUE)).then()
    story.when(DeadlinePassed(DUE)).then()
