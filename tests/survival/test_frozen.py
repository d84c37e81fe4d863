"""What happens when a process freezes for longer than the database waits for it?"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
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
from tests.survival.oracle import agrees, facts
from tests.survival.town import Town, town_in

FROZEN_AFTER = 10.0
JOBS = """
select l.classid || ' ' || l.objid as job, a.client_port as port
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and a.datname = 'triage'
and l.classid in (8113, 8114)
"""
"""Who relays, hears and folds for triage, by the port of its connection."""

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
async def test_a_second_instance_takes_over_from_a_frozen_one_which_then_does_no_harm(
    own_house: House, tmp_path: Path
) -> None:
    async with town_in(own_house, tmp_path) as town, owner_of(own_house, "triage") as db:
        await town.begin("triage-2")
        partners, jobs = Partners(town, seed=14), await _owners(town, db)
        assert len(jobs) >= 4
        assert set(jobs.values()) == {"triage"}
        await partners.send(20, 0.05)
        async with asyncio.TaskGroup() as load:
            load.create_task(partners.send(85, 0.15))
            await _taken_over_while_frozen(town, db, dict.fromkeys(jobs, "triage-2"))
        await town.ready("triage")
        await agrees(town, partners)
        assert set((await _owners(town, db)).values()) == {"triage-2"}
        assert "lost" in {line["event"] for line in town.lines("triage")}
        # It is still of use: when the other ends, it takes over in its turn.
        await town.end("triage-2")
        await partners.send(5, 0.05)
        await agrees(town, partners)
        assert await _owners(town, db) == jobs


async def _taken_over_while_frozen(
    town: Town, db: asyncpg.Connection, expected: Mapping[str, str]
) -> None:
    town.kill("triage", signal.SIGSTOP)

    async def taken_over() -> bool:
        return await _owners(town, db) == expected

    await until(taken_over, FROZEN_AFTER + 10)
    before = len(await facts(db, "triage.concern-recognised/1"))

    async def goes_on() -> bool:
        return len(await facts(db, "triage.concern-recognised/1")) > before

    await until(goes_on, 10)
    town.kill("triage", signal.SIGCONT)


async def _owners(town: Town, db: asyncpg.Connection) -> Mapping[str, str]:
    """Give the instance that does each job."""
    ports: dict[int, str] = {}
    for name in town.urls.keys() & town.supervisors.keys():
        for found in psutil.Process(town.process(name).pid).net_connections("tcp"):
            ports[found.laddr.port] = name
    return {row["job"]: ports.get(row["port"], "nobody") for row in await db.fetch(JOBS)}


@pytest.mark.slow
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
