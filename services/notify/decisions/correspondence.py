"""What is one partner told of one case, in which order, and did it arrive?

The stream is the lane: each endpoint is brought its events in order, the next one when the last is
settled. What the lane keeps of an endpoint is the last event tried there, and whether it is.

What a partner is asked of their request is kept in its lane. Whichever is heard first, a question,
that it is closed or that the request has ended, in the end the same is owed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.notify.events import (
    CorrespondenceFact,
    DeliveryAttempted,
    DeliveryOwed,
    EventAwaited,
    EventPlaced,
    Happening,
    QuestionAsked,
    QuestionClosed,
    RequestEnded,
    SenderKnown,
    TaskMoved,
)
from services.notify.rules import replies
from services.notify.rules.body import event_id
from services.notify.rules.disclosure import ASKED, OWNER, right_to
from services.notify.rules.retry import AT_LEAST, GIVES_UP_AFTER, SETTLED, next_try
from shared.decider import Decider
from shared.facts import Act, Code
from shared.refusals import Refusal

Facts = Sequence[CorrespondenceFact]


@dataclass(frozen=True, kw_only=True)
class HearSender:
    """Learn whose case it is, and tell them what happened."""

    partner: UUID
    relation: Code
    happening: Happening


@dataclass(frozen=True, kw_only=True)
class TellPartner:
    """Tell whoever's case it is what happened."""

    happening: Happening


@dataclass(frozen=True, kw_only=True)
class MoveTask:
    """Take an enquiry that a partner was asked to make a step further."""

    stage: Code
    partner: UUID | None = None
    """Who is asked, where somebody is."""

    late_of: UUID | None = None
    """Whose report it is that came late, where it did: another may have been asked since."""

    due_on: date | None = None
    happening: Happening | None = None


@dataclass(frozen=True, kw_only=True)
class AskPartner:
    """Ask whoever's request it is for what it lacks, and tell them so."""

    question: UUID
    due_on: date
    happening: Happening


@dataclass(frozen=True, kw_only=True)
class CloseQuestions:
    """Await no answer to these questions any more."""

    questions: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class EndRequest:
    """Await no answer at all, and tell whoever's request it was how it ended, where that is new."""

    happening: Happening | None = None


@dataclass(frozen=True, kw_only=True)
class TryEndpoint:
    """Send an endpoint an event that speaks of nobody. The lane is the endpoint's own."""

    partner: UUID
    happening: Happening


@dataclass(frozen=True, kw_only=True)
class RecordAttempt:
    """Keep what became of sending an event to an endpoint."""

    lane: UUID
    partner: UUID
    sequence: int
    endpoint: UUID
    owed_at: datetime
    """When the event came to be owed."""

    outcome: Code
    status: int | None
    milliseconds: int
    hold: int | None = None
    """Seconds that the receiver asked us to wait."""

    again: bool = False
    """The partner asked for it once more, though it was settled."""


@dataclass(frozen=True, kw_only=True)
class PlaceEvents:
    """Let events that the feed lacks stand in it from now on. The stream is beside their lane."""

    events: Sequence[EventPlaced]
    """All of one lane, in its order."""


CorrespondenceCommand = (
    HearSender
    | TellPartner
    | MoveTask
    | AskPartner
    | CloseQuestions
    | EndRequest
    | TryEndpoint
    | RecordAttempt
    | PlaceEvents
)


class NothingOwed(Refusal):
    """Nothing of this number is owed to this partner."""


class OutOfTurn(Refusal):
    """An earlier event is not settled at this endpoint."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The last event that an endpoint was sent, and how that stands."""

    sequence: int
    attempts: int
    first_at: datetime
    retry_at: datetime | None
    """None: it is settled."""


@dataclass(frozen=True, kw_only=True)
class Correspondence:
    """What is known of a lane."""

    partner: UUID | None = None
    relation: Code | None = None
    awaited: tuple[Happening, ...] = ()
    owed: Mapping[UUID, int] = field(default_factory=dict)
    """How many events each partner was told of, or will be."""

    standing: Mapping[UUID, Standing] = field(default_factory=dict)
    """By endpoint."""

    stages: Mapping[UUID, Code] = field(default_factory=dict)
    """How far each partner's task is who was asked to enquire."""

    asked: tuple[UUID, ...] = ()
    """Questions about a request, closed or not."""

    closed: frozenset[UUID] = frozenset()
    """Questions to which no answer is owed; it may be heard of one before that it was asked."""

    request_ended: bool = False
    placed: frozenset[UUID] = frozenset()
    """Events of the lane beside which this is, that stand in the feed where they were placed."""


