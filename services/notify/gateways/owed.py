"""What is still owed to endpoints, without reading the whole log?

Two tables tell: each event that a partner is owed, and each attempt to bring one to an endpoint.
What they do not have yet lies on the log behind their positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from services.notify.events import DeliveryOwed, Happening
from services.notify.rules.retry import DELIVERED, SETTLED
from shared.facts import Code
from shared.projections.projection import Projection

POSITION = "select position from work.projection where name = $1 and ready"
PARTNERS = "select partner from {subscribers}"
OPEN = """
select e.id as endpoint, f.lane, f.partner, f.sequence, f.type, f.about, f.occurred_at, f.known_at,
       f.disclosure, f.cause, f.correlation, coalesce(d.attempts, 0) as attempts,
       d.last_position, d.retry_at, d.outcome,
       d.delivery is not null and d.retry_at is null or f.position <= e.since as again
from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     as e (id, partner, since, after, until, asked)
join {feed} f on f.partner = e.partner
     and (f.position > e.since or f.position > e.after and f.position <= e.until)
left join {deliveries} d on d.event = f.event and d.endpoint = e.id
where d.retry_at is not null or d.delivery is null and f.position > e.since
   or f.position > e.after and f.position <= e.until and coalesce(d.last_position, 0) < e.asked
order by f.position
"""
FAILING_SINCE = """
select greatest(max(last_at) filter (where outcome = $2),
                min(first_at) filter (where not outcome = any ($3)))
from {deliveries} where endpoint = $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOwed:
    """An event that an endpoint has not taken, and how the last attempt ended, if there was one."""

    endpoint: UUID
    lane: UUID
    partner: UUID
    sequence: int
    type: Code
    about: UUID | None
    occurred_at: datetime
    known_at: datetime
    disclosure: Code
    cause: UUID
    correlation: UUID
    attempts: int
    last_position: int | None
    """Of the last attempt."""

    retry_at: datetime | None
    outcome: Code | None
    again: bool
    """It was settled, or never owed here, and the partner asked for it."""

    @property
    def owed(self) -> DeliveryOwed:
        """Give the fact, as it lies on the log."""
        happening = Happening(
            event=self.type, about=self.about, occurred_at=self.occurred_at, known_at=self.known_at
        )
        return DeliveryOwed(
            partner=self.partner, sequence=self.sequence, happening=happening,
            disclosure=self.disclosure,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is still owed to some endpoints, as two positions of the log have it."""

    rows: Sequence[StillOwed]
    owed_to: int
    """Of what is owed: nothing behind it is in the rows."""

    tried_to: int
    """Of attempts."""


class Asks(NamedTuple):
    """An endpoint that is to be sent what it is owed; the numbers are positions of the log."""

    id: UUID
    partner: UUID
    since: int
    """From here on events are owed to it."""

    after: int
    until: int
    """And those between these two once more,"""

    asked: int
    """which were not tried since this."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables that tell; what they are called is the projections' to say."""

    subscribers: Projection[Any]
    feed: Projection[Any]
    deliveries: Projection[Any]

    async def partners(self, db: asyncpg.Connection) -> tuple[Sequence[UUID], int] | None:
        """Give who has endpoints, and up to where the log was read to know.

        None as long as the table is being built.
        """
        async with db.transaction(isolation="repeatable_read", readonly=True):
            position = await db.fetchval(POSITION, self.subscribers.name)
            rows = await db.fetch(self._words(PARTNERS)) if position is not None else ()
        return None if position is None else ([row["partner"] for row in rows], position)

    async def still_owed(self, db: asyncpg.Connection, endpoints: Sequence[Asks]) -> Owed | None:
        """Give what is owed to `endpoints`, in the log's order.

        None as long as tables are being built, or do not know what was done before a replay.
        """
        least = max(it.asked for it in endpoints)
        async with db.transaction(isolation="repeatable_read", readonly=True):
            owed_to = await db.fetchval(POSITION, self.feed.name)
            tried_to = await db.fetchval(POSITION, self.deliveries.name)
            if owed_to is None or tried_to is None or min(owed_to, tried_to) < least:
                return None
            columns = map(list, zip(*endpoints, strict=True))
            found = await db.fetch(self._words(OPEN), *columns)
        names = [it.name for it in fields(StillOwed)]
        rows = [StillOwed(**{name: row[name] for name in names}) for row in found]
        return Owed(rows=rows, owed_to=owed_to, tried_to=tried_to)

    async def failing_since(self, pool: asyncpg.Pool, endpoint: UUID) -> datetime | None:
        """Give since when an endpoint has taken nothing, None where nothing is known to fail."""
        words, settled = self._words(FAILING_SINCE), [*SETTLED]
        since: datetime | None = await pool.fetchval(words, endpoint, DELIVERED, settled)
        return since

    def _words(self, query: str) -> str:
        """Give a query with the names of the tables, which are our own."""
        names = {name: it.table.fullname for name, it in vars(self).items()}
        return query.format(**names)
