"""Is every referral scored once, whatever happens to the brokers?"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.kafka import Kafka, Node
from tests.support.house import House
from tests.support.kafka import real
from tests.support.patience import until
from tests.survival.callers import Partners
from tests.survival.oracle import agrees, settled, topics_of
from tests.survival.town import Town, town_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROUNDS = int(os.environ.get("SAFEGUARDING_SURVIVAL_ROUNDS", "1"))
"""Of each broker; ten by hand, before a release."""


@pytest.fixture(scope="module")
def three() -> Iterator[Kafka]:
    with real(3) as cluster:
        yield cluster


def over(found: House, cluster: Kafka) -> House:
    """Give the house that speaks over these brokers, as an authority that nobody else speaks of."""
    told = {
        "SAFEGUARDING_BUS_URL": f"kafka://{cluster.servers}",
        "SAFEGUARDING_AUTHORITY": f"E{uuid4().hex[:10]}",
    }
    return replace(found, settings={name: {**it, **told} for name, it in found.settings.items()})


@pytest.fixture
async def town(own_house: House, three: Kafka, tmp_path: Path) -> AsyncIterator[Town]:
    """Give a whole town that speaks over three brokers."""
    async with town_in(over(own_house, three), tmp_path) as found:
        yield found


@pytest.fixture
async def two(own_house: House, three: Kafka, tmp_path: Path) -> AsyncIterator[Town]:
    """Give the two between whom a referral goes until it is scored."""
    async with town_in(over(own_house, three), tmp_path, "intake", "triage") as found:
        yield found


async def back(cluster: Kafka) -> None:
    for _ in cluster.starting():
        await asyncio.sleep(0.02)


async def struck(cluster: Kafka, node: Node, *, frozen: bool) -> None:
    """Take a broker away for longer than the others wait for it, and let it come back."""
    if frozen:
        node.send(signal.SIGSTOP)
        await asyncio.sleep(5)
        node.send(signal.SIGCONT)
    else:
        node.kill()
        await asyncio.sleep(3)
        await back(cluster)


@pytest.mark.fault("each of three Kafka brokers is killed, or freezes for 5 s, under load")
async def test_a_broker_that_dies_or_freezes_costs_no_referral(town: Town, three: Kafka) -> None:
    partners = Partners(town, seed=41)
    sending = asyncio.create_task(partners.send(120 * ROUNDS, pause=0.15))
    for number in range(ROUNDS):
        for node in three.nodes:
            await struck(three, node, frozen=(number + node.number) % 3 == 0)
            await asyncio.sleep(1)
    await sending
    await agrees(town, partners)


@pytest.mark.fault("two of three Kafka brokers are away, then all, and come back")
async def test_referrals_are_taken_while_kafka_is_away_and_scored_afterwards(
    two: Town, three: Kafka
) -> None:
    partners = Partners(two, seed=42)
    await partners.send(5, pause=0)
    await settled(two)
    began = monotonic()
    for node in three.nodes[:2]:  # one cannot keep a record as its topic demands
        node.kill()
    await partners.send(10, pause=0.2)
    three.nodes[2].kill()
    await partners.send(10, pause=0.2)
    assert partners.unknown == 0
    assert monotonic() - began < 20
    await back(three)
    await agrees(two, partners)


@pytest.mark.fault("a topic is deleted under its reader")
async def test_a_topic_that_was_deleted_is_missed_and_not_passed_over(
    two: Town, three: Kafka
) -> None:
    partners = Partners(two, seed=43)
    await partners.send(5, pause=0)
    await settled(two)
    admin = AIOKafkaAdminClient(bootstrap_servers=three.servers)
    await admin.start()
    await admin.delete_topics(topics_of(two)[:1])
    await admin.close()

    async def told() -> bool:
        return any(it.get("error") == "Truncated" for it in two.lines("triage"))

    await until(told, 40)
    await partners.send(5, pause=0)  # its author is not turned away
    assert len(partners.answers) == 10
