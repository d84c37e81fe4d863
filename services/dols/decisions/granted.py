"""How was a request decided, and what is so of what was granted?"""

from dataclasses import dataclass
from datetime import date, datetime

from shared.facts import Code


@dataclass(frozen=True, kw_only=True)
class Suspended:
    """Since when what was granted is suspended, and on which day it ceases if it stays so."""

    since: datetime
    ceases_on: date


@dataclass(frozen=True, kw_only=True)
class Ceased:
    """On which day what was granted ceased before its end, and why."""

    on: date
    reason: Code


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review that is open."""

    asked_at: datetime
    """The first time."""


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """On which day a review was completed last, and what came of it."""

    on: date
    outcome: Code


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a request was decided, and what became of what was granted."""

    on: date
    reason: Code | None = None
    """None: granted."""

    starts_on: date | None = None
    """Of what was granted."""

    ends_on: date | None = None
    reminded: int | None = None
    """Days that were left when the managing authority was reminded last of its end."""

    over: bool = False
    """It came to its end."""

    suspended: Suspended | None = None
    """Only of what stands."""

    suspensions: tuple[tuple[datetime, datetime], ...] = ()
    """Those before, each from when to when."""

    ceased: Ceased | None = None
    review: Review | None = None
    """Only of what stands: one that is open when it ends or ceases is over with it."""

    reviewed: Reviewed | None = None

    @property
    def stands(self) -> bool:
        """Say whether something was granted that has neither come to its end nor ceased."""
        return self.ends_on is not None and not self.over and self.ceased is None

    @property
    def lapses_on(self) -> date | None:
        """Give the day at whose end it ceases if it stays suspended, None where it ends before."""
        it, ends_on = self.suspended, self.ends_on
        return it.ceases_on if it and ends_on and it.ceases_on <= ends_on else None

    @property
    def last_day(self) -> date | None:
        """Give the last day that it can have, as it stands; None where nothing was granted."""
        return self.lapses_on or self.ends_on

    @property
    def resumed_at(self) -> datetime | None:
        """Give when it was suspended no more, the last time."""
        return self.suspensions[-1][1] if self.suspensions else None

    @property
    def begins_on(self) -> date | None:
        """Give the first day of what was granted, None where it has ceased and begins no more."""
        return None if self.ceased else self.starts_on

    @property
    def stage(self) -> str:
        """Give what became of it, in one word."""
        if self.reason:
            return "not-granted"
        if self.ceased:
            return "ceased"
        return "suspended" if self.suspended else "granted"
