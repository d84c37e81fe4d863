"""Is every yes kept, once, when services or their database are killed under load?"""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.house import SERVICES, House
from tests.survival.callers import Partners, deciding
from tests.survival.oracle import agrees
from tests.survival.town import Town, town_in

KILLS = int(os.environ.get("SAFEGUARDING_SURVIVAL_KILLS", "2"))
"""Of each service; 50 by hand, before a release."""

PAUSE, DECISIONS = 0.06, 3
DICE = random.Random()  # noqa: S311 - no secret


@pytest.mark.slow
@pytest.mark.fault("services are killed (kill -9) under load", "I1 to I11")
@pytest.mark.timeout(240 + 30 * KILLS)
async def test_every_yes_counts_once_when_services_are_killed_under_load(
    own_house: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("rounds", KILLS * len(SERVICES))
    async with town_in(own_house, tmp_path) as town:
        partners = Partners(town, seed=11)
        async with deciding(town) as manager, asyncio.TaskGroup() as load:
            killing = load.create_task(_kill_services(town))
            while not killing.done() or len(manager.decided) < DECISIONS:
                await partners.send(10, PAUSE)
        await agrees(town, partners, manager)
        await _a_repeat_gets_the_first_answer(partners)
    assert partners.unknown >= KILLS  # else nobody noticed, and it was no test


async def _kill_services(town: Town) -> None:
    for _ in range(KILLS):
        for name in DICE.sample(SERVICES, k=len(SERVICES)):
            await asyncio.sleep(DICE.uniform(0.3, 1))
            before = town.process(name)
            town.kill(name)
            assert await before.wait() == -signal.SIGKILL
        for name in SERVICES:
            await town.ready(name)


@pytest.mark.slow
@pytest.mark.fault("PostgreSQL is killed (kill -9) under the services", "I1 to I11")
@pytest.mark.timeout(240 + 30 * KILLS)
async def test_services_heal_by_themselves_when_their_database_is_killed(
    own_house: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("rounds", KILLS)
    async with town_in(own_house, tmp_path) as town:
        await town.guard_server()
        processes = [town.process(name) for name in SERVICES]
        partners = Partners(town, seed=12)
        async with deciding(town) as manager, asyncio.TaskGroup() as load:
            killing = load.create_task(_kill_database(town))
            while not killing.done() or len(manager.decided) < DECISIONS:
                await partners.send(10, PAUSE)
        await agrees(town, partners, manager)
        await _a_repeat_gets_the_first_answer(partners)
        assert [town.process(name) for name in SERVICES] == processes  # nobody started them again
        await town.end("postgres")


async def _kill_database(town: Town) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(DICE.uniform(0.5, 2))
        before = town.house.server.pid
        assert before
        os.kill(before, signal.SIGKILL)
        await asyncio.sleep(0.5)
        for name in SERVICES:
            await town.ready(name)


async def _a_repeat_gets_the_first_answer(partners: Partners) -> None:
    for number in DICE.sample(range(partners.begun), k=10):
        first, again = partners.answers[number], await partners.again(number)
        assert again.status_code == httpx.codes.CREATED
        for header in ("ETag", "Location", "X-Log-Position"):
            assert again.headers[header] == first.headers[header]
        for member in ("id", "reference", "received_at", "expect_by", "checks"):
            assert again.json()[member] == first.json()[member]
