"""What do the writers write? Streams of numbered facts, the odd ones said and the even ones not."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.decider import Decider
from shared.facts import Act, fact
from shared.log.codec import Codec
from shared.sealed import Sealed


@fact("survival.said-aloud/1")
class SaidAloud:
    """A fact that others are told."""

    number: int
    words: Sealed[str]


@fact("survival.kept-quiet/1")
class KeptQuiet:
    """A fact that concerns nobody else."""

    number: int


Fact = SaidAloud | KeptQuiet


@dataclass(frozen=True, kw_only=True)
class Write:
    """Record so many facts in one act."""

    count: int
    words: Sealed[str]


def decide(command: Write, state: int | None, _act: Act) -> Sequence[Fact]:
    """Give the next facts of the stream."""
    first = (state or 0) + 1
    return tuple(
        SaidAloud(number=number, words=command.words) if number % 2 else KeptQuiet(number=number)
        for number in range(first, first + command.count)
    )


def evolve(state: int | None, _happened: Fact, _act: Act) -> int:
    """Count the facts."""
    return (state or 0) + 1


def publish(happened: Fact, _act: Act) -> object | None:
    """Say every odd fact."""
    return happened if isinstance(happened, SaidAloud) else None


ledger = Decider(kind="ledger", facts=Fact, decide=decide, evolve=evolve)
codec = Codec([SaidAloud, KeptQuiet], publish)
