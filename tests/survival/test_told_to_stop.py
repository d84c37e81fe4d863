"""What does a service do when it is told to stop while it is busy?"""

import asyncio
import json
import signal
import time
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.supervisor import Backoff
from tests.support.house import House
from tests.support.patience import until
from tests.survival.callers import SCOPES, Partners
from tests.survival.conftest import owner_of
from tests.survival.oracle import agrees, facts
from tests.survival.town import HOST, Town, town_in

SECONDS = 4.0
AWAY = Backoff(first=4.0)
"""Long enough to look at what a stopped service left, before it is started again."""

BODY = json.dumps({"what_happened": "She said that the door is locked at night."}).encode()
SESSIONS = "select count(*) from pg_stat_activity where usename = 'intake'"
LOCKS = """
select count(*) from pg_locks l join pg_database d on d.oid = l.database
where l.locktype = 'advisory' and d.datname = 'intake'
"""


@pytest.mark.slow
@pytest.mark.fault("a service is told to stop in the middle of a request", "I1, I7 to I11")
async def test_a_service_told_to_stop_finishes_what_it_began_and_leaves_nothing_behind(
    own_house: House, tmp_path: Path
) -> None:
    async with town_in(own_house, tmp_path, "triage") as town, owner_of(own_house, "bus") as db:
        await town.begin("intake", backoff=AWAY)
        partners, triage = Partners(town, seed=13), town.process("triage")
        async with asyncio.TaskGroup() as load:
            load.create_task(partners.send(120, 0.02))
            receipt = await _stopped_while_busy(town, db)
            assert town.process("triage") is triage
            assert triage.returncode is None
            assert await town.asked("triage", "/v1/figures", "sam", "screener")
        async with owner_of(own_house, "intake") as log:
            kept = [str(case) for case, _ in await facts(log, "intake.referral-received/1")]
        assert kept.count(receipt.json()["id"]) == 1
        partners.answers[partners.begun] = receipt
        partners.begun += 1
        await agrees(town, partners)


async def _stopped_while_busy(town: Town, db: asyncpg.Connection) -> httpx.Response:
    """Tell intake to stop; give its answer to a referral that was half way in by then."""
    await asyncio.sleep(1)
    assert await db.fetchval(LOCKS) > 0
    slow, stopping = await _half_a_referral(town), town.process("intake")
    town.kill("intake", signal.SIGTERM)
    await until(lambda: _refuses(town), SECONDS)
    assert stopping.returncode is None  # somebody is still speaking
    receipt, began = await _the_other_half(*slow), time.monotonic()
    assert receipt.status_code == httpx.codes.CREATED
    assert await stopping.wait() == 0
    assert time.monotonic() - began < SECONDS
    await _leaves_nothing(db)
    return receipt


async def _half_a_referral(town: Town) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Begin a request, so that it is under way."""
    token = town.house.token("rosewood-house", *SCOPES)["Authorization"]
    port = int(town.urls["intake"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection(HOST, port)
    head = (
        f"POST /v1/referrals HTTP/1.1\r\nhost: {HOST}\r\nauthorization: {token}\r\n"
        f"idempotency-key: slow\r\ncontent-length: {len(BODY)}\r\n\r\n"
    )
    writer.write(head.encode() + BODY[:10])
    await writer.drain()
    await asyncio.sleep(0.2)
    return reader, writer


async def _the_other_half(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> httpx.Response:
    writer.write(BODY[10:])
    await writer.drain()
    status = await reader.readline()
    rest = await reader.read()  # to the end: the service closes when it has answered
    writer.close()
    return httpx.Response(int(status.split()[1]), content=rest.partition(b"\r\n\r\n")[2])


async def _refuses(town: Town) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, int(town.urls["intake"].rpartition(":")[2]))
    except OSError:  # refused, or reset by what has just stopped to listen
        return True
    writer.close()
    return False


async def _leaves_nothing(db: asyncpg.Connection) -> None:
    async def gone() -> bool:
        return not await db.fetchval(SESSIONS)

    await until(gone, 1)  # PostgreSQL takes a moment to see that nobody is there any more
    assert await db.fetchval(LOCKS) == 0
