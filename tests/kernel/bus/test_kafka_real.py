"""Does the bus on Kafka keep the promises of the port, on a real broker?"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from aiokafka import TopicPartition as Part
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from deploy.local.kafka import Kafka
from shared.bus import kafka
from shared.bus.kafka import KafkaBus
from shared.bus.message import Speaker
from shared.bus.port import Bus, TopicPartition
from tests.kernel.bus import a
from tests.kernel.bus.contract import BusContract, all_of, record
from tests.support.kafka import real
from tests.support.patience import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def broker() -> Iterator[Kafka]:
    with real() as cluster:
        yield cluster


@pytest.fixture
async def admin(broker: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=broker.servers)
    await client.start()
    yield client
    await client.close()


def on(broker: Kafka, **more: object) -> KafkaBus:
    return KafkaBus({"bootstrap_servers": broker.servers}, **more)  # type: ignore[arg-type]


@pytest.fixture
async def bus(broker: Kafka) -> AsyncIterator[Bus]:
    async with on(broker) as bus:
        yield bus


@pytest.fixture
async def other(broker: Kafka) -> AsyncIterator[Bus]:
    async with on(broker) as bus:
        yield bus


@pytest.fixture
async def topic(bus: Bus, authority: str) -> str:
    name = f"safeguarding.{authority}.triage.v1"
    await bus.ensure([name])
    return name


class TestKafkaReal(BusContract):
    """The contract, on Apache Kafka itself."""

    @pytest.fixture(autouse=True)
    def _cluster(self, admin: AIOKafkaAdminClient, other: Bus) -> None:
        self.admin, self.other = admin, other

    async def make(self, topic: str, parts: int) -> None:
        await self.admin.create_topics([NewTopic(topic, parts, 1)])

    async def forget(self, at: TopicPartition, before: int) -> None:
        await self.admin.delete_records({Part(*at): RecordsToDelete(before_offset=before)})

    async def cut(self, at: TopicPartition, after: int) -> None:
        kept = [
            it for it in await all_of(self.other, at.topic) if it.place != at or it.offset < after
        ]
        await self.admin.delete_topics([at.topic])

        async def gone() -> bool:
            return at.topic not in await self.admin.list_topics()

        await until(gone)
        await self.other.ensure([at.topic])
        await self.other.publish(kept)


async def described(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
    ((_, _, _, _, entries),) = (await admin.describe_configs(asked))[0].resources
    return {entry[0]: entry[1] for entry in entries}


async def test_a_topic_is_made_to_be_kept_for_ever(admin: AIOKafkaAdminClient, topic: str) -> None:
    found = await described(admin, topic)
    assert found["cleanup.policy"] == "delete"
    assert (found["retention.ms"], found["retention.bytes"]) == ("-1", "-1")


@pytest.mark.parametrize(
    ("name", "value"),
    [("cleanup.policy", "compact"), ("retention.ms", "604800000"), ("retention.bytes", "1000")],
)
async def test_a_topic_that_would_forget_is_refused(
    bus: Bus, admin: AIOKafkaAdminClient, topic: str, name: str, value: str
) -> None:
    elsewhere = f"{topic[:-3]}.v4"
    kept = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
    await admin.create_topics([NewTopic(elsewhere, 6, 1, topic_configs=kept | {name: value})])
    with pytest.raises(ValueError, match=name):
        await bus.ensure([topic, elsewhere])


async def test_a_topic_on_fewer_brokers_than_demanded_is_refused(broker: Kafka, topic: str) -> None:
    async with on(broker, copies=3) as strict:
        with pytest.raises(ValueError, match="other parts or copies"):
            await strict.ensure([topic])


async def test_tools_see_how_far_a_service_has_read(
    broker: Kafka, admin: AIOKafkaAdminClient, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "TELLS", 0.1)
    group = f"{topic}.reactions"
    async with on(broker, group=group) as ears:
        await ears.publish([record(topic, str(uuid4())) for _ in range(30)])
        ends = await ears.ends([topic])
        await ears.fetch(ends, 100, 0.1)

        async def told() -> bool:
            with suppress(KafkaError):  # the first group of a broker takes a moment
                found = await admin.list_consumer_group_offsets(group)
                return {tuple(at): it.offset for at, it in found.items()} == ends
            return False

        await until(told)


@pytest.mark.skipif(shutil.which("kcat") is None, reason="kcat is not installed")
async def test_kcat_reads_what_a_topic_tells(broker: Kafka, bus: Bus, authority: str) -> None:
    voice, case = a.Voice(Speaker(authority, "intake")), uuid4()
    await bus.ensure([voice.by.topic])
    await bus.publish([voice.referral(case, 3)])
    asked = ("-C", "-e", "-q", "-o", "beginning", "-f", r"%k|%h|%s\n", "-t", voice.by.topic)
    kcat = await asyncio.create_subprocess_exec(
        "kcat", "-b", broker.servers, *asked, stdout=asyncio.subprocess.PIPE
    )
    key, headers, value = (await kcat.communicate())[0].decode().strip().split("|")
    assert key == str(case)
    assert "ce_specversion=1.0" in headers
    assert "ce_type=intake.referral-received/" in headers
    assert json.loads(value)["adults"] == 3
