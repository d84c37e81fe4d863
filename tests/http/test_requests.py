"""What does every request keep: its size, its correlation, its key, its version?"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.decisions import referral
from shared.facts import Recorded
from shared.http.gate import CAUTION, LARGEST
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPES = ("referrals.write", "referrals.read")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def history(home: Home, location: str) -> list[Recorded[Any]]:
    """Give what is recorded of a referral."""
    stream = referral.stream(UUID(location.rpartition("/")[2]))
    return list(await home.runtime.log.history(stream))


def sized(size: int) -> bytes:
    """Give a referral of exactly so many bytes."""
    frame = len(b'{"what_happened": ""}')
    return b'{"what_happened": "' + b"x" * (size - frame) + b'"}'


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Give a body in pieces, without saying how long it is."""
    for at in range(0, len(body), 50_000):
        yield body[at : at + 50_000]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_may_have_256_kib_and_not_a_byte_more(intake: Home, *, chunked: bool) -> None:
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = [
            await home.post("/v1/referrals", content=in_pieces(body) if chunked else body)
            for body in map(sized, (LARGEST, LARGEST + 1, 4 * LARGEST))
        ]
    assert [it.status_code for it in sent] == [201, 413, 413]
    assert sent[1].json()["type"] == "/problems/too-large"
    assert sent[1].headers["x-content-type-options"] == "nosniff"


async def test_closed_doors_have_the_same_size(intake: Home) -> None:
    body = json.dumps({"reason": "x" * LARGEST})
    async with intake.client("rosewood-house", *SCOPES) as home:
        path = f"/v1/referrals/{uuid4()}/withdrawal"
        assert (await home.post(path, content=body, headers=key())).status_code == 413


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/xml", "", "x"])
async def test_json_is_taken_whatever_it_is_called(intake: Home, media: str) -> None:
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = await home.post("/v1/referrals", content="{}", headers={"Content-Type": media})
    assert sent.status_code == 201


@pytest.mark.parametrize(
    "path", ["/health/live", "/docs", "/openapi.json", "/metrics", "/problems"]
)
async def test_every_answer_is_cautious_and_can_be_found_again(intake: Home, path: str) -> None:
    async with intake.client("nobody") as client:
        told = await client.get(path)
    assert told.status_code == 200
    assert CAUTION.items() <= dict(told.headers).items()
    UUID(told.headers["x-correlation-id"])
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", told.headers["traceparent"])
    assert "server" not in told.headers
    assert "x-clock" not in told.headers


async def test_a_correlation_is_echoed_and_kept_with_what_was_recorded(intake: Home) -> None:
    mine = str(uuid4())
    async with intake.client("rosewood-house", *SCOPES) as home:
        given = {"X-Correlation-ID": mine, "traceparent": TRACE}
        sent = await home.post("/v1/referrals", json={}, headers=given)
    assert sent.headers["x-correlation-id"] == mine
    assert sent.headers["traceparent"] == TRACE
    for it in await history(intake, sent.headers["location"]):
        assert str(it.act.correlation) == mine


async def test_without_one_the_trace_is_the_correlation(intake: Home) -> None:
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = await home.post("/v1/referrals", json={}, headers={"traceparent": TRACE})
    assert UUID(sent.headers["x-correlation-id"]) == UUID(TRACE.split("-")[1])
    assert (await history(intake, sent.headers["location"]))[0].act.correlation == UUID(
        TRACE.split("-")[1]
    )


@pytest.mark.parametrize("trace", ["", "00-x", f"{TRACE}-{TRACE}", f"00-{'0' * 32}-{'1' * 16}-01"])
async def test_without_either_a_correlation_is_made_up(intake: Home, trace: str) -> None:
    async with intake.client("nobody") as client:
        given = {"traceparent": trace, "X-Correlation-ID": "Marigold"}
        told = [(await client.get("/health/live", headers=given)).headers for _ in range(2)]
    assert told[0]["x-correlation-id"] != told[1]["x-correlation-id"]
    assert UUID(told[0]["x-correlation-id"]).hex in told[0]["traceparent"]


