"""What did partners add about one adult, and which of it do we still owe an answer?

What was added comes from intake, and what answers it from triage, so either may be heard first.
Triage says when an addition reached it, in one order with what it decides: an answer is for what
had reached it by then, and for nothing that was still on its way.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify.events import (
    AdditionReached,
    AnswerHeard,
    AnswerMissed,
    ContributionAnswered,
    ContributionFact,
    ContributionReceived,
)
from services.notify.rules import replies
from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.time.calendar import Calendar, calendar

REPLY = "reply"
Facts = Sequence[ContributionFact]


@dataclass(frozen=True, kw_only=True)
class HearContribution:
    """Owe an answer to what a partner added."""

    contribution: UUID
    contact: UUID
    told_at: datetime


@dataclass(frozen=True, kw_only=True)
class HearReached:
    """Know that something added is with those who decide."""

    told_by: UUID
    """The act by which the partner told it."""


@dataclass(frozen=True, kw_only=True)
class HearAnswer:
    """Owe no answer any more to what is with those who decide."""

    how: Code
    answered_at: datetime


ContributionCommand = HearContribution | HearReached | HearAnswer | DeadlinePassed


@dataclass(frozen=True, kw_only=True)
class Addition:
    """Something added about an adult that is not answered yet, as far as it was heard."""

    told_by: UUID | None
    came: ContributionReceived | None = None
    reached: bool = False
    """Those who decide have it."""

    how: Code | None = None
    """It was looked at since then, so."""


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """What was added about an adult."""

    additions: tuple[Addition, ...] = ()
    missed: datetime | None = None
    """When the last time to answer passed."""

    @property
    def open(self) -> Sequence[ContributionReceived]:
        """Give what is not answered."""
        return [it.came for it in self.additions if it.came]


def decide(command: ContributionCommand, state: Contributions | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    known = state or Contributions()
    match command:
        case HearContribution():
            came = ContributionReceived(
                contribution=command.contribution, contact=command.contact, told_at=command.told_at
            )
            known = evolve(known, came, act)
            return (came, *_answered(it for it in known.additions if it.came == came))
        case HearReached(told_by=act_id):
            return (AdditionReached(told_by=act_id),)
        case HearAnswer(how=how, answered_at=at):
            heard = AnswerHeard(how=how, answered_at=at)
            return (heard, *_answered(evolve(known, heard, act).additions))
        case DeadlinePassed(deadline=passed, late=late):
            owes = passed in owed(known, calendar())
            return (AnswerMissed(due_at=passed.due_at, late=late),) if owes else ()


def _answered(additions: Iterable[Addition]) -> Iterator[ContributionAnswered]:
    for it in additions:
        if it.came and it.how:
            yield ContributionAnswered(
                contribution=it.came.contribution, contact=it.came.contact, how=it.how
            )


def evolve(state: Contributions | None, happened: ContributionFact, act: Act) -> Contributions:
    """Give the state after `happened`. Never refuses: facts are facts."""
    known = state or Contributions()
    match happened:
        case ContributionReceived():
            return _heard(known, act.causation, came=happened)
        case AdditionReached(told_by=told_by):
            return _heard(known, told_by, reached=True)
        case AnswerHeard(how=how):
            looked_at = (
                replace(it, how=it.how or how) if it.reached else it for it in known.additions
            )
            return replace(known, additions=tuple(looked_at))
        case ContributionAnswered(contribution=done):
            left = (it for it in known.additions if not it.came or it.came.contribution != done)
            now = replace(known, additions=tuple(left))
            return now if now.open else replace(now, missed=None)
        case AnswerMissed(due_at=due_at):
            return replace(known, missed=due_at)


def _heard(known: Contributions, told_by: UUID | None, **half: Any) -> Contributions:
    """Keep what was heard of an addition: that it came, or that it reached those who decide.

    One act may tell more than one, and both services tell them in its order.
    """
    (said,) = half
    others = [*known.additions]
    for at, it in enumerate(others):
        if it.told_by == told_by and not getattr(it, said):
            others[at] = replace(it, **half)
            return replace(known, additions=tuple(others))
    return replace(known, additions=(*others, Addition(told_by=told_by, **half)))


def owed(state: Contributions, days: Calendar) -> frozenset[Deadline]:
    """Give by when the oldest contribution is to be answered; missed, it is owed again."""
    if not state.open:
        return frozenset()
    due = replies.due(min(it.told_at for it in state.open), days)
    if state.missed and state.missed >= due:
        due = replies.due(state.missed, days)
    return frozenset({Deadline(REPLY, due)})


contribution = Decider(
    kind="contribution",
    facts=ContributionFact,
    decide=decide,
    evolve=evolve,
    owed=owed,
    times=replies.TIMES,
)
