"""What may staff do with those whom the policy left to a person, and who may do what?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.events import ContactPromoted, ContactRedirected, InformationPassedOn
from shared.http.limits import Limit
from tests.intake.asking import CHILD, REASONS, REFERRAL, history, kind, sent
from tests.support.house import Home, House, key
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Those whom the policy left to a person


async def listed(home: Home, contact: httpx.AsyncClient) -> dict[str, Any]:
    """Give the rows of the screening list by adult, all pages."""
    found: dict[str, Any] = {}
    more: dict[str, Any] = {"limit": 200}
    least = {"X-Min-Position": str(await home.runtime.log.head())}
    while more:
        page = (await contact.get("/v1/screening", params=more, headers=least)).json()
        found |= {it["adult"]: it for it in page["items"]}
        more = {"limit": 200, "after": page["next"]} if page["next"] else {}
    return found


async def test_a_person_sees_whom_to_look_at_and_lets_them_go_on(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, CHILD)
    adult = told["adults"][0]["adult"]
    row = (await listed(home, contact))[adult]
    assert (row["contact"], row["reason"]) == (told["id"], "hold@1:under-18")
    assert row["what_to_do"]
    assert (row["owed_at"], row["missed"]) == (row["due_at"], 0)
    await rosewood.post(
        f"/v1/referrals/{told['id']}/amendments", json={"adults": [{"approximate_age": 90}]}
    )

    at = f"/v1/referrals/{told['id']}"
    words = await contact.get(f"{at}/words")
    assert json.loads(words.json()["document"]) == CHILD
    assert len(words.json()["amendments"]) == 1
    assert words.json()["missed"] == []
    answer = await contact.post(
        f"{at}/promotion",
        json={"adult": adult, "reasons": REASONS},
        headers=key() | {"If-Match": words.headers["ETag"]},
    )
    assert answer.status_code == 204, answer.text
    promoted, added = (await history(home, told["id"]))[-2:]
    assert isinstance(promoted.fact, ContactPromoted)
    assert isinstance(added.fact, InformationPassedOn), "triage gets what was added meanwhile"
    assert (promoted.act.actor, promoted.act.role) == ("jo", "customer-contact")
    assert adult not in await listed(home, contact)
    assert (await rosewood.get(at)).json()["status"] == "promoted"
    reasons = (await contact.get(f"{at}/words")).json()["reasons"]
    assert reasons == [{"fact": "intake.contact-promoted/1", "by": "jo", "words": REASONS}]


async def test_a_person_passes_somebody_on_and_mends_a_mistake(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, CHILD)
    at, adult = f"/v1/referrals/{told['id']}", told["adults"][0]["adult"]
    passed_on = {"adult": adult, "to": "redirection@1:children", "reasons": REASONS}
    answer = await contact.post(f"{at}/redirection", json=passed_on, headers=key())
    assert answer.status_code == 204
    assert isinstance((await history(home, told["id"]))[-1].fact, ContactRedirected)
    (status,) = (await rosewood.get(at)).json()["adults"]
    assert (status["status"], status["outcome_class"]) == ("redirected", None)
    assert REASONS not in status["says"]

    again = await contact.post(f"{at}/redirection", json=passed_on, headers=key())
    assert (again.status_code, again.headers["ETag"]) == (204, '"3"')
    promotion = {"adult": adult, "reasons": "A slip."}
    assert (await contact.post(f"{at}/promotion", json=promotion, headers=key())).is_success
    for what, body in (("promotion", promotion), ("redirection", passed_on)):
        late = await contact.post(f"{at}/{what}", json=body, headers=key())
        assert (late.status_code, kind(late)) == (409, "already-promoted")


async def test_nobody_is_passed_on_past_words_that_nobody_read(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, CHILD)
    at, adult = f"/v1/referrals/{told['id']}", told["adults"][0]["adult"]
    read = (await contact.get(f"{at}/words")).headers["ETag"]
    await rosewood.post(f"{at}/amendments", json={"what_happened": "He hit her again."})
    there = len(await history(home, told["id"]))
    passed_on = {"adult": adult, "to": "redirection@1:children", "reasons": REASONS}
    unseen = await contact.post(f"{at}/redirection", json=passed_on, headers=key())
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    for before in (read, '"0"'):
        then = key() | {"If-Match": before}
        late = await contact.post(f"{at}/redirection", json=passed_on, headers=then)
        assert (late.status_code, kind(late)) == (412, "conflict")
    assert len(await history(home, told["id"])) == there, "nothing was recorded"
    seen = key() | {"If-Match": (await contact.get(f"{at}/words")).headers["ETag"]}
    assert (await contact.post(f"{at}/redirection", json=passed_on, headers=seen)).is_success
    again = await contact.post(f"{at}/redirection", json=passed_on, headers=seen)
    assert again.is_success, "a repeat gets the first answer"


async def test_a_redirection_sent_again_is_the_first_one_whatever_was_told_since(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, CHILD)
    at, once = f"/v1/referrals/{told['id']}", key()
    passed_on = {
        "adult": told["adults"][0]["adult"], "to": "redirection@1:children", "reasons": REASONS
    }  # fmt: skip
    first = await contact.post(f"{at}/redirection", json=passed_on, headers=once)
    await rosewood.post(f"{at}/amendments", json={"what_happened": "Again."}, headers=key())
    there = len(await history(home, told["id"]))
    again = await contact.post(f"{at}/redirection", json=passed_on, headers=once)
    assert (again.status_code, again.headers["ETag"]) == (204, first.headers["ETag"])
    other = await contact.post(f"{at}/redirection", json=passed_on | {"reasons": "x"}, headers=once)
    assert (other.status_code, kind(other)) == (422, "key-reused")
    assert len(await history(home, told["id"])) == there
    assert told["adults"][0]["adult"] in await listed(home, contact), "it waits to be read"


@pytest.mark.parametrize("what", ["promotion", "redirection"])
async def test_what_staff_may_not_do_with_an_adult(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient, what: str
) -> None:
    told = await sent(rosewood, CHILD)
    at = f"/v1/referrals/{told['id']}/{what}"
    body = {"adult": told["adults"][0]["adult"], "reasons": REASONS}
    if what == "redirection":
        body["to"] = "redirection@1:children"
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()  # noqa: TID251 - the service's clock is the real one
    refused: list[tuple[dict[str, str], dict[str, str], int, str]] = [
        ({}, {}, 422, "unreadable"),
        (key() | {"If-Match": '"1"'}, {}, 412, "conflict"),
        (key(), {"reasons": ""}, 422, "unreadable"),
        (key(), {"misspelt": "x"}, 422, "unreadable"),
        (key(), {"adult": str(uuid4())}, 404, "not-found"),
        (key(), {"effective_at": soon}, 422, "not-yet"),
    ]
    if what == "redirection":
        refused.append((key(), {"to": "redirection@1:moon"}, 409, "redirection-unknown"))
    for headers, changed, status, problem in refused:
        answer = await contact.post(at, json=body | changed, headers=headers)
        assert (answer.status_code, kind(answer)) == (status, problem), changed
    for name, may in (("kit", "screener"), ("rosewood-house", "referrals.write")):
        async with home.client(name, may) as other:
            assert kind(await other.post(at, json=body, headers=key())) == "forbidden"
    assert len(await history(home, told["id"])) == 2
    nowhere = f"/v1/referrals/{uuid4()}/{what}"
    assert kind(await contact.post(nowhere, json=body, headers=key())) == "not-found"


async def test_of_a_referral_we_do_not_have_there_are_no_words(contact: httpx.AsyncClient) -> None:
    assert kind(await contact.get(f"/v1/referrals/{uuid4()}/words")) == "not-found"


async def test_figures_add_up(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    await sent(rosewood)
    least = {"X-Min-Position": str(await home.runtime.log.head())}
    found = (await contact.get("/v1/figures", headers=least)).json()
    assert found["promoted"] + found["held"] + found["redirected"] == found["adults"]
    assert found["adults"] >= found["referrals"] > 0


READS = ["/v1/referrals", "/v1/referrals/{}", "/v1/referrals/{}/document"]
STAFF_READS = ["/v1/screening", "/v1/figures", "/v1/referrals/{}/words"]


@pytest.mark.parametrize("path", [*READS, *STAFF_READS])
async def test_every_door_asks_who_it_is(
    home: Home, rosewood: httpx.AsyncClient, path: str
) -> None:
    at = path.format((await sent(rosewood))["id"])
    async with home.client("rosewood-house", "referrals.write") as only_writes:
        assert kind(await only_writes.get(at)) == "forbidden"
        del only_writes.headers["Authorization"]
        assert kind(await only_writes.get(at)) == "unauthenticated"


async def test_who_only_reads_sends_nothing(home: Home) -> None:
    async with home.client("rosewood-house", "referrals.read") as reads:
        for path in ("", f"/{uuid4()}/amendments", f"/{uuid4()}/withdrawal"):
            answer = await reads.post(f"/v1/referrals{path}", json={}, headers=key())
            assert (answer.status_code, kind(answer)) == (403, "forbidden")


# Words


async def test_no_word_of_a_referral_rests_in_clear(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    query = "select body from log.event where case_id = $1"
    rows = await home.runtime.log.pool.fetch(query, UUID(told["id"]))
    for word in (b"Hollowell", b"1941", b"cupboards", b"Priya", b"RW-2026"):
        assert not any(word in row["body"] for row in rows)


async def test_once_its_key_is_gone_a_referral_still_has_its_status(
    shared_house: House, home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    at = f"/v1/referrals/{told['id']}"
    await forget(shared_house.owner("vault"), home.runtime.log.vault, UUID(told["id"]))

    status = await rosewood.get(at)
    assert status.status_code == 200
    assert status.json() == told | {"partner_reference": None}
    for client, path in ((rosewood, f"{at}/document"), (contact, f"{at}/words")):
        answer = await client.get(path)
        assert (answer.status_code, kind(answer)) == (410, "key-gone")
    more = await rosewood.post(f"{at}/amendments", json={}, headers=key())
    assert (more.status_code, kind(more)) == (410, "key-gone")


# Limits


async def test_a_limit_turns_no_danger_away(home: Home, rosewood: httpx.AsyncClient) -> None:
    usual = home.app.state.runtime
    home.app.state.runtime = replace(usual, limit=Limit(burst=1, per_second=0.001))
    try:
        assert (await rosewood.post("/v1/referrals", json=REFERRAL)).status_code == 201
        for path in ("/v1/referrals", f"/v1/referrals/{uuid4()}/amendments"):
            late = await rosewood.post(path, json=REFERRAL)
            assert (late.status_code, kind(late)) == (429, "too-many-requests")
            assert int(late.headers["Retry-After"]) > 0
        danger = await rosewood.post("/v1/referrals", json=REFERRAL | {"immediate_danger": True})
        assert danger.status_code == 201
    finally:
        home.app.state.runtime = usual
