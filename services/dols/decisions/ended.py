"""What is so of a request after what was decided of it, and after what became of that?"""

from dataclasses import replace
from datetime import date, datetime

from services.dols import events
from services.dols.decisions.granted import Ceased, Ended, Review, Reviewed, Suspended
from services.dols.decisions.state import Request
from services.dols.rules import codes
from shared.facts import Act

COORDINATOR = "dols-coordinator"
OfASuspension = events.AuthorisationSuspended | events.AuthorisationResumed
OfTheEnd = (
    events.AuthorisationGranted
    | events.AuthorisationNotGranted
    | events.AuthorisationEnding
    | events.AuthorisationEnded
    | OfASuspension
    | events.AuthorisationCeased
)
OfAReview = events.ReviewAsked | events.ReviewCompleted


def ended(state: Request, happened: OfTheEnd | OfAReview, act: Act) -> Request:
    """Give the state after `happened`."""
    at = act.effective_at
    match happened, state.ended:
        case events.AuthorisationNotGranted(decided_on=on, reason=reason), _:
            return replace(state, ended=Ended(on=on, reason=reason))
        case events.AuthorisationGranted(decided_on=on, starts_on=starts_on, ends_on=ends_on), _:
            return replace(state, ended=Ended(on=on, starts_on=starts_on, ends_on=ends_on))
        case events.AuthorisationEnding(days_left=left), Ended() as was:
            return replace(state, ended=replace(was, reminded=left))
        case events.AuthorisationEnded(), Ended() as was:
            # Where the person is gone, or needs it no more, nothing follows.
            unseen = state.unseen if state.not_needed_at else (*state.unseen, at)
            return replace(state, ended=replace(_over(was), over=True), unseen=unseen)
        case (events.AuthorisationSuspended() | events.AuthorisationResumed()) as notice, Ended(
            stands=True
        ) as was:
            # Of what came on paper, whoever records it has seen it.
            unseen = state.unseen if act.role == COORDINATOR else (*state.unseen, at)
            return replace(state, ended=_told(was, notice, at), unseen=unseen)
        case events.AuthorisationCeased(reason=reason, ceased_on=on), Ended(ends_on=date()) as was:
            # Who records it has seen it; where time ended it, nobody has.
            unseen = (*state.unseen, at) if reason == codes.ELAPSED else state.unseen
            ceased = replace(_over(was), ceased=Ceased(on=on, reason=reason))
            return replace(state, ended=ceased, unseen=unseen)
        case events.ReviewAsked(asked_by=by), Ended(stands=True) as was:
            # What a person records they have seen.
            unseen = (*state.unseen, at) if by == codes.MANAGING_AUTHORITY else state.unseen
            return replace(state, ended=replace(was, review=_asked(was.review, at)), unseen=unseen)
        case events.ReviewCompleted(completed_on=on, outcome=outcome), Ended(ends_on=date()) as was:
            done = replace(was, review=None, reviewed=Reviewed(on=on, outcome=outcome))
            return replace(state, ended=done)
        case _:  # as at another time nothing is known of a grant
            return state


def _over(was: Ended) -> Ended:
    """Let nothing go on in what authorises nothing any more."""
    return replace(was, suspended=None, review=None)


def _asked(was: Review | None, at: datetime) -> Review:
    """Let it be open since it was first asked for: whoever asks further joins it."""
    return replace(was, asked_at=min(was.asked_at, at)) if was else Review(asked_at=at)


def _told(was: Ended, notice: OfASuspension, at: datetime) -> Ended:
    """Let it be suspended, or no more; of what is not known to be suspended, nothing resumes."""
    match notice:
        case events.AuthorisationSuspended(ceases_on=ceases_on):
            return replace(was, suspended=Suspended(since=at, ceases_on=ceases_on))
        case events.AuthorisationResumed():
            if was.suspended is None:
                return was
            past = (was.suspended.since, at)
            return replace(was, suspended=None, suspensions=(*was.suspensions, past))
