"""What is so of a request after each fact?

Any history that begins with the receipt folds, whatever else of it is left out: so much was known,
or so, at some time.
"""

from dataclasses import replace
from datetime import date, datetime

from services.dols import events
from services.dols.decisions import state as now
from services.dols.decisions.ended import ended
from services.dols.decisions.state import (
    Allocation,
    Assessed,
    Offer,
    Question,
    Request,
    Urgent,
    word,
)
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes
from services.dols.rules.fields import ASKABLE
from services.dols.rules.independence import Place, Standing, unfit
from services.dols.rules.reading import DAY_ASSUMED, FIRST_READER, WHO_RUNS_IT, was_urgent
from shared.decider import Deadline
from shared.facts import Act
from shared.time.calendar import london_date


def evolve(state: Request | None, happened: RequestFact, act: Act) -> Request:
    """Give the state after `happened`. Never refuses: facts are facts."""
    return _watched(_after(state, happened, act))


def _watched(state: Request) -> Request:
    """Note since when who has a role cannot go on in it, whatever it is that bars them.

    As of when it was known: a bar that is dated back was nobody's to see before.
    """
    changed = tuple(_watch(it, state) for it in state.allocations)
    return state if changed == state.allocations else replace(state, allocations=changed)


def _watch(it: Allocation, state: Request) -> Allocation:
    barred = unfit(it.role, it.heard, state.place) is not None
    if barred == (it.unfit_since is not None):
        return it
    return replace(it, unfit_since=state.known_at if barred else None)


def _after(state: Request | None, happened: RequestFact, act: Act) -> Request:
    if isinstance(happened, events.RequestReceived):
        return state or _received(happened, act)
    if state is None:  # a history begins with the receipt
        raise ValueError("nothing is recorded before this")
    at = act.effective_at
    state = replace(state, known_at=max(state.known_at, at))
    match happened:
        case events.RequestPrioritised():
            return _prioritised(state, happened, at)
        case events.CircumstancesTold():
            return _told(state, happened, act)
        case (
            events.InformationRequested()
            | events.FieldsTold()
            | events.InformationAnswered()
            | events.QuestionSettled()
        ):
            return replace(state, questions=_questions(state, happened, at))
        case (
            events.CircumstancesConsidered()
            | events.RequestWithdrawn()
            | events.PlaceDescribed()
            | events.LocationTold()
            | events.LocationMistaken()
            | events.PresenceConfirmed()
            | events.AuthorisationLapsed()
        ):
            return _noted(state, happened, at)
        case (
            events.UrgentExtended()
            | events.UrgentDated()
            | events.UrgentLapsed()
            | events.ExtensionRefused()
        ):
            return replace(state, urgent=_urgent(state.urgent, happened, at))
        case (
            events.AssessorOffered()
            | events.OfferDeclined()
            | events.OfferExpired()
            | events.AssessorAllocated()
        ):
            return _staffed(state, happened)
        case events.AssessorReleased():
            return _released(state, happened)
        case events.AssessorStandingChanged(standing=standing):
            return replace(state, allocations=_heard(state, standing))
        case events.RequirementAssessed():
            return _assessed(state, happened, act)
        case (
            events.AuthorisationGranted()
            | events.AuthorisationNotGranted()
            | events.AuthorisationEnding()
            | events.AuthorisationEnded()
            | events.AuthorisationSuspended()
            | events.AuthorisationResumed()
            | events.AuthorisationCeased()
            | events.ReviewAsked()
            | events.ReviewCompleted()
        ):
            return ended(state, happened, act)
        case events.DeadlineMissed(kind=kind, due_at=due_at):
            last = Deadline(word(kind), due_at)
            others = (it for it in state.missed if it.kind != last.kind)
            return replace(state, missed=(*others, last))


def _received(happened: events.RequestReceived, act: Act) -> Request:
    at, urgent = act.effective_at, None
    if days := urgent_days(happened):
        urgent = Urgent(
            given_on=days[0],
            ends_on=days[1],
            day_assumed=happened.urgent_given_on is None or DAY_ASSUMED in happened.checks,
            extension_requested=happened.extension_requested,
            extension_asked_at=at if happened.extension_requested else None,
        )
    ends_on = clocks.relied_on(happened.authorisation_ends_on, happened.received_on)
    return Request(
        received_at=at,
        known_at=at,
        received_on=happened.received_on,
        due_on=happened.due_on,
        setting=happened.setting,
        place=Place(location=happened.location, run_by_council=_run_by_council(happened)),
        answers=happened.answers,
        band=codes.HIGH,  # until it is scored, in the same act
        band_since=at,
        scored_at=at,
        checked_at=at,
        authorisation_ends_on=ends_on,
        urgent=urgent,
    )


