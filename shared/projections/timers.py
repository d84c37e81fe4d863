"""What is due, and what happens when its time has passed?

A deadline is owed by a state, and its id is a function of the log alone: a table that was lost and
built anew fires nothing twice and forgets nothing. One owner a service arms all that is recorded
before it fires anything, so it fires only what is still owed. A timer that fires is a command like
any other, at the instant at which it was due; one that comes late says so.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import asyncpg

from shared.decider import Deadline, DeadlinePassed, Decider, Stream, nothing
from shared.facts import Act, Recorded
from shared.lease import Loop, NotOwner, leading
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import KeptMoving
from shared.telemetry import DEADLINES, TIMERS_HELD, failed, log
from shared.time.calendar import Calendar
from shared.way import PASSING

BATCH, DUE, PAUSE = 1000, 256, 1.0
FIRED, NOTHING = "fired", "nothing"
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
    stream: Stream[Any, Any, Any], history: Sequence[Recorded[Any]], calendar: Calendar
) -> list[Timer]:
    """Give what a stream owes after its history.

    An id holds the version at which the deadline last came to be owed: owed again, it fires again.
    """
    states, since, left = [*stream.decider.states(history)], dict[Deadline, int](), None
    for it, state in zip(reversed(history), reversed(states), strict=True):
        owed = stream.decider.owed(state, calendar)
        if not (left := owed if left is None else left & owed):
            break  # what is owed came to be so later
        since |= dict.fromkeys(left, it.version)
    correlation = history[-1].act.correlation if history else stream.case
    return [
        Timer(_id(stream, it, at), stream.case, str(stream), it.kind, it.due_at, correlation)
        for it, at in since.items()
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
        targets = " ".join(sorted({it.times for it in self._deciders.values()} - {""}))
        self._name = f"timers {calendar.version} {targets}".rstrip()
        self._began = time.time(), _passed()  # noqa: TID251 - to be compared with what passed

    async def work(self, loop: Loop) -> None:
        """Own, and fire what is due until asked to stop.

        Raises:
            NotOwner: another process owns the timers.
        """
        async with leading(self._dsn, 8113, 3) as db:
            await db.execute(BEGIN, self._name)
            at = await db.fetchval(STANDS, self._name)
            # What an earlier build could not count or pass, this one may.
            await self._rearm(db, await db.fetch(FAILED, self._name))
            while not loop.stopping:
                if news := await db.fetch(NEWS, at, BATCH):
                    await self._rearm(db, news, at)  # all of it, before anything fires
                    at = news[-1]["position"]
                elif self._held() or not await self._fire(db):
                    await db.execute(READY, self._name)
                    await loop.rest(PAUSE)

    async def _rearm(
        self, db: asyncpg.Connection, rows: Sequence[Any], at: int | None = None
    ) -> None:
        """Put what the streams in `rows` owe now in the place of what they owed.

        With them moves the checkpoint from `at`, where they are news.
        """
        owed, lost = dict[str, Sequence[Timer]](), list[tuple[UUID, str, str]]()
        cases = {it["stream"]: it["case_id"] for it in rows}
        for name, its in (await self._log.rows(cases)).items():
            try:
                owed[name] = self._owed(name, cases[name], its)
            except Exception as why:  # noqa: BLE001 - its old times stand, and no other's wait
                log.error("timer", case=str(cases[name]), exc_info=why)
                failed("timers", why)
                lost.append((cases[name], name, type(why).__name__))
        async with db.transaction():
            await db.execute(DISARM, self._name, list(owed))
            await db.executemany(ARM, [(self._name, *it) for its in owed.values() for it in its])
            await db.executemany(NOT_ARMED, [(self._name, uuid4(), *it) for it in lost])
            if at is not None:
                to = rows[-1]["position"]
                if await db.execute(MOVE, self._name, at, to) != "UPDATE 1":
                    raise NotOwner

    def _owed(self, name: str, case: UUID, rows: Sequence[asyncpg.Record]) -> Sequence[Timer]:
        decider = self._deciders.get(name.removesuffix(f"-{case}"))
        history = [self._log.codec.read(it) for it in rows]
        return armed(decider.stream(case), history, self._calendar) if decider else ()

    async def _fire(self, db: asyncpg.Connection) -> bool:
        """Fire what is due, streams side by side; say whether anything was."""
        now = await self._log.now()
        due = [Timer(*row) for row in await db.fetch(ALL_DUE, self._name, now, DUE)]
        if not due:
            return False
        streams = defaultdict[str, list[Timer]](list)
        for it in due:
            streams[it.stream].append(it)
        rows = await self._log.rows(streams)
        done = await asyncio.gather(
            *(self._fire_stream(theirs, now, rows[name]) for name, theirs in streams.items()),
            return_exceptions=True,
        )
        ends = dict[UUID, str]()
        for told in done:
            if isinstance(told, BaseException):
                raise told
            ends |= told
        gone = [it for it in due if ends[it.id] in {FIRED, NOTHING}]
        if lost := [(self._name, it.id, ends[it.id]) for it in due if it not in gone]:
            await db.executemany(FAIL, lost)
        await db.execute(STRIKE, self._name, [it.id for it in gone])
        # What came to nothing may be owed at another time: it is counted anew.
        if idle := [it for it in gone if ends[it.id] == NOTHING]:
            await self._rearm(db, [{"stream": it.stream, "case_id": it.case} for it in idle])
        return True

    async def _fire_stream(
        self, due: Sequence[Timer], now: datetime, rows: Sequence[asyncpg.Record]
    ) -> dict[UUID, str]:
        """Fire in order; give of each whether it fired, came to nothing, or what was wrong."""
        ends = dict[UUID, str]()
        for it in due:
            try:  # behind the first the stream may have moved: what lies there is loaded again
                known = None if ends else [*map(self._log.codec.read, rows)]
                ends[it.id] = FIRED if await self._pass(it, now, known) else NOTHING
            except (*PASSING, KeptMoving):
                raise
            except Exception as why:  # noqa: BLE001 - one wait's trouble is no other's
                log.error("timer", case=str(it.case), reason=it.kind, exc_info=why)
                failed("timers", why)
                ends[it.id] = type(why).__name__
        return ends

    async def _pass(self, it: Timer, now: datetime, known: Any) -> bool:
        late = now - it.due_at > LATE
        act = Act(
            id=it.id, actor=self._log.name, role="timer", purpose="safeguarding",
            effective_at=it.due_at, correlation=it.correlation,
        )  # fmt: skip
        stream = self._deciders[it.stream.removesuffix(f"-{it.case}")].stream(it.case)
        passed = DeadlinePassed(Deadline(it.kind, it.due_at), late=late)
        receipt = await handle(self._log, stream, passed, act, known=known)
        if receipt.facts:
            DEADLINES.labels(self._log.name, it.kind, "late" if late else "in time").inc()
        return receipt.position is not None

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
# An earlier build's table would not follow any more: that build, come back, arms all anew.
READY = """
with old as (delete from work.projection where name like 'timers %' and name <> $1)
update work.projection set ready = true where name = $1 and not ready"""
MOVE = "update work.projection set position = $3 where name = $1 and position = $2"
NEWS = "select position, case_id, stream from log.read($1, $2)"
FAILED = "select distinct case_id, stream from work.timer where calendar=$1 and failed is not null"
NOT_ARMED = "insert into work.timer values ($1, $2, $3, $4, '', now(), $3, $5)"
DISARM = "delete from work.timer where calendar = $1 and stream = any ($2)"
ARM = "insert into work.timer values ($1, $2, $3, $4, $5, $6, $7)"
ALL_DUE = """
select id, case_id, stream, kind, due_at, correlation from work.timer
where calendar = $1 and due_at <= $2 and failed is null order by due_at, id limit $3"""
FAIL = "update work.timer set failed = $3 where calendar = $1 and id = $2"
STRIKE = "delete from work.timer where calendar = $1 and id = any ($2)"
