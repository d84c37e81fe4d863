"""What may coordinators, assessors and signatories do, and what do they see?"""

from asyncio import create_task, gather, wait, wait_for
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.dols.api.staff import turn
from services.dols.events import AssessorAllocated, AuthorisationGranted
from services.dols.rules.independence import assessor_id
from tests.dols.asking import (
    BIA,
    BY_THE_BIA,
    BY_THE_DOCTOR,
    COMMANDS,
    DOCTOR,
    MENTAL,
    asks,
    assesses,
    does,
    history,
    kind,
    sees,
    send,
)
from tests.support.house import Home, House, key
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def today(home: Home, **more: float) -> str:
    return f"{(await home.runtime.log.now()) + timedelta(**more):%Y-%m-%d}"


async def staffed(coordinator: httpx.AsyncClient, case: str) -> None:
    """Let both roles be had."""
    await does(coordinator, case, "allocations")
    await does(coordinator, case, "allocations", role=MENTAL, assessor=DOCTOR)


async def test_a_request_from_its_offer_to_its_authorisation(
    home: Home,
    ward: httpx.AsyncClient,
    coordinator: httpx.AsyncClient,
    bia: httpx.AsyncClient,
    doctor: httpx.AsyncClient,
    signatory: httpx.AsyncClient,
    case: str,
) -> None:
    on = await today(home)
    await does(coordinator, case, "offers", headers=key() | {"If-Match": '"2"'})
    shown = (await sees(bia, case))["case"]
    assert shown["roles"][0]["status"] == "allocation@1:offered"
    await does(bia, case, "allocations", assessor=None)
    await does(coordinator, case, "offers", role=MENTAL, assessor=DOCTOR)
    await does(doctor, case, "declines", role=MENTAL)
    await does(coordinator, case, "allocations", role=MENTAL, assessor=DOCTOR)
    allocated = (await history(home, case))[-1].fact
    assert isinstance(allocated, AssessorAllocated)
    assert (allocated.standing.version, allocated.standing.assessor) == (1, assessor_id(DOCTOR))

    await assesses(doctor, case, *BY_THE_DOCTOR, on=on)
    await assesses(bia, case, *BY_THE_BIA, on=on)
    shown = (await sees(signatory, case))["case"]
    assert shown["stage"] == "dols-stage@1:awaiting-signature"
    assert {it["result"] for it in shown["requirements"]} == {"assessment-result@1:satisfied"}
    assert "sign-off" in [it["kind"] for it in shown["due"]]

    ends = await today(home, days=89)
    longer = {"starts_on": on, "ends_on": await today(home, days=90)}
    refused = await send(signatory, case, "decision", not_grant=None, grant=longer)
    assert kind(refused) == "longer-than-recommended"
    grant = {"starts_on": on, "ends_on": ends, "conditions": ["Walks with Martin."]}
    await does(signatory, case, "decision", not_grant=None, grant=grant)
    fact = (await history(home, case))[-1]
    assert isinstance(fact.fact, AuthorisationGranted)
    assert (fact.act.actor, fact.act.role) == ("sig", "dols-signatory")
    shown = (await sees(signatory, case))["case"]
    assert (shown["decision"]["legal_test"], shown["due"]) == ("legal-test@1:agni-2026", [])
    assert shown["decision"]["citation"] == "[2026] UKSC 16"
    assert "the representative" in shown["decision"]["copies_owed_to"]
    told = (await ward.get(f"/v1/dols-requests/{case}")).json()
    assert told["decision"] == {
        "granted": True, "decided_on": on, "starts_on": on, "ends_on": ends, "reason": None
    }  # fmt: skip
    assert kind(await send(coordinator, case, "priority")) == "request-decided"


async def test_a_person_scores_afresh_and_the_score_explains_itself(
    coordinator: httpx.AsyncClient, case: str
) -> None:
    first = (await sees(coordinator, case))["case"]["priority"]
    assert (first["by"], first["priority"]["band"]) == (
        "priority-by@1:receipt", "priority-band@1:low"
    )  # fmt: skip
    await does(coordinator, case, "priority")
    after = (await sees(coordinator, case))["case"]["priority"]
    assert (after["by"], after["scored_by"]) == ("priority-by@1:staff", "cora")
    assert after["priority"]["confidence"] == "confidence@1:low"
    assert "Objection (consistent): +4." in after["explained"]


