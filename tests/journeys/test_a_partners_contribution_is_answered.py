"""What a partner adds is a debt of ours, until somebody who knew it decides, or looks at it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.consumer import WAIT
from tests.journeys.people import (
    MANAGER,
    Lead,
    Staff,
    adult,
    at_work,
    due,
    it_is,
    missed,
    organisation,
    people,
    referral,
)
from tests.support.house import Home, House

ANSWER = ("answer-to-contribution", "us")
LOOK = ("look-at-contribution", "us")
MADE = ("lead", "plan", "desired-outcomes", "advocacy", "outcomes-achieved")
KNOWN_BY_THEN = ("referral.received", "concern.recognised", "decision.made", "enquiry.opened")
ANSWERED = ("contribution.received", "contribution.considered")


@pytest.mark.slow
async def test_a_partners_contribution_is_answered(monday: dict[str, Home]) -> None:
    async with (
        organisation(monday, "rosewood-house") as home,
        people(monday) as they,
        monday["enquiry"].client("sam", MANAGER) as at_enquiry,
        monday["notify"].client("sam", MANAGER) as at_notify,
    ):
        lead = Lead(at_enquiry)
        sent = await home.intake.refers(referral())
        id = adult(sent)

        # What is added before the decision is owed an answer in five working days: both see it.
        await home.intake.adds(sent, referral(what_happened="He has her bank card."))
        (debt,) = await home.owed(ANSWER)
        assert (debt["case"], debt["due_at"]) == (sent["id"], "2023-06-12T16:00:00Z")
        assert (await at_notify.get("/v1/obligations")).json()["items"] == [debt]
        knows = await they.manager.reads(id, lambda it: it["concern"]["news"] == 1)
        assert "decision" in due(knows["concern"])

        # The decision that knew it settles it, and the partner hears so.
        await they.manager.decides(id)
        await home.owed()
        await home.is_told(sent["id"], *KNOWN_BY_THEN, *ANSWERED)
        for sees in (home.notify, at_notify):
            assert (await sees.get(f"/v1/obligations/{debt['id']}")).json()["met"]
        assert due((await they.manager.reads(id))["concern"]) == {}
        await they.screener.sees_no_more(id)

        # What is added after it has to be looked at by those who decided: it is theirs again.
        await home.intake.adds(sent, referral(what_happened="He is back."))
        (again,) = await home.owed(ANSWER)
        decided = (await they.manager.reads(id, lambda it: it["concern"]["due"]))["concern"]
        assert decided["state"] == "decided"
        assert due(decided)["look"] == "2023-06-06T16:00:00Z"
        assert await they.screener.sees_in_order(id) == [id]

        # Nobody looks: that is a fact, and it stays owed, by them and to the partner.
        await it_is(monday, "2023-06-13T09:00:00Z")
        late = await all_that_passed_is_counted(they.manager, id, by="2023-06-13T09:00:00Z")
        assert "look" in missed(late["concern"])
        assert await home.owed(ANSWER) == [again]
        assert again["due_at"] < "2023-06-13", "and everybody sees that it is late"

        # Only a person who says what it changes settles it.
        await they.manager.does(
            f"concerns/{id}/consideration", f"concerns/{id}", reasons="The plan stands."
        )
        await home.owed()
        await home.is_told(sent["id"], *KNOWN_BY_THEN, *ANSWERED, *ANSWERED)
        assert due((await they.manager.reads(id))["concern"]) == {}
        await they.screener.sees_no_more(id)

        # The enquiry ends, and the partner tells more: whoever closed it has to look as well.
        await lead.makes(id, *MADE)
        await lead.makes(id, "conclusion", plan="safety-plan@1:not-needed")

        await it_closes_when_that_is_considered(lead, id)
        assert due(await lead.sees(id)) == {}
        await home.intake.adds(sent, referral(what_happened="She is hungry again."))
        told = await lead.sees(id, lambda it: it["told_more_at"])
        assert (told["stage"], due(told)) == (
            "enquiry-stage@1:closed", {"look": "2023-06-14T16:00:00Z"}
        )  # fmt: skip
        await it_is(monday, "2023-06-15T09:00:00Z")
        unseen = await lead.sees(id, lambda it: "look" in missed(it))
        assert due(unseen), "owed again, until somebody does it"
        await lead.makes(id, "decision-review")
        assert due(await lead.sees(id)) == {}

        # That is not yet an answer to the partner, which those who decided owe.
        await home.owed(ANSWER)
        await all_that_passed_is_counted(they.manager, id, by="2023-06-15T09:00:00Z")
        await they.manager.does(
            f"concerns/{id}/consideration", f"concerns/{id}", reasons="A new referral is made."
        )
        await home.owed()


async def all_that_passed_is_counted(staff: Staff, id: str, *, by: str) -> Any:
    """Wait until nothing is due any more by an instant, or what they have read is soon old."""
    return await staff.reads(id, lambda it: min(due(it["concern"]).values(), default=by) > by)


async def it_closes_when_that_is_considered(lead: Lead, id: str) -> None:
    """See that an enquiry does not close before its lead has said what it changes there."""
    waits = await lead.sees(id, lambda it: "information" in missed(it))
    assert waits["escalated_to"] == [f"escalation@1:{MANAGER}"]
    refused = await lead.cannot(id, "closure")
    assert refused["type"] == "/problems/information-not-considered"
    await lead.makes(id, "consideration")
    await lead.makes(id, "closure")


@pytest.mark.slow
async def test_a_decision_that_did_not_know_what_was_added_does_not_answer_it(
    shared_house: House, receivers_here: None
) -> None:
    name = f"rosewood-house-{uuid4()}"
    async with at_work(shared_house, "intake", "notify") as town, organisation(town, name) as home:
        sent = await home.intake.refers(referral())
        id = adult(sent)
        async with (
            at_work(shared_house, "triage") as deaf,
            deaf["triage"].client("sam", MANAGER) as sam,
        ):
            await Staff(sam).reads(id)
            await hears_nothing_more(deaf["triage"])
            await home.intake.adds(sent, referral(what_happened="He has her bank card."))
            await home.owed(ANSWER)
            await Staff(sam).decides(id)
            await home.also_hears("decision.made", "contribution.received")
            assert (await Staff(sam).reads(id))["concern"]["news"] == 0
            await home.owed(ANSWER)

        # It arrives: who decided owes a look, and only that settles it.
        async with (
            at_work(shared_house, "triage") as awake,
            awake["triage"].client("sam", MANAGER) as sam,
        ):
            late = await Staff(sam).reads(id, lambda it: it["concern"]["news"] == 1)
            assert due(late["concern"]).keys() >= {"look", "re-check"}
            await home.owed(ANSWER)
            assert "contribution.considered" not in home.receiver.types
            await Staff(sam).does(
                f"concerns/{id}/consideration", f"concerns/{id}", reasons="Known from her bank."
            )
            await home.owed()
            await home.also_hears("contribution.considered")


@pytest.mark.slow
async def test_what_is_added_about_somebody_held_is_looked_at_or_goes_along(
    shared_house: House, receivers_here: None
) -> None:
    name = f"rosewood-house-{uuid4()}"
    async with (
        at_work(shared_house, "intake", "triage", "notify") as town,
        organisation(town, name) as home,
        people(town) as they,
    ):
        young = {"name": "Al", "date_of_birth": "2019-05-02"}
        sent = await home.intake.refers({"what_happened": "He was hit.", "adults": [young]})
        id, at = adult(sent), f"referrals/{sent['id']}"
        await home.owed()

        # Nobody has read it yet: somebody owes a look, and passing him on is that look.
        await home.intake.adds(sent, {"what_happened": "He is seven."})
        (look,) = await home.owed(LOOK)
        assert look["case"] == sent["id"]
        passed_on = {"adult": id, "to": "redirection@1:children", "reasons": "Aged 7."}
        await they.contact.does(f"{at}/redirection", f"{at}/words", **passed_on)
        await home.owed()
        await home.also_hears("referral.redirected", "contribution.considered")
        told = ("referral.received", "referral.redirected", "contribution.considered")
        await home.is_told(sent["id"], *told)

        # More comes of it, which is owed again, and all of it goes along when he goes on.
        await home.intake.adds(sent, {"what_happened": "He was born in 1919."})
        (again,) = await home.owed(LOOK)
        await they.contact.does(f"{at}/promotion", adult=id, reasons="Born 1919, by telephone.")
        debts = await home.owed(ANSWER, ANSWER)
        assert again["id"] in {it["id"] for it in debts}
        await they.manager.reads(id, lambda it: it["concern"]["news"] == 2)
        await they.manager.decides(id)
        await home.owed()


async def hears_nothing_more(home: Home) -> None:
    """Let a service take no message any more."""
    (ears,) = (it for it in home.loops if it.name == "consumer")
    ears.stop()
    await asyncio.sleep(WAIT + 0.5)  # it ends when it has waited for the next one
