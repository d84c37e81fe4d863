"""What became of what was granted, as staff and as its sender are shown it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.dols import events
from services.dols.decisions.state import Request
from services.dols.rules import codes
from shared.facts import Code, Recorded
from shared.time.calendar import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionView:
    """What was granted is suspended: it authorises nothing."""

    since: datetime
    ceases_on: date
    """London: at its end, the 28th day, it ceases unless the person is eligible again before."""

    ground: Code
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasedView:
    """What was granted ceased before its end."""

    on: date
    reason: Code
    says: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionTold:
    """What we granted is suspended, as you gave notice: it authorises nothing meanwhile."""

    suspended_on: date
    """London: day 1 of the 28."""

    ceases_on: date
    """London: at its end it ceases, unless you give notice before that the person is eligible
    again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CeasedTold:
    """What we granted ceased before its end, and why."""

    ceased_on: date
    reason: Code
    """Of `cease@1`."""


def suspension(state: Request, history: Sequence[Recorded[Any]]) -> SuspensionView | None:
    """Give what staff see of its suspension, None where it is not suspended."""
    it = state.ended.suspended if state.ended else None
    last = last_of(history, events.AuthorisationSuspended) if it else None
    if it is None or last is None:
        return None
    ground = last.fact.ground
    return SuspensionView(
        since=it.since, ceases_on=it.ceases_on, ground=ground, says=codes.INELIGIBLE[ground]
    )


def ceased(state: Request, history: Sequence[Recorded[Any]]) -> CeasedView | None:
    """Give what staff see of how it ceased, None where it did not."""
    it = state.ended.ceased if state.ended else None
    last = last_of(history, events.AuthorisationCeased) if it else None
    if it is None or last is None:
        return None
    return CeasedView(on=it.on, reason=it.reason, says=codes.CEASES[it.reason], by=last.act.actor)


def last_of(history: Sequence[Recorded[Any]], kind: Any) -> Recorded[Any] | None:
    """Give the last fact of a kind, None where there is none."""
    return next((it for it in reversed(history) if isinstance(it.fact, kind)), None)


def suspension_told(state: Request) -> SuspensionTold | None:
    """Give what its sender is told of its suspension, None where it is not suspended."""
    it = state.ended.suspended if state.ended else None
    if it is None:
        return None
    return SuspensionTold(suspended_on=london_date(it.since), ceases_on=it.ceases_on)


def ceased_told(state: Request) -> CeasedTold | None:
    """Give what its sender is told of how it ceased, None where it did not."""
    it = state.ended.ceased if state.ended else None
    return CeasedTold(ceased_on=it.on, reason=it.reason) if it else None
