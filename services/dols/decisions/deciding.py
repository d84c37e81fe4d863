"""May this happen to a request?"""

from collections.abc import Collection, Sequence
from datetime import date

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import state as now
from services.dols.decisions.commands import RequestCommand
from services.dols.decisions.owing import owed
from services.dols.decisions.state import Request, evolve
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes, legal_test
from services.dols.rules.independence import assessor_id, problem
from services.dols.rules.priority import Answers, score
from services.dols.rules.requirements import MET, Assessing, all_met, may_assess, may_be_refused
from shared.decider import DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import NotFound
from shared.sealed import Sealed
from shared.time.calendar import calendar, london_date

Facts = Sequence[RequestFact]
ASSESSOR = "assessor"
ON_RECEIPT, ON_CIRCUMSTANCES, ON_LAPSE, IN_TIME = (
    Code(f"priority-by@1:{it}") for it in ("receipt", "circumstances", "lapse", "time")
)


def decide(command: RequestCommand, state: Request | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case want.ReceiveRequest(received=received):
            return () if state else _received(received, act)
        case want.TellCircumstances(told=told):
            return _told(told, _there(state, act), act)
        case want.WithdrawRequest(reasons=reasons):
            if _open(state, act).withdrawn_at:
                raise want.RequestWithdrawnAlready
            return (events.RequestWithdrawn(reasons=reasons),)
        case want.ConsiderCircumstances(reasons=reasons):
            if _there(state, act).told_at is None:
                raise want.NothingWasTold
            return (events.CircumstancesConsidered(reasons=reasons),)
        case want.Prioritise(answers=answers, evidence=evidence):
            return (_scored(_open(state, act), answers, now.BY_STAFF, act, evidence),)
        case want.ExtendUrgent():
            return _extended(command, _open(state, act), act)
        case want.OfferAllocation() | want.AllocateAssessor() | want.DeclineOffer():
            return _staffed(command, _open(state, act), act)
        case want.AssessRequirement():
            return _assessed(command, _open(state, act), act)
        case want.GrantAuthorisation():
            return _granted(command, _to_decide(state, act), act)
        case want.RefuseAuthorisation():
            return _not_granted(command, _to_decide(state, act), act)
        case DeadlinePassed():
            return _passed(command, state, act)


def _there(state: Request | None, act: Act) -> Request:
    if state is None:
        raise NotFound
    # A slip of the year would let a clock run for decades, and each of its times pass at once.
    if london_date(act.effective_at) < state.received_on:
        raise want.BeforeItsReceipt
    return state


def _open(state: Request | None, act: Act) -> Request:
    there = _there(state, act)
    if there.ended:
        raise want.RequestDecided
    return there


def _to_decide(state: Request | None, act: Act) -> Request:
    waits = _open(state, act)
    if assessor_id(act.actor) in waits.assessed_by:
        raise want.AssessedByYourself
    return waits


def _of(listed: Collection[Code], given: Code) -> None:
    if given not in listed:
        raise want.WordNotListed


# What the managing authority sends, and how urgent it is


def _received(received: events.RequestReceived, act: Act) -> Facts:
    state = evolve(None, received, act)
    return received, _scored(state, received.answers, ON_RECEIPT, act)


def _told(told: events.CircumstancesTold, state: Request, act: Act) -> Facts:
    if state.ended:
        return (told,)
    after = evolve(state, told, act)
    answers = state.answers.with_news(told.answers)
    return told, _scored(after, answers, ON_CIRCUMSTANCES, act)


def _scored(
    state: Request, answers: Answers, by: Code, act: Act, evidence: Sealed[str] | None = None
) -> events.RequestPrioritised:
    # What ended before we received it lapsed then; it is scored as it is now.
    at = max(act.effective_at, state.received_at)
    return events.RequestPrioritised(
        priority=score(answers, now.timing(state, london_date(at))),
        answers=answers,
        by=by,
        legal_test=legal_test.in_force(at),
        evidence=evidence,
    )


def _extended(command: want.ExtendUrgent, state: Request, act: Act) -> Facts:
    urgent = state.urgent
    if urgent is None:
        raise want.NoUrgentAuthorisation
    if urgent.extended:
        raise want.UrgentExtendedBefore
    if urgent.lapsed or london_date(act.effective_at) > urgent.ends_on:
        raise want.UrgentHasEnded
    if not urgent.extension_requested:
        raise want.ExtensionNotRequested
    ends_on = urgent.ends_on + command.days * clocks.DAY
    if ends_on != clocks.extended_until(urgent.given_on, urgent.ends_on, command.days):
        raise want.ExtensionTooLong
    extended = events.UrgentExtended(ends_on=ends_on, reasons=command.reasons)
    return extended, _scored(evolve(state, extended, act), state.answers, IN_TIME, act)


# Who assesses


def _staffed(
    command: want.OfferAllocation | want.AllocateAssessor | want.DeclineOffer,
    state: Request,
    act: Act,
) -> Facts:
    match command:
        case want.OfferAllocation():
            _independent(command, state, act, final=False)
            offered = events.AssessorOffered(
                role=command.role,
                name=command.name,
                standing=command.standing,
                declared=command.declared,
                expires_at=clocks.offer_expires(state.band, act.effective_at),
            )
            return (offered,)
        case want.AllocateAssessor():
            if act.role == ASSESSOR:
                _offered(command.role, state, act)
            _independent(command, state, act, final=True)
            allocated = events.AssessorAllocated(
                role=command.role,
                name=command.name,
                standing=command.standing,
                declared=command.declared,
            )
            return (allocated,)
        case want.DeclineOffer(role=role, reason=reason):
            _of(codes.DECLINED, reason)
            _offered(role, state, act)
            return (events.OfferDeclined(role=role, reason=reason),)


def _offered(role: Code, state: Request, act: Act) -> None:
    offer = next((it for it in state.offers if it.role == role), None)
    theirs = act.role != ASSESSOR or (offer and offer.assessor == assessor_id(act.actor))
    if offer is None or not theirs or act.effective_at > offer.expires_at:
        raise want.NotOffered


def _independent(
    command: want.OfferAllocation | want.AllocateAssessor, state: Request, act: Act, *, final: bool
) -> None:
    why_not = problem(
        command.role,
        command.standing,
        command.declared,
        state.place,
        london_date(act.effective_at),
        both=state.had_other_role(command.role, command.standing.assessor),
        final=final,
    )
    if why_not:
        raise want.INDEPENDENCE_REFUSALS[why_not]


def _assessed(command: want.AssessRequirement, state: Request, act: Act) -> Facts:
    _of(codes.REQUIREMENTS, command.requirement)
    _of(codes.RESULTS, command.result)
    by = _fitting(command.requirement, state, act)
    if command.suspended:
        raise want.AssessorSuspended
    if command.assessed_on > london_date(act.effective_at):
        raise want.AssessedInFuture
    met = command.requirement == codes.INTERESTS and command.result in MET
    if met and command.recommended_days is None:
        raise want.DurationMissing
    assessed = events.RequirementAssessed(
        requirement=command.requirement,
        result=command.result,
        assessor=by.standing.assessor,
        role=by.role,
        legal_test=legal_test.in_force(act.effective_at),
        assessed_on=command.assessed_on,
        recommended_days=command.recommended_days if met else None,
        conditions=command.conditions,
        words=command.words,
    )
    return (assessed,)


def _fitting(requirement: Code, state: Request, act: Act) -> now.Allocation:
    """Give the allocation in which the actor may assess this requirement."""
    me = assessor_id(act.actor)
    mine = [it for it in state.allocations if it.standing.assessor == me]
    if not mine:
        raise want.NotAllocated
    for it in mine:
        if may_assess(requirement, Assessing(role=it.role, kinds=it.standing.kinds)):
            return it
    raise want.NotTheirsToAssess


# How it ends


def _granted(command: want.GrantAuthorisation, state: Request, act: Act) -> Facts:
    today = london_date(act.effective_at)
    if state.withdrawn_at:
        raise want.RequestWithdrawnAlready
    if not all_met(state.results):
        raise want.RequirementsNotMet
    _rests_on_what_holds(state.assessed, command.starts_on, act)
    _within(command.starts_on, command.ends_on, today, state.recommended_days)
    granted = events.AuthorisationGranted(
        legal_test=legal_test.in_force(act.effective_at),
        decided_on=today,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        conditions=command.conditions,
        words=command.words,
    )
    return (granted,)


def _rests_on_what_holds(
    assessed: Sequence[now.Assessed], starts_on: date, act: Act
) -> None:  # fmt: skip
    test = legal_test.in_force(act.effective_at)
    for it in assessed:
        if it.at > act.effective_at:
            raise want.DecidedBeforeAssessed
        if it.requirement == codes.INTERESTS and it.legal_test != test:
            raise want.AssessedUnderFormerTest
        if it.requirement != codes.AGE and starts_on > clocks.good_until(it.on):
            raise want.AssessmentTooOld


def _within(starts_on: date, ends_on: date, today: date, recommended: int | None) -> None:
    if starts_on < today:
        raise want.StartsTooEarly
    if ends_on < starts_on:
        raise want.EndsBeforeItStarts
    if ends_on > clocks.last_day_of_a_year(starts_on):
        raise want.LongerThanAYear
    if ends_on > clocks.longest_end(starts_on, recommended):
        raise want.LongerThanRecommended


def _not_granted(command: want.RefuseAuthorisation, state: Request, act: Act) -> Facts:
    _of(codes.REASONS, command.reason)
    if not may_be_refused(command.reason, state.results):
        raise want.ReasonNotBorneOut
    ended = events.AuthorisationNotGranted(
        reason=command.reason,
        legal_test=legal_test.in_force(act.effective_at),
        decided_on=london_date(act.effective_at),
        words=command.words,
    )
    return (ended,)


# What time does


def _passed(command: DeadlinePassed, state: Request | None, act: Act) -> Facts:
    deadline, late = command.deadline, command.late
    if state is None or deadline not in owed(state, calendar()):
        return ()
    if deadline.kind == clocks.URGENT and state.urgent:
        lapsed = events.UrgentLapsed(ended_on=state.urgent.ends_on, late=late)
        if state.ended:  # in the gap before what was granted begins
            return (lapsed,)
        return lapsed, _scored(evolve(state, lapsed, act), state.answers, ON_LAPSE, act)
    if deadline.kind == clocks.AUTHORISATION and state.authorisation_ends_on:
        # Its end adds nothing to a priority that its nearness had not.
        return (events.AuthorisationLapsed(ended_on=state.authorisation_ends_on, late=late),)
    if deadline.kind == clocks.SCORE:
        return (_scored(state, state.answers, IN_TIME, act),)
    if deadline.kind.startswith(clocks.OFFER):
        role = Code(f"assessor-role@1:{deadline.kind.removeprefix(clocks.OFFER)}")
        return (events.OfferExpired(role=role, expired_at=deadline.due_at),)
    kind = Code(f"dols-deadline@1:{deadline.kind}")
    return (events.DeadlineMissed(kind=kind, due_at=deadline.due_at, late=late),)


request = Decider(
    kind="request", facts=RequestFact, decide=decide, evolve=evolve, owed=owed,
    times=clocks.CURRENT.code,
)  # fmt: skip
