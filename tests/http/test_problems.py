"""What does a caller hear when it was not yes?"""

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.http.gate import CAUTION
from shared.http.problems import MEDIA, titles
from tests.architecture.doors import document, operations
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "Marigold-9990000018"
ALL = (
    "referrals.write", "referrals.read", "customer-contact", "screener",
    "safeguarding-adults-manager", "operator", "dols.write", "dols.read", "dols-coordinator",
    "dols-signatory", "assessor", "webhooks.manage", "events.read", "obligations.read",
)  # fmt: skip
INTAKE, TRIAGE, ENQUIRY = map(operations, ("intake", "triage", "enquiry"))
DOLS = operations("dols")
NOTIFY = operations("notify")


def filled(schema: Mapping[str, Any], service: str, value: Any) -> Any:
    """Give a body of this shape with `value` wherever a value goes, and a member nobody knows."""
    if name := schema.get("$ref"):
        found = document(service)["components"]["schemas"][name.rpartition("/")[2]]
        return filled(found, service, value)
    if schema.get("type") == "object":
        members = schema.get("properties", {})
        inside = {name: filled(member, service, value) for name, member in members.items()}
        return inside | {CANARY: value}
    if schema.get("type") == "array":
        return [filled(schema["items"], service, value)]
    return value


def one_wrong(schema: Mapping[str, Any], service: str) -> list[Any]:
    """Give bodies, each with a canary in one place only."""
    whole = filled(schema, service, CANARY)
    single = [{name: value} for name, value in whole.items()] if isinstance(whole, dict) else []
    return [whole, filled(schema, service, {CANARY: CANARY}), filled(schema, service, [CANARY]),
            CANARY, [CANARY], {CANARY: 1}, *single]  # fmt: skip


def silent(answer: httpx.Response, sent: str = CANARY) -> None:
    """See that an answer is a problem, and holds nothing of what was sent."""
    assert answer.status_code >= 400, answer.text
    assert answer.headers["content-type"] == MEDIA
    assert sent not in answer.text
    assert not [name for name, value in answer.headers.items() if sent in f"{name} {value}"]
    told = answer.json()
    assert told["status"] == answer.status_code
    name = told["type"].removeprefix("/problems/")
    assert told["title"] == titles()[name][1]
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    for header, value in CAUTION.items():
        assert answer.headers[header] == value


async def _tells_nothing(home: Home, service: str, door: str, operation: Mapping[str, Any]) -> None:
    verb, _, path = door.partition(" ")
    async with home.client("rosewood-house", *ALL) as client:
        silent(
            await client.request(verb, path.replace("{id}", CANARY), headers=key())
        ) if "{id}" in path else None
        path = path.replace("{id}", str(uuid4()))
        for it in operation.get("parameters", ()):
            if it["in"] == "query":
                silent(await client.get(path, params={it["name"]: CANARY}))
            if it["in"] == "header" and it["name"].lower() != "idempotency-key":
                given = key() | {it["name"]: CANARY}
                silent(await client.request(verb, path, headers=given, json={}))
        if "x-open-door" in operation or verb != "POST":
            return
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        for body in one_wrong(schema, service):
            silent(await client.post(path, json=body, headers=key()))
        silent(await client.post(path, json={}, headers=key(CANARY * 20)))
        silent(await client.post(path, content=f'{{"{CANARY}": {CANARY}', headers=key()))


@pytest.mark.parametrize("door", INTAKE)
async def test_a_problem_of_intake_repeats_nothing_that_was_sent(intake: Home, door: str) -> None:
    await _tells_nothing(intake, "intake", door, INTAKE[door])


@pytest.mark.parametrize("door", TRIAGE)
async def test_a_problem_of_triage_repeats_nothing_that_was_sent(triage: Home, door: str) -> None:
    await _tells_nothing(triage, "triage", door, TRIAGE[door])


@pytest.mark.parametrize("door", ENQUIRY)
async def test_a_problem_of_enquiry_repeats_nothing_that_was_sent(enquiry: Home, door: str) -> None:
    await _tells_nothing(enquiry, "enquiry", door, ENQUIRY[door])


@pytest.mark.parametrize("door", DOLS)
async def test_a_problem_of_dols_repeats_nothing_that_was_sent(dols: Home, door: str) -> None:
    await _tells_nothing(dols, "dols", door, DOLS[door])


@pytest.mark.parametrize("door", NOTIFY)
async def test_a_problem_of_notify_repeats_nothing_that_was_sent(notify: Home, door: str) -> None:
    await _tells_nothing(notify, "notify", door, NOTIFY[door])


@pytest.mark.parametrize("content", [
    CANARY, f'"{CANARY}"', f'["{CANARY}"]', f'{{"a": "{CANARY}"', f'{{"a": "{CANARY}"}} x', "",
    "null", "1", "true", "[]", "{", f'{{"{CANARY}": nan}}', f"{{'{CANARY}': 1}}", "\ufeff", "{}{}",
])  # fmt: skip
async def test_what_is_no_json_object_is_a_bad_request(intake: Home, content: str) -> None:
    async with intake.client("rosewood-house", *ALL) as client:
        refused = await client.post("/v1/referrals", content=content.encode())
    silent(refused)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/bad-request")


