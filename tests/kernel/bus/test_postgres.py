"""Does the bus on PostgreSQL keep the promises of the port, and its own?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.bus.port import Bus, TopicPartition
from shared.bus.postgres import PostgresBus
from tests.kernel.bus.contract import BusContract, all_of, everywhere, record
from tests.support.house import House

Opened = Callable[[], PostgresBus]


@pytest.fixture
async def database(shared_house: House) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(shared_house.owner("bus"))
    yield connection
    await connection.close()


def as_(house: House, role: str) -> PostgresBus:
    return PostgresBus(house.settings[role]["SAFEGUARDING_BUS_URL"])


@pytest.fixture
async def topic(voices: PostgresBus, authority: str) -> str:
    name = f"safeguarding.{authority}.triage.v1"
    await voices.ensure([name])
    return name


class TestPostgres(BusContract):
    """The contract, as the role triage on its own topic."""

    @pytest.fixture
    def bus(self, ears: PostgresBus) -> Bus:
        return ears

    @pytest.fixture
    def other(self, voices: PostgresBus) -> Bus:
        return voices

    @pytest.fixture(autouse=True)
    def _database(self, database: Any) -> None:
        self.database = database

    async def make(self, topic: str, parts: int) -> None:
        await self.database.execute("select bus.ensure($1, $2)", topic, parts)

    async def forget(self, at: TopicPartition, before: int) -> None:
        query = "delete from bus.record where topic = $1 and part = $2 and off < $3"
        await self.database.execute(query, *at, before)

    async def cut(self, at: TopicPartition, after: int) -> None:
        query = "delete from bus.record where topic = $1 and part = $2 and off >= $3"
        await self.database.execute(query, *at, after)


async def test_a_context_may_not_speak_in_anothers_name(
    shared_house: House, ears: PostgresBus, topic: str
) -> None:
    async with as_(shared_house, "intake") as intake:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await intake.publish([record(topic, "a")])
    await ears.publish([record(topic, "a", b"triage may")])
    assert [it.value for it in await all_of(ears, topic)] == [b"triage may"]


@pytest.mark.parametrize(
    "forgery",
    [
        "insert into bus.record values ('t', 0, 0, 'k', '{}', '{}', '')",
        "update bus.record set value = ''",
        "delete from bus.record",
        "truncate bus.record",
        "insert into bus.topic values ('t', 1)",
        "set role bus_owner",
    ],
)
async def test_a_context_cannot_write_the_bus_behind_its_back(
    shared_house: House, forgery: str
) -> None:
    db = await asyncpg.connect(shared_house.settings["triage"]["SAFEGUARDING_BUS_URL"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(forgery)
    await db.close()


async def test_one_bad_record_keeps_its_whole_batch_from_the_bus(
    voices: PostgresBus, topic: str
) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await voices.publish([record(topic, "a"), record("safeguarding.e0.nobody.v1", "a")])
    with pytest.raises(asyncpg.PostgresError):
        await voices.publish([record(topic, "a"), record(topic, "a\0b")])
    assert not await all_of(voices, topic)


async def test_a_reader_whose_ear_was_cut_off_listens_again(
    ears: PostgresBus, voices: PostgresBus, database: Any, topic: str
) -> None:
    assert not await ears.fetch(everywhere(topic), 10, 0)
    deafen = (
        "select pg_terminate_backend(pid, 2000) from pg_stat_activity"
        " where usename = 'triage' and query ilike 'listen%'"
    )
    assert await database.fetch(deafen)
    await asyncio.sleep(0.05)
    wait = asyncio.create_task(ears.fetch(everywhere(topic), 10, 20.0))
    await asyncio.sleep(0.2)
    began = monotonic()
    await voices.publish([record(topic, str(uuid4()), b"again")])
    assert [it.value for it in await wait] == [b"again"]
    assert monotonic() - began < 10


async def test_many_readers_of_one_process_share_one_ear(
    shared_house: House, database: Any, topic: str
) -> None:
    count = (
        "select count(*) from pg_stat_activity where usename = 'intake' and query ilike 'listen%'"
    )
    before = await database.fetchval(count)
    async with as_(shared_house, "intake") as bus:
        await asyncio.gather(*(bus.fetch(everywhere(topic), 10, 0) for _ in range(8)))
        assert await database.fetchval(count) == before + 1
