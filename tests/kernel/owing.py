"""Who owes an answer by a time, and a town whose clock a test moves?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, fact
from shared.lease import Loop
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.timers import Timers
from shared.refusals import Refusal
from shared.time.calendar import Calendar
from tests.kernel import a
from tests.support.house import House
from tests.support.patience import until

CALENDAR = Calendar("test", frozenset())
BEGAN = datetime(2023, 4, 1, tzinfo=UTC)
NEVER, UNCOUNTABLE = 99, 98_765


@dataclass(frozen=True)
class Promise:
    """Owe an answer in so many hours; 0 owes none."""

    hours: int


@fact("kernel.newer/1")
class Newer:
    """What only a newer build can read."""

    number: int


class Broken(Refusal):
    """Nobody can keep this promise."""


def waiting(*, later: int = 0, times: str = "", mended: bool = False) -> Any:
    """Give who decides; with other targets all is owed so many hours later."""

    def owed(state: int | None, _calendar: Calendar) -> frozenset[Deadline]:
        if state == UNCOUNTABLE and not mended:
            raise ZeroDivisionError
        if state is None or state <= 0:
            return frozenset()
        return frozenset({Deadline("answer", BEGAN + timedelta(hours=state % 1000 + later))})

    def decide(
        command: Promise | DeadlinePassed, state: int | None, _act: Act
    ) -> Sequence[a.ThingFact]:
        match command:
            case Promise(hours):
                return (a.Told(number=hours),)
            case DeadlinePassed(deadline, late) if deadline in owed(state, CALENDAR):
                assert state
                if state == NEVER and not mended:
                    raise Broken
                return (a.Kept(number=-1000 - state if late else -state),)
            case DeadlinePassed():
                return ()

    return Decider(
        kind="wait", facts=a.ThingFact, decide=decide, evolve=lambda _s, it, _a: it.number,
        owed=owed, times=times,
    )  # fmt: skip


wait = waiting()


@dataclass
class Town:
    """A log, whose clock a test moves, and who keeps its timers."""

    house: House
    log: Log
    owner: Any
    service: str = "folds"

    async def clock(self, hours: float) -> None:
        """Let it be so many hours after the beginning."""
        at = BEGAN + timedelta(hours=hours)
        await self.owner.execute("update log.simulated set now = $1", at)

    @asynccontextmanager
    async def beginning(self) -> AsyncIterator[Self]:
        """Let it be the beginning; later never earlier than it was, or the log would note it."""
        stood = await self.log.now()
        await self.clock(0)
        yield self
        await self.owner.execute("delete from work.timer")
        latest = max(stood, await self.log.now())
        await self.owner.execute("update log.simulated set now = $1", latest)

    async def promise(self, hours: int, case: UUID | None = None) -> UUID:
        case = case or uuid4()
        await handle(self.log, wait.stream(case), Promise(hours), a.act())
        return case

    async def story(self, case: UUID) -> list[int]:
        """Give what happened: promises, and as negative numbers those that passed."""
        return [it.fact.number for it in await self.log.history(wait.stream(case))]

    @asynccontextmanager
    async def keeping(
        self, calendar: Calendar = CALENDAR, decider: Any = None
    ) -> AsyncIterator[None]:
        """Let the timers be kept meanwhile."""
        dsn = self.house.told(self.service).database_url
        loop = Loop("timers", Timers(dsn, self.log, [decider or wait, a.thing], calendar).work)
        task = asyncio.create_task(loop.run())
        yield
        loop.stop()
        await task

    async def settled(self, name: str = "timers test") -> None:
        """Wait until all that is recorded is armed, and nothing due is left."""

        async def done() -> bool:
            query = (
                "select (select max(position) from log.event) = p.position and not exists ("
                "  select from work.timer t where t.calendar = $1 and t.failed is null"
                "  and t.due_at <= log.now()) from work.projection p where p.name = $1"
            )
            return bool(await self.owner.fetchval(query, name))

        await until(done)
