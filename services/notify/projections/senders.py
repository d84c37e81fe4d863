"""Whose case is it?"""

from dataclasses import dataclass
from uuid import UUID

from services.notify.events import NotifyFact, SenderKnown
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A case, and the partner who is told of it."""

    lane: UUID
    correlation: UUID
    partner: UUID
    relation: Code


def fold(row: Sender | None, happened: Recorded[NotifyFact]) -> Sender | None:
    """Give the row after `happened`."""
    match happened.fact:
        case SenderKnown(partner=partner, relation=relation):
            return Sender(
                lane=happened.case,
                correlation=happened.act.correlation,
                partner=partner,
                relation=relation,
            )
        case _:
            return row


senders = Projection("senders", version=1, row=Sender, fold=fold)