async def test_an_urgent_authorisation_is_extended_by_a_signatory(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient
) -> None:
    urgent = {
        "given_on": await today(home), "days": 7, "reasons": "x", "extension_requested": True
    }  # fmt: skip
    case = (await asks(ward, urgent=urgent))["id"]
    await does(signatory, case, "extension")
    told = (await ward.get(f"/v1/dols-requests/{case}")).json()["urgent"]
    assert (told["extended"], told["ends_on"]) == (True, await today(home, days=13))
    assert told["extension"] == "extended"
    assert kind(await send(signatory, case, "extension")) == "urgent-extended-before"


async def test_an_extension_that_is_asked_for_has_a_time_and_may_be_refused(
    home: Home,
    ward: httpx.AsyncClient,
    coordinator: httpx.AsyncClient,
    signatory: httpx.AsyncClient,
) -> None:
    urgent = {
        "given_on": await today(home), "days": 7, "reasons": "x", "extension_requested": True
    }  # fmt: skip
    case = (await asks(ward, urgent=urgent))["id"]
    (due,) = [it for it in (await sees(coordinator, case))["case"]["due"]
              if it["kind"] == "extension"]  # fmt: skip
    told = (await ward.get(f"/v1/dols-requests/{case}")).json()["urgent"]
    assert (told["extension"], told["extension_due_at"]) == ("asked", due["due_at"])
    await does(signatory, case, "extension-refusal")
    shown = await sees(coordinator, case)
    assert "extension" not in [it["kind"] for it in shown["case"]["due"]]
    assert "A doctor is free tomorrow." in [it["words"] for it in shown["words"]]
    answer = await ward.get(f"/v1/dols-requests/{case}")
    told = answer.json()["urgent"]
    assert (told["extension"], told["reasons"]) == ("refused", "A doctor is free tomorrow.")
    await ward.post(
        f"/v1/dols-requests/{case}/circumstances", json={"extension_requested": "yes"},
        headers=key(),
    )  # fmt: skip
    told = (await ward.get(f"/v1/dols-requests/{case}")).json()["urgent"]
    assert (told["extension"], told["reasons"]) == ("asked", None), "asked once more"
    await does(signatory, case, "extension-refusal", reasons="Nothing exceptional.")
    told = (await ward.get(f"/v1/dols-requests/{case}")).json()["urgent"]
    assert told["reasons"] == "Nothing exceptional."
    assert kind(await send(signatory, case, "extension")) == "extension-not-requested"


async def test_who_is_no_longer_there_is_granted_nothing_five_minutes_later(
    home: Home,
    ward: httpx.AsyncClient,
    coordinator: httpx.AsyncClient,
    bia: httpx.AsyncClient,
    doctor: httpx.AsyncClient,
    signatory: httpx.AsyncClient,
    case: str,
) -> None:
    on = await today(home)
    await staffed(coordinator, case)
    await assesses(doctor, case, *BY_THE_DOCTOR, on=on)
    await assesses(bia, case, *BY_THE_BIA, on=on)
    told = {"still_here": "no", "what_changed": "She died in the night."}
    await ward.post(f"/v1/dols-requests/{case}/circumstances", json=told, headers=key())
    grant = {"starts_on": on, "ends_on": await today(home, days=30)}
    refused = await send(signatory, case, "decision", not_grant=None, grant=grant)
    assert kind(refused) == "person-no-longer-there"
    for who, what in ((coordinator, "offers"), (coordinator, "allocations"), (bia, "assessments")):
        but = {"assessed_on": on} if what == "assessments" else {}
        assert kind(await send(who, case, what, **but)) == "person-no-longer-there"
    assert (await sees(coordinator, case))["case"]["gone_at"]
    await does(signatory, case, "decision")


