"""A referral that nobody could read is received, looked at by a person, and goes on."""

from typing import Any

from tests.journeys.people import people
from tests.support.house import Home
from tests.support.patience import until


async def test_a_referral_nobody_could_read_is_still_looked_at_by_a_person(
    town: dict[str, Home],
) -> None:
    async with people(town) as they:
        sent = await they.home.refers({"fall_report": {"resident": "Edith H."}})
        assert sent["status"] == "held"
        assert sent["expect_by"]
        (adult,) = (it["adult"] for it in sent["adults"])

        async def listed() -> Any:
            return [it for it in await they.contact.screening() if it["adult"] == adult]

        (row,) = await until(listed)
        assert row["what_to_do"] == (
            "Nothing could be read of any adult or event: read what was sent."
        )
        words = await they.contact.client.get(f"/v1/referrals/{sent['id']}/words")
        assert "Edith H." in words.json()["document"]

        # Its sender tells more in the meantime; nothing of it is lost on the way.
        await they.home.adds(sent, {"what_happened": "She fell, and nobody came."})
        await they.contact.does(
            f"referrals/{sent['id']}/promotion", adult=adult, reasons="A fall, unseen for hours."
        )
        concern = await they.screener.reads(adult, lambda it: it["concern"]["news"] == 1)
        assert concern["concern"]["rating"]["band"] == "band@1:amber", "unknown is not nothing"
        assert "nobody came" in concern["words"]["added"][0]
        assert (await they.home.hears(sent, lambda it: it["status"] == "promoted"))["adults"]


async def test_a_child_reported_by_mistake_of_a_year_is_put_right_by_a_person(
    town: dict[str, Home],
) -> None:
    async with people(town) as they:
        sent = await they.home.refers(
            {
                "what_happened": "He was hit.",
                "adults": [{"name": "Al", "date_of_birth": "2019-05-02"}],
            }
        )
        (adult,) = (it["adult"] for it in sent["adults"])
        assert any("children's services" in it for it in sent["advice"])
        at = f"referrals/{sent['id']}"
        await they.contact.does(
            f"{at}/redirection", adult=adult, to="redirection@1:children", reasons="Aged 7."
        )
        assert (await they.home.hears(sent, lambda it: it["status"] == "redirected"))["adults"]

        await they.contact.does(f"{at}/promotion", adult=adult, reasons="Born 1919, by telephone.")
        assert (await they.screener.reads(adult))["concern"]["state"] == "waiting"
        assert (await they.home.hears(sent, lambda it: it["status"] == "promoted"))["adults"]