def decide(command: CorrespondenceCommand, state: Correspondence | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    known = state or Correspondence()
    match command:
        case HearSender():
            return _heard(command, known)
        case TellPartner(happening=happening):
            return _told(known, happening)
        case MoveTask():
            return _moved(command, known)
        case AskPartner():
            return _asked(command, known)
        case CloseQuestions(questions=questions):
            return _closed(known, questions)
        case EndRequest():
            return _ended(command, known)
        case TryEndpoint(partner=who, happening=happening):
            fresh = () if known.partner else (SenderKnown(partner=who, relation=OWNER),)
            return (*fresh, *_owed(known, who, OWNER, happening))
        case RecordAttempt():
            return _attempted(command, known, act)
        case PlaceEvents(events=events):
            return [it for it in events if _id(it) not in known.placed]


def _heard(command: HearSender, known: Correspondence) -> Facts:
    who, relation = command.partner, command.relation
    if known.partner == who:
        return ()
    owed = _owed(known, who, relation, command.happening, *known.awaited)
    return (SenderKnown(partner=who, relation=relation), *owed)


def _told(known: Correspondence, happening: Happening) -> Facts:
    if known.partner is None or known.relation is None:
        return (EventAwaited(happening=happening),)
    return tuple(_owed(known, known.partner, known.relation, happening))


def _asked(command: AskPartner, known: Correspondence) -> Facts:
    question = command.question
    if question in known.asked:
        return ()
    asked = QuestionAsked(question=question, due_on=command.due_on)
    over = known.request_ended or question in known.closed
    closed = (QuestionClosed(question=question),) if over else ()
    return (asked, *closed, *_told(known, command.happening))


def _closed(known: Correspondence, questions: Sequence[UUID]) -> Facts:
    left = (it for it in dict.fromkeys(questions) if it not in known.closed)
    return [QuestionClosed(question=it) for it in left]


def _ended(command: EndRequest, known: Correspondence) -> Facts:
    ended = () if known.request_ended else (RequestEnded(), *_closed(known, known.asked))
    told = _told(known, command.happening) if command.happening else ()
    return (*ended, *told)


def _moved(command: MoveTask, known: Correspondence) -> Facts:
    who = command.partner or command.late_of or _whose(command.stage, known)
    if who is None:  # asked before anybody told us of it
        return ()
    told = _owed(known, who, ASKED, *((command.happening,) if command.happening else ()))
    if command.late_of and known.stages.get(who) in replies.AWAITED:
        return tuple(told)  # what they were asked for since is awaited still
    asked = command.partner is not None and who != known.partner
    fresh = (SenderKnown(partner=who, relation=ASKED),) if asked else ()
    moved = TaskMoved(partner=who, stage=command.stage, due_on=command.due_on)
    return (*fresh, moved, *told)


def _whose(stage: Code, known: Correspondence) -> UUID | None:
    """Give whose task moves: a verdict is on the report that waits for one.

    It may have come late, and another partner been asked since, who is not to hear of it.
    """
    waits = [it for it, theirs in known.stages.items() if theirs == replies.REPORTED]
    if stage in replies.VERDICTS and waits and known.partner not in waits:
        return waits[-1]
    return known.partner


def _owed(
    known: Correspondence, who: UUID, relation: Code, *happenings: Happening
) -> Iterator[DeliveryOwed]:
    last = known.owed.get(who, 0)
    for it in happenings:
        right = right_to(it.event, relation)
        if right is not None:  # no right, no event
            last += 1
            yield DeliveryOwed(partner=who, sequence=last, happening=it, disclosure=right)


def _attempted(command: RecordAttempt, known: Correspondence, act: Act) -> Facts:
    if not 0 < command.sequence <= known.owed.get(command.partner, 0):
        raise NothingOwed
    last = known.standing.get(command.endpoint)
    if last and last.retry_at and command.sequence > last.sequence:
        raise OutOfTurn
    late = last and (command.sequence < last.sequence or _is_settled(last, command.sequence))
    if late and not command.again:
        return ()
    return (
        DeliveryAttempted(
            partner=command.partner,
            sequence=command.sequence,
            endpoint=command.endpoint,
            outcome=command.outcome,
            status=command.status,
            milliseconds=command.milliseconds,
            retry_at=_retry_at(command, last, act.effective_at),
        ),
    )


def _id(it: EventPlaced) -> UUID:
    return event_id(it.lane, it.partner, it.sequence)


def _is_settled(last: Standing, sequence: int) -> bool:
    return last.sequence == sequence and last.retry_at is None


def _retry_at(command: RecordAttempt, last: Standing | None, now: datetime) -> datetime | None:
    if command.outcome in SETTLED:
        return None
    again = last is not None and last.sequence == command.sequence and last.retry_at
    attempts, first_at = (last.attempts, last.first_at) if last and again else (0, now)
    # From when it was owed: behind a dead endpoint's first event the others would wait for weeks.
    since = max(command.owed_at, first_at + AT_LEAST - GIVES_UP_AFTER)
    event = event_id(command.lane, command.partner, command.sequence)
    return next_try(event, command.endpoint, attempts + 1, since, now, command.hold)


def evolve(state: Correspondence | None, happened: CorrespondenceFact, act: Act) -> Correspondence:
    """Give the state after `happened`. Never refuses: facts are facts."""
    known = state or Correspondence()
    match happened:
        case SenderKnown(partner=partner, relation=relation):
            return replace(known, partner=partner, relation=relation, awaited=())
        case EventAwaited(happening=happening):
            return replace(known, awaited=(*known.awaited, happening))
        case DeliveryOwed(partner=partner, sequence=sequence):
            return replace(known, owed={**known.owed, partner: sequence})
        case DeliveryAttempted(endpoint=endpoint):
            stands = _stands(known.standing.get(endpoint), happened, act)
            return replace(known, standing={**known.standing, endpoint: stands})
        case TaskMoved(partner=partner, stage=stage):
            return replace(known, stages={**known.stages, partner: stage})
        case QuestionAsked(question=question):
            return replace(known, asked=(*known.asked, question))
        case QuestionClosed(question=question):
            return replace(known, closed=known.closed | {question})
        case RequestEnded():
            return replace(known, request_ended=True)
        case EventPlaced():
            return replace(known, placed=known.placed | {_id(happened)})


def _stands(last: Standing | None, tried: DeliveryAttempted, act: Act) -> Standing:
    if last is None or last.sequence != tried.sequence or last.retry_at is None:
        last = Standing(
            sequence=tried.sequence, attempts=0, first_at=act.effective_at, retry_at=None
        )
    return replace(last, attempts=last.attempts + 1, retry_at=tried.retry_at)


correspondence = Decider(
    kind="correspondence", facts=CorrespondenceFact, decide=decide, evolve=evolve
)
