"""Is what a managing authority is asked answered in time, and is it seen when it is not?"""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import commands as want
from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import FieldsTold, RequestFact
from services.dols.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.log.handle import handle
from shared.time.calendar import calendar, london_date
from tests.dols import a
from tests.dols.asking import COMMANDS, FORM, asks, does, history, kind, sees
from tests.support.house import Home, House, key
from tests.support.story import SOMEBODY, Story, forget

CALENDAR = calendar()
story: Story[Any, Request, RequestFact] = Story(request)
waiting = story.given(*a.waiting)
asked = waiting.given(a.asked_back)
DUE = a.asked_back.due_at
AGAIN = a.at("2026-11-13T17:00:00+00:00")


def due(of: Story[Any, Request, RequestFact]) -> Any:
    assert of.state
    found = [it.due_at for it in request.owed(of.state, CALENDAR) if it.kind == "answer"]
    assert len(found) <= 1
    return found[0] if found else None


def missed(at: Any) -> RequestFact:
    return replace(a.missed, kind=Code("dols-deadline@1:answer"), due_at=at)


def test_a_question_is_answered_within_three_working_days() -> None:
    assert due(waiting) is None
    waiting.when(a.asking_back, act=a.COORDINATOR).then(a.asked_back)
    assert due(asked) == DUE


def test_only_what_the_form_knows_is_asked_for() -> None:
    wrong = replace(a.asking_back, missing=(a.BORN, Code("dols-field@1:shoe-size")))
    waiting.when(wrong).then_refused(refusals.WordNotListed)


def test_a_question_that_is_not_answered_is_a_fact_and_stays_owed() -> None:
    passed = DeadlinePassed(Deadline("answer", DUE))
    asked.when(passed, act=replace(SOMEBODY, role="timer", effective_at=DUE)).then(missed(DUE))
    late = asked.given(missed(DUE))
    assert due(late) == AGAIN
    late.when(passed).then()
    assert due(late.given(a.answered)) is None


def test_a_later_question_has_a_time_of_its_own_while_an_older_one_is_late() -> None:
    second = replace(
        a.asked_back, question=UUID(int=9), due_at=a.at("2026-11-10T17:00:00+00:00")
    )  # fmt: skip
    assert due(asked.given(second)) == DUE
    assert due(asked.given(missed(DUE), second)) == second.due_at
    assert due(asked.given(missed(DUE), second, missed(second.due_at))) > AGAIN


NEWS = a.prioritised(by="circumstances")
NAME, PURPOSE = (Code(f"dols-field@1:{it}") for it in ("person.name", "purpose"))
SECOND = UUID(int=9)
second = replace(a.asked_back, question=SECOND, missing=(NAME, PURPOSE))
OF_NONE = replace(a.answered, questions=())


def answers(*fields: Code) -> want.AnswerQuestions:
    return replace(a.answering, fields=fields)


def open_(of: Story[Any, Request, RequestFact]) -> dict[UUID, tuple[Code, ...]]:
    assert of.state
    return {it.id: it.missing for it in of.state.questions}


def test_an_answer_closes_the_question_that_it_answers_and_a_person_looks() -> None:
    asked.when(a.answering).then(a.born, a.answered, a.told, NEWS)
    done = asked.given(a.born, a.answered, a.told, NEWS)
    assert done.state
    assert done.state.told_at == a.NOON
    assert "look" in {it.kind for it in request.owed(done.state, CALENDAR)}
    assert due(done) is None


@pytest.mark.parametrize("fields", [(), (NAME,), (NAME, PURPOSE)])
def test_an_answer_to_nothing_of_what_was_asked_closes_no_question(
    fields: tuple[Code, ...],
) -> None:
    asked.when(answers(*fields)).then(OF_NONE, a.told, NEWS)
    still = asked.given(OF_NONE, a.told, NEWS)
    assert open_(still) == {SOMEBODY.id: (a.BORN,)}
    assert due(still) == DUE


def test_the_others_stay_open() -> None:
    both = asked.given(second)
    both.when(a.answering).then(a.born, a.answered, a.told, NEWS)
    left = both.given(a.born, a.answered)
    assert open_(left) == {SECOND: (NAME, PURPOSE)}
    assert due(left) == second.due_at
    same = asked.given(replace(second, missing=(a.BORN,)))
    all_of_them = replace(a.answered, questions=(SOMEBODY.id, SECOND))
    same.when(a.answering).then(a.born, all_of_them, a.told, NEWS)


