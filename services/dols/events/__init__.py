"""What happens to a request, and to an assessor's place in the register?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.dols.events.decided import AuthorisationCeased as AuthorisationCeased
from services.dols.events.decided import AuthorisationEnded as AuthorisationEnded
from services.dols.events.decided import AuthorisationEnding as AuthorisationEnding
from services.dols.events.decided import AuthorisationGranted as AuthorisationGranted
from services.dols.events.decided import AuthorisationNotGranted as AuthorisationNotGranted
from services.dols.events.decided import AuthorisationResumed as AuthorisationResumed
from services.dols.events.decided import AuthorisationSuspended as AuthorisationSuspended
from services.dols.events.decided import ReviewAsked as ReviewAsked
from services.dols.events.decided import ReviewCompleted as ReviewCompleted
from services.dols.rules.checks import Check
from services.dols.rules.independence import Declared, Standing
from services.dols.rules.priority import Answers, Priority
from shared.facts import Code, fact
from shared.sealed import Sealed

Tri = Literal["yes", "no", "unknown"]
Words = Sealed[Mapping[str, str]]
"""What was written, by the path of the field it was written in."""


@fact("dols.request-received/1")
class RequestReceived:
    """A managing authority asked for a standard authorisation. It is kept exactly as sent."""

    reader: Code
    received_on: date
    """In London: day 1 of the 21."""

    due_on: date
    """The last of the 21 days."""

    setting: Code
    location: str | None
    """By its CQC location id."""

    run_by_council: bool
    """The managing authority and the supervisory body are the same body. Where it is not, a check
    says whether that was said or is only not known."""

    wanted_on: date | None
    authorisation_ends_on: date | None
    """Of a renewal: the last day of the present authorisation."""

    urgent_given_on: date | None
    urgent_ends_on: date | None
    """None where there is no urgent authorisation, or none that has effect."""

    extension_requested: bool
    """In time."""

    answers: Answers
    checks: tuple[Check, ...]
    adult: Words
    others: Words
    partner_reference: Sealed[str] | None
    document: Sealed[str]


@fact("dols.request-prioritised/1")
class RequestPrioritised:
    """It was scored who is to be assessed first."""

    priority: Priority
    answers: Answers
    by: Code
    """Of `priority-by@1`."""

    legal_test: Code
    evidence: Sealed[str] | None


@fact("dols.circumstances-told/1")
class CircumstancesTold:
    """The managing authority told what changed, or whether it is still needed."""

    still_here: Tri
    still_needed: Tri
    extension_requested: bool
    answers: Answers
    checks: tuple[Check, ...]
    adult: Words
    document: Sealed[str]


@fact("dols.information-requested/1")
class InformationRequested:
    """The managing authority was asked for what is missing. No clock waits for its answer."""

    question: UUID
    missing: tuple[Code, ...]
    """Of `dols-field@1`: the paths of a form's fields."""

    words: Sealed[str]
    due_at: datetime


@fact("dols.fields-told/1")
class FieldsTold:
    """The managing authority told some of what it was asked for, in a form that could be read."""

    fields: tuple[Code, ...]
    """Of `dols-field@1`. A question of which nothing is missing any more is answered."""


@fact("dols.information-answered/1")
class InformationAnswered:
    """The managing authority answered. What it told of the person is in the fact beside this."""

    questions: tuple[UUID, ...]
    """Those that are answered with it; the others stay open."""

    others: Words
    """What was told of other people."""


@fact("dols.question-settled/1")
class QuestionSettled:
    """A coordinator closed a question: it was answered in words, or needs no answer any more."""

    question: UUID
    reasons: Sealed[str]


@fact("dols.circumstances-considered/1")
class CircumstancesConsidered:
    """A person has seen what the managing authority told, and says what follows."""

    reasons: Sealed[str]


@fact("dols.request-withdrawn/1")
class RequestWithdrawn:
    """The managing authority took its request back. A signatory ends it."""

    reasons: Sealed[str]


@fact("dols.place-described/1")
class PlaceDescribed:
    """It was told, or found out, whether the council runs the place."""

    run_by_council: Tri


@fact("dols.location-told/1")
class LocationTold:
    """The managing authority told which place the request is of, after the request was made.

    Independence rests on the place, so it is checked against this one from now on, and still
    against those that were told before: whom one bars, another does not free. Who decides
    does not follow from it: the supervisory body is the council where the person ordinarily
    resides. An authorisation does not travel, so who is in another place needs a new request.
    """

    location: str
    """By its CQC location id."""


@fact("dols.location-mistaken/1")
class LocationMistaken:
    """A coordinator found that an earlier place was told by mistake: it bars nobody any more."""

    location: str
    """By its CQC location id. Told once more, it bars once more."""

    reasons: Sealed[str]


