"""Do many writers and a reader agree on one order?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from uuid import uuid4

import asyncpg
import pytest

from shared.log.handle import handle
from shared.log.log import Log, Receipt
from shared.refusals import Conflict, KeptMoving
from tests.kernel import a
from tests.support.house import House
from tests.support.story import SOMEBODY

WRITERS, STREAMS, EACH, PROCESSES = 16, 4, 10, 4


@pytest.fixture
async def logs(kernel_house: House) -> AsyncIterator[Sequence[Log]]:
    """Give the log as several processes have it: each appends by itself, group by group."""
    async with AsyncExitStack() as open_:
        opened = (a.log_of(kernel_house) for _ in range(PROCESSES))
        yield [await open_.enter_async_context(it) for it in opened]


async def count_on(log: Log, stream: a.Thing) -> Receipt:
    """Count on, however busy the stream is: the same act, sent again."""
    act = a.act()
    while True:
        try:
            return await handle(log, stream, a.CountOn(), act)
        except KeptMoving:
            continue


async def tail(log: Log, at: int, last: int) -> list[int]:
    """Follow the log from position `at` until so many facts are seen, as the relay does."""
    seen: list[int] = []
    while len(seen) < last:
        for row in await log.pool.fetch("select position from log.read($1, 7)", at):
            at = row["position"]
            seen.append(at)
        await asyncio.sleep(0.001)
    return seen


async def test_sixteen_writers_leave_no_gap_and_a_reader_sees_each_fact_once_in_order(
    log: Log, logs: Sequence[Log]
) -> None:
    streams = [a.thing.stream(uuid4()) for _ in range(STREAMS)]
    head, total = await log.head(), WRITERS * EACH

    async def write(number: int) -> list[Receipt]:
        busy = (streams[(number + at) % STREAMS] for at in range(EACH))
        return [await count_on(logs[number % PROCESSES], stream) for stream in busy]

    seen, *receipts = await asyncio.gather(tail(log, head, total), *map(write, range(WRITERS)))

    assert seen == list(range(head + 1, head + total + 1))
    told = [it for some in receipts for it in some]  # type: ignore[attr-defined]
    assert sorted(it.position for it in told) == seen
    for stream in streams:
        numbers = [it.fact.number for it in await log.history(stream)]
        assert numbers == list(range(1, total // STREAMS + 1))
        rows = await a.rows_of(log, stream)
        assert [row["version"] for row in rows] == [row["said"] for row in rows] == numbers
        assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    assert await a.first_bad(log.pool) is None


async def test_of_sixteen_at_the_same_version_one_wins_and_the_others_hear_it(
    log: Log, logs: Sequence[Log]
) -> None:
    stream = a.thing.stream(uuid4())
    tries = [
        logs[n % PROCESSES].append(stream, [a.Told(number=n)], a.act(), after=0)
        for n in range(WRITERS)
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert sorted(type(it).__name__ for it in answers) == ["Conflict"] * 15 + ["Receipt"]
    assert len(await log.history(stream)) == 1


async def test_what_was_rolled_back_leaves_no_gap(log: Log) -> None:
    await log.append(a.thing.stream(uuid4()), [a.Told(number=1)], a.act(), after=0)
    head = await log.head()
    async with log.pool.acquire() as db:
        undone = db.transaction()
        await undone.start()
        query = "select (log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)).position"
        at = await db.fetchval(
            query, [uuid4()], [None], [uuid4()], ["thing-undone"], [0], [1], ["kernel.told/1"],
            [True], [b"{}"], [SOMEBODY.effective_at],
        )  # fmt: skip
        assert at == head + 1
        await undone.rollback()
    receipt = await log.append(a.thing.stream(uuid4()), [a.Told(number=1)], a.act(), after=0)
    assert receipt.position == head + 1
    assert await a.first_bad(log.pool) is None


async def test_appends_go_on_beside_an_open_snapshot_which_does_not_see_them(log: Log) -> None:
    stream = a.thing.stream(uuid4())
    async with log.pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        head = await db.fetchval("select max(position) from log.event")
        for _ in range(20):
            await handle(log, stream, a.CountOn(), a.act())
        assert await db.fetchval("select max(position) from log.event") == head
        assert await log.head() == (head or 0) + 20
        assert [it.fact.number for it in await log.history(stream)] == list(range(1, 21))
    assert await a.first_bad(log.pool) is None


async def test_one_who_holds_the_lock_too_long_delays_others_and_harms_nobody(log: Log) -> None:
    stream = a.thing.stream(uuid4())
    async with log.pool.acquire() as db:
        async with db.transaction():
            await db.execute("select pg_advisory_xact_lock(8112, 1)")
            waiting = asyncio.create_task(handle(log, stream, a.CountOn(), a.act()))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        assert (await waiting).version == 1


async def test_a_caller_who_gives_up_waiting_can_ask_again(log: Log) -> None:
    stream, act = a.thing.stream(uuid4()), a.act()
    async with log.pool.acquire() as db, db.transaction():
        await db.execute("select pg_advisory_xact_lock(8112, 1)")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(handle(log, stream, a.CountOn(), act), 0.1)
    assert (await handle(log, stream, a.CountOn(), act)).version == 1
    assert [it.fact.number for it in await log.history(stream)] == [1]


async def test_an_answer_that_got_lost_is_had_again_and_the_act_is_done_once(
    log: Log, log_owner: asyncpg.Connection
) -> None:
    """The connection is cut while the append waits: nobody knows whether it went through."""
    stream, act = a.thing.stream(uuid4()), a.act()
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'kernel'"
    async with log_owner.transaction():
        await log_owner.execute("select pg_advisory_xact_lock(8112, 1)")
        waiting = asyncio.create_task(log.append(stream, [a.Told(number=1)], act, after=0))
        await asyncio.sleep(0.1)
        await log_owner.execute(cut + " and wait_event_type = 'Lock'")
    receipt = await waiting
    assert await log.append(stream, [a.Told(number=1)], act, after=0) == receipt
    assert len(await log.history(stream)) == 1
    with pytest.raises(Conflict):
        await log.append(stream, [a.Told(number=1)], a.act(), after=0)
