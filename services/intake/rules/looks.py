"""By when does a person look at an adult whom the policy left to one?

Within two office hours; within the hour, day and night, where a signal was told that is Red in
triage whatever else is known: who is held is in no less danger than who went on, and out of hours
it is the emergency duty team's. A look that was missed is owed again within the same time, counted
from the one that passed, until somebody looks: a wait is never silent.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from services.intake.rules.fields import SIGNALS
from services.intake.rules.receipt import expect_by
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import Calendar

TARGETS: Final = Code("intake-looks@1:2026-11")
LOOK: Final = "screening-look"
URGENT: Final = "urgent-screening-look"
WITHIN_THE_HOUR: Final = timedelta(hours=1)
"""Elapsed, day and night."""

OVERRIDING: Final = frozenset(Code(f"risk-signal@1:{signal}") for signal in SIGNALS[:9])
"""The signals that are Red in triage, whatever else is known."""


def overrides(signals: Iterable[Code]) -> bool:
    """Say whether one of these signals calls for a person within the hour."""
    return not OVERRIDING.isdisjoint(signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A wait for a person's look, and from when its times are counted."""

    counted_from: datetime
    """When the wait began, or the last time that passed."""

    urgent_from: datetime | None = None
    """The same for the hour, None where nothing told calls for it."""

    @classmethod
    def begun(cls, at: datetime) -> Self:
        """Give a wait that begins at `at` (UTC)."""
        return cls(counted_from=at)

    @property
    def urgent(self) -> bool:
        """Say whether it is a matter of the hour."""
        return self.urgent_from is not None

    def told(self, signals: Iterable[Code], at: datetime) -> "Look":
        """Give the wait after `signals` were told: they bring its time forward, never back."""
        if self.urgent or not overrides(signals):
            return self
        return replace(self, urgent_from=at)

    def missed(self, due_at: datetime) -> "Look":
        """Give the wait after nobody looked by `due_at`: the next look is counted from there."""
        return Look(counted_from=due_at, urgent_from=due_at if self.urgent else None)

    def due_at(self, calendar: Calendar) -> datetime:
        """Give the instant (UTC) by which a person has to look."""
        usual = expect_by(self.counted_from, calendar)
        if self.urgent_from is None:
            return usual
        return min(usual, self.urgent_from.astimezone(UTC) + WITHIN_THE_HOUR)

    def owed(self, calendar: Calendar) -> Deadline:
        """Give what is owed."""
        return Deadline(URGENT if self.urgent else LOOK, self.due_at(calendar))
