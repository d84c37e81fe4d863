"""May what was granted be suspended, go on, or have ceased before its end?

Law: Mental Capacity Act 2005 Sch A1 paras 91-97 (suspended from the time at which notice is given
that the person is not eligible any more, and no more from the time of the notice that they are
again; after 28 days without one it ceases), 62-64 (when one is in force, what takes its place, and
that a court may end it).
"""

from collections.abc import Sequence
from datetime import date

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import refusals
from services.dols.decisions.assessing import listed
from services.dols.decisions.granted import Ended
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes
from shared.facts import Act
from shared.time.calendar import london_date

Facts = Sequence[RequestFact]


def until_its_end(command: want.OfWhatWasGranted, state: Request, act: Act) -> Facts:
    """Suspend what was granted, let it go on, or record that it ceased."""
    today = london_date(act.effective_at)
    match command:
        case want.SuspendAuthorisation():
            return (_suspended(command, standing(state, today), act, today),)
        case want.ResumeAuthorisation(reasons=reasons):
            suspended = standing(state, today).suspended
            if suspended is None:
                raise refusals.NotSuspended
            if act.effective_at < suspended.since:
                raise refusals.OtherNoticeSince
            return (events.AuthorisationResumed(reasons=reasons),)
        case want.CeaseAuthorisation():
            return (_ceased(command, _granted(state), today),)


def _granted(state: Request) -> Ended:
    if state.ended is None or state.ended.ends_on is None:
        raise refusals.NothingGranted
    if state.ended.ceased:
        raise refusals.AuthorisationHasCeased
    return state.ended


def standing(state: Request, today: date) -> Ended:
    """Give what was granted, where on a London date it has neither ceased nor come to its end.

    By the day, whether or not its timer has come yet. One that is to begin later counts: law asks
    that it was given, and has not ceased to be in force (para 91(2)).
    """
    it = _granted(state)
    if it.lapses_on and it.lapses_on < today:
        raise refusals.AuthorisationHasCeased
    if it.over or (it.last_day and it.last_day < today):
        raise refusals.AuthorisationHasEnded
    return it


def _suspended(
    command: want.SuspendAuthorisation, it: Ended, act: Act, today: date
) -> events.AuthorisationSuspended:
    """Suspend it from when notice came: on paper, that may have been before it is recorded."""
    listed(codes.INELIGIBLE, command.ground)
    if it.suspended:
        raise refusals.SuspendedAlready
    if today < it.on:
        raise refusals.NoticeBeforeGranted
    if it.resumed_at and act.effective_at < it.resumed_at:
        raise refusals.OtherNoticeSince
    return events.AuthorisationSuspended(
        ground=command.ground, ceases_on=clocks.suspension_ends(today), reasons=command.reasons
    )


def _ceased(command: want.CeaseAuthorisation, it: Ended, today: date) -> events.AuthorisationCeased:
    """Record what somebody found, also after its end: it may have ceased before.

    That it was suspended too long is for time alone to say.
    """
    listed(codes.CEASES_BY_A_PERSON, command.reason)
    if it.starts_on and command.ceased_on < it.starts_on:
        raise refusals.CeasedBeforeItBegan
    if command.ceased_on > today:
        raise refusals.CeasedInFuture
    if it.last_day and command.ceased_on > it.last_day:
        raise refusals.CeasedAfterItsEnd
    return events.AuthorisationCeased(
        reason=command.reason, ceased_on=command.ceased_on, words=command.words, late=False
    )
