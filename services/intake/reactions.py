"""What do we do when others speak?"""

from services.intake.decisions import HearOutcome, referral
from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.facts import Recorded


def hear_outcome(said: Recorded[triage.Section42Decided]) -> HearOutcome:
    """Keep what the sender may know of a decision."""
    decided = said.fact
    return HearOutcome(
        adult=said.case, outcome_class=decided.outcome_class, decided_on=decided.decided_on
    )


REACTIONS = (
    Reaction(
        when=triage.Section42Decided,
        then=hear_outcome,
        on=lambda said: referral.stream(said.fact.contact),
    ),
)
