"""What if PostgreSQL takes no writes for a while, as around a failover?"""

import asyncio

import asyncpg
import pytest

from tests.faults.chain import Chain, Site, chain_in
from tests.faults.oracle import agrees
from tests.support.house import House

WHERE = ("chain_source", "chain_sink", "chain_bus")


@pytest.mark.fault("PostgreSQL is read-only for a while", "I1 to I5, I7 to I11")
async def test_a_server_that_takes_no_writes_for_a_while_only_delays(
    chain: Chain, chain_databases: House
) -> None:
    owner = await asyncpg.connect(chain_databases.owner("postgres"))
    async with chain.working():
        await chain.writes(10)
        writing = asyncio.create_task(chain.writes(60, 0.01))
        try:
            await owner.execute("alter system set default_transaction_read_only = on")
            await owner.execute("select pg_reload_conf()")
            await asyncio.sleep(1.5)
            assert not writing.done()
            assert len(await chain.source.read(0)) == await chain.source.head()
        finally:
            await owner.execute("set default_transaction_read_only = off")
            await owner.execute("alter system reset default_transaction_read_only")
            await owner.execute("select pg_reload_conf()")
            await owner.close()
        await writing
        await chain.settles()
    await agrees(chain)


@pytest.mark.fault("every open session is left on a demoted server", "I1 to I5, I7 to I11")
async def test_sessions_that_will_never_write_again_are_left(
    empty_site: Site, chain_databases: House
) -> None:
    owner = await asyncpg.connect(chain_databases.owner("postgres"))
    for name in WHERE:
        await owner.execute(
            f"alter role triage in database {name} set default_transaction_read_only = on"
        )
    async with chain_in(empty_site) as chain:
        async with chain.working():
            await chain.source.head()
            await asyncio.sleep(0.3)
            await chain.bus.ends([chain.topic])
            for name in WHERE:
                await owner.execute(
                    f"alter role triage in database {name} reset default_transaction_read_only"
                )
            await chain.writes(20)
            await chain.settles()
        await agrees(chain)
    await owner.close()
