"""What a partner adds reaches the screener, and danger reaches the head of the queue."""

from tests.journeys.people import CALM, WORRYING, people, referral
from tests.support.house import Home


async def test_what_a_partner_adds_reaches_the_screener(town: dict[str, Home]) -> None:
    async with people(town) as they:
        sent = await they.home.refers(referral(CALM))
        (adult,) = (it["adult"] for it in sent["adults"])
        assert (await they.screener.reads(adult))["concern"]["rating"]["band"] == "band@1:green"

        await they.home.adds(sent, referral(WORRYING, what_happened="He has her bank card."))
        told = await they.screener.reads(adult, lambda it: it["concern"]["news"] == 1)
        assert told["concern"]["rating"]["band"] == "band@1:amber"
        assert told["concern"]["rating"]["scored_by"] == "scorer@1:added-information"
        assert "bank card" in told["words"]["added"][0]
        assert (await they.home.hears(sent, lambda it: it["amendments"] == 1))["adults"]


async def test_danger_told_later_reaches_the_head_of_the_queue(town: dict[str, Home]) -> None:
    async with people(town) as they:
        sent = await they.home.refers(referral(CALM))
        other = await they.home.refers(referral(WORRYING))
        mine, theirs = sent["adults"][0]["adult"], other["adults"][0]["adult"]
        assert await they.screener.sees_in_order(mine, theirs) == [theirs, mine]
        await they.screener.does(
            f"concerns/{mine}/scores", answers=CALM, evidence="All is well, says her nurse."
        )

        await they.home.adds(sent, {"immediate_danger": "yes"})
        await they.screener.reads(mine, lambda it: it["concern"]["rating"]["band"] == "band@1:red")
        least = {"X-Min-Position": str(await town["triage"].runtime.log.head())}
        await they.screener.client.get("/v1/concerns", headers=least)
        assert await they.screener.sees_in_order(mine, theirs) == [mine, theirs]


async def test_danger_told_of_an_adult_whom_the_referral_does_not_name_reaches_a_person(
    town: dict[str, Home],
) -> None:
    async with people(town) as they:
        sent = await they.home.refers(referral(CALM))
        other = {"name": "Bo Lindqvist", "risk": {"signals": ["immediate-danger"]}}
        await they.home.adds(sent, {"what_happened": "He hit Bo.", "adults": [{}, other]})
        told = await they.home.hears(sent, lambda it: len(it["adults"]) == 2)
        bo = told["adults"][1]["adult"]
        assert (await they.contact.sees_held(bo))["within_the_hour"]

        why = "Bo is another resident, and was hit as well."
        await they.contact.does(f"referrals/{sent['id']}/promotion", adult=bo, reasons=why)
        shown = await they.screener.reads(bo)
        assert shown["concern"]["rating"]["band"] == "band@1:red"
        assert shown["words"]["details"]["adult"]["name"] == "Bo Lindqvist"
        assert await they.home.hears(sent, lambda it: it["adults"][1]["status"] == "promoted")
