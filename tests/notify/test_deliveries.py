"""Does what a partner is owed reach their receiver, whatever that does meanwhile?"""

import asyncio
import time
from typing import Any
from uuid import UUID

import pytest
import standardwebhooks
import svix.webhooks

from deploy.demo.receiver import verified
from services.notify.app import TABLES
from services.notify.decisions import correspondence, subscriber
from services.notify.gateways.dispatcher import Dispatcher
from services.notify.gateways.egress import Egress
from services.notify.gateways.outbox import Outbox
from services.notify.gateways.owed import Asks, Owed, Replay
from shared import failpoint
from shared.facts import party
from tests.notify.asking import partner
from tests.notify.receiver import Got, after, receiving, status
from tests.support.house import Home
from tests.support.patience import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def came(it: Any, count: int, seconds: float = 15) -> list[Got]:
    """Wait until so many requests came in; give them."""

    async def enough() -> Any:
        return it.got if len(it.got) >= count else None

    got: list[Got] = await until(enough, seconds)
    assert len(got) == count
    return got


async def test_a_partner_is_sent_what_happens_to_their_case_in_order_and_signed(home: Home) -> None:
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url + "?token=abc")
        await they.refers("concern.recognised", "decision.made")
        got = await came(it, 3)
        items = (await they.gets("events"))["items"]
    assert it.types == ["referral.received", "concern.recognised", "decision.made"]
    assert [each.event for each in got] == items  # the feed says the same
    for each in got:
        assert each.path == "/in?token=abc"
        assert each.id == each.event["data"]["id"]
        assert verified(each.headers, each.body, endpoint["secret"])
        standardwebhooks.Webhook(endpoint["secret"]).verify(each.body, dict(each.headers))
        svix.webhooks.Webhook(endpoint["secret"]).verify(each.body, dict(each.headers))


async def test_attempts_are_seen_by_the_partner_one_by_one(home: Home) -> None:
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url)
        await they.refers()
        (delivered,) = await they.deliveries("delivered")
        whole = await they.gets(f"deliveries/{delivered['id']}")
    (attempt,) = whole.pop("every_attempt")
    assert whole == delivered
    assert (attempt["http_status"], attempt["retry_at"]) == (204, None)
    assert attempt["endpoint"] == delivered["endpoint"] == endpoint["id"]
    assert delivered["event"] == it.got[0].id
    assert (delivered["attempts"], delivered["outcome"]) == (1, "delivery-outcome@1:delivered")


@pytest.mark.slow
async def test_what_failed_is_sent_again_the_same_but_for_time_and_signature(home: Home) -> None:
    answers = [status(503), status(302, location="http://127.0.0.1:1/"), status(204)]
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url)

        async def next_one(got: Got, writer: asyncio.StreamWriter) -> None:
            await (answers.pop(0) if it.types == ["referral.received"] else status(204))(
                got, writer
            )

        it.answer = next_one
        await they.refers("concern.recognised")
        first, again, second = await came(it, 3, 20)
        assert it.types == ["referral.received", "referral.received", "concern.recognised"]
        assert (first.id, first.body) == (again.id, again.body)
        assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
        assert first.headers["webhook-signature"] != again.headers["webhook-signature"]
        assert 2.4 < again.at - first.at < 6
        assert verified(again.headers, again.body, endpoint["secret"])
        assert second.id != first.id
        tried = sorted(await they.deliveries("delivered", "delivered"), key=lambda d: d["sequence"])
        assert [each["attempts"] for each in tried] == [2, 1]


async def test_a_receiver_that_is_gone_is_sent_nothing_more_until_it_is_enabled(home: Home) -> None:
    async with partner(home) as they, receiving(status(410)) as it:
        endpoint = await they.registers(it.url)
        lane = await they.refers()

        async def shown() -> Any:
            at = f"webhook-endpoints/{endpoint['id']}"
            return (found := await they.gets(at))["status"] == "disabled" and found

        assert (await until(shown))["disabled_because"] == "disabled@1:gone"
        await they.hears(lane, "concern.recognised")
        await asyncio.sleep(0.4)
        assert it.types == ["referral.received"]
        # The feed goes on, and says what became of the endpoint.
        told = {item["type"]: item for item in (await they.gets("events"))["items"]}
        assert set(told) == {"referral.received", "endpoint.disabled", "concern.recognised"}
        assert told["endpoint.disabled"]["data"]["case"] == endpoint["id"]

        it.answer = status(204)
        await they.does(endpoint, "enablement")
        await they.deliveries("delivered", "delivered", "delivered")
        first, *rest = it.types
        assert first == "referral.received"
        assert sorted(rest) == sorted(told)
        assert it.got[0].id in {got.id for got in it.got[1:]}


