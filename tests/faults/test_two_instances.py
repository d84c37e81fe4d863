"""How soon does the second instance of a service do the jobs of one that was killed?"""

import asyncio
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.house import House
from tests.support.patience import until
from tests.survival.callers import Partners
from tests.survival.conftest import owner_of
from tests.survival.jobs import owners
from tests.survival.oracle import agrees
from tests.survival.town import ACTORS, Town, town_in

KILLS, TAKEN_OVER = 2, 5.0


@pytest.mark.slow
@pytest.mark.fault("one of two instances of a service is killed (kill -9)", "I1, I7 to I11")
async def test_the_second_instance_has_the_jobs_of_a_killed_one_within_seconds(
    own_house: House, tmp_path: Path, record_property: Any
) -> None:
    async with town_in(own_house, tmp_path, *ACTORS) as town, owner_of(own_house, "triage") as db:
        await town.begin("triage-2")
        partners, took, last, next_one = Partners(town, seed=21), [], "triage", "triage-2"
        jobs = await owners(town, db)
        async with asyncio.TaskGroup() as load:
            writing = load.create_task(partners.send(100, 0.06))
            for _ in range(KILLS):
                took.append(await _taken_over(town, db, len(jobs), (last, next_one)))
                last, next_one = next_one, last
                await town.ready(next_one)
            await writing
        await agrees(town, partners)
    record_property("rounds", KILLS)
    record_property("taken over in", round(max(took), 1))


async def _taken_over(
    town: Town, db: asyncpg.Connection, jobs: int, names: tuple[str, str]
) -> float:
    """Kill the first; give the seconds until the second does all jobs."""

    async def has_all() -> bool:
        found = await owners(town, db)
        return len(found) == jobs and set(found.values()) == {names[1]}

    began = time.monotonic()
    town.kill(names[0])
    await until(has_all, TAKEN_OVER)
    return time.monotonic() - began
