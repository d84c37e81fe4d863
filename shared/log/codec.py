"""How is a fact written and read?

A body is JSON: the envelope without its times (they are columns), and the fact with its shut
sections. One strict `TypeAdapter` for each stored type: unknown members are refused, since an older
build must not drop what a newer one wrote.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, get_args
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from shared.facts import Act, KernelFact, Recorded
from shared.refusals import NotText, TooLargeToSay
from shared.shapes import adapter
from shared.telemetry import log

F = TypeVar("F")
KEPT, SMALL = 2048, 8192
"""Events read lately, and bytes of a body: one is met by relay, projections and readers."""
NUL = b"\\u0000"
MOST_SAID = 900_000
"""Bytes of a message: Kafka takes a mebibyte with its headers."""
MOST_TIMES = 4
"""A message says what its fact holds: it is not so many times as large, so a small one fits."""


class Undecodable(Exception):
    """A build cannot read what was written: the type is unknown, or its members are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(Generic[F]):
    """What the body of an event holds: who did it, in what role and why, and the fact."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    actor: str
    role: str
    purpose: str
    correlation: UUID
    causation: UUID | None = None
    fact: F


class Codec:
    """The facts of one service, and what of them is said."""

    def __init__(self, facts: Sequence[Any], publish: Callable[[Any, Act], object | None]) -> None:
        self.publish = publish
        self._bodies: dict[str, TypeAdapter[Body[Any]]] = {
            kind.stored_as: adapter(Body[kind])  # type: ignore[valid-type]
            for kind in (*facts, *get_args(KernelFact))
        }
        self._lately = dict[int, Recorded[Any]]()

    def row(self, fact: Any, act: Act) -> tuple[str, bool, bytes]:
        """Give what the log is told of `fact`: its type, whether it is said, its body.

        Raises:
            NotText: a text in clear holds U+0000.
            TooLargeToSay: its message would not fit on the bus.
        """
        body = self.written(fact, act)
        return fact.stored_as, self.says(fact, act, len(body)), body

    def written(self, fact: Any, act: Act) -> bytes:
        """Give the bytes of `fact`, its words shut.

        Raises:
            NotText: a text in clear holds U+0000.
        """
        body = Body(
            actor=act.actor, role=act.role, purpose=act.purpose, correlation=act.correlation,
            causation=act.causation, fact=fact,
        )  # fmt: skip
        written = self._bodies[fact.stored_as].serializer.to_json(body)
        if NUL in written:  # PostgreSQL's jsonb, and so the readable view, cannot hold it
            raise NotText
        return written

    def read(self, row: asyncpg.Record) -> Recorded[Any]:
        """Give what `row` of the log records.

        Raises:
            Undecodable: this build does not know its type, or its members.
        """
        # The hash is of all that is in the row, and of all before it: there is no other such row.
        if (known := self._lately.get(row["position"])) and known.hash == row["hash"]:
            return known
        try:
            body: Body[Any] = self._bodies[row["type"]].validate_json(row["body"], strict=True)
        except (KeyError, ValueError) as unknown:
            raise Undecodable(row["type"]) from unknown
        # Made at once: setting member by member would be half of a read.
        act: Act = object.__new__(Act)
        act.__dict__.update(
            id=row["command"], actor=body.actor, role=body.role, purpose=body.purpose,
            effective_at=row["effective_at"], correlation=body.correlation,
            causation=body.causation, fingerprint=row["fingerprint"],
        )  # fmt: skip
        made: Recorded[Any] = object.__new__(Recorded)
        made.__dict__.update(
            fact=body.fact, act=act, recorded_at=row["recorded_at"], case=row["case_id"],
            stream=row["stream"], version=row["version"], position=row["position"],
            said=row["said"], ordinal=row["ordinal"], hash=row["hash"],
        )  # fmt: skip
        if len(row["body"]) <= SMALL:
            self._lately[made.position] = made
            if len(self._lately) > KEPT:
                del self._lately[next(iter(self._lately))]
        return made

    def legible(self, rows: Iterable[Any]) -> Iterator[Recorded[Any]]:
        """Give what this build can read; of what it cannot, as a newer one's, tell operators."""
        for row in rows:
            try:
                yield self.read(row)
            except Undecodable as why:
                case, at = str(row["case_id"]), row["position"]
                log.error("undecodable", case=case, position=at, exc_info=why)

    def says(self, fact: Any, act: Act, size: int) -> bool:
        """Say whether `fact`, whose body has this size, is told to others, if it can be.

        Raises:
            TooLargeToSay: its message would not fit on the bus.
        """
        message = None if isinstance(fact, KernelFact) else self.publish(fact, act)
        if message is None:
            return False
        if size * MOST_TIMES > MOST_SAID and len(self.told(message)) > MOST_SAID:
            raise TooLargeToSay
        return True

    def told(self, message: Any) -> bytes:
        """Give the bytes of `message`."""
        return adapter(type(message)).dump_json(message)
