"""Can what was recorded be changed, and would anybody notice?"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from struct import pack
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.log.log import Log
from tests.kernel import a
from tests.support.house import House

FORBIDDEN = {
    "add a row by hand": "insert into log.event select * from log.event limit 1",
    "change a row": "update log.event set said = 1",
    "delete a row": "delete from log.event",
    "empty the table": "truncate log.event",
    "add a column": "alter table log.event add column extra int",
    "turn off the trigger": "alter table log.event disable trigger immutable",
    "drop the table": "drop table log.event",
    "replace a function": "create or replace function log.now() returns timestamptz language sql"
    " as 'select clock_timestamp()'",
    "plant a table": "create temporary table event (position bigint)",
    "plant a schema": "create schema mine",
    "plant a table in the log's schema": "create table log.mine (x int)",
    "become the owner": "set role log_owner",
    "become a superuser": "set role postgres",
    "silence triggers": "set session_replication_role = replica",
    "change the clock": "update log.simulated set now = now()",
    "begin an epoch": "insert into log.epoch values (2, 0, 'real')",
}
CHANGES = {
    "case_id": "gen_random_uuid()",
    "stream": "stream || '-x'",
    "version": "version + 1000",
    "said": "coalesce(said, 0) + 1000",
    "command": "gen_random_uuid()",
    "ordinal": "ordinal + 100",
    "fingerprint": "sha256('x')",
    "type": "'kernel.other/1'",
    "body": "set_byte(body, 20, get_byte(body, 20) # 1)",
    "effective_at": "effective_at + interval '1 microsecond'",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "hash": "set_byte(hash, 0, get_byte(hash, 0) # 1)",
}


@pytest.fixture
async def position(log: Log) -> int:
    """Give the position of a fact with others before and behind it."""
    stream, after = a.thing.stream(uuid4()), 0
    for facts in ([a.Told(number=1)], [a.Kept(number=2), a.Told(number=3)], [a.Told(number=4)]):
        await log.append(stream, facts, a.act(), after=after)
        after += len(facts)
    return await log.head() - 2


@asynccontextmanager
async def trying(owner: Any) -> AsyncIterator[None]:
    """Let a superuser do something that is undone again."""
    attempt = owner.transaction()
    await attempt.start()
    try:
        yield
    finally:
        await attempt.rollback()


@pytest.mark.parametrize("deed", FORBIDDEN)
async def test_a_service_can_only_append(log: Log, deed: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await log.pool.execute(FORBIDDEN[deed])


@pytest.mark.parametrize("table", ["event", "epoch"])
@pytest.mark.parametrize("who", ["log_owner", "postgres"])
@pytest.mark.parametrize("mode", ["origin", "replica", "local"])
async def test_owner_and_superuser_meet_the_trigger(
    log_owner: Any, position: int, table: str, who: str, mode: str
) -> None:
    assert position
    column = {"event": "said", "epoch": "starts_after"}[table]
    for deed in (
        f"update log.{table} set {column} = 1",  # noqa: S608 - our own names
        f"delete from log.{table}",  # noqa: S608 - our own names
        f"truncate log.{table}",
    ):
        async with trying(log_owner):
            await log_owner.execute(f"set local session_replication_role = {mode}")
            await log_owner.execute(f"set local role {who}")
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await log_owner.execute(deed)


def test_every_column_is_tried() -> None:
    assert set(CHANGES) == set(a.COLUMNS) - {"position"}


@pytest.mark.parametrize("column", CHANGES)
async def test_one_column_changed_behind_our_back_is_named(
    log: Log, log_owner: Any, position: int, column: str
) -> None:
    assert await a.first_bad(log.pool) is None
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        new = CHANGES[column]
        changed = f"update log.event set {column} = {new} where position = $1"  # noqa: S608 - ours
        assert await log_owner.execute(changed, position) == "UPDATE 1"
        assert await a.first_bad(log_owner) == (position, "changed")
        assert await recomputed(log_owner) == position
    assert await a.first_bad(log.pool) is None


async def test_a_row_taken_out_is_named(log: Log, log_owner: Any, position: int) -> None:
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        await log_owner.execute("delete from log.event where position = $1", position)
        assert await a.first_bad(log_owner) == (position, "missing")
        assert await recomputed(log_owner) == position
    assert await a.first_bad(log.pool) is None


async def test_a_row_moved_elsewhere_is_named(log: Log, log_owner: Any, position: int) -> None:
    assert await a.first_bad(log.pool) is None
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        moved = "update log.event set position = position + 1000000 where position = $1"
        await log_owner.execute(moved, position)
        assert await a.first_bad(log_owner) == (position, "missing")


async def test_of_several_bad_rows_the_first_is_named(
    log: Log, log_owner: Any, position: int
) -> None:
    assert await a.first_bad(log.pool) is None
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        changed = "update log.event set body = body || ' ' where position in ($1, $2)"
        await log_owner.execute(changed, position + 1, position)
        assert await a.first_bad(log_owner) == (position, "changed")


async def test_a_part_of_the_log_can_be_checked(log: Log, log_owner: Any, position: int) -> None:
    assert await a.first_bad(log.pool) is None
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        changed = "update log.event set body = body || ' ' where position = $1"
        await log_owner.execute(changed, position)
        assert await a.first_bad(log_owner, after=position - 1) == (position, "changed")
        assert await a.first_bad(log_owner, after=position) is None


async def test_a_tail_cut_off_is_not_seen_by_the_chain_alone(
    log: Log, log_owner: Any, position: int
) -> None:
    """What it says of itself is sound: only the topic, which was told more, can witness it."""
    assert await a.first_bad(log.pool) is None
    async with trying(log_owner):
        await log_owner.execute("alter table log.event disable trigger immutable")
        await log_owner.execute("delete from log.event where position >= $1", position)
        assert await a.first_bad(log_owner) is None


async def test_anybody_can_recompute_the_chain(log: Log, log_owner: Any, position: int) -> None:
    assert position
    assert await a.first_bad(log.pool) is None
    assert await recomputed(log_owner) is None


async def test_people_can_read_bodies_as_text(log: Log, position: int) -> None:
    query = "select text -> 'fact' ->> 'number' from log.readable where position = $1"
    assert await log.pool.fetchval(query, position) == "2"


async def test_a_service_may_not_enter_the_log_of_another(kernel_house: House) -> None:
    elsewhere = kernel_house.told("intake").database_url.removesuffix("/intake") + "/triage"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(elsewhere)


async def recomputed(db: Any) -> int | None:
    """Give the first position at which the chain, computed here, is not the one recorded."""
    before = bytes(32)
    for due, row in enumerate(await db.fetch("select * from log.event order by position"), 1):
        if row["position"] != due or row["hash"] != linked(before, row):
            return due
        before = row["hash"]
    return None


def linked(before: bytes, row: Mapping[str, Any]) -> bytes:
    """Give the hash of a row: over the hash before it, and every column."""
    variable = (
        row["stream"].encode(),
        row["type"].encode(),
        row["fingerprint"] or b"",
        row["body"],
    )
    return sha256(
        before
        + pack(">q", row["position"])
        + row["case_id"].bytes
        + pack(">ii", row["version"], row["said"] or 0)
        + row["command"].bytes
        + pack(">h", row["ordinal"])
        + pack(">qq", a.microseconds(row["effective_at"]), a.microseconds(row["recorded_at"]))
        + b"".join(sha256(part).digest() for part in variable)
    ).digest()
