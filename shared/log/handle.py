"""What is every use case? Load, fold, decide, append."""

from collections.abc import Sequence
from typing import Any, TypeVar

from shared.decider import Stream
from shared.facts import Act, Recorded
from shared.log.log import Log, Receipt
from shared.refusals import Conflict, KeptMoving

C = TypeVar("C")
S = TypeVar("S")
F = TypeVar("F")


async def handle(
    log: Log, stream: Stream[C, S, F], command: C, act: Act, expected: int | None = None, *,
    known: Sequence[Recorded[Any]] | None = None,
) -> Receipt:  # fmt: skip
    """Do `command` once, however often it is sent.

    What is `known` to lie there, nothing where a stream begins, is decided on at once: one
    round trip less. A repeat is known to the append; where more lies there by now, it is loaded.

    Raises:
        Refusal: a rule said no; nothing was written.
        Conflict: the stream is not at `expected`.
        KeptMoving: five times it moved while we decided.
        KeyReused: the same act came before with another body.
        Unavailable: the log or the vault cannot be reached.
    """
    history, receipt = known or (), None
    for attempt in range(5):
        if attempt or known is None:
            history, receipt = await log.load(stream, act)
        if receipt:  # first of all, or a repeat is refused because of its own effect
            return receipt
        if expected not in (None, len(history)):
            raise Conflict
        facts = stream.decider.decide(command, stream.decider.fold(history), act)
        try:
            return await log.append(stream, facts, act, after=len(history))
        except Conflict:  # decide again on what is now so; the same act may have come in between
            continue
    raise KeptMoving
