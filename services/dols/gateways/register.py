"""Who tells a request what the register says now of those who have a role in it?

A request knows what the register said when somebody accepted. One owner in the whole installation
follows the log, and tells each request in which somebody has a role what the register says since,
where that may bar them: whoever cannot go on is then owed to be taken back, and a clock runs. What
is to be told follows from the log alone, and is kept nowhere else: an owner reads the log from its
start, and nothing that was entered while nobody looked is forgotten, however long ago it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from services.dols import events
from services.dols.decisions import assessor, request
from services.dols.decisions.commands import HearRegister
from services.dols.decisions.register import Assessor
from services.dols.rules.independence import Standing, bars
from shared.facts import Act, Code, Recorded
from shared.lease import Loop, leading
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import KeptMoving
from shared.telemetry import failed, log
from shared.way import PASSING

POLL, SLICE = 1.0, 20_000
"""Seconds between two looks; positions that are read at once."""

AGAIN = timedelta(minutes=5)
"""Until what could not be told is told again."""

FOLLOWED: Sequence[Any] = (
    events.AssessorRegistered, events.AssessorChanged, events.AssessorAllocated,
    events.AssessorReleased, events.AssessorStandingChanged, events.AuthorisationGranted,
    events.AuthorisationNotGranted,
)  # fmt: skip
TYPES = [it.stored_as for it in FOLLOWED]
NEWS = """
select * from log.event where position > $1 and position <= $2 and type = any ($3)
order by position"""


class Entry(NamedTuple):
    """What the register says of an assessor, and since when it is recorded."""

    state: Assessor
    standing: Standing
    entered: Recorded[Any]


class Has(NamedTuple):
    """Somebody who has a role, and what the request has heard of them."""

    heard: Standing
    since: Recorded[Any]


class Untold(NamedTuple):
    """What a request has to hear."""

    request: UUID
    standing: Standing
    act: Act


@dataclass(slots=True)
class Hands:
    """Who has a role in which request, and what the register says of them: what the log tells."""

    entries: dict[UUID, Entry] = field(default_factory=dict)
    roles: dict[UUID, dict[Code, Has]] = field(default_factory=lambda: defaultdict(dict))

    def hear(self, it: Recorded[Any]) -> None:
        """Take in what happened."""
        match it.fact:
            case events.AssessorChanged() if it.case not in self.entries:
                return  # its beginning is a newer build's, which tells of it
            case events.AssessorRegistered() | events.AssessorChanged():
                was = self.entries.get(it.case)
                state = assessor.evolve(was and was.state, it.fact, it.act)
                self.entries[it.case] = Entry(state, state.standing(it.case, it.version), it)
            case events.AssessorAllocated(role=role, standing=standing):
                self.roles[it.case][role] = Has(standing, it)
            case events.AssessorReleased(role=role):
                self.roles[it.case].pop(role, None)
            case events.AssessorStandingChanged(standing=said):
                for role, has in self.roles[it.case].items():
                    if has.heard.assessor == said.assessor:
                        self.roles[it.case][role] = Has(said, has.since)
            case _:  # decided: nobody goes on in it
                self.roles.pop(it.case, None)

    def untold(self) -> Iterator[Untold]:
        """Give what requests have not heard, and which bars somebody there or frees them."""
        for id, roles in self.roles.items():
            for has in roles.values():
                said = self.entries.get(has.heard.assessor)
                if said and _is_news(said.standing, has.heard):
                    yield Untold(id, said.standing, _act(id, said, has))


def _is_news(said: Standing, heard: Standing) -> bool:
    return said.version > heard.version and bars(said) != bars(heard)


def _act(id: UUID, said: Entry, has: Has) -> Act:
    """Give the act of telling: as of when it was entered, or they accepted after that.

    One of its own for each entry and each time that somebody has the role: told once, it is told.
    """
    name = (
        f"{request.stream(id)} {has.since.version} {said.standing.assessor} {said.entered.version}"
    )
    return Act(
        id=uuid5(NAMESPACE_OID, name), actor="dols", role="reaction", purpose="safeguarding",
        effective_at=max(said.entered.recorded_at, has.since.act.effective_at),
        correlation=has.since.act.correlation, causation=said.entered.act.id,
    )  # fmt: skip


def workers(dsn: str, own: Log) -> Sequence[Loop]:
    """Give the loop that tells requests what the register says."""
    return (Loop("register", Teller(dsn, own).work),)


class Teller:
    """Tells requests what the register says."""

    def __init__(self, dsn: str, own: Log) -> None:
        self._dsn, self._log = dsn, own
        self._told = set[UUID]()
        self._lost = dict[UUID, datetime]()
        """What could not be told, and until when it is left alone."""

    async def work(self, loop: Loop) -> None:
        """Own, and tell what is not told until asked to stop.

        Raises:
            NotOwner: another process does it.
        """
        async with leading(self._dsn, 8113, 6) as db:
            hands, at, news = Hands(), 0, False
            self._told.clear()
            self._lost.clear()
            while not loop.stopping:
                head = await self._log.head()
                to = min(at + SLICE, head)
                news = await self._hear(db, hands, at, to) or news
                at = to
                if at < head:  # all of the log, before anything is told
                    continue
                if news or self._lost:
                    await self.tell(hands.untold())
                news = False
                await loop.rest(POLL)

    async def _hear(self, db: asyncpg.Connection, hands: Hands, at: int, to: int) -> bool:
        rows = await db.fetch(NEWS, at, to, TYPES)
        for it in self._log.codec.legible(rows):
            hands.hear(it)
        return bool(rows)

    async def tell(self, untold: Iterable[Untold]) -> None:
        """Tell each request what it has to hear; one's trouble is no other's."""
        now, lost = await self._log.now(), self._lost
        for it in [*untold]:
            if it.act.id in self._told or lost.get(it.act.id, now) > now:
                continue
            try:
                await self._tell(it)
            except (*PASSING, KeptMoving):
                raise
            except Exception as why:  # noqa: BLE001 - as of a newer build's, which tells it
                log.error("register", case=str(it.request), exc_info=why)
                failed("register", why)
                lost[it.act.id] = now + AGAIN
            else:
                self._told.add(it.act.id)
                lost.pop(it.act.id, None)

    async def _tell(self, it: Untold) -> None:
        command = HearRegister(standing=it.standing)
        await handle(self._log, request.stream(it.request), command, it.act)
