"""Is every yes told once, in feed and by webhook, though each of the services was killed?"""

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import standardwebhooks

from deploy.demo.homes import PARTNERS
from deploy.local.supervisor import Backoff
from tests.notify.receiver import Got, Receiver, receiving
from tests.support.house import House, key
from tests.support.kafka import real
from tests.support.patience import until
from tests.survival.callers import Partners
from tests.survival.faults import Fault, strike
from tests.survival.oracle import agrees
from tests.survival.town import Town, client, town_in

AT_ONCE, PAUSE = 4, 0.25
KILLED = (("intake", "triage"), ("enquiry", "dols", "notify"), ("postgres",))
"""Who is killed together, one after the other."""

SOON = Backoff(most=1.0)
MANAGE, READ = "webhooks.manage", "events.read"


@dataclass(frozen=True)
class Hooked:
    """Partners whose systems are sent events, all at one receiver; the path says whose it is."""

    town: Town
    receiver: Receiver
    secrets: Mapping[str, str]

    def brought(self) -> Mapping[str, Sequence[Got]]:
        """Give what came to each partner; every signature has to be right."""
        found = defaultdict[str, list[Got]](list)
        for got in self.receiver.got:
            name = got.path.removeprefix("/")
            standardwebhooks.Webhook(self.secrets[name]).verify(got.body, dict(got.headers))
            assert got.id == got.event["data"]["id"]
            found[name].append(got)
        return found

    async def feed(self, name: str) -> Sequence[Any]:
        """Give all that a partner reads."""
        told, after = list[Any](), ""
        while True:
            path = f"/v1/events?limit=200{after}"
            page = await self.town.asked("notify", path, name, READ)
            told += page["items"]
            if not page["items"]:
                return told
            after = f"&after={page['next']}"


@pytest.fixture(autouse=True)
def _receivers_are_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")


@pytest.mark.slow
@pytest.mark.fault(
    "each service and PostgreSQL are killed (kill -9) in turn, until webhooks", "I1 to I11"
)
@pytest.mark.timeout(240)
async def test_each_yes_is_scored_and_told_once_and_brought_though_all_were_killed(
    own_house: House, tmp_path: Path
) -> None:
    await _survives(own_house, tmp_path, seed=21)


@pytest.mark.slow
@pytest.mark.fault("the same over Kafka", "I1 to I11")
@pytest.mark.timeout(300)
@pytest.mark.skipif("CI" in os.environ, reason="it takes minutes: ./run test runs it, CI does not")
async def test_it_is_so_over_kafka_too(own_house: House, tmp_path: Path) -> None:
    with real() as cluster:
        bus = {"SAFEGUARDING_BUS_URL": f"kafka://{cluster.servers}"}
        settings = {name: {**it, **bus} for name, it in own_house.settings.items()}
        await _survives(replace(own_house, settings=settings), tmp_path, seed=22)


async def _survives(house: House, folder: Path, seed: int) -> None:
    async with receiving() as receiver, town_in(house, folder, backoff=SOON) as town:
        await town.guard_server()
        hooked = Hooked(town, receiver, await _registered(town, receiver))
        partners = Partners(town, seed)
        async with asyncio.TaskGroup() as load:
            striking = load.create_task(_strike_all(town))
            while not striking.done():
                await partners.send(AT_ONCE, PAUSE)
        await agrees(town, partners)
        await _is_told_and_brought(hooked, partners)
        await town.end("postgres")
    assert partners.unknown  # else nobody noticed, and it was no test


async def _registered(town: Town, receiver: Receiver) -> Mapping[str, str]:
    secrets = dict[str, str]()
    async with client() as calling:
        for name in PARTNERS:
            answer = await calling.post(
                f"{town.urls['notify']}/v1/webhook-endpoints",
                json={"url": f"http://127.0.0.1:{receiver.port}/{name}"},
                headers=town.house.token(name, MANAGE) | key(),
            )
            assert answer.status_code == httpx.codes.CREATED, answer.text
            secrets[name] = answer.json()["secret"]
    return secrets


async def _strike_all(town: Town) -> None:
    for names in KILLED:
        await strike(town, Fault("kill", names, 0))


async def _is_told_and_brought(hooked: Hooked, partners: Partners) -> None:
    """See that feeds tell of each yes once, and that what they tell came to the receivers."""
    feeds = {name: await hooked.feed(name) for name in PARTNERS}
    told = Counter(
        it["data"]["case"]
        for feed in feeds.values()
        for it in feed
        if it["type"] == "referral.received"
    )
    assert told == dict.fromkeys((it.json()["id"] for it in partners.answers.values()), 1)
    ids = {name: {it["data"]["id"] for it in feed} for name, feed in feeds.items()}
    assert sum(map(len, ids.values())) == sum(map(len, feeds.values()))

    async def all_came() -> bool:
        return set().union(*ids.values()) <= {it.id for it in hooked.receiver.got}

    with suppress(AssertionError):  # then the line below says what is missing
        await until(all_came)
    brought = hooked.brought()
    assert {name: {it.id for it in brought[name]} for name in ids} == ids
    for name, feed in feeds.items():
        bodies = {it.id: it.event for it in brought[name]}
        assert bodies == {it["data"]["id"]: it for it in feed}
