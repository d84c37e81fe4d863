"""What if a process freezes for longer than anybody waits for it, and thaws?"""

import asyncio
import signal
import sys
import time
from typing import Any

import psutil
import pytest

from deploy.local.leash import leash
from deploy.local.places import ROOT
from tests.faults.chain import Chain
from tests.faults.crew import Crew, Hand, strikes
from tests.faults.oracle import agrees
from tests.support.patience import until

pytestmark = pytest.mark.slow
FREEZES = """
import asyncio, os, signal, sys
from shared import lease
lease.FROZEN_AFTER = "1s"

def freeze():
    os.kill(os.getpid(), signal.SIGSTOP)

async def main():
    async with lease.leading(sys.argv[1], 8113, 78) as db:
        {doing}
asyncio.run(main())
"""
DOING = {
    "nothing": "freeze()",
    "between two statements of a transaction": "await db.execute('begin; select 1'); freeze()",
    "between the two steps of a new statement": "await db.prepare('select 1'); freeze()",
    "while an answer comes in": (
        "asyncio.get_running_loop().call_later(0.2, freeze);"
        " await db.fetch(\"select repeat('x', 100000) from generate_series(1, 3000)\")"
    ),
}
ROUNDS = 3
WINDOWS = ("relay.after_read", "consumer.after_command", "projector.before_commit")
"""Where a thawed owner would still do something, if it were let."""


@pytest.mark.fault("an owner freezes in the middle of its work, and thaws", "I7 to I11")
async def test_who_freezes_between_two_steps_is_replaced_and_then_does_no_harm(
    crew: Crew, record_property: Any
) -> None:
    frozen = await strikes(crew, "freeze", WINDOWS, _is_frozen)
    async with crew.chain.working():
        await crew.chain.settles()
        for one in frozen:
            one.send(signal.SIGCONT)
        await crew.chain.writes(20)
        for one in frozen:
            await one.ends()
        await crew.chain.settles()
    await agrees(crew.chain)
    record_property("rounds", len(WINDOWS))


def _is_frozen(hand: Hand) -> bool:
    assert hand.process.returncode is None, hand.last_words()
    return psutil.Process(hand.process.pid).status() == psutil.STATUS_STOPPED


@pytest.mark.fault("a whole process freezes at any moment, and thaws", "I1 to I5, I7 to I11")
async def test_two_processes_that_freeze_in_turn_take_over_from_one_another(
    crew: Crew, record_property: Any
) -> None:
    for name in ("one", "two"):
        await crew.begins(name)
    took, frozen, other = [], "one", "two"
    await crew.goes_on(["one", "two"])
    for _ in range(ROUNDS):
        began = time.monotonic()
        crew.hands[frozen].send(signal.SIGSTOP)
        await crew.owned_by(other)
        took.append(time.monotonic() - began)
        await crew.goes_on([other])
        crew.hands[frozen].send(signal.SIGCONT)
        await crew.goes_on([frozen])
        frozen, other = other, frozen
    for hand in crew.hands.values():
        await hand.ends()
    async with crew.chain.working():
        await crew.chain.settles()
    await agrees(crew.chain, crew.acts())
    record_property("rounds", ROUNDS)
    record_property("taken over in (after 2 s of silence)", round(max(took), 1))


@pytest.mark.fault("an owner freezes at any point of the protocol", "I11")
@pytest.mark.parametrize("doing", DOING)
async def test_wherever_an_owner_freezes_its_lock_is_free_within_seconds(
    chain: Chain, doing: str, record_property: Any
) -> None:
    words = (sys.executable, "-c", FREEZES.format(doing=DOING[doing]), chain.site.source)
    frozen = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, preexec_fn=leash(signal.SIGKILL)
    )
    held = "select count(*) from pg_locks where locktype = 'advisory' and objid = 78"

    async def is_frozen() -> bool:
        assert frozen.returncode is None
        return psutil.Process(frozen.pid).status() == psutil.STATUS_STOPPED

    async def is_free() -> bool:
        return not await chain.source.pool.fetchval(held)

    try:
        await until(is_frozen)
        began = time.monotonic()
        assert not await is_free()
        await until(is_free, 8)
        record_property("free in (after 1 s of silence)", round(time.monotonic() - began, 1))
    finally:
        frozen.kill()
        await frozen.wait()
