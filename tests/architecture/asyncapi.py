"""What travels on our topics, as AsyncAPI 3 describes it?

`docs/api/asyncapi.json` is made from the registry of contracts, from what each service says and
hears, and from the headers that every record carries: `python -m tests.architecture.asyncapi`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.bus.message import SCHEMAS, SHAPES, Speaker
from shared.bus.port import PARTITIONS
from shared.contracts import registry
from tests.architecture.doors import ROOT, SERVICES
from tests.architecture.examples import messages, record
from tests.architecture.schemas import Json, schema, version
from tests.architecture.spoken import Version, heard, said, services

FILE = ROOT / "docs" / "api" / "asyncapi.json"
KAFKA = "0.5.0"
"""Version of AsyncAPI's binding for Kafka."""
UUID = {"type": "string", "format": "uuid"}
INSTANT = {"type": "string", "format": "date-time"}
TRACE = {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"}
HEADERS: Mapping[str, tuple[str, Json]] = {
    "content-type": ("What the value is.", {"const": "application/json"}),
    "ce_specversion": ("CloudEvents 1.0.", {"const": "1.0"}),
    "ce_id": (
        "Command and ordinal: the same for every repeat.",
        {"type": "string", "pattern": "^[0-9a-f-]{36}[.][0-9]+$"},
    ),
    "ce_source": ("Authority and context.", {"type": "string", "pattern": f"^{SHAPES['source']}$"}),
    "ce_type": ("The message's type and version.", {"type": "string"}),
    "ce_dataschema": ("The name of the message's JSON Schema.", {"type": "string"}),
    "ce_subject": ("The case, which is also the record's key.", UUID),
    "ce_partitionkey": ("The case: all of it lies in one partition.", UUID),
    "ce_time": ("When the log of whoever says it came to know; UTC.", INSTANT),
    "ce_effectivetime": ("When it was so in the world; UTC.", INSTANT),
    "ce_stream": (
        "That in which `sequence` counts.",
        {"type": "string", "pattern": f"^{SHAPES['stream']}$"},
    ),
    "ce_sequence": (
        "1, 2, 3 … in its stream. Not above the last: a repeat. Beyond the next: wait for it.",
        {"type": "string", "pattern": f"^{SHAPES['sequence']}$"},
    ),
    "ce_epoch": (
        "The epoch of the log, in which positions count.",
        {"type": "string", "pattern": "^[1-9][0-9]*$"},
    ),
    "ce_position": (
        "The fact's position in the log of whoever says it.",
        {"type": "string", "pattern": f"^{SHAPES['position']}$"},
    ),
    "ce_loghash": (
        "The hash of that log at this position: two histories are told apart by it.",
        {"type": "string", "pattern": f"^{SHAPES['loghash']}$"},
    ),
    "ce_correlationid": ("What belongs together, from the first request on.", UUID),
    "ce_causationid": ("The command that led to this one.", UUID),
    "ce_traceparent": ("W3C Trace Context, made of correlation and command.", TRACE),
}
"""Every header, with its meaning and its shape."""
OPTIONAL = {"ce_causationid"}


def document() -> Json:
    """Give the whole AsyncAPI document."""
    contexts = sorted({Version.of(it).context for it in registry()})
    return {
        "asyncapi": "3.0.0",
        "id": f"{SCHEMAS}asyncapi",
        "info": {
            "title": "Messages of the safeguarding services",
            "version": version(),
            "description": (
                "One topic for each context, one message for each public fact, CloudEvents 1.0 in "
                "Kafka's binary mode. In clear: ids, times and codes. Words about people travel in "
                "shut sections. A bus may repeat: sequence and stream restore the order."
            ),
            "license": {"name": "See LICENSE"},
            "tags": [{"name": name} for name in SERVICES],
        },
        "defaultContentType": "application/json",
        "channels": {context: _channel(context) for context in contexts},
        "operations": dict(_operations()),
        "components": {
            "messages": {_key(it): _message(it) for it in sorted(registry())},
            "schemas": {"headers": _headers(), **dict(_schemas())},
        },
    }


def _key(stored: str) -> str:
    return stored.replace("/", ".")


def _channel(context: str) -> Json:
    told = sorted(it for it in registry() if Version.of(it).context == context)
    return {
        "address": Speaker("{authority}", context).topic,
        "description": f"What {context} says. Kept for ever, never compacted.",
        "parameters": {
            "authority": {"description": "The council's ONS code.", "examples": ["E06000015"]}
        },
        "messages": {
            _key(it): {"$ref": f"#/components/messages/{_key(it)}"} for it in told
        },
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1,
                    "retention.bytes": -1,
                },
                "bindingVersion": KAFKA,
            }
        },
    }  # fmt: skip


