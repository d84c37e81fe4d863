"""What may a partner's system ask of notify, and what is refused?"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.facts import party
from tests.notify.asking import partner
from tests.support.house import Home, key
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")

URL = "http://127.0.0.1:9/in"
AT = "/v1/webhook-endpoints"


def kind(answer: httpx.Response) -> str:
    """Give the name of a problem."""
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_an_endpoint_is_registered_once_and_its_secret_shown_to_a_repeat(home: Home) -> None:
    async with partner(home) as they:
        once, body = key(), {"url": URL, "events": ["decision.made"]}
        first = await they.client.post(AT, json=body, headers=once)
        await they.does(first.json(), "keys")
        again = await they.client.post(AT, json=body, headers=once)
        other = await they.client.post(AT, json={"url": URL}, headers=once)
        (listed,) = (await they.gets("webhook-endpoints"))["items"]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == f"{AT}/{first.json()['id']}"
    assert (other.status_code, kind(other)) == (422, "key-reused")
    assert first.json()["secret"].startswith("whsec_")
    assert "secret" not in listed
    assert listed["secrets"] == 2
    assert listed["url"] == URL


async def test_a_new_secret_is_shown_to_a_repeat_as_well(home: Home) -> None:
    async with partner(home) as they:
        endpoint, once = await they.registers(URL), key()
        at = f"{AT}/{endpoint['id']}/keys"
        first = await they.client.post(at, json={}, headers=once)
        again = await they.client.post(at, json={}, headers=once)
        third = await they.client.post(at, json={}, headers=key())
    assert first.json() == again.json()
    assert len({endpoint["secret"], first.json()["secret"], third.json()["secret"]}) == 3
    until = datetime.fromisoformat(first.json()["old_until"])
    now = await home.runtime.log.now()
    assert timedelta(hours=23, minutes=59) < until - now <= timedelta(hours=24)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.rosewood.org.uk/",
        "https://me:word@hooks.rosewood.org.uk/",
        "Marigold",
        "https://",
    ],
)
async def test_an_address_that_we_never_send_to_is_refused(home: Home, url: str) -> None:
    async with partner(home) as they:
        refused = await they.client.post(AT, json={"url": url}, headers=key())
    assert (refused.status_code, kind(refused)) == (422, "address-refused")
    assert "Marigold" not in refused.text


async def test_without_leave_of_the_house_only_public_addresses_are_taken(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SAFEGUARDING_EGRESS_ALLOW")
    async with partner(home) as they:
        refused = await they.client.post(AT, json={"url": URL}, headers=key())
        taken = {"url": "https://hooks.rosewood.org.uk/in"}
        assert (await they.client.post(AT, json=taken, headers=key())).status_code == 201
    assert (refused.status_code, kind(refused)) == (422, "address-refused")


@pytest.mark.parametrize(
    "body",
    [{}, {"url": ""}, {"url": URL, "event": ["decision.made"]}, {"url": URL, "events": ["x"]},
     {"url": "a" * 2001}, {"url": URL, "events": ["Decision.Made"]}, {"url": 7}],
)  # fmt: skip
async def test_a_registration_that_says_nothing_sensible_is_refused(home: Home, body: Any) -> None:
    async with partner(home) as they:
        assert (await they.client.post(AT, json=body, headers=key())).status_code == 422


async def test_an_event_that_is_never_sent_cannot_be_asked_for(home: Home) -> None:
    async with partner(home) as they:
        body = {"url": URL, "events": ["abuse.alleged"]}
        refused = await they.client.post(AT, json=body, headers=key())
    assert (refused.status_code, kind(refused)) == (422, "event-unknown")


async def test_an_endpoint_is_disabled_enabled_and_removed(home: Home) -> None:
    async with partner(home) as they:
        endpoint = await they.registers(URL)
        await they.does(endpoint, "disablement")
        off = await they.gets(f"webhook-endpoints/{endpoint['id']}")
        assert (off["status"], off["disabled_because"]) == ("disabled", "disabled@1:by-partner")
        await they.does(endpoint, "enablement")
        on = await they.gets(f"webhook-endpoints/{endpoint['id']}")
        assert (on["status"], on["disabled_because"]) == ("enabled", None)
        await they.does(endpoint, "removal")
        assert (await they.gets("webhook-endpoints"))["items"] == []
        assert (await they.client.get(f"{AT}/{endpoint['id']}")).status_code == 404


async def test_who_has_not_seen_the_last_change_changes_nothing(home: Home) -> None:
    async with partner(home) as they:
        endpoint = await they.registers(URL)
        seen = (await they.client.get(f"{AT}/{endpoint['id']}")).headers["etag"]
        await they.does(endpoint, "keys")
        at = f"{AT}/{endpoint['id']}/removal"
        late = await they.client.post(at, json={}, headers=key() | {"If-Match": seen})
        assert late.status_code == 412


async def test_what_is_anothers_is_not_there(home: Home, other: httpx.AsyncClient) -> None:
    async with partner(home) as they:
        endpoint = await they.registers(URL)
        await they.refers()
        (delivery,) = await they.deliveries("waiting")
    for path in (f"webhook-endpoints/{endpoint['id']}", f"deliveries/{delivery['id']}"):
        mine, absent = path, f"{path.partition('/')[0]}/{uuid4()}"
        found = [await other.get(f"/v1/{it}") for it in (mine, absent)]
        assert [it.status_code for it in found] == [404, 404]
        assert found[0].json()["type"] == found[1].json()["type"]
    for what in ("keys", "disablement", "enablement", "removal", "test", "replays"):
        refused = await other.post(f"{AT}/{endpoint['id']}/{what}", json={}, headers=key())
        assert refused.status_code == 404
    for path in ("events", "deliveries", "obligations", "webhook-endpoints"):
        assert (await other.get(f"/v1/{path}")).json()["items"] == []


async def test_the_feed_leaves_nothing_out_and_repeats_nothing(home: Home) -> None:
    async with partner(home) as they:
        lanes = [await they.refers("concern.recognised") for _ in range(3)]
        found, place = list[Any](), dict[str, Any]()
        for turn in range(9):
            page = await they.gets("events", limit=2, **place)
            found += page["items"]
            place = {"after": page["next"]}
            if turn < 2:
                await they.hears(lanes[0], "decision.made")
        idle = await they.gets("events", **place)
        async with partner(home) as others:
            refused = await others.client.get("/v1/events", params=place)
    assert (refused.status_code, kind(refused)) == (400, "bad-request")
    assert (idle["items"], idle["next"]) == ([], place["after"])
    assert len({it["data"]["id"] for it in found}) == len(found) == 8
    mine = [it["data"] for it in found if it["data"]["case"] == str(lanes[0])]
    assert [it["sequence"] for it in mine] == [1, 2, 3, 4]
    assert mine[0]["links"] == {"self": f"/v1/referrals/{lanes[0]}"}


async def test_staff_see_what_a_partner_was_told_by_which_right_and_whether_it_arrived(
    home: Home, manager: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        await they.registers(URL)
        lane = await they.refers("concern.recognised")
        await they.deliveries("waiting")
        answer = await manager.get(f"/v1/correspondence/{lane}")
        early = await manager.get(
            f"/v1/correspondence/{lane}", params={"known_at": "2026-01-01T00:00:00Z"}
        )
        shown = answer.json()
    assert early.status_code == 404
    assert (shown["partner"], shown["relation"]) == (str(party(they.name)), "relation@1:referrer")
    assert [(it["type"], it["disclosure"]) for it in shown["events"]] == [
        ("referral.received", "disclosure@1:sender-receipt"),
        ("concern.recognised", "disclosure@1:sender-status"),
    ]
    assert [len(it["attempts"]) for it in shown["events"]] == [1, 0]
    assert shown["events"][0]["attempts"][0]["outcome"] == "delivery-outcome@1:unreachable"
    assert (await manager.get(f"/v1/correspondence/{uuid4()}")).status_code == 404


async def test_what_was_known_at_another_time_is_no_version_to_act_on(
    home: Home, manager: httpx.AsyncClient
) -> None:
    async with partner(home) as they:
        lane = await they.refers()
    known = (await home.runtime.log.now()).isoformat()
    now = await manager.get(f"/v1/correspondence/{lane}")
    then = await manager.get(f"/v1/correspondence/{lane}", params={"known_at": known})
    assert (now.headers["ETag"], then.status_code) == ('"2"', 200)
    assert "ETag" not in then.headers


async def test_a_replay_is_asked_for_from_a_place_and_not_again_and_again(home: Home) -> None:
    async with partner(home) as they, partner(home) as others:
        endpoint, at = await they.registers(URL), f"{AT}/{{}}/replays"
        mine, once = at.format(endpoint["id"]), key()
        await they.refers("concern.recognised", "decision.made")
        places = [(await they.gets("events", limit=it))["next"] for it in (1, 3)]
        made = await they.client.post(mine, json={"after": places[0]}, headers=once)
        await they.refers()
        await they.gets("events")
        same = await they.client.post(mine, json={"after": places[0]}, headers=once)
        assert (made.status_code, made.json()) == (202, {"events": 2, "next": places[1]})
        assert (same.status_code, same.json()) == (202, made.json())
        soon = await they.client.post(mine, json={}, headers=key())
        assert (soon.status_code, kind(soon)) == (409, "replay-too-soon")
        another = await others.registers(URL)
        nothing = await others.client.post(at.format(another["id"]), json={}, headers=key())
        assert nothing.json() == {"events": 0, "next": None}
        foreign = await others.client.post(
            at.format(another["id"]), json={"after": places[0]}, headers=key()
        )
        assert foreign.status_code == 400


async def test_an_address_whose_key_is_gone_is_not_shown_and_not_sent_to(home: Home) -> None:
    async with partner(home) as they:
        endpoint = await they.registers(URL)
        vault = home.runtime.log.vault
        await forget(home.house.owner("vault"), vault, party(they.name))
        shown = await they.gets(f"webhook-endpoints/{endpoint['id']}")
        assert (shown["url"], shown["status"]) == (None, "enabled")
        await they.refers()
        (withheld,) = await they.deliveries("withheld")
    assert withheld["http_status"] is None
