"""What may somebody want of an enquiry, and which reasons are there to say no?"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.enquiry.decisions.looking import (
    ConsiderInformation,
    InformationNotConsidered,
    NoteEscalation,
)
from services.enquiry.events import Action
from services.enquiry.rules import closing
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.findings import Findings, Problem
from shared.decider import DeadlinePassed
from shared.facts import Code
from shared.refusals import Refusal
from shared.sealed import Sealed


@dataclass(frozen=True, kw_only=True)
class HearDecision:
    """Open an enquiry where a decision opens one; note it where there is one already."""

    contact: UUID
    outcome: Code
    opens_enquiry: bool
    decided_on: date
    band: Code | None = None
    """In which the concern waited; None where the decision was told before that was said."""


@dataclass(frozen=True, kw_only=True)
class HearReopening:
    """Note that the decision no longer stands."""


@dataclass(frozen=True, kw_only=True)
class HearAddition:
    """Let whoever has it open, or closed it, look at what was told since."""


@dataclass(frozen=True, kw_only=True)
class ReviewDecision:
    """Say, as a manager, that a change, a doubt or more told after closing was looked at."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AllocateLead:
    """Let somebody lead the enquiry."""

    lead: str


@dataclass(frozen=True, kw_only=True)
class AgreePlan:
    """Say what the enquiry is for, and how it is made."""

    methods: tuple[Code, ...]
    purpose: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AskDesiredOutcomes:
    """Record what the adult wants to come of it, or why nobody asked."""

    answer: Code
    words: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class AssessDesiredOutcomes:
    """Record how far the adult got what they wanted."""

    achieved: Code
    words: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class EstablishAdvocacy:
    """Record whether the adult needs an independent advocate, and has one."""

    advocacy: Advocacy
    words: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class CauseEnquiry:
    """Ask a partner to make an enquiry for us."""

    partner: str
    partner_kind: Code | None
    """As the list of partners has it; None where they are not on it."""

    conflict_check: Code | None
    questions: Sealed[tuple[str, ...]]
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class AnswerCausedEnquiry:
    """Record that the partner accepted or declined."""

    answer: Code
    words: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class ReceiveReport:
    """Record that a partner reported, whenever that is."""

    words: Sealed[str]
    earlier: bool = False
    """It is on what a partner was asked for before the last time."""

    partner: UUID | None = None
    """Whose it is; None where that was not said."""


@dataclass(frozen=True, kw_only=True)
class ConsiderLateReport:
    """Say, as a manager, what the reports that came late change."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class AssessReport:
    """Accept the partner's report, or return it."""

    verdict: Code
    due_on: date | None
    reasons: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class RecallCausedEnquiry:
    """Take back what was asked of the partner."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class Conclude:
    """Say what was found, and whether a safety plan is needed; or put right what was said."""

    findings: Findings
    plan: Code
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class EndAction:
    """Say that an action is done, that another body has it, or that a new plan replaces it."""

    action: int
    how: Code
    words: Sealed[str] | None


@dataclass(frozen=True, kw_only=True)
class RecordSafetyPlan:
    """Say what will be done, by whom and by when; what is live goes on unless it ends here."""

    actions: tuple[Action, ...]
    review_on: date | None
    endings: tuple[EndAction, ...] = ()
    """Of live actions, each with its reasons."""


@dataclass(frozen=True, kw_only=True)
class ReviewSafetyPlan:
    """Say whether the plan works, and when it is looked at again."""

    next_review_on: date | None
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class CloseEnquiry:
    """Close the enquiry, if nothing stands in the way."""

    reason: Code
    adult_told: Code
    referrer_told: Code
    words: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class ReopenEnquiry:
    """Open a closed enquiry again."""

    reasons: Sealed[str]


Heard = HearDecision | HearReopening | HearAddition | DeadlinePassed
Making = (
    AllocateLead | AgreePlan | AskDesiredOutcomes | AssessDesiredOutcomes | EstablishAdvocacy
    | CauseEnquiry | AnswerCausedEnquiry | ReceiveReport | AssessReport | RecallCausedEnquiry
    | ConsiderLateReport | ConsiderInformation | NoteEscalation
)  # fmt: skip
Ending = (
    Conclude | RecordSafetyPlan | EndAction | ReviewSafetyPlan | CloseEnquiry | ReopenEnquiry
    | ReviewDecision
)  # fmt: skip
EnquiryCommand = Heard | Making | Ending


class OutcomeNotOurs(Refusal):
    """An enquiry is to be opened, but of a kind that is not known here."""


class EnquiryIsClosed(Refusal):
    """The enquiry is closed; a safeguarding adults manager can open it again."""


class BeforeItsOpening(Refusal):
    """That was before the day on which the enquiry was opened."""


class EnquiryWanted(Refusal):
    """The other decision asks for an enquiry: open this closed one again first."""


class ReportNotAnswered(Refusal):
    """The partner's report is here: accept it or return it first."""


