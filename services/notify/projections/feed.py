"""What happened to a partner's cases, in the order in which we came to know?

The place of an event is its position in the log, so a reader who goes on from the last one read
misses nothing: rows come in that order, and none comes in between later. What the table lacked,
while a build could not read it, is placed anew, behind all that was read.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.events import DeliveryOwed, EventPlaced, NotifyFact
from services.notify.rules.body import body, event_id
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An event that a partner is owed."""

    event: UUID
    correlation: UUID
    position: int
    """At which it came to be owed."""

    place: int
    """In the feed: that position, or the one at which it was placed anew."""

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
    match happened.fact:
        case DeliveryOwed() as it:
            return event_id(happened.case, it.partner, it.sequence)
        case EventPlaced() as it:
            return event_id(it.lane, it.partner, it.sequence)
        case _:
            return happened.case


def fold(row: Kept | None, happened: Recorded[NotifyFact]) -> Kept | None:
    """Give the row after `happened`."""
    match happened.fact:
        case DeliveryOwed() as it:
            return _kept(it, happened, happened.case, happened.position, happened.act.id)
        case EventPlaced() as it:
            kept = _kept(it, happened, it.lane, it.owed_at, it.cause)
            return replace(row, place=kept.place) if row else kept
        case _:
            return row


def _kept(
    it: DeliveryOwed | EventPlaced, happened: Recorded[NotifyFact], lane: UUID, position: int,
    cause: UUID,
) -> Kept:  # fmt: skip
    return Kept(
        event=event_id(lane, it.partner, it.sequence),
        correlation=happened.act.correlation,
        position=position,
        place=happened.position,
        partner=it.partner,
        lane=lane,
        sequence=it.sequence,
        type=it.happening.event,
        about=it.happening.about,
        occurred_at=it.happening.occurred_at,
        known_at=it.happening.known_at,
        disclosure=it.disclosure,
        cause=cause,
    )


feed = Projection(
    "feed", version=3, row=Kept, fold=fold, key=key, indexes=(("partner", "place"), ("lane",))
)


async def told_to(
    db: AsyncConnection, partner: UUID, limit: int, after: int | None = None
) -> Sequence[Kept]:
    """Give a partner's events behind a place, in order."""
    table = feed.table
    query = select(table).where(table.c.partner == partner, table.c.place > (after or 0))
    found: Any = await db.execute(query.order_by(table.c.place).limit(limit))
    return [Kept(**it) for it in found.mappings()]
