"""Does a value fit a JSON Schema, formats included?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]


def _is_instant(text: object) -> bool:
    return datetime.fromisoformat(str(text)).tzinfo is not None


def _is_uuid(text: object) -> bool:
    return str(UUID(str(text))) == text


FORMATS = jsonschema.FormatChecker()
FORMATS.checks("date-time", ValueError)(_is_instant)
FORMATS.checks("uuid", ValueError)(_is_uuid)


def faults(schema: Mapping[str, Any], value: object) -> list[str]:
    """Say where `value` does not fit; a schema that names no dialect is of draft 7, as AsyncAPI."""
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    found = kind(schema, format_checker=FORMATS).iter_errors(value)
    return [f"{it.json_path}: {it.message[:300]}" for it in found]
