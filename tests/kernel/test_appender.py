"""Do many who append at once each get their own outcome, whatever happens on the way?"""

import asyncio
import random
from contextlib import closing
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared import way
from shared.log import appender
from shared.log.appender import Appender, Asked
from shared.log.log import Log, Receipt
from shared.refusals import Busy, Unavailable
from tests.kernel import a
from tests.support.house import House
from tests.support.patience import until

WRITERS = 32
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where usename = 'kernel' and query like '%log.append%' and state = 'active'"
)


async def test_what_waits_goes_in_one_commit(log: Log, log_owner: asyncpg.Connection) -> None:
    async with log_owner.transaction():
        await log_owner.execute("select pg_advisory_xact_lock(8112, 1)")
        tries = [asyncio.create_task(_append(log)) for _ in range(WRITERS)]
        await asyncio.sleep(0.3)
    receipts = await asyncio.gather(*tries)
    query = "select count(distinct xmin::text) from log.event where position = any ($1)"
    commits = await log_owner.fetchval(query, [it.position for it in receipts])
    assert commits <= 2  # one that waited for the lock, and all the others
    assert len({it.position for it in receipts}) == WRITERS
    assert await a.first_bad(log.pool) is None


async def test_of_many_some_cancelled_some_bad_and_some_replies_cut_each_gets_its_own(
    log: Log, log_owner: asyncpg.Connection
) -> None:
    dice, kept, refused = random.Random(5), list[tuple[Any, Receipt]](), 0  # noqa: S311 - a seed repeats
    asked = list[tuple[a.Thing, Any]]()

    async def write() -> None:
        nonlocal refused
        for _ in range(8):
            stream, bad, away = a.thing.stream(uuid4()), dice.random() < 0.05, dice.random() < 0.1
            act = a.act(fingerprint=b"short" if bad else a.ONE)
            asked.append((stream, act))
            task = asyncio.create_task(log.append(stream, [a.Told(number=1)], act, after=0))
            if away:
                await asyncio.sleep(dice.random() * 0.01)
                task.cancel()
            try:
                kept.append((act, await task))
            except asyncpg.CheckViolationError:
                refused += bad
            except asyncio.CancelledError:
                assert away

    async def cut() -> None:
        for _ in range(12):
            await asyncio.sleep(dice.random() * 0.05)
            await log_owner.execute(CUT)

    await asyncio.gather(cut(), *(write() for _ in range(WRITERS)))
    await log._appender.close()  # what callers left behind is appended all the same

    assert refused
    assert len(kept) > WRITERS
    for act, receipt in kept:
        (row,) = await log.pool.fetch("select * from log.event where command = $1", act.id)
        assert (row["stream"], row["version"], row["position"]) == (
            receipt.stream, receipt.version, receipt.position,
        )  # fmt: skip
    good = [(stream, act) for stream, act in asked if act.fingerprint == a.ONE]
    assert {len(await log.history(stream)) for stream, _ in good} == {1}
    assert await a.first_bad(log.pool) is None


async def test_who_was_cancelled_has_appended_all_the_same_and_learns_it_by_asking_again(
    log: Log, log_owner: asyncpg.Connection
) -> None:
    stream, act = a.thing.stream(uuid4()), a.act()
    async with log_owner.transaction():
        await log_owner.execute("select pg_advisory_xact_lock(8112, 1)")
        task = asyncio.create_task(log.append(stream, [a.Told(number=1)], act, after=0))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: _there(log, stream))
    receipt = await log.append(stream, [a.Told(number=1)], act, after=0)
    assert (receipt.version, len(await log.history(stream))) == (1, 1)


async def test_who_stops_waiting_for_a_read_takes_no_other_along(log: Log) -> None:
    head = await log.head()
    slow = asyncio.create_task(log._reads.ask("select pg_sleep(30)"))
    await asyncio.sleep(0.1)
    waits = asyncio.create_task(log.head())
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert await waits == head


