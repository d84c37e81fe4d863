"""May a review of what was granted be asked for, or completed?

Law: Mental Capacity Act 2005 Sch A1 paras 101-103 (of what was given and has not ceased; who may
ask, and that the managing authority must), 104-107 (on which grounds), 117 and 118 (what terminates
it, and when a review is complete), 123 (none is asked for, and no step taken, while it is
suspended). That none is asked for while a further authorisation is (124, 125) is for people to see:
a further request is a case of its own.
"""

from collections.abc import Sequence
from datetime import date

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import refusals
from services.dols.decisions.assessing import listed
from services.dols.decisions.ceasing import standing
from services.dols.decisions.granted import Ended, Review
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import codes
from shared.facts import Act
from shared.time.calendar import london_date

Facts = Sequence[RequestFact]


def reviewed(command: want.OfAReview, state: Request, act: Act) -> Facts:
    """Ask for a review of what stands, or say what came of the one that is open."""
    today = london_date(act.effective_at)
    it = _not_suspended(standing(state, today), act)
    match command:
        case want.AskReview():
            return (_asked(command, it, today),)
        case want.CompleteReview():
            if it.review is None:
                raise refusals.NoReviewOpen
            return _completed(command, it.review, today)


def _not_suspended(it: Ended, act: Act) -> Ended:
    """Refuse what law leaves alone meanwhile; what came before on paper may be recorded still."""
    if it.suspended and it.suspended.since <= act.effective_at:
        raise refusals.SuspendedMeanwhile
    return it


def _asked(command: want.AskReview, it: Ended, today: date) -> events.ReviewAsked:
    listed(codes.REVIEWS_ASKED_BY, command.asked_by)
    for ground in command.grounds:
        listed(codes.REVIEW_GROUNDS, ground)
    for requirement in command.requirements:
        listed(codes.REQUIREMENTS, requirement)
    if today < it.on:
        raise refusals.ReviewAskedBeforeGranted
    return events.ReviewAsked(
        asked_by=command.asked_by,
        grounds=command.grounds,
        requirements=command.requirements,
        reasons=command.reasons,
        joins=it.review is not None,
    )


def _completed(command: want.CompleteReview, review: Review, today: date) -> Facts:
    """Complete it; what it terminates ceases with it, and also what was to begin later."""
    listed(codes.REVIEW_OUTCOMES, command.outcome)
    if command.conditions is not None and command.outcome != codes.VARIED:
        raise refusals.ConditionsNotVaried
    if command.completed_on < london_date(review.asked_at):
        raise refusals.CompletedBeforeAsked
    if command.completed_on > today:
        raise refusals.CompletedInFuture
    done = events.ReviewCompleted(
        outcome=command.outcome,
        completed_on=command.completed_on,
        conditions=command.conditions,
        words=command.words,
    )
    if command.outcome != codes.TERMINATES:
        return (done,)
    ceased = events.AuthorisationCeased(
        reason=codes.TERMINATED, ceased_on=command.completed_on, words=None, late=False
    )
    return done, ceased
