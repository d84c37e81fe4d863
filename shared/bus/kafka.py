"""How does Apache Kafka carry messages?

Through aiokafka, and without consumer groups: who reads keeps his own place. A producer that met
an error is not used again, since it could leave a hole and go on; the relay sends anew.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, errors
from aiokafka import TopicPartition as Part
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.conn import create_conn

from shared.bus.port import PARTITIONS, Record, TopicPartition, Truncated, placed

PATIENCE = 8.0
"""Seconds for a call: less than a session that leads may say nothing (`lease.FROZEN_AFTER`)."""
SETTLES = 50
"""Looks, of 2 ms each, whether every part has answered a new reader."""
TELLS = 5.0
"""Seconds between two words to Kafka about how far we have read."""
LARGEST = 2 * 1024 * 1024
FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
READS = {"auto_offset_reset": "none", "enable_auto_commit": False}
REFUSED = (
    errors.AuthenticationFailedError, errors.SaslAuthenticationFailed,
    errors.UnsupportedSaslMechanismError, errors.TopicAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError, errors.MessageSizeTooLargeError,
    errors.InvalidReplicationFactorError, errors.PolicyViolationError,
)  # fmt: skip
"""Kafka understood, and will say the same again: a person has to change something."""

Places = Mapping[TopicPartition, int]


class KafkaBus:
    """The bus in a Kafka cluster. `how` is what every client of aiokafka is told."""

    def __init__(
        self, how: Mapping[str, Any], *, group: str | None = None, copies: int | None = None
    ) -> None:
        usual = {"request_timeout_ms": int(PATIENCE * 1000), "metadata_max_age_ms": 30_000}
        self._how: dict[str, Any] = usual | dict(how)
        self._group, self._copies = group, copies
        self._producer: AIOKafkaProducer | None = None
        self._asker: AIOKafkaConsumer | None = None
        self._idle: dict[frozenset[TopicPartition], AIOKafkaConsumer] = {}
        self._one_batch, self._one_question = asyncio.Lock(), asyncio.Lock()
        self._there, self._told = set[str](), dict[TopicPartition, int]()
        self._at_work, self._tells = set[asyncio.Task[None]](), 0.0

    async def __aenter__(self) -> Self:
        return self  # Kafka may be away: each client starts when it is needed

    async def __aexit__(self, *_: object) -> None:
        for it in (self._producer, self._asker, *self._idle.values()):
            self._end(it)
        if self._at_work:
            _done, late = await asyncio.wait(self._at_work, timeout=1)
            for task in late:
                task.cancel()

    async def ensure(self, topics: Collection[str]) -> None:
        """Make `topics` where they are not there.

        Raises:
            ValueError: one is there with other parts or copies, or would forget.
        """
        with _passing():
            async with asyncio.timeout(PATIENCE):
                admin = await self._started(AIOKafkaAdminClient(**self._how))
                try:
                    there = await _copies(admin, topics)
                    if absent := set(topics) - set(there):
                        await self._make(admin, absent)
                    while not there.keys() >= set(topics):  # made, but not known to every broker
                        await asyncio.sleep(0.05)
                        there = await _copies(admin, topics)
                    for topic, copies in there.items():
                        if len(copies) != PARTITIONS or self._copies not in (None, min(copies)):
                            raise ValueError(f"{topic} has other parts or copies: {copies}")
                    await self._check(admin, there)
                finally:
                    self._end(admin)

    async def publish(self, records: Sequence[Record]) -> None:
        """Keep `records` on as many brokers as the topic demands, in order within their part."""
        if not records:
            return
        async with self._one_batch:
            try:
                with _passing():
                    async with asyncio.timeout(PATIENCE):
                        await self._send(records)
            except BaseException:
                self._end(self._producer)
                self._producer = None
                raise

    async def fetch(self, from_: Places, limit: int, wait: float) -> Sequence[Record]:
        """Give records from these offsets on; wait where there are none."""
        if not from_:
            return []
        parts, sound = frozenset(from_), False
        with _passing():
            reader = self._idle.pop(parts, None) or await self._reader(from_)
            try:
                for at, offset in from_.items():
                    if await reader.position(Part(*at)) != offset:
                        reader.seek(Part(*at), offset)
                found = await self._read(reader, from_, limit, wait)
                sound = True
            except asyncio.CancelledError:
                sound = True  # it may stand anywhere: the next seeks
                raise
            finally:
                self._rest(parts, reader) if sound else self._end(reader)
        self._tell(from_)
        return [_record(it) for it in found]

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """Give the offset behind the last record of each part of `topics`."""
        with _passing():
            if not self._there.issuperset(topics):
                self._there = await self._ask(lambda asker: asker.topics())
            there = self._there.intersection(topics)
            return await self._ends([Part(it, part) for it in there for part in range(PARTITIONS)])

    async def _make(self, admin: AIOKafkaAdminClient, topics: Collection[str]) -> None:
        """Make topics: kept for ever, on three brokers where there are as many."""
        brokers = len((await admin.describe_cluster())["brokers"])
        copies = self._copies or (3 if brokers >= 3 else 1)  # noqa: PLR2004 - Kafka's own advice
        config = _config(copies) | {"max.message.bytes": str(LARGEST)}
        new = [NewTopic(it, PARTITIONS, copies, topic_configs=config) for it in topics]
        for topic, code, *_ in (await admin.create_topics(new)).topic_errors:
            kind = errors.for_code(code)
            if kind not in (errors.NoError, errors.TopicAlreadyExistsError):
                raise kind(topic)

    async def _check(self, admin: AIOKafkaAdminClient, there: Mapping[str, list[int]]) -> None:
        asked = [ConfigResource(ConfigResourceType.TOPIC, it) for it in there]
        for code, _, _, topic, entries in (await admin.describe_configs(asked))[0].resources:
            if code:
                raise errors.for_code(code)(topic)
            found = {entry[0]: entry[1] for entry in entries}
            for name, wanted in _config(min(there[topic])).items():
                if found.get(name) != wanted:
                    raise ValueError(f"{topic}: {name} is {found.get(name)}, not {wanted}")

    async def _send(self, records: Sequence[Record]) -> None:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._how, enable_idempotence=True, acks="all", linger_ms=0,
                max_batch_size=256 * 1024, max_request_size=LARGEST,
            )  # fmt: skip
            self._producer = await self._started(producer)
        sent = [
            await self._producer.send(
                it.topic, it.value, it.key.encode(), placed(it.key), headers=list(it.headers)
            )
            for it in records
        ]
        await asyncio.gather(*sent)

    async def _reader(self, from_: Places) -> AIOKafkaConsumer:
        reader = await self._started(AIOKafkaConsumer(**self._how, **READS))
        reader.assign([Part(*at) for at in from_])
        for at, offset in from_.items():  # with no await in between, or it would look for a group
            reader.seek(Part(*at), offset)
        return reader

    async def _read(
        self, reader: AIOKafkaConsumer, from_: Places, limit: int, wait: float
    ) -> list[Any]:
        """Give what is there; nothing only after `wait` seconds and where the ends say so."""
        parts, until = [Part(*at) for at in from_], monotonic() + wait
        left = wait
        while True:
            first = await reader.getmany(timeout_ms=int(left * 1000), max_records=1)
            if first:
                return await _shared_out(reader, parts, limit, next(iter(first.values())))
            ends, left = await self._ends(parts), until - monotonic()
            if any(offset > ends[at] for at, offset in from_.items()):
                raise Truncated
            if left <= 0 and ends == from_:
                return []
            if left < -PATIENCE / 2:
                raise TimeoutError
            left = max(left, 0.05)

    async def _ends(self, parts: list[Part]) -> dict[TopicPartition, int]:
        found = await self._ask(lambda asker: asker.end_offsets(parts)) if parts else {}
        return {TopicPartition(*at): end for at, end in found.items()}

    async def _ask(self, question: Callable[[AIOKafkaConsumer], Awaitable[Any]]) -> Any:
        """Ask by a client that reads nothing: a reader's answers wait behind its long polls."""
        async with self._one_question:
            try:
                async with asyncio.timeout(PATIENCE):
                    if self._asker is None:
                        self._asker = await self._started(AIOKafkaConsumer(**self._how))
                    return await question(self._asker)
            except BaseException:
                self._end(self._asker)
                self._asker, self._there = None, set()
                raise

    def _rest(self, parts: frozenset[TopicPartition], reader: AIOKafkaConsumer) -> None:
        """Keep a reader with what it has fetched ahead, if it reads more than one part."""
        if len(parts) == 1 or parts in self._idle:
            self._end(reader)
            return
        self._idle[parts] = reader
        if len(self._idle) > 2:  # noqa: PLR2004 - a consumer's, and a spare
            self._end(self._idle.pop(next(iter(self._idle))))

    async def _started(self, client: Any) -> Any:
        """Start a client; where Kafka turned us away, raise the reason."""
        starting = asyncio.create_task(client.start())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(starting)  # cut off, it would leave a connection open
        except BaseException as why:
            self._end(client, starting)
            if isinstance(why, errors.KafkaConnectionError):  # it keeps the reason to itself
                host, _, port = self._how["bootstrap_servers"].partition(",")[0].rpartition(":")
                how = {it: self._how[it] for it in self._how if it not in NOT_OF_CONNECTIONS}
                (await create_conn(host, int(port), **how)).close()
            raise
        return client

    def _end(self, client: Any, starting: Awaitable[None] | None = None) -> None:
        """Close a client by and by: it may wait for a broker that is away."""

        async def end() -> None:
            if starting:
                await _quietly(starting)
            await (client.close() if hasattr(client, "close") else client.stop())

        if client is not None:
            self._later(end())

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.create_task(_quietly(work))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def _tell(self, places: Places) -> None:
        """Let tools that show lag know: whoever reads several parts asks from what he keeps."""
        if self._group and len(places) > 1 and monotonic() > self._tells and places != self._told:
            self._tells, self._told = monotonic() + TELLS, dict(places)
            self._later(self._tell_kafka(self._group, self._told))

    async def _tell_kafka(self, group: str, places: Places) -> None:
        teller = AIOKafkaConsumer(**self._how, **READS, group_id=group)
        parts = {Part(*at): offset for at, offset in places.items()}
        teller.assign([*parts])
        teller.pause(*parts)  # it reads nothing
        await self._started(teller)
        try:
            async with asyncio.timeout(PATIENCE):
                await teller.commit(parts)
        finally:
            self._end(teller)


