"""What is a fact, and what is kept beside it?

A fact says what happened and nothing else. Who did it and when is its `Act`; where it lies in
the log is `Recorded`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, Self, TypeVar, dataclass_transform
from uuid import NAMESPACE_URL, UUID, uuid5

F = TypeVar("F")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(name: str) -> Callable[[type[F]], type[F]]:
    """Make a class a fact, stored and told for ever as `name` (context.past-tense/version)."""
    if not re.fullmatch(r"[a-z]+\.[a-z0-9-]+/[1-9][0-9]*", name):
        raise ValueError(name)

    def made(kind: Any) -> Any:
        # An older build must not drop what a newer one wrote. `TypeAdapter(config=...)` refuses
        # dataclasses, so the class itself says so, and the values inside a fact inherit it.
        kind.__pydantic_config__ = {"extra": "forbid"}
        kind.stored_as = name
        return dataclass(frozen=True, slots=True, kw_only=True)(kind)

    return made


class Code(str):
    """A word of a published list, `list@version:code`. Free text cannot pass for one."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Give the code that `text` is."""
        if not re.fullmatch(r"[a-z0-9-]+@[0-9]+:[a-z0-9._-]{1,40}", text):
            raise ValueError("a code reads list@version:code")
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: type, handler: Callable[[type], Any]
    ) -> dict[str, Any]:
        """Let pydantic read a code as text, and check it here: this file needs no pydantic."""
        check = {"type": "no-info", "function": _code}
        return {"type": "function-after", "schema": handler(str), "function": check}


# The lists are short and the facts are many: each code is checked once, not at every reading.
_code = lru_cache(maxsize=10_000)(Code)


@lru_cache(maxsize=10_000)
def party(name: str) -> UUID:
    """Give the id of whoever a token names so, for where the name itself should not be."""
    return uuid5(NAMESPACE_URL, name)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does something, in what role, why and when: the envelope of every fact it leads to."""

    id: UUID
    """The command's id. The same id is the same act, however often it is sent."""

    actor: str
    role: str
    purpose: str

    effective_at: datetime
    """UTC, in the world. When we came to know, `recorded_at`, is the log's to say."""

    correlation: UUID
    causation: UUID | None = None

    fingerprint: bytes | None = None
    """Of the request: the same id with another body is a caller's mistake."""

    def at(self, effective_at: datetime | None) -> Self:
        """Give the same act at the instant the caller names, if one is named."""
        return replace(self, effective_at=effective_at.astimezone(UTC)) if effective_at else self


@dataclass(frozen=True, kw_only=True)
class Recorded(Generic[F]):
    """A fact as a log gives it back, ours or another's: what, who and when, and its place."""

    fact: F
    act: Act
    recorded_at: datetime
    """UTC, when the log came to know."""

    case: UUID
    stream: str
    version: int
    position: int
    said: int | None = None
    """The nth public fact of its stream; None is private."""

    ordinal: int = 0
    hash: bytes = b""


@fact("log.clock-stepped/1")
class ClockStepped:
    """The clock was put back by more than five minutes; from here its new time counts."""

    was: datetime
    became: datetime


@fact("log.block-retried/1")
class BlockRetried:
    """An operator had the messages of a blocked case taken again."""

    topic: Code
    reason: Code


@fact("log.block-discarded/1")
class BlockDiscarded:
    """An operator had the message that blocked a case passed over, and the rest taken."""

    topic: Code
    reason: Code


KernelFact = ClockStepped | BlockRetried | BlockDiscarded
"""What the kernel itself records: private, and no projection's business."""
