"""What do we do when others speak?"""

from typing import Any

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.commands import HearAddition, HearDecision, HearReopening
from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.facts import Recorded

Decided = triage.Section42Decided | triage.Section42Decided1


def hear_decision(said: Recorded[Decided]) -> HearDecision:
    """Open an enquiry, or look at the one that there is in the light of another decision."""
    decided = said.fact
    return HearDecision(
        contact=decided.contact,
        outcome=decided.outcome,
        opens_enquiry=decided.opens_enquiry,
        decided_on=decided.decided_on,
        band=decided.band if isinstance(decided, triage.Section42Decided) else None,
    )


def hear_reopening(_said: Recorded[triage.ConcernReopened]) -> HearReopening:
    """Let nobody close an enquiry whose duty may not stand before a manager has looked."""
    return HearReopening()


def hear_addition(_said: Recorded[triage.InformationAdded]) -> HearAddition:
    """Let nobody forget what a partner told of an enquiry, open or closed."""
    return HearAddition()


def _decided(when: type[Decided]) -> Reaction[Any, Any]:
    return Reaction(when=when, then=hear_decision, on=lambda said: enquiry.stream(said.case))


REACTIONS = (
    _decided(triage.Section42Decided1),
    _decided(triage.Section42Decided),
    Reaction(
        when=triage.ConcernReopened, then=hear_reopening, on=lambda said: enquiry.stream(said.case)
    ),
    Reaction(
        when=triage.InformationAdded, then=hear_addition, on=lambda said: enquiry.stream(said.case)
    ),
)
