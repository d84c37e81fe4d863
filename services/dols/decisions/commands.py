"""What may somebody want of a request?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.dols.events import CircumstancesTold, RequestReceived, Tri
from services.dols.rules.independence import Declared, Standing
from services.dols.rules.priority import Answers
from services.dols.rules.reading import UrgentGiven
from shared.decider import DeadlinePassed
from shared.facts import Code
from shared.sealed import Sealed


@dataclass(frozen=True, kw_only=True)
class ReceiveRequest:
    """Keep a request, and score it at once."""

    received: RequestReceived


@dataclass(frozen=True, kw_only=True)
class TellCircumstances:
    """Keep what the managing authority tells, and score again."""

    told: CircumstancesTold
    run_by_council: Tri = "unknown"
    """What is told of the place, where something is."""

    location: str | None = None
    """The place by its CQC location id, where it is told."""

    urgent: UrgentGiven | None = None
    """What is told of the urgent authorisation, where something is."""


@dataclass(frozen=True, kw_only=True)
class AnswerQuestions:
    """Keep what the managing authority answers, and close the questions that it answers."""

    telling: TellCircumstances
    others: Sealed[Mapping[str, str]]
    fields: tuple[Code, ...]
    """What of all that can be asked for is told, and could be read."""


@dataclass(frozen=True, kw_only=True)
class WithdrawRequest:
    """Note that the managing authority takes its request back."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ConsiderCircumstances:
    """Say that a person has seen what was told, and what follows."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class DescribePlace:
    """Say whether the council runs the place."""

    run_by_council: Tri


@dataclass(frozen=True, kw_only=True)
class FindLocationMistaken:
    """Say that a place told before the present one was told by mistake."""

    location: str
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ConfirmPresence:
    """Say that the person is there, though it was told that they no longer are."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AskQuestion:
    """Ask the managing authority for what is missing."""

    missing: tuple[Code, ...]
    words: Sealed[str]
    recorded_at: datetime
    """It is answered in time from then on, however far it is dated back: now it can be read."""


@dataclass(frozen=True, kw_only=True)
class SettleQuestion:
    """Close a question that no answer in the form's fields will close."""

    question: UUID
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class Prioritise:
    """Score afresh, as a person."""

    answers: Answers
    evidence: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ExtendUrgent:
    """Extend the urgent authorisation, once."""

    days: int
    reasons: Sealed[str]
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefuseExtension:
    """Say that the urgent authorisation is not extended."""

    reasons: Sealed[str]
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Room:
    """How much an assessor takes on in the week in which this is recorded, and has taken on."""

    weekly_capacity: int
    taken_on: int


@dataclass(frozen=True, kw_only=True)
class OfferAllocation:
    """Ask an assessor to take on a role."""

    role: Code
    name: str
    standing: Standing
    declared: Declared
    room: Room
    recorded_at: datetime
    """It stands from then on, however far it is dated back: now it can be read."""


@dataclass(frozen=True, kw_only=True)
class AllocateAssessor:
    """Record that an assessor accepted."""

    role: Code
    name: str
    standing: Standing
    declared: Declared
    room: Room


@dataclass(frozen=True, kw_only=True)
class DeclineOffer:
    """Record that an assessor said no."""

    role: Code
    reason: Code


@dataclass(frozen=True, kw_only=True)
class ReleaseAssessor:
    """Take a role back from who has it."""

    role: Code
    reason: Code
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class HearRegister:
    """Note what the register says now of somebody who has a role."""

    standing: Standing


@dataclass(frozen=True, kw_only=True)
class AssessRequirement:
    """Record what an assessor found of one requirement."""

    requirement: Code
    result: Code
    assessed_on: date
    recommended_days: int | None
    conditions: Sealed[tuple[str, ...]] | None
    words: Sealed[str]
    standing: Standing | None = None
    """What the register says of the assessor now; when they accepted it may have said less."""


@dataclass(frozen=True, kw_only=True)
class GrantAuthorisation:
    """Give a standard authorisation."""

    starts_on: date
    ends_on: date
    conditions: Sealed[tuple[str, ...]] | None
    words: Sealed[str] | None
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefuseAuthorisation:
    """End the request without an authorisation."""

    reason: Code
    words: Sealed[str] | None
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class SuspendAuthorisation:
    """Note that, as the managing authority gives notice, the person is not eligible any more."""

    ground: Code
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ResumeAuthorisation:
    """Note that, as the managing authority gives notice, the person is eligible again."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class CeaseAuthorisation:
    """Record that what was granted ceased before its end."""

    reason: Code
    ceased_on: date
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AskReview:
    """Ask whether what was granted may go on, and as it is."""

    asked_by: Code
    grounds: tuple[Code, ...]
    requirements: tuple[Code, ...]
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class CompleteReview:
    """Say what came of a review."""

    outcome: Code
    completed_on: date
    conditions: Sealed[tuple[str, ...]] | None
    words: Sealed[str]


OfTheSender = TellCircumstances | AnswerQuestions | WithdrawRequest
OfThePlace = DescribePlace | FindLocationMistaken
OfACoordinator = AskQuestion | SettleQuestion | ConfirmPresence | OfThePlace | Prioritise
OfTheWait = OfACoordinator | ExtendUrgent | RefuseExtension
Staffing = OfferAllocation | AllocateAssessor | DeclineOffer | ReleaseAssessor
OfAssessors = Staffing | HearRegister | AssessRequirement
OfTheEnd = GrantAuthorisation | RefuseAuthorisation
OfWhatWasGranted = SuspendAuthorisation | ResumeAuthorisation | CeaseAuthorisation
OfAReview = AskReview | CompleteReview
RequestCommand = (
    ReceiveRequest
    | OfTheSender
    | ConsiderCircumstances
    | OfTheWait
    | OfAssessors
    | OfTheEnd
    | OfWhatWasGranted
    | OfAReview
    | DeadlinePassed
)
