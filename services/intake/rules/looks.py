"""By when does a person look at an adult whom the policy left to one, and who hears if not?

Within two office hours; within the hour, day and night, where a signal was told that is Red in
triage whatever else is known: who is held is in no less danger than who went on, and out of hours
it is the emergency duty team's.

A look that was missed is owed again until somebody looks, and those above hear of it, so a wait is
never silent. A matter of the hour is owed hour by hour until the next 17:00, and then by 17:00 of
each day, days off included: the same alarm every hour of every night is one that nobody hears. The
safeguarding adults manager hears at the first hour, the head of service with the end of that day,
in the evening at the first hour too. Danger that is told again after that begins a new hour. Any
other look is owed by the close of each working day, and those above hear of it as of Amber in
triage.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

from services.intake.rules.fields import SIGNALS
from services.intake.rules.receipt import expect_by
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import CLOSES, Calendar, london_date

TARGETS: Final = Code("intake-looks@1:2026-11.2")
"""2: what is missed is told to those above, and owed each day, no more each hour for ever."""

LOOK: Final = "screening-look"
URGENT: Final = "urgent-screening-look"
WITHIN_THE_HOUR: Final = timedelta(hours=1)
"""Elapsed, day and night."""

SAFEGUARDING_ADULTS_MANAGER: Final = Code("escalation@1:safeguarding-adults-manager")
HEAD_OF_SERVICE: Final = Code("escalation@1:head-of-service")
ABOVE: Final = (SAFEGUARDING_ADULTS_MANAGER, HEAD_OF_SERVICE)
"""Who has to know, one after the other."""

TELL_AFTER: Final = (2, 5)
"""Working days until each of them hears, where it is no matter of the hour."""

OVERRIDING: Final = frozenset(Code(f"risk-signal@1:{signal}") for signal in SIGNALS[:9])
"""The signals that are Red in triage, whatever else is known."""


def overrides(signals: Iterable[Code]) -> bool:
    """Say whether one of these signals calls for a person within the hour."""
    return not OVERRIDING.isdisjoint(signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A wait for a person's look, and what of it passed."""

    began: datetime
    urgent_since: datetime | None = None
    """Since when it is a matter of the hour, None where nothing told calls for it."""

    missed_at: datetime | None = None
    """The last time that passed."""

    escalated_to: Code | None = None
    """Of those above, the last one who had to be told."""

    @classmethod
    def begun(cls, at: datetime) -> Self:
        """Give a wait that begins at `at` (UTC)."""
        return cls(began=at)

    @property
    def urgent(self) -> bool:
        """Say whether it is a matter of the hour."""
        return self.urgent_since is not None

    def told(self, signals: Iterable[Code], at: datetime) -> "Look":
        """Give the wait after `signals` were told: they bring its time forward, never back."""
        if not overrides(signals) or self._by_the_hour:
            return self
        return replace(self, urgent_since=at.astimezone(UTC), escalated_to=None)

    def missed(self, due_at: datetime) -> "Look":
        """Give the wait after nobody looked by `due_at`."""
        return replace(self, missed_at=due_at)

    def escalated(self, to: Code) -> "Look":
        """Give the wait after one of those above had to be told."""
        return replace(self, escalated_to=to)

    def due_at(self, calendar: Calendar) -> datetime:
        """Give the instant (UTC) by which a person has to look."""
        if self.missed_at is None:
            usual = expect_by(self.began, calendar)
        else:
            usual = calendar.close_of_day(self.missed_at, working_days=0)
        return min(usual, self._hour()) if self.urgent_since else usual

    def owed(self, calendar: Calendar) -> Deadline:
        """Give what is owed."""
        return Deadline(URGENT if self.urgent else LOOK, self.due_at(calendar))

    def to_tell(self, due_at: datetime, calendar: Calendar) -> Sequence[Code]:
        """Give who has to know, and was not told, that nobody looked by `due_at`."""
        told = ABOVE.index(self.escalated_to) + 1 if self.escalated_to else 0
        times = zip(self._times(calendar), ABOVE, strict=True)
        return [to for at, to in tuple(times)[told:] if at <= due_at]

    @property
    def _by_the_hour(self) -> bool:
        if self.urgent_since is None:
            return False
        return self.missed_at is None or self.missed_at < _closes_after(self._first)

    @property
    def _first(self) -> datetime:
        return (self.urgent_since or self.began) + WITHIN_THE_HOUR

    def _hour(self) -> datetime:
        if self.missed_at is None or self.missed_at < self._first:
            return self._first
        closes = _closes_after(self.missed_at + timedelta.resolution)
        return min(self.missed_at + WITHIN_THE_HOUR, closes) if self._by_the_hour else closes

    def _times(self, calendar: Calendar) -> Sequence[datetime]:
        """Give when each of those above has to know."""
        if self.urgent_since is None:
            return [calendar.close_of_day(self.began, working_days=it) for it in TELL_AFTER]
        that_day = _closes(london_date(self.urgent_since))
        return [self._first, max(self._first, that_day)]


def _closes(day: date) -> datetime:
    return datetime.combine(day, CLOSES).astimezone(UTC)


def _closes_after(at: datetime) -> datetime:
    """Give the first 17:00 in London that is not before `at`, on whatever day."""
    day = london_date(at)
    return _closes(day) if at <= _closes(day) else _closes(day + timedelta(days=1))
