"""What is known of one enquiry?

Folded from its own stream, so it is always current. Words are still shut here: `api` opens them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from services.enquiry import events
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import missing, who_has_to_know
from services.enquiry.decisions.state import Enquiry
from services.enquiry.projections.open import Due, in_order, overdue_in_order
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.closing import GUARDS
from services.enquiry.rules.findings import Findings
from shared.facts import Code, Recorded
from shared.sealed import Sealed
from shared.time.calendar import calendar

F = TypeVar("F")


@dataclass(frozen=True, slots=True, kw_only=True)
class CausedView:
    """What a partner was asked for, and how far it is."""

    partner: str
    partner_kind: Code
    stage: Code
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReportView:
    """Reports that came late, and nobody has looked at."""

    since: datetime
    earlier_partner: bool
    """None of them was of the partner who was asked last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionView:
    """What was concluded, without the words of it."""

    concluded_on: date
    at_once: bool
    findings: Findings
    desired_outcomes: Code
    outcomes_achieved: Code | None
    plan: Code
    concluded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """An action of the safety plan, without the words of it."""

    action: int
    owner: Code | None
    due_on: date
    ended: Code | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """The safety plan."""

    actions: Sequence[ActionView]
    review_on: date | None
    reviews: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Something that stands in the way of closing."""

    code: Code
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryView:
    """An enquiry, without the words of anybody."""

    id: UUID
    contact: UUID
    kind: Code
    stage: Code
    version: int
    opened_at: datetime
    decided_on: date
    outcome: Code | None
    """Of the last decision that we heard of; None: the concern was opened again since."""

    lead: str | None
    planned_at: datetime | None
    methods: Sequence[Code]
    desired_outcomes: Code | None
    outcomes_achieved: Code | None
    advocacy: Advocacy | None
    """Whether the adult needs an independent advocate, and has one; None: nobody looked."""

    caused_enquiry: CausedView | None
    late_report: LateReportView | None
    conclusion: ConclusionView | None
    safety_plan: PlanView | None
    closing_reason: Code | None
    decision_changed_at: datetime | None
    """Since then the decision behind it is another, and no manager has looked."""

    told_more_at: datetime | None
    """Since then its sender told more, and nobody has looked: its lead, or, where it is closed, a
    manager."""

    conclusion_in_doubt_since: datetime | None
    """It was opened again, or what was told or reported since may change what was concluded, and no
    manager has concluded again, or said that it stands."""

    due: Sequence[Due]
    """What is still owed, the first one first. An open enquiry owes something always."""

    missed: Sequence[Due]
    """What was owed and passed, in the order in which it passed."""

    overdue: Sequence[Due]
    """What of that is owed still, and when it was due at first."""

    escalated_to: Sequence[Code]
    """Of `escalation@1`: who above has to know of what is overdue."""

    missing: Sequence[Guard]
    """All that stands in the way of closing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutWords:
    """What people wrote, shut, by what it is."""

    one_each: dict[str, Sealed[Any] | None]
    """Of each the last."""

    reports: Sequence[Sealed[str]]
    """Those that came late as well."""

    actions: Sequence[Sealed[str]]
    reviews: Sequence[Sealed[str]]


WORDS: Mapping[type, tuple[str, str]] = {
    events.PlanAgreed: ("purpose", "purpose"),
    events.DesiredOutcomesAsked: ("desired_outcomes", "words"),
    events.DesiredOutcomesAssessed: ("outcomes_achieved", "words"),
    events.AdvocacyEstablished: ("advocacy", "words"),
    events.EnquiryCaused: ("questions", "questions"),
    events.CausedEnquiryAnswered: ("partner_answer", "words"),
    events.ReportAssessed: ("report_verdict", "reasons"),
    events.CausedEnquiryRecalled: ("recall_reasons", "reasons"),
    events.LateReportConsidered: ("late_report", "reasons"),
    events.LateReportConsidered2: ("late_report", "reasons"),
    events.EnquiryConcluded: ("conclusion", "words"),
    events.ActionEnded: ("action_ending", "words"),
    events.EnquiryClosed: ("closing", "words"),
    events.EnquiryReopened: ("reopening_reasons", "reasons"),
    events.EnquiryReopened2: ("reopening_reasons", "reasons"),
    events.DecisionReviewed: ("decision_review", "reasons"),
    events.InformationConsidered: ("information_considered", "reasons"),
    events.EscalationNoted: ("escalation_note", "words"),
}
"""How the words of a fact are called, and the member that holds them."""


