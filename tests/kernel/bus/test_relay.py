"""Does a service say what it recorded, in order, and never another history?"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.bus import relay as relays
from shared.bus.message import Speaker, heading_of, heard_of
from shared.bus.port import Bus, Record, TopicPartition
from shared.bus.postgres import PostgresBus
from shared.bus.relay import Forked, Relay
from shared.lease import NotOwner, pool_of
from shared.log.codec import Codec, Undecodable
from shared.log.handle import handle
from shared.log.log import Log
from shared.sealed.vault import FileKey, Vault
from shared.way import Way
from tests.kernel.bus import a
from tests.kernel.bus.conftest import address
from tests.kernel.bus.contract import all_of, keys_of_part
from tests.support.house import House
from tests.support.patience import until


@dataclass
class Teller:
    """A log of its own, and the relay that tells it."""

    dsn: str
    owner: str
    log: Log
    bus: PostgresBus
    by: Speaker

    def relay(self, bus: Bus | None = None, codec: Codec | None = None) -> Relay:
        return Relay(self.dsn, codec or a.codec(), bus or self.bus, self.by)

    async def records(self, *numbers: int, case: UUID | None = None) -> UUID:
        """Record `numbers`, each by its own act; even ones are public."""
        case = case or uuid4()
        for number in numbers:
            await handle(self.log, a.note.stream(case), a.Note(number=number, by="us"), a.act())
        return case

    async def tells(self, bus: Bus | None = None, codec: Codec | None = None) -> None:
        """Relay until all is told."""
        await a.at_work(self.relay(bus, codec).work, self.is_level)

    async def stops(self, bus: Bus | None = None, codec: Codec | None = None) -> None:
        """Relay until it ends by itself."""
        await a.at_work(self.relay(bus, codec).work, a.never)

    async def is_level(self) -> bool:
        return await self.checkpoint() == await self.log.head()

    async def checkpoint(self) -> int | None:
        found: int | None = await self.log.pool.fetchval("select position from work.relay")
        return found

    async def topic(self) -> list[Record]:
        return await all_of(self.bus, self.by.topic)

    async def numbers(self) -> list[int]:
        """Give the numbers on the topic, in the order of their log."""
        told = sorted(map(heard_of, await self.topic()), key=lambda it: it.position)
        return [it.fact.contact.int for it in told]

    async def superuser(self, *statements: str) -> None:
        db = await asyncpg.connect(self.owner)
        for statement in statements:
            await db.execute(statement)
        await db.close()

    async def restored(self, to: int) -> None:
        """Let log and checkpoint be as they were at position `to`: a restore takes both back."""
        await self.superuser(
            "alter table log.event disable trigger immutable",
            f"delete from log.event where position > {to}",  # noqa: S608 - a number
            "alter table log.event enable always trigger immutable",
            f"update work.relay set position = {to}, hash = coalesce("  # noqa: S608 - a number
            f"  (select hash from log.event where position = {to}), '')",
        )


@pytest.fixture
async def teller(
    shared_house: House, tellers_logs: tuple[str, str], ears: PostgresBus, authority: str
) -> AsyncIterator[Teller]:
    async with _teller(shared_house, tellers_logs[0], ears, authority) as made:
        yield made


@pytest.fixture
async def impostor(
    shared_house: House, tellers_logs: tuple[str, str], ears: PostgresBus, authority: str
) -> AsyncIterator[Teller]:
    """Give another log that would be told on the same topic."""
    async with _teller(shared_house, tellers_logs[1], ears, authority) as made:
        yield made


@asynccontextmanager
async def _teller(
    house: House, name: str, bus: PostgresBus, authority: str
) -> AsyncIterator[Teller]:
    dsn = address(house, name)
    async with await pool_of(dsn, 2) as pool:
        vault = Vault(Way(dsn), FileKey(house.told("triage").key_file))
        async with Log("triage", dsn, pool, vault, a.codec()) as log:
            made = Teller(dsn, house.owner(name), log, bus, Speaker(authority, "triage"))
            await made.restored(0)
            yield made


def position(record: Record) -> int:
    return heard_of(record).position


class Through:
    """A bus reached through something that may happen on the way."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.batches: list[Sequence[Record]] = []

    async def ensure(self, topics: Any) -> None:
        await self._bus.ensure(topics)

    async def publish(self, records: Sequence[Record]) -> None:
        self.batches.append(records)
        await self._bus.publish(records)
        await self.after()

    async def fetch(self, from_: Mapping[TopicPartition, int], limit: int, wait: float) -> Any:
        return await self._bus.fetch(from_, limit, wait)

    async def ends(self, topics: Any) -> Any:
        return await self._bus.ends(topics)

    async def after(self) -> None:
        """Let something happen once a batch is kept."""


class DiesThen(Through):
    async def after(self) -> None:
        raise ConnectionError


async def test_public_facts_are_told_in_the_order_they_were_recorded(teller: Teller) -> None:
    one, other = await teller.records(2, 3, 4), await teller.records(6, 7)
    await teller.records(8, 5, 10, case=one)
    await teller.records(12, case=other)
    bus = Through(teller.bus)
    await teller.tells(bus)
    sent = [heard_of(it) for batch in bus.batches for it in batch]
    assert [it.fact.contact.int for it in sent] == [2, 4, 6, 8, 10, 12]
    assert [it.position for it in sent] == sorted(it.position for it in sent)
    assert [it.said for it in sent if it.case == one] == [1, 2, 3, 4]
    assert [it.said for it in sent if it.case == other] == [1, 2]
    assert await teller.numbers() == [2, 4, 6, 8, 10, 12]


