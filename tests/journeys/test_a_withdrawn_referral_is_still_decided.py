"""A withdrawn referral is still decided: what it told us may bind us to act."""

from tests.journeys.people import people, referral
from tests.support.house import Home


async def test_a_withdrawn_referral_is_still_decided(town: dict[str, Home]) -> None:
    async with people(town) as they:
        sent = await they.home.refers(referral())
        (adult,) = (it["adult"] for it in sent["adults"])
        await they.home.takes_back(sent, "Her son asked us to.")

        concern = await they.manager.reads(adult, lambda it: it["concern"]["withdrawn"])
        assert concern["concern"]["state"] == "waiting"
        assert await they.manager.sees_in_order(adult) == [adult]

        await they.manager.decides(adult)
        status = await they.home.hears(sent, lambda it: it["adults"][0]["status"] == "decided")
        assert (status["status"], status["withdrawn"]) == ("withdrawn", True)
        assert status["adults"][0]["outcome_class"] == "outcome-class@1:proceeding"
