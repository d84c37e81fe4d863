"""Does a relay notice that its log was put back to an earlier day?"""

from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.support.house import House
from tests.support.patience import until
from tests.survival.callers import Partners
from tests.survival.conftest import let_in, owner_of
from tests.survival.oracle import facts, settled
from tests.survival.town import Town, town_in


@pytest.mark.slow
@pytest.mark.fault("the log of a service at work is restored", "I3 to I5, I10")
async def test_a_restored_log_is_noticed_by_the_relay_and_posting_goes_on(
    own_house: House, tmp_path: Path
) -> None:
    async with (
        town_in(own_house, tmp_path, "triage") as town,
        owner_of(own_house, "postgres") as db,
    ):
        await town.begin("intake")
        partners = Partners(town, seed=15)
        await partners.send(5, 0.02)
        await settled(town)
        await town.end("intake")
        await db.execute("create database backup template intake")
        await town.begin("intake")
        await partners.send(5, 0.02)
        await settled(town)
        assert not list(_forked(town))
        known = await _concerns(own_house)
        await town.end("intake")
        await _restore(db)
        await town.begin("intake")
        await until(lambda: _noticed(town, 1))
        await partners.send(5, 0.02)  # these get the positions of those that are lost
        await until(lambda: _noticed(town, 3))
        assert all(
            answer.status_code == httpx.codes.CREATED for answer in partners.answers.values()
        )
        await town.ready("intake")
        assert await _concerns(own_house) == known  # nothing was told of a history that forked
        async with owner_of(own_house, "intake") as log:
            assert await log.fetch("select * from log.verify()") == []
            assert len(await facts(log, "intake.referral-received/1")) == 10


def _forked(town: Town) -> list[str]:
    lines = [line for line in town.lines("intake") if line.get("error") == "Forked"]
    return [line["place"] for line in lines if line["level"] == "error"]


async def _noticed(town: Town, times: int) -> bool:
    places = _forked(town)
    assert all("relay" in place for place in places)
    return len(places) >= times


async def _concerns(house: House) -> int:
    async with owner_of(house, "triage") as db:
        return len(await facts(db, "triage.concern-recognised/1"))


async def _restore(db: asyncpg.Connection) -> None:
    """Put the backup in place of intake's database, as whoever restores it would."""
    await db.execute("drop database intake")
    await db.execute("alter database backup rename to intake")
    await let_in(db, "intake")
