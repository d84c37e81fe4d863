"""What is owed to somebody who waits, and what of it has passed already?

A person looks; section 42 is decided; while it is not, the risk is scored anew again and again, and
those above hear of a wait that grows. Each of these times passes once, but for the re-check: the
next one is owed as soon as one passed. So whoever waits is owed something always, and no wait is
ever silent.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.triage.rules.clocks import CURRENT, Clocks, Within, due_at
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import Calendar

TIMES = f"{CURRENT.code}-2"
"""Of the targets, and of how they are counted with: 2, a missed re-check counts on its own day."""

_STILL_THAT_DAY = timedelta(microseconds=1)
"""What comes at the close counts on the next working day; what was due then was due that day."""

LOOK, DECISION, RECHECK, ESCALATION = "look", "decision", "re-check", "escalation-to-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A wait in one band: its times run from `since`."""

    band: Code
    since: datetime
    checked_at: datetime
    """The last full score, or the last re-check that was missed: the next one is counted on."""

    looked: bool = False
    """A person acted since then."""

    passed: frozenset[str] = frozenset()
    """Of what is owed once, that of which the time passed."""

    @classmethod
    def begun(cls, band: Code, at: datetime) -> Self:
        """Give a wait that begins at `at` (UTC)."""
        return cls(band=band, since=at, checked_at=at)

    def scored(self, band: Code, at: datetime, *, by_a_person: bool) -> "Wait":
        """Give the wait after a score: in another band all times run anew."""
        now = self if band == self.band else self.begun(band, at)
        return replace(now, looked=True, checked_at=at) if by_a_person else now

    def without(self, deadline: Deadline) -> "Wait":
        """Give the wait after the time of `deadline` passed."""
        if deadline.kind == RECHECK:
            return replace(self, checked_at=deadline.due_at - _STILL_THAT_DAY)
        return replace(self, passed=self.passed | {deadline.kind})


def owed(wait: Wait, calendar: Calendar, clocks: Clocks = CURRENT) -> frozenset[Deadline]:
    """Give what is still owed to who waits for a decision."""
    targets = clocks.bands[wait.band]
    once = {DECISION: targets.decision} | {
        ESCALATION + it.to.rpartition(":")[2]: it.after for it in targets.escalations
    }
    if not wait.looked:
        once[LOOK] = targets.look
    every = Within(working_days=targets.recheck_every_working_days)
    return frozenset({
        Deadline(RECHECK, due_at(every, wait.checked_at, calendar)),
        *(Deadline(kind, due_at(within, wait.since, calendar))
          for kind, within in once.items() if kind not in wait.passed),
    })  # fmt: skip


def owed_a_look(wait: Wait, calendar: Calendar, clocks: Clocks = CURRENT) -> frozenset[Deadline]:
    """Give what is owed where more was told after the decision."""
    return frozenset(it for it in owed(wait, calendar, clocks) if it.kind in {LOOK, RECHECK})
