"""What may a test of the bus ask for?"""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.bus import consumer
from shared.bus.postgres import PostgresBus
from shared.lease import pool_of
from shared.log.log import Log
from shared.sealed.vault import FileKey, Vault
from shared.way import Way
from tests.kernel.bus import a
from tests.kernel.conftest import Copies
from tests.support.house import House


@pytest.fixture
def authority() -> str:
    """Give an authority that nobody else speaks of."""
    return f"E{uuid4().hex[:10]}"


@pytest.fixture(scope="session")
def listeners_log(copies: Copies) -> str:
    """Give the log that all listeners of a worker share: their topics and cases differ."""
    return copies("of_the_listeners")


@pytest.fixture(scope="session")
def tellers_logs(copies: Copies) -> tuple[str, str]:
    """Give two logs to be told; a test empties them first."""
    return copies("of_the_teller"), copies("of_the_impostor")


@pytest.fixture(scope="session")
def queues_log(copies: Copies) -> str:
    """Give the log of triage itself."""
    return copies("of_the_queue")


def address(house: House, database: str) -> str:
    """Give the address of `database` for the role triage."""
    return house.settings["triage"]["SAFEGUARDING_DATABASE_URL"].rpartition("/")[0] + f"/{database}"


@pytest.fixture
async def voices(shared_house: House) -> AsyncIterator[PostgresBus]:
    """Give the bus of all who speak: a superuser may say anything."""
    async with PostgresBus(shared_house.owner("bus")) as bus:
        yield bus


@pytest.fixture
async def ears(shared_house: House) -> AsyncIterator[PostgresBus]:
    """Give the bus as triage meets it."""
    async with PostgresBus(shared_house.settings["triage"]["SAFEGUARDING_BUS_URL"]) as bus:
        yield bus


@pytest.fixture
async def listener(
    shared_house: House,
    listeners_log: str,
    voices: PostgresBus,
    ears: PostgresBus,
    authority: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[a.Listener]:
    """Give a listener that has heard nothing yet, and does not wait long."""
    monkeypatch.setattr(consumer, "WAIT", 0.05)
    dsn = address(shared_house, listeners_log)
    async with await pool_of(dsn, 4) as pool:
        vault = Vault(Way(dsn), FileKey(shared_house.told("triage").key_file))
        async with Log("listener", dsn, pool, vault, a.codec()) as log:
            yield a.Listener(dsn, log, ears, voices, authority)
