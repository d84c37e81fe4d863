"""What do a lead, and the Board's partner lead, hear when they look at what came to them?"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.enquiry.events import EscalationNoted, InformationConsidered
from tests.enquiry import a
from tests.enquiry.asking import COMMANDS, does, history, kind, listed, opened, reached, read, send
from tests.support.house import Home, key
from tests.support.rooms import AT_WORK

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONSIDERATION = COMMANDS["consideration"]


@AT_WORK
async def board(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    """Give the Board's partner lead at a keyboard."""
    async with home.client("beth", "sab-partner-lead") as client:
        yield client


def seen(version: int) -> dict[str, str]:
    return key() | {"If-Match": f'"{version}"'}


async def test_what_was_told_is_shown_blocks_the_closure_and_is_considered_by_its_lead(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.ready[1:], a.added)
    shown = (await read(lead, case))["enquiry"]
    assert shown["told_more_at"]
    assert "closing-guard@1:information-not-considered" in [it["code"] for it in shown["missing"]]
    refused = await send(manager, case, "closure")
    assert (refused.status_code, kind(refused)) == (409, "information-not-considered")

    answer = await send(lead, case, "consideration", seen(shown["version"]))
    assert answer.status_code == 204, answer.text
    fact = (await history(home, case))[-1]
    assert isinstance(fact.fact, InformationConsidered)
    assert (fact.act.actor, fact.act.role) == ("lena.moss", "enquiry-lead")
    after = await read(manager, case)
    assert after["enquiry"]["told_more_at"] is None
    assert after["words"]["information_considered"] == CONSIDERATION["reasons"]
    assert (await send(manager, case, "closure")).status_code == 204


async def test_what_was_told_while_it_was_closed_is_shown_listed_and_considered_when_it_is_open(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.ready[1:], a.closed, a.added)
    told = (await read(manager, case))["enquiry"]["told_more_at"]
    reopened = await does(manager, case, "reopening")
    shown = (await read(lead, case))["enquiry"]
    assert shown["told_more_at"] == told
    assert "information" in {it["kind"] for it in shown["due"]}
    assert "closing-guard@1:information-not-considered" in {it["code"] for it in shown["missing"]}
    rows = await listed(lead, int(reopened.headers["X-Log-Position"]))
    (row,) = [it for it in rows if it["enquiry"] == str(case)]
    assert (row["told_more_since"], row["due"]) == (told, shown["due"])
    assert "closing-guard@1:information-not-considered" in row["missing"]
    lines = (await lead.get(f"/v1/enquiries/{case}/history")).json()
    assert [it["fact"] for it in lines[-2:]] == [
        "enquiry.information-carried-over/1", "enquiry.enquiry-reopened/2"
    ]  # fmt: skip
    assert (lines[-2]["by"], lines[-2]["words"]) == ("sam", [])

    await does(manager, case, "conclusion")
    refused = await send(manager, case, "closure")
    assert (refused.status_code, kind(refused)) == (409, "information-not-considered")
    now = seen((await read(lead, case))["enquiry"]["version"])
    assert (await send(lead, case, "consideration", now)).status_code == 204
    assert (await send(manager, case, "closure")).status_code == 204
    assert (await read(manager, case))["enquiry"]["told_more_at"] is None


async def test_nothing_that_came_since_they_looked_passes_for_considered(
    home: Home, lead: httpx.AsyncClient
) -> None:
    case = await opened(home, a.added)
    unseen = await send(lead, case, "consideration")
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    before = await send(lead, case, "consideration", seen(1))
    assert (before.status_code, kind(before)) == (412, "conflict")
    assert len(await history(home, case)) == 2, "nothing was recorded"
    assert (await send(lead, case, "consideration", seen(2))).status_code == 204