async def test_a_read_whose_connection_broke_is_asked_again(
    log: Log, log_owner: asyncpg.Connection
) -> None:
    head = await log.head()
    (mine,) = await log._reads.ask("select pg_backend_pid() as pid")
    await log_owner.execute("select pg_terminate_backend($1)", mine["pid"])
    assert await log.head() == head


async def test_a_read_is_planned_by_index_however_small_the_log_was(kernel_house: House) -> None:
    """As appends are: a plan prepared on a small table kept its scan as the table grew."""
    with closing(way.Way(kernel_house.told("kernel").database_url)) as reads:
        ((said,),) = await reads.ask("show enable_seqscan")
    assert said == "off"


async def test_what_begins_is_taken_when_other_writes_are_turned_away(
    log: Log, log_owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appender, "ROOM", 8)
    monkeypatch.setattr(appender, "RESERVED", 4)
    receipt = await _append(log)
    busy = Appender("kernel", way.Way(log._reads.dsn, log.pool.expire_connections), lambda _: None)
    async with log_owner.transaction():
        await log_owner.execute("select pg_advisory_xact_lock(8112, 1)")
        waiting = [asyncio.create_task(busy.append(_asked(0)))]
        await asyncio.sleep(0.1)  # under way
        waiting += [asyncio.create_task(busy.append(_asked(0))) for _ in range(4)]
        await asyncio.sleep(0.1)
        with pytest.raises(Busy):
            await busy.append(_asked(1, receipt.stream))
        waiting += [asyncio.create_task(busy.append(_asked(0))) for _ in range(4)]
        await asyncio.sleep(0.1)
        with pytest.raises(Busy):
            await busy.append(_asked(0))
    assert [row["status"] for row in await asyncio.gather(*waiting)] == ["ok"] * 9
    await busy.close()


async def test_a_server_that_takes_no_writes_any_more_is_left_for_one_that_does(
    log: Log, log_owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _append(log)
    monkeypatch.setattr(way, "PATIENCE", 0.3)
    before = await log.pool.fetchval("select pg_backend_pid()")
    writing = await _writer(log_owner)
    await log_owner.execute("alter role kernel set default_transaction_read_only = on")
    try:
        await log_owner.execute("select pg_terminate_backend($1)", writing)
        with pytest.raises(Unavailable):
            await _append(log)
    finally:
        await log_owner.execute("alter role kernel reset default_transaction_read_only")
    assert (await _append(log)).version == 1
    assert await log.pool.fetchval("select pg_backend_pid()") != before


async def test_a_group_is_bounded_by_bytes(log: Log) -> None:
    large = "x" * 400_000
    tries = [
        log.append(a.thing.stream(uuid4()), [a.Kept(number=1), a.Told(number=1, padding=large)],
                   a.act(), after=0)
        for _ in range(6)
    ]  # fmt: skip
    receipts = await asyncio.gather(*tries)
    query = "select count(distinct xmin::text) from log.event where position = any ($1)"
    commits = await log.pool.fetchval(query, [it.position for it in receipts])
    assert commits >= 3  # two at most fit in a mebibyte


async def _append(log: Log) -> Receipt:
    return await log.append(a.thing.stream(uuid4()), [a.Told(number=1)], a.act(), after=0)


async def _there(log: Log, stream: a.Thing) -> bool:
    return bool(await log.history(stream))


async def _writer(owner: asyncpg.Connection) -> int:
    query = (
        "select pid from pg_stat_activity where usename = 'kernel' and query like '%log.append%'"
    )
    found: int = await owner.fetchval(query)
    return found


def _asked(after: int, stream: str | None = None) -> Asked:
    act, case = a.act(), uuid4()
    return Asked(
        command=act.id, fingerprint=None, case=case, stream=stream or f"thing-{case}",
        after=after, effective_at=act.effective_at, facts=[a.CODEC.row(a.Told(number=1), act)],
    )  # fmt: skip
