"""What may others know of an enquiry?"""

from services.enquiry import events
from services.enquiry.decisions.caused import OfALateReport, OfAPartner
from services.enquiry.decisions.safety import OfAPlan
from services.enquiry.decisions.state import OfADecision
from services.enquiry.rules import codes
from shared.contracts import enquiry as contract
from shared.facts import Act, party
from shared.time.calendar import london_date


def publish(happened: events.Fact, act: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    if isinstance(happened, OfAPartner | OfALateReport):
        return _of_a_partner(happened, act)
    if isinstance(happened, OfAPlan | OfADecision):
        return None
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
        case events.EnquiryReopened2():
            return contract.EnquiryReopened(contact=happened.contact)
        case events.EnquiryReopened():
            return None  # it does not say whose contact it is
        case events.LeadAllocated() | events.PlanAgreed() | events.AdvocacyEstablished():
            return None
        case events.DesiredOutcomesAsked() | events.DesiredOutcomesAssessed():
            return None
        case (
            events.InformationAdded()
            | events.InformationCarriedOver()
            | events.InformationConsidered()
        ):
            return None  # its sender hears from triage, which owes them the answer
        case events.DeadlineMissed() | events.EnquiryEscalated() | events.EscalationNoted():
            return None
        case events.PartnerListed() | events.PartnerUnlisted():
            return None


def _of_a_partner(happened: OfAPartner | OfALateReport, act: Act) -> contract.Message | None:
    on = london_date(act.effective_at)
    match happened:
        case events.EnquiryCaused(partner=partner, due_at=due_at):
            return contract.EnquiryCaused(partner=party(partner), due_on=london_date(due_at))
        case events.CausedEnquiryAnswered(answer=answer):
            return contract.CausedEnquiryAnswered(answer=answer)
        case events.PartnerReminded(due_at=due_at):
            return contract.PartnerReminded(due_on=london_date(due_at))
        case events.ReportReceived():
            return contract.ReportReceived(received_on=on)
        case events.ReportAssessed(verdict=verdict, due_at=due_at):
            due_on = london_date(due_at) if due_at else None
            return contract.ReportAssessed(verdict=verdict, due_on=due_on)
        case events.CausedEnquiryRecalled():
            return contract.CausedEnquiryRecalled(recalled_on=on)
        case events.LateReportReceived() | events.LateReportConsidered():
            return _of_a_late_report(happened, act)


def _of_a_late_report(happened: OfALateReport, act: Act) -> contract.Message | None:
    on = london_date(act.effective_at)
    match happened:
        case events.LateReportReceived2(partner=partner):
            return contract.LateReportReceived(partner=partner, received_on=on)
        case events.LateReportConsidered2(partner=partner):
            return contract.LateReportConsidered(partner=partner, considered_on=on)
        # Recorded before it was said whose it is: whoever hears is the partner asked last.
        case _ if happened.earlier:
            return None
        case events.LateReportReceived():
            return contract.ReportReceived(received_on=on)
        case events.LateReportConsidered():
            return contract.ReportAssessed(verdict=codes.GOOD, due_on=None)
