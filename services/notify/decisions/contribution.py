"""What did partners add about one adult, and which of it do we still owe an answer?

What was added comes from one topic and what answers it from another, so either may be heard first.
An answer is for all that had been added by its time, whichever is heard first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notify.events import (
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
class HearAnswer:
    """Owe no answer any more to what was added by then."""

    how: Code
    answered_at: datetime


ContributionCommand = HearContribution | HearAnswer | DeadlinePassed


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """What was added about an adult."""

    open: tuple[ContributionReceived, ...] = ()
    """What is not answered."""

    answers: tuple[AnswerHeard, ...] = ()
    missed: datetime | None = None
    """When the last time to answer passed."""


def decide(command: ContributionCommand, state: Contributions | None, _: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    known = state or Contributions()
    match command:
        case HearContribution():
            came = ContributionReceived(
                contribution=command.contribution, contact=command.contact, told_at=command.told_at
            )
            heard = sorted(known.answers, key=lambda it: it.answered_at)
            answer = next((it for it in heard if it.answered_at >= came.told_at), None)
            return (came, _answered(came, answer.how)) if answer else (came,)
        case HearAnswer(how=how, answered_at=at):
            theirs = [_answered(it, how) for it in known.open if it.told_at <= at]
            return (AnswerHeard(how=how, answered_at=at), *theirs)
        case DeadlinePassed(deadline=passed, late=late):
            owes = passed in owed(known, calendar())
            return (AnswerMissed(due_at=passed.due_at, late=late),) if owes else ()


def _answered(it: ContributionReceived, how: Code) -> ContributionAnswered:
    return ContributionAnswered(contribution=it.contribution, contact=it.contact, how=how)


def evolve(state: Contributions | None, happened: ContributionFact, _: Act) -> Contributions:
    """Give the state after `happened`. Never refuses: facts are facts."""
    known = state or Contributions()
    match happened:
        case ContributionReceived():
            return replace(known, open=(*known.open, happened))
        case AnswerHeard():
            return replace(known, answers=(*known.answers, happened))
        case ContributionAnswered(contribution=done):
            left = tuple(it for it in known.open if it.contribution != done)
            return replace(known, open=left, missed=known.missed if left else None)
        case AnswerMissed(due_at=due_at):
            return replace(known, missed=due_at)


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
