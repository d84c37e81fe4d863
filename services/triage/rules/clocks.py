"""How long may a concern wait, and where does it stand in the queue?

Red runs in elapsed hours, day and night: a person looks within the hour, out of hours the
emergency duty team. Its decision is due at the close (17:00 London) of the working day on which
it came, and never less than an hour after: Red of 16:50 has until 17:50. What comes after the
close, at a weekend or on a bank holiday has its decision due at the close of the next working
day; the look within the hour does not wait for that. Amber and Green run in working days.

Red goes first by received time. Amber and Green go together by due time, so a Green that is
nearly due passes a fresh Amber, and every wait is bounded.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.triage.rules.overriding import beside_its_score
from services.triage.rules.risk_tool import AMBER, BAND_WORDS, GREEN, RED
from shared.facts import Code
from shared.time.calendar import LONDON, Calendar


@dataclass(frozen=True, kw_only=True, slots=True)
class Within:
    """A time allowed: the later of the two where both are named."""

    working_days: int | None = None
    """To the close (17:00 London) of this working day; day 0 is the day it came. None: no close."""
    hours: int = 0
    """Elapsed, day and night."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Escalation:
    """Who is told when a concern has waited so long."""

    to: Code
    after: Within


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """What a band is promised."""

    look: Within
    """A person has looked at it."""
    decision: Within
    """Section 42(1) is decided."""
    recheck_every_working_days: int
    """A fresh full score, while it still waits."""
    escalations: tuple[Escalation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """One version of the local targets."""

    code: Code
    bands: Mapping[Code, Targets]


SAFEGUARDING_ADULTS_MANAGER = Code("escalation@1:safeguarding-adults-manager")
HEAD_OF_SERVICE = Code("escalation@1:head-of-service")

_HOUR = Within(hours=1)
_SAME_DAY = Within(working_days=0, hours=1)

CLOCKS_1 = Clocks(
    code=Code("triage-clocks@1:2026-11"),
    bands={
        RED: Targets(
            look=_HOUR,
            decision=_SAME_DAY,
            recheck_every_working_days=1,
            escalations=(
                Escalation(to=SAFEGUARDING_ADULTS_MANAGER, after=_HOUR),
                Escalation(to=HEAD_OF_SERVICE, after=_SAME_DAY),
            ),
        ),
        AMBER: Targets(
            look=Within(working_days=1),
            decision=Within(working_days=2),
            recheck_every_working_days=3,
            escalations=(
                Escalation(to=SAFEGUARDING_ADULTS_MANAGER, after=Within(working_days=2)),
                Escalation(to=HEAD_OF_SERVICE, after=Within(working_days=5)),
            ),
        ),
        GREEN: Targets(
            look=Within(working_days=2),
            decision=Within(working_days=5),
            recheck_every_working_days=5,
            escalations=(
                Escalation(to=SAFEGUARDING_ADULTS_MANAGER, after=Within(working_days=5)),
                Escalation(to=HEAD_OF_SERVICE, after=Within(working_days=10)),
            ),
        ),
    },
)

CLOCKS: Mapping[Code, Clocks] = {clocks.code: clocks for clocks in (CLOCKS_1,)}
"""Every version ever used."""

CURRENT = CLOCKS_1


def due_at(within: Within, since: datetime, calendar: Calendar) -> datetime:
    """Give the instant (UTC) at which a time allowed from `since` is over."""
    # To UTC first: adding hours to a London time adds them to the clock on the wall, which on
    # two nights a year is an hour wrong.
    elapsed = since.astimezone(UTC) + timedelta(hours=within.hours)
    if within.working_days is None:
        return elapsed
    return max(elapsed, calendar.close_of_day(since, working_days=within.working_days))


def look_due(band: Code, since: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which a person has to have looked at a concern."""
    return due_at(clocks.bands[band].look, since, calendar)


def decision_due(
    band: Code, since: datetime, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which section 42(1) has to be decided."""
    return due_at(clocks.bands[band].decision, since, calendar)


def sort_key(
    band: Code, received_at: datetime, due_at: datetime, total: int
) -> tuple[int, datetime, int]:
    """Give what the queue sorts by: class of rank (0 is Red), instant, then the higher total."""
    return (0, received_at, -total) if band == RED else (1, due_at, -total)


def rank_reason(
    band: Code, received_at: datetime, due_at: datetime, scored: Code | None = None
) -> str:
    """Say in one sentence, in London time, why a concern stands where it stands."""
    beside = beside_its_score(band, scored or band)
    then = f"; {beside}" if beside else ""
    if band == RED:
        return f"Red, received {spoken(received_at)}: Red goes first by received time{then}"
    word = BAND_WORDS[band]
    return f"{word}, due {spoken(due_at)}: Amber and Green go by due time{then}"


def spoken(instant: datetime) -> str:
    """Give an instant as people say it, in London time: Tue 8 Dec 17:00."""
    there = instant.astimezone(LONDON)
    return f"{there:%a} {there.day} {there:%b %H:%M}"
