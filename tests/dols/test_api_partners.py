"""What may a managing authority send, and what does it hear?"""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.dols.events import RequestReceived, RequestWithdrawn
from tests.dols.asking import COMMANDS, FORM, asks, does, history, kind
from tests.support.house import Home, House, key
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_receipt_says_when_it_is_due_and_what_happens_next(ward: httpx.AsyncClient) -> None:
    answer = await ward.post("/v1/dols-requests", json=FORM, headers=key())
    receipt = answer.json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"2"')
    assert answer.headers["Location"] == f"/v1/dols-requests/{receipt['id']}"
    assert (receipt["status"], receipt["checks"], receipt["urgent"]) == ("received", [], None)
    assert receipt["reference"].startswith("DR-")
    assert receipt["partner_reference"] == "RW-2026-0119"
    assert receipt["statutory_due_on"] > receipt["received_on"]
    assert "order of priority" in receipt["what_happens_next"]
    for word in ("Hollowell", "Dementia", "low", "score"):
        assert word not in answer.text


async def test_a_renewal_of_what_cannot_be_is_asked_after_and_not_relied_on(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient
) -> None:
    receipt = await asks(ward, authorisation_ends_on="2126-11-10")
    assert [(it["code"], it["field"]) for it in receipt["checks"]] == [
        ("authorisation-end-impossible", "authorisation_ends_on")
    ]
    assert receipt["renewal"] is None
    assert receipt["cover"]["code"] == "dols-cover@1:none"
    shown = await coordinator.get(f"/v1/dols-requests/{receipt['id']}/case")
    assert shown.json()["case"]["authorisation_ends_on"] is None


async def test_a_late_renewal_says_at_once_that_nothing_authorises_it(
    home: Home, ward: httpx.AsyncClient
) -> None:
    yesterday = f"{(await home.runtime.log.now()) - timedelta(days=1):%Y-%m-%d}"
    receipt = await asks(ward, authorisation_ends_on=yesterday)
    assert [it["code"] for it in receipt["checks"]] == ["authorisation-ended"]
    assert (receipt["cover"]["code"], receipt["cover"]["day"]) == (
        "dols-cover@1:unprotected", yesterday
    )  # fmt: skip
    assert "Keep restrictions to the least" in receipt["cover"]["says"]


async def test_of_an_urgent_authorisation_its_end_is_explained(ward: httpx.AsyncClient) -> None:
    urgent = {"given_on": "2023-06-01", "days": 9, "reasons": "Tonight."}
    receipt = await asks(ward, urgent=urgent)
    assert receipt["urgent"]["ends_on"] == "2023-06-07"
    assert "nothing authorises" in receipt["urgent"]["meaning"]
    assert [it["code"] for it in receipt["checks"]] == ["urgent-longer-than-7-days"]


