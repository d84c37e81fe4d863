"""What is so of a request after what was decided of it, and after what became of that?"""

from dataclasses import replace
from datetime import date, datetime

from services.dols import events
from services.dols.decisions.granted import Ceased, Ended, Suspended
from services.dols.decisions.state import Request
from services.dols.rules import codes

OfASuspension = events.AuthorisationSuspended | events.AuthorisationResumed
OfTheEnd = (
    events.AuthorisationGranted
    | events.AuthorisationNotGranted
    | events.AuthorisationEnding
    | events.AuthorisationEnded
    | OfASuspension
    | events.AuthorisationCeased
)


def ended(state: Request, happened: OfTheEnd, at: datetime) -> Request:
    """Give the state after `happened`."""
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
            return replace(state, ended=replace(was, over=True, suspended=None), unseen=unseen)
        case (events.AuthorisationSuspended() | events.AuthorisationResumed()) as notice, Ended(
            stands=True
        ) as was:
            return replace(state, ended=_told(was, notice, at), unseen=(*state.unseen, at))
        case events.AuthorisationCeased(reason=reason, ceased_on=on), Ended(ends_on=date()) as was:
            # Who records it has seen it; where time ended it, nobody has.
            unseen = (*state.unseen, at) if reason == codes.ELAPSED else state.unseen
            ceased = replace(was, ceased=Ceased(on=on, reason=reason), suspended=None)
            return replace(state, ended=ceased, unseen=unseen)
        case _:  # as at another time nothing is known of a grant
            return state


def _told(was: Ended, notice: OfASuspension, at: datetime) -> Ended:
    """Let it be suspended, or no more; of what is not known to be suspended, nothing resumes."""
    match notice:
        case events.AuthorisationSuspended(ceases_on=ceases_on):
            return replace(was, suspended=Suspended(since=at, ceases_on=ceases_on))
        case events.AuthorisationResumed():
            return replace(was, suspended=None, resumed_at=at) if was.suspended else was
