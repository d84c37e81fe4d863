"""Do partner and council see the same of who owes whom an answer, and by when?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.notify.decisions import contribution, correspondence
from services.notify.decisions.contribution import (
    HearAnswer,
    HearContribution,
    HearKept,
    HearRedirection,
)
from services.notify.decisions.correspondence import (
    CloseQuestions,
    EndRequest,
    HearSender,
    MoveTask,
)
from services.notify.reactions import lane_of_task
from services.notify.rules import replies
from services.notify.rules.body import case_told
from services.notify.rules.disclosure import ASKED, MANAGING_AUTHORITY
from shared.facts import party
from shared.log.handle import handle
from tests.notify import a
from tests.notify.asking import Partner, partner
from tests.support.house import Home, key
from tests.support.patience import until
from tests.support.story import SOMEBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOLD_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DUE = "2026-11-09T17:00:00Z"


async def do(home: Home, stream: Any, command: Any, cause: UUID | None = None) -> None:
    act = replace(
        SOMEBODY, id=uuid4(), effective_at=TOLD_AT, correlation=uuid4(), causation=cause
    )  # fmt: skip
    await handle(home.runtime.log, stream, command, act)


async def adds(they: Partner, contact: UUID) -> UUID:
    """Let a partner add something to their referral, about one of its adults."""
    adult, id = uuid4(), uuid4()
    added = HearContribution(contribution=id, contact=contact, told_at=TOLD_AT)
    await do(they.home, contribution.stream(adult), added, cause=a.TOLD_BY)
    return adult


async def owed(they: Partner, **asked: Any) -> list[tuple[str, str, str]]:
    items = (await they.gets("obligations", **asked))["items"]
    return [(it["kind"].partition(":")[2], it["owed_by"], it["due_at"]) for it in items]


async def test_what_a_partner_adds_is_owed_an_answer_until_it_has_one(home: Home) -> None:
    async with partner(home) as they:
        contact = await they.refers()
        adult = await adds(they, contact)
        assert await owed(they) == [("answer-to-contribution", "us", DUE)]
        assert await owed(they, owed_by="us") == [("answer-to-contribution", "us", DUE)]
        assert await owed(they, owed_by="them") == []
        (item,) = (await they.gets("obligations"))["items"]
        assert (item["case"], item["partner"], item["met"]) == (
            str(contact),
            str(party(they.name)),
            False,
        )

        await do(home, contribution.stream(adult), a.reach)
        answer = HearAnswer(how=replies.CONSIDERED, answered_at=TOLD_AT)
        await do(home, contribution.stream(adult), answer)
        assert await owed(they) == []
        assert (await they.gets(f"obligations/{item['id']}"))["met"] is True


async def shut(by: httpx.AsyncClient, id: str, why: str = "answered-otherwise") -> httpx.Response:
    said = {"why": f"unanswered@1:{why}"}
    return await by.post(f"/v1/obligations/{id}/closure", json=said, headers=key())


def kind(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_manager_closes_what_nobody_will_answer_and_its_partner_sees_why(
    home: Home, manager: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        await adds(they, await they.refers())
        await adds(they, await they.refers())
        one, other = (await they.gets("obligations"))["items"]
        assert one["unanswered"] is None
        assert (await shut(manager, one["id"])).status_code == 204
        assert (await they.gets("obligations"))["items"] == [other]
        closed = await they.gets(f"obligations/{one['id']}")
        assert (closed["met"], closed["unanswered"]) == (True, "unanswered@1:answered-otherwise")

        async def told() -> Any:
            items = (await they.gets("events"))["items"]
            return [it["data"]["case"] for it in items if it["type"] == "contribution.closed"]

        assert await until(told) == [one["case"]]

        refused = [
            (await shut(manager, one["id"]), 409, "nothing-to-answer"),
            (await shut(manager, other["id"], "no-time"), 422, "reason-unknown"),
            (await shut(manager, str(uuid4())), 404, "not-found"),
            (await shut(they.client, other["id"]), 403, "forbidden"),
        ]
        assert [(it.status_code, kind(it)) for it, *_ in refused] == [
            (status, problem) for _, status, problem in refused
        ]
        assert (await they.gets("obligations"))["items"] == [other]


async def test_what_is_owed_for_an_enquiry_is_settled_there(
    home: Home, manager: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        due_on = date(2026, 11, 16)
        await moves(they, uuid4(), replies.ASSIGNED, partner=party(they.name), due_on=due_on)
        (item,) = (await they.gets("obligations"))["items"]
        answer = await shut(manager, item["id"])
        assert (answer.status_code, kind(answer)) == (409, "owed-elsewhere")
        assert (await they.gets("obligations"))["items"] == [item]


async def test_what_is_added_about_somebody_held_is_ours_to_look_at_and_goes_along(
    home: Home,
) -> None:
    async with partner(home) as they:
        contact, adult = await they.refers(), uuid4()
        stream = contribution.stream(adult)
        await do(home, stream, HearKept(contribution=uuid4(), contact=contact, told_at=TOLD_AT))
        assert await owed(they) == [("look-at-contribution", "us", DUE)]
        (item,) = (await they.gets("obligations"))["items"]

        later = TOLD_AT + timedelta(days=3)
        along = HearContribution(contribution=uuid4(), contact=contact, told_at=later)
        await do(home, stream, along, cause=a.TOLD_BY)
        (goes_on,) = (await they.gets("obligations"))["items"]
        assert goes_on == item | {"kind": "obligation@1:answer-to-contribution"}

        second = HearKept(contribution=uuid4(), contact=contact, told_at=TOLD_AT)
        await do(home, contribution.stream(uuid4()), second)
        assert len(await owed(they)) == 2


async def test_what_was_added_about_somebody_passed_on_is_owed_no_more(home: Home) -> None:
    async with partner(home) as they:
        contact, stream = await they.refers(), contribution.stream(uuid4())
        await do(home, stream, HearKept(contribution=uuid4(), contact=contact, told_at=TOLD_AT))
        (item,) = (await they.gets("obligations"))["items"]
        await do(home, stream, HearRedirection())
        assert await owed(they) == []
        assert (await they.gets(f"obligations/{item['id']}"))["met"] is True


async def moves(they: Partner, enquiry: UUID, stage: Any, **more: Any) -> None:
    command = MoveTask(stage=stage, **more)
    await do(they.home, correspondence.stream(lane_of_task(enquiry)), command)


async def test_an_enquiry_that_a_partner_was_asked_for_goes_to_and_fro(home: Home) -> None:
    async with partner(home) as they:
        enquiry, due_on = uuid4(), date(2026, 11, 16)
        happening = a.happened("task.assigned")
        await moves(
            they,
            enquiry,
            replies.ASSIGNED,
            partner=party(they.name),
            due_on=due_on,
            happening=happening,
        )
        assert await owed(they) == [("answer-to-request", "them", "2026-11-16T17:00:00Z")]
        (item,) = (await they.gets("obligations", owed_by="them"))["items"]
        assert (
            item["case"]
            == item["id"]
            == str(case_told(lane_of_task(enquiry), party(they.name), ASKED))
        )
        (event,) = (await they.gets("events"))["items"]
        assert event["data"]["links"] == {"self": f"/v1/obligations/{item['id']}"}
        assert event["data"]["about"] is None

        await moves(they, enquiry, replies.ACCEPTED)
        assert await owed(they) == [("report", "them", "2026-11-16T17:00:00Z")]
        await moves(they, enquiry, replies.REPORTED)
        assert await owed(they) == [("answer-to-report", "us", DUE)]
        await moves(they, enquiry, replies.RETURNED, due_on=date(2026, 11, 28))
        assert await owed(they) == [("report", "them", "2026-11-30T17:00:00Z")]  # a Monday
        await moves(they, enquiry, replies.REPORTED)
        await moves(they, enquiry, replies.REPORT_ACCEPTED)
        assert await owed(they) == []
        assert (await they.gets(f"obligations/{item['id']}"))["met"] is True


@pytest.mark.parametrize("end", [replies.DECLINED, replies.RECALLED])
async def test_who_declined_or_was_told_to_stop_owes_nothing(home: Home, end: Any) -> None:
    async with partner(home) as they:
        enquiry = uuid4()
        await moves(
            they, enquiry, replies.ASSIGNED, partner=party(they.name), due_on=date(2026, 11, 16)
        )
        await moves(they, enquiry, end)
        assert await owed(they) == []


async def asks_for(they: Partner) -> UUID:
    """Let a partner ask for an authorisation."""
    request = uuid4()
    received = HearSender(
        partner=party(they.name), relation=MANAGING_AUTHORITY, happening=a.happened("dols.received")
    )
    await do(they.home, correspondence.stream(request), received)
    return request


async def is_asked(they: Partner, request: UUID, due_on: date) -> UUID:
    """Let a coordinator ask a managing authority for what its request lacks."""
    question = uuid4()
    asking = replace(a.question, question=question, due_on=due_on)
    await do(they.home, correspondence.stream(request), asking)
    return question


async def test_what_a_request_lacks_is_owed_by_who_made_it_until_the_question_is_closed(
    home: Home, manager: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        request = await asks_for(they)
        question = await is_asked(they, request, date(2026, 11, 5))
        later = await is_asked(they, request, date(2026, 11, 6))
        first = ("answer-to-question", "them", "2026-11-05T17:00:00Z")
        second = ("answer-to-question", "them", "2026-11-06T17:00:00Z")
        assert await owed(they) == await owed(they, owed_by="them") == [first, second]
        assert await owed(they, owed_by="us") == []
        item, _ = (await they.gets("obligations"))["items"]
        assert item == item | {
            "id": str(question), "case": str(request), "partner": str(party(they.name)),
            "met": False, "unanswered": None,
        }  # fmt: skip
        at = f"/v1/obligations/{question}"
        assert (await manager.get(at)).json() == item
        assert (await other.get(at)).status_code == 404, "it is not theirs"
        refused = await shut(manager, str(question))
        assert (refused.status_code, kind(refused)) == (409, "owed-elsewhere")

        await do(home, correspondence.stream(request), CloseQuestions(questions=(question,)))
        assert await owed(they) == [second]
        assert (await they.gets(f"obligations/{question}"))["met"] is True
        assert (await they.gets(f"obligations/{later}"))["met"] is False


@pytest.mark.parametrize("end", [a.withdraw, a.end], ids=["taken back", "decided"])
async def test_of_a_request_that_is_over_nobody_owes_an_answer(home: Home, end: EndRequest) -> None:
    async with partner(home) as they:
        request, untouched = await asks_for(they), await asks_for(they)
        await is_asked(they, request, date(2026, 11, 5))
        kept = await is_asked(they, untouched, date(2026, 11, 5))
        await do(home, correspondence.stream(request), end)
        assert [it["id"] for it in (await they.gets("obligations"))["items"]] == [str(kept)]


async def test_a_question_about_a_request_that_names_no_sender_is_staffs_alone_to_see(
    home: Home, manager: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        question = await is_asked(they, uuid4(), date(2026, 11, 5))
        assert await owed(they) == []
        found = (await manager.get(f"/v1/obligations/{question}")).json()
        assert (found["partner"], found["owed_by"]) == (None, "them")


async def test_staff_see_everybodys_and_whose_it_is(
    home: Home, manager: httpx.AsyncClient, other: httpx.AsyncClient
) -> None:
    async with partner(home) as they, partner(home) as others:
        await adds(they, await they.refers())
        await adds(others, await others.refers())
        unnamed = uuid4()
        await adds(they, unnamed)  # a referral that names no sender
        mine = (await they.gets("obligations"))["items"]
        rows, place = list[Any](), dict[str, Any]()
        while True:
            page = (await manager.get("/v1/obligations", params={"limit": 2} | place)).json()
            rows += page["items"]
            if page["next"] is None:
                break
            place = {"after": page["next"]}
    assert [it["partner"] for it in mine] == [str(party(they.name))]
    whose = {it["case"]: it["partner"] for it in rows}
    assert {str(party(it.name)) for it in (they, others)} <= set(whose.values())
    assert whose[str(unnamed)] is None
    assert [it["due_at"] for it in rows] == sorted(it["due_at"] for it in rows)
    assert (await other.get(f"/v1/obligations/{mine[0]['id']}")).status_code == 404
    assert (await manager.get(f"/v1/obligations/{mine[0]['id']}")).status_code == 200
    assert (await manager.get(f"/v1/obligations/{uuid4()}")).status_code == 404


async def test_only_two_sides_owe(manager: httpx.AsyncClient) -> None:
    answer = await manager.get("/v1/obligations", params={"owed_by": "nobody"})
    assert answer.status_code == 422
