"""Did what a partner is owed reach their endpoints?"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notify.events import DeliveryAttempted, NotifyFact
from services.notify.rules.body import delivery_id, event_id
from services.notify.rules.retry import SETTLED
from shared.facts import Code, Recorded
from shared.projections.projection import Projection

Status = str
"""`delivered`, `waiting` for the next attempt, `withheld`, or `exhausted`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to an endpoint, from the first attempt on."""

    delivery: UUID
    event: UUID
    endpoint: UUID
    sequence: int
    attempts: int
    first_at: datetime
    last_at: datetime
    outcome: Code
    """Of the last attempt."""

    http_status: int | None
    milliseconds: int
    retry_at: datetime | None
    """When the next attempt is due; none where nothing more is to be done."""

    @property
    def status(self) -> Status:
        """Say in a word how it stands."""
        return status_of(self.outcome, self.retry_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A delivery as the table holds it: flat, with what it is found by."""

    delivery: UUID
    correlation: UUID
    position: int
    """Of the first attempt."""

    last_position: int
    """Of the last one."""

    partner: UUID
    lane: UUID
    event: UUID
    endpoint: UUID
    sequence: int
    attempts: int
    first_at: datetime
    last_at: datetime
    outcome: Code
    http_status: int | None
    milliseconds: int
    retry_at: datetime | None

    @property
    def delivery_shown(self) -> Delivery:
        """Give what its partner sees."""
        return Delivery(**{name: getattr(self, name) for name in Delivery.__slots__})


def status_of(outcome: Code, retry_at: datetime | None) -> Status:
    """Say in a word how a delivery stands after an attempt."""
    if outcome in SETTLED:
        return outcome.rpartition(":")[2]
    return "waiting" if retry_at else "exhausted"


def key(happened: Recorded[NotifyFact]) -> Hashable:
    """Give the delivery that was attempted, where one was."""
    it = happened.fact
    if isinstance(it, DeliveryAttempted):
        return delivery_id(event_id(happened.case, it.partner, it.sequence), it.endpoint)
    return happened.case


def fold(row: Kept | None, happened: Recorded[NotifyFact]) -> Kept | None:
    """Give the row after `happened`."""
    it = happened.fact
    if not isinstance(it, DeliveryAttempted):
        return row
    return replace(
        row or _begun(it, happened),
        attempts=row.attempts + 1 if row else 1,
        last_position=happened.position,
        last_at=happened.act.effective_at,
        outcome=it.outcome,
        http_status=it.status,
        milliseconds=it.milliseconds,
        retry_at=it.retry_at,
    )


def _begun(it: DeliveryAttempted, happened: Recorded[NotifyFact]) -> Kept:
    event, at = event_id(happened.case, it.partner, it.sequence), happened.act.effective_at
    return Kept(
        delivery=delivery_id(event, it.endpoint), correlation=happened.act.correlation,
        position=happened.position, last_position=happened.position, partner=it.partner,
        lane=happened.case, event=event,
        endpoint=it.endpoint, sequence=it.sequence, attempts=0, first_at=at, last_at=at,
        outcome=it.outcome, http_status=None, milliseconds=0, retry_at=None,
    )  # fmt: skip


deliveries = Projection(
    "deliveries", version=2, row=Kept, fold=fold, key=key,
    indexes=(("partner", "position"), ("endpoint",)),
)  # fmt: skip


async def attempted_for(
    db: AsyncConnection, partner: UUID, limit: int, after: int | None = None
) -> tuple[Sequence[Kept], int | None]:
    """Give a partner's deliveries, the first attempted first, and the place behind the last."""
    table = deliveries.table
    query = select(table).where(table.c.partner == partner, table.c.position > (after or 0))
    found: Any = await db.execute(query.order_by(table.c.position).limit(limit + 1))
    rows = [Kept(**it) for it in found.mappings()]
    place = rows[limit - 1].position if len(rows) > limit else None
    return rows[:limit], place


async def one_for(db: AsyncConnection, partner: UUID, id: UUID) -> Kept | None:
    """Give one of a partner's deliveries, None where it is not there, or not theirs."""
    table = deliveries.table
    query = select(table).where(table.c.delivery == id, table.c.partner == partner)
    found = (await db.execute(query)).mappings().one_or_none()
    return Kept(**found) if found else None