@fact("dols.presence-confirmed/1")
class PresenceConfirmed:
    """A coordinator found that the person is there, though it was told that they no longer are."""

    reasons: Sealed[str]


@fact("dols.extension-refused/1")
class ExtensionRefused:
    """The supervisory body was asked to extend the urgent authorisation, and does not."""

    reasons: Sealed[str]


@fact("dols.urgent-extended/1")
class UrgentExtended:
    """The supervisory body extended the urgent authorisation, once."""

    ends_on: date
    reasons: Sealed[str]


@fact("dols.urgent-dated/1")
class UrgentDated:
    """The managing authority told on which day it gave its urgent authorisation.

    Until then the day was assumed: it counts from this one, and not from its receipt any more.
    """

    given_on: date
    ends_on: date


@fact("dols.urgent-lapsed/1")
class UrgentLapsed:
    """The urgent authorisation ended, and no other has begun: the person is unprotected."""

    ended_on: date
    late: bool


@fact("dols.authorisation-lapsed/1")
class AuthorisationLapsed:
    """The standard authorisation that was to be renewed ended, and no other has begun."""

    ended_on: date
    late: bool


@fact("dols.assessor-offered/1")
class AssessorOffered:
    """An assessor was asked to take on a role in this request."""

    role: Code
    name: str
    """As their own token names them."""

    standing: Standing
    declared: Declared
    expires_at: datetime


@fact("dols.offer-declined/1")
class OfferDeclined:
    """The assessor said no."""

    role: Code
    reason: Code


@fact("dols.offer-expired/1")
class OfferExpired:
    """The assessor did not answer in time."""

    role: Code
    expired_at: datetime


@fact("dols.assessor-allocated/1")
class AssessorAllocated:
    """An assessor accepted; what was checked, and on which version of the register, is here."""

    role: Code
    name: str
    standing: Standing
    declared: Declared


@fact("dols.assessor-released/1")
class AssessorReleased:
    """A coordinator took a role back from who had it: it is open again."""

    role: Code
    assessor: UUID
    reason: Code
    """Of `assessor-released@1`. Some bar also what the assessor found of this request."""

    words: Sealed[str]


@fact("dols.assessor-standing-changed/1")
class AssessorStandingChanged:
    """The register says otherwise now of somebody who has a role in this request."""

    standing: Standing
    """What it says, and at which version. What was checked when they accepted stays checked."""


@fact("dols.requirement-assessed/1")
class RequirementAssessed:
    """One of the six requirements was assessed. Recorded again, the last one counts."""

    requirement: Code
    result: Code
    assessor: UUID
    role: Code
    """In which the assessor was allocated."""

    legal_test: Code
    assessed_on: date
    recommended_days: int | None
    """Of best interests: the longest that the assessor recommends."""

    conditions: Sealed[tuple[str, ...]] | None
    words: Sealed[str]


@fact("dols.deadline-missed/1")
class DeadlineMissed:
    """A time that was promised, or set by law, passed without what was due; it is owed again."""

    kind: Code
    """Of `dols-deadline@1`."""

    due_at: datetime
    late: bool
    """We came to know later than we should have: the service stood still."""


RequestFact = (
    RequestReceived | RequestPrioritised | CircumstancesTold
    | InformationRequested | FieldsTold | InformationAnswered | QuestionSettled
    | CircumstancesConsidered | RequestWithdrawn | PresenceConfirmed
    | PlaceDescribed | LocationTold | LocationMistaken
    | ExtensionRefused | UrgentExtended | UrgentDated | UrgentLapsed | AuthorisationLapsed
    | AssessorOffered | OfferDeclined | OfferExpired | AssessorAllocated | AssessorReleased
    | AssessorStandingChanged | RequirementAssessed
    | AuthorisationGranted | AuthorisationNotGranted | AuthorisationEnding | AuthorisationEnded
    | AuthorisationSuspended | AuthorisationResumed | AuthorisationCeased
    | ReviewAsked | ReviewCompleted
    | DeadlineMissed
)  # fmt: skip


@fact("dols.assessor-registered/1")
class AssessorRegistered:
    """An assessor is in the register."""

    name: str
    """As their own token names them."""

    kinds: tuple[Code, ...]
    trained_on: date
    employer: Code
    interests: tuple[str, ...]
    """Places by their CQC location ids in which they have a financial interest or work."""

    weekly_capacity: int
    """Requests that they can take on in a week."""


@fact("dols.assessor-changed/1")
class AssessorChanged:
    """What the register says of an assessor changed: all of it is here."""

    kinds: tuple[Code, ...]
    trained_on: date
    employer: Code
    interests: tuple[str, ...]
    weekly_capacity: int
    suspended: bool


AssessorFact = AssessorRegistered | AssessorChanged
DolsFact = RequestFact | AssessorFact
