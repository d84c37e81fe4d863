"""What if relay, consumer or projector ends between two steps?"""

import asyncio
import random
from typing import Any

import pytest

from shared import failpoint
from tests.faults.chain import Chain
from tests.faults.crew import WINDOWS, Crew, strikes
from tests.faults.oracle import agrees
from tests.support.patience import until

ROUNDS, KILLS = 4, 6
DICE = random.Random()  # noqa: S311 - no secret


@pytest.mark.fault("the work ends, in process", "I1 to I5, I7 to I11")
@pytest.mark.parametrize("window", [it for windows in WINDOWS for it in windows])
async def test_what_ends_in_the_middle_is_taken_up_again_and_done_once(
    chain: Chain, window: str, record_property: Any
) -> None:
    async with chain.working():
        for _ in range(ROUNDS):
            writing = asyncio.create_task(chain.writes(8, 0.005))
            failpoint.armed = f"{window}:raise"
            await until(_struck)
            await writing
        await chain.settles()
    await agrees(chain)
    record_property("rounds", ROUNDS)


async def _struck() -> bool:
    return not failpoint.armed


@pytest.mark.slow
@pytest.mark.fault("the process ends, at once", "I1 to I5, I7 to I11")
async def test_a_process_that_ends_in_the_middle_is_followed_by_another(
    crew: Crew, record_property: Any
) -> None:
    for windows in WINDOWS:
        await strikes(crew, "exit", windows, lambda it: it.process.returncode == 70)
    async with crew.chain.working():
        await crew.chain.settles()
    await agrees(crew.chain)
    record_property("rounds", sum(map(len, WINDOWS)))


@pytest.mark.slow
@pytest.mark.fault("processes are killed at any moment (kill -9)", "I1 to I5, I7 to I11")
async def test_processes_killed_at_any_moment_harm_nothing(
    crew: Crew, record_property: Any
) -> None:
    await crew.begins("one")
    await crew.begins("two")
    for number in range(KILLS):
        name = ("one", "two")[number % 2]
        await crew.goes_on([name])
        await asyncio.sleep(DICE.uniform(0, 0.2))
        await crew.hands[name].kills()
        await crew.begins(name)
    await crew.goes_on(["one", "two"])
    for hand in crew.hands.values():
        await hand.ends()
    async with crew.chain.working():
        await crew.chain.settles()
    await agrees(crew.chain, crew.acts())
    record_property("rounds", KILLS)