async def test_what_is_not_utf_8_is_a_bad_request(intake: Home) -> None:
    async with intake.client("rosewood-house", *ALL) as client:
        for content in (b'{"a": "\xff"}', '{"a": "x"}'.encode("utf-16"), b"\x00\x01"):
            refused = await client.post("/v1/referrals", content=content)
            silent(refused)
            assert refused.status_code == 400


NOWHERE = (
    "/nothing", "/v2/referrals", f"/{CANARY}", f"/v1/{CANARY}?a={CANARY}", f"/problems/{CANARY}",
    "/docs/../secrets", "/v1/referrals/",
)  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE)
async def test_what_is_not_there_is_a_problem_too(intake: Home, path: str) -> None:
    async with intake.client("rosewood-house", *ALL) as client:
        refused = await client.get(
            path, headers={"X-Correlation-ID": CANARY, "traceparent": CANARY}
        )
    if refused.status_code == 307:  # a slash too many
        assert CANARY not in str(refused.headers)
        return
    silent(refused)
    assert refused.status_code == 404


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "MARIGOLD"])
async def test_what_is_not_done_to_a_resource_says_what_is(intake: Home, verb: str) -> None:
    async with intake.client("rosewood-house", *ALL) as client:
        refused = await client.request(verb, "/v1/referrals")
    assert refused.status_code == 405
    assert set(re.split(", ?", refused.headers["allow"])) <= {"GET", "POST"}
    assert not [it for it in refused.headers if it.startswith("access-control")]
    if verb != "HEAD":
        silent(refused)


async def test_a_verb_nobody_knows_is_no_label_of_a_measurement(intake: Home) -> None:
    async with intake.client("rosewood-house", *ALL) as client:
        await client.request(CANARY.upper(), "/v1/referrals")
        measured = (await client.get("/metrics")).text
    assert CANARY.upper() not in measured
    assert 'method="other"' in measured


async def test_every_type_of_problem_is_a_page(triage: Home) -> None:
    async with triage.client("nobody") as client:
        index = (await client.get("/problems")).text
        for name, (status, title) in titles().items():
            page = await client.get(f"/problems/{name}")
            assert page.status_code == 200
            assert page.headers["content-type"].startswith("text/html")
            assert str(status) in page.text
            assert title.split("'")[0] in page.text
            assert f'id="{name}"' in index


async def test_errors_point_at_what_is_wrong(triage: Home) -> None:
    body = {"answers": {"severity": "very", "unheard": 1}, "unknown-member": 1, "evidence": ""}
    async with triage.client("sam", "screener") as client:
        refused = await client.post(f"/v1/concerns/{uuid4()}/scores", json=body)
    assert refused.status_code == 422
    told = {it["pointer"]: it["code"] for it in refused.json()["errors"]}
    assert told == {
        "header/idempotency-key": "missing",
        "#/answers/severity": "int-parsing",
        "#/answers": "unknown-member",
        "#/evidence": "string-too-short",
        "#": "unknown-member",
    }
    assert all(it["detail"] for it in refused.json()["errors"])


@pytest.mark.parametrize("text", ["", '""', '"', 'a"b', "x" * 256])
async def test_a_closed_door_needs_a_key_that_tells_acts_apart(triage: Home, text: str) -> None:
    body = {"reasons": "New information came in."}
    async with triage.client("sam", "safeguarding-adults-manager") as client:
        path = f"/v1/concerns/{uuid4()}/reopening"
        refused = await client.post(path, json=body, headers={"Idempotency-Key": text})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "header/idempotency-key"
        assert (await client.post(path, json=body, headers=key())).status_code == 404


@pytest.mark.parametrize(
    "match", ["*", "2", 'W/"2"', '""', '"x"', '"-1"', '"1", "2"', '"9999999999"']
)
async def test_a_version_that_cannot_be_read_is_not_passed_over(triage: Home, match: str) -> None:
    body = {"reasons": "New information came in."}
    async with triage.client("sam", "safeguarding-adults-manager") as client:
        path = f"/v1/concerns/{uuid4()}/reopening"
        refused = await client.post(path, json=body, headers=key() | {"If-Match": match})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "header/if-match"


@pytest.mark.parametrize("when", [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z", "2026-11-02T09:00:00", "yesterday", 5, 1e400,
])  # fmt: skip
async def test_an_instant_of_another_age_is_refused(triage: Home, when: object) -> None:
    body = json.dumps({"reasons": "New information came in.", "effective_at": when})
    async with triage.client("sam", "safeguarding-adults-manager") as client:
        path = f"/v1/concerns/{uuid4()}/reopening"
        refused = await client.post(path, content=body.replace("Infinity", "1e400"), headers=key())
    assert (
        refused.status_code == 422
        if when not in (5, float("inf"))
        else 400 <= refused.status_code < 500
    )