NOT_OF_CONNECTIONS = ("bootstrap_servers", "metadata_max_age_ms")


async def _copies(admin: AIOKafkaAdminClient, topics: Collection[str]) -> dict[str, list[int]]:
    """Give on how many brokers each part of `topics` is; all are listed, or asking might make."""
    found = {it["topic"]: it["partitions"] for it in await admin.describe_topics()}
    return {it: [len(part["replicas"]) for part in found[it]] for it in topics if it in found}


async def _shared_out(
    reader: AIOKafkaConsumer, parts: list[Part], limit: int, found: list[Any]
) -> list[Any]:
    """Add what else is ready: each part has its share before a busier one has more."""
    for _ in range(SETTLES):
        if all(reader.highwater(at) is not None for at in parts):
            break
        await asyncio.sleep(0.002)
    for share in (max(1, limit // len(parts)), limit):
        for at in parts:
            if room := min(share, limit - len(found)):
                ready = await reader.getmany(at, timeout_ms=0, max_records=room)
                found = found + ready.get(at, [])
    return found


def _record(it: Any) -> Record:
    return Record(
        topic=it.topic, part=it.partition, offset=it.offset,
        key=(it.key or b"").decode("utf-8", "replace"), value=it.value or b"",
        headers=tuple((name, value or b"") for name, value in it.headers),
    )  # fmt: skip


def _config(copies: int) -> dict[str, str]:
    return FOR_EVER | {"min.insync.replicas": str(max(1, copies - 1))}


async def _quietly(work: Awaitable[None]) -> None:
    with suppress(errors.KafkaError, OSError, TimeoutError):
        await work


@contextmanager
def _passing() -> Iterator[None]:
    """Let what only passes look so to our loops: nothing is wrong with any message."""
    try:
        yield
    except errors.OffsetOutOfRangeError as gone:
        raise Truncated from gone
    except REFUSED:
        raise
    except errors.KafkaError as why:
        raise ConnectionError(type(why).__name__) from why
