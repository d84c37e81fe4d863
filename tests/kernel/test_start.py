"""Does a service refuse to start where what the log rests on is not kept?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from shared.lease import pool_of
from shared.log.codec import Codec
from shared.log.log import Log
from shared.log.start import Unfit, check
from shared.sealed import sections
from tests.kernel import a
from tests.support.house import House

BROKEN = {
    "alter role triage set synchronous_commit = off": "synchronous_commit is off",
    "alter role triage set synchronous_commit = local": "synchronous_commit is local",
    "alter role triage in database vault set synchronous_commit = off": (
        "the vault's synchronous_commit is off"
    ),
    "grant log_owner to triage": "the role may become the log's owner",
    "grant insert on log.event to triage": "the role may write the log's table",
    "grant update (said) on log.event to triage": "the role may write the log's table",
    "grant truncate on log.event to triage": "the role may write the log's table",
    "grant temporary on database triage to triage": (
        "the role may make temporary tables or schemas"
    ),
    "grant temporary on database triage to public": (
        "the role may make temporary tables or schemas"
    ),
    "grant create on database triage to triage": "the role may make temporary tables or schemas",
    "alter role triage superuser": "the role is a superuser",
}
MENDED = (
    "alter role triage reset synchronous_commit",
    "alter role triage in database vault reset synchronous_commit",
    "revoke log_owner from triage",
    "revoke all on log.event from triage",
    "grant select on log.event to triage",
    "revoke temporary, create on database triage from triage, public",
    "alter role triage nosuperuser",
)


@asynccontextmanager
async def a_log(house: House, dsn: str | None = None) -> AsyncIterator[Log]:
    """Give triage's log on connections of its own, as a starting process has them."""
    at = dsn or house.told("triage").database_url
    async with a.vault_of(house, "triage") as vault, await pool_of(at, 1) as pool:
        yield Log("triage", at, pool, vault, a.CODEC)


async def test_an_installation_as_provisioned_is_fit(shared_house: House) -> None:
    async with a_log(shared_house) as log:
        await check(log)


@pytest.mark.parametrize("deed", BROKEN)
async def test_one_promise_broken_is_named(
    shared_house: House, owner: asyncpg.Connection, deed: str
) -> None:
    await owner.execute(deed)
    try:
        async with a_log(shared_house) as log:
            with pytest.raises(Unfit) as unfit:
                await check(log)
    finally:
        for mended in MENDED:
            await owner.execute(mended)
    assert BROKEN[deed] in str(unfit.value)
    async with a_log(shared_house) as log:
        await check(log)


@pytest.mark.slow
@pytest.mark.parametrize("promise", ["fsync", "full_page_writes"])
async def test_a_server_that_may_forget_is_not_served(kernel_house: House, promise: str) -> None:
    house = kernel_house
    house.server.stop(within=60)
    try:
        with Postgres(house.server.home, settings={promise: "off"}):
            async with a_log(house) as log:
                with pytest.raises(
                    Unfit, match=f"^{promise} is off; the vault's {promise} is off$"
                ):
                    await check(log)
    finally:
        house.server.start()


async def test_a_vault_behind_the_log_is_noticed_and_what_is_missing_is_named(
    log: Log, vault_owner: Any
) -> None:
    stream, subject = a.thing.stream(uuid4()), uuid4()
    words = [a.Told(number=1, words=a.shut(subject=subject)), a.Told(number=2, words=a.shut())]
    await log.append(stream, words, a.act(), after=0)
    await check(log)
    (key, _) = (it.key for event in await log.history(stream) for it in sections(event.fact))

    lost = await vault_owner.fetchrow("delete from vault.key where id = $1 returning *", key)
    with pytest.raises(Unfit, match="the vault is behind the log") as unfit:
        await check(log)
    assert str(key) in str(unfit.value)

    columns = ", ".join(f"${at}" for at in range(1, len(lost) + 1))
    await vault_owner.execute(f"insert into vault.key values ({columns})", *lost)  # noqa: S608 - ours
    await check(log)


async def test_a_destroyed_key_does_not_stop_the_start(log: Log, vault_owner: Any) -> None:
    stream, subject = a.thing.stream(uuid4()), uuid4()
    await log.append(stream, [a.Told(number=1, words=a.shut(subject=subject))], a.act(), after=0)
    destroyed = "update vault.key set wrapped = null, destroyed_at = now() where subject = $1"
    assert await vault_owner.execute(destroyed, subject) == "UPDATE 1"
    await check(log)


async def test_an_older_build_starts_beside_facts_of_a_newer_one(log: Log) -> None:
    """Going back to the last release must stay possible: what it cannot read, it does not check."""
    await log.append(a.thing.stream(uuid4()), [a.Told(number=1)], a.act(), after=0)
    log.codec = Codec((a.Kept,), lambda _happened, _act: None)
    await check(log)
