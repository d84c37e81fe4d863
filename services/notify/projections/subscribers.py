"""Which partners have, or had, endpoints?"""

from dataclasses import dataclass
from uuid import UUID

from services.notify.events import EndpointRegistered, NotifyFact
from shared.facts import Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A partner who registered an endpoint; where and with which secret, their stream says."""

    partner: UUID
    correlation: UUID


def fold(row: Kept | None, happened: Recorded[NotifyFact]) -> Kept | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, EndpointRegistered):
        return Kept(partner=happened.case, correlation=happened.act.correlation)
    return row


subscribers = Projection("subscribers", version=1, row=Kept, fold=fold)
