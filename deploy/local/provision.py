"""What does each service find when it starts: databases, roles, keys, settings?"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import asyncpg

from deploy.local.issuer import Issuer
from deploy.local.places import once, remember, remembered
from deploy.local.postgres import Postgres
from deploy.migrations import migrate

Clock = Literal["real", "simulated"]
SHARED: tuple[Literal["bus", "vault"], ...] = ("bus", "vault")


def issuer(data: Path) -> Issuer:
    """Give the development issuer of this data folder."""
    return Issuer(data / "issuer")


def provision(
    server: Postgres, data: Path, services: Sequence[str], *, clock: Clock = "real"
) -> dict[str, dict[str, str]]:
    """Make what is missing and give each service its settings. Runs no matter how often."""
    passwords = _passwords(data / "secrets.json", services)
    asyncio.run(_prepare(server, passwords))
    for service in services:
        migrate(server.dsn(service), "service", [service], clock=clock)
    for shared in SHARED:
        migrate(server.dsn(shared), shared, list(services), clock=clock)
    return {name: _settings(server, data, name, passwords[name]) for name in services}


def _passwords(file: Path, services: Sequence[str]) -> dict[str, str]:
    known = remembered(file)
    passwords = {name: known.get(name) or secrets.token_urlsafe(24) for name in services}
    if passwords.items() - known.items():
        remember(file, known | passwords)
    return passwords


async def _prepare(server: Postgres, passwords: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        for name, password in passwords.items():
            await _role(connection, name, password)
        for service in passwords:
            await _database(connection, service, [service])
        for shared in SHARED:
            await _database(connection, shared, list(passwords))
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection, name: str, password: str) -> None:
    """Make a login role that owns nothing and may make nothing."""
    known = await connection.fetchval("select 1 from pg_roles where rolname = $1", name)
    # Names are folders of the tree and passwords our own: neither holds a quote.
    await connection.execute(
        f'{"alter" if known else "create"} role "{name}" login nosuperuser nocreatedb '
        f"nocreaterole password '{password}'"
    )


async def _database(connection: asyncpg.Connection, name: str, roles: Sequence[str]) -> None:
    """Make a database that nobody but `roles` may enter, temporary tables included."""
    if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
        await connection.execute(f'create database "{name}"')
    await connection.execute(f'revoke all on database "{name}" from public')
    for role in roles:
        await connection.execute(f'grant connect on database "{name}" to "{role}"')


def _settings(server: Postgres, data: Path, service: str, password: str) -> dict[str, str]:
    signer = issuer(data)
    key = data / "keys" / "key-encryption.key"
    once(key)

    def url(database: str) -> str:
        return server.dsn(database, role=service, password=password)

    return {
        "SAFEGUARDING_DATABASE_URL": url(service),
        "SAFEGUARDING_BUS_URL": url("bus"),
        "SAFEGUARDING_VAULT_URL": url("vault"),
        "SAFEGUARDING_KEY_FILE": str(key),
        "SAFEGUARDING_ISSUER": signer.url,
        "SAFEGUARDING_AUDIENCE": signer.audience,
        "SAFEGUARDING_JWKS_FILE": str(signer.jwks_file),
    }
