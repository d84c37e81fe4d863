"""Who sees which requests, and which command is whose?"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.dols.projections.assessors import assessors
from tests.dols.asking import (
    BIA,
    COMMANDS,
    DOCTOR,
    SETTLEMENT,
    an_entry,
    asks,
    does,
    history,
    kind,
    sees,
    send,
)
from tests.support.house import Home, House, key

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_assessor_sees_the_cases_they_have_or_were_offered_and_no_other(
    home: Home, coordinator: httpx.AsyncClient, bia: httpx.AsyncClient, case: str
) -> None:
    path = f"/v1/dols-requests/{case}/case"
    assert kind(await bia.get(path)) == "not-found"
    offer = await does(coordinator, case, "offers")
    assert (await bia.get(path)).status_code == 200
    least = {"X-Min-Position": offer.headers["X-Log-Position"]}
    mine = (await bia.get("/v1/dols-allocations", headers=least)).json()
    assert case in [it["request"] for it in mine]
    then = {"known_at": (await sees(bia, case))["case"]["history"][-1]["recorded_at"]}
    assert kind(await send(bia, case, "assessments")) == "not-allocated"
    await does(bia, case, "declines")
    assert kind(await send(bia, case, "allocations")) == "not-offered"
    assert kind(await bia.get(path)) == "not-found"
    assert kind(await bia.get(path, params=then)) == "not-found", "nor as it was then"
    assert (await coordinator.get(path, params=then)).status_code == 200
    async with home.client("not.registered", "assessor") as other:
        answer = await send(other, case, "allocations")
        assert (answer.status_code, kind(answer)) == (404, "not-found")


# Lists


async def test_the_queue_shows_who_waits_and_figures_count_them(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    scored = await does(coordinator, case, "priority", answers={"court": "yes"})
    least = {"X-Min-Position": scored.headers["X-Log-Position"]}
    found, more = list[Any](), dict[str, Any]()
    while True:
        page = await coordinator.get("/v1/dols-queue", params={"limit": 2} | more, headers=least)
        found += page.json()["items"]
        if page.json()["next"] is None:
            break
        more = {"after": page.json()["next"]}
    ids = [it["request"] for it in found]
    assert len(ids) == len({*ids})
    (mine,) = [it for it in found if it["request"] == case]
    assert (mine["band"], mine["days_waited"]) == ("priority-band@1:high", 0)
    bands = [it["band"] == "priority-band@1:high" for it in found if not it["after_decision"]]
    assert bands == sorted(bands, reverse=True), "High comes first"
    counted = (await coordinator.get("/v1/figures", headers=least)).json()
    assert counted["waiting"] == sum(not it["after_decision"] for it in found)
    assert counted["received_by_setting"]["care-home"] >= 1


# The register


async def test_an_assessor_is_registered_changed_and_suspended(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"new-{uuid4()}"
    entry = await an_entry(home)
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    again = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    assert (again.status_code, kind(again)) == (409, "already-registered")
    changes = f"{made.headers['Location']}/changes"
    out = entry | {"suspended": True}
    stale = await coordinator.post(changes, json=out, headers=key() | {"If-Match": '"7"'})
    assert stale.status_code == 412
    done = await coordinator.post(changes, json=out, headers=key() | {"If-Match": '"1"'})
    assert done.status_code == 204
    assert kind(await send(coordinator, case, "offers", assessor=name)) == "assessor-suspended"
    least = {"X-Min-Position": done.headers["X-Log-Position"]}
    page = await coordinator.get("/v1/assessors", params={"limit": 200}, headers=least)
    (mine,) = [it for it in page.json()["items"] if it["name"] == name]
    assert (mine["suspended"], mine["training_in_date"], mine["version"]) == (True, True, 2)


async def being_built(shared_house: House, *, done: bool) -> None:
    """Let the register's table be as it is while it is built, or is built."""
    connection = await asyncpg.connect(shared_house.owner("dols"))
    query = "update work.projection set ready = $2 where name = $1"
    assert await connection.execute(query, assessors.name, done) == "UPDATE 1"
    await connection.close()


