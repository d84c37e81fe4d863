"""What may others know of a concern?"""

from collections.abc import Mapping
from typing import Any

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
            return _decided(happened, act)
        case events.BandOverridden() | events.WithdrawalNoted():
            return None
        case events.BandLoweringProposed() | events.BandLoweringAnswered():
            return None
        case events.DeadlineMissed() | events.ConcernEscalated():
            return None
        case events.InformationAdded():
            return contract.InformationAdded()
        case events.InformationConsidered():
            return contract.InformationConsidered()
        case events.ConcernReopened():
            return contract.ConcernReopened(contact=happened.contact)


def _decided(
    happened: events.Section42Decided, act: Act
) -> contract.Section42Decided | contract.Section42Decided1:
    told: Mapping[str, Any] = {
        "contact": happened.contact,
        "outcome": happened.outcome,
        "outcome_class": told_to_sender(happened.outcome, happened.route),
        "opens_enquiry": OUTCOMES[happened.outcome].opens_enquiry,
        "decided_on": london_date(act.effective_at),
    }
    if isinstance(happened, events.Section42Decided2):
        return contract.Section42Decided(**told, band=happened.band)
    return contract.Section42Decided1(**told)  # decided before a decision told its band
