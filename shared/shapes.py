"""How is a typed value read from JSON, and written?"""

from typing import Any

from pydantic import TypeAdapter

_MADE: dict[Any, TypeAdapter[Any]] = {}


def adapter(kind: Any) -> TypeAdapter[Any]:
    """Give what reads and writes `kind`; making one costs far more than using it."""
    found = _MADE.get(kind)
    if found is None:
        found = _MADE[kind] = TypeAdapter(kind)
    return found
