"""Which reasons are there to say no to what somebody wants of a request?"""

from services.dols.rules.independence import Problem
from shared.refusals import Refusal


class BeforeItsReceipt(Refusal):
    """Nothing happened to a request before the day on which it was received."""


class RequestDecided(Refusal):
    """The request was decided: what follows needs a new one."""


class RequestWithdrawnAlready(Refusal):
    """The request was taken back already."""


class PersonNoLongerThere(Refusal):
    """The managing authority told that the person is no longer there: a signatory ends it."""


class NotToldGone(Refusal):
    """Nobody has told by then that the person is no longer there."""


class LocationNotToldBefore(Refusal):
    """By then it was none of the places told before the present one: see locations_before."""


class PlaceToldSince(Refusal):
    """By then it was another place: say who runs the present one, as found since it was told."""


class NoLongerNeeded(Refusal):
    """The managing authority told that it is no longer needed, and not since that it is."""


class NobodyWithdrew(Refusal):
    """Only the managing authority takes its request back, and it has not done so."""


class DecisionDatedBack(Refusal):
    """A decision counts from the day on which it is recorded, and is not dated back beyond it."""


class NothingWasTold(Refusal):
    """The managing authority told nothing that nobody has seen."""


class WordNotListed(Refusal):
    """One of these codes is not of the list that it should be of."""


class QuestionNotOpen(Refusal):
    """No answer to this question was owed by then: see the case's questions."""


class NoUrgentAuthorisation(Refusal):
    """There is no urgent authorisation that could be extended."""


class ExtensionNotRequested(Refusal):
    """The managing authority has to ask for an extension before the urgent authorisation ends."""


class UrgentExtendedBefore(Refusal):
    """An urgent authorisation is extended once only."""


class ExtensionRefusedBefore(Refusal):
    """It was refused, and the law lets an extension be asked for once only: none can be given."""


class UrgentHasEnded(Refusal):
    """The urgent authorisation has ended, so it can no longer be extended."""


class ExtensionTooLong(Refusal):
    """An extension has seven days at most, and ends 13 days after the urgent one was given."""


class NotOffered(Refusal):
    """No offer of this role stands open to this assessor."""


class OfferOpen(Refusal):
    """An offer of this role stands open: wait for its answer, or record that it was declined."""


class RoleTaken(Refusal):
    """Somebody has this role: take it back from them first (releases), and say why."""


class NobodyHasTheRole(Refusal):
    """Nobody has this role, so it cannot be taken back."""


class AssessorSuspended(Refusal):
    """The assessor is suspended in the register."""


class AssessorNotEligible(Refusal):
    """The assessor is not eligible for this role."""


class TrainingOutOfDate(Refusal):
    """The assessor's refresher lies more than twelve months back, or ahead."""


class AssessorRelated(Refusal):
    """The assessor is related to the person, or to somebody with an interest in the care."""


class AssessorInterested(Refusal):
    """The assessor has a financial interest in the place or the care, or works there."""


class AssessorInvolved(Refusal):
    """The assessor is involved in the person's care, or in decisions about it."""


class NoRoomThisWeek(Refusal):
    """The assessor has taken on this week what the register says they can: ask somebody else."""


class RunByCouncilUnknown(Refusal):
    """Record first whether the council runs the place: if it does, its own staff may not assess."""


class AssessorEmployedByBoth(Refusal):
    """The council runs the place, so nobody in its employ makes the best interests assessment."""


class SameAssessor(Refusal):
    """One person may not make both the mental health and the best interests assessment."""


class NotDeclared(Refusal):
    """The assessor has to declare that none of the bars to independence holds."""


class NotAllocated(Refusal):
    """You are not allocated to this request."""


class NotTheirsToAssess(Refusal):
    """Another role, or somebody with another qualification, assesses that requirement."""


class AssessedInFuture(Refusal):
    """An assessment cannot have been made on a day that has not come."""


class AssessedBeforeReceipt(Refusal):
    """What was found before the request was received can only be an equivalent assessment."""


class DurationMissing(Refusal):
    """Who finds the best interests requirement satisfied recommends the longest duration."""


class RequirementsNotMet(Refusal):
    """An authorisation needs all six requirements satisfied, or equivalently assessed."""


class DecidedBeforeAssessed(Refusal):
    """An authorisation cannot be given before the assessments that it rests on."""


class AssessedUnderFormerTest(Refusal):
    """Best interests have to be assessed anew: the legal test is another one since."""


class AssessmentTooOld(Refusal):
    """No decision rests on what was found over twelve months before; a grant may, on the age."""


class StartsTooEarly(Refusal):
    """An authorisation cannot start before the day on which it is decided."""


class EndsBeforeItStarts(Refusal):
    """An authorisation cannot end before it starts."""


class LongerThanAYear(Refusal):
    """An authorisation ends within a year, on the day before its anniversary at the latest."""


class LongerThanRecommended(Refusal):
    """An authorisation is never longer than the best interests assessor recommended."""


class AssessedByYourself(Refusal):
    """Who assessed a requirement of a request may not decide it: somebody else signs."""


class ReasonNotBorneOut(Refusal):
    """A requirement is the reason only where it was assessed and is not satisfied."""


class NothingGranted(Refusal):
    """No authorisation was granted on this request: nothing is suspended, reviewed, or ceases."""


class AuthorisationHasEnded(Refusal):
    """What was granted came to its end, so nothing suspends it any more: ask for a further one."""


class AuthorisationHasCeased(Refusal):
    """What was granted has ceased, and nothing brings it back: ask for a new one."""


class SuspendedAlready(Refusal):
    """What was granted is suspended already: its 28 days run from the first notice."""


class NotSuspended(Refusal):
    """What was granted is not suspended, so nothing lifts it."""


class CeasedBeforeItBegan(Refusal):
    """An authorisation cannot have ceased before the day on which it began."""


class CeasedInFuture(Refusal):
    """An authorisation cannot have ceased on a day that has not come."""


class CeasedAfterItsEnd(Refusal):
    """By that day it had come to its end, or had ceased as it was suspended for 28 days."""


class SuspendedMeanwhile(Refusal):
    """What was granted is suspended: no review is asked for, and none goes on, until it does."""


class NoticeBeforeGranted(Refusal):
    """No notice can have come of it before the day on which it was granted."""


class OtherNoticeSince(Refusal):
    """Another notice came since, and says otherwise: record each in the order in which it came."""


class ReviewAskedBeforeGranted(Refusal):
    """No review can have been asked for before the day on which it was granted."""


class NoReviewOpen(Refusal):
    """No review of what was granted is open, so none is completed."""


class CompletedBeforeAsked(Refusal):
    """A review cannot have been completed before the day on which it was asked for."""


class CompletedInFuture(Refusal):
    """A review cannot have been completed on a day that has not come."""


class ConditionsNotVaried(Refusal):
    """Conditions are said only of a review that varies what was granted."""


INDEPENDENCE_REFUSALS: dict[Problem, type[Refusal]] = {
    "role-unknown": WordNotListed,
    "suspended": AssessorSuspended,
    "not-eligible": AssessorNotEligible,
    "training-out-of-date": TrainingOutOfDate,
    "related": AssessorRelated,
    "financial-interest": AssessorInterested,
    "involved-in-care": AssessorInvolved,
    "employed-by-both": AssessorEmployedByBoth,
    "place-unknown": RunByCouncilUnknown,
    "both-roles": SameAssessor,
    "not-declared": NotDeclared,
}
