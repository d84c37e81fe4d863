"""Do pages cover everything once, and does a made-up cursor lead nowhere?"""

import base64
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.house import Home

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCOPES = ("referrals.write", "referrals.read")
STAFF = ("screener", "safeguarding-adults-manager", "customer-contact", "dols.read",
         "assessor", "webhooks.manage", "events.read", "obligations.read")  # fmt: skip
LISTS = {
    "/v1/referrals": "intake", "/v1/screening": "intake", "/v1/concerns": "triage",
    "/v1/enquiries": "enquiry", "/v1/escalations": "enquiry",
    "/v1/dols-requests": "dols", "/v1/dols-queue": "dols",
    "/v1/dols-allocations": "dols", "/v1/assessors": "dols", "/v1/events": "notify",
    "/v1/deliveries": "notify", "/v1/obligations": "notify",
}  # fmt: skip
WHEN, WHO = "2026-11-02T09:00:00+00:00", str(uuid4())


def cursor(*key: Any) -> str:
    """Give a cursor as ours are made."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


YES = True
MADE_UP = [
    "x", "*", "e30", "AA", "%00", "\u00e9", cursor(), cursor(1), cursor(WHEN),
    cursor(WHEN, WHO, 1, 2, 3), cursor("yesterday", WHO), cursor(WHEN, "somebody"),
    cursor(WHEN, 7), cursor(7, WHO), cursor(None, None), cursor([WHEN], [WHO]), cursor({}, {}),
    cursor("2026-11-02T09:00:00", WHO), cursor("0001-01-01T00:00:00+23:59", WHO),
    cursor("9999-12-31T23:59:59-23:59", WHO), cursor(YES, "2026-11-02", WHO),
    cursor(YES, WHEN, 5), cursor("x", "x", "x"), cursor(2**63, WHEN, 1, WHO),
    cursor(1, WHEN, str(-(2**63) - 1), WHO), cursor("9" * 40, WHEN, 1, WHO),
    cursor(1, WHEN, "x", WHO), cursor(1e308, WHEN, 1, WHO), cursor(1, 2, 3, 4),
    cursor(1, WHEN, 1, "'; drop table"),
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_a_made_up_cursor_is_a_bad_request(
    intake: Home, triage: Home, enquiry: Home, dols: Home, notify: Home, path: str
) -> None:
    homes = {"intake": intake, "triage": triage, "enquiry": enquiry, "dols": dols, "notify": notify}
    home = homes[LISTS[path]]
    async with home.client("somebody", *SCOPES, *STAFF) as client:
        for made_up in MADE_UP:
            refused = await client.get(path, params={"after": made_up})
            assert refused.status_code == 400, (made_up, refused.text)
            assert refused.json()["type"] == "/problems/bad-request"
        assert (await client.get(path, params={"after": "A" * 401})).status_code == 422


@pytest.mark.parametrize("limit", [0, -1, 201, "many", ""])
async def test_a_page_has_1_to_200_rows(triage: Home, limit: object) -> None:
    async with triage.client("sam", "screener") as client:
        refused = await client.get("/v1/concerns", params={"limit": str(limit)})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "query/limit"


async def send(home: httpx.AsyncClient, count: int) -> tuple[list[str], str]:
    """Send so many referrals; give their ids and the position of the last."""
    sent = [await home.post("/v1/referrals", json={}) for _ in range(count)]
    return [it.json()["id"] for it in sent], sent[-1].headers["x-log-position"]


async def test_pages_cover_everything_once_while_more_arrives(intake: Home) -> None:
    name = f"home-{uuid4()}"
    async with intake.client(name, *SCOPES) as home:
        sent, position = await send(home, 5)
        found, more = list[str](), dict[str, str]()
        for turn in range(20):
            page = await home.get(
                "/v1/referrals", params={"limit": "2"} | more, headers={"X-Min-Position": position}
            )
            assert int(page.headers["x-log-position"]) >= int(position)
            found += [row["referral"] for row in page.json()["items"]]
            if turn < 2:
                late, position = await send(home, 2)
                sent += late
            if page.json()["next"] is None:
                break
            more = {"after": page.json()["next"]}
    assert found == sent
    assert len(sent) == 9


async def test_a_cursor_of_somebody_else_shows_what_is_yours_only(intake: Home) -> None:
    async with (
        intake.client(f"home-{uuid4()}", *SCOPES) as home,
        intake.client(f"home-{uuid4()}", *SCOPES) as other,
    ):
        sent, position = await send(home, 3)
        at = {"X-Min-Position": position}
        page = (await home.get("/v1/referrals", params={"limit": 1}, headers=at)).json()
        assert page["items"][0]["referral"] == sent[0]
        theirs = await other.get("/v1/referrals", params={"after": page["next"]}, headers=at)
        assert (theirs.status_code, theirs.json()) == (200, {"items": [], "next": None})
