"""What exactly is a partner sent?

A thin body by Standard Webhooks: identifiers, times and codes, and nobody's words. It is a function
of what is on the log, so each attempt and the feed give the same bytes.

Law: none; UK GDPR Art 5(1)(c) asks that no more is told than is needed.
"""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.notify.rules.disclosure import ASKED, EVENTS, type_of
from shared.facts import Code

SCHEMA_VERSION = 1


def event_id(lane: UUID, partner: UUID, sequence: int) -> UUID:
    """Give the id by which a receiver knows an event again, however often it is sent."""
    return uuid5(lane, f"{partner}/{sequence}")


def delivery_id(event: UUID, endpoint: UUID) -> UUID:
    """Give the id of all attempts to bring one event to one endpoint."""
    return uuid5(event, str(endpoint))


def case_told(lane: UUID, partner: UUID, relation: Code) -> UUID:
    """Give a case as the partner knows it: their own id, or one that no other partner is told."""
    return uuid5(lane, str(partner)) if relation == ASKED else lane


def correlation_told(correlation: UUID, partner: UUID, event: Code) -> UUID:
    """Give the id of the whole matter; a partner we asked may not join it to the referrer's."""
    return uuid5(correlation, str(partner)) if EVENTS[event].relation == ASKED else correlation


def body(
    lane: UUID, partner: UUID, sequence: int, event: Code, about: UUID | None,
    occurred_at: datetime, known_at: datetime,
) -> bytes:  # fmt: skip
    """Give the bytes of an event: canonical JSON, keys in order."""
    kind = EVENTS[event]
    case = case_told(lane, partner, kind.relation)
    told = {
        "type": type_of(event),
        "timestamp": _text(known_at),
        "data": {
            "id": str(event_id(lane, partner, sequence)),
            "case": str(case),
            "about": str(about) if about else None,
            "sequence": sequence,
            "occurred_at": _text(occurred_at),
            "links": {"self": f"{kind.resource}/{case}"},
            "schema_version": SCHEMA_VERSION,
        },
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