def view(id: UUID, history: Sequence[Recorded[Any]]) -> EnquiryView | None:
    """Give what is known of the enquiry, None where nothing is recorded."""
    state = enquiry.fold(history)
    if state is None:
        return None
    opened: events.EnquiryOpened = history[0].fact
    led, planned = _last(history, events.LeadAllocated), _last(history, events.PlanAgreed)
    closed = _last(history, events.EnquiryClosed)
    return EnquiryView(
        id=id,
        contact=state.contact,
        kind=state.kind,
        stage=state.stage,
        version=len(history),
        opened_at=state.opened_at,
        decided_on=opened.decided_on,
        outcome=_outcome(history),
        lead=led.fact.lead if led else None,
        planned_at=state.planned_at,
        methods=planned.fact.methods if planned else (),
        desired_outcomes=state.asked,
        outcomes_achieved=state.achieved,
        advocacy=state.advocacy,
        caused_enquiry=_caused(state, history),
        late_report=_late_report(state),
        conclusion=_conclusion(history) if state.concluded else None,
        safety_plan=_plan(state, history),
        closing_reason=closed.fact.reason if closed and state.closed else None,
        decision_changed_at=state.changed_at,
        told_more_at=state.told_more_at,
        conclusion_in_doubt_since=state.doubted_at,
        due=[Due(kind=it.kind, due_at=it.due_at) for it in in_order(state)],
        missed=[_missed(it.fact) for it in history if isinstance(it.fact, events.DeadlineMissed)],
        overdue=overdue_in_order(state),
        escalated_to=who_has_to_know(state, calendar()),
        missing=[Guard(code=it, says=GUARDS[it]) for it in missing(state)],
    )


def words(history: Sequence[Recorded[Any]]) -> ShutWords:
    """Give what people wrote in an enquiry, shut."""
    one_each, reviews = dict[str, Sealed[Any] | None](), list[Sealed[str]]()
    actions, reports = [it.what for _, it in _planned(history)[0]], list[Sealed[str]]()
    for it in history:
        match it.fact:
            case events.SafetyPlanReviewed(words=said):
                reviews.append(said)
            case events.ReportReceived(words=said) | events.LateReportReceived(words=said):
                reports.append(said)
            case _:
                one_each |= _words(it.fact)
    return ShutWords(one_each=one_each, reports=reports, actions=actions, reviews=reviews)


def _words(happened: Any) -> dict[str, Sealed[Any] | None]:
    if type(happened) not in WORDS:
        return {}
    name, member = WORDS[type(happened)]
    return {name: getattr(happened, member)}


def _last(history: Sequence[Recorded[Any]], kind: type[F]) -> Recorded[F] | None:
    return next((it for it in reversed(history) if isinstance(it.fact, kind)), None)


def _missed(happened: events.DeadlineMissed) -> Due:
    return Due(kind=happened.kind.rpartition(":")[2], due_at=happened.due_at)


def _outcome(history: Sequence[Recorded[Any]]) -> Code | None:
    kinds = events.EnquiryOpened | events.DecisionMadeAgain | events.DecisionUndone
    (*_, last) = (it.fact for it in history if isinstance(it.fact, kinds))
    return None if isinstance(last, events.DecisionUndone) else last.outcome


def _caused(state: Enquiry, history: Sequence[Recorded[Any]]) -> CausedView | None:
    last = _last(history, events.EnquiryCaused)
    if last is None or state.caused is None:
        return None
    return CausedView(
        partner=last.fact.partner,
        partner_kind=last.fact.partner_kind,
        stage=state.caused.stage,
        due_at=state.caused.due_at,
    )


def _late_report(state: Enquiry) -> LateReportView | None:
    it = state.late
    return LateReportView(since=it.since, earlier_partner=it.earlier) if it else None


def _conclusion(history: Sequence[Recorded[Any]]) -> ConclusionView | None:
    last = _last(history, events.EnquiryConcluded)
    if last is None:
        return None
    found = last.fact
    return ConclusionView(
        concluded_on=found.concluded_on,
        at_once=found.at_once,
        findings=found.findings,
        desired_outcomes=found.desired_outcomes,
        outcomes_achieved=found.outcomes_achieved,
        plan=found.plan,
        concluded_by=last.act.actor,
    )


def _plan(state: Enquiry, history: Sequence[Recorded[Any]]) -> PlanView | None:
    if state.plan is None:
        return None
    planned, ended = _planned(history)
    actions = [
        ActionView(action=number, owner=it.owner, due_on=it.due_on, ended=ended.get(number))
        for number, it in planned
    ]
    reviews = sum(isinstance(it.fact, events.SafetyPlanReviewed) for it in history)
    return PlanView(actions=actions, review_on=state.plan.review_on, reviews=reviews)


Numbered = Sequence[tuple[int, events.Action]]


def _planned(history: Sequence[Recorded[Any]]) -> tuple[Numbered, Mapping[int, Code]]:
    """Give the actions of the safety plan by their numbers, and how those ended that did."""
    planned, ended = dict[int, events.Action](), dict[int, Code]()
    for it in history:
        match it.fact:
            case events.SafetyPlanRecorded(actions=actions):
                planned, ended = dict(enumerate(actions, 1)), {}
            case events.SafetyPlanRecorded2(first=first, actions=actions):
                new = dict(enumerate(actions, first))
                planned |= new
                ended = {number: how for number, how in ended.items() if number not in new}
            case events.ActionEnded(action=number, how=how):
                ended[number] = how
            case _:
                pass
    return sorted(planned.items(), key=lambda it: it[0]), ended
