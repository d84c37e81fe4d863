"""What does a referral look like to a developer who sends one?

Made from the very table that referrals are read by, so that it cannot say anything else. Nothing
is required and more is allowed: the door is open.
"""

from typing import Any

from services.intake.rules.fields import (
    ADULT,
    ADULTS,
    GROUPS,
    REFERRAL,
    RISK,
    SIGNALS,
    Field,
    Group,
)

TRI = ["yes", "no", "unknown"]
LONGEST = 20_000


def _field(field: Field) -> dict[str, Any]:
    match field.kind:
        case "tri":
            shape: dict[str, Any] = {"enum": [*TRI, True, False]}
        case "word":
            shape = {"type": "string", "enum": list(field.words)}
        case "words":
            shape = {"type": "array", "items": {"type": "string", "enum": list(field.words)}}
        case "scale":
            shape = {"type": "integer", "minimum": 0, "maximum": field.most}
        case "age":
            shape = {"type": "integer", "minimum": 0, "maximum": 120}
        case "date-of-birth":
            shape = {"type": "string", "format": "date"}
        case _:
            shape = {"type": "string", "maxLength": LONGEST}
    return shape | {"description": field.asked or field.label}


def _object(group: Group) -> dict[str, Any]:
    members = {field.name: _field(field) for field in group.fields}
    return {"type": "object", "description": group.label, "properties": members}


def _referral() -> dict[str, Any]:
    adult = _object(ADULT)
    adult["properties"][RISK.name] = _object(RISK)
    signals = {"type": "array", "items": {"type": "string", "enum": list(SIGNALS)}}
    adult["properties"][RISK.name]["properties"]["signals"] = signals
    return {
        "type": "object",
        "description": "Everything is optional, and anything else is kept and noted.",
        "properties": {field.name: _field(field) for field in REFERRAL}
        | {ADULTS: {"type": "array", "items": adult}}
        | {group.name: _object(group) for group in GROUPS},
    }


REFERRAL_SHAPE = _referral()
