"""What is so of a request after what was decided of it, and after what became of that?"""

from dataclasses import replace
from datetime import datetime

from services.dols import events
from services.dols.decisions.state import Ended, Request

OfTheEnd = (
    events.AuthorisationGranted
    | events.AuthorisationNotGranted
    | events.AuthorisationEnding
    | events.AuthorisationEnded
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
            return replace(state, ended=replace(was, over=True), unseen=unseen)
        case _:  # as at another time nothing is known of a grant
            return state