def urgent_days(happened: events.RequestReceived) -> tuple[date, date] | None:
    """Give the first and the last day of the urgent authorisation, None where there is none.

    One that an earlier reader left without a clock, since it could not read the day, has the
    clock that it would have been given since: nobody waits for years under it.
    """
    given_on, ends_on = happened.urgent_given_on, happened.urgent_ends_on
    if given_on and ends_on:
        return given_on, ends_on
    if not was_urgent(happened.reader, happened.checks):
        return None
    return happened.received_on, clocks.urgent_ends(happened.received_on, None)


def _run_by_council(happened: events.RequestReceived) -> events.Tri:
    if happened.run_by_council:
        return "yes"
    unknown = happened.reader == FIRST_READER or WHO_RUNS_IT in happened.checks
    return "unknown" if unknown else "no"


def _prioritised(state: Request, happened: events.RequestPrioritised, at: datetime) -> Request:
    band, by_staff = happened.priority.band, happened.by == now.BY_STAFF
    since = max(at, state.received_at)
    return replace(
        state,
        answers=happened.answers,
        band=band,
        total=happened.priority.total,
        band_since=state.band_since if band == state.band else since,
        scored_at=since,
        checked_at=max(at, state.checked_at) if by_staff else state.checked_at,
        unseen=_unseen(state, at) if by_staff else state.unseen,
    )


def _unseen(state: Request, at: datetime) -> tuple[datetime, ...]:
    """Give what nobody has seen after a look at `at`: it saw nothing of what was told since."""
    return tuple(it for it in state.unseen if it > at)


def _told(state: Request, happened: events.CircumstancesTold, act: Act) -> Request:
    at, urgent = act.effective_at, state.urgent
    if urgent and happened.extension_requested and london_date(at) <= urgent.ends_on:
        urgent = _asked(urgent, at)
    return replace(
        state,
        urgent=urgent,
        checked_at=at,
        unseen=(*state.unseen, at),
        gone_at=_since(state.gone_at, happened.still_here, at),
        gone_told_at=at if happened.still_here == "no" else state.gone_told_at,
        unneeded_at=_since(state.unneeded_at, happened.still_needed, at),
    )


def _asked(urgent: Urgent, at: datetime) -> Urgent:
    """Only one may be asked for: a later one is none, whatever became of it (para 77(4))."""
    if urgent.asked_before:
        return urgent
    return replace(urgent, extension_requested=True, extension_asked_at=at)


OfQuestions = (
    events.InformationRequested
    | events.FieldsTold
    | events.InformationAnswered
    | events.QuestionSettled
)


def _questions(state: Request, happened: OfQuestions, at: datetime) -> tuple[Question, ...]:
    match happened:
        case events.InformationRequested(question=id, due_at=due_at):
            # What could once be asked for and never be answered is not waited for.
            missing = tuple(it for it in happened.missing if it in ASKABLE)
            asked = Question(id=id, asked_at=at, due_at=due_at, missing=missing)
            return (*state.questions, asked)
        case events.FieldsTold(fields=told):
            return tuple(
                replace(it, missing=tuple(code for code in it.missing if code not in told))
                for it in state.questions
            )
        case events.InformationAnswered(questions=answered):
            return tuple(it for it in state.questions if it.id not in answered)
        case events.QuestionSettled(question=settled):
            return tuple(it for it in state.questions if it.id != settled)


Noted = (
    events.CircumstancesConsidered
    | events.RequestWithdrawn
    | events.PlaceDescribed
    | events.LocationTold
    | events.LocationMistaken
    | events.PresenceConfirmed
    | events.AuthorisationLapsed
)


