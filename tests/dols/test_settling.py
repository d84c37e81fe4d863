"""Can a question that was answered in words be closed, and by a person only?"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.projections.status import status_of
from shared.facts import Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.asking import COMMANDS, SETTLEMENT, asks, does, history, kind, sees, send
from tests.support.house import Home
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
waiting = story.given(*a.waiting)
asked = waiting.given(a.asked_back)
DUE = a.asked_back.due_at
SECOND = UUID(int=9)
second = replace(a.asked_back, question=SECOND, due_at=a.at("2026-11-10T17:00:00+00:00"))
missed = replace(a.missed, kind=Code("dols-deadline@1:answer"), due_at=DUE)
NEWS = a.prioritised(by="circumstances")


def due(of: Story[Any, Request, RequestFact]) -> list[Any]:
    assert of.state
    return [it.due_at for it in request.owed(of.state, calendar()) if it.kind == "answer"]


def test_a_coordinator_closes_what_was_answered_in_words_and_no_answer_is_owed() -> None:
    for of in (asked, asked.given(missed)):
        assert due(of)
        of.when(a.settling, act=a.COORDINATOR).then(a.settled)
        assert due(of.given(a.settled)) == []


def test_the_other_questions_stay_open() -> None:
    both = asked.given(second)
    both.when(a.settling, act=a.COORDINATOR).then(a.settled)
    assert due(both.given(a.settled)) == [second.due_at]
    assert due(both.given(replace(a.settled, question=SECOND))) == [DUE]


def test_what_was_settled_is_asked_once_more_and_owed_once_more() -> None:
    assert due(asked.given(a.settled, second)) == [second.due_at]


def test_an_answer_that_comes_later_is_kept_and_closes_nothing_again() -> None:
    late = replace(a.answered, questions=())
    asked.given(a.settled).when(a.answering).then(late, a.told, NEWS)


CLOSED: dict[str, Story[Any, Request, RequestFact]] = {
    "never asked": waiting,
    "another one asked": waiting.given(second),
    "answered": asked.given(a.born, a.answered),
    "settled already": asked.given(a.settled),
    "taken back": asked.given(a.withdrawn),
    "asked later": waiting.given(a.asked_back, act=a.later(days=1)),
}


@pytest.mark.parametrize("of", CLOSED.values(), ids=CLOSED)
def test_only_a_question_whose_answer_is_owed_is_settled(
    of: Story[Any, Request, RequestFact],
) -> None:
    of.when(a.settling, act=a.COORDINATOR).then_refused(refusals.QuestionNotOpen)


def test_of_a_decided_request_nothing_is_left_to_settle() -> None:
    for end in (a.granted, a.not_granted):
        ended = story.given(*a.ready, a.asked_back, end)
        ended.when(a.settling, act=a.COORDINATOR).then_refused(refusals.RequestDecided)


def test_its_sender_sees_that_it_is_closed_though_never_answered() -> None:
    def shown(*facts: RequestFact) -> tuple[bool, bool, bool, bool, int]:
        status = status_of(a.CASE, a.recorded(*a.waiting, a.asked_back, *facts), a.TODAY)
        assert status
        (it,) = status.questions
        return it.answered, it.settled, it.owed, it.overdue, len(it.left)

    assert shown() == (False, False, True, False, 1)
    assert shown(missed) == (False, False, True, True, 1)
    assert shown(missed, a.settled) == (False, True, False, False, 0)
    assert shown(missed, a.born, a.answered) == (True, False, False, False, 0)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_ward_told_on_the_telephone_is_closed_with_reasons_that_it_does_not_read(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    case = (await asks(ward, person={"name": "Edith Hollowell"}))["id"]
    await does(coordinator, case, "questions")
    (question,) = (await ward.get(f"/v1/dols-requests/{case}")).json()["questions"]
    path, reasons = f"questions/{question['question']}/settlement", COMMANDS[SETTLEMENT]["reasons"]
    version = len(await history(home, case))
    other = await send(coordinator, case, f"questions/{uuid4()}/settlement", reasons=reasons)
    assert (other.status_code, kind(other)) == (409, "question-not-open")
    assert len(await history(home, case)) == version
    await does(coordinator, case, path, reasons=reasons)
    again = await send(coordinator, case, path, reasons=reasons)
    assert (again.status_code, kind(again)) == (409, "question-not-open")

    told = await ward.get(f"/v1/dols-requests/{case}")
    (question,) = told.json()["questions"]
    assert (question["owed"], question["settled"], question["answered"]) == (False, True, False)
    assert "telephone" not in told.text
    known = await sees(coordinator, case)
    assert known["case"]["questions"][0]["settled_at"]
    assert "answer" not in [it["kind"] for it in known["case"]["due"]]
    last = known["case"]["history"][-1]
    assert (last["fact"], last["by"]) == ("dols.question-settled/1", "cora")
    assert reasons in [it["words"] for it in known["words"]]
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    assert not any(b"telephone" in row["body"] for row in rows)
