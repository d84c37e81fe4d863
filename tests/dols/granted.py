"""What is owed to who was granted an authorisation, and what time and people do to it."""

from collections.abc import Set
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import SOMEBODY, Story

Told = Story[Any, Request, RequestFact]
story: Told = Story(request)
GRANTED = story.given(*a.ready, a.granted)


def deadlines(of: Told) -> Set[Deadline]:
    assert of.state
    return request.owed(of.state, calendar())


def owed(of: Told) -> dict[str, str]:
    return {it.kind: f"{it.due_at:%Y-%m-%dT%H:%M}" for it in deadlines(of)}


def due_of(of: Told, kind: str) -> str | None:
    """Give by when something is owed, None where it is not."""
    return owed(of).get(kind)


def on(day: str, by: Act = SOMEBODY) -> Act:
    """Give an act on a day, at noon or when it says."""
    at = day if "T" in day else f"{day}T12:00"
    return replace(by, effective_at=a.at(f"{at}:00+00:00"))


def passes(kind: str, at: str, *, late: bool = False) -> DeadlinePassed:
    return DeadlinePassed(Deadline(kind, a.at(f"{at}:00+00:00")), late=late)


def suspended(day: str) -> RequestFact:
    """Give the fact that it was suspended on a day."""
    return replace(a.in_suspense, ceases_on=date.fromisoformat(day) + 27 * clocks.DAY)


def done(now: Told, command: Any, act: Act) -> Told:
    """Let somebody act; what is refused changes nothing."""
    outcome = now.when(command, act=act).outcome
    return now.given(*outcome, act=act) if isinstance(outcome, tuple) else now


def waited(now: Told, at: datetime, kinds: Set[str]) -> Told:
    """Let everything of these kinds pass that is due until then, one after the other."""
    while come := [it for it in deadlines(now) if it.due_at <= at and it.kind in kinds]:
        first = min(come, key=lambda it: it.due_at)
        now = done(now, DeadlinePassed(first), replace(a.SIGNATORY, effective_at=first.due_at))
    return now