async def test_a_receiver_that_asks_for_less_is_left_alone_in_all_its_cases(home: Home) -> None:
    async with partner(home) as they, receiving(status(429, retry_after="3600")) as it:
        await they.registers(it.url)
        await they.refers()
        (waits,) = await they.deliveries("waiting")
        assert waits["outcome"] == "delivery-outcome@1:throttled"
        await they.refers()
        await asyncio.sleep(0.5)
        assert len(it.got) == 1
    told = time.mktime(time.strptime(waits["retry_at"][:19], "%Y-%m-%dT%H:%M:%S"))
    last = time.mktime(time.strptime(waits["last_at"][:19], "%Y-%m-%dT%H:%M:%S"))
    assert 3599 <= told - last <= 3601


async def test_a_slow_receiver_holds_up_no_other(home: Home) -> None:
    async with (
        partner(home) as slow,
        partner(home) as they,
        receiving(after(8, status(204))) as tar,
        receiving() as it,
    ):
        await slow.registers(tar.url)
        await they.registers(it.url)
        for _ in range(6):
            await slow.refers()
        began = time.monotonic()
        for _ in range(6):
            await they.refers("concern.recognised")
        await came(it, 12, 8)
        assert time.monotonic() - began < 8
        assert len(tar.got) == 4  # at once, and no more


async def test_both_secrets_sign_while_one_takes_over_from_the_other(home: Home) -> None:
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url)
        fresh = (await they.does(endpoint, "keys")).json()
        await they.refers()
        (both,) = await came(it, 1)
        assert verified(both.headers, both.body, endpoint["secret"])
        assert verified(both.headers, both.body, fresh["secret"])
        at_once = (await they.does(endpoint, "keys", grace_hours=0)).json()
        await they.refers()
        one = (await came(it, 2))[1]
    assert not verified(one.headers, one.body, endpoint["secret"])
    assert not verified(one.headers, one.body, fresh["secret"])
    assert verified(one.headers, one.body, at_once["secret"])


async def test_a_partner_tries_one_endpoint_and_no_other(home: Home) -> None:
    async with partner(home) as they, receiving() as it, receiving() as elsewhere:
        endpoint = await they.registers(it.url, "decision.made")
        await they.registers(elsewhere.url)
        for _ in range(2):
            assert (await they.does(endpoint, "test")).status_code == 202
        got = await came(it, 2)
        await they.deliveries("delivered", "delivered")
        assert elsewhere.got == []
    assert it.types == ["endpoint.test"] * 2
    assert got[1].event["data"] == {
        "id": got[1].id, "case": endpoint["id"], "about": None, "sequence": 2,
        "occurred_at": got[1].event["data"]["occurred_at"], "schema_version": 1,
        "links": {"self": f"/v1/webhook-endpoints/{endpoint['id']}"},
    }  # fmt: skip


async def test_what_was_taken_is_sent_once_more_where_its_partner_asks_for_it(home: Home) -> None:
    async with partner(home) as they, receiving() as it, receiving() as late:
        endpoint = await they.registers(it.url)
        lane = await they.refers("concern.recognised")
        await they.deliveries("delivered", "delivered")
        place = (await they.gets("events", limit=1))["next"]
        another = await they.registers(late.url)
        assert (await they.does(endpoint, "replays", after=place)).json()["events"] == 1
        assert (await they.does(another, "replays")).json()["events"] == 2
        await they.hears(lane, "decision.made")
        got, heard = await came(it, 4), await came(late, 3)
        tried = await they.deliveries(*["delivered"] * 6)
    told = ["referral.received", "concern.recognised", "decision.made"]
    assert it.types == [told[0], told[1], told[1], told[2]]
    assert (got[1].id, got[1].body) == (got[2].id, got[2].body)
    assert late.types == told
    assert [each.id for each in heard] == list(dict.fromkeys(each.id for each in got))
    assert sorted(each["attempts"] for each in tried) == [1, 1, 1, 1, 1, 2]


