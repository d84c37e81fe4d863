"""What does time do to a request?"""

from collections.abc import Sequence
from datetime import date

from services.dols import events
from services.dols.decisions.evolving import evolve
from services.dols.decisions.owing import days_left, owed
from services.dols.decisions.scoring import IN_TIME, ON_LAPSE, scored
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks
from shared.decider import DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar


def passed(command: DeadlinePassed, state: Request | None, act: Act) -> Sequence[RequestFact]:
    """Give the facts that a deadline leads to, none where it is not owed any more."""
    deadline, late = command.deadline, command.late
    if state is None or deadline not in owed(state, calendar()):
        return ()
    if deadline.kind in {clocks.REMINDER, clocks.END} and state.ended and state.ended.ends_on:
        left = days_left(state) if deadline.kind == clocks.REMINDER else None
        return (_of_the_end(state.ended.ends_on, left, late=late),)
    if deadline.kind == clocks.URGENT and state.urgent:
        lapsed = events.UrgentLapsed(ended_on=state.urgent.ends_on, late=late)
        if state.ended:  # in the gap before what was granted begins
            return (lapsed,)
        return lapsed, scored(evolve(state, lapsed, act), state.answers, ON_LAPSE, act)
    if deadline.kind == clocks.AUTHORISATION and state.authorisation_ends_on:
        # Its end adds nothing to a priority that its nearness had not.
        return (events.AuthorisationLapsed(ended_on=state.authorisation_ends_on, late=late),)
    if deadline.kind == clocks.SCORE:
        return (scored(state, state.answers, IN_TIME, act),)
    if deadline.kind.startswith(clocks.OFFER):
        role = Code(f"assessor-role@1:{deadline.kind.removeprefix(clocks.OFFER)}")
        return (events.OfferExpired(role=role, expired_at=deadline.due_at),)
    kind = Code(f"dols-deadline@1:{deadline.kind}")
    return (events.DeadlineMissed(kind=kind, due_at=deadline.due_at, late=late),)


def _of_the_end(ends_on: date, left: int | None, *, late: bool) -> RequestFact:
    if left is None:
        return events.AuthorisationEnded(ended_on=ends_on, late=late)
    return events.AuthorisationEnding(ends_on=ends_on, days_left=left, late=late)
