"""What if the vault is put back to an earlier day than its logs?"""

import asyncpg
import httpx
import pytest

from shared.log.start import Unfit
from tests.support.house import Home, House, at_home, key
from tests.survival.conftest import let_in, owner_of


@pytest.mark.slow
@pytest.mark.fault("the vault is behind its logs", "start refused")
async def test_a_service_does_not_start_on_a_vault_that_lacks_its_keys(own_house: House) -> None:
    async with owner_of(own_house, "postgres") as db:
        async with at_home(own_house, "intake") as home:
            await _post(home)
        await db.execute("create database vault_before template vault")
        async with at_home(own_house, "intake") as home:
            await _post(home)
            await _post(home)
        lost = await _keys(own_house, "vault") - await _keys(own_house, "vault_before")
        await _swapped(db, "vault_now", "vault_before")
        with pytest.raises(Unfit, match="the vault is behind the log") as unfit:
            await at_home(own_house, "intake").__aenter__()
        assert lost
        assert all(str(it) in str(unfit.value) for it in lost)
        await _swapped(db, "vault_before", "vault_now")
        async with at_home(own_house, "intake") as home:
            await _post(home)


async def _post(home: Home) -> None:
    async with home.client("rosewood-house", "referrals.write") as partner:
        body = {"what_happened": "She said that the door is locked at night."}
        answer = await partner.post("/v1/referrals", json=body, headers=key())
        assert answer.status_code == httpx.codes.CREATED, answer.text


async def _keys(house: House, database: str) -> set[object]:
    async with owner_of(house, database) as db:
        return {row["id"] for row in await db.fetch("select id from vault.key")}


async def _swapped(db: asyncpg.Connection, aside: str, instead: str) -> None:
    await db.execute(f"alter database vault rename to {aside}")
    await db.execute(f"alter database {instead} rename to vault")
    await let_in(db, "vault")
