"""Who brings events to partners' endpoints?

One owner in the whole installation. It begins with what is still owed, follows the log, sends what
is due, and records each attempt on the log: there is no other queue. What was sent and could not be
recorded is sent again under the same id, by which a receiver knows it. Who is stopped, since this
build cannot read something of theirs, is brought what waited by one that can.
"""

import asyncio
from collections import Counter as Counted
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from math import nan
from time import time  # noqa: TID251 - see `_signed`
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
from prometheus_client import Counter, Gauge, Histogram

from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.correspondence import OutOfTurn, RecordAttempt, TryEndpoint
from services.notify.decisions.subscriber import BY_GONE, DisableEndpoint, LeaveAlone
from services.notify.events import Happening
from services.notify.gateways.egress import Answer, Egress
from services.notify.gateways.outbox import Job, Key, Outbox
from services.notify.gateways.owed import Asks, Owed, Tables
from services.notify.gateways.placing import Placer
from services.notify.gateways.signing import headers
from services.notify.rules.body import body, correlation_told, event_id
from services.notify.rules.disclosure import LEFT_ALONE, stands
from services.notify.rules.retry import GONE, SETTLED, STEPS, WITHHELD
from shared.decider import Stream
from shared.facts import Act, Recorded
from shared.failpoint import failpoint
from shared.lease import Loop, leading
from shared.log.codec import Undecodable
from shared.log.handle import handle
from shared.log.log import Log
from shared.refusals import KeyGone, NotFound
from shared.telemetry import failed, log

BATCH, POLL = 2000, 0.25
MOST_AT_ONCE = 512
LONGEST_WAIT = 300
"""Seconds until what could not be recorded is sent again."""

ENDS_WITHIN = 2.0
"""Seconds for what is under way when the loop is to end; what is not recorded is sent again."""

ATTEMPTS = Counter("safeguarding_delivery_attempts_total", "Attempts to bring events", ["outcome"])
WAITING = Gauge(
    "safeguarding_deliveries_waiting", "Events that endpoints have not taken; NaN is not known here"
)
WAITING.set(nan)
HELD = Gauge(
    "safeguarding_deliveries_held", "1: lists are being built, so nobody knows what is owed"
)
STOPPED = Gauge(
    "safeguarding_deliveries_stopped",
    "Partners and cases that are brought nothing: this build cannot read something of theirs",
)
FORWARD = Histogram(
    "safeguarding_delivery_forward_seconds", "Seconds from knowing of an event to its first try",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)  # fmt: skip


class Done(NamedTuple):
    """An attempt that ended, and the position up to which the log has to be read to know it."""

    key: Key
    position: int | None
    """None: it could not be recorded."""


def workers(dsn: str, own: Log, tables: Tables) -> Sequence[Loop]:
    """Give the loop that brings events, and the one that puts into the feed what it lacks."""
    return (
        Loop("deliveries", Dispatcher(dsn, own, Egress(), tables).work),
        Loop("placing", Placer(dsn, own, tables.feed).work),
    )