async def test_who_waits_is_allocated_while_the_registers_table_is_built_anew(
    shared_house: House, home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    name = f"new-{uuid4()}"
    entry = await an_entry(home, name=name, employer="assessor-employer@1:council")
    await coordinator.post("/v1/assessors", json=entry, headers=key())
    cases = [(await asks(ward))["id"] for _ in range(3)]
    await does(coordinator, cases[0], "allocations", assessor=name)
    await being_built(shared_house, done=False)
    try:
        assert (await coordinator.get("/v1/assessors")).status_code == 503
        await does(coordinator, cases[1], "offers", assessor=name)
        await does(coordinator, cases[1], "allocations", assessor=name)
        for what in ("offers", "allocations"):
            refused = await send(coordinator, cases[2], what, assessor=name)
            assert kind(refused) == "no-room-this-week", "what was taken on is counted all the same"
    finally:
        await being_built(shared_house, done=True)


# What is refused


COORDINATES = (
    "priority", "consideration", "questions", SETTLEMENT, "place", "location-mistake", "presence",
    "offers", "releases", "suspension-notice", "resumption-notice", "reviews",
)  # fmt: skip
BOTH = ("allocations", "declines")


BEHIND = {"assessments": (404, "not-found")}
"""To an assessor whom nobody asked, its version says no more than it does."""


@pytest.mark.parametrize("what", COMMANDS)
async def test_every_command_says_who_it_is_and_which_it_is(
    home: Home, case: str, what: str
) -> None:
    async def refused(answer: httpx.Response) -> tuple[int, str]:
        assert len(await history(home, case)) == 2, "nothing was recorded"
        return answer.status_code, kind(answer)

    async with home.client("rosewood-house", "dols.write", "screener") as partner:
        assert await refused(await send(partner, case, what)) == (403, "forbidden")
        del partner.headers["Authorization"]
        assert await refused(await send(partner, case, what)) == (401, "unauthenticated")
    soon = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the service's clock is the real one
    async with home.client(BIA, "dols-coordinator", "dols-signatory", "assessor") as anybody:
        for headers, body, status, problem in (
            ({}, {}, 422, "unreadable"),
            (key() | {"If-Match": '"7"'}, {}, *BEHIND.get(what, (412, "conflict"))),
            (key(), {"misspelt": 1}, 422, "unreadable"),
            (key(), {"effective_at": soon.isoformat()}, 422, "not-yet"),
        ):
            answer = await send(anybody, case, what, headers=headers, **body)
            assert await refused(answer) == (status, problem), body
        missing = await send(anybody, uuid4(), what)
        assert (missing.status_code, kind(missing)) == (404, "not-found")


@pytest.mark.parametrize("what", COMMANDS)
async def test_each_command_is_for_its_own_roles(home: Home, case: str, what: str) -> None:
    may = {
        "dols-coordinator": (*COORDINATES, *BOTH), "assessor": (*BOTH, "assessments"),
        "dols-signatory": (
            "extension", "extension-refusal", "decision", "cease", "review-outcome",
        ),
        "safeguarding-adults-manager": (),
    }  # fmt: skip
    for role, what_they_may in may.items():
        async with home.client("somebody", role) as client:
            answer = await send(client, uuid4(), what)
        assert answer.status_code == (404 if what in what_they_may else 403), role
    assert len(await history(home, case)) == 2


@pytest.mark.parametrize(
    ("who", "what", "changed", "status", "problem"),
    [
        ("cora", "priority", {"answers": {"objection": "loud"}}, 422, "unreadable"),
        ("cora", "priority", {"answers": {"colour": 1}}, 422, "unreadable"),
        ("sig", "extension", {}, 409, "no-urgent-authorisation"),
        ("sig", "extension", {"days": 8}, 422, "unreadable"),
        ("sig", "extension-refusal", {}, 409, "no-urgent-authorisation"),
        ("cora", "place", {"run_by_council": True}, 422, "unreadable"),
        ("cora", "location-mistake", {}, 428, "precondition-required"),
        ("cora", "location-mistake", {"reasons": ""}, 422, "unreadable"),
        ("cora", "location-mistake", {"location": "the house"}, 422, "unreadable"),
        ("cora", "releases", {}, 428, "precondition-required"),
        ("cora", "releases", {"words": ""}, 422, "unreadable"),
        ("cora", "presence", {}, 428, "precondition-required"),
        ("cora", "presence", {"reasons": ""}, 422, "unreadable"),
        ("cora", SETTLEMENT, {}, 409, "question-not-open"),
        ("cora", SETTLEMENT, {"reasons": ""}, 422, "unreadable"),
        ("cora", "questions", {"missing": []}, 422, "unreadable"),
        ("cora", "questions", {"missing": ["dols-field@1:shoe-size"]}, 409, "word-not-listed"),
        ("cora", "offers", {"assessor": DOCTOR}, 409, "assessor-not-eligible"),
        ("cora", "offers", {"role": "assessor-role@1:friend"}, 409, "word-not-listed"),
        ("cora", "offers", {"declared": {"related": "yes"}}, 409, "assessor-related"),
        ("cora", "offers", {"assessor": "nobody.known"}, 404, "not-found"),
        ("cora", "allocations", {"declared": {}}, 409, "not-declared"),
        ("cora", "allocations", {"assessor": None}, 422, "unreadable"),
        ("cora", "declines", {}, 409, "not-offered"),
        (BIA, "allocations", {}, 404, "not-found"),
        (BIA, "declines", {}, 404, "not-found"),
        (BIA, "assessments", {}, 404, "not-found"),
        (BIA, "assessments", {"recommended_days": 0}, 422, "unreadable"),
        ("sig", "cease", {}, 428, "precondition-required"),
        ("sig", "cease", {"words": ""}, 422, "unreadable"),
        ("sig", "cease", {"ceased_on": "tomorrow"}, 422, "unreadable"),
        ("sig", "review-outcome", {}, 428, "precondition-required"),
        ("sig", "review-outcome", {"words": ""}, 422, "unreadable"),
        ("sig", "review-outcome", {"completed_on": "tomorrow"}, 422, "unreadable"),
        ("cora", "reviews", {}, 409, "nothing-granted"),
        ("cora", "reviews", {"grounds": []}, 422, "unreadable"),
        ("cora", "reviews", {"words": ""}, 422, "unreadable"),
        (
            "cora",
            "reviews",
            {"asked_by": "review-asked-by@1:managing-authority"},
            422,
            "unreadable",
        ),
        ("sig", "decision", {"not_grant": None}, 422, "unreadable"),
        (
            "sig",
            "decision",
            {"grant": {"starts_on": "2026-01-01", "ends_on": "2026-02-01"}},
            422,
            "unreadable",
        ),
        (
            "sig",
            "decision",
            {"not_grant": {"reason": "not-granted-reason@1:has-capacity"}},
            409,
            "reason-not-borne-out",
        ),
        (
            "sig",
            "decision",
            {"not_grant": None, "grant": {"starts_on": "2026-01-01", "ends_on": "2026-02-01"}},
            409,
            "requirements-not-met",
        ),
    ],
)
async def test_what_does_not_hold_is_refused(
    home: Home, case: str, who: str, what: str, changed: Any, status: int, problem: str
) -> None:
    roles = {"cora": "dols-coordinator", "sig": "dols-signatory", BIA: "assessor"}
    async with home.client(who, roles[who]) as client:
        answer = await send(client, case, what, **changed)
    assert (answer.status_code, kind(answer)) == (status, problem), answer.text
    assert len(await history(home, case)) == 2
