"""What if the way to a database breaks, above all between a COMMIT and its answer?"""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from shared import lease
from shared.log.log import Receipt
from tests.faults import a
from tests.faults.chain import JOBS, Chain, chain_in, via
from tests.faults.oracle import agrees
from tests.support.patience import until
from tests.support.proxy import Proxy

ROUNDS = 8
DICE = random.Random()  # noqa: S311 - no secret
COMMIT = b"COMMIT;"


@pytest.fixture
async def proxy(chain: Chain) -> AsyncIterator[Proxy]:
    """Give what stands between a chain and its server."""
    server = urlsplit(chain.site.source)
    async with Proxy(str(server.hostname), server.port or 0) as found:
        yield found


@pytest.fixture
async def cut(chain: Chain, proxy: Proxy) -> AsyncIterator[Chain]:
    """Give the same chain, all of it reached through the proxy."""
    ways = {it: proxy.address(getattr(chain.site, it)) for it in ("source", "sink", "bus")}
    async with chain_in(via(chain.site, **ways)) as found:
        yield found


@pytest.mark.fault("cut between the COMMIT of an append and its answer", "I1, I2, I7")
async def test_an_append_whose_answer_got_lost_gets_its_first_outcome(
    chain: Chain, cut: Chain, proxy: Proxy, record_property: Any
) -> None:
    for _ in range(ROUNDS):
        stream, act = a.journal.stream(uuid4()), a.act()
        facts = [a.Told(number=1), a.Kept(number=2)]
        proxy.lose(str(stream).encode())
        receipt = await cut.source.append(stream, facts, act, after=0)
        head = await chain.source.head()
        assert receipt == Receipt(str(stream), 2, head)
        assert [it.act.id for it in await chain.source.history(stream)] == [act.id] * 2
        assert await cut.source.append(stream, facts, act, after=0) == receipt
    assert proxy.lost == ROUNDS
    record_property("rounds", ROUNDS)


@pytest.mark.fault("cut between the COMMIT of a loop and its answer", "I7 to I11")
@pytest.mark.parametrize("job", JOBS)
async def test_a_job_whose_commit_was_answered_by_nobody_goes_on_where_it_stands(
    chain: Chain, cut: Chain, proxy: Proxy, job: str, record_property: Any
) -> None:
    async with chain.working(*(it for it in JOBS if it != job)), cut.working(job):
        for number in range(ROUNDS):
            # The relay moves its checkpoint in one statement, which bears the hash of the last.
            while job == "relay" and not proxy.losing:
                await chain.write()
                proxy.lose((await chain.source.read(await chain.source.head() - 1))[0].hash)
                await asyncio.sleep(0.05)
            while job != "relay" and proxy.lost == number:
                if not proxy.losing:
                    proxy.lose(COMMIT)
                await chain.write()
                await asyncio.sleep(0.05)

            async def lost(number: int = number) -> bool:
                return proxy.lost > number

            await until(lost)
        await chain.settles()
    await agrees(chain)
    record_property("rounds", ROUNDS)


@pytest.mark.fault("cut after any number of bytes", "I1 to I5, I7 to I11")
async def test_a_connection_may_break_after_any_byte(
    cut: Chain, chain: Chain, proxy: Proxy, record_property: Any
) -> None:
    rounds = 0
    async with cut.working():
        for after in range(0, 3000, 150):
            proxy.cut()
            proxy.cut_after = after
            await cut.writes(4)
            rounds += proxy.cut_after is None
        await chain.settles()
    await agrees(chain, cut.acts)
    record_property("rounds", rounds)


@pytest.mark.fault("every connection reset at once, again and again", "I1 to I5, I7 to I11")
async def test_resets_under_load_harm_nothing(
    chain: Chain, cut: Chain, proxy: Proxy, record_property: Any
) -> None:
    async with cut.working():
        async with cut.writing():
            for _ in range(ROUNDS):
                await asyncio.sleep(DICE.uniform(0.1, 0.4))
                proxy.cut()
        await chain.settles()
    await agrees(chain, cut.acts)
    record_property("rounds", ROUNDS)


@pytest.mark.fault("a slow way, a byte at a time", "I7 to I11")
async def test_what_comes_byte_by_byte_is_the_same(chain: Chain, proxy: Proxy) -> None:
    proxy.chunk = 1
    ways = {it: proxy.address(getattr(chain.site, it)) for it in ("source", "bus")}
    async with (
        chain_in(via(chain.site, **ways)) as slow,
        slow.working("relay"),
        chain.working("consumer", "projector"),
    ):
        await slow.writes(5)
        await chain.settles()
    await agrees(chain, slow.acts)


@pytest.mark.slow
@pytest.mark.fault("half-open: the way is dead and nobody was told", "I7 to I11")
async def test_a_way_that_fell_silent_is_given_up(
    chain: Chain, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "ANSWERS_WITHIN", 1.0)
    monkeypatch.setattr(lease, "FROZEN_AFTER", "1s")
    ways = {it: proxy.address(getattr(chain.site, it)) for it in ("source", "sink")}
    async with replace(chain, site=via(chain.site, **ways)).working():
        await chain.writes(10)
        await chain.settles()
        proxy.fall_silent()
        await chain.writes(10)
        await chain.settles()
    await agrees(chain)