class Dispatcher:
    """Brings what is owed."""

    def __init__(self, dsn: str, own: Log, egress: Egress, tables: Tables) -> None:
        self._dsn, self._log, self._egress, self._tables = dsn, own, egress, tables
        self._running: set[asyncio.Task[None]] = set()
        self._done: list[Done] = []
        self._unread: list[Stream[Any, Any, Any]] = []
        """What attempts found that this build cannot read: a lane, or the partner's endpoints."""

        self._lost = Counted[Key]()
        """How often in a row what came of sending there could not be recorded."""

    async def work(self, loop: Loop) -> None:
        """Own, and bring what is due until asked to stop.

        Raises:
            NotOwner: another process brings it.
        """
        async with leading(self._dsn, 8113, 4) as db:
            outbox = Outbox()
            self._done, self._unread = [], []
            try:
                at = await self._begun(db, outbox, loop)
                while not loop.stopping:
                    at = min(at, await self._loaded(db, outbox, at))
                    news = await db.fetch("select * from log.read($1, $2)", at, BATCH)
                    self._hear(outbox, news)
                    at = news[-1]["position"] if news else at
                    await self._tell_of(outbox)
                    if len(news) < BATCH:  # all of the log, before anything is sent
                        await self._release(outbox, at)
                        await self._start(outbox, loop)
                        _measure(outbox, held=bool(outbox.waking))
                        await loop.rest(POLL)
            finally:
                _measure(None, held=False)  # whoever owns it tells
                await self._end()

    async def _begun(self, db: asyncpg.Connection, outbox: Outbox, loop: Loop) -> int:
        """Take in who has endpoints, and give from where on the log is to be followed."""
        while (found := await self._tables.partners(db)) is None and not loop.stopping:
            _measure(None, held=True)
            await loop.rest(POLL)
        known, at = found or ((), 0)
        for partner in known:
            if history := await self._read(outbox, subscriber.stream(partner)):
                outbox.know(history)
        return at

    async def _read(self, outbox: Outbox, stream: Stream[Any, Any, Any]) -> Sequence[Recorded[Any]]:
        """Give a stream's history; nothing, and stop whose it is, where it cannot be read."""
        try:
            return await self._log.history(stream)
        except Undecodable:
            _stop(outbox, str(stream), stream.case)
            return ()

    async def _loaded(self, db: asyncpg.Connection, outbox: Outbox, at: int) -> int:
        """Load what endpoints are owed that wait for it; give what the log is to be read behind."""
        waking = outbox.to_load()
        owed = await self._tables.still_owed(db, waking) if waking else None
        if owed is None:
            return at
        outbox.load(await self._with_stale(outbox, waking, owed))
        return min(owed.owed_to, owed.tried_to)

    async def _with_stale(self, outbox: Outbox, waking: Sequence[Asks], owed: Owed) -> Owed:
        """Take in lanes that tables know no more of, where this build can read all of them."""
        for case in (it for it in owed.stale if it not in outbox.stopped):
            history = await self._read(outbox, correspondence.stream(case))
            owed = self._tables.with_lane(owed, waking, history)
        return owed

    async def _tell_of(self, outbox: Outbox) -> None:
        """Tell partners whose endpoints were disabled, and not by them; each once."""
        for it in outbox.left_alone:
            told = Happening(
                event=LEFT_ALONE, about=None, occurred_at=it.act.effective_at,
                known_at=it.recorded_at,
            )  # fmt: skip
            act = replace(
                it.act, id=uuid5(it.act.id, LEFT_ALONE), causation=it.act.id, fingerprint=None
            )
            command = TryEndpoint(partner=it.case, happening=told)
            stream = correspondence.stream(it.fact.endpoint)
            try:
                await handle(self._log, stream, command, act)
            except Undecodable:
                _stop(outbox, str(stream), stream.case)
        outbox.left_alone.clear()

    def _hear(self, outbox: Outbox, rows: Sequence[asyncpg.Record]) -> None:
        for row in rows:
            try:
                outbox.hear(self._log.codec.read(row))
            except Undecodable:  # a newer build's, which brings what waits for it
                _stop(outbox, row["stream"], row["case_id"])

    async def _release(self, outbox: Outbox, at: int) -> None:
        """Let go of what has ended, as far as the log was read to know of it."""
        now, done = await self._log.now(), self._done
        self._done = [it for it in done if it.position is not None and it.position > at]
        while self._unread:  # or it would go out again and again
            stream = self._unread.pop()
            _stop(outbox, str(stream), stream.case)
        for it in done:
            if it.position is None:
                self._lost[it.key] += 1  # it was sent all the same: not again and again
                wait = min(2 ** self._lost[it.key], LONGEST_WAIT)
                outbox.release(it.key, now + timedelta(seconds=wait))
            elif it.position <= at:
                self._lost.pop(it.key, None)
                outbox.release(it.key)

    async def _start(self, outbox: Outbox, loop: Loop) -> None:
        due = outbox.due(await self._log.now())
        jobs = [*islice(due, MOST_AT_ONCE - len(self._running))]
        # All their lanes at once: each by itself would cost more than what is done with it.
        rows = await self._log.rows(str(_lane(it)) for it in jobs) if jobs else {}
        for job in jobs:
            work = self._bring(job, loop, rows[str(_lane(job))])
            task = asyncio.create_task(work, name=f"deliver {job.endpoint.id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _end(self) -> None:
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=ENDS_WITHIN)
            for task in late:
                task.cancel()

    async def _bring(self, job: Job, loop: Loop, rows: Sequence[asyncpg.Record]) -> None:
        position = None
        try:
            position = await self.deliver(job, [self._log.codec.read(it) for it in rows])
        except Undecodable:
            self._unread.append(_lane(job))
        except Exception as why:  # noqa: BLE001 - one endpoint's trouble is no other's
            log.warning("delivery", case=str(job.waiting.lane), exc_info=why)
            failed("deliveries", why)
        self._done.append(Done(job.key, position))
        loop.wake()

    async def deliver(self, job: Job, known: Sequence[Recorded[Any]] | None = None) -> int | None:
        """Send, record what came of it, and give the position that tells of it.

        None where nothing was recorded: it may go out once more, and not at once. What is `known`
        of the lane spares loading it, unless something came in meanwhile.
        """
        it, owed, endpoint = job.waiting, job.waiting.owed, job.endpoint
        answer = await self._sent(job)
        failpoint("notify.after_send")
        command = RecordAttempt(
            lane=it.lane, partner=owed.partner, sequence=owed.sequence, endpoint=endpoint.id,
            owed_at=max(owed.happening.known_at, endpoint.enabled_at),  # until then it was kept
            outcome=answer.outcome, status=answer.status,
            milliseconds=answer.milliseconds, hold=answer.hold, again=it.again,
        )  # fmt: skip
        name = f"{it.lane} {owed.partner}/{owed.sequence} {endpoint.id} {it.attempts + 1}"
        act = await self._act(job, name)
        try:
            receipt = await handle(self._log, _lane(job), command, act, known=known)
        except OutOfTurn:
            return None  # a second owner was quicker: what the log says is what counts
        if not receipt.facts:
            return None
        ATTEMPTS.labels(answer.outcome.partition(":")[2]).inc()
        if not it.attempts and owed.happening.known_at >= endpoint.enabled_at:  # else it was kept
            FORWARD.observe((act.effective_at - owed.happening.known_at).total_seconds())
        if answer.outcome == GONE:
            await self._disable(job, name, DisableEndpoint(endpoint=endpoint.id, why=BY_GONE))
        elif answer.outcome not in SETTLED and it.attempts >= len(STEPS):
            await self._leave_alone(job, name, act.effective_at)
        return receipt.position

    async def _sent(self, job: Job) -> Answer:
        owed = job.waiting.owed
        if not stands(owed.happening.event, owed.disclosure):
            return Answer(outcome=WITHHELD, milliseconds=0)
        try:
            url = await self._log.vault.open(job.endpoint.url, str)
            told, text = await self._signed(job)
        except KeyGone:  # nobody can know any more where to, or with what
            return Answer(outcome=WITHHELD, milliseconds=0)
        return await self._egress.send(url, told, text, job.waiting.owed.partner)

    async def _signed(self, job: Job) -> tuple[dict[str, str], bytes]:
        owed, lane = job.waiting.owed, job.waiting.lane
        sealed = job.endpoint.signs_with(await self._log.now())
        secrets = [await self._log.vault.open(it, str) for it in sealed]
        told = owed.happening
        text = body(
            lane, owed.partner, owed.sequence, told.event, told.about, told.occurred_at,
            told.known_at,
        )  # fmt: skip
        id = event_id(lane, owed.partner, owed.sequence)
        correlation = correlation_told(job.waiting.correlation, owed.partner, told.event)
        # A receiver compares with its own clock, even where the council's time is simulated.
        return headers(id, text, secrets, int(time()), correlation), text

    async def _leave_alone(self, job: Job, name: str, now: datetime) -> None:
        since = await self._tables.failing_since(self._log.pool, job.endpoint.id) or now
        await self._disable(job, name, LeaveAlone(endpoint=job.endpoint.id, failing_since=since))

    async def _disable(self, job: Job, name: str, command: DisableEndpoint | LeaveAlone) -> None:
        stream = subscriber.stream(job.waiting.owed.partner)
        try:
            await handle(self._log, stream, command, await self._act(job, f"gone {name}"))
        except NotFound:  # removed meanwhile
            return
        except Undecodable:  # theirs alone: the lane was read, and may be told to others
            self._unread.append(stream)

    async def _act(self, job: Job, name: str) -> Act:
        return Act(
            id=uuid5(NAMESPACE_OID, f"notify {name}"), actor=self._log.name, role="dispatcher",
            purpose="safeguarding", effective_at=await self._log.now(),
            correlation=job.waiting.correlation, causation=job.waiting.cause,
        )  # fmt: skip


def _lane(job: Job) -> Stream[Any, Any, Any]:
    return correspondence.stream(job.waiting.lane)


def _stop(outbox: Outbox, stream: str, case: UUID) -> None:
    log.error("unread", place="deliveries", case=str(case), stream=stream)
    outbox.stop(stream, case)


def _measure(outbox: Outbox | None, *, held: bool) -> None:
    """Tell what waits; where it is not known, that it is not, which is something else than 0."""
    WAITING.set(nan if outbox is None or held else len(outbox))
    HELD.set(held)
    STOPPED.set(0 if outbox is None else len(outbox.stopped))
