"""Does a managing authority owe the answers to what it is asked, and for how long?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid5

from hypothesis import given
from hypothesis import strategies as some

from services.notify.decisions import correspondence
from services.notify.decisions.correspondence import CloseQuestions
from services.notify.projections.obligations import Kept, obligations
from shared.facts import Recorded
from tests.notify import a
from tests.support.story import SOMEBODY, Story, rows

story = Story(correspondence)
theirs = story.given(a.requesting)
owing = theirs.given(a.questioned, a.told_of_it)
ask_another = replace(a.question, question=a.ANOTHER)
another = replace(a.questioned, question=a.ANOTHER)
other_answered = replace(a.answered, question=a.ANOTHER)
told_twice = replace(a.told_of_it, sequence=2)


def test_who_is_asked_what_a_request_lacks_is_told_and_owes_the_answer() -> None:
    theirs.when(a.question).then(a.questioned, a.told_of_it)
    owing.when(ask_another).then(another, told_twice)


def test_whose_request_it_is_may_be_heard_later() -> None:
    story.when(a.question).then(a.questioned, replace(a.awaited, happening=a.question.happening))


def test_a_question_heard_of_again_is_neither_owed_nor_told_again() -> None:
    owing.when(a.question).then()
    owing.given(a.answered).when(a.question).then()


def test_an_answer_closes_the_questions_that_it_answers_and_no_other() -> None:
    both = owing.given(another, told_twice)
    both.when(a.answer).then(a.answered)
    both.when(CloseQuestions(questions=(a.QUESTION, a.ANOTHER))).then(a.answered, other_answered)
    both.given(a.answered).when(a.answer).then()


def test_what_is_closed_twice_in_one_breath_is_closed_once() -> None:
    owing.when(CloseQuestions(questions=(a.QUESTION, a.QUESTION))).then(a.answered)


def test_a_question_heard_of_after_its_answer_is_told_and_not_owed() -> None:
    theirs.when(a.answer).then(a.answered)
    theirs.given(a.answered).when(a.question).then(a.questioned, a.answered, a.told_of_it)


def test_a_decision_ends_what_is_owed_still_and_is_told() -> None:
    theirs.when(a.end).then(a.ended, a.told_the_end)
    both = owing.given(a.answered, another, told_twice)
    both.when(a.end).then(a.ended, other_answered, replace(a.told_the_end, sequence=3))


def test_a_request_taken_back_ends_what_is_owed_and_who_did_so_is_not_told() -> None:
    owing.when(a.withdraw).then(a.ended, a.answered)
    taken_back = owing.given(a.ended, a.answered)
    taken_back.when(a.withdraw).then()
    taken_back.when(a.end).then(replace(a.told_the_end, sequence=2))


def test_of_a_request_that_has_ended_nothing_is_owed_whatever_is_heard_of_it() -> None:
    theirs.given(a.ended).when(a.question).then(a.questioned, a.answered, a.told_of_it)


HEARD: Sequence[Any] = (
    a.question, ask_another, a.answer, CloseQuestions(questions=(a.QUESTION, a.ANOTHER)),
    a.withdraw, a.end,
)  # fmt: skip


def history(heard: Sequence[Any]) -> Sequence[Recorded[Any]]:
    """Give what is recorded where these are heard, an hour apart."""
    state, facts = None, list[Recorded[Any]]()
    for hour, command in enumerate(heard):
        at = a.AT + timedelta(hours=hour)
        act = replace(SOMEBODY, id=uuid5(a.LANE, str(hour)), effective_at=at)
        for fact in correspondence.decide(command, state, act):
            state = correspondence.evolve(state, fact, act)
            number = len(facts) + 1
            facts.append(
                Recorded(
                    fact=fact, act=act, recorded_at=at, case=a.LANE, stream="", version=number,
                    position=number, said=None,
                )
            )  # fmt: skip
    return facts


def shown(heard: Sequence[Any]) -> dict[Any, bool]:
    kept: dict[Any, Kept] = rows(obligations, history(heard))
    return {id: row.met for id, row in kept.items()}


@given(some.lists(some.sampled_from(HEARD)))
def test_whatever_is_heard_first_and_however_often_the_same_is_owed(heard: Sequence[Any]) -> None:
    asked = {it.question for it in heard if hasattr(it, "question")}
    closed = {id for it in heard if isinstance(it, CloseQuestions) for id in it.questions}
    over = a.withdraw in heard or a.end in heard
    assert shown(heard) == {id: over or id in closed for id in asked}
    assert len(history([*heard, *(it for it in heard if it != a.end)])) == len(history(heard))


def test_a_question_is_due_at_the_close_of_its_day_in_london() -> None:
    (row,) = rows(obligations, history([a.question])).values()
    assert (row.since, row.due_at.isoformat()) == (a.AT, "2026-11-05T17:00:00+00:00")
    summer = replace(a.question, due_on=a.question.due_on.replace(month=8))
    (row,) = rows(obligations, history([summer])).values()
    assert row.due_at.isoformat() == "2026-08-05T16:00:00+00:00"
