"""What if somebody reads for a long time, or forgets to end a transaction?"""

import asyncio
import time
from typing import Any

import asyncpg
import pytest

from tests.faults.chain import Chain
from tests.faults.oracle import agrees
from tests.support.house import House

ACTS, MOST = 400, 10.0
"""And the seconds that no act may take."""


@pytest.mark.slow
@pytest.mark.fault("snapshots, and a transaction in another database, stay open", "I3, I8 to I11")
async def test_nothing_waits_for_who_reads_for_a_long_time(
    chain: Chain, chain_databases: House, record_property: Any
) -> None:
    longest = 0.0
    readers = [
        await asyncpg.connect(chain_databases.owner(name))
        for name in ("chain_source", "chain_sink", "postgres")
    ]
    for reader in readers:
        snapshot = reader.transaction(isolation="repeatable_read")
        await snapshot.start()
        await reader.fetchval("select pg_current_xact_id()")  # which holds every reader by xid back
    async with chain.working():
        for _ in range(ACTS // 8):
            began = time.monotonic()
            await asyncio.gather(*(chain.write() for _ in range(8)))
            longest = max(longest, time.monotonic() - began)
        await chain.settles()
        await agrees(chain)
        count = "select count(*) from log.event"
        assert await readers[0].fetchval(count) == 0 < await chain.source.head()
    for reader in readers:
        await reader.close()
    assert longest < MOST
    record_property("the longest append took", round(longest, 2))
