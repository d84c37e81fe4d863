"""Does a town live through misfortunes that a seed chooses?"""

import os
from itertools import islice
from pathlib import Path

import pytest

from tests.support.house import House
from tests.survival.faults import WHOM, faults
from tests.survival.soak import Soak, Wanted

ROUNDS = 2


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif("CI" in os.environ, reason="it takes minutes: ./run test runs it, CI does not")
async def test_a_town_lives_through_a_few_rounds_of_random_kills_and_freezes(
    own_house: House, tmp_path: Path
) -> None:
    lines: list[str] = []
    going = Soak(Wanted(seed=4, rounds=ROUNDS), lines.append)
    await going.lives(own_house, tmp_path)
    assert going.violation == ""
    assert going.rounds == len(lines) == ROUNDS
    assert sum(going.struck.values()) >= ROUNDS
    assert all(going.figures.values())  # with no answer lost nobody noticed: it was no test
    assert not going.goes_on
    assert f"{'rounds':<30}{ROUNDS:>8}" in going.table()


def test_the_same_seed_brings_the_same_misfortunes_and_another_one_others() -> None:
    one, again, other = (list(islice(faults(seed), 200)) for seed in (7, 7, 8))
    assert one == again
    assert one != other
    assert {name for it in one for name in it.whom} == set(WHOM)
    assert {name for it in islice(faults(7, 3), 200) for name in it.whom} > {"broker-0", "broker-2"}
    assert {it.kind for it in one} == {"kill", "freeze"}
    assert max(it.lasts for it in one) > 10  # longer than the server waits for anybody
