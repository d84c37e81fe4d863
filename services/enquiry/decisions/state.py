"""What is so of an enquiry?

The state holds times, dates and codes only, and nobody's words, so the list of open enquiries keeps
it as it is.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.enquiry import events
from services.enquiry.decisions.caused import (
    REPORT_ACCEPTED,
    Caused,
    Late,
    OfALateReport,
    OfAPartner,
    caused_after,
    late_after,
)
from services.enquiry.decisions.safety import Plan, plan_after
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, codes
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.opening import OPENINGS
from shared.decider import Deadline
from shared.facts import Act, Code


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """What was concluded, as far as later steps rest on it."""

    on: date
    at: datetime
    complete: bool
    plan: Code
    wished_at: datetime | None = None
    """Since then what the adult wants, or how far they got it, is recorded, and not said in it."""

    @property
    def wishes_since(self) -> bool:
        """Say whether what the adult wants was recorded since."""
        return self.wished_at is not None


@dataclass(frozen=True, kw_only=True)
class Escalated:
    """Who was to know, when, that something was missed."""

    kind: str
    to: Code
    due_at: datetime
    noted: bool = False
    """They took note of it."""


@dataclass(frozen=True, kw_only=True)
class Enquiry:
    """An enquiry, from its opening on."""

    contact: UUID
    kind: Code
    opened_at: datetime
    begun_at: datetime
    """Since when it is owed in full: it was opened, or a decision asked for more than was given."""

    moved_at: datetime
    """When the last step towards its closing was taken."""

    red_since: datetime | None = None
    """Since when it is known that the concern was Red when it was decided, where it was."""

    led: bool = False
    planned_at: datetime | None = None
    asked: Code | None = None
    achieved: Code | None = None
    advocacy: Advocacy | None = None
    advocate_missing_since: datetime | None = None
    """Since then it is known that the adult needs an independent advocate, and has none."""

    caused: Caused | None = None
    late: Late | None = None
    concluded: Concluded | None = None
    doubted_at: datetime | None = None
    """Since then its conclusion is in doubt: it was opened again, or what was told or reported
    since may change it, and no manager has concluded since, or said that it stands."""

    plan: Plan | None = None
    changed_at: datetime | None = None
    """Since then the decision behind it is another, and no manager has looked."""

    wanted_again: bool = False
    """That other decision asks for an enquiry."""

    closed: bool = False
    reopened_at: datetime | None = None
    """When it was opened again, the last time."""

    told_more_at: datetime | None = None
    """Since then the sender told more, and nobody has looked: its lead, or, where it is closed, a
    manager."""

    carried_over_at: datetime | None = None
    """When that was left to its lead: it was told while this was closed, and opened again."""

    missed: tuple[Deadline, ...] = ()
    """Of each kind of deadline the last that passed unmet."""

    escalated: tuple[Escalated, ...] = ()
    """Of each kind, and of each who has to know, the last time."""

    @property
    def conclusion_in_doubt(self) -> bool:
        """Say whether its conclusion has to be said again, or said to stand."""
        return self.doubted_at is not None

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


def evolve(state: Enquiry | None, happened: EnquiryFact, act: Act) -> Enquiry:
    """Give the state after `happened`. Never refuses: facts are facts.

    As at another time some facts are left out: what is said of one not yet known changes nothing.
    """
    match happened:
        case events.EnquiryOpened():
            return state or _opened(happened, act.effective_at)
        case (
            events.LeadAllocated()
            | events.PlanAgreed()
            | events.DesiredOutcomesAsked()
            | events.DesiredOutcomesAssessed()
            | events.AdvocacyEstablished()
        ):
            return _made(_known(state), happened, act)
        case (
            events.EnquiryCaused()
            | events.CausedEnquiryAnswered()
            | events.PartnerReminded()
            | events.ReportReceived()
            | events.ReportAssessed()
            | events.CausedEnquiryRecalled()
        ):
            return _of_a_partner(_known(state), happened, act)
        case events.LateReportReceived() | events.LateReportConsidered():
            return _of_a_late_report(_known(state), happened, act)
        case (
            events.SafetyPlanRecorded()
            | events.SafetyPlanRecorded2()
            | events.ActionEnded()
            | events.SafetyPlanReviewed()
        ):
            plan = plan_after(_known(state).plan, happened)
            return replace(_known(state), plan=plan, moved_at=_moved(_known(state), act))
        case events.EnquiryConcluded():
            return _concluded(_known(state), happened, act)
        case events.EnquiryClosed():
            # In histories from before a report put it in doubt, it was closed all the same.
            return replace(_known(state), closed=True, doubted_at=None)
        case events.EnquiryReopened() | events.EnquiryReopened2():
            return _reopened(_known(state), act)
        case (
            events.InformationAdded()
            | events.InformationCarriedOver()
            | events.InformationConsidered()
        ):
            return _told_more(_known(state), happened, act)
        case events.DecisionUndone() | events.DecisionMadeAgain() | events.DecisionReviewed():
            return _decided(_known(state), happened, act)
        case events.DeadlineMissed() | events.EnquiryEscalated() | events.EscalationNoted():
            return _late_with(_known(state), happened)


Made = (
    events.LeadAllocated | events.PlanAgreed | events.DesiredOutcomesAsked
    | events.DesiredOutcomesAssessed | events.AdvocacyEstablished
)  # fmt: skip
OfADecision = events.DecisionUndone | events.DecisionMadeAgain | events.DecisionReviewed


def _known(state: Enquiry | None) -> Enquiry:
    if state is None:  # a history begins with the opening
        raise ValueError("nothing is recorded before this")
    return state


def _opened(happened: events.EnquiryOpened, at: datetime) -> Enquiry:
    red = isinstance(happened, events.EnquiryOpened2) and happened.band == clocks.RED
    return Enquiry(
        contact=happened.contact, kind=happened.kind, opened_at=at, begun_at=at, moved_at=at,
        red_since=at if red else None,
    )  # fmt: skip


def _late_with(
    state: Enquiry,
    happened: events.DeadlineMissed | events.EnquiryEscalated | events.EscalationNoted,
) -> Enquiry:
    kind = happened.kind.rpartition(":")[2]
    if isinstance(happened, events.DeadlineMissed):
        others = (it for it in state.missed if it.kind != kind)
        return replace(state, missed=(*others, Deadline(kind, happened.due_at)))
    if isinstance(happened, events.EscalationNoted):
        theirs = (kind, happened.to)
        now = (replace(it, noted=it.noted or (it.kind, it.to) == theirs) for it in state.escalated)
        return replace(state, escalated=tuple(now))
    last = Escalated(kind=kind, to=happened.to, due_at=happened.due_at)
    kept = (it for it in state.escalated if (it.kind, it.to) != (kind, happened.to))
    return replace(state, escalated=(*kept, last))


def _told_more(
    state: Enquiry,
    happened: events.InformationAdded
    | events.InformationCarriedOver
    | events.InformationConsidered,
    act: Act,
) -> Enquiry:
    match happened:
        case events.InformationAdded():
            return replace(state, told_more_at=state.told_more_at or act.effective_at)
        case events.InformationCarriedOver():
            told = state.told_more_at
            return replace(state, carried_over_at=max(told, act.effective_at) if told else None)
        case events.InformationConsidered(effect=effect):
            state = _doubted(state, act) if effect in codes.IN_DOUBT else state
            moved_at = _moved(state, act)
            return replace(state, told_more_at=None, carried_over_at=None, moved_at=moved_at)


def _moved(state: Enquiry, act: Act) -> datetime:
    # What is dated back takes back no step that was taken later.
    return max(state.moved_at, act.effective_at)


def _of_a_partner(state: Enquiry, happened: OfAPartner, act: Act) -> Enquiry:
    state = replace(state, caused=caused_after(state.caused, happened, act))
    good = isinstance(happened, events.ReportAssessed) and happened.verdict == codes.GOOD
    return _doubted(state, act) if good and state.caused else state


def _of_a_late_report(state: Enquiry, happened: OfALateReport, act: Act) -> Enquiry:
    if isinstance(happened, events.LateReportConsidered) and state.late:
        state = _doubted(state, act)
    return replace(state, late=late_after(state.late, happened, state.caused, act))


def _doubted(state: Enquiry, act: Act) -> Enquiry:
    """Give it with a conclusion that was drawn without what is known by now."""
    concluded = state.concluded
    # While it is closed, whoever sees that it changes something opens it again.
    if state.closed or concluded is None or not concluded.complete:
        return state
    return replace(state, doubted_at=state.doubted_at or max(concluded.at, act.effective_at))


def _reopened(state: Enquiry, act: Act) -> Enquiry:
    # In histories from before anything was carried over, to open it again was to have looked.
    told_more_at = state.told_more_at if state.carried_over_at else None
    state = replace(
        state, closed=False, reopened_at=act.effective_at, told_more_at=told_more_at,
        moved_at=_moved(state, act),
    )  # fmt: skip
    return _doubted(state, act)


def _made(state: Enquiry, happened: Made, act: Act) -> Enquiry:
    if isinstance(happened, events.DesiredOutcomesAsked | events.DesiredOutcomesAssessed):
        state = _wished(state, act)
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
            return replace(state, achieved=achieved if state.asked == codes.EXPRESSED else None)
        case events.AdvocacyEstablished(advocacy=advocacy):
            since = state.advocate_missing_since or act.effective_at
            missing_since = since if advocacy.missing else None
            return replace(state, advocacy=advocacy, advocate_missing_since=missing_since)


def _wished(state: Enquiry, act: Act) -> Enquiry:
    concluded = state.concluded
    if concluded is None or not concluded.complete:
        return state
    # They may have been asked long before: who concludes has time from when it is known here.
    wished_at = concluded.wished_at or _moved(state, act)
    return replace(state, concluded=replace(concluded, wished_at=wished_at))


def _concluded(state: Enquiry, happened: events.EnquiryConcluded, act: Act) -> Enquiry:
    was, plan = state.concluded, state.plan
    newly = happened.plan == codes.NEEDED and (was is None or was.plan != codes.NEEDED)
    concluded = Concluded(
        on=happened.concluded_on,
        at=was.at if was and not newly else act.effective_at,
        complete=not happened.at_once,
        plan=happened.plan,
    )
    if plan and newly and not plan.live:
        plan = replace(plan, spent=True)
    return replace(
        state, concluded=concluded, doubted_at=None, plan=plan, moved_at=_moved(state, act)
    )  # fmt: skip


def _decided(state: Enquiry, happened: OfADecision, act: Act) -> Enquiry:
    at = max(state.opened_at, act.effective_at)
    match happened:
        case events.DecisionUndone():
            return replace(state, changed_at=state.changed_at or at, wanted_again=False)
        case events.DecisionMadeAgain():
            return _decided_again(state, happened, at)
        case events.DecisionReviewed():
            # What an open one was told since is its lead's to consider: this may not know of it.
            if state.closed:
                state = replace(state, told_more_at=None, carried_over_at=None)
            return replace(state, changed_at=None, wanted_again=False, doubted_at=None)


def _decided_again(state: Enquiry, happened: events.DecisionMadeAgain, at: datetime) -> Enquiry:
    opening, concluded = OPENINGS.get(happened.outcome), state.concluded
    wanted = opening is not None and not opening.concludes_at_once
    if isinstance(happened, events.DecisionMadeAgain2):
        red = happened.band == clocks.RED
        state = replace(state, red_since=(state.red_since or at) if red else None)
    if wanted and concluded and not concluded.complete:
        # The response already given is not enough any more: it is led and planned as any other.
        state = replace(state, concluded=None, begun_at=at)
    return replace(
        state,
        changed_at=state.changed_at or at,
        kind=happened.kind or state.kind,
        wanted_again=wanted,
    )
