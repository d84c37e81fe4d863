"""Does each service find its own databases, and no way into another's?"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import Postgres
from deploy.local.provision import provision

SERVICES = ("intake", "triage")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="safeguarding-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def settings(home: Path) -> Iterator[dict[str, dict[str, str]]]:
    with Postgres(home / "postgres", durable=False) as server:
        provision(server, home, SERVICES[:1])  # triage joins later, and is let in all the same
        first = provision(server, home, SERVICES)
        assert provision(server, home, SERVICES) == first
        yield first


async def asked(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("database", ["DATABASE", "BUS", "VAULT"])
async def test_a_service_enters_its_databases(
    settings: dict[str, dict[str, str]], service: str, database: str
) -> None:
    dsn = settings[service][f"SAFEGUARDING_{database}_URL"]
    assert await asked(dsn, "select current_user::text") == service


async def test_a_service_that_joined_later_may_use_bus_and_vault(
    settings: dict[str, dict[str, str]],
) -> None:
    told = settings["triage"]
    assert await asked(told["SAFEGUARDING_BUS_URL"], "select bus.ensure('a.b.triage.v1', 6)") == 6
    missing = "select count(*) from vault.missing('{}')"
    assert await asked(told["SAFEGUARDING_VAULT_URL"], missing) == 0


async def test_a_service_does_not_enter_the_database_of_another(
    settings: dict[str, dict[str, str]],
) -> None:
    dsn = settings["intake"]["SAFEGUARDING_DATABASE_URL"].removesuffix("/intake") + "/triage"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(dsn)


@pytest.mark.parametrize("database", ["DATABASE", "BUS", "VAULT"])
async def test_a_service_owns_nothing_and_makes_nothing(
    settings: dict[str, dict[str, str]], database: str
) -> None:
    dsn = settings["intake"][f"SAFEGUARDING_{database}_URL"]
    owned = "select count(*) from pg_class where relowner = current_user::regrole"
    assert await asked(dsn, owned) == 0
    for made in ("create table public.own (x int)", "create temporary table own (x int)"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asked(dsn, made)
    assert await asked(dsn, "select rolsuper from pg_roles where rolname = current_user") is False


def test_secrets_are_ours_alone(settings: dict[str, dict[str, str]], home: Path) -> None:
    key = Path(settings["intake"]["SAFEGUARDING_KEY_FILE"])
    assert len(bytes.fromhex(key.read_text())) == 32
    for secret in (key, home / "secrets.json"):
        assert secret.stat().st_mode & 0o777 == 0o600


def test_the_public_keys_are_where_the_settings_say(settings: dict[str, dict[str, str]]) -> None:
    assert '"keys"' in Path(settings["triage"]["SAFEGUARDING_JWKS_FILE"]).read_text()
