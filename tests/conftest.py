"""What may every test ask for?"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from hypothesis import settings

from shared.lease import pool_of
from shared.telemetry import only_what_is_allowed
from tests.support.house import SERVICES, Home, House, house, together

settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")  # a machine may be busy: what is fast is measured by the bench


@pytest.fixture(scope="session", autouse=True)
def lines() -> None:
    """Let log lines be short, as a service's are; else each error is drawn with its frames."""
    structlog.configure(
        processors=[only_what_is_allowed, structlog.processors.KeyValueRenderer()],
        cache_logger_on_first_use=False,
    )


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give this worker's house. Logs cannot be emptied, so tests use fresh ids."""
    with house(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
async def owner(shared_house: House) -> AsyncIterator[Any]:
    """Give a superuser's connection to triage's database."""
    connection = await asyncpg.connect(shared_house.owner("triage"))
    yield connection
    await connection.close()


@pytest.fixture
async def pool(shared_house: House) -> AsyncIterator[asyncpg.Pool]:
    """Give triage's own connections."""
    pool = await pool_of(str(shared_house.told("triage").database_url), 4)
    yield pool
    await pool.close()


@pytest.fixture
async def town(shared_house: House) -> AsyncIterator[dict[str, Home]]:
    """Give every service at work."""
    async with together(shared_house, *SERVICES) as homes:
        yield homes
