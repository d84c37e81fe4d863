"""What may others know of a request?"""

from services.dols import events
from services.dols.decisions.ended import OfAReview, OfTheEnd
from services.dols.decisions.evolving import OfQuestions
from shared.contracts import dols as contract
from shared.facts import Act, party
from shared.time.calendar import london_date


def publish(happened: events.DolsFact, act: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    if isinstance(happened, OfQuestions):
        return _of_questions(happened)
    if isinstance(happened, OfTheEnd):
        return _of_the_end(happened, act)
    if isinstance(happened, OfAReview):
        return _of_a_review(happened, act)
    match happened:
        case events.RequestReceived(received_on=day, urgent_ends_on=ends):
            return contract.RequestReceived(
                sender=party(act.actor), urgent=ends is not None, received_on=day
            )
        case events.AssessorAllocated(role=role):
            return contract.AssessorAllocated(role=role, allocated_on=london_date(act.effective_at))
        case events.RequirementAssessed():
            return contract.RequirementAssessed(
                requirement=happened.requirement,
                result=happened.result,
                legal_test=happened.legal_test,
                assessed_on=happened.assessed_on,
            )
        case events.RequestWithdrawn():
            return contract.RequestWithdrawn(withdrawn_on=london_date(act.effective_at))
        case events.UrgentExtended(ends_on=ends_on):
            extended_on = london_date(act.effective_at)
            return contract.UrgentExtended(extended_on=extended_on, ends_on=ends_on)
        case events.ExtensionRefused():
            return contract.ExtensionRefused(refused_on=london_date(act.effective_at))
        case (
            events.RequestPrioritised()
            | events.DeadlineMissed()
            | events.UrgentDated()
            | events.UrgentLapsed()
            | events.AuthorisationLapsed()
        ):
            return None
        case (
            events.CircumstancesTold()
            | events.CircumstancesConsidered()
            | events.PlaceDescribed()
            | events.LocationTold()
            | events.LocationMistaken()
            | events.PresenceConfirmed()
        ):
            return None
        case (
            events.AssessorOffered()
            | events.OfferDeclined()
            | events.OfferExpired()
            | events.AssessorRegistered()
            | events.AssessorChanged()
            | events.AssessorReleased()
            | events.AssessorStandingChanged()
        ):
            return None


def _of_questions(happened: OfQuestions) -> contract.Message | None:
    match happened:
        case events.InformationRequested(question=question, due_at=due_at):
            return contract.InformationRequested(question=question, due_on=london_date(due_at))
        case events.InformationAnswered(questions=closed):
            return contract.QuestionsClosed(questions=closed) if closed else None
        case events.QuestionSettled(question=question):
            return contract.QuestionsClosed(questions=(question,))
        case events.FieldsTold():
            return None


def _of_the_end(happened: OfTheEnd, act: Act) -> contract.Message:
    match happened:
        case events.AuthorisationGranted():
            return contract.AuthorisationGranted(
                legal_test=happened.legal_test,
                decided_on=happened.decided_on,
                starts_on=happened.starts_on,
                ends_on=happened.ends_on,
            )
        case events.AuthorisationNotGranted():
            return contract.AuthorisationNotGranted(
                reason=happened.reason,
                legal_test=happened.legal_test,
                decided_on=happened.decided_on,
            )
        case events.AuthorisationEnding(ends_on=ends_on, days_left=left):
            return contract.AuthorisationEnding(ends_on=ends_on, days_left=left)
        case events.AuthorisationEnded(ended_on=ended_on):
            return contract.AuthorisationEnded(ended_on=ended_on)
        case events.AuthorisationSuspended(ceases_on=ceases_on):
            on = london_date(act.effective_at)
            return contract.AuthorisationSuspended(suspended_on=on, ceases_on=ceases_on)
        case events.AuthorisationResumed():
            return contract.AuthorisationResumed(resumed_on=london_date(act.effective_at))
        case events.AuthorisationCeased(reason=reason, ceased_on=ceased_on):
            return contract.AuthorisationCeased(reason=reason, ceased_on=ceased_on)


def _of_a_review(happened: OfAReview, act: Act) -> contract.Message | None:
    """Say once that there is to be one, however many ask for it."""
    match happened:
        case events.ReviewAsked(joins=True):
            return None
        case events.ReviewAsked(asked_by=by, grounds=grounds):
            on = london_date(act.effective_at)
            return contract.ReviewAsked(asked_by=by, grounds=grounds, asked_on=on)
        case events.ReviewCompleted(outcome=outcome, completed_on=on):
            return contract.ReviewCompleted(outcome=outcome, completed_on=on)
