"""What does a projector do with facts of a newer build, after going back to an older one?"""

from uuid import uuid4

from shared.log.codec import Codec
from shared.log.log import Log
from tests.kernel import a
from tests.kernel.folds import keeping, rows_of
from tests.kernel.test_projector import record, stale_cases, tally
from tests.support.house import House


async def test_a_fact_that_cannot_be_read_leaves_its_case_as_it_was_and_stops_nobody(
    log: Log, kernel_house: House
) -> None:
    projection, newer, older = tally(), uuid4(), uuid4()
    await record(log, newer, 1)
    async with keeping(kernel_house, log, projection) as keeper:
        await keeper.build()
        await record(log, newer, 2)
        projector = keeper.projector
        projector._codec = Codec((a.Kept,), lambda _happened, _act: None)
        news = await projector._read(keeper.db, keeper.at)
        await projector.keep(keeper.db, keeper.at, news)
        projector._codec, keeper.at = log.codec, news[-1].position
        await record(log, older, 7)
        await keeper.follow()
    rows = await rows_of(log, projection)
    assert (rows[newer].told, rows[older].told) == (1, 1)
    assert newer in await stale_cases(log, projection)
    assert older not in await stale_cases(log, projection)