def test_what_is_answered_bit_by_bit_is_closed_with_the_last_of_it() -> None:
    first, last = (FieldsTold(fields=(it,)) for it in (NAME, PURPOSE))
    halves = waiting.given(second)
    halves.when(answers(a.BORN, NAME)).then(first, OF_NONE, a.told, NEWS)
    half = halves.given(first, OF_NONE)
    assert open_(half) == {SECOND: (PURPOSE,)}
    half.when(answers(NAME)).then(OF_NONE, a.told, NEWS)
    closed = replace(a.answered, questions=(SECOND,))
    half.when(answers(PURPOSE)).then(last, closed, a.told, NEWS)


def test_what_is_asked_once_more_is_answered_once_more() -> None:
    again = asked.given(a.born, a.answered, replace(a.asked_back, question=SECOND))
    assert open_(again) == {SECOND: (a.BORN,)}


codes = some.sampled_from((a.BORN, NAME, PURPOSE))


@given(
    some.lists(some.lists(codes, min_size=1, max_size=3), max_size=4),
    some.lists(some.lists(codes, max_size=3), max_size=4),
)
def test_a_question_is_open_exactly_as_long_as_something_of_it_is_not_told(
    asking: list[list[Code]], told: list[list[Code]]
) -> None:
    now, left = waiting, dict[UUID, set[Code]]()
    for number, missing in enumerate(asking):
        id = UUID(int=100 + number)
        now = now.given(replace(a.asked_back, question=id, missing=tuple(missing)))
        left[id] = {*missing}
    for fields in told:
        outcome = now.when(answers(*fields)).outcome
        assert isinstance(outcome, tuple)
        now = now.given(*outcome)
        left = {id: rest for id, it in left.items() if (rest := it - {*fields})}
        assert {id: {*it} for id, it in open_(now).items()} == left
        assert (due(now) is None) == (not left)


def test_what_nobody_asked_is_kept_all_the_same() -> None:
    waiting.when(a.answering).then(OF_NONE, a.told, NEWS)


def test_an_older_question_that_was_answered_by_whatever_came_stays_answered() -> None:
    assert open_(asked.given(a.answered)) == {}, "as it was recorded then"


def test_an_older_question_for_what_can_never_be_told_waits_for_nothing() -> None:
    own = Code("dols-field@1:partner_reference")
    waiting.when(replace(a.asking_back, missing=(own,))).then_refused(refusals.WordNotListed)
    older = waiting.given(replace(a.asked_back, missing=(own, a.BORN)))
    assert open_(older) == {SOMEBODY.id: (a.BORN,)}


def test_an_answer_tells_who_runs_the_place() -> None:
    telling = replace(a.telling, run_by_council="yes")
    asked.when(replace(a.answering, telling=telling)).then(
        a.born, a.answered, a.told, a.described, NEWS
    )


ENDS: dict[str, RequestFact] = {
    "granted": a.granted, "not granted": a.not_granted, "taken back": a.withdrawn,
}  # fmt: skip


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_no_answer_is_owed_once_it_ended_and_one_that_comes_is_kept(end: RequestFact) -> None:
    ended = story.given(*a.ready, a.asked_back, end)
    assert due(ended) is None
    late = ended.given(missed(DUE))
    assert due(late) is None
    passed = DeadlinePassed(Deadline("answer", DUE))
    ended.when(passed, act=replace(SOMEBODY, role="timer", effective_at=DUE)).then()
    outcome = ended.when(a.answering).outcome
    assert isinstance(outcome, tuple)
    assert outcome[:3] == (a.born, a.answered, a.told)


def test_nothing_is_asked_of_a_request_that_was_taken_back() -> None:
    waiting.given(a.withdrawn).when(a.asking_back).then_refused(refusals.RequestWithdrawnAlready)


def test_who_is_gone_may_still_be_asked_after() -> None:
    gone = asked.given(replace(a.told, still_here="no"))
    assert due(gone) == DUE, "whether it is so may be the very question"


# Over HTTP

at_work = pytest.mark.asyncio(loop_scope="module")


