"""Which histories could be, and what of one is there as at another time?

A case as at a time is made up of the facts that were recorded by one instant and were so by
another. Facts may be dated back, so anything but the first fact may be missing.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as some

from shared.decider import DeadlinePassed, Decider
from shared.facts import Act, Recorded
from shared.refusals import Refusal
from shared.time.calendar import calendar
from tests.support.story import SOMEBODY, recorded

TIME_PASSES = "time passes"
"""In place of a command: of what is owed, something passes."""


@some.composite
def lived(
    draw: some.DrawFn, decider: Decider[Any, Any, Any], case: UUID, begun: Sequence[Sequence[Any]],
    wishes: Sequence[tuple[Any, Act]], by: Act = SOMEBODY,
) -> Sequence[Recorded[Any]]:  # fmt: skip
    """Draw a history that could be: one of those `begun`, and what commands then led to."""
    first = draw(some.sampled_from(begun))
    history = list(recorded(*first, kind=decider.kind, case=case, act=by))
    for wish in draw(some.lists(some.sampled_from((*wishes, TIME_PASSES)), max_size=15)):
        passed = timedelta(days=draw(some.integers(-10, 40)))
        history += _next(decider, history, wish, passed)
    return history


def _next(
    decider: Decider[Any, Any, Any], history: Sequence[Recorded[Any]], wish: Any, passed: timedelta
) -> Sequence[Recorded[Any]]:
    state, by = decider.fold(history), history[0].act
    if wish == TIME_PASSES:
        due = sorted(decider.owed(state, calendar()), key=str)
        if not due:
            return ()
        wish = DeadlinePassed(due[0]), replace(by, role="timer", effective_at=due[0].due_at)
        passed = timedelta()
    command, act = wish
    act = replace(act, effective_at=act.effective_at + passed)
    with suppress(Refusal):
        facts = decider.decide(command, state, act)
        return recorded(
            *facts, kind=decider.kind, case=history[0].case, act=act, since=len(history)
        )
    return ()


@some.composite
def parts(draw: some.DrawFn, history: Sequence[Recorded[Any]]) -> Sequence[Recorded[Any]]:
    """Draw what may be there of a history as at another time: all but its beginning may not."""
    rest = history[1:]
    there = draw(some.lists(some.booleans(), min_size=len(rest), max_size=len(rest)))
    return [history[0], *(it for it, is_there in zip(rest, there, strict=True) if is_there)]
