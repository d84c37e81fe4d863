"""May this happen to an enquiry?"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from services.enquiry import events
from services.enquiry.decisions import commands as want
from services.enquiry.decisions import state as now
from services.enquiry.decisions.commands import EnquiryCommand
from services.enquiry.decisions.state import Enquiry, Plan, evolve, owed
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, codes
from services.enquiry.rules.findings import NOTHING_RECORDED, problem
from services.enquiry.rules.opening import OPENINGS
from shared.decider import DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import NotFound
from shared.sealed import Sealed
from shared.time.calendar import calendar, london_date

MANAGER = "safeguarding-adults-manager"
Facts = Sequence[EnquiryFact]


def decide(command: EnquiryCommand, state: Enquiry | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case want.HearDecision():
            return _heard(command, state)
        case want.HearReopening():
            return (events.DecisionUndone(),) if state else ()
        case DeadlinePassed():
            return _passed(command, state)
        case want.ReviewDecision() | want.ReviewSafetyPlan() | want.ReopenEnquiry():
            return _also_where_closed(command, _there(state), act)
        case want.Conclude():
            return (_concluded(command, _open(state), act),)
        case want.RecordSafetyPlan():
            return _safety_plan(command, _open(state), act)
        case want.EndAction():
            return _ended(command, _open(state))
        case want.CloseEnquiry():
            return _closed(command, _open(state))
        case want.AllocateLead(lead=lead):
            _open(state)
            return (events.LeadAllocated(lead=lead),)
        case (
            want.AgreePlan() | want.AskDesiredOutcomes() | want.AssessDesiredOutcomes()
        ):  # fmt: skip
            return _made(command, _open(state))
        case (
            want.CauseEnquiry()
            | want.AnswerCausedEnquiry()
            | want.ReceiveReport()
            | want.AssessReport()
            | want.RecallCausedEnquiry()
        ):
            return _of_a_partner(command, _open(state), act)


def _there(state: Enquiry | None) -> Enquiry:
    if state is None:
        raise NotFound
    return state


def _open(state: Enquiry | None) -> Enquiry:
    if _there(state).closed:
        raise want.EnquiryIsClosed
    return _there(state)


def _of(listed: Collection[Code], *given: Code) -> None:
    if not set(given) <= set(listed):
        raise want.CodeUnknown


def _worded(words: Sealed[str] | None) -> Sealed[str]:
    if words is None:
        raise want.ReasonMissing
    return words


# What others say, and what time does


def _heard(command: want.HearDecision, state: Enquiry | None) -> Facts:
    opening = OPENINGS.get(command.outcome)
    if command.opens_enquiry and opening is None:
        raise want.OutcomeNotOurs
    found = opening if command.opens_enquiry else None
    if state is not None:
        kind = found.kind if found else None
        return (events.DecisionMadeAgain(outcome=command.outcome, kind=kind),)
    if found is None:
        return ()
    opened = events.EnquiryOpened(
        contact=command.contact,
        kind=found.kind,
        outcome=command.outcome,
        decided_on=command.decided_on,
    )
    return (opened, _at_once(opened)) if found.concludes_at_once else (opened,)


def _at_once(opened: events.EnquiryOpened) -> events.EnquiryConcluded:
    return events.EnquiryConcluded(
        contact=opened.contact,
        kind=opened.kind,
        at_once=True,
        concluded_on=opened.decided_on,
        findings=NOTHING_RECORDED,
        desired_outcomes=codes.WISHES_NOT_RECORDED,
        outcomes_achieved=None,
        plan=codes.PLAN_NOT_RECORDED,
        words=None,
    )


def _passed(command: DeadlinePassed, state: Enquiry | None) -> Facts:
    deadline = command.deadline
    if state is None or deadline not in owed(state, calendar()):
        return ()
    kind = Code(f"enquiry-deadline@1:{deadline.kind}")
    return (events.DeadlineMissed(kind=kind, due_at=deadline.due_at, late=command.late),)


def _also_where_closed(
    command: want.ReviewDecision | want.ReviewSafetyPlan | want.ReopenEnquiry,
    state: Enquiry,
    act: Act,
) -> Facts:
    match command:
        case want.ReviewDecision(reasons=reasons):
            if state.changed_at is None:
                raise want.DecisionStands
            return (events.DecisionReviewed(reasons=reasons),)
        case want.ReopenEnquiry(reasons=reasons):
            if not state.closed:
                raise want.EnquiryIsOpen
            return (events.EnquiryReopened(reasons=reasons),)
        case want.ReviewSafetyPlan():
            return _reviewed(command, state, act)


# Making it


def _made(
    command: want.AgreePlan | want.AskDesiredOutcomes | want.AssessDesiredOutcomes, state: Enquiry
) -> Facts:
    match command:
        case want.AgreePlan(methods=methods, purpose=purpose):
            _of(codes.METHODS, *methods)
            if not state.led:
                raise want.LeadMissing
            return (events.PlanAgreed(methods=methods, purpose=purpose),)
        case want.AskDesiredOutcomes(answer=answer, words=words):
            _of(codes.WISHES, answer)
            if answer == codes.NOT_ASKED:
                _worded(words)
            return (events.DesiredOutcomesAsked(answer=answer, words=words),)
        case want.AssessDesiredOutcomes(achieved=achieved, words=words):
            _of(codes.ACHIEVED, achieved)
            if state.asked != codes.EXPRESSED:
                raise want.NothingToAssess
            return (events.DesiredOutcomesAssessed(achieved=achieved, words=words),)


# An enquiry that a partner makes


def _of_a_partner(
    command: want.CauseEnquiry
    | want.AnswerCausedEnquiry
    | want.ReceiveReport
    | want.AssessReport
    | want.RecallCausedEnquiry,
    state: Enquiry,
    act: Act,
) -> Facts:
    match command:
        case want.CauseEnquiry():
            return _asked(command, state, act)
        case want.AnswerCausedEnquiry(answer=answer, words=words):
            _of({codes.ACCEPTED, codes.DECLINED}, answer)
            _at(state, now.REQUESTED)
            if answer == codes.DECLINED:
                _worded(words)  # Care Act 2014 s7(3): who does not cooperate says why in writing
            return (events.CausedEnquiryAnswered(answer=answer, words=words),)
        case want.ReceiveReport(words=words):
            _at(state, now.REQUESTED, now.ACCEPTED, now.RETURNED)
            return (events.ReportReceived(words=words),)
        case want.AssessReport():
            _at(state, now.REPORTED)
            return _assessed(command, act)
        case want.RecallCausedEnquiry(reasons=reasons):
            if not state.caused_open:
                raise want.CausedEnquiryIsElsewhere
            return (events.CausedEnquiryRecalled(reasons=reasons),)


def _at(state: Enquiry, *stages: Code) -> None:
    if state.caused is None or state.caused.stage not in stages:
        raise want.CausedEnquiryIsElsewhere


def _asked(command: want.CauseEnquiry, state: Enquiry, act: Act) -> Facts:
    _of(codes.PARTNERS, command.partner_kind)
    _of({codes.CLEAR}, *([command.conflict_check] if command.conflict_check else ()))
    if state.caused_open:
        raise want.CausedEnquiryOpen
    checked = command.conflict_check == codes.CLEAR and act.role == MANAGER
    if command.partner_kind == codes.PROVIDER and not checked:
        raise want.ConflictNotChecked
    caused = events.EnquiryCaused(
        partner=command.partner,
        partner_kind=command.partner_kind,
        conflict_check=command.conflict_check,
        questions=command.questions,
        due_at=_expected(command.due_on, act),
    )
    return (caused,)


def _assessed(command: want.AssessReport, act: Act) -> Facts:
    _of({codes.GOOD, codes.RETURNED}, command.verdict)
    returned = command.verdict == codes.RETURNED
    if returned:
        _worded(command.reasons)
    due_at = _expected(command.due_on, act) if returned else None
    return (events.ReportAssessed(verdict=command.verdict, due_at=due_at, reasons=command.reasons),)


def _expected(day: date | None, act: Act) -> datetime:
    """Give the instant (UTC) agreed with a partner, the local target where none was."""
    if day is None:
        return clocks.due(clocks.REPORT, act.effective_at, calendar())
    if day < london_date(act.effective_at):
        raise want.DateOutOfReach
    return clocks.on_day(day, calendar())


# Concluding, the safety plan, closing


def _concluded(command: want.Conclude, state: Enquiry, act: Act) -> events.EnquiryConcluded:
    _of({codes.NEEDED, codes.NOT_NEEDED}, command.plan)
    if why_not := problem(command.findings):
        raise want.FINDINGS_REFUSALS[why_not]
    if state.concluded is None and state.planned_at is None:
        raise want.NotPlanned
    if state.caused_open:
        raise want.CausedEnquiryOpen
    if state.asked is None:
        raise want.DesiredOutcomesNotAsked
    if state.asked == codes.EXPRESSED and state.achieved is None:
        raise want.OutcomesNotAssessed
    first = state.concluded
    return events.EnquiryConcluded(
        contact=state.contact,
        kind=state.kind,
        at_once=False,
        concluded_on=first.on if first else london_date(act.effective_at),
        findings=command.findings,
        desired_outcomes=state.asked,
        outcomes_achieved=state.achieved,
        plan=command.plan,
        words=command.words,
    )


def _safety_plan(command: want.RecordSafetyPlan, state: Enquiry, act: Act) -> Facts:
    if not command.actions:
        raise want.ActionsMissing
    _of(codes.OWNERS, *(it.owner for it in command.actions if it.owner))
    first = state.plan is None or not state.plan.reviewed
    _within_reach(command.review_on, act, first=first)
    plan = events.SafetyPlanRecorded(actions=command.actions, review_on=command.review_on)
    return (plan,)


def _within_reach(day: date | None, act: Act, *, first: bool) -> None:
    today = london_date(act.effective_at)
    if day and not clocks.may_be_reviewed_on(day, today, first=first):
        raise want.DateOutOfReach


def _planned(state: Enquiry) -> Plan:
    if state.plan is None:
        raise want.SafetyPlanMissing
    return state.plan


def _ended(command: want.EndAction, state: Enquiry) -> Facts:
    _of(codes.ENDINGS, command.how)
    plan = _planned(state)
    if command.action not in plan.live:
        raise want.ActionNotLive
    if command.action in plan.unowned:
        raise want.ActionWithoutOwner
    return (events.ActionEnded(action=command.action, how=command.how, words=command.words),)


def _reviewed(command: want.ReviewSafetyPlan, state: Enquiry, act: Act) -> Facts:
    day = command.next_review_on
    if _planned(state).live and day is None:
        raise want.ReviewNotSet
    _within_reach(day, act, first=False)
    return (events.SafetyPlanReviewed(next_review_on=day, words=command.words),)


def _closed(command: want.CloseEnquiry, state: Enquiry) -> Facts:
    _of(codes.CLOSING_REASONS, command.reason)
    _of(codes.FEEDBACK, command.adult_told, command.referrer_told)
    for guard in now.missing(state):
        raise want.CLOSING_REFUSALS[guard]
    closed = events.EnquiryClosed(
        contact=state.contact,
        reason=command.reason,
        adult_told=command.adult_told,
        referrer_told=command.referrer_told,
        words=command.words,
    )
    return (closed,)


enquiry = Decider(
    kind="enquiry", facts=EnquiryFact, decide=decide, evolve=evolve, owed=owed,
    times=clocks.CURRENT.code,
)  # fmt: skip
