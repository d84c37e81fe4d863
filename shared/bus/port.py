"""What does a bus promise?

Four methods, and no groups, acknowledgements or checkpoints: who reads keeps his own place. A bus
may repeat, and after an error a record may stand before its predecessor until the resend; `said`
restores the order. Apache Kafka, or PostgreSQL on one machine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Protocol

PARTITIONS = 6
"""Of every topic, never changed: a case stays where it is."""


class TopicPartition(NamedTuple):
    """One ordered part of a topic."""

    topic: str
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a topic holds: a key that places it, headers, and the bytes of a message."""

    topic: str
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    part: int = -1
    offset: int = -1

    @property
    def place(self) -> TopicPartition:
        """Give the part of the topic that it lies in."""
        return TopicPartition(self.topic, self.part)


class Truncated(Exception):
    """What was asked for is no longer there, or never was: the topic was cut or made anew."""


class Bus(Protocol):
    """What carries messages between services; safe to be cancelled anywhere."""

    async def ensure(self, topics: Collection[str]) -> None:
        """Make `topics` where they are not there.

        Raises:
            ValueError: one is there with another number of parts.
        """

    async def publish(self, records: Sequence[Record]) -> None:
        """Keep all `records` durably, in order where their keys place them; or raise: send anew."""

    async def fetch(
        self, from_: Mapping[TopicPartition, int], limit: int, wait: float
    ) -> Sequence[Record]:
        """Give about `limit` records at most from these offsets on, in order within their part.

        Where there is none, wait `wait` seconds at most for one.

        Raises:
            Truncated: an offset lies beyond the end, or before what is kept: it is gone.
        """

    async def ends(self, topics: Collection[str]) -> Mapping[TopicPartition, int]:
        """Give the offset behind the last record of each part of `topics`."""


@lru_cache(maxsize=10_000)
def placed(key: str, parts: int = PARTITIONS) -> int:
    """Give the part that `key` belongs to, as Kafka's own clients would place it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % parts


def murmur2(data: bytes) -> int:
    """Give the hash by which Kafka's clients place keys (unsigned, 32 bits)."""
    mask, multiplier, rest = 0xFFFFFFFF, 0x5BD1E995, len(data) & ~3
    hashed = 0x9747B28C ^ len(data)
    for at in range(0, rest, 4):
        word = int.from_bytes(data[at : at + 4], "little") * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        hashed = hashed * multiplier & mask ^ word
    if rest < len(data):
        hashed = (hashed ^ int.from_bytes(data[rest:], "little")) * multiplier & mask
    hashed = (hashed ^ hashed >> 13) * multiplier & mask
    return hashed ^ hashed >> 15
