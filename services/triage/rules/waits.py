"""What is owed to somebody who waits, and what of it has passed already?

A person looks; section 42 is decided; while it is not, the risk is scored anew again and again, and
those above hear of a wait that grows. Each of these times passes once in a band, but for the
re-check: the next one is owed as soon as one passed. So whoever waits is owed something always,
and no wait is ever silent.

A rise is no reason to wait longer: the earlier of the old and the new time counts. What passed
already is promised again in the higher band, for those above heard of a lower one. A fall gives at
most what the lower band would have given from the beginning. What is told later is owed a look of
its own, counted from when it was told.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from services.triage.rules.clocks import (
    CURRENT,
    HEAD_OF_SERVICE,
    SAFEGUARDING_ADULTS_MANAGER,
    Clocks,
    Targets,
    Within,
    due_at,
)
from services.triage.rules.risk_tool import RANK, RED
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import Calendar

TIMES = f"{CURRENT.code}-3"
"""Of the targets, and of how they are counted with: 3, no change of band gives more time."""

_STILL_THAT_DAY = timedelta(microseconds=1)
"""What comes at the close counts on the next working day; what was due then was due that day."""

LOOK, DECISION, RECHECK, ESCALATION = "look", "decision", "re-check", "escalation-to-"
SECOND_PERSON = "second-person"

Allowed = Callable[[Code, datetime], datetime]
"""The instant at which the time that a band allows is over, counted from another one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """From then on a time is promised as in this band."""

    band: Code
    at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """How a time came to be promised: where it began, in which bands it was, when it passed."""

    first: Step
    more: tuple[Step | Deadline, ...] = ()

    @property
    def last(self) -> Step | Deadline:
        """Give what came to it last."""
        return self.more[-1] if self.more else self.first

    def then(self, it: Step | Deadline) -> "Promise":
        """Give the promise after a step, or after its time passed."""
        return Promise(self.first, (*self.more, it))


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """A wait, and in which band it is now."""

    band: Code
    once: Promise
    """Of what is owed once: the decision, and that those above hear."""

    look: Promise
    check: Promise
    """Begins with the last full score, or the last re-check that was missed."""

    looked: bool = False
    """A person has seen all there is."""

    @classmethod
    def begun(cls, band: Code, at: datetime) -> Self:
        """Give a wait that begins at `at` (UTC)."""
        first = Promise(Step(band=band, at=at))
        return cls(band=band, once=first, look=first, check=first)

    def moved(self, band: Code, at: datetime) -> "Wait":
        """Give the wait in `band` from `at` on; where that is higher, somebody has to look."""
        if band == self.band:
            return self
        step = Step(band=band, at=at)
        once, check = self.once.then(step), self.check.then(step)
        now = replace(self, band=band, once=once, check=check)
        if RANK[band] > RANK[self.band]:
            return now.told(at)
        return replace(now, look=self.look.then(step))

    def told(self, at: datetime) -> "Wait":
        """Give the wait after something came that somebody has to look at."""
        step = Step(band=self.band, at=at)
        if self.looked:
            return replace(self, look=Promise(step), looked=False)
        last = self.look.last
        if isinstance(last, Step) and last.band == self.band:
            return self  # more of the same gives nobody more time
        return replace(self, look=self.look.then(step))

    def seen(self) -> "Wait":
        """Give the wait after a person looked at all there is."""
        return replace(self, looked=True)

    def checked(self, at: datetime) -> "Wait":
        """Give the wait after a person scored the risk in full, and so looked."""
        return replace(self.seen(), check=Promise(Step(band=self.band, at=at)))

    def without(self, deadline: Deadline) -> "Wait":
        """Give the wait after the time of `deadline` passed."""
        if deadline.kind == RECHECK:
            again = Step(band=self.band, at=deadline.due_at - _STILL_THAT_DAY)
            return replace(self, check=Promise(again))
        if deadline.kind == LOOK:
            return replace(self, look=self.look.then(deadline))
        return replace(self, once=self.once.then(deadline))


def owed(wait: Wait, calendar: Calendar, clocks: Clocks = CURRENT) -> frozenset[Deadline]:
    """Give what is still owed to who waits for a decision."""
    promises = {RECHECK: wait.check, DECISION: wait.once} | dict.fromkeys(ABOVE, wait.once)
    if not wait.looked:
        promises[LOOK] = wait.look
    found = ((kind, _due(kind, it, calendar, clocks)) for kind, it in promises.items())
    return frozenset(Deadline(kind, due) for kind, (due, passed) in found if not passed)


def owed_a_look(wait: Wait, calendar: Calendar, clocks: Clocks = CURRENT) -> frozenset[Deadline]:
    """Give what is owed where more was told after the decision: all but the decision."""
    return frozenset(it for it in owed(wait, calendar, clocks) if it.kind != DECISION)


def look_due(wait: Wait, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which a person had to look first, also where that passed."""
    return _first(LOOK, wait.look, calendar)


def decision_due(wait: Wait, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which section 42(1) had to be decided, also where that passed."""
    return _first(DECISION, wait.once, calendar)


def second_person_due(proposed_at: datetime, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which a second person answers: as the decision on a Red is due."""
    return due_at(CURRENT.bands[RED].decision, proposed_at, calendar)


def second_person_again(missed_at: datetime, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which they answer the next time: each working day."""
    return calendar.close_of_day(missed_at, working_days=0)


def moved(
    due: datetime, was: Code, band: Code, began: datetime, at: datetime, allowed: Allowed
) -> datetime:
    """Give when it is due that was due in the band `was`, since it is in `band` from `at` on."""
    if RANK[band] < RANK[was]:
        return max(due, allowed(band, began))
    return min(due, allowed(band, at))


_ALLOWS: dict[str, Callable[[Targets], Within]] = {
    LOOK: lambda it: it.look,
    DECISION: lambda it: it.decision,
    RECHECK: lambda it: Within(working_days=it.recheck_every_working_days),
}


def _above(to: Code) -> Callable[[Targets], Within]:
    return lambda targets: next(it.after for it in targets.escalations if it.to == to)


ABOVE = {
    ESCALATION + to.rpartition(":")[2]: _above(to)
    for to in (SAFEGUARDING_ADULTS_MANAGER, HEAD_OF_SERVICE)
}
"""Who has to hear of a wait that grows; every band says when."""


def _allowed(kind: str, calendar: Calendar, clocks: Clocks) -> Allowed:
    within = (_ALLOWS | ABOVE)[kind]
    return lambda band, at: due_at(within(clocks.bands[band]), at, calendar)


def _first(kind: str, promise: Promise, calendar: Calendar) -> datetime:
    steps = tuple(it for it in promise.more if isinstance(it, Step))
    return _due(kind, Promise(promise.first, steps), calendar, CURRENT)[0]


def _due(kind: str, promise: Promise, calendar: Calendar, clocks: Clocks) -> tuple[datetime, bool]:
    """Give when something is due that was promised so, and whether that passed."""
    allowed, first = _allowed(kind, calendar, clocks), promise.first
    band, due, passed = first.band, allowed(first.band, first.at), False
    for it in promise.more:
        if isinstance(it, Deadline):
            passed = passed or it.kind == kind
            continue
        falls = RANK[it.band] < RANK[band]
        now = moved(due, band, it.band, first.at, it.at, allowed)
        if passed and not falls:  # promised again, and no longer by what passed
            now = allowed(it.band, it.at)
        band, due, passed = it.band, now, passed and falls and now == due
    return due, passed
