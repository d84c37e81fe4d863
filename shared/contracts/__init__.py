"""What do contexts tell one another?"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


@cache
def registry() -> Mapping[str, type[Any]]:
    """Give every type of message by its stored name: what this build has heard of."""
    rooms = (import_module(f"{__name__}.{room.name}") for room in iter_modules(__path__))
    found = [it for room in rooms for it in vars(room).values() if hasattr(it, "stored_as")]
    return {it.stored_as: it for it in found}
