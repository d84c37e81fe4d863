"""What do the faults strike? Facts that one log tells, and another that notes what it heard."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.decider import Decider
from shared.facts import Act, Recorded, fact
from shared.log.codec import Codec
from shared.projections.projection import Projection


@fact("faults.told/1")
class Told:
    """A fact that others are told."""

    number: int


@fact("faults.kept/1")
class Kept:
    """A fact that concerns nobody else."""

    number: int


@fact("faults.met/1")
class Met:
    """Something was heard of a case for the first time."""


@fact("faults.heard/1")
class Heard:
    """Another log told a number."""

    number: int
    of: str


@dataclass(frozen=True, kw_only=True)
class Write:
    """Record so many facts in one act."""

    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Hear:
    """Note a number that another log told."""

    number: int
    of: str


SourceFact = Told | Kept
SinkFact = Met | Heard


def written(command: Write, state: int | None, _act: Act) -> Sequence[SourceFact]:
    """Give the next numbers; every third is private."""
    first = (state or 0) + 1
    numbers = range(first, first + command.count)
    return tuple(Told(number=it) if it % 3 else Kept(number=it) for it in numbers)


def noted(command: Hear, state: int | None, _act: Act) -> Sequence[SinkFact]:
    """Give what was heard; the first time two facts, which stand or fall together."""
    heard = Heard(number=command.number, of=command.of)
    return (heard,) if state else (Met(), heard)


def counted(state: int | None, _happened: object, _act: Act) -> int:
    """Count the facts."""
    return (state or 0) + 1


def publish(happened: object, _act: Act) -> triage.Message | None:
    """Tell what is for others."""
    if isinstance(happened, Told):
        return triage.ConcernRecognised(contact=UUID(int=happened.number))
    return None


journal = Decider(kind="journal", facts=SourceFact, decide=written, evolve=counted)
diary = Decider(kind="diary", facts=SourceFact, decide=written, evolve=counted)
"""A second stream of the same case."""

echo = Decider(kind="echo", facts=SinkFact, decide=noted, evolve=counted)
SOURCE, SINK = Codec([Told, Kept], publish), Codec([Met, Heard], publish)


def _hear(said: Recorded[triage.ConcernRecognised]) -> Hear:
    return Hear(number=said.fact.contact.int, of=said.stream)


HEARS = Reaction(when=triage.ConcernRecognised, then=_hear, on=lambda said: echo.stream(said.case))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was heard of a case."""

    case: UUID
    heard: int = 0
    total: int = 0


def tallied(row: Tally | None, happened: Recorded[SinkFact]) -> Tally:
    """Count what was heard, and add it up."""
    row = row or Tally(case=happened.case)
    if isinstance(happened.fact, Met):
        return row
    return replace(row, heard=row.heard + 1, total=row.total + happened.fact.number)


TALLY: Projection[Tally] = Projection(name="tally", version=1, row=Tally, fold=tallied)


def act(**but: Any) -> Act:
    """Give an act of its own."""
    return Act(**{
        "id": uuid4(), "actor": "sam", "role": "screener", "purpose": "safeguarding",
        "effective_at": datetime(2026, 11, 2, 9, tzinfo=UTC), "correlation": uuid4(),
        "fingerprint": b"f" * 32, **but,
    })  # fmt: skip
