"""What may others know of a concern?"""

from services.triage import events
from services.triage.rules.section42 import OUTCOMES, told_to_sender
from shared.contracts import triage as contract
from shared.facts import Act
from shared.time.calendar import london_date


def publish(happened: events.ConcernFact, act: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    match happened:
        case events.ConcernRecognised():
            return contract.ConcernRecognised(contact=happened.contact)
        case events.ConcernScored():
            return contract.ConcernScored(
                contact=happened.contact, tool=happened.score.tool, band=happened.score.band
            )
        case events.Section42Decided():
            return contract.Section42Decided(
                contact=happened.contact,
                outcome=happened.outcome,
                outcome_class=told_to_sender(happened.outcome, happened.route),
                opens_enquiry=OUTCOMES[happened.outcome].opens_enquiry,
                decided_on=london_date(act.effective_at),
            )
        case events.BandOverridden() | events.InformationAdded() | events.WithdrawalNoted():
            return None
        case events.DeadlineMissed() | events.ConcernEscalated():
            return None
        case events.InformationConsidered():
            return contract.InformationConsidered()
        case events.ConcernReopened():
            return contract.ConcernReopened(contact=happened.contact)
