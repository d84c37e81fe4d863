"""What is due, and what happens when its time has passed?

A deadline is owed by a state, and its id is a function of the log alone: a table that was lost and
built anew fires nothing twice and forgets nothing. One owner a service arms all that is recorded
before it fires anything, so it fires only what is still owed. A timer that fires is a command like
any other, at the instant at which it was due; one that comes late says so.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from shared.decider import Deadline, DeadlinePassed, Decider, Stream, nothing
from shared.facts import Act, Recorded
from shared.lease import PASSING, Loop, NotOwner, leading
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import KeptMoving
from shared.telemetry import DEADLINES, TIMERS_HELD, failed, log
from shared.time.calendar import Calendar

BATCH, DUE, AT_ONCE, PAUSE = 1000, 200, 32, 1.0
LATE = timedelta(minutes=5)
LEAPS = 300.0
"""Seconds by which the clock may gain on the time that passed, before nothing fires any more."""


class Timer(NamedTuple):
    """A deadline of a stream, as the table holds it."""

    id: UUID
    case: UUID
    stream: str
    kind: str
    due_at: datetime
    correlation: UUID


def armed(
    stream: Stream[Any, Any, Any], history: Iterable[Recorded[Any]], calendar: Calendar
) -> list[Timer]:
    """Give what a stream owes after its history.

    An id holds the version at which the deadline last came to be owed: owed again, it fires again.
    """
    state, due, correlation = None, dict[Deadline, int](), stream.case
    for it in history:
        state, correlation = stream.decider.evolve(state, it.fact, it.act), it.act.correlation
        due = {each: due.get(each, it.version) for each in stream.decider.owed(state, calendar)}
    return [
        Timer(_id(stream, it, since), stream.case, str(stream), it.kind, it.due_at, correlation)
        for it, since in due.items()
    ]


def _id(stream: Stream[Any, Any, Any], it: Deadline, since: int) -> UUID:
    at = it.due_at.astimezone(UTC).isoformat()
    return uuid5(NAMESPACE_OID, f"{stream}|{it.kind}|{at}|{since}")


class Timers:
    """Arms and fires what the streams of one service owe."""

    def __init__(
        self, dsn: str, own: Log, deciders: Sequence[Decider[Any, Any, Any]], calendar: Calendar
    ) -> None:
        self._dsn, self._log, self._calendar = dsn, own, calendar
        self._deciders = {it.kind: it for it in deciders if it.owed is not nothing}
        self._name = f"timers {calendar.version}"
        self._began = time.time(), _passed()  # noqa: TID251 - to be compared with what passed

    async def work(self, loop: Loop) -> None:
        """Own, and fire what is due until asked to stop.

        Raises:
            NotOwner: another process owns the timers.
        """
        async with leading(self._dsn, 8113, 3) as db:
            await db.execute(BEGIN, self._name)
            at = await db.fetchval(STANDS, self._name)
            while not loop.stopping:
                if news := await self._log.read(at, BATCH):
                    at = await self._arm(db, at, news)  # all of it, before anything fires
                elif self._held() or not await self._fire(db):
                    await db.execute(READY, self._name)
                    await loop.rest(PAUSE)

    async def _arm(self, db: asyncpg.Connection, at: int, news: Sequence[Recorded[Any]]) -> int:
        """Put what the streams in `news` owe now in the place of what they owed."""
        owed = dict[str, Sequence[Timer]]()
        for name, case in {it.stream: it.case for it in news}.items():
            try:
                owed[name] = await self._owed(name, case)
            except PASSING:
                raise
            except Exception as why:  # noqa: BLE001 - its old times stand, and no other's wait
                log.error("timer", case=str(case), exc_info=why)
                failed("timers", why)
        async with db.transaction():
            await db.execute(DISARM, self._name, list(owed))
            await db.executemany(ARM, [(self._name, *it) for its in owed.values() for it in its])
            if await db.execute(MOVE, self._name, at, news[-1].position) != "UPDATE 1":
                raise NotOwner
        return news[-1].position

    async def _owed(self, name: str, case: UUID) -> Sequence[Timer]:
        decider = self._deciders.get(name.removesuffix(f"-{case}"))
        if decider is None:
            return ()
        stream = decider.stream(case)
        return armed(stream, await self._log.history(stream), self._calendar)

    async def _fire(self, db: asyncpg.Connection) -> bool:
        """Fire what is due, streams side by side; say whether anything was."""
        now = await self._log.now()
        due = [Timer(*row) for row in await db.fetch(ALL_DUE, self._name, now, DUE)]
        streams = defaultdict[str, list[Timer]](list)
        for it in due:
            streams[it.stream].append(it)
        few = asyncio.Semaphore(AT_ONCE)
        done = await asyncio.gather(
            *(self._fire_stream(theirs, now, few) for theirs in streams.values()),
            return_exceptions=True,
        )
        for lost in done:
            if isinstance(lost, BaseException):
                raise lost
        failures: Mapping[UUID, str] = {id: why for it in done for id, why in it}  # type: ignore[union-attr]
        await db.executemany(FAIL, [(self._name, *it) for it in failures.items()])
        await db.execute(FIRED, self._name, [it.id for it in due if it.id not in failures])
        return bool(due)

    async def _fire_stream(
        self, due: Sequence[Timer], now: datetime, few: asyncio.Semaphore
    ) -> list[tuple[UUID, str]]:
        lost = []
        for it in due:
            try:
                async with few:
                    await self._pass(it, now)
            except (*PASSING, KeptMoving):
                raise
            except Exception as why:  # noqa: BLE001 - one wait's trouble is no other's
                log.error("timer", case=str(it.case), reason=it.kind, exc_info=why)
                failed("timers", why)
                lost.append((it.id, type(why).__name__))
        return lost

    async def _pass(self, it: Timer, now: datetime) -> None:
        late = now - it.due_at > LATE
        act = Act(
            id=it.id, actor=self._log.name, role="timer", purpose="safeguarding",
            effective_at=it.due_at, correlation=it.correlation,
        )  # fmt: skip
        stream = self._deciders[it.stream.removesuffix(f"-{it.case}")].stream(it.case)
        passed = DeadlinePassed(Deadline(it.kind, it.due_at), late=late)
        if (await handle(self._log, stream, passed, act)).facts:
            DEADLINES.labels(self._log.name, it.kind, "late" if late else "in time").inc()

    def _held(self) -> bool:
        """Say whether the clock leapt: to fire years of deadlines at once would be for good."""
        if self._log.simulated:
            return False
        wall, passed = self._began
        gained = (time.time() - wall) - (_passed() - passed)  # noqa: TID251
        held = gained > LEAPS
        TIMERS_HELD.labels(self._log.name).set(held)
        if held:
            log.error("held", place="timers", seconds=round(gained))
        return held


def _passed() -> float:
    """Give seconds that passed, those in which the machine slept too."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


BEGIN = "insert into work.projection values ($1, 0) on conflict do nothing"
STANDS = "select position from work.projection where name = $1"
READY = "update work.projection set ready = true where name = $1 and not ready"
MOVE = "update work.projection set position = $3 where name = $1 and position = $2"
DISARM = "delete from work.timer where calendar = $1 and stream = any ($2)"
ARM = "insert into work.timer values ($1, $2, $3, $4, $5, $6, $7)"
ALL_DUE = """
select id, case_id, stream, kind, due_at, correlation from work.timer
where calendar = $1 and due_at <= $2 and failed is null order by due_at, id limit $3"""
FAIL = "update work.timer set failed = $3 where calendar = $1 and id = $2"
FIRED = "delete from work.timer where calendar = $1 and id = any ($2)"
