"""Is what a partner added answered, and does nobody forget that it is not?"""

from dataclasses import replace
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
    waits = story.given(a.contributed, act=a.told).given(a.reached)
    waits.when(a.consider).then(heard, answered)
    waits.given(heard, answered).owes(calendar=calendar())


def test_a_decision_made_while_it_was_on_its_way_does_not_answer_it() -> None:
    waits = story.given(a.contributed, act=a.told)
    waits.when(a.consider).then(heard)  # though it was told before
    waits.given(heard, a.reached).owes(DUE, calendar=calendar())
    waits.given(heard, a.reached).when(a.consider).then(heard, answered)


def test_it_is_the_same_where_it_is_heard_after_the_decision() -> None:
    story.given(heard, a.reached).when(a.contribute, a.told).then(a.contributed)
    story.given(a.reached, heard).when(a.contribute, a.told).then(a.contributed, answered)


def test_that_it_reached_those_who_decide_is_kept() -> None:
    story.given(a.contributed, act=a.told).when(a.reach).then(a.reached)


def test_what_reached_them_answers_nothing_that_was_told_by_another_act() -> None:
    other = replace(a.told, causation=uuid5(a.LANE, "another amendment"))
    story.given(a.contributed, act=other).given(a.reached).when(a.consider).then(heard)


def test_each_contribution_is_answered_by_itself() -> None:
    other = replace(a.contributed, contribution=uuid5(a.LANE, "other"))
    both = story.given(a.contributed, other, act=a.told)  # one act may tell more than one
    both.given(a.reached).when(a.consider).then(heard, answered)
    both.given(a.reached, a.reached).when(a.consider).then(
        heard, answered, replace(answered, contribution=other.contribution)
    )


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
