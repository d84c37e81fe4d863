"""What happened to a partner's cases, in the order in which we came to know?

The place of an event is its position in the log, so a reader who goes on from the last one read
misses nothing: rows come in that order, and none comes in between later.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.events import DeliveryOwed, NotifyFact
from services.notify.rules.body import body, event_id
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An event that a partner is owed."""

    event: UUID
    correlation: UUID
    position: int
    partner: UUID
    lane: UUID
    sequence: int
    type: Code
    about: UUID | None
    occurred_at: datetime
    known_at: datetime
    disclosure: Code
    cause: UUID
    """The act by which it came to be owed."""

    @property
    def bytes(self) -> bytes:
        """Give exactly what endpoints are sent of it."""
        return body(
            self.lane, self.partner, self.sequence, self.type, self.about,
            self.occurred_at, self.known_at,
        )  # fmt: skip


def key(happened: Recorded[NotifyFact]) -> Hashable:
    """Give the event that is owed, where one is."""
    it = happened.fact
    if isinstance(it, DeliveryOwed):
        return event_id(happened.case, it.partner, it.sequence)
    return happened.case


def fold(row: Kept | None, happened: Recorded[NotifyFact]) -> Kept | None:
    """Give the row after `happened`."""
    it = happened.fact
    if not isinstance(it, DeliveryOwed):
        return row
    return Kept(
        event=event_id(happened.case, it.partner, it.sequence),
        correlation=happened.act.correlation,
        position=happened.position,
        partner=it.partner,
        lane=happened.case,
        sequence=it.sequence,
        type=it.happening.event,
        about=it.happening.about,
        occurred_at=it.happening.occurred_at,
        known_at=it.happening.known_at,
        disclosure=it.disclosure,
        cause=happened.act.id,
    )


feed = Projection(
    "feed", version=2, row=Kept, fold=fold, key=key, indexes=(("partner", "position"), ("lane",))
)


async def told_to(
    db: AsyncConnection, partner: UUID, limit: int, after: int | None = None
) -> Sequence[Kept]:
    """Give a partner's events behind a position, in order."""
    table = feed.table
    query = select(table).where(table.c.partner == partner, table.c.position > (after or 0))
    found: Any = await db.execute(query.order_by(table.c.position).limit(limit))
    return [Kept(**it) for it in found.mappings()]
