"""What may others know of an enquiry?"""

from services.enquiry import events
from shared.contracts import enquiry as contract
from shared.facts import Act
from shared.time.calendar import london_date


def publish(happened: events.EnquiryFact, act: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    match happened:
        case events.EnquiryOpened():
            return contract.EnquiryOpened(
                contact=happened.contact, kind=happened.kind, opened_on=happened.decided_on
            )
        case events.EnquiryConcluded():
            return contract.EnquiryConcluded(
                contact=happened.contact,
                kind=happened.kind,
                outcome=happened.findings.outcome,
                concluded_on=happened.concluded_on,
            )
        case events.EnquiryClosed():
            return contract.EnquiryClosed(
                contact=happened.contact,
                reason=happened.reason,
                closed_on=london_date(act.effective_at),
            )
        case events.LeadAllocated() | events.PlanAgreed() | events.EnquiryReopened():
            return None
        case events.DesiredOutcomesAsked() | events.DesiredOutcomesAssessed():
            return None
        case events.EnquiryCaused() | events.CausedEnquiryAnswered():
            return None
        case events.ReportReceived() | events.ReportAssessed() | events.CausedEnquiryRecalled():
            return None
        case events.SafetyPlanRecorded() | events.ActionEnded() | events.SafetyPlanReviewed():
            return None
        case events.DecisionUndone() | events.DecisionMadeAgain() | events.DecisionReviewed():
            return None
        case events.DeadlineMissed():
            return None
