"""Samples. Start from these and `replace` only what the story is about."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.enquiry.decisions import commands as want
from services.enquiry.decisions.looking import ConsiderInformation, NoteEscalation
from services.enquiry.events import (
    Action,
    ActionEnded,
    AdvocacyEstablished,
    CausedEnquiryAnswered,
    CausedEnquiryRecalled,
    DeadlineMissed,
    DecisionMadeAgain,
    DecisionMadeAgain2,
    DecisionReviewed,
    DecisionUndone,
    DesiredOutcomesAsked,
    DesiredOutcomesAssessed,
    EnquiryCaused,
    EnquiryClosed,
    EnquiryConcluded,
    EnquiryEscalated,
    EnquiryFact,
    EnquiryOpened,
    EnquiryOpened2,
    EnquiryReopened,
    EnquiryReopened2,
    EscalationNoted,
    InformationAdded,
    InformationCarriedOver,
    InformationConsidered,
    LateReportConsidered,
    LateReportConsidered2,
    LateReportReceived,
    LateReportReceived2,
    LeadAllocated,
    PartnerListed,
    PartnerReminded,
    PartnerUnlisted,
    PlanAgreed,
    ReportAssessed,
    ReportReceived,
    SafetyPlanRecorded,
    SafetyPlanRecorded2,
    SafetyPlanReviewed,
)
from services.enquiry.rules import clocks, codes
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.findings import NOTHING_RECORDED, Findings, Risk
from services.enquiry.rules.opening import SECTION_42
from shared.facts import Act, Code, party
from shared.sealed.vault import Open
from tests.support import story
from tests.support.story import SOMEBODY

ADULT, CONTACT = UUID(int=3), UUID(int=10)
NOON = SOMEBODY.effective_at  # Monday 2 November 2026, 9:00
TODAY = date(2026, 11, 2)
LEADS = replace(SOMEBODY, actor="lena", role="enquiry-lead")


def at(text: str) -> datetime:
    """Give the instant that `text` names."""
    return datetime.fromisoformat(text)


def words(text: str = "As we heard it.") -> Open[str]:
    return Open(subject=ADULT, audience="adult", value=text)


def later(by: Act = SOMEBODY, **passed: float) -> Act:
    """Give an act so much later: `hours=2`, `days=3`."""
    return replace(by, effective_at=by.effective_at + timedelta(**passed))


recorded = partial(story.recorded, kind="enquiry", case=ADULT, act=SOMEBODY)

s42 = Code("section-42-outcome@1:s42-enquiry")
sufficient = Code("section-42-outcome@1:s42-met-response-sufficient")
other = Code("section-42-outcome@1:other-enquiry")
signpost = Code("section-42-outcome@1:nfa-signpost")

amber = Code("band@1:amber")
heard = want.HearDecision(
    contact=CONTACT, outcome=s42, opens_enquiry=True, decided_on=TODAY, band=amber
)
opened = EnquiryOpened2(contact=CONTACT, kind=SECTION_42, outcome=s42, decided_on=TODAY, band=amber)
opened_1 = EnquiryOpened(contact=CONTACT, kind=SECTION_42, outcome=s42, decided_on=TODAY)
"""As enquiries were opened before a decision told its band."""
red = replace(opened, band=clocks.RED)
led = LeadAllocated(lead="lena")
allocation = want.AllocateLead(lead="lena")
visit = Code("enquiry-method@1:visit")
planning = want.AgreePlan(methods=(visit,), purpose=words("Is she fed?"))
planned = PlanAgreed(methods=(visit,), purpose=words("Is she fed?"))

wish = words("To stay at home.")
asking = want.AskDesiredOutcomes(answer=codes.EXPRESSED, words=wish)
asked = DesiredOutcomesAsked(answer=codes.EXPRESSED, words=wish)
partly = Code("outcomes-achieved@1:partly")
assessing = want.AssessDesiredOutcomes(achieved=partly, words=None)
assessed = DesiredOutcomesAssessed(achieved=partly, words=None)

able = Advocacy(difficulty=Code("substantial-difficulty@1:no"))
alone = Advocacy(difficulty=codes.DIFFICULTY, individual=Code("appropriate-individual@1:no"))
"""Who has substantial difficulty, and nobody suitable to support them."""
establishing = want.EstablishAdvocacy(advocacy=able, words=None)
advocacy = AdvocacyEstablished(advocacy=able, words=None)
unsupported = AdvocacyEstablished(advocacy=alone, words=None)
supported = AdvocacyEstablished(
    advocacy=replace(alone, advocate=codes.ARRANGED), words=words("Ms Abara comes on Monday.")
)

nhs = Code("partner-kind@1:nhs")
listed = PartnerListed(
    partner="royal-derby", organisation="Royal Derby Hospital", partner_kind=nhs
)  # fmt: skip
unlisted = PartnerUnlisted(partner="royal-derby")
questions: Open[tuple[str, ...]] = Open(
    subject=ADULT, audience="adult", value=("Who was on duty?",)
)
REPORT_DUE = at("2026-11-16T17:00:00+00:00")  # ten working days
causing = want.CauseEnquiry(
    partner="royal-derby", partner_kind=nhs, conflict_check=None, questions=questions, due_on=None
)
caused = EnquiryCaused(
    partner="royal-derby", partner_kind=nhs, conflict_check=None, questions=questions,
    due_at=REPORT_DUE,
)  # fmt: skip
accepting = want.AnswerCausedEnquiry(answer=codes.ACCEPTED, words=None)
accepted = CausedEnquiryAnswered(answer=codes.ACCEPTED, words=None)
declined = CausedEnquiryAnswered(answer=codes.DECLINED, words=words("No staff."))
reminded = PartnerReminded(due_at=REPORT_DUE, late=False)
report = want.ReceiveReport(words=words("Two were on duty."))
reported = ReportReceived(words=report.words)
DERBY, POLICE = party("royal-derby"), party("mercia-police")
late = LateReportReceived2(earlier=False, partner=DERBY, words=report.words)
late_of_another = LateReportReceived2(earlier=True, partner=POLICE, words=report.words)
late_1 = LateReportReceived(earlier=False, words=report.words)
late_of_another_1 = LateReportReceived(earlier=True, words=report.words)
"""As late reports were kept before it was said whose they are."""
considering = want.ConsiderLateReport(reasons=words("We knew that."))
considered = LateReportConsidered2(
    earlier=False, partner=DERBY, reasons=considering.reasons
)  # fmt: skip
considered_1 = LateReportConsidered(earlier=False, reasons=considering.reasons)
good = ReportAssessed(verdict=codes.GOOD, due_at=None, reasons=None)
returned = ReportAssessed(verdict=codes.RETURNED, due_at=REPORT_DUE, reasons=words("Who?"))
recalled = CausedEnquiryRecalled(reasons=words("We go ourselves."))

findings = Findings(
    risks=(
        Risk(
            type=Code("risk-type@1:neglect-and-acts-of-omission"),
            source=Code("risk-source@1:service-provider"),
            location=Code("risk-location@1:care-home-nursing"),
        ),
    ),
    outcome=Code("risk-outcome@1:identified-action-taken"),
    result=Code("risk-result@1:reduced"),
    capacity=Code("mental-capacity@1:lacked"),
    advocate=Code("advocate@1:supported"),
)
conclusion = want.Conclude(findings=findings, plan=codes.NEEDED, words=words("Not fed."))
concluded = EnquiryConcluded(
    contact=CONTACT, kind=SECTION_42, at_once=False, concluded_on=TODAY, findings=findings,
    desired_outcomes=codes.EXPRESSED, outcomes_achieved=partly, plan=codes.NEEDED,
    words=words("Not fed."),
)  # fmt: skip
at_once = replace(
    concluded, at_once=True, findings=NOTHING_RECORDED, desired_outcomes=codes.WISHES_NOT_RECORDED,
    outcomes_achieved=None, plan=codes.PLAN_NOT_RECORDED, words=None,
)  # fmt: skip

REVIEW = date(2026, 12, 7)
weigh = Action(owner=Code("action-owner@1:provider"), due_on=TODAY, what=words("Weigh her."))
orphan = Action(owner=None, due_on=TODAY, what=words("Visit her."))
planning_safety = want.RecordSafetyPlan(actions=(weigh,), review_on=REVIEW)
safe = SafetyPlanRecorded2(first=1, actions=(weigh,), review_on=REVIEW)
safe_1 = SafetyPlanRecorded(actions=(weigh,), review_on=REVIEW)
"""As plans were recorded once: each in place of the one before."""
done = Code("action-ending@1:done")
ending = want.EndAction(action=1, how=done, words=None)
ended = ActionEnded(action=1, how=done, words=None)
reviewing = want.ReviewSafetyPlan(next_review_on=date(2027, 1, 11), words=words("It works."))
reviewed = SafetyPlanReviewed(next_review_on=date(2027, 1, 11), words=words("It works."))

told = Code("feedback@1:told")
closing = want.CloseEnquiry(
    reason=Code("closing-reason@1:completed"), adult_told=told, referrer_told=told, words=words()
)
closed = EnquiryClosed(
    contact=CONTACT, reason=closing.reason, adult_told=told, referrer_told=told, words=words()
)
reopening = want.ReopenEnquiry(reasons=words("Hungry again."))
reopened = EnquiryReopened2(contact=CONTACT, reasons=reopening.reasons)
reopened_1 = EnquiryReopened(reasons=reopening.reasons)
undone = DecisionUndone()
added = InformationAdded()
carried = InformationCarriedOver()
weighing = ConsiderInformation(effect=codes.UNCHANGED, reasons=words("Known from the ward."))
weighed = InformationConsidered(effect=codes.UNCHANGED, reasons=weighing.reasons)
again = DecisionMadeAgain2(outcome=other, kind=Code("enquiry-kind@1:other"), band=amber)
again_1 = DecisionMadeAgain(outcome=other, kind=Code("enquiry-kind@1:other"))
looking = want.ReviewDecision(reasons=words("It goes on."))
looked = DecisionReviewed(reasons=looking.reasons)
PLAN_DUE = at("2026-11-09T17:00:00+00:00")
missed = DeadlineMissed(kind=Code("enquiry-deadline@1:plan"), due_at=PLAN_DUE, late=False)
escalated = EnquiryEscalated(kind=missed.kind, to=clocks.MANAGER, due_at=PLAN_DUE, late=False)
report_missed = DeadlineMissed(
    kind=Code("enquiry-deadline@1:report"), due_at=at("2026-11-23T17:00:00+00:00"), late=False
)  # fmt: skip
told_the_board = EnquiryEscalated(
    kind=report_missed.kind, to=clocks.PARTNER_LEAD, due_at=report_missed.due_at, late=False
)
noting = NoteEscalation(words=words("I ring their chief nurse."))
noted = EscalationNoted(kind=report_missed.kind, to=clocks.PARTNER_LEAD, words=noting.words)

under_way: tuple[EnquiryFact, ...] = (opened, led, planned, asked, advocacy)
"""It is led and planned; the adult said what they want, and needs no advocate."""

found: tuple[EnquiryFact, ...] = (*under_way, assessed, concluded)
"""It is concluded, and a safety plan is needed."""

with_the_board: tuple[EnquiryFact, ...] = (*under_way, caused, report_missed, told_the_board)
"""A partner's report is five working days late, and the Board's partner lead was told."""

ready: tuple[EnquiryFact, ...] = (*found, safe, ended)
"""Nothing stands in the way of closing it."""

EVERY_FACT: tuple[EnquiryFact, ...] = (
    opened, led, planned, asked, advocacy, caused, accepted, reminded, reported, returned,
    reported, good, recalled, declined, late, late_of_another, considered, assessed, concluded,
    at_once, safe_1, safe, ended, reviewed, closed, reopened_1, reopened, undone, added, again,
    looked, missed, escalated, opened_1, again_1, late_1, late_of_another_1, considered_1,
    carried, weighed, report_missed, told_the_board, noted,
)  # fmt: skip

ON_AN_OPEN_ONE: tuple[Any, ...] = (
    allocation, planning, asking, assessing, establishing, causing, accepting,
    want.AssessReport(verdict=codes.GOOD, due_on=None, reasons=None),
    want.RecallCausedEnquiry(reasons=words()), conclusion, planning_safety, ending, closing,
    weighing,
)  # fmt: skip
"""Commands that a closed enquiry does not take."""

ON_ANY: tuple[Any, ...] = (reviewing, reopening, looking, report, considering, noting)
