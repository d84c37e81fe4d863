"""What do we do when others speak?"""

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.commands import HearDecision, HearReopening
from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.facts import Recorded


def hear_decision(said: Recorded[triage.Section42Decided]) -> HearDecision:
    """Open an enquiry, or look at the one that there is in the light of another decision."""
    decided = said.fact
    return HearDecision(
        contact=decided.contact,
        outcome=decided.outcome,
        opens_enquiry=decided.opens_enquiry,
        decided_on=decided.decided_on,
    )


def hear_reopening(_said: Recorded[triage.ConcernReopened]) -> HearReopening:
    """Let nobody close an enquiry whose duty may not stand before a manager has looked."""
    return HearReopening()


REACTIONS = (
    Reaction(
        when=triage.Section42Decided, then=hear_decision, on=lambda said: enquiry.stream(said.case)
    ),
    Reaction(
        when=triage.ConcernReopened, then=hear_reopening, on=lambda said: enquiry.stream(said.case)
    ),
)
