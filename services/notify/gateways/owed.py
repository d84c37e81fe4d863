"""What is still owed to endpoints, without reading the whole log?

Two tables tell: each event that a partner is owed, and each attempt to bring one to an endpoint.
What they do not have yet lies on the log behind their positions. A case that is stale there, since
another build could not read something of it, is read from its own stream.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from services.notify.events import DeliveryOwed, Happening
from services.notify.rules.body import delivery_id
from services.notify.rules.retry import DELIVERED, SETTLED
from shared.facts import Code, Recorded
from shared.projections.projection import Projection

POSITION = "select position from work.projection where name = $1 and ready"
PARTNERS = """
select partner from {subscribers} union select case_id from work.stale where projection = $1"""
STALE = "select distinct case_id from work.stale where projection = any ($1)"
OPEN = """
select e.id as endpoint, f.lane, f.partner, f.sequence, f.type, f.about, f.occurred_at, f.known_at,
       f.disclosure, f.cause, f.correlation, coalesce(d.attempts, 0) as attempts,
       d.last_position, d.retry_at, d.outcome,
       d.delivery is not null and d.retry_at is null or f.position <= e.since as again
from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as e (id, partner, since)
join {feed} f on f.partner = e.partner
left join {deliveries} d on d.event = f.event and d.endpoint = e.id
where (d.retry_at is not null or d.delivery is null and f.position > e.since
   or exists (
      select from unnest($4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[])
                  as r (id, after, until, asked)
      where r.id = e.id and f.place > r.after and f.place <= r.until
            and coalesce(d.last_position, 0) < r.asked))
   and not f.lane = any ($8::uuid[])
order by f.position
"""
PLACES = "select event, place from {feed} where lane = any ($1)"
FAILING_SINCE = """
with taken as (select max(last_at) as at from {deliveries} where endpoint = $1 and outcome = $2)
select min(greatest(taken.at, d.first_at)) from {deliveries} d, taken
where d.endpoint = $1 and not d.outcome = any ($3)
  and (taken.at is null or d.last_at > taken.at)
"""
"""What failed before the last that was taken says nothing of now."""


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

    stale: Sequence[UUID] = ()
    """Cases of which the tables know no more: nothing of them is in the rows."""

    places: Mapping[UUID, int] = field(default_factory=dict)
    """Of their events, where the feed has them."""


class Replay(NamedTuple):
    """What an endpoint is to be sent once more, in places of the feed and positions of the log."""

    after: int
    until: int
    """What stands in the feed between these two,"""

    asked: int
    """and was not tried since this."""


class Asks(NamedTuple):
    """An endpoint that is to be sent what it is owed."""

    id: UUID
    partner: UUID
    since: int
    """From this position of the log on events are owed to it."""

    replays: Sequence[Replay] = ()
    """And these once more."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables that tell; what they are called is the projections' to say."""

    subscribers: Projection[Any]
    feed: Projection[Any]
    deliveries: Projection[Any]

    async def partners(self, db: asyncpg.Connection) -> tuple[Sequence[UUID], int] | None:
        """Give who has endpoints, or may have, and up to where the log was read to know.

        None as long as the table is being built.
        """
        async with db.transaction(isolation="repeatable_read", readonly=True):
            position = await db.fetchval(POSITION, self.subscribers.name)
            if position is None:
                return None
            rows = await db.fetch(self._words(PARTNERS), self.subscribers.name)
        return [row["partner"] for row in rows], position

    async def still_owed(self, db: asyncpg.Connection, endpoints: Sequence[Asks]) -> Owed | None:
        """Give what is owed to `endpoints`, in the log's order.

        None as long as tables are being built, or do not know what was done before a replay.
        """
        replays = [(it.id, *each) for it in endpoints for each in it.replays]
        least = max((asked for *_, asked in replays), default=0)
        async with db.transaction(isolation="repeatable_read", readonly=True):
            owed_to = await db.fetchval(POSITION, self.feed.name)
            tried_to = await db.fetchval(POSITION, self.deliveries.name)
            if owed_to is None or tried_to is None or min(owed_to, tried_to) < least:
                return None
            names = [self.feed.name, self.deliveries.name]
            stale = [row["case_id"] for row in await db.fetch(STALE, names)]
            whose = _columns(3, [it[:3] for it in endpoints])
            found = await db.fetch(self._words(OPEN), *whose, *_columns(4, replays), stale)
            placed = await db.fetch(self._words(PLACES), stale)
        members = [it.name for it in fields(StillOwed)]
        rows = [StillOwed(**{name: row[name] for name in members}) for row in found]
        places = {row["event"]: row["place"] for row in placed}
        return Owed(rows=rows, owed_to=owed_to, tried_to=tried_to, stale=stale, places=places)

    def with_lane(
        self, owed: Owed, endpoints: Iterable[Asks], history: Sequence[Recorded[Any]]
    ) -> Owed:
        """Give `owed` with what a stale lane's own stream says, as far as the tables stand."""
        told = _rows(self.feed, (it for it in history if it.position <= owed.owed_to))
        tried = _rows(self.deliveries, (it for it in history if it.position <= owed.tried_to))
        in_feed = [replace(it, place=owed.places.get(it.event, it.place)) for it in told.values()]
        found = (
            still_owed(asks, event, tried.get(delivery_id(event.event, asks.id)))
            for asks in endpoints
            for event in in_feed
        )
        return replace(owed, rows=[*owed.rows, *filter(None, found)])

    async def failing_since(self, pool: asyncpg.Pool, endpoint: UUID) -> datetime | None:
        """Give since when an endpoint has taken nothing, None where nothing is known to fail."""
        words, settled = self._words(FAILING_SINCE), [*SETTLED]
        since: datetime | None = await pool.fetchval(words, endpoint, DELIVERED, settled)
        return since

    def _words(self, query: str) -> str:
        """Give a query with the names of the tables, which are our own."""
        names = {name: it.table.fullname for name, it in vars(self).items()}
        return query.format(**names)


def still_owed(asks: Asks, event: Any, tried: Any) -> StillOwed | None:
    """Give a row of `feed` as an endpoint is owed it; None where it is settled, or never was.

    This says of rows in memory what `OPEN` asks of tables.
    """
    tried_at = tried.last_position if tried else 0
    replayed = any(
        it.after < event.place <= it.until and tried_at < it.asked for it in asks.replays
    )
    waits = tried.retry_at is not None if tried else event.position > asks.since
    if event.partner != asks.partner or not (waits or replayed):
        return None
    told = {name: getattr(event, name) for name in TOLD}
    return StillOwed(
        endpoint=asks.id, **told,
        attempts=tried.attempts if tried else 0, last_position=tried and tried.last_position,
        retry_at=tried and tried.retry_at, outcome=tried and tried.outcome,
        again=not waits or event.position <= asks.since,
    )  # fmt: skip


TOLD = ("lane", "partner", "sequence", "type", "about", "occurred_at", "known_at", "disclosure",
        "cause", "correlation")  # fmt: skip


def _rows(projection: Projection[Any], history: Iterable[Recorded[Any]]) -> Mapping[Any, Any]:
    kept = dict[Any, Any]()
    for happened in history:
        name = projection.key(happened)
        kept[name] = projection.fold(kept.get(name), happened)
    return {name: row for name, row in kept.items() if row is not None}


def _columns(count: int, rows: Sequence[tuple[Any, ...]]) -> Sequence[Sequence[Any]]:
    return [[row[at] for row in rows] for at in range(count)]
