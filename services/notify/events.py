"""What happened to what partners are told, and to what we owe them?"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.facts import Code, fact
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that another service said, as far as a partner may hear of it."""

    event: Code
    """Of `event@1`."""

    about: UUID | None
    """The adult's part in the partner's own referral, where it is about one of them."""

    occurred_at: datetime
    known_at: datetime
    """When the council came to know."""


# All that one partner is told of one case


@fact("notify.sender-known/1")
class SenderKnown:
    """It became known whose case it is. Said again where another partner is asked."""

    partner: UUID
    """As their own token names them."""

    relation: Code
    """Of `relation@1`: what they have to do with the case."""


@fact("notify.event-awaited/1")
class EventAwaited:
    """Something happened before it was known whose case it is: told once that is known."""

    happening: Happening


@fact("notify.delivery-owed/1")
class DeliveryOwed:
    """A partner is owed word of something, in the feed and at each endpoint that wants it."""

    partner: UUID
    sequence: int
    """Of all that this partner is told of this case, from 1 on."""

    happening: Happening
    disclosure: Code
    """Of `disclosure@1`: the right by which they may hear it."""


@fact("notify.delivery-attempted/1")
class DeliveryAttempted:
    """Somebody's endpoint was sent an event, or would have been."""

    partner: UUID
    sequence: int
    endpoint: UUID
    outcome: Code
    """Of `delivery-outcome@1`."""

    status: int | None
    """Of HTTP, where there was an answer."""

    milliseconds: int
    retry_at: datetime | None
    """None where nothing more is to be done."""


@fact("notify.task-moved/1")
class TaskMoved:
    """An enquiry that a partner was asked to make went a step further.

    Law: Care Act 2014 s42(2).
    """

    partner: UUID
    stage: Code
    """Of `task-stage@1`."""

    due_on: date | None
    """In London, when a report is expected, where that was said."""


@fact("notify.question-asked/1")
class QuestionAsked:
    """A partner was asked what their request lacks, so they owe an answer.

    Law: SI 2008/1858 reg 16.
    """

    question: UUID
    """As the request's own status names it; its words are there, and not here."""

    due_on: date
    """In London; the answer is asked for by then."""


@fact("notify.question-closed/1")
class QuestionClosed:
    """A partner owes no answer to a question any more: it has one, or needs none."""

    question: UUID


@fact("notify.request-ended/1")
class RequestEnded:
    """A partner's request was taken back or decided: nothing that they were asked of it is owed."""


@fact("notify.event-placed/1")
class EventPlaced:
    """An event that the feed lacked stands in it from here on: readers had gone past its place.

    It lies in a stream beside its lane, since a table that lacks the one reads no more of it.
    """

    lane: UUID
    partner: UUID
    sequence: int
    happening: Happening
    disclosure: Code
    owed_at: int
    """The position of the log at which it came to be owed."""

    cause: UUID
    """The act by which it did."""


CorrespondenceFact = (
    SenderKnown
    | EventAwaited
    | DeliveryOwed
    | DeliveryAttempted
    | TaskMoved
    | QuestionAsked
    | QuestionClosed
    | RequestEnded
    | EventPlaced
)

# Where a partner wants to hear it


@fact("notify.endpoint-registered/1")
class EndpointRegistered:
    """A partner named an address that is to be sent events from now on."""

    endpoint: UUID
    partner: UUID
    host: str
    """Of the address, in clear; the whole of it may hold what only its owner should know."""

    url: Sealed[str]
    wanted: tuple[Code, ...]
    """Of `event@1`; none is all that the partner may hear."""

    secret: Sealed[str]
    """What events are signed with."""


@fact("notify.secret-rotated/1")
class SecretRotated:
    """An endpoint got a new signing secret."""

    endpoint: UUID
    secret: Sealed[str]
    old_until: datetime
    """Until then the ones before sign as well."""


@fact("notify.endpoint-disabled/1")
class EndpointDisabled:
    """An endpoint is sent nothing until it is enabled; the feed goes on, and so does what waits."""

    endpoint: UUID
    why: Code
    """Of `disabled@1`: the partner's wish, or a receiver that is gone or has long been failing."""


@fact("notify.endpoint-enabled/1")
class EndpointEnabled:
    """An endpoint is sent events again, those first that waited."""

    endpoint: UUID


@fact("notify.endpoint-removed/1")
class EndpointRemoved:
    """An endpoint is sent nothing any more."""

    endpoint: UUID


@fact("notify.replay-asked/1")
class ReplayAsked:
    """A partner asked for what had happened before, whether or not it was taken then."""

    endpoint: UUID
    after: int
    until: int
    """Places in the feed: what stands behind the one, up to the other."""


SubscriberFact = (
    EndpointRegistered
    | SecretRotated
    | EndpointDisabled
    | EndpointEnabled
    | EndpointRemoved
    | ReplayAsked
)

# What we owe for what we were told


@fact("notify.contribution-received/1")
class ContributionReceived:
    """A partner added something about an adult, so we owe them an answer."""

    contribution: UUID
    contact: UUID
    """The referral that it was added to."""

    told_at: datetime


@fact("notify.contribution-kept/1")
class ContributionKept:
    """A partner added something about an adult who is not with those who decide: we owe a look."""

    contribution: UUID
    contact: UUID
    """The referral that it was added to."""

    told_at: datetime


@fact("notify.addition-reached/1")
class AdditionReached:
    """What a partner added is with those who decide: what they say after this knew of it."""

    told_by: UUID
    """The act by which the partner told it."""


@fact("notify.answer-heard/1")
class AnswerHeard:
    """Whatever had reached those who decide about the adult was looked at."""

    how: Code
    """Of `contribution-answer@1`."""

    answered_at: datetime


@fact("notify.contribution-answered/1")
class ContributionAnswered:
    """What a partner added was looked at, so they can be told so."""

    contribution: UUID
    contact: UUID
    how: Code


@fact("notify.contribution-closed/1")
class ContributionClosed:
    """Staff said why nobody answers what a partner added, so it is owed no more."""

    contribution: UUID
    contact: UUID
    why: Code
    """Of `unanswered@1`."""


@fact("notify.answer-missed/1")
class AnswerMissed:
    """The time to answer a partner passed, and they were not answered."""

    due_at: datetime
    late: bool
    """It was noticed some time after: the service stood still."""


ContributionFact = (
    ContributionReceived
    | ContributionKept
    | AdditionReached
    | AnswerHeard
    | ContributionAnswered
    | ContributionClosed
    | AnswerMissed
)

NotifyFact = CorrespondenceFact | SubscriberFact | ContributionFact
