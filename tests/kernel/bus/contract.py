"""What does every bus promise? One suite: each adapter inherits it, and says how it is broken."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from uuid import uuid4

import pytest

from shared.bus.port import PARTITIONS, Bus, Record, TopicPartition, Truncated, placed

MEBIBYTE = 1024 * 1024
EVERY_BYTE = bytes(range(256))


def record(topic: str, key: str, value: bytes = b"{}", **headers: bytes) -> Record:
    return Record(topic=topic, key=key, headers=tuple(headers.items()), value=value)


def everywhere(topic: str, start: int = 0) -> dict[TopicPartition, int]:
    """Give every part of `topic`, from offset `start` on."""
    return {TopicPartition(topic, part): start for part in range(PARTITIONS)}


def keys_of_part(part: int, count: int) -> list[str]:
    """Give `count` keys that lie in `part`."""
    found: list[str] = []
    while len(found) < count:
        key = str(uuid4())
        if placed(key) == part:
            found.append(key)
    return found


async def all_of(bus: Bus, topic: str) -> list[Record]:
    """Give all that `topic` holds, in order within each part."""
    at, found = everywhere(topic), list[Record]()
    ends = await bus.ends([topic])
    while any(at[it] < end for it, end in ends.items()):
        for it in await bus.fetch({it: at[it] for it in at if at[it] < ends[it]}, 500, 1.0):
            at[it.place] = it.offset + 1
            found.append(it)
    return found


class BusContract(ABC):
    """The promises of the port. An adapter gives the fixtures `bus`, `other` and `topic`."""

    @abstractmethod
    async def make(self, topic: str, parts: int) -> None:
        """Make a topic of `parts` parts."""

    @abstractmethod
    async def forget(self, at: TopicPartition, before: int) -> None:
        """Let the records of `at` before an offset be gone."""

    @abstractmethod
    async def cut(self, at: TopicPartition, after: int) -> None:
        """Let the records of `at` from an offset on be gone."""

    # C1
    @pytest.mark.parametrize("value", [b"", b"\0", EVERY_BYTE, b"x" * MEBIBYTE], ids=len)
    @pytest.mark.parametrize(
        "headers",
        [(), (("empty", b""),), (("binary", EVERY_BYTE), ("words", "Łódź".encode())),
         (("twice", b"1"), ("twice", b"2"))],
        ids=["none", "empty", "binary", "twice"],
    )  # fmt: skip
    async def test_what_was_acknowledged_comes_back_byte_for_byte(
        self, bus: Bus, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]]
    ) -> None:
        key = str(uuid4())
        await bus.publish([Record(topic=topic, key=key, headers=tuple(headers), value=value)])
        (found,) = await all_of(bus, topic)
        assert (found.topic, found.key, found.headers) == (topic, key, headers)
        assert found.value == value

    # C2, C3
    async def test_a_case_keeps_its_order_through_many_publishes(
        self, bus: Bus, topic: str
    ) -> None:
        cases, told = [str(uuid4()) for _ in range(20)], defaultdict[str, list[bytes]](list)
        for _ in range(8):
            batch = [record(topic, key, str(uuid4()).encode()) for key in cases * 2]
            await bus.publish(batch)
            for it in batch:
                told[it.key].append(it.value)
        found = defaultdict[str, list[bytes]](list)
        for it in await all_of(bus, topic):
            found[it.key].append(it.value)
        assert found == told

    async def test_offsets_rise_and_a_fetch_gives_the_same_again(
        self, bus: Bus, other: Bus, topic: str
    ) -> None:
        await bus.publish([record(topic, str(uuid4())) for _ in range(60)])
        once = await all_of(bus, topic)
        await bus.publish([record(topic, str(uuid4())) for _ in range(60)])
        again = await all_of(other, topic)
        for part in range(PARTITIONS):
            offsets = [it.offset for it in again if it.part == part]
            assert offsets == sorted(set(offsets))
        assert {(it.place, it.offset): it for it in once}.items() <= {
            (it.place, it.offset): it for it in again
        }.items()
        one = again[-1]
        (found, *_) = await bus.fetch({one.place: one.offset}, 1, 0)
        assert found == one

    # C4
    async def test_a_case_lies_where_kafkas_own_clients_would_put_it(
        self, bus: Bus, topic: str
    ) -> None:
        await bus.publish([record(topic, str(uuid4())) for _ in range(50)])
        assert all(it.part == placed(it.key) for it in await all_of(bus, topic))

    # C5, C16
    async def test_a_publish_that_was_cut_off_is_mended_by_sending_again(
        self, bus: Bus, topic: str
    ) -> None:
        told = [record(topic, str(case), str(at).encode()) for at in range(40) for case in range(3)]
        chance, cut = random.Random(7), 0  # noqa: S311 - a seed repeats
        for at in range(0, len(told), 12):
            patience, done = 0.001, False
            while not done:
                task = asyncio.create_task(bus.publish(told[at : at + 12]))
                await asyncio.sleep(chance.random() * patience)
                done, patience = task.done(), patience * 1.5
                cut += task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        assert cut, "nothing was ever cut off"
        for case in range(3):
            found = [int(it.value) for it in await all_of(bus, topic) if it.key == str(case)]
            next_one = 0
            for said in found:  # as a listener takes it: what is next, and nothing else
                next_one += said == next_one
            assert next_one == 40

    async def test_a_fetch_that_was_cut_off_takes_nothing_with_it(
        self, bus: Bus, topic: str
    ) -> None:
        chance = random.Random(11)  # noqa: S311 - a seed repeats
        for at in range(25):
            task = asyncio.create_task(bus.fetch(everywhere(topic, 0), 100, 5.0))
            await asyncio.sleep(chance.random() * 0.004)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await bus.publish([record(topic, "a", str(at).encode())])
        assert [int(it.value) for it in await all_of(bus, topic)] == list(range(25))
        await self._wakes(bus, topic)

    # C12
    async def test_a_fetch_behind_the_end_waits_and_then_gives_nothing(
        self, bus: Bus, topic: str
    ) -> None:
        await bus.publish([record(topic, "a")])
        began = monotonic()
        assert not await bus.fetch(await bus.ends([topic]), 10, 0.2)
        assert 0.15 < monotonic() - began < 5

    async def test_news_ends_the_wait_of_everybody_who_waits(
        self, bus: Bus, other: Bus, topic: str
    ) -> None:
        waits = [asyncio.create_task(it.fetch(everywhere(topic), 10, 20.0)) for it in [bus] * 3]
        await asyncio.sleep(0.1)
        began = monotonic()
        await other.publish([record(topic, "a", b"news")])
        for found in await asyncio.gather(*waits):
            assert [it.value for it in found] == [b"news"]
        assert monotonic() - began < 10

    async def test_news_of_another_topic_ends_no_wait(self, bus: Bus, topic: str) -> None:
        elsewhere = f"{topic[:-3]}.v2"
        await bus.ensure([elsewhere])
        wait = asyncio.create_task(bus.fetch(everywhere(topic), 10, 20.0))
        await asyncio.sleep(0.1)
        await bus.publish([record(elsewhere, "a", b"not this")])
        await asyncio.sleep(0.1)
        assert not wait.done()
        await bus.publish([record(topic, "a", b"this")])
        assert [it.value for it in await wait] == [b"this"]

    async def test_nothing_is_fetched_from_nowhere_and_nothing_published_of_nothing(
        self, bus: Bus, topic: str
    ) -> None:
        await bus.publish([])
        assert not await bus.fetch({}, 10, 0)
        assert not await all_of(bus, topic)
        assert not await bus.ends([])

    # C13
    async def test_what_is_no_longer_kept_is_not_passed_over_in_silence(
        self, bus: Bus, topic: str
    ) -> None:
        (key,) = keys_of_part(2, 1)
        await bus.publish([record(topic, key, str(at).encode()) for at in range(5)])
        at = TopicPartition(topic, 2)
        await self.forget(at, 3)
        with pytest.raises(Truncated):
            await bus.fetch({at: 1}, 10, 0)
        assert [it.value for it in await bus.fetch({at: 3}, 10, 0)] == [b"3", b"4"]

    async def test_a_place_beyond_the_end_is_told(self, bus: Bus, topic: str) -> None:
        (key,) = keys_of_part(2, 1)
        await bus.publish([record(topic, key) for _ in range(5)])
        at = TopicPartition(topic, 2)
        await self.cut(at, 3)
        with pytest.raises(Truncated):
            await bus.fetch({at: 5}, 10, 0)
        assert not await bus.fetch({at: 3}, 10, 0)

    # C14
    async def test_the_ends_never_promise_what_cannot_be_fetched(
        self, bus: Bus, other: Bus, topic: str
    ) -> None:
        async def speak() -> None:
            for _ in range(40):
                await other.publish([record(topic, str(uuid4())) for _ in range(5)])

        speaking = asyncio.create_task(speak())
        while not speaking.done():
            for at, end in (await bus.ends([topic])).items():
                if end:
                    (last, *_) = await bus.fetch({at: end - 1}, 1, 0)
                    assert last.offset == end - 1
        await speaking
        assert sum((await bus.ends([topic])).values()) == 200
        assert await bus.ends(["safeguarding.e00.nobody.v1"]) == {}

    # C17
    async def test_a_busy_part_starves_no_other(self, bus: Bus, topic: str) -> None:
        (busy,), (quiet,) = keys_of_part(0, 1), keys_of_part(5, 1)
        await bus.publish([record(topic, busy) for _ in range(300)] + [record(topic, quiet)])
        found = Counter(it.part for it in await bus.fetch(everywhere(topic), 60, 0))
        assert found[5] == 1
        assert found[0]

    async def test_a_fetch_gives_about_as_many_as_asked(self, bus: Bus, topic: str) -> None:
        await bus.publish([record(topic, str(uuid4())) for _ in range(300)])
        assert 0 < len(await bus.fetch(everywhere(topic), 60, 0)) <= 60

    async def test_a_topic_can_be_asked_for_again_and_keeps_what_it_holds(
        self, bus: Bus, other: Bus, topic: str
    ) -> None:
        await bus.publish([record(topic, "a")])
        await other.ensure([topic])
        assert await all_of(other, topic)
        assert len(await bus.ends([topic])) == PARTITIONS

    async def test_a_topic_with_another_number_of_parts_is_refused(
        self, bus: Bus, topic: str
    ) -> None:
        elsewhere = f"{topic[:-3]}.v3"
        await self.make(elsewhere, PARTITIONS + 1)
        with pytest.raises(ValueError, match="v3"):
            await bus.ensure([elsewhere])

    async def _wakes(self, bus: Bus, topic: str) -> None:
        wait = asyncio.create_task(bus.fetch(await bus.ends([topic]), 10, 20.0))
        await asyncio.sleep(0.1)
        began = monotonic()
        await bus.publish([record(topic, "a", b"awake")])
        assert [it.value for it in await wait] == [b"awake"]
        assert monotonic() - began < 10
