"""Where the council's time is simulated, is it that time which deliveries go by?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import standardwebhooks

from services.notify.app import TABLES
from tests.journeys.people import it_is
from tests.notify.asking import SCOPES, Partner, partner
from tests.notify.receiver import receiving, status
from tests.support.house import Home, House, at_home, house
from tests.support.patience import until
from tests.support.story import ready


async def attempts(they: Partner, count: int) -> Any:
    """Wait until the first event was tried so many times, and give how it stands."""

    async def tried() -> Any:
        items = (await they.gets("deliveries"))["items"]
        return items[0] if items and items[0]["attempts"] == count else None

    return await until(tried)


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Give a house whose clock the test moves, and whose partners are on this machine."""
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
    with house(tmp_path, clock="simulated") as found:
        yield found


@pytest.mark.slow
async def test_attempts_come_when_the_simulated_clock_has_got_there(simulated: House) -> None:
    async with (
        at_home(simulated, "notify") as home,
        partner(home) as they,
        receiving(status(503)) as it,
    ):
        await ready(home)
        town = {"notify": home}
        await it_is(town, "2023-06-05T09:00:00Z")
        endpoint = await they.registers(it.url)
        lane = await they.refers()
        first = await attempts(they, 1)
        assert first["last_at"] == "2023-06-05T09:00:00Z"
        assert "2023-06-05T09:00:02" < first["retry_at"] <= "2023-06-05T09:00:05Z"

        await it_is(town, "2023-06-05T09:00:06Z")
        second = await attempts(they, 2)
        assert second["status"] == "waiting"
        await it_is(town, "2023-06-05T09:00:07Z")
        await they.hears(lane, "concern.recognised")
        assert (await attempts(they, 2))["last_at"] == "2023-06-05T09:00:06Z"

        # Nothing ran for two weeks: it is tried once more, given up, and the next has its turn.
        it.answer = status(503)
        await it_is(town, "2023-06-19T09:00:00Z")
        last = await attempts(they, 3)
        assert (last["status"], last["retry_at"]) == ("exhausted", None)
        await they.deliveries("exhausted", "waiting")
        it.answer = status(204)
        await it_is(town, "2023-06-19T09:00:06Z")
        await they.deliveries("exhausted", "delivered")
        assert it.types == ["referral.received"] * 3 + ["concern.recognised"] * 2

        # A receiver compares with its own clock, and that is no simulated one.
        got = it.got[-1]
        assert got.event["timestamp"] == "2023-06-05T09:00:07Z"
        standardwebhooks.Webhook(endpoint["secret"]).verify(got.body, dict(got.headers))

        # What once was given up on says nothing of an endpoint that took something since then.
        it.answer = status(503)
        await it_is(town, "2023-07-10T09:00:00Z")
        await they.refers()
        await they.deliveries("exhausted", "delivered", "waiting")
        since = await TABLES.failing_since(home.runtime.log.pool, UUID(endpoint["id"]))
        assert since == datetime.fromisoformat("2023-07-10T09:00:00Z")


@pytest.mark.slow
async def test_what_was_kept_for_a_disabled_endpoint_has_its_days_from_when_it_is_enabled(
    simulated: House,
) -> None:
    async with (
        at_home(simulated, "notify") as home,
        partner(home) as they,
        receiving(status(503)) as it,
    ):
        await ready(home)
        await it_is({"notify": home}, "2023-06-05T09:00:00Z")
        endpoint = await they.registers(it.url)
        await they.refers()
        await attempts(they, 1)
        await they.does(endpoint, "disablement")
        await it_is({"notify": home}, "2023-06-26T09:00:00Z")
        await they.does(endpoint, "enablement")
        again = await attempts(they, 2)  # and their system is not up yet
        assert (again["status"], again["last_at"]) == ("waiting", "2023-06-26T09:00:00Z")
        it.answer = status(204)
        await it_is({"notify": home}, "2023-06-26T09:01:00Z")
        await they.deliveries("delivered")


@pytest.mark.slow
async def test_an_endpoint_that_fails_for_days_is_left_alone_until_it_is_enabled(
    simulated: House,
) -> None:
    town: dict[str, Home] = {}
    began = datetime.fromisoformat("2023-06-05T09:00:00Z")

    async def next_try(they: Partner, tries: int) -> datetime:
        found = await attempts(they, tries)
        return datetime.fromisoformat(found["retry_at"]) + timedelta(seconds=1)

    async def disabled(they: Partner, endpoint: Any) -> Any:
        return (await they.gets(f"webhook-endpoints/{endpoint['id']}"))["disabled_because"]

    async with receiving(status(503)) as it:
        async with at_home(simulated, "notify") as home, partner(home) as they:
            await ready(home)
            town["notify"] = home
            await it_is(town, began.isoformat())
            endpoint = await they.registers(it.url)
            lane = await they.refers()
            now, tries = await next_try(they, 1), 1
            while now - began < timedelta(days=5):
                await it_is(town, now.isoformat())
                tries += 1
                now = await next_try(they, tries)
            assert await disabled(they, endpoint) is None
            name = they.name
        # Whoever takes over knows since when, and what is owed.
        async with at_home(simulated, "notify") as home, home.client(name, *SCOPES) as client:
            await ready(home)
            they, town["notify"] = Partner(name, home, client), home
            await it_is(town, now.isoformat())

            async def left_alone() -> Any:
                return await disabled(they, endpoint)

            assert await until(left_alone) == "disabled@1:failing"
            tried = len(it.got)
            await they.hears(lane, "concern.recognised")
            it.answer = status(204)
            await it_is(town, (now + timedelta(hours=13)).isoformat())
            types = [each["type"] for each in (await they.gets("events"))["items"]]
            assert sorted(types) == ["concern.recognised", "endpoint.disabled", "referral.received"]
            assert len(it.got) == tried
            await they.does(endpoint, "enablement")
            await they.deliveries("delivered", "delivered", "delivered")
            assert sorted(it.types[tried:]) == sorted(types)
