"""What may partners and staff ask of intake, and what do they hear?"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    InformationKept,
    InformationPassedOn,
    ReferralAmended,
    ReferralReceived,
    ReferralWithdrawn,
    WithdrawalPassedOn,
)
from services.intake.rules import receipt
from services.intake.rules.additions import SHORTENED
from shared.contracts.intake import AdultPart
from shared.time.calendar import calendar
from tests.intake.asking import CHILD, REASONS, REFERRAL, history, kind, kinds, sent
from tests.intake.referrals import WHOLE
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A referral is sent


async def test_a_receipt_says_what_happens_next_and_by_when(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    answer = await rosewood.post("/v1/referrals", json=REFERRAL, headers=key())
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/referrals/{told['id']}"
    assert answer.headers["ETag"] == '"2"'
    assert told["reference"] == receipt.reference(UUID(told["id"]))
    assert (told["status"], told["partner_reference"]) == ("promoted", "RW-2026-0117")
    assert told["received_at"] < told["expect_by"]
    assert told["what_happens_next"]
    assert told["adults"][0]["label"] == "adult 1"

    received, promoted = await history(home, told["id"])
    assert isinstance(received.fact, ReferralReceived)
    assert isinstance(promoted.fact, ContactPromoted)
    assert (received.act.actor, received.act.role) == ("rosewood-house", "referrals.write")
    assert str(promoted.fact.part.adult) == told["adults"][0]["adult"]
    assert promoted.position == int(answer.headers["X-Log-Position"])


async def test_all_that_a_referral_may_say_is_taken(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, WHOLE)
    (_, promoted) = await history(home, told["id"])
    details = await home.runtime.log.vault.open(promoted.fact.part.details, AdultPart)
    assert details.adult.nhs_number == "9990000018"
    assert details.circumstances.what_happened == "She was pushed."
    assert promoted.fact.part.answers.severity == 3


async def test_several_adults_are_each_told_of(home: Home, rosewood: httpx.AsyncClient) -> None:
    told = await sent(rosewood, {"adults": [{"name": "Ann"}, {"name": "Bo", "approximate_age": 9}]})
    assert [it["status"] for it in told["adults"]] == ["promoted", "held"]
    assert len({it["adult"] for it in told["adults"]}) == 2
    assert kinds(await history(home, told["id"])) == [
        ReferralReceived, ContactPromoted, ContactHeld
    ]  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"adults": []}, {"partner_reference": "x"}])
async def test_what_nobody_can_read_is_received_and_held_for_a_person(
    home: Home, rosewood: httpx.AsyncClient, body: Any
) -> None:
    told = await sent(rosewood, body)
    assert told["status"] == "held"
    (_, held) = await history(home, told["id"])
    assert held.fact.reason == "hold@1:nothing-readable"


async def test_what_cannot_be_read_becomes_a_check_and_is_not_repeated(
    rosewood: httpx.AsyncClient,
) -> None:
    told = await sent(rosewood, {"adults": [{"name": "Ann", "nhs_number": "he hit her"}], "x": 1})
    found = {(it["code"], it["field"], it["index"]) for it in told["checks"]}
    assert ("unknown-member", "", None) in found
    assert any(field == "adults[0].nhs_number" and index == 0 for _, field, index in found)
    assert all(it["message"] for it in told["checks"])
    assert "hit her" not in json.dumps(told)


async def test_whoever_tells_of_danger_is_told_to_call_999_and_is_heard(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, REFERRAL | {"immediate_danger": "yes"})
    assert told["advice"][0].startswith("Call 999 now")
    (_, promoted) = await history(home, told["id"])
    assert "risk-signal@1:immediate-danger" in promoted.fact.part.answers.signals


async def test_at_night_a_sender_is_told_whom_to_telephone(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    shut = receipt.out_of_hours(datetime.fromisoformat(told["received_at"]), calendar())
    assert told["out_of_hours"] is shut
    assert any("emergency duty team" in it for it in told["advice"]) is shut


async def test_an_anonymous_referrer_is_kept_out_of_what_triage_gets(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood, REFERRAL | {"referrer": {"name": "Priya", "anonymous": True}})
    (received, promoted) = await history(home, told["id"])
    assert received.fact.anonymous
    assert promoted.fact.part.referrer is None


@pytest.mark.parametrize("asked", [True, "yes", "I'd rather not say"])
async def test_who_asks_later_to_stay_anonymous_is_kept_out_of_what_triage_gets(
    home: Home, rosewood: httpx.AsyncClient, contact: httpx.AsyncClient, asked: object
) -> None:
    told = await sent(rosewood, CHILD | {"referrer": {"name": "Priya"}})
    at, adult = f"/v1/referrals/{told['id']}", told["adults"][0]["adult"]
    (_, held) = await history(home, told["id"])
    assert held.fact.part.referrer is not None
    more = {"referrer": {"anonymous": asked}}
    assert (await rosewood.post(f"{at}/amendments", json=more, headers=key())).is_success
    said = {"adult": adult, "reasons": REASONS}
    assert (await contact.post(f"{at}/promotion", json=said, headers=key())).is_success
    (promoted,) = [
        it.fact for it in await history(home, told["id"]) if isinstance(it.fact, ContactPromoted)
    ]
    assert promoted.part.referrer is None


async def test_a_repeat_under_the_same_key_is_the_same_referral(
    home: Home, rosewood: httpx.AsyncClient, hospital: httpx.AsyncClient
) -> None:
    once = key()
    first = await rosewood.post("/v1/referrals", json=REFERRAL, headers=once)
    again = await rosewood.post("/v1/referrals", json=REFERRAL, headers=once)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert len(await history(home, first.json()["id"])) == 2

    other = await rosewood.post("/v1/referrals", json=CHILD, headers=once)
    assert (other.status_code, kind(other)) == (422, "key-reused")
    theirs = await hospital.post("/v1/referrals", json=REFERRAL, headers=once)
    assert theirs.json()["id"] != first.json()["id"], "a key is its sender's own"


async def test_a_repeat_gets_the_first_receipt_however_far_it_has_got_since(
    rosewood: httpx.AsyncClient,
) -> None:
    once, more = key(), key()
    first = await rosewood.post("/v1/referrals", json=REFERRAL, headers=once)
    at = f"{first.headers['Location']}/amendments"
    added = await rosewood.post(at, json={"x": 1}, headers=more)
    await rosewood.post(at, json={"y": 1}, headers=key())
    again = await rosewood.post("/v1/referrals", json=REFERRAL, headers=once)
    assert (again.json(), again.headers["ETag"]) == (first.json(), first.headers["ETag"])
    added_again = await rosewood.post(at, json={"x": 1}, headers=more)
    assert added_again.json() == added.json()
    assert added_again.headers["ETag"] == added.headers["ETag"]


async def test_without_a_key_a_referral_is_taken_and_its_sender_told(
    rosewood: httpx.AsyncClient,
) -> None:
    first, second = [await rosewood.post("/v1/referrals", json=REFERRAL) for _ in range(2)]
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] != second.json()["id"]
    assert "repeats-not-recognisable" in {it["code"] for it in first.json()["checks"]}
    assert "repeats-not-recognisable" not in {it["code"] for it in (await sent(rosewood))["checks"]}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"adults": [', b"\xff{}", b'"words"'])
async def test_what_is_no_json_object_is_refused(rosewood: httpx.AsyncClient, body: bytes) -> None:
    answer = await rosewood.post("/v1/referrals", content=body, headers=key())
    assert (answer.status_code, kind(answer)) == (400, "bad-request")


async def test_what_is_larger_than_we_take_is_refused(rosewood: httpx.AsyncClient) -> None:
    body = json.dumps({"what_happened": "x" * 256 * 1024}).encode()
    answer = await rosewood.post("/v1/referrals", content=body, headers=key())
    assert (answer.status_code, kind(answer)) == (413, "too-large")


# What its sender may ask


async def test_a_sender_gets_back_exactly_what_they_sent(rosewood: httpx.AsyncClient) -> None:
    body = b'{ "what_happened" : "caf\\u00e9 \\ud800", "odd": [1e400] }'
    told = (await rosewood.post("/v1/referrals", content=body, headers=key())).json()
    answer = await rosewood.get(f"/v1/referrals/{told['id']}/document")
    assert (answer.content, answer.headers["Content-Type"]) == (body, "application/json")


async def test_a_sender_sees_where_their_referral_stands(rosewood: httpx.AsyncClient) -> None:
    told = await sent(rosewood)
    answer = await rosewood.get(f"/v1/referrals/{told['id']}")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json() == told


async def test_a_sender_sees_only_their_own(
    rosewood: httpx.AsyncClient, hospital: httpx.AsyncClient, home: Home
) -> None:
    theirs = await sent(rosewood)
    at = f"/v1/referrals/{theirs['id']}"
    asked = [
        await hospital.get(at),
        await hospital.get(f"{at}/document"),
        await hospital.post(f"{at}/amendments", json={}, headers=key()),
        await hospital.post(
            f"{at}/withdrawal", json={"reason": "x"}, headers=key() | {"If-Match": '"2"'}
        ),
        await rosewood.get(f"/v1/referrals/{uuid4()}"),
        await rosewood.get(f"/v1/referrals/{uuid4()}/document"),
        await rosewood.post(f"/v1/referrals/{uuid4()}/amendments", json={}, headers=key()),
    ]
    assert {(it.status_code, kind(it)) for it in asked} == {(404, "not-found")}
    assert len(await history(home, theirs["id"])) == 2


async def test_a_sender_lists_what_they_sent_page_by_page(home: Home) -> None:
    async with home.client(f"partner-{uuid4()}", "referrals.write", "referrals.read") as partner:
        mine = [(await sent(partner))["id"] for _ in range(3)]
        least = {"X-Min-Position": str(await home.runtime.log.head())}
        first = await partner.get("/v1/referrals", params={"limit": 2}, headers=least)
        rest = await partner.get("/v1/referrals", params={"after": first.json()["next"]})
        found = [it["referral"] for it in (first.json()["items"] + rest.json()["items"])]
        assert found == mine
        assert rest.json()["next"] is None
        assert (await partner.get("/v1/referrals", params={"after": "x"})).status_code == 400


# What its sender may add and take back


async def test_a_sender_adds_to_their_referral(home: Home, rosewood: httpx.AsyncClient) -> None:
    two = await sent(rosewood, {"adults": [{"name": "Ann"}, {"name": "Bo", "approximate_age": 9}]})
    more = {
        "what_happened": "He came back.",
        "adults": [{"risk": {"severity": 3}}, {"risk": {"severity": 4}}],
    }
    at = f"/v1/referrals/{two['id']}"
    answer = await rosewood.post(f"{at}/amendments", json=more, headers=key())
    assert (answer.status_code, answer.json()["amendments"]) == (201, 1)
    assert "missing" not in {it["code"] for it in answer.json()["checks"]}

    amended, ann, bo = (await history(home, two["id"]))[3:]
    assert isinstance(amended.fact, ReferralAmended)
    assert isinstance(ann.fact, InformationPassedOn)
    assert isinstance(bo.fact, InformationKept), "triage does not have Bo, who is held"
    assert (ann.fact.answers.severity, bo.fact.answers.severity) == (3, 4)
    words = await home.runtime.log.vault.open(ann.fact.words, str)
    assert json.loads(words) == more
    assert (await rosewood.get(at)).json()["amendments"] == 1


async def test_what_is_said_of_nobody_in_particular_is_said_of_each(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    two = await sent(rosewood, {"adults": [{"name": "Ann"}, {"name": "Bo"}]})
    at = f"/v1/referrals/{two['id']}/amendments"
    await rosewood.post(at, json={"immediate_danger": True}, headers=key())
    told = [it.fact for it in await history(home, two["id"])][-2:]
    assert {it.adult for it in told} == {UUID(it["adult"]) for it in two["adults"]}
    for it in told:
        assert it.answers.signals == ("risk-signal@1:immediate-danger",)


async def test_who_adds_something_is_not_told_to_triage_with_it(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    more = {"what_happened": "Zoë saw it.", "referrer": {"name": "Ivy Marsh", "anonymous": True}}
    await rosewood.post(f"/v1/referrals/{told['id']}/amendments", json=more, headers=key())
    amended, passed_on = (await history(home, told["id"]))[-2:]
    vault = home.runtime.log.vault
    assert "Zoë" in await vault.open(passed_on.fact.words, str)
    assert "Ivy" not in await vault.open(passed_on.fact.words, str)
    assert "Ivy" in await vault.open(amended.fact.document, str)


async def test_whoever_adds_that_there_is_danger_is_told_to_call_999(
    rosewood: httpx.AsyncClient,
) -> None:
    at = f"/v1/referrals/{(await sent(rosewood))['id']}"
    calm = await rosewood.post(f"{at}/amendments", json={"views": "x"}, headers=key())
    assert calm.json()["advice"][0].startswith("This is not an emergency service")
    more = {"immediate_danger": True}
    added = await rosewood.post(f"{at}/amendments", json=more, headers=key())
    assert added.json()["advice"][0].startswith("Call 999 now")
    assert (await rosewood.get(at)).json()["advice"][0].startswith("Call 999 now")


async def test_an_addition_is_not_turned_away_for_numbers_that_we_write_longer(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    told = await sent(rosewood)
    body = b'{"what_happened": "He is back.", "x": [' + b"9e15," * 51_000 + b"1]}"
    at = f"/v1/referrals/{told['id']}/amendments"
    answer = await rosewood.post(at, content=body, headers=key())
    assert answer.status_code == 201, answer.text
    amended, passed_on = (await history(home, told["id"]))[-2:]
    vault = home.runtime.log.vault
    words = await vault.open(passed_on.fact.words, str)
    assert "He is back." in words
    assert words.endswith(SHORTENED)
    assert await vault.open(amended.fact.document, str) == body.decode()


async def test_an_addition_sent_twice_is_kept_once(home: Home, rosewood: httpx.AsyncClient) -> None:
    told = await sent(rosewood)
    at, once = f"/v1/referrals/{told['id']}/amendments", key()
    first, again = [await rosewood.post(at, json={}, headers=once) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    keyless = await rosewood.post(at, json={})
    assert keyless.json()["checks"][-1]["code"] == "repeats-not-recognisable"
    assert (await rosewood.post(at, content=b"[]")).status_code == 400


async def test_a_sender_takes_a_referral_back(home: Home, rosewood: httpx.AsyncClient) -> None:
    told = await sent(rosewood)
    at = f"/v1/referrals/{told['id']}"
    seen = {"If-Match": (await rosewood.get(at)).headers["ETag"]}
    answer = await rosewood.post(
        f"{at}/withdrawal", json={"reason": "Sent by mistake."}, headers=key() | seen
    )
    assert (answer.status_code, answer.headers["ETag"]) == (204, '"4"')
    assert kinds(await history(home, told["id"]))[2:] == [ReferralWithdrawn, WithdrawalPassedOn]
    status = (await rosewood.get(at)).json()
    assert (status["status"], status["withdrawn"]) == ("withdrawn", True)

    again = await rosewood.post(
        f"{at}/withdrawal", json={"reason": "Again."}, headers=key() | {"If-Match": '"4"'}
    )
    assert (again.status_code, kind(again)) == (409, "already-withdrawn")


@pytest.mark.parametrize(
    ("headers", "body", "status", "problem"),
    [
        (key(), {"reason": "x"}, 428, "precondition-required"),
        ({"If-Match": '"2"'}, {"reason": "x"}, 422, "unreadable"),
        (key() | {"If-Match": '"1"'}, {"reason": "x"}, 412, "conflict"),
        (key() | {"If-Match": '"2"'}, {"reason": ""}, 422, "unreadable"),
        (key() | {"If-Match": '"2"'}, {}, 422, "unreadable"),
        (key() | {"If-Match": '"2"'}, {"reason": "x", "y": 1}, 422, "unreadable"),
    ],
)
async def test_a_referral_is_taken_back_knowingly(
    home: Home, rosewood: httpx.AsyncClient, headers: Any, body: Any, status: int, problem: str
) -> None:
    told = await sent(rosewood)
    at = f"/v1/referrals/{told['id']}/withdrawal"
    answer = await rosewood.post(at, json=body, headers=headers)
    assert (answer.status_code, kind(answer)) == (status, problem)
    assert len(await history(home, told["id"])) == 2
