"""What if the clock steps?"""

import random
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest

from tests.faults.chain import Site, chain_in
from tests.faults.oracle import agrees, whole_log
from tests.support.house import House

STEPPED = "log.clock-stepped/1"
SIMULATED = """
alter table log.epoch disable trigger immutable;
update log.epoch set clock = 'simulated';
alter table log.epoch enable always trigger immutable;
insert into log.simulated values (true, now());
"""
STEPS = [timedelta(hours=1), timedelta(minutes=2), timedelta(days=3653), timedelta(seconds=1)]
DICE = random.Random()  # noqa: S311 - no secret


@pytest.mark.fault("the clock steps 2 min, 1 h and 10 years, and back", "I16, I3 to I5, I8 to I11")
async def test_a_log_knows_when_it_came_to_know_however_the_clock_steps(
    empty_site: Site, chain_databases: House, record_property: Any
) -> None:
    steps = [sign * step for step in STEPS for sign in (1, -1)] * 2
    DICE.shuffle(steps)
    owner = await asyncpg.connect(chain_databases.owner("chain_source"))
    try:
        await owner.execute(SIMULATED)
        async with chain_in(empty_site) as chain, chain.working():
            for step in steps:
                await chain.writes(5)
                await owner.execute("update log.simulated set now = now + $1::interval", step)
            await chain.writes(5)
            await chain.settles()
            await agrees(chain)
            await whole_log(chain.source)
        rows = await owner.fetch("select type, recorded_at from log.event order by position")
    finally:
        await owner.close()
    assert _rises([(row["type"], row["recorded_at"]) for row in rows])
    assert STEPPED in {row["type"] for row in rows}
    record_property("rounds", len(steps))


def _rises(rows: list[tuple[str, datetime]]) -> bool:
    """Say whether time falls only where it is said to."""
    return all(
        after >= before or (kind == STEPPED and after < before - timedelta(minutes=5))
        for (_, before), (kind, after) in pairwise(rows)
    )


def test_time_that_falls_unsaid_would_be_noticed() -> None:
    now = datetime.fromisoformat("2026-11-02T09:00:00Z")
    before = now - timedelta(seconds=1)
    assert not _rises([("a", now), ("b", before)])
    assert _rises([("a", now), ("b", now), (STEPPED, now - timedelta(hours=1))])
