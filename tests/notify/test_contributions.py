"""Is what a partner added answered, and does nobody forget that it is not?"""

from dataclasses import replace
from uuid import uuid5

from services.notify.decisions import contribution
from services.notify.decisions.contribution import (
    BeforeItWasTold,
    HearRedirection,
    NothingToAnswer,
    ReasonUnknown,
)
from services.notify.events import AnswerHeard, AnswerMissed, ContributionAnswered
from services.notify.rules import replies
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import calendar
from tests.notify import a
from tests.support.story import SOMEBODY, Story

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


# About adults who are not with those who decide

kept_too = replace(a.kept, contribution=uuid5(a.LANE, "kept too"))
goes_along = replace(a.contributed, contribution=a.KEPT)
looked_at = replace(answered, contribution=a.KEPT, how=replies.WITH_REDIRECTION)


def test_what_is_added_about_somebody_held_is_owed_a_look_in_the_same_time() -> None:
    story.when(a.keep).then(a.kept)
    story.given(a.kept).owes(DUE, calendar=calendar())
    missed = AnswerMissed(due_at=DUE.due_at, late=False)
    story.given(a.kept).when(DeadlinePassed(DUE)).then(missed)
    story.given(a.kept, missed).owes(AGAIN, calendar=calendar())


def test_where_their_adult_goes_on_it_goes_along_and_is_owed_since_it_was_told() -> None:
    days_later = replace(a.contribute, told_at=a.AT.replace(day=5))
    held = story.given(a.kept)
    held.when(days_later, a.told).then(goes_along)
    promoted = held.given(goes_along, act=a.told)
    promoted.owes(DUE, calendar=calendar())
    promoted.given(a.reached).when(a.consider).then(heard, replace(answered, contribution=a.KEPT))


def test_each_goes_along_in_its_turn_and_what_is_told_after_that_is_owed_by_itself() -> None:
    two = story.given(a.kept, kept_too)
    two.when(a.contribute, a.told).then(goes_along)
    one_left = two.given(goes_along, act=a.told)
    second = replace(goes_along, contribution=kept_too.contribution)
    one_left.when(a.contribute, a.told).then(second)
    one_left.given(second, act=a.told).when(a.contribute, a.told).then(a.contributed)


def test_whoever_passes_its_adult_on_has_looked_at_it() -> None:
    two = story.given(a.kept, kept_too)
    too = replace(looked_at, contribution=kept_too.contribution)
    two.when(HearRedirection()).then(looked_at, too)
    two.given(looked_at, too).owes(calendar=calendar())


def test_where_nothing_was_added_nothing_ends() -> None:
    story.when(HearRedirection()).then()
    story.given(a.contributed).when(HearRedirection()).then()


def test_a_decision_answers_nothing_that_waits_for_somebody_else() -> None:
    waits = story.given(a.kept)
    waits.when(a.consider).then(heard)
    waits.given(heard).owes(DUE, calendar=calendar())


# Closed by staff


def test_staff_close_what_nobody_will_answer_and_say_why() -> None:
    waits = story.given(a.contributed)
    waits.when(a.close).then(a.closed)
    waits.given(a.closed).owes(calendar=calendar())
    waits.given(a.closed).when(a.consider).then(heard)


def test_what_waits_for_a_look_is_closed_the_same_way() -> None:
    close = replace(a.close, contribution=a.KEPT)
    story.given(a.kept).when(close).then(replace(a.closed, contribution=a.KEPT))
    story.given(a.kept, replace(a.closed, contribution=a.KEPT)).owes(calendar=calendar())


def test_one_that_is_closed_takes_no_other_with_it() -> None:
    other = replace(a.contributed, contribution=uuid5(a.LANE, "other"))
    both = story.given(a.contributed, other, act=a.told).given(a.reached, a.reached, a.closed)
    both.owes(DUE, calendar=calendar())
    both.when(a.consider).then(heard, replace(answered, contribution=other.contribution))


def test_what_arrives_after_all_opens_nothing_again() -> None:
    shut = story.given(a.contributed, act=a.told).given(a.closed)
    shut.when(a.reach).then(a.reached)
    shut.given(a.reached).owes(calendar=calendar())
    shut.given(a.reached).when(a.consider).then(heard)


def test_nothing_is_closed_twice_or_after_it_was_answered() -> None:
    waits = story.given(a.contributed)
    waits.given(a.closed).when(a.close).then_refused(NothingToAnswer)
    waits.given(answered).when(a.close).then_refused(NothingToAnswer)
    story.when(a.close).then_refused(NothingToAnswer)


def test_only_reasons_of_the_list_close() -> None:
    waits = story.given(a.contributed)
    for why in replies.CLOSINGS:
        waits.when(replace(a.close, why=why)).then(replace(a.closed, why=why))
    unheard_of = replace(a.close, why=Code("unanswered@1:no-time"))
    waits.when(unheard_of).then_refused(ReasonUnknown)


def test_nothing_is_closed_before_the_day_on_which_it_was_told() -> None:
    before, that_day = (
        replace(SOMEBODY, effective_at=a.AT.replace(day=day, hour=1)) for day in (1, 2)
    )
    waits = story.given(a.contributed)
    waits.when(a.close, before).then_refused(BeforeItWasTold)
    waits.when(a.close, that_day).then(a.closed)
