"""What is so of an enquiry, and what is owed to it?

The state holds times, dates and codes only, and nobody's words, so the list of open enquiries keeps
it as it is.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.enquiry import events
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, closing, codes
from services.enquiry.rules.closing import Standing
from shared.decider import Deadline
from shared.facts import Act, Code
from shared.time.calendar import Calendar

REQUESTED = Code("caused-enquiry@1:requested")
ACCEPTED = Code("caused-enquiry@1:accepted")
REPORTED = Code("caused-enquiry@1:reported")
RETURNED = Code("caused-enquiry@1:returned")
REPORT_ACCEPTED = Code("caused-enquiry@1:report-accepted")
DECLINED = Code("caused-enquiry@1:declined")
RECALLED = Code("caused-enquiry@1:recalled")
AWAITED = {REQUESTED, ACCEPTED, RETURNED}
"""The partner owes us something."""


@dataclass(frozen=True, kw_only=True)
class Caused:
    """What a partner was asked for, and how far it is."""

    stage: Code
    since: datetime
    due_at: datetime

    @property
    def open(self) -> bool:
        """Say whether the partner or we still have to do something."""
        return self.stage in AWAITED | {REPORTED}


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """What was concluded, as far as later steps rest on it."""

    on: date
    at: datetime
    complete: bool
    plan: Code


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The safety plan: which actions are live, which have no owner, when it is looked at."""

    live: tuple[int, ...]
    unowned: tuple[int, ...]
    review_on: date | None
    reviewed: bool = False


@dataclass(frozen=True, kw_only=True)
class Enquiry:
    """An enquiry, from its opening on."""

    contact: UUID
    kind: Code
    opened_at: datetime
    moved_at: datetime
    """When the last step towards its closing was taken."""

    led: bool = False
    planned_at: datetime | None = None
    asked: Code | None = None
    achieved: Code | None = None
    caused: Caused | None = None
    concluded: Concluded | None = None
    plan: Plan | None = None
    changed_at: datetime | None = None
    """Since then the decision behind it is another, and no manager has looked."""

    closed: bool = False
    missed: tuple[Deadline, ...] = ()
    """Of each kind of deadline the last that passed unmet."""

    @property
    def caused_open(self) -> bool:
        """Say whether a partner's enquiry is under way."""
        return self.caused is not None and self.caused.open

    @property
    def stage(self) -> Code:
        """Give how far it is, in one word."""
        if self.closed:
            word = "closed"
        elif self.concluded:
            word = "plan-active" if self.plan and self.plan.live else "concluded"
        elif self.planned_at:
            reported = self.caused is not None and self.caused.stage == REPORT_ACCEPTED
            word = "reported" if reported else "in-progress"
        else:
            word = "planning" if self.led else "opened"
        return Code(f"enquiry-stage@1:{word}")


def missing(state: Enquiry) -> tuple[Code, ...]:
    """Name all that stands in the way of closing."""
    concluded, plan = state.concluded, state.plan
    standing = Standing(
        decision_changed=state.changed_at is not None,
        caused_enquiry_open=state.caused_open,
        desired_outcomes_asked=state.asked is not None,
        concluded=concluded is not None,
        findings_complete=concluded is not None and concluded.complete,
        plan_needed=concluded is not None and concluded.plan == codes.NEEDED,
        plan_recorded=plan is not None,
        actions_without_owner=plan is not None and bool(plan.unowned),
        actions_live=plan is not None and bool(plan.live),
        review_set=plan is not None and (plan.review_on is not None or plan.reviewed),
    )
    return closing.missing(standing)


