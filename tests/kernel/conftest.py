"""What may every test of the kernel ask for?"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import Any

import asyncpg
import pytest

from deploy.local.postgres import temporary
from deploy.local.provision import issuer, provision
from deploy.migrations import migrate
from shared.log.log import Log
from tests.kernel import a
from tests.support.house import SERVICES, House

TEMPLATE = "of_the_kernel"
Copies = Callable[[str], str]


@pytest.fixture(scope="session")
def kernel_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house in which time is simulated and the server may be stopped.

    Beside the services' logs it has two for the small facts of `a`: `kernel` and `folds`.
    """
    folder = tmp_path_factory.mktemp("kernel")
    with temporary(durable=True) as server:
        settings = provision(server, folder, (*SERVICES, "kernel", "folds"), clock="simulated")
        yield House(server, settings, issuer(folder))


@pytest.fixture
async def vault_owner(kernel_house: House) -> AsyncIterator[Any]:
    """Give a superuser's connection to the vault, where the small facts have an audience too."""
    connection = await asyncpg.connect(kernel_house.owner("vault"))
    await connection.execute(
        "insert into vault.audience values ('kernel', 'adult') on conflict do nothing"
    )
    yield connection
    await connection.close()


@pytest.fixture
async def log_owner(kernel_house: House) -> AsyncIterator[Any]:
    """Give a superuser's connection to the log of the small facts."""
    connection = await asyncpg.connect(kernel_house.owner("kernel"))
    yield connection
    await connection.close()


@pytest.fixture
async def log(kernel_house: House, vault_owner: Any) -> AsyncIterator[Log]:
    """Give the log of the small facts."""
    async with a.log_of(kernel_house) as found:
        yield found


@pytest.fixture(scope="session")
def template(shared_house: House) -> str:
    """Give an empty service database that others are copied from."""
    run_first(shared_house.owner("postgres"), f"create database {TEMPLATE}")
    migrate(shared_house.owner(TEMPLATE), "service", ["triage"])
    return TEMPLATE


@pytest.fixture(scope="session")
def copies(shared_house: House, template: str) -> Copies:
    """Give what makes a service database by its name, once: each costs a thousand files."""

    @cache
    def made(name: str) -> str:
        owner = shared_house.owner("postgres")
        for statement in (
            f"create database {name} template {template}",
            f"revoke all on database {name} from public",
            f"grant connect on database {name} to triage",
        ):
            run_first(owner, statement)
        return name

    return made


def run_first(dsn: str, statement: str) -> None:
    """Run `statement` before there is a loop."""

    async def run() -> None:
        db = await asyncpg.connect(dsn)
        await db.execute(statement)
        await db.close()

    asyncio.run(run())
