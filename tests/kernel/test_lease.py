"""Does one do the job, and somebody else if that one froze?"""

import asyncio
from time import monotonic

import asyncpg
import pytest

from shared import lease
from shared.lease import Loop, NotOwner, connect, leading
from shared.way import LOST
from tests.support.house import House

JOB = (8199, 1)


@pytest.fixture
def dsn(kernel_house: House) -> str:
    return kernel_house.told("kernel").database_url


async def test_one_leads_and_the_others_hear_that_they_do_not(dsn: str) -> None:
    async with leading(dsn, *JOB):
        with pytest.raises(NotOwner):
            await leading(dsn, *JOB).__aenter__()
        async with leading(dsn, JOB[0], 2):
            pass  # another job is another's


async def test_who_ends_makes_room_at_once(dsn: str) -> None:
    for _ in range(2):
        async with leading(dsn, *JOB):
            pass
    with pytest.raises(RuntimeError):
        async with leading(dsn, *JOB):
            raise RuntimeError
    async with leading(dsn, *JOB):
        pass


async def test_who_froze_loses_the_job_and_finds_out_at_the_next_statement(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "FROZEN_AFTER", "1s")
    async with leading(dsn, *JOB) as frozen:
        await asyncio.sleep(0.5)
        assert await frozen.fetchval("select 1") == 1  # who speaks keeps it
        await asyncio.sleep(0.7)
        with pytest.raises(NotOwner):
            await leading(dsn, *JOB).__aenter__()
        await asyncio.sleep(1)  # says nothing for too long
        async with leading(dsn, *JOB):
            with pytest.raises(LOST):
                await frozen.fetchval("select 1")


async def test_a_leader_whose_session_is_cut_has_lost_the_job(
    dsn: str, log_owner: asyncpg.Connection
) -> None:
    async with leading(dsn, *JOB) as cut:
        pid = await cut.fetchval("select pg_backend_pid()")
        await log_owner.fetchval("select pg_terminate_backend($1, 2000)", pid)
        async with leading(dsn, *JOB):
            with pytest.raises(LOST):
                await cut.fetchval("select 1")


async def test_a_leader_s_own_connection_is_told_the_timeout(dsn: str) -> None:
    connection = await connect(dsn)
    assert await connection.fetchval("show idle_session_timeout") == lease.FROZEN_AFTER
    await connection.close()


async def test_a_loop_survives_what_goes_wrong_and_works_on() -> None:
    met: list[str] = []

    async def work(loop: Loop) -> None:
        wrong: list[Exception] = [OSError(), ValueError(), NotOwner()]
        met.append("tried")
        if len(met) <= len(wrong):
            loop.wake()  # so that the test need not wait for the pause
            raise wrong[len(met) - 1]
        loop.stop()

    await asyncio.wait_for(Loop("some", work).run(), 10)
    assert len(met) == 4


async def test_a_loop_pauses_after_what_goes_wrong() -> None:
    times: list[float] = []

    async def work(loop: Loop) -> None:
        times.append(monotonic())
        if len(times) == 3:
            loop.stop()
        raise OSError

    await Loop("some", work).run()
    first, second = times[1] - times[0], times[2] - times[1]
    assert 0.15 < first < second


async def test_trouble_after_good_work_is_the_first_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "HEALTHY", 0.05)
    ends: list[float] = []
    begins: list[float] = []

    async def work(loop: Loop) -> None:
        begins.append(monotonic())
        if len(begins) == 4:
            return loop.stop()
        await asyncio.sleep(0.1)
        ends.append(monotonic())
        raise OSError

    await Loop("some", work).run()
    assert max(begins[3] - ends[2], begins[2] - ends[1]) < 0.35


async def test_a_loop_ends_after_the_batch_in_hand() -> None:
    done: list[int] = []

    async def work(loop: Loop) -> None:
        while not loop.stopping:
            await asyncio.sleep(0.05)
            done.append(1)
            await loop.rest(60)

    loop = Loop("some", work)
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(0.01)
    loop.stop()
    await asyncio.wait_for(running, 2)
    assert done == [1]


async def test_a_loop_at_rest_is_woken() -> None:
    loop = Loop("some", lambda _: asyncio.sleep(0))
    asyncio.get_running_loop().call_later(0.05, loop.wake)
    began = monotonic()
    await loop.rest(30)
    await loop.rest(0.05)  # woken once is woken once
    assert 0.08 < monotonic() - began < 5
