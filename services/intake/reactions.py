"""What do we do when others speak?"""

from typing import Any

from services.intake.decisions import HearOutcome, HearReopening, referral
from shared.bus.reaction import Reaction
from shared.contracts import triage
from shared.facts import Recorded

Decided = triage.Section42Decided | triage.Section42Decided1


def hear_outcome(said: Recorded[Decided]) -> HearOutcome:
    """Keep what the sender may know of a decision."""
    decided = said.fact
    return HearOutcome(
        adult=said.case, outcome_class=decided.outcome_class, decided_on=decided.decided_on
    )


def hear_reopening(said: Recorded[triage.ConcernReopened]) -> HearReopening:
    """Tell the sender no longer what no longer stands."""
    return HearReopening(adult=said.case)


def _decided(when: type[Decided]) -> Reaction[Any, Any]:
    return Reaction(
        when=when, then=hear_outcome, on=lambda said: referral.stream(said.fact.contact)
    )  # fmt: skip


REACTIONS = (
    _decided(triage.Section42Decided1),
    _decided(triage.Section42Decided),
    Reaction(
        when=triage.ConcernReopened,
        then=hear_reopening,
        on=lambda said: referral.stream(said.fact.contact),
    ),
)