async def test_a_message_names_the_very_event_it_tells(teller: Teller) -> None:
    case = await teller.records(3, 2)
    await teller.tells()
    (record,) = await teller.topic()
    happened = (await teller.log.history(a.note.stream(case)))[1]
    heard = heard_of(record)
    assert (heard.position, heard.hash, heard.case) == (happened.position, happened.hash, case)
    assert (heard.act.id, heard.act.correlation) == (happened.act.id, happened.act.correlation)
    assert heard.recorded_at == happened.recorded_at


async def test_where_nothing_is_public_the_checkpoint_moves_all_the_same(teller: Teller) -> None:
    await teller.records(1, 3, 5)
    await teller.tells()
    assert await teller.topic() == []
    assert await teller.checkpoint() == 3


async def test_many_batches_are_told_one_after_the_other(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "BATCH", 3)
    await teller.records(*range(20))
    bus = Through(teller.bus)
    await teller.tells(bus)
    assert len(bus.batches) > 5
    assert await teller.numbers() == list(range(0, 20, 2))


async def test_what_is_recorded_later_is_told_without_being_asked(teller: Teller) -> None:
    await teller.records(2)
    async with a.working(teller.relay().work):
        await until(teller.is_level)
        await teller.records(4)
        await until(teller.is_level)
    assert await teller.numbers() == [2, 4]


async def test_a_crash_before_the_checkpoint_only_repeats(teller: Teller) -> None:
    case = await teller.records(2, 4)
    with pytest.raises(ConnectionError):
        await teller.stops(DiesThen(teller.bus))
    assert await teller.checkpoint() == 0
    await teller.records(6, case=case)
    await teller.tells()
    assert [heading_of(it).said for it in await teller.topic()] == [1, 2, 1, 2, 3]


async def test_a_restored_log_is_noticed_and_nothing_is_told(teller: Teller) -> None:
    await teller.records(*range(2, 12, 2))
    await teller.tells()
    told = await teller.topic()
    await teller.restored(3)
    with pytest.raises(Forked):
        await teller.stops()
    await teller.records(20, 22, 24)  # life went on, on positions that were told before
    with pytest.raises(Forked):
        await teller.stops()
    assert await teller.topic() == told
    assert await teller.checkpoint() == 3


async def test_late_repeats_at_the_end_of_every_part_hide_no_fork(teller: Teller) -> None:
    for number in range(42):  # five cases of each part until position 30
        (key,) = keys_of_part(number % 6, 1)
        await teller.records(2, case=UUID(key))
    await teller.tells()
    told = await teller.topic()
    assert {it.part for it in told} == set(range(6))
    old = [it for it in told if position(it) <= 30]
    assert {it.part for it in old} == set(range(6))
    await teller.bus.publish(old)
    tail = {it.part: it for it in await teller.topic()}
    await teller.restored(30)
    assert all(position(it) <= 30 for it in tail.values())
    with pytest.raises(Forked):
        await teller.stops()


async def test_another_log_may_not_speak_on_the_same_topic(
    teller: Teller, impostor: Teller
) -> None:
    await teller.records(2, 4, 6)
    await teller.tells()
    told = await teller.topic()
    await impostor.records(8, 10, 12, 14)
    with pytest.raises(Forked):
        await impostor.stops()
    assert await teller.topic() == told


async def test_a_record_that_no_log_of_ours_told_stops_the_relay(teller: Teller) -> None:
    await teller.records(2)
    await teller.tells()
    await teller.bus.publish([a.with_header((await teller.topic())[0], "ce_loghash", None)])
    await teller.records(4)
    with pytest.raises(Forked):
        await teller.stops()


async def test_a_checkpoint_that_disagrees_with_the_log_is_noticed(teller: Teller) -> None:
    await teller.records(1, 3)  # nothing public: the topic is no witness here
    await teller.tells()
    await teller.superuser("update work.relay set hash = sha256('another history')")
    await teller.records(2)
    with pytest.raises(Forked):
        await teller.stops()
    assert await teller.topic() == []


async def test_of_two_relays_one_leads(teller: Teller) -> None:
    async with a.working(teller.relay().work):
        await until(teller.is_level)
        with pytest.raises(NotOwner):
            await teller.stops()


async def test_a_leader_whose_checkpoint_was_moved_stops(teller: Teller) -> None:
    class AnotherLeads(Through):
        async def after(self) -> None:
            await teller.log.pool.execute("update work.relay set position = 1")

    await teller.records(2, 4)
    with pytest.raises(NotOwner):
        await teller.stops(AnotherLeads(teller.bus))
    assert await teller.checkpoint() == 1


async def test_an_older_build_stops_before_a_fact_it_cannot_read(teller: Teller) -> None:
    older = Codec([a.Caused], a.publish)
    await teller.records(2)
    with pytest.raises(Undecodable):
        await teller.stops(codec=older)
    assert await teller.topic() == []
    assert await teller.checkpoint() == 0
    await teller.tells()
    assert await teller.numbers() == [2]


async def test_an_older_build_that_has_no_words_for_a_public_fact_stops(teller: Teller) -> None:
    await teller.records(2)
    with pytest.raises(Undecodable):
        await teller.stops(codec=Codec([a.Noted, a.Caused], lambda _fact, _act: None))
    assert await teller.topic() == []


async def test_private_facts_of_a_newer_build_keep_no_older_one_from_telling(
    teller: Teller,
) -> None:
    case = await teller.records(2)
    await handle(teller.log, a.note.stream(case), a.Cause(), a.act())
    await teller.tells(codec=Codec([a.Noted], a.publish))
    assert await teller.numbers() == [2]