async def test_who_runs_the_place_is_asked_and_recorded_before_our_own_assessor_is(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    unsaid = {"name": "Rosewood House", "cqc_location_id": "1-101000001", "kind": "care-home"}
    receipt = await asks(ward, managing_authority=unsaid)
    assert [(it["code"], it["field"]) for it in receipt["checks"]] == [
        ("missing", "managing_authority.run_by_council")
    ]
    case = receipt["id"]
    assert (await sees(coordinator, case))["case"]["run_by_council"] == "unknown"
    refused = await send(coordinator, case, "offers")
    assert kind(refused) == "run-by-council-unknown"
    assert refused.json()["title"].startswith("Record first whether the council runs the place")
    await does(coordinator, case, "place", run_by_council="no")
    await does(coordinator, case, "offers")
    told = {"run_by_council": True}
    await ward.post(f"/v1/dols-requests/{case}/circumstances", json=told, headers=key())
    assert (await sees(coordinator, case))["case"]["run_by_council"] == "yes"
    assert kind(await send(coordinator, case, "allocations")) == "assessor-employed-by-both"
    perhaps = await send(coordinator, case, "place", run_by_council="unknown")
    assert (perhaps.status_code, kind(perhaps)) == (422, "unreadable")


async def test_a_request_that_nobody_took_back_does_not_end_as_withdrawn(
    signatory: httpx.AsyncClient, case: str
) -> None:
    withdrawn = {"reason": "not-granted-reason@1:withdrawn"}
    refused = await send(signatory, case, "decision", not_grant=withdrawn)
    assert (refused.status_code, kind(refused)) == (409, "nobody-withdrew")


async def test_nobody_takes_on_more_requests_in_a_week_than_the_register_says(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    name = f"new-{uuid4()}"
    entry: dict[str, Any] = {
        "kinds": ["assessor-kind@1:bia"], "trained_on": await today(home, days=-30),
        "employer": "assessor-employer@1:independent", "weekly_capacity": 2,
    }  # fmt: skip
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    cases = [(await asks(ward))["id"] for _ in range(5)]
    answers = await gather(
        *(send(coordinator, it, "allocations", assessor=name) for it in cases[:4])
    )
    taken = [it.status_code == 204 for it in answers]
    assert taken.count(True) == 2, "however many are recorded at once"
    refused = answers[taken.index(False)]
    assert (refused.status_code, kind(refused)) == (409, "no-room-this-week")
    assert "what the register says" in refused.json()["title"]
    assert kind(await send(coordinator, cases[4], "offers", assessor=name)) == "no-room-this-week"
    again = await send(coordinator, cases[taken.index(True)], "allocations", assessor=name)
    assert again.status_code == 204, "what they have they have"
    more = entry | {"weekly_capacity": 4, "suspended": False}
    await coordinator.post(f"{made.headers['Location']}/changes", json=more, headers=key())
    await does(coordinator, cases[4], "offers", assessor=name)
    async with home.client(name, "assessor") as theirs:
        head = {"X-Min-Position": str(await home.runtime.log.head())}
        first = await theirs.get("/v1/dols-allocations", params={"limit": 2}, headers=head)
        assert first.links["next"]["rel"] == "next"
        rest = await theirs.get(first.links["next"]["url"])
    assert ([len(it.json()) for it in (first, rest)], rest.links) == ([2, 1], {})
    shown = [it["request"] for page in (first, rest) for it in page.json()]
    assert len({*shown}) == 3, "each of them once"


async def test_who_is_allocated_waits_for_nobody_but_themselves(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    async with turn(home.runtime.log, "somebody-else"):
        await wait_for(does(coordinator, case, "allocations"), 10)
    async with turn(home.runtime.log, BIA):
        waits = create_task(does(coordinator, case, "allocations"))
        assert not (await wait([waits], timeout=0.5))[0]
    await waits


async def test_an_urgent_authorisation_dated_ahead_counts_from_its_receipt(
    home: Home, ward: httpx.AsyncClient
) -> None:
    urgent = {"given_on": await today(home, days=365), "days": 7, "reasons": "x"}
    told = await asks(ward, urgent=urgent)
    assert told["urgent"]["ends_on"] == await today(home, days=6)
    assert ("looks-wrong", "urgent.given_on") in [
        (it["code"], it["field"]) for it in told["checks"]
    ]


async def test_who_asks_for_an_extension_too_late_is_told_so(
    home: Home, ward: httpx.AsyncClient, case: str
) -> None:
    path, asks_for = "/v1/dols-requests/{}/circumstances", {"extension_requested": "yes"}
    answer = await ward.post(path.format(case), json=asks_for, headers=key())
    assert [it["code"] for it in answer.json()["checks"]] == ["extension-too-late"]
    urgent = {"given_on": await today(home), "days": 7, "reasons": "x"}
    other = (await asks(ward, urgent=urgent))["id"]
    answer = await ward.post(path.format(other), json=asks_for, headers=key())
    assert answer.json()["checks"] == []


async def test_who_was_suspended_since_they_accepted_assesses_nothing(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"new-{uuid4()}"
    entry: dict[str, Any] = {
        "kinds": ["assessor-kind@1:bia"], "trained_on": await today(home, days=-30),
        "employer": "assessor-employer@1:independent", "weekly_capacity": 2,
    }  # fmt: skip
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    await does(coordinator, case, "allocations", assessor=name)
    changes = f"{made.headers['Location']}/changes"
    await coordinator.post(changes, json=entry | {"suspended": True}, headers=key())
    async with home.client(name, "assessor") as suspended:
        assert kind(await send(suspended, case, "assessments")) == "assessor-suspended"


async def test_what_the_managing_authority_told_is_considered(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    assert kind(await send(coordinator, case, "consideration")) == "nothing-was-told"
    await ward.post(
        f"/v1/dols-requests/{case}/circumstances", json={"still_needed": "no"}, headers=key()
    )
    assert (await sees(coordinator, case))["case"]["told_at"]
    await does(coordinator, case, "consideration")
    assert (await sees(coordinator, case))["case"]["told_at"] is None


# Words


async def test_the_words_of_a_case_are_opened_here(
    home: Home, coordinator: httpx.AsyncClient, bia: httpx.AsyncClient, case: str
) -> None:
    await staffed(coordinator, case)
    await assesses(bia, case, "age", on=await today(home))
    told = {(it["what"], it["version"]): it["words"] for it in (await sees(bia, case))["words"]}
    assert told["adult", 1]["person.name"] == "Edith Hollowell"
    assert told["others", 1]["signer.name"] == "Priya Anand"
    assert told["words", 5] == "Born in 1941."
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    assert not any(b"Born in" in row["body"] for row in rows)


async def test_of_a_person_whose_key_is_gone_only_the_codes_are_left(
    shared_house: House, home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    await does(coordinator, case, "priority")
    before = (await sees(coordinator, case))["case"]
    subject = (await history(home, case))[0].fact.adult.subject
    await forget(shared_house.owner("vault"), home.runtime.log.vault, subject)
    after = await sees(coordinator, case)
    assert after["case"] == before
    told = {it["what"]: it["words"] for it in after["words"]}
    assert (told["adult"], told["evidence"]) == (None, None)
    assert told["others"]["signer.name"] == "Priya Anand"


async def test_a_case_as_known_at_a_day_has_no_version_to_act_on(
    coordinator: httpx.AsyncClient, case: str
) -> None:
    first = (await sees(coordinator, case))["case"]
    await does(coordinator, case, "priority")
    then = await coordinator.get(
        f"/v1/dols-requests/{case}/case", params={"effective_at": first["received_at"]}
    )
    assert ("ETag" in then.headers, then.json()["case"]["version"]) == (False, 2)
    now = await coordinator.get(f"/v1/dols-requests/{case}/case")
    assert (now.headers["ETag"], now.json()["case"]["version"]) == ('"3"', 3)
    never = {"known_at": "2020-01-01T00:00:00Z"}
    gone = await coordinator.get(f"/v1/dols-requests/{case}/case", params=never)
    assert (gone.status_code, kind(gone)) == (404, "not-found")


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
    bands = [it["band"] == "priority-band@1:high" for it in found]
    assert bands == sorted(bands, reverse=True), "High comes first"
    counted = (await coordinator.get("/v1/figures", headers=least)).json()
    assert counted["waiting"] == len(found)
    assert counted["received_by_setting"]["care-home"] >= 1


# The register


async def test_an_assessor_is_registered_changed_and_suspended(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"new-{uuid4()}"
    entry: dict[str, Any] = {
        "kinds": ["assessor-kind@1:bia"], "trained_on": await today(home, days=-30),
        "employer": "assessor-employer@1:independent", "weekly_capacity": 2,
    }  # fmt: skip
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


# What is refused


COORDINATES = ("priority", "consideration", "questions", "place", "offers")
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
        "dols-signatory": ("extension", "extension-refusal", "decision"),
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
