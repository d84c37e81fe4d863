"""A low-risk wait passes fresher and graver ones as its time comes, so that none is forgotten."""

import pytest

from tests.journeys.people import CALM, GRAVE, WORRYING, due, it_is, missed, people, waits
from tests.support.house import House, at_home


@pytest.mark.slow
async def test_a_low_risk_wait_is_never_forgotten(simulated: House) -> None:
    async with at_home(simulated, "intake") as intake, at_home(simulated, "triage") as triage:
        town = {"intake": intake, "triage": triage}
        async with people(town) as they:
            await it_is(town, "2023-06-05T09:00:00Z")  # Monday
            low = await waits(they.home, CALM)
            first = await waits(they.home, WORRYING)
            assert await they.screener.sees_in_order(low, first) == [first, low]

            await it_is(town, "2023-06-09T15:00:00Z")  # Friday: low is due on Monday
            fresh = await waits(they.home, WORRYING)
            assert await they.screener.sees_in_order(low, first, fresh) == [first, low, fresh]
            row = next(it for it in await they.screener.queue() if it["concern"] == low)
            assert row["rank_reason"] == (
                "Green, due Mon 12 Jun 17:00: Amber and Green go by due time"
            )

            grave = await waits(they.home, GRAVE)
            assert (await they.screener.sees_in_order(grave, low, fresh))[0] == grave

            await they.manager.decides(first)

            await they.screener.sees_no_more(first)

            # Its time passes and nobody decided: that is a fact, and it is owed something still.
            await it_is(town, "2023-06-13T09:00:00Z")
            late = await they.screener.reads(low, lambda it: "decision" in missed(it["concern"]))
            assert due(late["concern"])
            assert await they.screener.sees_in_order(low) == [low]
