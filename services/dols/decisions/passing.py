"""What does time do to a request?"""

from collections.abc import Sequence
from datetime import date

from services.dols import events
from services.dols.decisions.evolving import evolve
from services.dols.decisions.granted import Ended
from services.dols.decisions.owing import owed, reminder
from services.dols.decisions.scoring import IN_TIME, ON_LAPSE, scored
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes
from shared.decider import DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar

OF_THE_END = {clocks.REMINDER, clocks.END, clocks.SUSPENSION}


def passed(command: DeadlinePassed, state: Request | None, act: Act) -> Sequence[RequestFact]:
    """Give the facts that a deadline leads to, none where it is not owed any more."""
    deadline, late = command.deadline, command.late
    if state is None or deadline not in owed(state, calendar()):
        return ()
    if deadline.kind in OF_THE_END and state.ended and state.ended.ends_on:
        return (_of_the_end(deadline.kind, state, state.ended, state.ended.ends_on, late=late),)
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


def _of_the_end(
    kind: str, state: Request, it: Ended, ends_on: date, *, late: bool
) -> RequestFact:  # fmt: skip
    if kind == clocks.SUSPENSION and it.suspended:
        on = it.suspended.ceases_on
        return events.AuthorisationCeased(reason=codes.ELAPSED, ceased_on=on, words=None, late=late)
    if kind == clocks.REMINDER and (next_ := reminder(state)):
        return events.AuthorisationEnding(ends_on=ends_on, days_left=next_.days_left, late=late)
    return events.AuthorisationEnded(ended_on=ends_on, late=late)
