"""What does dols tell the others? The request for an authorisation is the message's case."""

from datetime import date
from uuid import UUID

from shared.facts import Code, fact


@fact("dols.request-received/1")
class RequestReceived:
    """A managing authority asks for a standard authorisation, and the request is safe with us.

    Law: Mental Capacity Act 2005 Sch A1 Part 4.
    """

    sender: UUID
    """The partner's id, made from the name in their token: what becomes of it is theirs to hear."""

    urgent: bool
    """They gave themselves an urgent authorisation as well: Sch A1 Part 5."""

    received_on: date
    """In London; day 1 of the 21 in which the assessments are to be made."""


@fact("dols.assessor-allocated/1")
class AssessorAllocated:
    """Somebody accepted to make assessments of a request."""

    role: Code
    """Of `assessor-role@1`: best interests or mental health."""

    allocated_on: date
    """In London."""


@fact("dols.requirement-assessed/1")
class RequirementAssessed:
    """One of the six qualifying requirements was assessed. Said again, the last counts.

    Law: Mental Capacity Act 2005 Sch A1 para 12.
    """

    requirement: Code
    """Of `requirement@1`."""

    result: Code
    """Of `assessment-result@1`: not-assessed, satisfied, not-satisfied or equivalent."""

    legal_test: Code
    """Of `legal-test@1`: by which law it was asked whether somebody is deprived of liberty."""

    assessed_on: date
    """In London."""


@fact("dols.information-requested/1")
class InformationRequested:
    """The managing authority is asked for what a request lacks. No clock of law waits for it.

    Law: SI 2008/1858 reg 16.
    """

    question: UUID
    """Its words, and what is missing, are in the request's status."""

    due_on: date
    """In London; the answer is asked for by then."""


@fact("dols.questions-closed/1")
class QuestionsClosed:
    """Questions were answered, or need no answer any more: the managing authority owes none."""

    questions: tuple[UUID, ...]
    """Of those that it was asked."""


@fact("dols.request-withdrawn/1")
class RequestWithdrawn:
    """The managing authority takes its request back, so it owes no answer. It is decided later.

    Law: Mental Capacity Act 2005 Sch A1 Part 4.
    """

    withdrawn_on: date
    """In London."""


@fact("dols.urgent-extended/1")
class UrgentExtended:
    """The supervisory body extended the urgent authorisation, once.

    Law: Mental Capacity Act 2005 Sch A1 paras 84-86.
    """

    extended_on: date
    """In London."""

    ends_on: date
    """Its last day from now on, in London."""


@fact("dols.extension-refused/1")
class ExtensionRefused:
    """The supervisory body was asked to extend the urgent authorisation, and does not.

    Law: Mental Capacity Act 2005 Sch A1 paras 84-86.
    """

    refused_on: date
    """In London. The reasons are in the request's status."""


@fact("dols.authorisation-granted/1")
class AuthorisationGranted:
    """The supervisory body gave a standard authorisation.

    Law: Mental Capacity Act 2005 Sch A1 para 50.
    """

    legal_test: Code
    """Of `legal-test@1`."""

    decided_on: date
    """In London."""

    starts_on: date
    """The first day; it may lie ahead."""

    ends_on: date
    """The last day; at most a year, and never longer than was recommended."""


@fact("dols.authorisation-not-granted/1")
class AuthorisationNotGranted:
    """A request came to its end without an authorisation.

    Law: Mental Capacity Act 2005 Sch A1 para 50.
    """

    reason: Code
    """Of `not-granted-reason@1`."""

    legal_test: Code
    """Of `legal-test@1`."""

    decided_on: date
    """In London."""


@fact("dols.authorisation-ending/1")
class AuthorisationEnding:
    """What was granted ends soon: who keeps somebody under it is reminded to ask for a further one.

    Law: Mental Capacity Act 2005 Sch A1 para 29.
    """

    ends_on: date
    """Its last day, in London."""

    days_left: int
    """Until its last day; from 28 on a further one may be asked for."""


@fact("dols.authorisation-ended/1")
class AuthorisationEnded:
    """What was granted came to its end: it authorises nothing any more."""

    ended_on: date
    """Its last day, in London."""


@fact("dols.authorisation-suspended/1")
class AuthorisationSuspended:
    """The person is not eligible any more, as their managing authority gave notice.

    What was granted authorises nothing while it is suspended, and ends none the later for it.

    Law: Mental Capacity Act 2005 Sch A1 paras 91-93, 96 and 97.
    """

    suspended_on: date
    """In London; day 1 of the 28."""

    ceases_on: date
    """In London: at its end it ceases, unless the person is eligible again before."""


@fact("dols.authorisation-resumed/1")
class AuthorisationResumed:
    """The person is eligible again, as their managing authority gave notice: it is in force again.

    Law: Mental Capacity Act 2005 Sch A1 paras 94 and 95.
    """

    resumed_on: date
    """In London."""


@fact("dols.authorisation-ceased/1")
class AuthorisationCeased:
    """What was granted ceased before its end: it authorises nothing any more.

    Law: Mental Capacity Act 2005 Sch A1 paras 62, 64, 65, 96 and 117.
    """

    reason: Code
    """Of `cease@1`."""

    ceased_on: date
    """Its last day, in London."""


@fact("dols.review-asked/1")
class ReviewAsked:
    """There is to be a review of what was granted: it was asked for, and none was open.

    Law: Mental Capacity Act 2005 Sch A1 paras 102, 103 and 108.
    """

    asked_by: Code
    """Of `review-asked-by@1`."""

    grounds: tuple[Code, ...]
    """Of `review-ground@1`."""

    asked_on: date
    """In London."""


@fact("dols.review-completed/1")
class ReviewCompleted:
    """A review of what was granted is complete. Where it terminates, it is told that it ceased too.

    Law: Mental Capacity Act 2005 Sch A1 paras 117, 118 and 120.
    """

    outcome: Code
    """Of `review-outcome@1`."""

    completed_on: date
    """In London."""


Message = (
    RequestReceived
    | AssessorAllocated
    | RequirementAssessed
    | InformationRequested
    | QuestionsClosed
    | RequestWithdrawn
    | UrgentExtended
    | ExtensionRefused
    | AuthorisationGranted
    | AuthorisationNotGranted
    | AuthorisationEnding
    | AuthorisationEnded
    | AuthorisationSuspended
    | AuthorisationResumed
    | AuthorisationCeased
    | ReviewAsked
    | ReviewCompleted
)
