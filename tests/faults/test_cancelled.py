"""What if somebody stops waiting, wherever that is?"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.port import placed
from shared.bus.postgres import PostgresBus
from shared.lease import NotOwner
from shared.log.handle import handle
from tests.faults import a
from tests.faults.chain import JOBS, Chain
from tests.faults.oracle import agrees
from tests.kernel.bus.contract import all_of, everywhere, record
from tests.support.patience import until

MOST = 400
DICE = random.Random()  # noqa: S311 - no secret
LATER = 0.002
"""Seconds after which the other side has done what we no longer wait for."""


class Cancelled:
    """Runs a coroutine up to its nth wait, and cancels it there: at once, or a moment later."""

    def __init__(self, work: Coroutine[Any, Any, Any], at: int) -> None:
        self._work, self._at, self.waits = work, at, 0

    def __await__(self) -> Generator[Any, Any, Any]:
        work = self._work.__await__()
        step: Callable[[], Any] = partial(next, work)
        while True:
            try:
                waits_for = step()
            except StopIteration as done:
                return done.value
            self.waits += 1
            if self.waits == self._at:
                self._cancel()
            try:
                yield waits_for
                step = partial(next, work)
            except BaseException as why:  # noqa: BLE001 - it is the coroutine's to hear
                step = partial(work.throw, why)

    def _cancel(self) -> None:
        task = asyncio.current_task()
        assert task
        if DICE.random() < 0.5:
            task.cancel()
        else:
            asyncio.get_running_loop().call_later(LATER, task.cancel)


async def ends_uncut(work: Coroutine[Any, Any, Any], at: int) -> bool:
    """Cancel `work` at its nth wait; say whether it ended before."""
    cut = Cancelled(work, at)

    async def run() -> None:
        await cut

    task = asyncio.create_task(run())
    await asyncio.wait([task], timeout=20)
    assert task.done(), "it hangs"
    if task.cancelled():
        return False
    task.result()
    return cut.waits < at


async def at_every_wait(
    tried: Callable[[int], Awaitable[bool]], record_property: Callable[[str, object], None]
) -> None:
    """Cut what is tried at its first wait, at its second …, until it ends before it is cut."""
    for at in range(1, MOST):
        if await tried(at):
            record_property("rounds", at - 1)
            assert at > 2
            return
    raise AssertionError("it never ended")


@pytest.mark.fault("the caller of an append is cancelled, at each wait", "I1 to I5, I7")
async def test_a_caller_may_stop_waiting_anywhere_and_ask_again(
    chain: Chain, record_property: Any
) -> None:
    async def tried(at: int) -> bool:
        stream, act, command = a.diary.stream(uuid4()), a.act(), a.Write(count=2)
        uncut = await ends_uncut(handle(chain.source, stream, command, act), at)
        receipt = await asyncio.wait_for(handle(chain.source, stream, command, act), 10)
        assert (receipt.version, len(await chain.source.history(stream))) == (2, 2)
        chain.acts[act.id] = receipt
        return uncut

    async with chain.working():
        await at_every_wait(tried, record_property)
        await chain.settles()
    await agrees(chain)


@pytest.mark.slow
@pytest.mark.fault("a loop is cancelled, at each wait", "I7 to I11")
@pytest.mark.parametrize("job", JOBS)
async def test_a_job_may_be_cancelled_anywhere_and_be_taken_up_again(
    chain: Chain, job: str, record_property: Any
) -> None:
    async def tried(at: int) -> bool:
        await chain.write()
        loop = chain.works(job)[job]

        async def works() -> None:
            await loop._work(loop)

        async def ends_when_level() -> None:
            await until(chain.is_level)
            loop.stop()

        watching = asyncio.create_task(ends_when_level())
        try:
            while True:
                try:
                    return await ends_uncut(works(), at)
                except NotOwner:  # the session of the last one is just closing
                    await asyncio.sleep(0.01)
        finally:
            watching.cancel()
            await asyncio.wait([watching])

    async with chain.working(*(it for it in JOBS if it != job)):
        await at_every_wait(tried, record_property)
        await chain.settles()
    await agrees(chain)


@pytest.mark.fault("a publish or a fetch is cancelled, at each wait", "I10")
async def test_the_bus_may_be_left_waiting_anywhere(chain: Chain, record_property: Any) -> None:
    """On connections of its own each time: to open them takes the most waits."""
    topic, told = chain.topic, list[bytes]()
    await chain.bus.ensure([topic])

    async def publish(at: int) -> bool:
        told.append(str(at).encode())
        records = [record(topic, "a", told[-1])]
        async with PostgresBus(chain.site.bus) as bus:
            uncut = await ends_uncut(bus.publish(records), at)
            await asyncio.wait_for(bus.publish(records), 10)
        return uncut

    async def fetch(at: int) -> bool:
        async with PostgresBus(chain.site.bus) as bus:
            uncut = await ends_uncut(bus.fetch(everywhere(topic), 500, 0), at)
            found = await asyncio.wait_for(bus.fetch(everywhere(topic), 500, 0), 10)
        assert {it.part for it in found} == {placed("a")}
        return uncut

    await at_every_wait(publish, record_property)
    await at_every_wait(fetch, lambda _name, _figure: None)
    found = [it.value for it in await all_of(chain.bus, topic)]
    assert list(dict.fromkeys(found)) == told