def _noted(state: Request, happened: Noted, at: datetime) -> Request:
    match happened:
        case events.CircumstancesConsidered():
            return replace(state, unseen=_unseen(state, at))
        case events.RequestWithdrawn():
            return replace(state, withdrawn_at=state.withdrawn_at or at)
        case events.PlaceDescribed(run_by_council=said):
            return replace(state, place=replace(state.place, run_by_council=said))
        case events.LocationTold(location=location):
            return replace(state, place=state.place.moved(location, at))
        case events.LocationMistaken(location=location):
            return replace(state, place=state.place.corrected(location))
        case events.PresenceConfirmed():
            return replace(state, gone_at=None)
        case events.AuthorisationLapsed():
            # One that cannot be was never relied on, so its end is none either.
            return replace(state, authorisation_lapsed=state.authorisation_ends_on is not None)


def _since(was: datetime | None, still: events.Tri, at: datetime) -> datetime | None:
    """Give since when it is no longer so; what is not spoken of stays as it was told."""
    if still == "unknown":
        return was
    return None if still == "yes" else was or at


OfUrgent = (
    events.UrgentExtended | events.UrgentDated | events.UrgentLapsed | events.ExtensionRefused
)


def _urgent(was: Urgent | None, happened: OfUrgent, at: datetime) -> Urgent | None:
    if was is None:
        return None
    match happened:
        case events.UrgentExtended(ends_on=ends_on):
            return replace(was, ends_on=ends_on, extended=True, extension_asked_at=None)
        case events.ExtensionRefused():
            return replace(
                was, extension_requested=False, extension_asked_at=None, extension_refused=True
            )
        case events.UrgentDated(given_on=given_on, ends_on=ends_on):
            # What had lapsed as assumed may not have: then it lapses at its own end.
            lapsed = was.lapsed and ends_on < london_date(at)
            return replace(
                was, given_on=given_on, ends_on=ends_on, day_assumed=False, lapsed=lapsed
            )
        case events.UrgentLapsed():
            return replace(was, lapsed=True)


Staffing = (
    events.AssessorOffered | events.OfferDeclined | events.OfferExpired | events.AssessorAllocated
)


def _staffed(state: Request, happened: Staffing) -> Request:
    offers = tuple(it for it in state.offers if it.role != happened.role)
    if isinstance(happened, events.AssessorOffered):
        made = Offer(
            role=happened.role, assessor=happened.standing.assessor, expires_at=happened.expires_at
        )
        return replace(state, offers=(*offers, made))
    if isinstance(happened, events.AssessorAllocated):
        others = tuple(it for it in state.allocations if it.role != happened.role)
        said = happened.standing
        mine = Allocation(role=happened.role, standing=said, heard=said)
        return replace(state, offers=offers, allocations=(*others, mine))
    return replace(state, offers=offers)


def _released(state: Request, happened: events.AssessorReleased) -> Request:
    """Open a role again; of who is barred, nothing that they found counts any more."""
    has = (happened.role, happened.assessor)
    left = tuple(it for it in state.allocations if (it.role, it.standing.assessor) != has)
    state = replace(state, allocations=left, reopened_at=state.known_at)
    if happened.reason not in codes.BARRING:
        return state
    kept = tuple(it for it in state.assessed if it.assessor != happened.assessor)
    stands = any(it.requirement == codes.INTERESTS for it in kept)
    days = state.recommended_days if stands else None
    return replace(state, assessed=kept, recommended_days=days)


def _heard(state: Request, said: Standing) -> tuple[Allocation, ...]:
    theirs = said.assessor
    return tuple(
        replace(it, heard=said) if it.standing.assessor == theirs else it
        for it in state.allocations
    )


def _assessed(state: Request, happened: events.RequirementAssessed, act: Act) -> Request:
    theirs = (it.standing for it in state.allocations)
    by = next((it for it in theirs if it.assessor == happened.assessor), None)
    found = Assessed(
        employer=by.employer if by else None,
        interests=by.interests if by else (),
        requirement=happened.requirement,
        result=happened.result,
        role=happened.role,
        assessor=happened.assessor,
        legal_test=happened.legal_test,
        on=happened.assessed_on,
        at=act.effective_at,
    )
    others = tuple(it for it in state.assessed if it.requirement != found.requirement)
    interests = found.requirement == codes.INTERESTS
    days = happened.recommended_days if interests else state.recommended_days
    return replace(
        state,
        assessed=(*others, found),
        assessed_by=tuple(dict.fromkeys((*state.assessed_by, found.assessor))),
        recommended_days=days,
    )
