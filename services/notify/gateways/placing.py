"""Who puts into the feed what it lacks?

A lane of which an older build could not read something is stale in the feed's table, and readers
went on past what is not there. A build that can read it records of each such event that it stands
in the feed from now on: behind all that anybody has read, in the lane's order, and in a table that
is built anew as well. A table keeps a lane stale until then, so what comes to it is placed too.
"""

from collections.abc import Container, Sequence
from itertools import dropwhile
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from services.notify.decisions import correspondence
from services.notify.decisions.correspondence import PlaceEvents
from services.notify.events import DeliveryOwed, EventPlaced
from services.notify.rules.body import event_id
from shared.facts import Act, Recorded
from shared.lease import Loop, leading
from shared.log.codec import Undecodable
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.projection import Projection

POLL = 2.0
STALE = """
select s.projection, s.case_id as lane, least(p.position, coalesce((
    select position from log.event where stream = $2 || s.case_id order by version desc limit 1
), 0)) as position
from work.stale s join work.projection p on p.name = s.projection and p.ready
where s.projection = any ($1) and to_regclass('projection.' || s.projection) is not null"""


class Gap(NamedTuple):
    """A lane of which a table of the feed may lack something."""

    lane: UUID
    position: int
    """The last of the lane that the table has gone past."""

    there: frozenset[UUID]
    """The events that it has."""

    def has(self, it: Recorded[DeliveryOwed]) -> bool:
        """Say whether the table has it."""
        return event_id(self.lane, it.fact.partner, it.fact.sequence) in self.there


class Placer:
    """Puts into the feed what it lacks."""

    def __init__(self, dsn: str, own: Log, feed: Projection[Any]) -> None:
        self._dsn, self._log = dsn, own
        name, _, version = feed.name.rpartition("_v")
        # The table before it too: its readers go on in this one, with the cursors that they have.
        self._tables = [feed.name, f"{name}_v{int(version) - 1}"]
        self._looked = dict[tuple[str, UUID], int]()

    async def work(self, loop: Loop) -> None:
        """Own, and place what is missing until asked to stop.

        Raises:
            NotOwner: another process does it.
        """
        async with leading(self._dsn, 8113, 5) as db:
            self._looked.clear()
            while not loop.stopping:
                for it in await db.fetch(STALE, self._tables, f"{correspondence.kind}-"):
                    if self._moved(it["projection"], it["lane"], it["position"]):
                        there = await _there(db, it["projection"], it["lane"])
                        await self._close(Gap(it["lane"], it["position"], there))
                await loop.rest(POLL)

    def _moved(self, table: str, lane: UUID, position: int) -> bool:
        """Say whether something came to a lane since it was looked at."""
        last = self._looked.get((table, lane), 0)
        self._looked[table, lane] = position
        return position > last

    async def _close(self, gap: Gap) -> None:
        """Place what is missing of a lane, where this build can read all of it."""
        beside = correspondence.stream(uuid5(gap.lane, "feed"))
        try:
            placed = await self._log.history(beside)
            history = await self._log.history(correspondence.stream(gap.lane))
        except Undecodable:  # a newer build's, which does it
            return
        if events := missing(gap, history, {it.fact.owed_at for it in placed}):
            act = Act(
                id=uuid5(beside.case, str(len(placed))), actor=self._log.name, role="dispatcher",
                purpose="safeguarding", effective_at=await self._log.now(),
                correlation=history[0].act.correlation, causation=events[0].cause,
            )  # fmt: skip
            await handle(self._log, beside, PlaceEvents(events=events), act)


def missing(
    gap: Gap, history: Sequence[Recorded[Any]], placed: Container[int]
) -> Sequence[EventPlaced]:
    """Give the events of a lane that are to be placed.

    With what the table went past goes all that came after it: a lane keeps its order.
    """
    owed = (it for it in history if isinstance(it.fact, DeliveryOwed) and it.position not in placed)
    rest = [*dropwhile(lambda it: gap.has(it) or it.position > gap.position, owed)]
    return [_placed(gap.lane, it) for it in rest]


def _placed(lane: UUID, it: Recorded[DeliveryOwed]) -> EventPlaced:
    owed = it.fact
    return EventPlaced(
        lane=lane, partner=owed.partner, sequence=owed.sequence, happening=owed.happening,
        disclosure=owed.disclosure, owed_at=it.position, cause=it.act.id,
    )  # fmt: skip


async def _there(db: asyncpg.Connection, table: str, lane: UUID) -> frozenset[UUID]:
    words = f'select event from projection."{table}" where lane = $1'  # noqa: S608 - names of our own
    return frozenset(it["event"] for it in await db.fetch(words, lane))
