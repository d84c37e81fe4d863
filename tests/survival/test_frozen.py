"""What happens when a process freezes for longer than the database waits for it?"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.local.leash import leash
from deploy.local.places import ROOT
from tests.support.house import House
from tests.support.patience import until
from tests.survival.callers import Partners
from tests.survival.conftest import owner_of
from tests.survival.jobs import owners
from tests.survival.oracle import agrees, facts
from tests.survival.town import ACTORS, Town, town_in

TAKEN_OVER = 15.0
"""Seconds within which somebody else has the jobs of an instance that froze."""
FREEZES = """
import asyncio, os, signal, sys
from shared import lease
lease.FROZEN_AFTER = "1s"
async def main():
    async with lease.leading(sys.argv[1], 8113, 77) as db, db.transaction():
        await db.execute("update work.relay set position = position")
        os.kill(os.getpid(), signal.SIGSTOP)
asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.fault("one of two instances of a service freezes, and thaws", "I7 to I11")
async def test_a_second_instance_takes_over_from_a_frozen_one_which_then_does_no_harm(
    own_house: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with town_in(own_house, tmp_path, *ACTORS) as town, owner_of(own_house, "triage") as db:
        await town.begin("triage-2")
        partners, jobs = Partners(town, seed=14), await owners(town, db)
        assert len(jobs) >= 4
        assert set(jobs.values()) == {"triage"}
        await partners.send(20, 0.05)
        async with asyncio.TaskGroup() as load:
            load.create_task(partners.send(85, 0.15))
            took = await _taken_over_while_frozen(town, db, dict.fromkeys(jobs, "triage-2"))
        record_property("taken over in", round(took, 1))
        await town.ready("triage")
        await agrees(town, partners)
        assert set((await owners(town, db)).values()) == {"triage-2"}
        assert "lost" in {line["event"] for line in town.lines("triage")}
        # It is still of use: when the other ends, it takes over in its turn.
        await town.end("triage-2")
        await partners.send(5, 0.05)
        await agrees(town, partners)
        assert await owners(town, db) == jobs


async def _taken_over_while_frozen(
    town: Town, db: asyncpg.Connection, expected: Mapping[str, str]
) -> float:
    began = time.monotonic()
    town.kill("triage", signal.SIGSTOP)

    async def taken_over() -> bool:
        return await owners(town, db) == expected

    await until(taken_over, TAKEN_OVER)
    took = time.monotonic() - began
    before = len(await facts(db, "triage.concern-recognised/1"))

    async def goes_on() -> bool:
        return len(await facts(db, "triage.concern-recognised/1")) > before

    await until(goes_on, 10)
    town.kill("triage", signal.SIGCONT)
    return took


@pytest.mark.slow
@pytest.mark.fault("an owner freezes within a transaction", "I9, I11")
async def test_who_freezes_within_a_transaction_loses_the_job_all_the_same(
    own_house: House,
) -> None:
    words = (
        sys.executable,
        "-c",
        FREEZES,
        own_house.settings["triage"]["SAFEGUARDING_DATABASE_URL"],
    )
    frozen = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, preexec_fn=leash(signal.SIGKILL)
    )
    try:
        async with owner_of(own_house, "triage") as db:
            held = "select count(*) from pg_locks where locktype = 'advisory' and objid = 77"

            async def holds() -> bool:
                stopped = psutil.Process(frozen.pid).status() == psutil.STATUS_STOPPED
                return stopped and await db.fetchval(held) == 1

            async def let_go() -> bool:
                return bool(await db.fetchval(held) == 0)

            await until(holds)
            await until(let_go, 5)
    finally:
        os.kill(frozen.pid, signal.SIGKILL)
        await frozen.wait()
