"""What happens to an enquiry?"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.findings import Findings
from shared.facts import Code, fact
from shared.sealed import Sealed


@fact("enquiry.enquiry-opened/1")
class EnquiryOpened:
    """A decision under section 42 opened an enquiry."""

    contact: UUID
    kind: Code
    """`enquiry-kind@1:` section-42 or other."""

    outcome: Code
    """Of the decision, as triage told it."""

    decided_on: date


@fact("enquiry.enquiry-opened/2")
class EnquiryOpened2(EnquiryOpened):
    """The same, and in which band the concern had waited."""

    band: Code
    """Of `band@1`: what was Red is planned sooner."""


@fact("enquiry.lead-allocated/1")
class LeadAllocated:
    """Somebody leads the enquiry."""

    lead: str
    """As their own token names them."""


@fact("enquiry.plan-agreed/1")
class PlanAgreed:
    """It was agreed what the enquiry is for, and how it is made."""

    methods: tuple[Code, ...]
    purpose: Sealed[str]


@fact("enquiry.desired-outcomes-asked/1")
class DesiredOutcomesAsked:
    """The adult was asked what they want to come of it, or it is said why not."""

    answer: Code
    """`desired-outcomes@1:` expressed, none-expressed or not-asked."""

    words: Sealed[str] | None


@fact("enquiry.desired-outcomes-assessed/1")
class DesiredOutcomesAssessed:
    """It was seen how far the adult got what they wanted."""

    achieved: Code
    """`outcomes-achieved@1:` fully, partly or not-achieved."""

    words: Sealed[str] | None


@fact("enquiry.advocacy-established/1")
class AdvocacyEstablished:
    """It was looked at whether the adult needs an independent advocate, and has one.

    Law: Care Act 2014 s68.
    """

    advocacy: Advocacy
    words: Sealed[str] | None


@fact("enquiry.enquiry-caused/1")
class EnquiryCaused:
    """A partner was asked to make an enquiry for us; we stay answerable for it."""

    partner: str
    """As their own token names them."""

    partner_kind: Code
    conflict_check: Code | None
    questions: Sealed[tuple[str, ...]]
    due_at: datetime
    """Agreed with the partner."""


@fact("enquiry.caused-enquiry-answered/1")
class CausedEnquiryAnswered:
    """The partner accepted or declined to make the enquiry."""

    answer: Code
    words: Sealed[str] | None


@fact("enquiry.partner-reminded/1")
class PartnerReminded:
    """The partner's report is due soon, or now, and it is not here."""

    due_at: datetime
    """Of the report."""

    late: bool
    """We came to know later than we should have: the service stood still."""


@fact("enquiry.report-received/1")
class ReportReceived:
    """The partner's report is here."""

    words: Sealed[str]


@fact("enquiry.late-report-received/1")
class LateReportReceived:
    """A report came that nobody awaited any more: we still look at it."""

    earlier: bool
    """Of a partner who was asked before the last one."""

    words: Sealed[str]


@fact("enquiry.late-report-received/2")
class LateReportReceived2(LateReportReceived):
    """The same, and whose it is."""

    partner: UUID
    """The partner's id, made from the name in their token."""


@fact("enquiry.late-report-considered/1")
class LateReportConsidered:
    """A manager looked at what the reports that came late change."""

    earlier: bool
    """None of them was of the partner who was asked last."""

    reasons: Sealed[str]


@fact("enquiry.late-report-considered/2")
class LateReportConsidered2(LateReportConsidered):
    """The same, of the reports of one partner; in one act, of each whose reports waited."""

    partner: UUID


@fact("enquiry.report-assessed/1")
class ReportAssessed:
    """The partner's report was accepted, or returned with reasons."""

    verdict: Code
    due_at: datetime | None
    """Of what is returned, by when it is expected back."""

    reasons: Sealed[str] | None


@fact("enquiry.caused-enquiry-recalled/1")
class CausedEnquiryRecalled:
    """The council took back what it had asked of the partner."""

    reasons: Sealed[str]


