"""What may staff ask of triage, and what do they hear?"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.triage.events import BandOverridden, ConcernReopened, ConcernScored, Section42Decided
from services.triage.rules.risk_tool import GREEN, RED
from tests.support.house import Home, key
from tests.triage import a
from tests.triage.asking import (
    BANDS,
    COMMANDS,
    CONSIDERATION,
    DECISION,
    REOPENING,
    SCORES,
    history,
    kind,
    read,
    recognised,
    send,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What staff do


async def test_a_screener_scores(home: Home, screener: httpx.AsyncClient, waiting: UUID) -> None:
    answer = await send(screener, waiting, "scores", headers=key() | {"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"3"'), answer.text

    last = (await history(home, waiting))[-1]
    assert isinstance(last.fact, ConcernScored)
    assert (last.act.actor, last.act.role) == ("kit", "screener")
    assert last.position == int(answer.headers["X-Log-Position"])
    shown = await read(screener, waiting)
    assert shown["concern"]["rating"]["band"] == "band@1:red"
    assert shown["words"]["score_evidence"] == SCORES["evidence"]


async def test_a_manager_may_score_as_well(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    assert (await send(manager, waiting, "scores")).status_code == 204
    assert (await history(home, waiting))[-1].act.role == "safeguarding-adults-manager"


async def test_a_screener_sets_a_band_higher(
    home: Home, screener: httpx.AsyncClient, waiting: UUID
) -> None:
    assert (await send(screener, waiting, "bands")).status_code == 204
    last = (await history(home, waiting))[-1]
    assert isinstance(last.fact, BandOverridden)
    assert (last.fact.was, last.fact.band, last.act.actor) == ("band@1:amber", RED, "kit")
    assert (await read(screener, waiting))["words"]["band_reasons"] == BANDS["reasons"]


async def test_a_manager_decides(home: Home, manager: httpx.AsyncClient, waiting: UUID) -> None:
    answer = await send(manager, waiting, "section-42-decision", key() | {"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"3"'), answer.text

    last = (await history(home, waiting))[-1]
    assert isinstance(last.fact, Section42Decided)
    assert (last.act.actor, last.act.role) == ("sam", "safeguarding-adults-manager")
    shown = await read(manager, waiting)
    assert shown["concern"]["state"] == "decided"
    assert shown["concern"]["decision"]["decided_by"] == "sam"
    assert shown["words"]["decision_reasons"] == DECISION["reasons"]
    assert shown["words"]["needs_care_and_support"] == "Needs help to wash."
    assert shown["words"]["unable_to_protect_themselves"] is None


async def test_a_manager_opens_a_decided_concern_again(
    home: Home, manager: httpx.AsyncClient
) -> None:
    case = await recognised(home, a.decided)
    assert (await send(manager, case, "reopening")).status_code == 204
    assert isinstance((await history(home, case))[-1].fact, ConcernReopened)
    shown = await read(manager, case)
    assert (shown["concern"]["state"], shown["concern"]["decision"]) == ("waiting", None)
    assert shown["words"]["reopening_reasons"] == REOPENING["reasons"]


async def test_a_manager_says_that_what_was_told_later_changes_nothing(
    home: Home, manager: httpx.AsyncClient
) -> None:
    case = await recognised(home, a.decided, a.added)
    before = await read(manager, case)
    assert [it["kind"] for it in before["concern"]["due"]] == [
        "look",
        "escalation-to-safeguarding-adults-manager",
        "re-check",
        "escalation-to-head-of-service",
    ]
    seen = key() | {"If-Match": f'"{before["concern"]["version"]}"'}
    assert (await send(manager, case, "consideration", seen)).status_code == 204
    shown = await read(manager, case)
    assert (shown["concern"]["state"], shown["concern"]["due"]) == ("decided", [])
    assert shown["words"]["considered_reasons"] == CONSIDERATION["reasons"]
    assert kind(await send(manager, case, "consideration")) == "nothing-to-consider"


async def test_whoever_is_screener_and_manager_acts_as_manager(home: Home) -> None:
    case = await recognised(home)
    async with home.client("lee", "screener", "safeguarding-adults-manager") as both:
        answer = await send(both, case, "bands", band=str(GREEN))
    assert answer.status_code == 204, answer.text
    assert (await history(home, case))[-1].act.role == "safeguarding-adults-manager"


async def test_a_score_below_red_is_shown_and_the_concern_stays_red(
    home: Home, manager: httpx.AsyncClient, screener: httpx.AsyncClient
) -> None:
    case = await recognised(home, a.overridden)
    calm = {"severity": 1, "likelihood": 1, "self_protection": 0, "access": 0}
    assert (await send(screener, case, "scores", answers=calm)).status_code == 204
    known = (await read(screener, case))["concern"]
    assert (known["rating"]["band"], known["rating"]["score"]["band"]) == (RED, GREEN)
    why = "scored Green, and Red until a safeguarding adults manager and a second person lower it"
    assert known["rating"]["says"][-1] == f"It is {why}."
    assert known["rank_reason"].endswith(f"; {why}")

    assert (await send(manager, case, "bands", band=str(GREEN))).status_code == 204
    assert (await read(screener, case))["concern"]["rating"]["band"] == RED, "it is proposed"


async def test_the_same_band_again_leaves_no_fact(
    home: Home, screener: httpx.AsyncClient, waiting: UUID
) -> None:
    answer = await send(screener, waiting, "bands", band="band@1:amber")
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"2"')
    assert len(await history(home, waiting)) == 2


async def test_what_was_so_earlier_is_dated_so(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    at = (await history(home, waiting))[0].act.effective_at + timedelta(seconds=1)
    before = await send(manager, waiting, "scores", effective_at="1926-11-03T15:00:00Z")
    assert (before.status_code, kind(before)) == (409, "before-its-receipt")
    answer = await send(manager, waiting, "section-42-decision", effective_at=at.isoformat())
    assert answer.status_code == 204, answer.text
    assert (await history(home, waiting))[-1].act.effective_at == at


@pytest.mark.parametrize("what", COMMANDS)
async def test_nothing_is_dated_at_a_time_that_has_not_come(
    home: Home, manager: httpx.AsyncClient, waiting: UUID, what: str
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the service's clock is the real one
    seen = key() | {"If-Match": '"2"'}
    answer = await send(manager, waiting, what, seen, effective_at=soon.isoformat())
    assert (answer.status_code, kind(answer)) == (422, "not-yet")
    assert len(await history(home, waiting)) == 2


# What is refused


@pytest.mark.parametrize("what", COMMANDS)
async def test_every_command_says_who_it_is_and_which_it_is(
    home: Home, manager: httpx.AsyncClient, waiting: UUID, what: str
) -> None:
    async def refused(answer: httpx.Response) -> tuple[int, str]:
        assert len(await history(home, waiting)) == 2, "nothing was recorded"
        return answer.status_code, kind(answer)

    async with home.client("rosewood-house", "referrals.write") as partner:
        assert await refused(await send(partner, waiting, what)) == (403, "forbidden")
        del partner.headers["Authorization"]
        assert await refused(await send(partner, waiting, what)) == (401, "unauthenticated")
    for headers, body, status, problem in (
        ({}, {}, 422, "unreadable"),
        (key() | {"If-Match": '"1"'}, {}, 412, "conflict"),
        (key() | {"If-Match": "two"}, {}, 422, "unreadable"),
        (key(), {"misspelt": 1}, 422, "unreadable"),
        (key(), {"effective_at": "2026-11-02T09:00:00"}, 422, "unreadable"),
    ):
        answer = await send(manager, waiting, what, headers=headers, **body)
        assert await refused(answer) == (status, problem), body
    nowhere = await send(manager, uuid4(), what, key() | {"If-Match": '"0"'})
    assert kind(nowhere) == "not-found"


@pytest.mark.parametrize(
    ("what", "changed", "status", "problem"),
    [
        ("scores", {"answers": {"severity": 5}}, 422, "unreadable"),
        ("scores", {"answers": {"severty": 3}}, 422, "unreadable"),
        ("scores", {"answers": {"signals": ["he hit her"]}}, 422, "unreadable"),
        ("scores", {"answers": {"signals": ["risk-signal@1:dangr"]}}, 409, "signal-unknown"),
        ("scores", {"evidence": ""}, 422, "unreadable"),
        ("scores", {"evidence": None}, 422, "unreadable"),
        ("bands", {"band": "he hit her"}, 422, "unreadable"),
        ("bands", {"band": "band@1:purple"}, 409, "band-unknown"),
        ("bands", {"reasons": ""}, 422, "unreadable"),
        ("section-42-decision", {"reasons": ""}, 422, "unreadable"),
        ("section-42-decision", {"outcome": "he hit her"}, 422, "unreadable"),
        ("section-42-decision", {"tests": DECISION["tests"] | {"d": {}}}, 422, "unreadable"),
        (
            "section-42-decision",
            {"outcome": "section-42-outcome@1:nothing"},
            409,
            "outcome-unknown",
        ),
        (
            "section-42-decision",
            {"outcome": str(a.signpost), "route": str(a.varm)},
            409,
            "outcome-contradicts-tests",
        ),
        ("reopening", {"reasons": ""}, 422, "unreadable"),
        ("reopening", {}, 409, "not-decided"),
        ("consideration", {}, 409, "nothing-to-consider"),
    ],
)
async def test_what_does_not_hold_is_refused_and_not_repeated(
    home: Home,
    manager: httpx.AsyncClient,
    waiting: UUID,
    what: str,
    changed: dict[str, Any],
    status: int,
    problem: str,
) -> None:
    answer = await send(manager, waiting, what, **changed)
    assert (answer.status_code, kind(answer)) == (status, problem), answer.text
    assert "hit her" not in answer.text
    assert len(await history(home, waiting)) == 2


@pytest.mark.parametrize("what", ["section-42-decision", "reopening", "consideration"])
async def test_a_screener_neither_decides_nor_opens_again(
    screener: httpx.AsyncClient, waiting: UUID, what: str
) -> None:
    assert kind(await send(screener, waiting, what)) == "forbidden"


async def test_a_route_is_needed_to_signpost(manager: httpx.AsyncClient, waiting: UUID) -> None:
    two = DECISION["tests"] | {"unable_to_protect_themselves": {"answer": "not-met"}}
    signpost = {"tests": two, "outcome": str(a.signpost)}
    answer = await send(manager, waiting, "section-42-decision", **signpost)
    assert kind(answer) == "route-missing"
    nowhere = signpost | {"route": "signpost-route@1:the-moon"}
    answer = await send(manager, waiting, "section-42-decision", **nowhere)
    assert kind(answer) == "route-unknown"
    unknown = {"unable_to_protect_themselves": {"answer": "unknown"}}
    signpost["tests"] = DECISION["tests"] | unknown
    answer = await send(manager, waiting, "section-42-decision", **signpost)
    assert kind(answer) == "answer-unknown"


async def test_a_repeat_gets_the_first_answer_though_things_moved_on(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    once = key() | {"If-Match": '"2"'}
    first = await send(manager, waiting, "section-42-decision", once)
    await send(manager, waiting, "reopening")
    again = await send(manager, waiting, "section-42-decision", once)
    assert (again.status_code, again.headers["ETag"]) == (204, first.headers["ETag"])
    assert again.headers["X-Log-Position"] == first.headers["X-Log-Position"]
    assert len(await history(home, waiting)) == 4

    other = await send(manager, waiting, "section-42-decision", once, reasons="Other words.")
    assert (other.status_code, kind(other)) == (422, "key-reused")


async def test_what_is_decided_is_not_decided_again(
    manager: httpx.AsyncClient, waiting: UUID
) -> None:
    await send(manager, waiting, "section-42-decision")
    for what in ("scores", "bands", "section-42-decision"):
        answer = await send(manager, waiting, what)
        assert (answer.status_code, kind(answer)) == (409, "already-decided")
