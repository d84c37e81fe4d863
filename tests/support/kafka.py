"""Which Kafka do tests speak to: librdkafka's mock cluster, and real brokers."""

import ctypes
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.metadata import files
from typing import Any

import pytest

from deploy.local.kafka import Kafka, lacking, temporary
from shared.bus.kafka import KafkaBus
from shared.bus.port import PARTITIONS, TopicPartition

PRODUCE, FETCH, LIST_OFFSETS, METADATA, FIND_COORDINATOR, INIT_PRODUCER_ID = 0, 1, 2, 3, 10, 22
"""Numbers of Kafka's requests."""
PRODUCER = 0


class Mock:
    """A cluster of three brokers within this process, that does what a test asks of it.

    It keeps what it is sent and knows no administration; errors can be put in its mouth.
    """

    def __init__(self) -> None:
        self._lib = _librdkafka()
        said = ctypes.create_string_buffer(512)
        conf = ctypes.c_void_p(self._lib.rd_kafka_conf_new())
        made = self._lib.rd_kafka_new(PRODUCER, conf, said, ctypes.c_size_t(len(said)))
        self._client = ctypes.c_void_p(made)
        self._cluster = ctypes.c_void_p(self._lib.rd_kafka_mock_cluster_new(self._client, 3))

    @property
    def servers(self) -> str:
        """Give the addresses of its brokers."""
        found: bytes = self._lib.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return found.decode()

    def close(self) -> None:
        """End it."""
        self._lib.rd_kafka_mock_cluster_destroy(self._cluster)
        self._lib.rd_kafka_destroy(self._client)

    def make(self, topic: str, parts: int = PARTITIONS) -> None:
        """Make a topic; one that is there stays as it is."""
        self._lib.rd_kafka_mock_topic_create(self._cluster, topic.encode(), parts, 3)

    def unmake(self, topic: str) -> None:
        """Delete a topic with all that it holds."""
        self._lib.rd_kafka_mock_topic_delete(self._cluster, topic.encode())

    def forget(self, at: TopicPartition, before: int) -> None:
        """Let the records of a part before an offset be gone."""
        self._done("partition_delete_records", at.topic.encode(), at.part, ctypes.c_int64(before))

    def fail(self, request: int, *errors: int) -> None:
        """Let the next requests of a kind fail with these error codes of Kafka, one each."""
        codes = (ctypes.c_int * len(errors))(*errors)
        push = self._lib.rd_kafka_mock_push_request_errors_array
        push(self._cluster, ctypes.c_int16(request), ctypes.c_size_t(len(errors)), codes)

    def forgive(self, request: int) -> None:
        """Let no error remain that requests of a kind were to fail with."""
        self._lib.rd_kafka_mock_clear_request_errors(self._cluster, ctypes.c_int16(request))

    def lead(self, at: TopicPartition, broker: int) -> None:
        """Let another broker lead a part."""
        self._done("partition_set_leader", at.topic.encode(), at.part, broker)

    def down(self, *brokers: int) -> None:
        """Let brokers refuse every connection."""
        for it in brokers:
            self._done("broker_set_down", it)

    def up(self, *brokers: int) -> None:
        """Let brokers answer again."""
        for it in brokers:
            self._done("broker_set_up", it)

    def slow(self, milliseconds: int, *brokers: int) -> None:
        """Let each answer of these brokers take so long."""
        for it in brokers:
            self._done("broker_set_rtt", it, milliseconds)

    def _done(self, name: str, *arguments: Any) -> None:
        code = getattr(self._lib, f"rd_kafka_mock_{name}")(self._cluster, *arguments)
        assert code == 0, f"{name}: {code}"


class MockBus(KafkaBus):
    """The bus over a mock cluster, which has no door for administration but ours."""

    def __init__(self, mock: Mock, **more: Any) -> None:
        super().__init__({"bootstrap_servers": mock.servers}, **more)
        self._mock = mock

    async def _make(self, _admin: Any, topics: Collection[str]) -> None:
        for it in topics:
            self._mock.make(it)

    async def _check(self, _admin: Any, copies: Any) -> None:
        pass


@contextmanager
def mocked() -> Iterator[Mock]:
    """Give a mock cluster."""
    mock = Mock()
    try:
        yield mock
    finally:
        mock.close()


@contextmanager
def real(brokers: int = 1, **more: Any) -> Iterator[Kafka]:
    """Give real brokers, or skip the test with the reason; where CI is set there must be some."""
    if reason := lacking():
        if os.environ.get("CI"):
            pytest.fail(f"there must be a real Kafka here: {reason}")
        pytest.skip(f"no real Kafka: {reason}")
    with temporary(brokers, **more) as cluster:
        yield cluster


def _librdkafka() -> Any:
    """Load the library that the confluent-kafka wheel brings."""
    found = next(it for it in files("confluent-kafka") or () if it.match("librdkafka*.so*"))
    lib = ctypes.CDLL(str(found.locate()))
    for name in ("conf_new", "new", "mock_cluster_new"):
        getattr(lib, f"rd_kafka_{name}").restype = ctypes.c_void_p
    lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    return lib
