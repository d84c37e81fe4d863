"""How does a fact travel?

CloudEvents 1.0, Kafka binary mode: the envelope in headers, the message as JSON. Ids, times and
codes go in clear; words go in their shut sections.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.port import Record, placed
from shared.contracts import registry
from shared.facts import Act, Recorded
from shared.log.codec import Undecodable
from shared.shapes import adapter

Headers = dict[str, str]


class Unknown(Exception):
    """A type of message that this build has never heard of."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose messages they are: a context of one authority."""

    authority: str
    context: str

    @property
    def topic(self) -> str:
        """Give the topic that the context speaks on."""
        return f"safeguarding.{self.authority}.{self.context}.v1"

    @property
    def source(self) -> str:
        """Give the CloudEvents source."""
        return f"/authority/{self.authority}/{self.context}"


def record_of(happened: Recorded[Any], message: Any, value: bytes, by: Speaker) -> Record:
    """Give the record that tells `message`, said of `happened`."""
    act = happened.act
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"{act.id}.{happened.ordinal}",
        "ce_type": message.stored_as,
        "ce_source": by.source,
        "ce_subject": str(happened.case),
        "ce_time": happened.recorded_at.isoformat(),
        "content-type": "application/json",
        "ce_partitionkey": str(happened.case),
        "ce_stream": happened.stream,
        "ce_sequence": str(happened.said),
        "ce_epoch": "1",
        "ce_position": str(happened.position),
        "ce_loghash": happened.hash.hex(),
        "ce_effectivetime": act.effective_at.isoformat(),
        "ce_correlationid": str(act.correlation),
        "ce_causationid": str(act.causation) if act.causation else "",
    }
    key = str(happened.case)
    return Record(
        topic=by.topic, key=key, part=placed(key), value=value,
        headers=tuple((name, text.encode()) for name, text in headers.items() if text),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """What of a record's headers decides its order, before anybody reads its message."""

    kind: str
    source: str
    stream: str
    said: int
    case: UUID
    correlation: UUID
    position: int
    loghash: bytes


def heading_of(record: Record) -> Heading:
    """Give the heading of `record`.

    Raises:
        Undecodable: a header is missing or is not what it should be.
    """
    told = headers_of(record)
    try:
        return Heading(
            told["ce_type"], told["ce_source"], told["ce_stream"], int(told["ce_sequence"]),
            UUID(told["ce_subject"]), UUID(told["ce_correlationid"]), int(told["ce_position"]),
            bytes.fromhex(told["ce_loghash"]),
        )  # fmt: skip
    except (KeyError, ValueError) as unreadable:
        raise Undecodable("heading") from unreadable


def headers_of(record: Record) -> Headers:
    """Give the headers of `record` as text."""
    return {name: value.decode("utf-8", "replace") for name, value in record.headers}


def heard_of(record: Record) -> Recorded[Any]:
    """Give what `record` tells.

    Raises:
        Unknown: this build has never heard of its type.
        Undecodable: it is not what its type should be.
    """
    told, heading = headers_of(record), heading_of(record)
    kind = registry().get(heading.kind)
    if kind is None:
        raise Unknown(heading.kind)
    try:
        command, _, ordinal = told["ce_id"].partition(".")
        causation = told.get("ce_causationid")
        act = Act(
            id=UUID(command), actor=heading.source, role="message", purpose="safeguarding",
            effective_at=datetime.fromisoformat(told["ce_effectivetime"]),
            correlation=heading.correlation, causation=UUID(causation) if causation else None,
        )  # fmt: skip
        return Recorded(
            fact=adapter(kind).validate_json(record.value, strict=True), act=act,
            recorded_at=datetime.fromisoformat(told["ce_time"]), case=heading.case,
            stream=heading.stream, version=heading.said, said=heading.said, ordinal=int(ordinal),
            position=heading.position, hash=heading.loghash,
        )  # fmt: skip
    except (KeyError, ValueError) as unreadable:
        raise Undecodable(heading.kind) from unreadable
