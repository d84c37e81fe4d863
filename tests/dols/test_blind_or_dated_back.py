"""Does an act that is dated back, or was decided without looking, take anything from anybody?"""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.asking import (
    BEST,
    BY_THE_BIA,
    BY_THE_DOCTOR,
    an_entry,
    assesses,
    does,
    kind,
    sees,
    send,
    staffed,
    today,
)
from tests.support.house import Home, key
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
waiting = story.given(*a.waiting)
NOW = a.later(a.COORDINATOR, days=20).effective_at


def test_a_question_that_is_dated_back_is_answered_in_time_from_when_it_can_be_read() -> None:
    due_at = clocks.answer_due(NOW, calendar())
    asked = replace(a.asked_back, due_at=due_at)
    waiting.when(replace(a.asking_back, recorded_at=NOW), act=a.COORDINATOR).then(asked)


def test_an_offer_that_is_dated_back_stands_as_long_as_any_other() -> None:
    offered = replace(a.offered, expires_at=clocks.offer_expires(codes.LOW, NOW))
    waiting.when(replace(a.offering, recorded_at=NOW), act=a.COORDINATOR).then(offered)


def test_who_runs_a_place_is_not_found_before_it_is_the_place() -> None:
    moved = waiting.given(a.elsewhere, act=a.later(days=3))
    no = replace(a.describing, run_by_council="no")
    before, since = a.later(a.COORDINATOR, days=2), a.later(a.COORDINATOR, days=3)
    moved.when(no, act=before).then_refused(refusals.PlaceToldSince)
    moved.when(no, act=since).then(replace(a.described, run_by_council="no"))
    waiting.when(a.describing, act=a.COORDINATOR).then(a.described)


# Over HTTP

at_work = pytest.mark.asyncio(loop_scope="module")


async def as_seen(client: httpx.AsyncClient, case: str) -> dict[str, str]:
    found = await client.get(f"/v1/dols-requests/{case}/case")
    return key() | {"If-Match": found.headers["ETag"]}


async def tells(ward: httpx.AsyncClient, case: str, **told: Any) -> None:
    answer = await ward.post(f"/v1/dols-requests/{case}/circumstances", json=told, headers=key())
    assert answer.status_code == 201, answer.text


@at_work
async def test_nothing_is_granted_blindly_while_what_was_told_is_unseen(
    home: Home,
    ward: httpx.AsyncClient,
    coordinator: httpx.AsyncClient,
    bia: httpx.AsyncClient,
    doctor: httpx.AsyncClient,
    signatory: httpx.AsyncClient,
    case: str,
) -> None:
    await staffed(coordinator, case)
    on = await today(home)
    await assesses(doctor, case, *BY_THE_DOCTOR, on=on)
    await assesses(bia, case, *BY_THE_BIA, on=on)
    await tells(ward, case, what_changed="The door is not locked any more.")
    grant = {"starts_on": on, "ends_on": await today(home, days=30)}
    said = {"not_grant": None, "grant": grant}
    blind = await send(signatory, case, "decision", **said)
    assert (blind.status_code, kind(blind)) == (428, "precondition-required")
    seen = await as_seen(signatory, case)
    for _ in range(2):  # a repeat is answered as it was
        assert (await send(signatory, case, "decision", headers=seen, **said)).status_code == 204


@at_work
async def test_a_no_does_not_undo_a_yes_that_was_not_seen(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    await does(coordinator, case, "place", run_by_council="no")
    before = await as_seen(coordinator, case)
    await tells(ward, case, run_by_council=True)
    for headers, status in ((key(), 428), (before, 412)):
        answer = await send(coordinator, case, "place", headers=headers, run_by_council="no")
        assert answer.status_code == status
    assert (await sees(coordinator, case))["case"]["run_by_council"] == "yes"
    await does(coordinator, case, "place", run_by_council="yes")
    now = await as_seen(coordinator, case)
    await does(coordinator, case, "place", headers=now, run_by_council="no")
    assert (await sees(coordinator, case))["case"]["run_by_council"] == "no"


@at_work
async def test_a_role_is_taken_back_before_somebody_else_is_asked(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"instead-{case}"
    entry = await an_entry(home)
    await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    await does(coordinator, case, "allocations")
    for what in ("offers", "allocations"):
        refused = await send(coordinator, case, what, assessor=name)
        assert (refused.status_code, kind(refused)) == (409, "role-taken")
        assert refused.json()["title"].startswith("Somebody has this role: take it back")
    await does(coordinator, case, "releases", headers=await as_seen(coordinator, case))
    await does(coordinator, case, "allocations", assessor=name)
    roles = (await sees(coordinator, case))["case"]["roles"]
    assert [(it["role"], it["name"]) for it in roles] == [(BEST, name)]