BODIES: dict[str, bytes] = {
    "nothing": b"{}",
    "something else": b'{"colour": ["red"], "person": 7}',
    "deep": b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "large": json.dumps({"purpose": "x" * 200_000}).encode(),
    "a surrogate": b'{"purpose": "\\ud800"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_any_object_is_kept_exactly_as_sent(ward: httpx.AsyncClient, body: bytes) -> None:
    answer = await ward.post("/v1/dols-requests", content=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["checks"][-1]["code"] == "repeats-not-recognisable"
    sent = await ward.get(f"{answer.headers['Location']}/document")
    assert sent.content == body


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": NaN}', b'{"a": "\xff"}'])
async def test_what_is_no_object_is_a_bad_request(ward: httpx.AsyncClient, body: bytes) -> None:
    assert (await ward.post("/v1/dols-requests", content=body)).status_code == 400


async def test_a_repeat_gets_the_first_answer(ward: httpx.AsyncClient) -> None:
    once = key()
    first, again = [await ward.post("/v1/dols-requests", json=FORM, headers=once) for _ in "12"]
    assert again.json() == first.json()
    other = await ward.post("/v1/dols-requests", json={}, headers=once)
    assert (other.status_code, kind(other)) == (422, "key-reused")


async def test_the_words_rest_shut(home: Home, ward: httpx.AsyncClient, case: str) -> None:
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    for word in (b"Hollowell", b"Dementia", b"1941", b"Martin", b"Priya", b"RW-2026"):
        assert not any(word in row["body"] for row in rows), word
    told = {"what_changed": "Marigold fell."}
    await ward.post(f"/v1/dols-requests/{case}/circumstances", json=told, headers=key())
    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    assert not any(b"Marigold" in row["body"] for row in rows)


async def test_what_is_anothers_is_not_there(home: Home, case: str) -> None:
    async with home.client("other-house", "dols.write", "dols.read") as other:
        for path in ("", "/document"):
            answer = await other.get(f"/v1/dols-requests/{case}{path}")
            assert (answer.status_code, kind(answer)) == (404, "not-found")
        headers = key() | {"If-Match": '"2"'}
        for what, body in (("circumstances", {}), ("withdrawal", {"reason": "x"})):
            answer = await other.post(
                f"/v1/dols-requests/{case}/{what}", json=body, headers=headers
            )
            assert (answer.status_code, kind(answer)) == (404, "not-found")
    assert len(await history(home, case)) == 2


async def test_a_change_of_circumstances_scores_again(
    home: Home, ward: httpx.AsyncClient, case: str
) -> None:
    told = {"still_here": "yes", "care": {"objection": "consistent", "restraint": "regular"}}
    path = f"/v1/dols-requests/{case}/circumstances"
    answer = await ward.post(path, json=told, headers=key())
    assert (answer.status_code, answer.json()["told"], answer.json()["checks"]) == (201, 1, [])
    scored = (await history(home, case))[-1].fact
    assert scored.priority.band == "priority-band@1:high"
    keyless = await ward.post(path, json={"colour": 1})
    assert [it["code"] for it in keyless.json()["checks"]] == [
        "unknown-member", "repeats-not-recognisable"
    ]  # fmt: skip
    status = (await ward.get(f"/v1/dols-requests/{case}")).json()
    assert status["told"] == 2
    assert (await ward.post(path, content=b"[]")).status_code == 400


async def test_a_request_is_taken_back_by_who_has_seen_where_it_stands(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient, case: str
) -> None:
    path, reason = f"/v1/dols-requests/{case}", {"reason": "She went home."}
    assert (await ward.post(f"{path}/withdrawal", json=reason, headers=key())).status_code == 428
    seen = key() | {"If-Match": (await ward.get(path)).headers["ETag"]}
    back = await ward.post(f"{path}/withdrawal", json=reason, headers=seen)
    assert back.status_code == 204
    assert isinstance((await history(home, case))[-1].fact, RequestWithdrawn)
    assert (await ward.get(path)).json()["status"] == "withdrawn"
    again = await ward.post(
        f"{path}/withdrawal", json=reason, headers=key() | {"If-Match": back.headers["ETag"]}
    )
    assert (again.status_code, kind(again)) == (409, "request-withdrawn-already")
    await does(signatory, case, "decision", not_grant={"reason": "not-granted-reason@1:withdrawn"})
    status = (await ward.get(path)).json()
    assert (status["status"], status["decision"]["reason"]) == (
        "not-granted", "not-granted-reason@1:withdrawn"
    )  # fmt: skip


async def test_a_sender_is_told_the_decision_and_no_words_of_it(
    ward: httpx.AsyncClient, signatory: httpx.AsyncClient, case: str
) -> None:
    await does(signatory, case, "decision")
    answer = await ward.get(f"/v1/dols-requests/{case}")
    assert COMMANDS["decision"]["words"] not in answer.text
    decision = answer.json()["decision"]
    assert (decision["granted"], decision["reason"]) == (False, "not-granted-reason@1:died")


async def test_a_sender_asks_what_was_known_then(ward: httpx.AsyncClient, case: str) -> None:
    path = f"/v1/dols-requests/{case}"
    now = (await ward.get(path)).json()
    then = await ward.get(path, params={"effective_at": now["received_at"]})
    assert (then.status_code, "ETag" in then.headers) == (200, False)
    assert then.json() == now
    before = await ward.get(path, params={"known_at": "2020-01-01T00:00:00Z"})
    assert before.status_code == 404


async def test_a_sender_lists_their_own(home: Home) -> None:
    async with home.client(f"house-{uuid4()}", "dols.write", "dols.read") as client:
        sent = [(await asks(client))["id"] for _ in range(3)]
        found, more = list[str](), dict[str, Any]()
        head = str(await home.runtime.log.head())
        for _ in range(2):
            page = await client.get(
                "/v1/dols-requests", params={"limit": 2} | more, headers={"X-Min-Position": head}
            )
            found += [it["request"] for it in page.json()["items"]]
            more = {"after": page.json()["next"]}
    assert found == sent


async def test_of_a_person_whose_key_is_gone_the_status_stays(
    shared_house: House, home: Home, ward: httpx.AsyncClient, case: str
) -> None:
    received = (await history(home, case))[0].fact
    assert isinstance(received, RequestReceived)
    await forget(shared_house.owner("vault"), home.runtime.log.vault, received.document.subject)
    status = (await ward.get(f"/v1/dols-requests/{case}")).json()
    assert (status["partner_reference"], status["status"]) == (None, "received")
    gone = await ward.get(f"/v1/dols-requests/{case}/document")
    assert (gone.status_code, kind(gone)) == (410, "key-gone")


async def test_staff_have_no_way_in_here_and_partners_none_there(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, case: str
) -> None:
    for path in ("", "/document"):
        answer = await coordinator.get(f"/v1/dols-requests/{case}{path}")
        assert kind(answer) == "forbidden"
    for path in (f"dols-requests/{case}/case", "dols-queue", "figures", "assessors"):
        assert kind(await ward.get(f"/v1/{path}")) == "forbidden"
