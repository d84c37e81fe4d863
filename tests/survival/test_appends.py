"""Do appends go on side by side, and beside somebody who reads for hours?"""

import statistics
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import asyncpg
import pytest

from shared.lease import pool_of
from tests.support.house import House
from tests.survival.conftest import owner_of
from tests.survival.office import PROCESSES, office
from tests.survival.oracle import holds, whole

ACTS = 30
BESIDE, BATCH, ROUNDS, EACH = 20_000, 500, 7, 60
MANY = """
with many as (select u, 'ledger-' || u as stream from unnest($1::uuid[]) u),
  whole as (select array_agg(u) as cases, array_agg(stream) as streams from many),
  alike as (select array_fill(null::bytea, n) as none, array_fill(0, n) as nil,
    array_fill(1, n) as one, array_fill('survival.kept-quiet/1'::text, n) as types,
    array_fill(true, n) as public, array_fill('{}'::bytea, n) as bodies,
    array_fill(now(), n) as at from (select array[$2::int] as n) as dimension)
select count(*) from whole, alike,
  log.append(cases, none, cases, streams, nil, one, types, public, bodies, at)
where status = 'ok'
"""


@pytest.mark.slow
@pytest.mark.fault("32 writers in 4 processes meet on the same streams", "I1 to I7")
async def test_several_processes_append_at_once_and_of_two_on_one_version_one_is_told_no(
    own_house: House, tmp_path: Path
) -> None:
    async with office(own_house, tmp_path, acts=ACTS) as writers:
        await writers.ended()
        told = writers.told()
    assert len(told) == PROCESSES * 8 * ACTS
    assert sum(it.conflicts for it in told) > 0
    async with owner_of(own_house, "intake") as db:
        holds(await whole(db), told)


@pytest.mark.slow
@pytest.mark.fault("a snapshot stays open beside 20,000 appends", "I3 to I5")
async def test_appends_beside_an_open_snapshot_go_on_as_before(own_house: House) -> None:
    dsn = own_house.settings["intake"]["SAFEGUARDING_DATABASE_URL"]
    async with owner_of(own_house, "intake") as reading, await pool_of(dsn, 1) as pool:
        await _append(pool, BATCH)
        snapshot = reading.transaction(isolation="repeatable_read", readonly=True)
        await snapshot.start()
        before = await reading.fetchval("select count(*) from log.event")
        for _ in range(BESIDE // BATCH):
            await _append(pool, BATCH)
        beside = await _singles(pool)
        assert await reading.fetchval("select count(*) from log.event") == before == BATCH
        await snapshot.rollback()
        alone = await _singles(pool)
        assert len(await whole(reading)) == BATCH + BESIDE + 2 * ROUNDS * EACH
    # Rows updated on every append would have bloated by now, and cost four fifths of the rate.
    assert statistics.median(beside) < 2 * statistics.median(alone)


async def _append(pool: asyncpg.Pool, many: int) -> None:
    assert await pool.fetchval(MANY, [uuid4() for _ in range(many)], many) == many


async def _singles(pool: asyncpg.Pool) -> Sequence[float]:
    """Give the seconds that some appends took, round by round."""
    rounds = []
    for _ in range(ROUNDS):
        began = perf_counter()
        for _ in range(EACH):
            await _append(pool, 1)
        rounds.append(perf_counter() - began)
    return rounds
