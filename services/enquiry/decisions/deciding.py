"""May this happen to an enquiry?"""

from datetime import date, datetime
from uuid import UUID

from services.enquiry import events
from services.enquiry.decisions import caused as now
from services.enquiry.decisions import commands as want
from services.enquiry.decisions import protecting
from services.enquiry.decisions.commands import EnquiryCommand
from services.enquiry.decisions.hearing import heard
from services.enquiry.decisions.looking import (
    ConsiderInformation,
    NoteEscalation,
    considered,
    noted,
)
from services.enquiry.decisions.owing import Facts, missing, owed, passed
from services.enquiry.decisions.state import Enquiry, evolve
from services.enquiry.decisions.wording import of_list, worded
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, codes
from services.enquiry.rules.advocacy import problem as advocacy_problem
from services.enquiry.rules.findings import problem
from shared.decider import DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import NotFound
from shared.sealed import Sealed
from shared.time.calendar import calendar, london_date

MANAGER = "safeguarding-adults-manager"


def decide(command: EnquiryCommand, state: Enquiry | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case want.HearDecision() | want.HearReopening() | want.HearAddition():
            return heard(command, state)
        case DeadlinePassed():
            return passed(command, state, calendar())
        case (
            want.ReviewDecision()
            | want.ReviewSafetyPlan()
            | want.ReopenEnquiry()
            | want.ReceiveReport()
            | want.ConsiderLateReport()
        ):
            return _also_where_closed(command, _there(state, act), act)
        case want.Conclude():
            return (_concluded(command, _open(state, act), act),)
        case want.RecordSafetyPlan():
            return protecting.planned(command, _open(state, act), act)
        case want.EndAction():
            return protecting.ended(command, _open(state, act))
        case want.CloseEnquiry():
            return _closed(command, _open(state, act))
        case ConsiderInformation() | NoteEscalation():
            return _looked_at(command, state, act)
        case want.AllocateLead(lead=lead):
            _open(state, act)
            return (events.LeadAllocated(lead=lead),)
        case want.AskDesiredOutcomes():
            _open(state)  # they may have been asked before there was an enquiry
            return _asked_what_they_want(command)
        case want.AgreePlan() | want.AssessDesiredOutcomes() | want.EstablishAdvocacy():
            return _made(command, _open(state, act))
        case (
            want.CauseEnquiry()
            | want.AnswerCausedEnquiry()
            | want.AssessReport()
            | want.RecallCausedEnquiry()
        ):
            return _of_a_partner(command, _open(state, act), act)


def _there(state: Enquiry | None, act: Act | None = None) -> Enquiry:
    if state is None:
        raise NotFound
    # A slip of the year would let a clock run for decades, and each of its times pass at once.
    if act and london_date(act.effective_at) < london_date(state.opened_at):
        raise want.BeforeItsOpening
    return state


def _open(state: Enquiry | None, act: Act | None = None) -> Enquiry:
    if _there(state, act).closed:
        raise want.EnquiryIsClosed
    return _there(state)


def _also_where_closed(
    command: want.ReviewDecision
    | want.ReviewSafetyPlan
    | want.ReopenEnquiry
    | want.ReceiveReport
    | want.ConsiderLateReport,
    state: Enquiry,
    act: Act,
) -> Facts:
    match command:
        case want.ReviewDecision(reasons=reasons):
            told_more = state.closed and state.told_more_at
            if not (state.changed_at or told_more or state.conclusion_in_doubt):
                raise want.DecisionStands
            if state.closed and state.wanted_again:
                raise want.EnquiryWanted
            return (events.DecisionReviewed(reasons=reasons),)
        case want.ReopenEnquiry():
            return _reopened(command, state)
        case want.ReviewSafetyPlan():
            return protecting.reviewed(command, state, act)
        case want.ReceiveReport():
            return _reported(command, state)
        case want.ConsiderLateReport(reasons=reasons):
            return _considered(state.late, reasons)


def _reopened(command: want.ReopenEnquiry, state: Enquiry) -> Facts:
    if not state.closed:
        raise want.EnquiryIsOpen
    reopened = events.EnquiryReopened2(contact=state.contact, reasons=command.reasons)
    # It may be for another reason, by somebody who never heard of what was told. That is carried
    # over first: what is opened again keeps nothing else of it.
    carried = (events.InformationCarriedOver(),) if state.told_more_at else ()
    return (*carried, reopened)


def _looked_at(
    command: ConsiderInformation | NoteEscalation, state: Enquiry | None, act: Act
) -> Facts:
    match command:
        case ConsiderInformation(effect=effect):
            known = _open(state, act)
            of_list(codes.EFFECTS, effect)
            return considered(command, known)
        case NoteEscalation():
            return noted(command, _there(state, act))


# Making it


def _asked_what_they_want(command: want.AskDesiredOutcomes) -> Facts:
    of_list(codes.WISHES, command.answer)
    if command.answer == codes.NOT_ASKED:
        worded(command.words)
    return (events.DesiredOutcomesAsked(answer=command.answer, words=command.words),)


def _made(
    command: want.AgreePlan | want.AssessDesiredOutcomes | want.EstablishAdvocacy, state: Enquiry
) -> Facts:
    match command:
        case want.AgreePlan(methods=methods, purpose=purpose):
            of_list(codes.METHODS, *methods)
            if not state.led:
                raise want.LeadMissing
            return (events.PlanAgreed(methods=methods, purpose=purpose),)
        case want.AssessDesiredOutcomes(achieved=achieved, words=words):
            of_list(codes.ACHIEVED, achieved)
            if state.asked != codes.EXPRESSED:
                raise want.NothingToAssess
            return (events.DesiredOutcomesAssessed(achieved=achieved, words=words),)
        case want.EstablishAdvocacy(advocacy=advocacy, words=words):
            if why_not := advocacy_problem(advocacy, worded=words is not None):
                raise want.ADVOCACY_REFUSALS[why_not]
            return (events.AdvocacyEstablished(advocacy=advocacy, words=words),)


# An enquiry that a partner makes


def _of_a_partner(
    command: want.CauseEnquiry
    | want.AnswerCausedEnquiry
    | want.AssessReport
    | want.RecallCausedEnquiry,
    state: Enquiry,
    act: Act,
) -> Facts:
    match command:
        case want.CauseEnquiry():
            return _asked(command, state, act)
        case want.AnswerCausedEnquiry(answer=answer, words=words):
            of_list({codes.ACCEPTED, codes.DECLINED}, answer)
            _at(state, now.REQUESTED)
            if answer == codes.DECLINED:
                worded(words)  # Care Act 2014 s7(3): who does not cooperate says why in writing
            return (events.CausedEnquiryAnswered(answer=answer, words=words),)
        case want.AssessReport():
            _at(state, now.REPORTED)
            return _assessed(command, act)
        case want.RecallCausedEnquiry(reasons=reasons):
            if state.caused and state.caused.stage == now.REPORTED:
                raise want.ReportNotAnswered
            _at(state, *now.AWAITED)
            return (events.CausedEnquiryRecalled(reasons=reasons),)


def _reported(command: want.ReceiveReport, state: Enquiry) -> Facts:
    if state.caused is None:
        raise want.CausedEnquiryIsElsewhere
    whose = _whose(command, state.caused)
    earlier = command.earlier or whose != state.caused.partner
    if state.caused_open and not earlier:
        return (events.ReportReceived(words=command.words),)
    # Nothing that a partner sends is lost, whatever we have done meanwhile.
    late = events.LateReportReceived2(earlier=earlier, partner=whose, words=command.words)
    return (late,)


def _whose(command: want.ReceiveReport, caused: now.Caused) -> UUID:
    if command.partner is None and caused.before:
        raise want.PartnerNotNamed  # or another one would hear that theirs is here
    whose = command.partner or caused.partner
    if whose not in {caused.partner, *caused.before}:
        raise want.PartnerNotAsked
    return whose


def _considered(late: now.Late | None, reasons: Sealed[str]) -> Facts:
    if late is None:
        raise want.NoLateReport
    if not late.partners:  # it was recorded before it was said whose a late report is
        return (events.LateReportConsidered(earlier=late.earlier, reasons=reasons),)
    return tuple(
        events.LateReportConsidered2(earlier=late.earlier, partner=it, reasons=reasons)
        for it in sorted(late.partners)
    )


def _at(state: Enquiry, *stages: Code) -> None:
    if state.caused is None or state.caused.stage not in stages:
        raise want.CausedEnquiryIsElsewhere


def _asked(command: want.CauseEnquiry, state: Enquiry, act: Act) -> Facts:
    if command.partner_kind is None:
        raise want.PartnerNotListed
    of_list({codes.CLEAR}, *([command.conflict_check] if command.conflict_check else ()))
    if state.caused_open:
        raise want.CausedEnquiryOpen
    checked = command.conflict_check == codes.CLEAR and act.role == MANAGER
    if command.partner_kind not in codes.UNCHECKED and not checked:
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
    of_list({codes.GOOD, codes.RETURNED}, command.verdict)
    returned = command.verdict == codes.RETURNED
    if returned:
        worded(command.reasons)
    due_at = _expected(command.due_on, act) if returned else None
    return (events.ReportAssessed(verdict=command.verdict, due_at=due_at, reasons=command.reasons),)


def _expected(day: date | None, act: Act) -> datetime:
    """Give the instant (UTC) agreed with a partner, the local target where none was."""
    if day is None:
        return clocks.due(clocks.REPORT, act.effective_at, calendar())
    today = london_date(act.effective_at)
    if not today <= day <= today + clocks.CURRENT.report:
        raise want.DateOutOfReach
    due_at = clocks.on_day(day, calendar())
    if due_at <= act.effective_at:  # today, and closed already: late before it was asked
        raise want.DateOutOfReach
    return due_at


# Concluding, closing


def _concluded(command: want.Conclude, state: Enquiry, act: Act) -> events.EnquiryConcluded:
    of_list({codes.NEEDED, codes.NOT_NEEDED}, command.plan)
    if why_not := problem(command.findings):
        raise want.FINDINGS_REFUSALS[why_not]
    if state.concluded is None and state.planned_at is None:
        raise want.NotPlanned
    if state.caused_open:
        raise want.CausedEnquiryOpen
    if state.asked is None:
        raise want.DesiredOutcomesNotAsked
    if state.advocacy is None:
        raise want.AdvocacyNotAsked
    if state.advocacy.missing:
        raise want.AdvocateNotArranged
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


def _closed(command: want.CloseEnquiry, state: Enquiry) -> Facts:
    of_list(codes.CLOSING_REASONS, command.reason)
    of_list(codes.FEEDBACK, command.adult_told, command.referrer_told)
    for guard in missing(state):
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