class EnquiryIsOpen(Refusal):
    """The enquiry is not closed, so there is nothing to open again."""


class DecisionStands(Refusal):
    """No decision changed, and nothing was opened again, told or reported that needs a look."""


class NoLateReport(Refusal):
    """No report came late that nobody has looked at."""


class CodeUnknown(Refusal):
    """One of these codes is not of the list that it should be of."""


class LeadMissing(Refusal):
    """Nobody leads this enquiry yet: a safeguarding adults manager allocates a lead first."""


class NotPlanned(Refusal):
    """The enquiry is not planned yet."""


class ReasonMissing(Refusal):
    """A reason in words is needed here."""


class NothingToAssess(Refusal):
    """The adult expressed no desired outcomes, so there are none to be met or not."""


class OutcomesNotAssessed(Refusal):
    """The adult said what they want: say first how far they got it."""


class AdvocacyNotAsked(Refusal):
    """Nobody looked at whether the adult needs an independent advocate: say so first."""


class AdvocateNotArranged(Refusal):
    """The adult needs an independent advocate: arrange one, or say why they want none."""


class PartnerNotListed(Refusal):
    """No partner of this name and kind is on the list: a manager lists them first."""

    status = 422


class ConflictNotChecked(Refusal):
    """Whoever is not police, NHS or a council is asked by a manager who found no conflict."""


class DateOutOfReach(Refusal):
    """The date has passed, or is later than the local targets allow."""


class CausedEnquiryIsElsewhere(Refusal):
    """The partner's enquiry is not at the stage where this can be done."""


class PartnerNotNamed(Refusal):
    """More than one partner was asked in this enquiry: say whose report it is."""


class PartnerNotAsked(Refusal):
    """The partner was never asked in this enquiry."""


class LateReportNotConsidered(Refusal):
    """A partner's report came late: a safeguarding adults manager looks at it first."""


class RiskMissing(Refusal):
    """A conclusion names at least one risk, with its type, source and location."""


class ResultContradictsOutcome(Refusal):
    """Say what became of the risk if one was identified, and only then."""


class AdvocateContradictsCapacity(Refusal):
    """Say whether the adult was supported if they lacked capacity, and only then."""


class ActionsMissing(Refusal):
    """A safety plan has at least one action."""


class ActionNotLive(Refusal):
    """There is no such action, or it has ended."""


class DecisionNotReviewed(Refusal):
    """The decision behind this enquiry was changed, and no manager has looked at it."""


class CausedEnquiryOpen(Refusal):
    """A partner still makes an enquiry for us."""


class DesiredOutcomesNotAsked(Refusal):
    """The adult was not asked what they want, and nobody said why."""


class NotConcluded(Refusal):
    """The enquiry is not concluded."""


class FindingsIncomplete(Refusal):
    """What the enquiry found is not recorded yet."""


class WishesSinceConclusion(Refusal):
    """What the adult wants was recorded since it was concluded: conclude again first."""


class ConclusionInDoubt(Refusal):
    """It was opened again, or more told or reported: conclude again, or say that it stands."""


class SafetyPlanMissing(Refusal):
    """A safety plan is needed, and there is none."""


class ActionWithoutOwner(Refusal):
    """An action of the safety plan has no owner."""


class ReviewNotSet(Refusal):
    """The safety plan has no date for its next review."""


class ActionLive(Refusal):
    """An action of the safety plan is neither done nor transferred."""


FINDINGS_REFUSALS: dict[Problem, type[Refusal]] = {
    "code-unknown": CodeUnknown,
    "risk-missing": RiskMissing,
    "result-contradicts-outcome": ResultContradictsOutcome,
    "advocate-contradicts-capacity": AdvocateContradictsCapacity,
}
ADVOCACY_REFUSALS: dict[str, type[Refusal]] = {
    "code-unknown": CodeUnknown,
    "reason-missing": ReasonMissing,
}
CLOSING_REFUSALS: dict[Code, type[Refusal]] = {
    closing.DECISION_CHANGED: DecisionNotReviewed,
    closing.CAUSED_ENQUIRY_OPEN: CausedEnquiryOpen,
    closing.LATE_REPORT: LateReportNotConsidered,
    closing.INFORMATION: InformationNotConsidered,
    closing.OUTCOMES_NOT_ASKED: DesiredOutcomesNotAsked,
    closing.ADVOCACY_NOT_ASKED: AdvocacyNotAsked,
    closing.ADVOCATE_MISSING: AdvocateNotArranged,
    closing.NOT_CONCLUDED: NotConcluded,
    closing.FINDINGS_INCOMPLETE: FindingsIncomplete,
    closing.WISHES_SINCE: WishesSinceConclusion,
    closing.CONCLUSION_IN_DOUBT: ConclusionInDoubt,
    closing.PLAN_MISSING: SafetyPlanMissing,
    closing.ACTION_WITHOUT_OWNER: ActionWithoutOwner,
    closing.REVIEW_NOT_SET: ReviewNotSet,
    closing.ACTION_LIVE: ActionLive,
}