def owed(state: Enquiry, calendar: Calendar) -> frozenset[Deadline]:
    """Give what is owed: an open enquiry owes something always."""
    missed = {it.kind: it.due_at for it in state.missed}

    def when(kind: str, due: datetime) -> datetime:
        last = missed.get(kind)
        return due if last is None or last < due else clocks.again(kind, last, calendar)

    steps = _of_any(state, calendar)
    if not state.closed:
        steps |= _of_a_partner(state, calendar)
        steps |= _to_its_closing(state, calendar) if state.concluded else _of_work(state, calendar)
    return frozenset(Deadline(kind, when(kind, due)) for kind, due in steps.items())


def _of_any(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    """Give what is owed even where it is closed."""
    steps = dict[str, datetime]()
    if state.changed_at:
        steps[clocks.LOOK] = clocks.due(clocks.LOOK, state.changed_at, calendar)
    if state.plan and state.plan.review_on:
        steps[clocks.REVIEW] = clocks.on_day(state.plan.review_on, calendar)
    return steps


def _of_a_partner(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    match state.caused:
        case Caused(stage=stage, due_at=due_at) if stage in AWAITED:
            return {clocks.REPORT: due_at}
        case Caused(stage=stage, since=since) if stage == REPORTED:
            return {clocks.REPORT_ANSWER: clocks.due(clocks.REPORT_ANSWER, since, calendar)}
        case _:
            return {}


def _of_work(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    steps = dict[str, datetime]()
    if not state.led:
        steps[clocks.LEAD] = clocks.due(clocks.LEAD, state.opened_at, calendar)
    if state.planned_at is None:
        return steps | {clocks.PLAN: clocks.due(clocks.PLAN, state.opened_at, calendar)}
    good = state.caused is not None and state.caused.stage == REPORT_ACCEPTED
    reported = state.caused.since if state.caused and good else None
    due = clocks.conclusion_due(state.planned_at, reported, calendar)
    return steps | {clocks.CONCLUSION: due}


def _to_its_closing(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    concluded, plan = state.concluded, state.plan
    steps = dict[str, datetime]()
    if concluded and not concluded.complete:
        steps[clocks.FINDINGS] = clocks.due(clocks.FINDINGS, concluded.at, calendar)
    if concluded and concluded.plan == codes.NEEDED and plan is None:
        steps[clocks.SAFETY_PLAN] = clocks.due(clocks.SAFETY_PLAN, concluded.at, calendar)
    if not (plan and plan.live and plan.review_on):
        steps[clocks.CLOSURE] = clocks.due(clocks.CLOSURE, state.moved_at, calendar)
    return steps


def evolve(state: Enquiry | None, happened: EnquiryFact, act: Act) -> Enquiry:
    """Give the state after `happened`. Never refuses: facts are facts."""
    match happened:
        case events.EnquiryOpened():
            at = act.effective_at
            fresh = Enquiry(contact=happened.contact, kind=happened.kind, opened_at=at, moved_at=at)
            return state or fresh
        case (
            events.LeadAllocated()
            | events.PlanAgreed()
            | events.DesiredOutcomesAsked()
            | events.DesiredOutcomesAssessed()
        ):
            return _made(_known(state), happened, act)
        case (
            events.EnquiryCaused()
            | events.CausedEnquiryAnswered()
            | events.ReportReceived()
            | events.ReportAssessed()
            | events.CausedEnquiryRecalled()
        ):
            return replace(_known(state), caused=_caused(_known(state).caused, happened, act))
        case (
            events.SafetyPlanRecorded()
            | events.ActionEnded()
            | events.SafetyPlanReviewed()
        ):  # fmt: skip
            plan = _plan(_known(state).plan, happened)
            return replace(_known(state), plan=plan, moved_at=act.effective_at)
        case events.EnquiryConcluded():
            return _concluded(_known(state), happened, act)
        case events.EnquiryClosed():
            return replace(_known(state), closed=True)
        case events.EnquiryReopened():
            return replace(_known(state), closed=False, moved_at=act.effective_at)
        case events.DecisionUndone() | events.DecisionMadeAgain() | events.DecisionReviewed():
            return _decided(_known(state), happened, act)
        case events.DeadlineMissed(kind=kind, due_at=due_at):
            last = Deadline(kind.rpartition(":")[2], due_at)
            others = (it for it in _known(state).missed if it.kind != last.kind)
            return replace(_known(state), missed=(*others, last))


Made = (
    events.LeadAllocated | events.PlanAgreed | events.DesiredOutcomesAsked
    | events.DesiredOutcomesAssessed
)  # fmt: skip
OfAPartner = (
    events.EnquiryCaused | events.CausedEnquiryAnswered | events.ReportReceived
    | events.ReportAssessed | events.CausedEnquiryRecalled
)  # fmt: skip
OfAPlan = events.SafetyPlanRecorded | events.ActionEnded | events.SafetyPlanReviewed
OfADecision = events.DecisionUndone | events.DecisionMadeAgain | events.DecisionReviewed


def _known(state: Enquiry | None) -> Enquiry:
    if state is None:  # a history begins with the opening
        raise ValueError("nothing is recorded before this")
    return state


def _made(state: Enquiry, happened: Made, act: Act) -> Enquiry:
    match happened:
        case events.LeadAllocated():
            return replace(state, led=True)
        case events.PlanAgreed():
            return replace(state, planned_at=state.planned_at or act.effective_at)
        case events.DesiredOutcomesAsked(answer=answer):
            return replace(
                state, asked=answer, achieved=state.achieved if answer == codes.EXPRESSED else None
            )
        case events.DesiredOutcomesAssessed(achieved=achieved):
            return replace(state, achieved=achieved)


def _caused(was: Caused | None, happened: OfAPartner, act: Act) -> Caused | None:
    at = act.effective_at
    if isinstance(happened, events.EnquiryCaused):
        return Caused(stage=REQUESTED, since=at, due_at=happened.due_at)
    if was is None:
        return None
    match happened:
        case events.CausedEnquiryAnswered(answer=answer):
            stage = ACCEPTED if answer == codes.ACCEPTED else DECLINED
            return replace(was, stage=stage, since=at)
        case events.ReportReceived():
            return replace(was, stage=REPORTED, since=at)
        case events.ReportAssessed(verdict=verdict, due_at=due_at):
            stage = REPORT_ACCEPTED if verdict == codes.GOOD else RETURNED
            return replace(was, stage=stage, since=at, due_at=due_at or was.due_at)
        case events.CausedEnquiryRecalled():
            return replace(was, stage=RECALLED, since=at)


def _plan(was: Plan | None, happened: OfAPlan) -> Plan | None:
    if isinstance(happened, events.SafetyPlanRecorded):
        numbered = tuple(enumerate(happened.actions, 1))
        return Plan(
            live=tuple(number for number, _ in numbered),
            unowned=tuple(number for number, it in numbered if it.owner is None),
            review_on=happened.review_on,
        )
    if was is None:
        return None
    match happened:
        case events.ActionEnded(action=action):
            return replace(was, live=tuple(it for it in was.live if it != action))
        case events.SafetyPlanReviewed(next_review_on=day):
            return replace(was, review_on=day, reviewed=True)


def _concluded(state: Enquiry, happened: events.EnquiryConcluded, act: Act) -> Enquiry:
    concluded = Concluded(
        on=happened.concluded_on,
        at=state.concluded.at if state.concluded else act.effective_at,
        complete=not happened.at_once,
        plan=happened.plan,
    )
    return replace(state, concluded=concluded, moved_at=act.effective_at)


def _decided(state: Enquiry, happened: OfADecision, act: Act) -> Enquiry:
    match happened:
        case events.DecisionUndone():
            return replace(state, changed_at=state.changed_at or act.effective_at)
        case events.DecisionMadeAgain(kind=kind):
            since = state.changed_at or act.effective_at
            return replace(state, changed_at=since, kind=kind or state.kind)
        case events.DecisionReviewed():
            return replace(state, changed_at=None)