def _operations() -> Iterator[tuple[str, Json]]:
    for name, it in services().items():
        for stored in sorted(said(it)):
            yield f"{name}.says.{_key(stored)}", _operation(name, "send", stored)
        for stored in sorted(heard(it)):
            group = {"kafka": {"groupId": {"const": f"{name}.reactions"}, "bindingVersion": KAFKA}}
            yield (
                f"{name}.hears.{_key(stored)}",
                {**_operation(name, "receive", stored), "bindings": group},
            )


def _operation(service: str, action: str, stored: str) -> Json:
    channel = f"#/channels/{Version.of(stored).context}"
    verb = {"send": "says", "receive": "hears"}[action]
    return {
        "action": action,
        "summary": f"{service} {verb} {stored}",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{_key(stored)}"}],
        "tags": [{"name": service}],
    }


def _message(stored: str) -> Json:
    kind = registry()[stored]
    own = {"ce_type": {"const": stored}, "ce_dataschema": {"const": SCHEMAS + stored}}
    shared = {"$ref": "#/components/schemas/headers"}
    return {
        "name": stored,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").partition("\n")[0],
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": {"type": "object", "allOf": [shared, {"properties": own}]},
        "payload": {"$ref": f"#/components/schemas/{_key(stored)}"},
        "bindings": {"kafka": {"key": UUID, "bindingVersion": KAFKA}},
        "examples": [example(stored)],
    }


def example(stored: str) -> Json:
    """Give headers and value of a made-up message."""
    told = record(messages()[stored])
    return {
        "headers": {name: value.decode() for name, value in told.headers},
        "payload": json.loads(told.value),
    }


def _headers() -> Json:
    shapes = {name: {"description": words, **shape} for name, (words, shape) in HEADERS.items()}
    return {
        "type": "object",
        "description": "What every record says of itself, before its value is read.",
        "properties": shapes,
        "required": sorted(HEADERS.keys() - OPTIONAL),
    }


def _schemas() -> Iterator[tuple[str, Any]]:
    for stored, kind in sorted(registry().items()):
        whole = dict(schema(kind))
        parts: Mapping[str, Any] = whole.pop("$defs", {})
        for name, part in [
            (_key(stored), whole),
            *((f"{_key(stored)}.{it}", parts[it]) for it in parts),
        ]:
            yield name, _moved(part, f"#/components/schemas/{_key(stored)}.")


def _moved(part: Any, to: str) -> Any:
    """Give a schema whose own definitions lie elsewhere, and which is no document of its own."""
    if isinstance(part, list):
        return [_moved(it, to) for it in part]
    if not isinstance(part, dict):
        return part
    kept = {name: it for name, it in part.items() if name not in {"$id", "$schema", "$ref"}}
    moved = {name: _moved(it, to) for name, it in kept.items()}
    if "$ref" in part:
        target = {"$ref": part["$ref"].replace("#/$defs/", to)}
        return {**moved, "allOf": [target]} if moved else target  # nothing stands beside a $ref
    return moved


def written() -> str:
    """Give the document as its file holds it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), "utf-8")
