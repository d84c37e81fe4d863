"""What may coordinators, assessors and signatories do, and what do they see?"""

from asyncio import create_task, gather, wait, wait_for
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
    DOCTOR,
    MENTAL,
    an_entry,
    asks,
    assesses,
    does,
    history,
    kind,
    sees,
    send,
    staffed,
    today,
)
from tests.support.house import Home, House, key
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
    assert shown["decision"]["legal_test"] == "legal-test@1:agni-2026"
    assert [it["kind"] for it in shown["due"]] == ["end-reminder", "end"]
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
    assert "if you ask" not in told["meaning"], "nor may it be asked for once more"
    for what in ("circumstances", "answers"):
        path, again = f"/v1/dols-requests/{case}/{what}", {"extension_requested": "yes"}
        (check,) = (await ward.post(path, json=again, headers=key())).json()["checks"]
        assert (check["code"], check["field"]) == ("extension-asked-before", "extension_requested")
        assert "asked for once only" in check["message"]
    assert (await ward.get(f"/v1/dols-requests/{case}")).json()["urgent"] == told
    for what in ("extension", "extension-refusal"):
        refused = await send(signatory, case, what)
        assert (refused.status_code, kind(refused)) == (409, "extension-refused-before")
        assert "asked for once only" in refused.json()["title"]


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


async def test_a_coordinator_takes_back_that_the_person_is_gone(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    path = f"/v1/dols-requests/{case}"
    refused = await send(coordinator, case, "presence", headers=key() | {"If-Match": '"2"'})
    assert (refused.status_code, kind(refused)) == (409, "not-told-gone")
    await ward.post(f"{path}/circumstances", json={"still_here": "no"}, headers=key())
    assert kind(await send(coordinator, case, "offers")) == "person-no-longer-there"
    assert "a signatory ends it" in (await ward.get(path)).json()["what_happens_next"]
    gone = (await sees(coordinator, case))["case"]
    seen = key() | {"If-Match": f'"{gone["version"]}"'}
    await does(coordinator, case, "presence", headers=seen)
    shown = await sees(coordinator, case)
    last = shown["case"]["history"][-1]
    assert (shown["case"]["gone_at"], last["fact"], last["by"], last["role"]) == (
        None, "dols.presence-confirmed/1", "cora", "dols-coordinator",
    )  # fmt: skip
    assert "I saw her at lunch." in [it["words"] for it in shown["words"]]
    assert "visit" in (await ward.get(path)).json()["what_happens_next"]
    await does(coordinator, case, "offers")


async def test_nobody_takes_back_that_the_person_is_gone_without_having_seen_that_it_was_told(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    def seen(version: int) -> dict[str, str]:
        return key() | {"If-Match": f'"{version}"'}

    told = f"/v1/dols-requests/{case}/circumstances"
    await ward.post(told, json={"still_here": "no"}, headers=key())
    version = len(await history(home, case))
    unseen = await send(coordinator, case, "presence")
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    await ward.post(told, json={"still_here": "no"}, headers=key())
    late = await send(coordinator, case, "presence", headers=seen(version))
    assert (late.status_code, kind(late)) == (412, "conflict"), "it was told again a minute ago"
    assert (await sees(coordinator, case))["case"]["gone_at"]
    version, nowhere = len(await history(home, case)), uuid4()
    for headers in (key(), seen(version)):
        missing = await send(coordinator, nowhere, "presence", headers=headers)
        assert (missing.status_code, kind(missing)) == (404, "not-found")
    headers = seen(version)
    await does(coordinator, case, "presence", headers=headers)
    await does(coordinator, case, "presence", headers=headers)
    assert len(await history(home, case)) == version + 1, "a repeat is the same answer"
    assert (await sees(coordinator, case))["case"]["gone_at"] is None


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
    entry = await an_entry(home)
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
    other, first = (await asks(ward, urgent=urgent))["id"], key()
    for headers, codes in (first, []), (first, []), (key(), ["extension-asked-before"]):
        answer = await ward.post(path.format(other), json=asks_for, headers=headers)
        assert [it["code"] for it in answer.json()["checks"]] == codes, "a repeat hears the same"


async def test_who_was_suspended_since_they_accepted_assesses_nothing(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"new-{uuid4()}"
    entry = await an_entry(home)
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    await does(coordinator, case, "allocations", assessor=name)
    changes = f"{made.headers['Location']}/changes"
    await coordinator.post(changes, json=entry | {"suspended": True}, headers=key())
    async with home.client(name, "assessor") as suspended:
        assert kind(await send(suspended, case, "assessments")) == "assessor-suspended"


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
