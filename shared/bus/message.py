"""How does a fact travel?

CloudEvents 1.0, Kafka binary mode: the envelope in headers, the message as JSON. Ids, times and
codes go in clear; words go in their shut sections. Who acted stays at home.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.bus.port import Record
from shared.contracts import registry
from shared.facts import Act, Recorded
from shared.log.codec import Undecodable
from shared.shapes import adapter

SHAPES = {
    "source": r"/[!-~]{1,200}", "stream": r"[a-z0-9-]{1,100}", "sequence": r"[1-9][0-9]{0,8}",
    "position": r"[1-9][0-9]{0,17}", "loghash": r"[0-9a-f]{64}",
}  # fmt: skip
NAMES = [f"ce_{it}" for it in SHAPES]
FITS = [re.compile(shape).fullmatch for shape in SHAPES.values()]
SCHEMAS = "urn:x-safeguarding:"
"""Before a type: the name of its JSON Schema, which lies in docs/events/schemas."""
Stream = tuple[str, str]
"""Source and name: that in which `said` counts."""
Witness = tuple[int, bytes]
"""Position and hash of an event in the log of whoever tells it."""


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
    act, case = happened.act, str(happened.case)
    headers = {
        "ce_specversion": "1.0", "content-type": "application/json",
        "ce_id": f"{act.id}.{happened.ordinal}", "ce_type": message.stored_as,
        "ce_source": by.source, "ce_subject": case, "ce_partitionkey": case,
        "ce_stream": happened.stream, "ce_sequence": str(happened.said),
        "ce_epoch": "1", "ce_position": str(happened.position), "ce_loghash": happened.hash.hex(),
        "ce_time": happened.recorded_at.isoformat(),
        "ce_effectivetime": act.effective_at.isoformat(),
        "ce_correlationid": str(act.correlation), "ce_causationid": str(act.causation or ""),
        "ce_dataschema": SCHEMAS + message.stored_as,
        # Of the act: a repeat says the same, and every record of one correlation is one trace.
        "ce_traceparent": f"00-{act.correlation.hex}-{act.id.hex[16:]}-00",
    }  # fmt: skip
    told = tuple((name, text.encode()) for name, text in headers.items() if text)
    return Record(topic=by.topic, key=case, headers=told, value=value)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a record says before anybody reads its message."""

    case: UUID
    kind: str
    stream: Stream
    said: int
    """0 where the headers do not say what comes after what."""

    witness: Witness | None
    correlation: UUID | None


def heading_of(record: Record) -> Heading:
    """Give the heading of `record`; what cannot be read is None, and raises nothing."""
    told = headers_of(record)
    found = [told.get(name, "") for name in NAMES]
    good = [bool(fits(text)) for fits, text in zip(FITS, found, strict=True)]
    source, stream, said, position, loghash = found
    return Heading(
        case=_uuid(record.key) or uuid5(NAMESPACE_OID, record.key),  # nobody's, and no other's
        kind=told.get("ce_type", ""), correlation=_uuid(told.get("ce_correlationid", "")),
        stream=(source, stream), said=int(said) if all(good[:3]) else 0,
        witness=(int(position), bytes.fromhex(loghash)) if all(good[3:]) else None,
    )  # fmt: skip


def headers_of(record: Record) -> dict[str, str]:
    """Give the headers of `record` as text."""
    return {name: value.decode("utf-8", "replace") for name, value in record.headers}


def heard_of(record: Record, heading: Heading | None = None) -> Recorded[Any]:
    """Give what `record` tells; who has read its heading already hands it on.

    Raises:
        Unknown: this build has never heard of its type.
        Undecodable: it is not what its type should be.
    """
    told, heading = headers_of(record), heading or heading_of(record)
    kind = registry().get(heading.kind)
    if kind is None:
        raise Unknown
    try:
        if not heading.said or not heading.witness or told["ce_subject"] != record.key:
            raise Undecodable(kind.stored_as)
        command, _, ordinal = told["ce_id"].partition(".")
        act = Act(
            id=UUID(command), actor=told["ce_source"], role="message", purpose="safeguarding",
            effective_at=_instant(told["ce_effectivetime"]),
            correlation=UUID(told["ce_correlationid"]),
            causation=UUID(told["ce_causationid"]) if "ce_causationid" in told else None,
        )  # fmt: skip
        return Recorded(
            fact=adapter(kind).validate_json(record.value, strict=True), act=act,
            recorded_at=_instant(told["ce_time"]), case=UUID(record.key),
            stream=told["ce_stream"], version=heading.said, said=heading.said,
            ordinal=int(ordinal), position=heading.witness[0], hash=heading.witness[1],
        )  # fmt: skip
    except (KeyError, ValueError) as unreadable:
        raise Undecodable(kind.stored_as) from unreadable


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant names its zone")
    return at