@at_work
async def test_a_ward_is_asked_reads_the_question_and_answers_it(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    person = {"name": "Edith Hollowell"}
    receipt = await asks(ward, person=person)
    assert [it["field"] for it in receipt["checks"]] == ["person.date_of_birth"]
    case, path = receipt["id"], f"/v1/dols-requests/{receipt['id']}"
    await does(coordinator, case, "questions")
    (question,) = (await ward.get(path)).json()["questions"]
    assert question["codes"] == COMMANDS["questions"]["missing"]
    assert question["missing"] == ["the person's date of birth"]
    assert (question["words"], question["answered"]) == ("When was Marigold born?", False)
    known = await sees(coordinator, case)
    assert "answer" in [it["kind"] for it in known["case"]["due"]]
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    assert not any(b"Marigold" in row["body"] for row in rows)

    for nothing in ({}, {"person": {"name": "Edith"}}, {"person": {"date_of_birth": "in May"}}):
        answer = await ward.post(f"{path}/answers", json=nothing, headers=key())
        assert answer.status_code == 201
        (question,) = (await ward.get(path)).json()["questions"]
        assert (question["answered"], question["owed"]) == (False, True), nothing
        assert question["left"] == question["codes"]

    told = {"person": {"date_of_birth": "1941-05-02"}, "signer": {"name": "Ola Brandt"}}
    once = key()
    answer = await ward.post(f"{path}/answers", json=told, headers=once)
    assert (answer.status_code, answer.json()["checks"]) == (201, [])
    version = len(await history(home, case))
    assert (await ward.post(f"{path}/answers", json=told, headers=once)).status_code == 201
    assert len(await history(home, case)) == version, "a repeat is the same answer"
    (question,) = (await ward.get(path)).json()["questions"]
    assert (question["answered"], question["owed"], question["left"]) == (True, False, [])
    known = await sees(coordinator, case)
    assert known["case"]["questions"][0]["answered_at"]
    assert known["case"]["questions"][0]["left"] == []
    assert known["case"]["told_at"], "a person looks"
    assert "answer" not in [it["kind"] for it in known["case"]["due"]]
    words = [it["words"] for it in known["words"]]
    assert {"person.date_of_birth": "1941-05-02"} in words
    assert {"signer.name": "Ola Brandt"} in words


@at_work
async def test_any_object_is_an_answer_and_only_its_sender_gives_it(
    home: Home, ward: httpx.AsyncClient, case: str
) -> None:
    path = f"/v1/dols-requests/{case}/answers"
    odd = await ward.post(path, content=b'{"colour": 1, "extension_requested": "yes"}')
    assert (odd.status_code, [it["code"] for it in odd.json()["checks"]]) == (
        201, ["unknown-member", "extension-too-late", "repeats-not-recognisable"]
    )  # fmt: skip
    assert (await ward.post(path, content=b"[]")).status_code == 400
    async with home.client("other-house", "dols.write", "dols.read") as other:
        for where in (path, f"/v1/dols-requests/{uuid4()}/answers"):
            answer = await other.post(where, json=FORM, headers=key())
            assert (answer.status_code, kind(answer)) == (404, "not-found")


@at_work
async def test_what_is_told_again_after_the_end_hears_what_it_heard_in_time(
    home: Home, ward: httpx.AsyncClient
) -> None:
    now = await home.runtime.log.now()
    urgent = {"given_on": f"{london_date(now)}", "days": 7, "reasons": "x"}
    case = (await asks(ward, urgent=urgent))["id"]
    once, asked = key(), {"extension_requested": "yes"}
    paths = [f"/v1/dols-requests/{case}/{it}" for it in ("circumstances", "answers")]
    first = [await ward.post(it, json=asked, headers=once) for it in paths]
    ends_on = london_date(now) + 6 * clocks.DAY
    passed = DeadlinePassed(Deadline("urgent", clocks.end_of(ends_on)))
    timer = replace(SOMEBODY, id=uuid4(), role="timer", effective_at=now)
    await handle(home.runtime.log, request.stream(UUID(case)), passed, timer)
    repeat = [await ward.post(it, json=asked, headers=once) for it in paths]
    assert [it.json() for it in repeat] == [it.json() for it in first]
    heard = [(it.json()["told"], [check["code"] for check in it.json()["checks"]]) for it in first]
    assert heard == [(1, []), (2, ["extension-asked-before"])]
    late = await ward.post(paths[0], json=asked, headers=key())
    assert [it["code"] for it in late.json()["checks"]] == ["extension-too-late"]


@at_work
async def test_of_a_person_whose_key_is_gone_the_question_stays_without_its_words(
    shared_house: House, home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient,
    case: str,
) -> None:  # fmt: skip
    await does(coordinator, case, "questions")
    subject = (await history(home, case))[0].fact.adult.subject
    await forget(shared_house.owner("vault"), home.runtime.log.vault, subject)
    (question,) = (await ward.get(f"/v1/dols-requests/{case}")).json()["questions"]
    assert (question["words"], question["missing"]) == (None, ["the person's date of birth"])
