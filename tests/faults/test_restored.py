"""What if one database is put back to an earlier day, from a base backup made under load?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from deploy.local.postgres import Postgres
from shared.bus.port import Truncated
from shared.bus.relay import Forked
from tests.faults.backup import backup_of, there
from tests.faults.chain import Chain, Site, chain_in, via
from tests.faults.conftest import emptied, impatient
from tests.faults.oracle import agrees, whole_log
from tests.kernel.bus.contract import all_of
from tests.support.house import House

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
ours = pytest_asyncio.fixture(scope="module", loop_scope="module")
"""One backup serves all: each restores another database of it, and leaves the chain alone."""


@pytest.fixture(scope="module")
def empty_site(chain_databases: House) -> Site:
    return emptied(chain_databases)


@ours
async def chain(empty_site: Site) -> AsyncIterator[Chain]:
    with pytest.MonkeyPatch.context() as patch:
        impatient(patch)
        async with chain_in(empty_site) as found:
            yield found


@ours
async def restored(chain: Chain, chain_databases: House) -> AsyncIterator[Postgres]:
    """Give a copy of the server as it was; what was recorded since was told, heard and folded."""
    async with AsyncExitStack() as kept:
        async with chain.working():
            await chain.writes(40)
            async with chain.writing():
                copy = await kept.enter_async_context(backup_of(chain_databases.server))
            await chain.writes(40)
            await chain.settles()
        copy.start()
        yield copy


async def stops(chain: Chain, job: str, why: type[Exception]) -> None:
    """See that a job ends by itself."""
    loop = chain.works(job)[job]
    with pytest.raises(why):
        await asyncio.wait_for(loop._work(loop), 10)


@pytest.mark.fault("a log is restored", "I3 to I5, I10")
async def test_a_restored_log_is_not_told_for_it_forked(chain: Chain, restored: Postgres) -> None:
    told = await all_of(chain.bus, chain.topic)
    site = via(chain.site, source=there(chain.site.source, restored))
    async with chain_in(site) as forked:
        assert 0 < await forked.source.head() < await chain.source.head()
        await whole_log(forked.source)
        await stops(forked, "relay", Forked)
        await forked.writes(40)  # life goes on, on positions that were told before
        await stops(forked, "relay", Forked)
        await whole_log(forked.source)
    assert await all_of(chain.bus, chain.topic) == told
    await agrees(chain)


@pytest.mark.fault("the bus is restored", "I10, I11")
async def test_a_restored_bus_is_neither_heard_nor_told(chain: Chain, restored: Postgres) -> None:
    site = via(chain.site, bus=there(chain.site.bus, restored))
    async with chain_in(site) as behind:
        kept, there_are = [len(await all_of(it.bus, chain.topic)) for it in (behind, chain)]
        assert 0 < kept < there_are
        await stops(behind, "consumer", Truncated)
        # Else what it lost would never be told again, and who listens would wait for it for ever.
        await stops(behind, "relay", Forked)
    await agrees(chain)


@pytest.mark.fault("the database of who listens is restored", "I2 to I5, I9, I11")
async def test_a_restored_listener_hears_again_what_it_forgot(
    chain: Chain, restored: Postgres
) -> None:
    site = via(chain.site, sink=there(chain.site.sink, restored))
    async with chain_in(site) as behind, behind.working("consumer", "projector"):
        assert await behind.sink.head() < await chain.sink.head()
        await behind.settles()
        await agrees(behind, chain.acts)
