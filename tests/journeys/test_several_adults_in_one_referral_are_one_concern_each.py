"""Several adults in one referral are one concern each, decided one by one."""

from tests.journeys.people import CALM, GRAVE, people
from tests.support.house import Home


async def test_several_adults_in_one_referral_are_one_concern_each(town: dict[str, Home]) -> None:
    async with people(town) as they:
        sent = await they.home.refers(
            {
                "what_happened": "One resident pushed another.",
                "adults": [{"name": "Ann", "risk": GRAVE}, {"name": "Bo", "risk": CALM}],
            }
        )
        ann, bo = (it["adult"] for it in sent["adults"])
        first, second = await they.screener.reads(ann), await they.screener.reads(bo)
        assert first["concern"]["contact"] == second["concern"]["contact"] == sent["id"]
        assert first["concern"]["rating"]["band"] == "band@1:red"
        assert second["concern"]["rating"]["band"] == "band@1:green"
        assert first["words"]["details"]["adult"]["name"] == "Ann"
        assert second["words"]["details"]["adult"]["name"] == "Bo"

        await they.manager.decides(ann)
        one = await they.home.hears(sent, lambda it: it["adults"][0]["status"] == "decided")
        assert one["adults"][1]["status"] == "promoted"
        assert one["status"] == "promoted", "not all is decided yet"

        await they.manager.decides(
            bo, "nfa-signpost", unable_to_protect_themselves="not-met",
            route="signpost-route@1:complaint",
        )  # fmt: skip
        both = await they.home.hears(sent, lambda it: it["status"] == "decided")
        assert [it["outcome_class"] for it in both["adults"]] == [
            "outcome-class@1:proceeding", "outcome-class@1:passed-on"
        ]  # fmt: skip