@fact("enquiry.enquiry-concluded/1")
class EnquiryConcluded:
    """It is known whether action is needed, and what. Recorded again, the last one counts."""

    contact: UUID
    kind: Code
    at_once: bool
    """In the act that opened it: what was found is still to be recorded."""

    concluded_on: date
    """In London, of the first time."""

    findings: Findings
    desired_outcomes: Code
    outcomes_achieved: Code | None
    plan: Code
    """`safety-plan@1:` needed, not-needed or not-recorded."""

    words: Sealed[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to be done so that the adult is safer."""

    owner: Code | None
    """Of `action-owner@1`; None until somebody has it."""

    due_on: date
    what: Sealed[str]


@fact("enquiry.safety-plan-recorded/1")
class SafetyPlanRecorded:
    """A plan that took the place of an earlier one, whatever was live in that. Said no more."""

    actions: tuple[Action, ...]
    """Counted from 1."""

    review_on: date | None


@fact("enquiry.safety-plan-recorded/2")
class SafetyPlanRecorded2:
    """What will be done, by whom and by when, besides what is live already."""

    first: int
    """The number of the first of these actions; the others follow. An action keeps its number."""

    actions: tuple[Action, ...]
    review_on: date | None


@fact("enquiry.action-ended/1")
class ActionEnded:
    """An action of the safety plan is done, another body has it, or a new plan replaces it."""

    action: int
    how: Code
    words: Sealed[str] | None


@fact("enquiry.safety-plan-reviewed/1")
class SafetyPlanReviewed:
    """It was looked at whether the safety plan works."""

    next_review_on: date | None
    """None: this was the last."""

    words: Sealed[str]


@fact("enquiry.enquiry-closed/1")
class EnquiryClosed:
    """Nothing is left to be done."""

    contact: UUID
    reason: Code
    adult_told: Code
    """`feedback@1:` told, or waived for a reason."""

    referrer_told: Code
    words: Sealed[str]


@fact("enquiry.enquiry-reopened/1")
class EnquiryReopened:
    """A manager opened a closed enquiry again, and nobody else was told. Said no more."""

    reasons: Sealed[str]


@fact("enquiry.enquiry-reopened/2")
class EnquiryReopened2:
    """A safeguarding adults manager opened a closed enquiry again."""

    contact: UUID
    reasons: Sealed[str]


@fact("enquiry.decision-undone/1")
class DecisionUndone:
    """The concern was opened again, so the duty on which this enquiry rests may not stand."""


@fact("enquiry.decision-made-again/1")
class DecisionMadeAgain:
    """Section 42 was decided anew for a concern that has an enquiry."""

    outcome: Code
    kind: Code | None
    """What it would open; None: no enquiry."""


@fact("enquiry.decision-made-again/2")
class DecisionMadeAgain2(DecisionMadeAgain):
    """The same, and in which band the concern had waited this time."""

    band: Code


@fact("enquiry.information-added/1")
class InformationAdded:
    """The sender told more: its lead has to look, or a manager where it is closed."""


@fact("enquiry.information-carried-over/1")
class InformationCarriedOver:
    """What was told while it was closed, and not looked at, is its lead's as it is opened again."""


@fact("enquiry.information-considered/1")
class InformationConsidered:
    """Whoever leads it looked at what the sender told."""

    effect: Code
    """Of `information-effect@1`: what that changes."""

    reasons: Sealed[str]


@fact("enquiry.decision-reviewed/1")
class DecisionReviewed:
    """A manager looked at what a changed decision, a reopening or more told means for it."""

    reasons: Sealed[str]


@fact("enquiry.deadline-missed/1")
class DeadlineMissed:
    """A time that was promised passed without what was promised; it is owed again."""

    kind: Code
    """Of `enquiry-deadline@1`."""

    due_at: datetime
    late: bool
    """We came to know later than we should have: the service stood still."""


@fact("enquiry.enquiry-escalated/1")
class EnquiryEscalated:
    """What was promised is missed, so somebody above has to know."""

    kind: Code
    """Of `enquiry-deadline@1`: what was missed."""

    to: Code
    """Of `escalation@1`: safeguarding-adults-manager or sab-partner-lead."""

    due_at: datetime
    """When this was to be told."""

    late: bool
    """We came to know later than we should have: the service stood still."""


@fact("enquiry.escalation-noted/1")
class EscalationNoted:
    """Whoever had to know of something that was missed took note of it."""

    kind: Code
    """Of `enquiry-deadline@1`: what was missed."""

    to: Code
    """Of `escalation@1`: in whose place they took note."""

    words: Sealed[str] | None


@fact("enquiry.partner-listed/1")
class PartnerListed:
    """A partner may be asked to make enquiries for us. Said again, the last one counts."""

    partner: str
    """As their own token names them."""

    organisation: str
    """As people call it."""

    partner_kind: Code
    """Of `partner-kind@1`."""


@fact("enquiry.partner-unlisted/1")
class PartnerUnlisted:
    """A partner is asked no more, or was listed by mistake."""

    partner: str


EnquiryFact = (
    EnquiryOpened | EnquiryOpened2 | LeadAllocated | PlanAgreed | DesiredOutcomesAsked
    | DesiredOutcomesAssessed | AdvocacyEstablished | EnquiryCaused | CausedEnquiryAnswered
    | PartnerReminded | ReportReceived | LateReportReceived | LateReportReceived2
    | LateReportConsidered | LateReportConsidered2 | ReportAssessed | CausedEnquiryRecalled
    | EnquiryConcluded | SafetyPlanRecorded | SafetyPlanRecorded2 | ActionEnded
    | SafetyPlanReviewed | EnquiryClosed | EnquiryReopened | EnquiryReopened2 | DecisionUndone
    | DecisionMadeAgain | DecisionMadeAgain2 | InformationAdded | InformationCarriedOver
    | InformationConsidered | DecisionReviewed | DeadlineMissed | EnquiryEscalated
    | EscalationNoted
)  # fmt: skip
PartnerFact = PartnerListed | PartnerUnlisted
Fact = EnquiryFact | PartnerFact
