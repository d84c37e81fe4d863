"""What is so of a request?

The state holds times, dates, codes and ids only, and nobody's words or name, so the list of those
who wait keeps it as it is. Any history that begins with the receipt folds, whatever else of it is
left out: so much was known, or so, at some time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.dols import events
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes
from services.dols.rules.independence import Place, Standing
from services.dols.rules.priority import Answers, Timing
from services.dols.rules.requirements import all_met, failed
from shared.decider import Deadline
from shared.facts import Act, Code
from shared.time.calendar import london_date


@dataclass(frozen=True, kw_only=True)
class Urgent:
    """The urgent authorisation."""

    given_on: date
    ends_on: date
    extension_requested: bool = False
    extended: bool = False
    lapsed: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A role that was offered and not answered yet."""

    role: Code
    assessor: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Who has a role."""

    role: Code
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What was found of a requirement."""

    requirement: Code
    result: Code
    role: Code
    assessor: UUID
    legal_test: Code
    on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a request was decided."""

    on: date
    reason: Code | None = None
    """None: granted."""

    starts_on: date | None = None
    """Of what was granted."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, from its receipt on."""

    received_at: datetime
    received_on: date
    due_on: date
    setting: Code
    place: Place
    answers: Answers
    band: Code
    total: int = 0
    band_since: datetime
    scored_at: datetime
    checked_at: datetime
    """When it was last looked at afresh, by a person or by the managing authority."""

    authorisation_ends_on: date | None
    authorisation_lapsed: bool = False
    urgent: Urgent | None
    offers: tuple[Offer, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    assessed: tuple[Assessed, ...] = ()
    assessed_by: tuple[UUID, ...] = ()
    """Everybody who made an assessment, whether it still counts or not."""

    recommended_days: int | None = None
    withdrawn_at: datetime | None = None
    told_at: datetime | None = None
    """Since then the managing authority told something that no person has seen."""

    not_needed_at: datetime | None = None
    ended: Ended | None = None
    missed: tuple[Deadline, ...] = ()
    """Of each kind of deadline the last that passed unmet."""

    def unprotected(self, today: date) -> bool:
        """Say whether what there was has ended, and on a London date no other has begun.

        Where there is an urgent authorisation, its end counts: better seen too early than too late.
        """
        lapsed = self.urgent.lapsed if self.urgent else self.authorisation_lapsed
        begins = self.ended.starts_on if self.ended else None
        return lapsed and (self.ended is None or (begins is not None and today < begins))

    @property
    def overdue(self) -> bool:
        """Say whether the 21 days passed."""
        return any(it.kind == clocks.DECISION for it in self.missed)

    @property
    def results(self) -> Mapping[Code, Code]:
        """Give the results of the requirements that were assessed."""
        return {it.requirement: it.result for it in self.assessed}

    @property
    def can_be_decided_since(self) -> datetime | None:
        """Give since when a signatory can decide, None where something is missing."""
        done = max((it.at for it in self.assessed), default=None)
        ready = done if all_met(self.results) or failed(self.results) else None
        since = (ready, self.withdrawn_at, self.not_needed_at)
        return min((it for it in since if it), default=None)

    @property
    def stage(self) -> Code:
        """Give how far it is, in one word."""
        if self.ended:
            word = "not-granted" if self.ended.reason else "granted"
        elif self.withdrawn_at:
            word = "withdrawn"
        elif self.can_be_decided_since:
            word = "awaiting-signature"
        elif self.assessed:
            word = "assessing"
        else:
            word = "allocated" if not self.roles_open else "waiting"
        return Code(f"dols-stage@1:{word}")

    @property
    def roles_open(self) -> tuple[Code, ...]:
        """Give the roles that nobody has."""
        had = {it.role for it in self.allocations}
        return tuple(it for it in codes.ROLES if it not in had)

    def had_other_role(self, role: Code, assessor: UUID) -> bool:
        """Say whether somebody has, or assessed in, the other role."""
        has = any(it.role != role and it.standing.assessor == assessor for it in self.allocations)
        did = {codes.DISORDER: codes.BEST_INTERESTS, codes.INTERESTS: codes.MENTAL_HEALTH}
        return has or any(
            did.get(it.requirement) == role and it.assessor == assessor for it in self.assessed
        )


def timing(state: Request, today: date) -> Timing:
    """Give what the calendar adds to a priority on a London date."""
    return Timing(
        today=today,
        setting=state.setting,
        urgent_ends_on=state.urgent.ends_on if state.urgent else None,
        urgent_lapsed=state.urgent is not None and state.urgent.lapsed,
        authorisation_ends_on=state.authorisation_ends_on,
    )


def word(code: Code) -> str:
    """Give the last part of a code."""
    return code.rpartition(":")[2]


def evolve(state: Request | None, happened: RequestFact, act: Act) -> Request:
    """Give the state after `happened`. Never refuses: facts are facts."""
    if isinstance(happened, events.RequestReceived):
        return state or _received(happened, act)
    if state is None:  # a history begins with the receipt
        raise ValueError("nothing is recorded before this")
    at = act.effective_at
    match happened:
        case events.RequestPrioritised():
            return _prioritised(state, happened, at)
        case events.CircumstancesTold():
            return _told(state, happened, act)
        case events.CircumstancesConsidered():
            return replace(state, told_at=None)
        case events.RequestWithdrawn():
            return replace(state, withdrawn_at=state.withdrawn_at or at)
        case events.UrgentExtended() | events.UrgentLapsed():
            return replace(state, urgent=_urgent(state.urgent, happened))
        case events.AuthorisationLapsed():
            return replace(state, authorisation_lapsed=True)
        case (
            events.AssessorOffered()
            | events.OfferDeclined()
            | events.OfferExpired()
            | events.AssessorAllocated()
        ):
            return _staffed(state, happened)
        case events.RequirementAssessed():
            return _assessed(state, happened, act)
        case events.AuthorisationGranted(decided_on=on, starts_on=starts_on):
            return replace(state, ended=Ended(on=on, starts_on=starts_on))
        case events.AuthorisationNotGranted(decided_on=on, reason=reason):
            return replace(state, ended=Ended(on=on, reason=reason))
        case events.DeadlineMissed(kind=kind, due_at=due_at):
            last = Deadline(word(kind), due_at)
            others = (it for it in state.missed if it.kind != last.kind)
            return replace(state, missed=(*others, last))


def _received(happened: events.RequestReceived, act: Act) -> Request:
    at, urgent = act.effective_at, None
    if happened.urgent_given_on and happened.urgent_ends_on:
        urgent = Urgent(
            given_on=happened.urgent_given_on,
            ends_on=happened.urgent_ends_on,
            extension_requested=happened.extension_requested,
        )
    return Request(
        received_at=at,
        received_on=happened.received_on,
        due_on=happened.due_on,
        setting=happened.setting,
        place=Place(location=happened.location, run_by_council=happened.run_by_council),
        answers=happened.answers,
        band=codes.HIGH,  # until it is scored, in the same act
        band_since=at,
        scored_at=at,
        checked_at=at,
        authorisation_ends_on=happened.authorisation_ends_on,
        urgent=urgent,
    )


BY_STAFF = Code("priority-by@1:staff")


def _prioritised(state: Request, happened: events.RequestPrioritised, at: datetime) -> Request:
    band, by_staff = happened.priority.band, happened.by == BY_STAFF
    seen = by_staff and state.told_at is not None and at >= state.told_at
    since = max(at, state.received_at)
    return replace(
        state,
        answers=happened.answers,
        band=band,
        total=happened.priority.total,
        band_since=state.band_since if band == state.band else since,
        scored_at=since,
        checked_at=max(at, state.checked_at) if by_staff else state.checked_at,
        told_at=None if seen else state.told_at,  # dated before it was told, it saw nothing of it
    )


def _told(state: Request, happened: events.CircumstancesTold, act: Act) -> Request:
    at, urgent = act.effective_at, state.urgent
    if urgent and happened.extension_requested and london_date(at) <= urgent.ends_on:
        urgent = replace(urgent, extension_requested=True)
    unneeded = "no" in {happened.still_here, happened.still_needed}
    needed = not unneeded and "yes" in {happened.still_here, happened.still_needed}
    return replace(
        state,
        urgent=urgent,
        checked_at=at,
        told_at=state.told_at or at,
        not_needed_at=None if needed else (state.not_needed_at or at) if unneeded
        else state.not_needed_at,
    )  # fmt: skip


def _urgent(
    was: Urgent | None, happened: events.UrgentExtended | events.UrgentLapsed
) -> Urgent | None:
    if was is None:
        return None
    if isinstance(happened, events.UrgentExtended):
        return replace(was, ends_on=happened.ends_on, extended=True)
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
        mine = Allocation(role=happened.role, standing=happened.standing)
        return replace(state, offers=offers, allocations=(*others, mine))
    return replace(state, offers=offers)


def _assessed(state: Request, happened: events.RequirementAssessed, act: Act) -> Request:
    found = Assessed(
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