async def test_nothing_that_came_since_a_manager_looked_passes_for_reviewed(
    home: Home, manager: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.ready[1:], a.closed, a.added)
    there = len(await history(home, case))
    unseen = await send(manager, case, "decision-review", key())
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    before = await send(manager, case, "decision-review", seen(there - 1))
    assert (before.status_code, kind(before)) == (412, "conflict")
    assert len(await history(home, case)) == there, "nothing was recorded"
    assert (await send(manager, case, "decision-review", seen(there))).status_code == 204


@pytest.mark.parametrize(
    ("changed", "status", "problem"),
    [
        ({"effect": "information-effect@1:perhaps"}, 409, "code-unknown"),
        ({"reasons": ""}, 422, "unreadable"),
        ({"effect": None}, 422, "unreadable"),
    ],
)
async def test_a_consideration_says_what_changes_and_why(
    home: Home, lead: httpx.AsyncClient, changed: Any, status: int, problem: str
) -> None:
    case = await opened(home, a.added)
    refused = await send(lead, case, "consideration", seen(2), **changed)
    assert (refused.status_code, kind(refused)) == (status, problem)


async def test_where_nothing_was_told_there_is_nothing_to_consider(
    lead: httpx.AsyncClient, case: UUID
) -> None:
    refused = await send(lead, case, "consideration", seen(1))
    assert (refused.status_code, kind(refused)) == (409, "nothing-to-consider")


# The Board's partner lead


async def notes(client: httpx.AsyncClient, case: UUID, **said: Any) -> httpx.Response:
    return await client.post(f"/v1/enquiries/{case}/escalation-note", json=said, headers=key())


async def escalations(client: httpx.AsyncClient, least: int) -> dict[str, Any]:
    page = await reached(client, "/v1/escalations", least, limit=200)
    return {it["enquiry"]: it for it in page["items"]}


async def test_the_boards_lead_has_a_list_of_their_own_and_what_they_note_leaves_it(
    home: Home, board: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.with_the_board[1:])
    for client in (board, manager):
        row = (await escalations(client, await home.runtime.log.head()))[str(case)]
        assert (row["organisation"], row["missed"][0]["kind"]) == ("Royal Derby Hospital", "report")
        assert row["note_due_at"] == "2026-12-01T17:00:00Z"
    answer = await notes(board, case, words="I ring their chief nurse.")
    assert answer.status_code == 204, answer.text
    left = await escalations(board, int(answer.headers["X-Log-Position"]))
    assert str(case) not in left
    fact = (await history(home, case))[-1]
    assert isinstance(fact.fact, EscalationNoted)
    assert (fact.act.actor, fact.act.role) == ("beth", "sab-partner-lead")
    assert (await read(manager, case))["words"]["escalation_note"] == "I ring their chief nurse."
    again = await notes(board, case)
    assert (again.status_code, kind(again)) == (409, "nothing-to-note")


async def test_a_list_for_the_board_is_given_page_by_page(
    home: Home, board: httpx.AsyncClient
) -> None:
    cases = {str(await opened(home, *a.with_the_board[1:])) for _ in range(3)}
    whole = [*await escalations(board, await home.runtime.log.head())]
    found, more = list[str](), dict[str, str]()
    for _ in whole:
        page = (await board.get("/v1/escalations", params={"limit": "2"} | more)).json()
        found += [it["enquiry"] for it in page["items"]]
        if page["next"] is None:
            break
        more = {"after": page["next"]}
    assert found == whole
    assert cases <= {*found}


async def test_the_boards_lead_sees_no_case_and_nobody_takes_note_for_them(
    home: Home, board: httpx.AsyncClient, manager: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.with_the_board[1:])
    for path in ("", f"/{case}", f"/{case}/history"):
        answer = await board.get(f"/v1/enquiries{path}")
        assert (answer.status_code, kind(answer)) == (403, "forbidden")
    for client in (manager, lead):
        assert kind(await notes(client, case)) == "forbidden"
    assert kind(await lead.get("/v1/escalations")) == "forbidden"
    assert len(await history(home, case)) == len(a.with_the_board)
    missing = await notes(board, uuid4())
    assert (missing.status_code, kind(missing)) == (404, "not-found")
