"""May this process serve this log?

Durability and grants are promises of the database; a service that cannot see them kept does not
start.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from shared.log.codec import Undecodable
from shared.log.log import Log
from shared.sealed import sections

PROMISES = {
    "fsync": ("on",), "full_page_writes": ("on",), "server_encoding": ("UTF8",),
    "synchronous_commit": ("on", "remote_apply"),
}  # fmt: skip
GRANTS = {
    "the role is a superuser": "select rolsuper from pg_roles where rolname = current_user",
    "the role may become the log's owner": "select pg_has_role('log_owner', 'member')",
    "the role may write the log's table": (
        "select has_any_column_privilege('log.event', 'insert, update')"
        " or has_table_privilege('log.event', 'delete, truncate, trigger')"
    ),
    "the role may make temporary tables or schemas": (
        "select has_database_privilege(current_database(), 'temporary, create')"
    ),
}


class Unfit(Exception):
    """A promise that the log rests on is not kept, so the service does not start."""


async def check(log: Log) -> None:
    """See that the log's promises are kept.

    Raises:
        Unfit: one is not; its text says which.
    """
    async with log.pool.acquire() as connection:
        broken = await _settings(connection.fetchval)
        broken += [f"the vault's {why}" for why in await _settings(log.vault.ping)]
        broken += [why for why, asked in GRANTS.items() if await connection.fetchval(asked)]
    if broken := broken + await _vault_behind(log):
        raise Unfit("; ".join(broken))


async def _settings(ask: Callable[[str], Awaitable[object]]) -> list[str]:
    found = {name: await ask(f"show {name}") for name in PROMISES}
    return [f"{name} is {value}" for name, value in found.items() if value not in PROMISES[name]]


async def _vault_behind(log: Log) -> list[str]:
    # A vault that was restored to an earlier day lacks the keys of the newest events.
    query = "select * from log.event order by position desc limit 1000"
    used = {key for row in await log.pool.fetch(query) for key in _keys(log, row)}
    missing = await log.vault.missing(sorted(used))
    named = ", ".join(str(key) for key in missing[:20])
    many = f"{len(missing)} keys are missing: {named}"
    return [f"the vault is behind the log: {many}"] if missing else []


def _keys(log: Log, row: asyncpg.Record) -> set[UUID]:
    try:
        return {section.key for section in sections(log.codec.read(row).fact)}
    except Undecodable:  # a newer build's: going back to this one must stay possible
        return set()
