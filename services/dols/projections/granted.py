"""What became of what was granted, as staff and as its sender are shown it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.dols import events
from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.rules import clocks, codes
from shared.facts import Code, Recorded
from shared.time.calendar import calendar, london_date


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
class ReviewView:
    """A review of what was granted is open: since when, and who asked for it why."""

    since: datetime
    due_at: datetime
    """By when it is completed: the council's own target, since law sets none."""

    asked_by: Sequence[Code]
    """Of `review-asked-by@1`: everybody who asked since."""

    grounds: Sequence[Code]
    """Of `review-ground@1`."""

    requirements: Sequence[Code]
    """Of `requirement@1`, as far as it was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedView:
    """What came of the last review that was completed."""

    on: date
    outcome: Code
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTold:
    """There is a review of what we granted, whoever asked for it."""

    asked_on: date
    """London."""

    due_at: datetime
    """By when we complete it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedTold:
    """What came of the last review that we completed."""

    completed_on: date
    outcome: Code
    """Of `review-outcome@1`."""


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


def review(state: Request, history: Sequence[Recorded[Any]]) -> ReviewView | None:
    """Give what staff see of an open review, None where none is."""
    since, due_at = _open_review(state)
    if since is None or due_at is None:
        return None
    last = last_of(history, events.ReviewCompleted)
    later = history[last.version :] if last else history
    asks = [it.fact for it in later if isinstance(it.fact, events.ReviewAsked)]
    return ReviewView(
        since=since,
        due_at=due_at,
        asked_by=tuple(dict.fromkeys(it.asked_by for it in asks)),
        grounds=tuple(dict.fromkeys(code for it in asks for code in it.grounds)),
        requirements=tuple(dict.fromkeys(code for it in asks for code in it.requirements)),
    )


def reviewed(state: Request, history: Sequence[Recorded[Any]]) -> ReviewedView | None:
    """Give what staff see of the last review that was completed, None where none was."""
    it = state.ended.reviewed if state.ended else None
    last = last_of(history, events.ReviewCompleted) if it else None
    if it is None or last is None:
        return None
    says = codes.REVIEW_OUTCOMES[it.outcome]
    return ReviewedView(on=it.on, outcome=it.outcome, says=says, by=last.act.actor)


def review_told(state: Request) -> ReviewTold | None:
    """Give what its sender is told of an open review, None where none is."""
    since, due_at = _open_review(state)
    return ReviewTold(asked_on=london_date(since), due_at=due_at) if since and due_at else None


def reviewed_told(state: Request) -> ReviewedTold | None:
    """Give what its sender is told of the last review that was completed, None where none was."""
    it = state.ended.reviewed if state.ended else None
    return ReviewedTold(completed_on=it.on, outcome=it.outcome) if it else None


def _open_review(state: Request) -> tuple[datetime | None, datetime | None]:
    """Give since when a review is open, and by when it is completed as it is owed now."""
    it = state.ended.review if state.ended else None
    owed = (due.due_at for due in request.owed(state, calendar()) if due.kind == clocks.REVIEW)
    return (it.asked_at, next(owed, None)) if it else (None, None)
