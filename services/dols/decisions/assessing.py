"""Who may be asked to assess, who has a role, and what may they record?

Law: Mental Capacity Act 2005 Sch A1 paras 16 and 50 (nothing is left to assess where the person is
no longer a detained resident), 33 and 49 (what was assessed before the request is an equivalent
assessment, or none of it), 129; SI 2008/1858 regs 3-13.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import refusals
from services.dols.decisions import state as now
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes, legal_test
from services.dols.rules.independence import Standing, assessor_id, bars, employed, problem
from services.dols.rules.requirements import MET, Assessing, may_assess
from shared.facts import Act, Code
from shared.time.calendar import london_date

Facts = Sequence[RequestFact]
ASSESSOR = "assessor"


def listed(words: Collection[Code], given: Code) -> None:
    """Refuse a code that is not of its list."""
    if given not in words:
        raise refusals.WordNotListed


def needed(state: Request) -> Request:
    """Refuse what makes sense only while the person is there, and it is needed (paras 16, 50).

    Whenever it is dated: what was told is known by now.
    """
    if state.withdrawn_at:
        raise refusals.RequestWithdrawnAlready
    if state.gone_at:
        raise refusals.PersonNoLongerThere
    if state.unneeded_at:
        raise refusals.NoLongerNeeded
    return state


def staffed(command: want.Staffing, state: Request, act: Act) -> Facts:
    """Offer a role, record who accepted or declined it, or take it back."""
    match command:
        case want.OfferAllocation():
            _independent(command, needed(state), act, final=False)
            _vacant(command, state)
            _room(command, state)
            _not_asked(command.role, None, state, act)
            offered = events.AssessorOffered(
                role=command.role,
                name=command.name,
                standing=command.standing,
                declared=command.declared,
                expires_at=clocks.offer_expires(state.band, command.recorded_at),
            )
            return (offered,)
        case want.AllocateAssessor():
            if act.role == ASSESSOR:
                _offered(command.role, state, act)
            _independent(command, needed(state), act, final=True)
            _vacant(command, state)
            _room(command, state)
            _not_asked(command.role, command.standing.assessor, state, act)
            allocated = events.AssessorAllocated(
                role=command.role,
                name=command.name,
                standing=command.standing,
                declared=command.declared,
            )
            return (allocated,)
        case want.DeclineOffer(role=role, reason=reason):
            listed(codes.DECLINED, reason)
            _offered(role, state, act)
            return (events.OfferDeclined(role=role, reason=reason),)
        case want.ReleaseAssessor():
            return (_released(command, state),)


def _released(command: want.ReleaseAssessor, state: Request) -> events.AssessorReleased:
    """Take a role back, whatever the request waits for; who had it is named in the fact."""
    listed(codes.RELEASED, command.reason)
    has = next((it for it in state.allocations if it.role == command.role), None)
    if has is None:
        raise refusals.NobodyHasTheRole
    return events.AssessorReleased(
        role=command.role,
        assessor=has.standing.assessor,
        reason=command.reason,
        words=command.words,
    )


def _vacant(command: want.OfferAllocation | want.AllocateAssessor, state: Request) -> None:
    """Refuse to pass over who has the role, fit for it or not: they would not know.

    Whether what they found counts any more is said when it is taken back from them.
    """
    mine = command.standing.assessor
    if any(it.role == command.role and it.standing.assessor != mine for it in state.allocations):
        raise refusals.RoleTaken


def heard(standing: Standing, state: Request) -> Facts:
    """Note what the register says now of who has a role, where that may bar them from it."""
    theirs = [it.heard for it in state.allocations if it.standing.assessor == standing.assessor]
    news = [it for it in theirs if it.version < standing.version and bars(it) != bars(standing)]
    if state.ended or not news:
        return ()
    return (events.AssessorStandingChanged(standing=standing),)


def _not_asked(role: Code, but: UUID | None, state: Request, act: Act) -> None:
    """Refuse to pass over an offer that stands open, to anybody but one: nobody would tell them."""
    for it in state.offers:
        if it.role == role and it.assessor != but and act.effective_at <= it.expires_at:
            raise refusals.OfferOpen


def _offered(role: Code, state: Request, act: Act) -> None:
    offer = next((it for it in state.offers if it.role == role), None)
    theirs = act.role != ASSESSOR or (offer and offer.assessor == assessor_id(act.actor))
    if offer is None or not theirs or act.effective_at > offer.expires_at:
        raise refusals.NotOffered


def _room(command: want.OfferAllocation | want.AllocateAssessor, state: Request) -> None:
    """Refuse more than the register says somebody can take on in a week; what they have is had."""
    mine, room = command.standing.assessor, command.room
    has = any(it.role == command.role and it.standing.assessor == mine for it in state.allocations)
    if not has and room.taken_on >= room.weekly_capacity:
        raise refusals.NoRoomThisWeek


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
        raise refusals.INDEPENDENCE_REFUSALS[why_not]


def assessed(command: want.AssessRequirement, state: Request, act: Act) -> Facts:
    """Record what was found of a requirement, by who may assess it."""
    listed(codes.REQUIREMENTS, command.requirement)
    listed(codes.RESULTS, command.result)
    by = _fitting(command, state, act)
    _assessable(command, state, act)
    for known in filter(None, (by.standing, command.standing)):
        disinterested(known.interests, state)
        if command.requirement == codes.INTERESTS:
            not_employed_by_both(known.employer, state)
    _in_its_time(command, state, act)
    met = command.requirement == codes.INTERESTS and command.result in MET
    if met and command.recommended_days is None:
        raise refusals.DurationMissing
    assessed = events.RequirementAssessed(
        requirement=command.requirement,
        result=command.result,
        assessor=by.standing.assessor,
        role=by.role,
        legal_test=legal_test.of_finding(command.assessed_on, act.effective_at),
        assessed_on=command.assessed_on,
        recommended_days=command.recommended_days if met else None,
        conditions=command.conditions,
        words=command.words,
    )
    return (assessed,)


def _in_its_time(command: want.AssessRequirement, state: Request, act: Act) -> None:
    """Refuse what was found on a day on which it cannot have been.

    What is required for a request is assessed after it (33); only what counts in the place of such
    an assessment was there before (49).
    """
    if command.assessed_on > london_date(act.effective_at):
        raise refusals.AssessedInFuture
    before = command.assessed_on < state.received_on
    if before and command.result in {codes.SATISFIED, codes.NOT_SATISFIED}:
        raise refusals.AssessedBeforeReceipt


def _assessable(command: want.AssessRequirement, state: Request, act: Act) -> None:
    """Refuse an assessment made after it was told that there is nothing more to assess.

    What was assessed before is kept, though recorded later: the national return counts it.
    """
    over_at = min((it for it in (state.withdrawn_at, state.not_needed_at) if it), default=None)
    if over_at is None or act.effective_at < over_at:
        return
    if command.assessed_on >= london_date(over_at):
        needed(state)


def disinterested(interests: Collection[str], state: Request) -> None:
    """Refuse to rely on who has an interest in the place, or works there, by any id told."""
    if state.place.of(interests):
        raise refusals.AssessorInterested


def not_employed_by_both(employer: Code | None, state: Request) -> None:
    """Refuse to rely on the council's own assessor where it runs the place, or may (reg 12)."""
    for why_not in employed(employer, state.place):
        raise refusals.INDEPENDENCE_REFUSALS[why_not]


def _fitting(command: want.AssessRequirement, state: Request, act: Act) -> now.Allocation:
    """Give the allocation in which the actor may assess this requirement, as they still are."""
    me, still = assessor_id(act.actor), command.standing
    mine = [it for it in state.allocations if it.standing.assessor == me]
    if not mine:
        raise refusals.NotAllocated
    if still and still.suspended:
        raise refusals.AssessorSuspended
    for it in mine:
        kinds = tuple(kind for kind in it.standing.kinds if still is None or kind in still.kinds)
        if may_assess(command.requirement, Assessing(role=it.role, kinds=kinds)):
            return it
    raise refusals.NotTheirsToAssess
