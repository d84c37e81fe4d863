"""Is nothing lost when notify is killed between sending an event and recording it?"""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import pytest

from services.notify.app import TABLES
from services.notify.gateways.dispatcher import Dispatcher
from services.notify.gateways.egress import Egress
from services.notify.gateways.outbox import Outbox
from shared.lease import Loop
from tests.notify.asking import partner
from tests.notify.receiver import receiving
from tests.support.house import House, at_home, house
from tests.support.patience import until
from tests.support.story import ready


@pytest.fixture
def quiet_house(tmp_path: Path) -> Iterator[House]:
    """Give a house in which nothing else waits to be sent."""
    with house(tmp_path) as found:
        yield found


async def run(house: House, **more: str) -> asyncio.subprocess.Process:
    """Start notify in a process of its own."""
    env = os.environ | house.settings["notify"] | {
        "SAFEGUARDING_EGRESS_ALLOW": "127.0.0.0/8", "SAFEGUARDING_PORT": "0"
    } | more  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.run", "services.notify", env=env,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.slow
async def test_a_notify_killed_after_sending_sends_again_under_the_same_id(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
    async with receiving() as it:
        async with at_home(quiet_house, "notify") as home, partner(home) as they:
            for loop in home.loops:
                if loop.name == "deliveries":
                    loop.stop()
            await ready(home)
            await they.registers(it.url)
            await they.refers("concern.recognised", "decision.made")
        assert it.got == []

        for _ in range(2):  # each is killed with the answer in its hand
            killed = await run(quiet_house, SAFEGUARDING_FAILPOINT="notify.after_send:exit")
            assert await asyncio.wait_for(killed.wait(), 60) == 70
        whole = await run(quiet_house)

        async def all_of_it() -> Any:
            return "decision.made" in it.types

        await until(all_of_it)
        whole.terminate()
        await asyncio.wait_for(whole.wait(), 30)
    assert [*dict.fromkeys(it.types)] == [
        "referral.received",
        "concern.recognised",
        "decision.made",
    ]
    ids = Counter(got.id for got in it.got)
    assert list(ids.values()) == [3, 1, 1]  # twice by the killed, and never as something new


class Watched(Dispatcher):
    """Counts what it hears of the log."""

    heard: ClassVar[int] = 0

    def _hear(self, outbox: Outbox, rows: Sequence[asyncpg.Record]) -> None:
        Watched.heard += len(rows)
        super()._hear(outbox, rows)


@pytest.mark.slow
async def test_whoever_takes_over_begins_with_what_is_owed_and_not_with_the_whole_log(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")
    async with receiving() as it, at_home(quiet_house, "notify") as home, partner(home) as they:
        await ready(home)
        await they.registers(it.url)
        for _ in range(10):
            await they.refers("concern.recognised")
        await they.deliveries(*["delivered"] * 20)
        for loop in home.loops:
            if loop.name == "deliveries":
                loop.stop()
        await asyncio.sleep(0.5)
        await they.refers()
        head = await home.runtime.log.head()
        for path in ("events", "deliveries"):
            await they.gets(path)  # which waits until the tables have it
        dsn = quiet_house.told("notify").database_url
        loop = Loop("deliveries", Watched(dsn, home.runtime.log, Egress(), TABLES).work)
        task = asyncio.create_task(loop.run())
        await they.deliveries(*["delivered"] * 21)
        loop.stop()
        await task
    assert Watched.heard < 10 < head