async def test_what_failed_when_it_was_asked_for_is_owed_until_it_is_settled(home: Home) -> None:
    async with partner(home) as they, receiving(status(503)) as it:
        await they.refers("concern.recognised")
        endpoint = await they.registers(it.url)
        before = await home.runtime.log.head()
        await they.gets("events")  # what the feed does not have yet is not replayed
        await they.does(endpoint, "replays")
        (tried,) = await they.deliveries("waiting")
        await they.gets("events")
        now = await home.runtime.log.head()
        asks = Asks(UUID(endpoint["id"]), party(they.name), before)
        # Another replay may be the last one that was asked for.
        (first,) = await once_known(home, asks)
        assert (first.sequence, first.attempts, first.again) == (1, tried["attempts"], True)
        again = asks._replace(replays=(Replay(0, before, before),))
        both = await once_known(home, again)
        assert [each.sequence for each in both] == [1, 2]
        none_more = await once_known(home, asks._replace(replays=(Replay(0, 0, now),)))
        assert none_more == [first]
        # A stale lane is read from its own stream, which says the same as the tables do of others.
        history = await home.runtime.log.history(correspondence.stream(first.lane))
        for asked, rows in ((asks, [first]), (again, both)):
            of_lane = TABLES.with_lane(Owed(rows=(), owed_to=now, tried_to=now), [asked], history)
            assert of_lane.rows == rows
        early = TABLES.with_lane(Owed(rows=(), owed_to=0, tried_to=0), [again], history)
        assert early.rows == []
        ahead = asks._replace(replays=(Replay(0, 1, now + 1_000),))
        assert await still_owed(home, ahead) == "not known yet"


async def test_an_attempt_that_was_recorded_before_is_not_taken_for_a_new_one(home: Home) -> None:
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url)
        await they.refers()
        (tried,) = await they.deliveries("delivered")
        await they.does(endpoint, "keys")
        await they.gets("events")
        log = home.runtime.log
        outbox = Outbox()
        outbox.know(await log.history(subscriber.stream(party(they.name))))
        (asks,) = outbox.to_load()
        head = await log.head()
        rows = await once_known(home, asks._replace(replays=(Replay(0, head, head),)))
        outbox.load(Owed(rows=rows, owed_to=head, tried_to=head))
        (job,) = outbox.due(await log.now())
        assert (str(job.endpoint.id), job.waiting.attempts) == (endpoint["id"], tried["attempts"])
        dispatcher = Dispatcher("", log, Egress(), TABLES)
        recorded = await dispatcher.deliver(job)  # others may record something at the same time
        assert recorded
        assert head < recorded <= await log.head()
        assert await dispatcher.deliver(job) is None, "or it would go out again at once, for ever"
        assert len(it.got) == 3


async def still_owed(home: Home, asks: Asks) -> Any:
    """Give what the tables say is owed to an endpoint."""
    async with home.runtime.log.pool.acquire() as db:
        connection: Any = db
        found = await TABLES.still_owed(connection, [asks])
    return found.rows if found else "not known yet"


async def once_known(home: Home, asks: Asks) -> Any:
    """Give the same, as soon as the tables have all that was tried before."""

    async def known() -> Any:
        found = await still_owed(home, asks)
        return None if found == "not known yet" else (found,)

    return (await until(known))[0]


async def test_two_endpoints_have_secrets_of_their_own(home: Home) -> None:
    async with partner(home) as they, partner(home) as others, receiving() as it:
        mine, theirs = await they.registers(it.url), await others.registers(it.url)
        await they.refers()
        (got,) = await came(it, 1)
    assert verified(got.headers, got.body, mine["secret"])
    assert not verified(got.headers, got.body, theirs["secret"])


async def test_what_was_sent_and_not_recorded_is_sent_again_under_the_same_id(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with partner(home) as they, receiving() as it:
        await they.registers(it.url)
        monkeypatch.setattr(failpoint, "armed", "notify.after_send:raise")
        await they.refers("concern.recognised")
        got = await came(it, 3)
        (first, second) = await they.deliveries("delivered", "delivered")
    assert it.types == ["referral.received", "referral.received", "concern.recognised"]
    assert got[0].id == got[1].id
    assert (first["attempts"], second["attempts"]) == (1, 1)


@pytest.mark.slow
async def test_what_cannot_be_recorded_is_sent_again_less_and_less_often(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with partner(home) as they, receiving() as it:

        async def lost(got: Got, writer: asyncio.StreamWriter) -> None:
            if len(it.got) < 3:
                monkeypatch.setattr(failpoint, "armed", "notify.after_send:raise")
            await status(204)(got, writer)

        it.answer = lost
        await they.registers(it.url)
        await they.refers()
        first, second, third = await came(it, 3, 20)
        (once,) = await they.deliveries("delivered")
    assert first.id == second.id == third.id
    assert second.at - first.at >= 2
    assert third.at - second.at >= 4
    assert once["attempts"] == 1


async def test_what_lies_on_the_log_names_no_secret_and_no_whole_address(home: Home) -> None:
    async with partner(home) as they, receiving() as it:
        endpoint = await they.registers(it.url + "?code=Marigold")
        await they.refers()
        (got,) = await came(it, 1)
        await they.deliveries("delivered")
    rows = await home.runtime.log.pool.fetch(
        "select convert_from(body, 'UTF8') as it from log.event"
    )
    everything = "\n".join(row["it"] for row in rows)
    for canary in ("Marigold", endpoint["secret"], got.headers["webhook-signature"], "/in"):
        assert canary not in everything
