"""Is all that was acknowledged still there after PostgreSQL was killed, however often?"""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.local.supervisor import Supervisor
from shared.sealed import sections
from tests.support.house import House
from tests.support.patience import until
from tests.survival.conftest import owner_of
from tests.survival.ledger import codec
from tests.survival.office import Office, office
from tests.survival.oracle import holds, whole

ROUNDS = int(os.environ.get("SAFEGUARDING_SURVIVAL_ROUNDS", "20"))
"""200 by hand, before a release."""


@pytest.mark.slow
@pytest.mark.fault("PostgreSQL is killed (kill -9) under 32 writers in 4 processes", "I1 to I7")
@pytest.mark.timeout(120 + 30 * ROUNDS)
async def test_nothing_acknowledged_is_lost_when_the_database_is_killed_under_32_writers(
    own_house: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("rounds", ROUNDS)
    supervisor = Supervisor([], tmp_path / "log", server=own_house.server)
    await supervisor.start()
    try:
        async with office(own_house, tmp_path) as writers:
            for _ in range(ROUNDS):
                await _killed(own_house, writers)
            await writers.goes_on()
            await writers.ends()
            told = writers.told()
    finally:
        await supervisor.stop()
    async with owner_of(own_house, "intake") as db:
        holds(await whole(db), told)
        await _every_key_is_there(own_house, db)
    # Else it was no test: outcomes have to have been lost, and writers have to have met.
    assert sum(it.unknown > 0 for it in told) >= ROUNDS
    assert sum(it.conflicts > 0 for it in told) >= ROUNDS


async def _killed(house: House, writers: Office) -> None:
    await writers.goes_on()
    await asyncio.sleep(random.uniform(0, 0.4))  # noqa: S311 - no secret
    before = house.server.pid
    assert before
    os.kill(before, signal.SIGKILL)

    async def again() -> bool:
        return house.server.pid not in (None, before)

    await until(again)


async def _every_key_is_there(house: House, db: asyncpg.Connection) -> None:
    """See that no event outlived the key of its words."""
    rows = await db.fetch("select * from log.event where said is not null")
    used = {section.key for row in rows for section in sections(codec.read(row).fact)}
    async with owner_of(house, "vault") as vault:
        kept = {row["id"] for row in await vault.fetch("select id from vault.key")}
    assert used
    assert used <= kept
