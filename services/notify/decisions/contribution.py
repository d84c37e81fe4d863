"""What did partners add about one adult, and which of it do we still owe an answer?

What was added comes from intake, and what answers it from triage, so either may be heard first.
Triage says when an addition reached it, in one order with what it decides: an answer is for what
had reached it by then, and for nothing that was still on its way.

What is added about an adult whom triage does not have waits for a person of intake: where the adult
is passed on it was looked at, and where they go on it goes along, in its order and its time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.notify.events import (
    AdditionReached,
    AnswerHeard,
    AnswerMissed,
    ContributionAnswered,
    ContributionClosed,
    ContributionFact,
    ContributionKept,
    ContributionReceived,
)
from services.notify.rules import replies
from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import Refusal
from shared.time.calendar import Calendar, calendar, london_date

REPLY = "reply"
Facts = Sequence[ContributionFact]


@dataclass(frozen=True, kw_only=True)
class HearContribution:
    """Owe an answer to what a partner added."""

    contribution: UUID
    contact: UUID
    told_at: datetime


@dataclass(frozen=True, kw_only=True)
class HearKept:
    """Owe a look at what a partner added about an adult who is not with those who decide."""

    contribution: UUID
    contact: UUID
    told_at: datetime


@dataclass(frozen=True, kw_only=True)
class HearRedirection:
    """Owe no look any more at what was added about an adult who was passed on."""


@dataclass(frozen=True, kw_only=True)
class CloseContribution:
    """Owe no answer any more to what a partner added, though nobody says that it was looked at."""

    contribution: UUID
    why: Code


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


ContributionCommand = (
    HearContribution
    | HearKept
    | HearRedirection
    | HearReached
    | HearAnswer
    | CloseContribution
    | DeadlinePassed
)


class ReasonUnknown(Refusal):
    """There is no such reason to leave what a partner added without an answer."""

    status: ClassVar[int] = 422


class NothingToAnswer(Refusal):
    """It was answered or closed already: nobody owes anything for it any more."""


class BeforeItWasTold(Refusal):
    """That was before the day on which the partner told it."""


class OwedElsewhere(Refusal):
    """It is owed for an enquiry that a partner was asked for, or for a request: settled there."""


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
    kept: tuple[ContributionKept, ...] = ()
    """What waits for a person of intake."""

    missed: datetime | None = None
    """When the last time to answer passed."""

    @property
    def open(self) -> Sequence[ContributionKept | ContributionReceived]:
        """Give what is not answered."""
        return [*self.kept, *(it.came for it in self.additions if it.came)]


def decide(command: ContributionCommand, state: Contributions | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    known = state or Contributions()
    match command:
        case HearContribution():
            return _came(command, known, act)
        case HearKept(contribution=id, contact=contact, told_at=at):
            return (ContributionKept(contribution=id, contact=contact, told_at=at),)
        case HearRedirection():
            return [_with(it, replies.WITH_REDIRECTION) for it in known.kept]
        case CloseContribution():
            return _closed(command, known, act)
        case HearReached(told_by=act_id):
            return (AdditionReached(told_by=act_id),)
        case HearAnswer(how=how, answered_at=at):
            heard = AnswerHeard(how=how, answered_at=at)
            return (heard, *_answered(evolve(known, heard, act).additions))
        case DeadlinePassed(deadline=passed, late=late):
            owes = passed in owed(known, calendar())
            return (AnswerMissed(due_at=passed.due_at, late=late),) if owes else ()


def _came(command: HearContribution, known: Contributions, act: Act) -> Facts:
    # What was kept goes along before anything else is told: it is owed since it was told first.
    it = known.kept[0] if known.kept else command
    came = ContributionReceived(
        contribution=it.contribution, contact=it.contact, told_at=it.told_at
    )
    known = evolve(known, came, act)
    return (came, *_answered(it for it in known.additions if it.came == came))


def _closed(command: CloseContribution, known: Contributions, act: Act) -> Facts:
    if command.why not in replies.CLOSINGS:
        raise ReasonUnknown
    found = [it for it in known.open if it.contribution == command.contribution]
    if not found:
        raise NothingToAnswer
    if london_date(act.effective_at) < london_date(found[0].told_at):
        raise BeforeItWasTold
    id, contact = command.contribution, found[0].contact
    return (ContributionClosed(contribution=id, contact=contact, why=command.why),)


def _answered(additions: Iterable[Addition]) -> Iterator[ContributionAnswered]:
    return (_with(it.came, it.how) for it in additions if it.came and it.how)


def _with(it: ContributionKept | ContributionReceived, how: Code) -> ContributionAnswered:
    return ContributionAnswered(contribution=it.contribution, contact=it.contact, how=how)


def evolve(state: Contributions | None, happened: ContributionFact, act: Act) -> Contributions:
    """Give the state after `happened`. Never refuses: facts are facts."""
    known = state or Contributions()
    match happened:
        case ContributionKept():
            return replace(known, kept=(*known.kept, happened))
        case ContributionReceived(contribution=id):
            kept = tuple(it for it in known.kept if it.contribution != id)
            return _heard(replace(known, kept=kept), act.causation, came=happened)
        case AdditionReached(told_by=told_by):
            return _heard(known, told_by, reached=True)
        case AnswerHeard(how=how):
            looked_at = (
                replace(it, how=it.how or how) if it.reached else it for it in known.additions
            )
            return replace(known, additions=tuple(looked_at))
        case ContributionAnswered(contribution=done) | ContributionClosed(contribution=done):
            return _without(known, done)
        case AnswerMissed(due_at=due_at):
            return replace(known, missed=due_at)


def _without(known: Contributions, done: UUID) -> Contributions:
    kept = tuple(it for it in known.kept if it.contribution != done)
    left = (it for it in known.additions if not it.came or it.came.contribution != done)
    now = replace(known, kept=kept, additions=tuple(left))
    return now if now.open else replace(now, missed=None)


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