async def test_twenty_identical_posts_at_once_are_one_referral(intake: Home) -> None:
    body = {"what_happened": "A door was found locked.", "adults": [{"name": "A. Person"}]}
    same = key()
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = await asyncio.gather(
            *(home.post("/v1/referrals", json=body, headers=same) for _ in range(20))
        )
        assert {it.status_code for it in sent} == {201}
        assert len({it.content for it in sent}) == 1
        for name in ("etag", "location", "x-log-position"):
            assert len({it.headers[name] for it in sent}) == 1
    facts = await history(intake, sent[0].headers["location"])
    assert [type(it.fact).__name__ for it in facts] == ["ReferralReceived", "ContactPromoted"]


async def test_a_key_in_quotes_is_the_same_key(intake: Home) -> None:
    text = str(uuid4())
    async with intake.client("rosewood-house", *SCOPES) as home:
        bare = await home.post("/v1/referrals", json={}, headers=key(text))
        quoted = await home.post("/v1/referrals", json={}, headers=key(f'"{text}"'))
    assert bare.content == quoted.content
    assert bare.headers["location"] == quoted.headers["location"]


async def test_another_body_under_the_same_key_is_a_mistake(intake: Home) -> None:
    same = key()
    async with intake.client("rosewood-house", *SCOPES) as home:
        first = await home.post("/v1/referrals", json={}, headers=same)
        other = await home.post("/v1/referrals", json={"a": 1}, headers=same)
        again = await home.post("/v1/referrals", json={}, headers=same)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    assert again.content == first.content


async def test_a_key_is_its_callers_own(intake: Home) -> None:
    same, found = key(), set()
    for name in ("rosewood-house", "beech-lodge"):
        async with intake.client(name, *SCOPES) as home:
            found.add((await home.post("/v1/referrals", json={}, headers=same)).headers["location"])
    assert len(found) == 2


async def test_without_a_key_each_post_is_its_own_and_says_so(intake: Home) -> None:
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = [await home.post("/v1/referrals", json={}) for _ in range(2)]
        long = await home.post("/v1/referrals", json={}, headers=key("k" * 5000))
    assert sent[0].headers["location"] != sent[1].headers["location"]
    for it, expected in ((sent[0], True), (long, False)):
        assert any("repeat" in check["code"] for check in it.json()["checks"]) is expected


async def test_what_a_caller_has_seen_is_what_they_act_on(intake: Home) -> None:
    async with intake.client("rosewood-house", *SCOPES) as home:
        sent = await home.post("/v1/referrals", json={"adults": [{"name": "A. Person"}]})
        place = sent.headers["location"]
        seen = (await home.get(place)).headers["etag"]
        assert seen == sent.headers["etag"] == '"2"'
        say = {"reason": "It was somebody else."}
        unsaid = await home.post(f"{place}/withdrawal", json=say, headers=key())
        assert (unsaid.status_code, unsaid.json()["type"]) == (
            428,
            "/problems/precondition-required",
        )
        stale = await home.post(
            f"{place}/withdrawal", json=say, headers=key() | {"If-Match": '"1"'}
        )
        assert (stale.status_code, stale.json()["type"]) == (412, "/problems/conflict")
        now = key() | {"If-Match": seen}
        done = await home.post(f"{place}/withdrawal", json=say, headers=now)
        assert done.status_code == 204
        assert int(done.headers["etag"].strip('"')) > 2
        assert done.headers["ratelimit"]
        repeated = await home.post(f"{place}/withdrawal", json=say, headers=now)
        assert (repeated.status_code, repeated.headers["etag"]) == (204, done.headers["etag"])
        assert (await home.get(place)).headers["etag"] == done.headers["etag"]


async def test_what_is_not_yours_answers_as_what_is_not_there(intake: Home) -> None:
    same = {"X-Correlation-ID": str(uuid4()), "traceparent": TRACE}
    async with (
        intake.client("rosewood-house", *SCOPES) as home,
        intake.client("beech-lodge", *SCOPES) as other,
    ):
        theirs = (await home.post("/v1/referrals", json={})).headers["location"]
        for place in (theirs, f"/v1/referrals/{uuid4()}"):
            answers = [
                await other.get(place, headers=same),
                await other.get(f"{place}/document", headers=same),
                await other.post(f"{place}/amendments", json={}, headers=same),
                await other.post(
                    f"{place}/withdrawal", json={"reason": "Mine."},
                    headers=same | key() | {"If-Match": '"1"' if place == theirs else '"0"'},
                ),
            ]  # fmt: skip
            assert [it.status_code for it in answers] == [404] * 4, place
            assert len({it.content for it in answers}) == 1
            assert answers[0].json()["title"] == "There is nothing here for you."
        assert len(await history(intake, theirs)) == 2
