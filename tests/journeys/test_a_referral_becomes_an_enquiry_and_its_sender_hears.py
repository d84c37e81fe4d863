"""A referral becomes an enquiry, and its sender hears: by webhook, by feed, and what is owed."""

from uuid import uuid4

import pytest

from tests.dols.asking import asks, does, send, today
from tests.enquiry.asking import lists
from tests.journeys.people import MANAGER, Lead, Staff, organisation, referral
from tests.support.house import Home


@pytest.mark.slow
async def test_a_referral_becomes_an_enquiry_and_its_sender_hears(working: dict[str, Home]) -> None:
    async with (
        organisation(working, f"rosewood-house-{uuid4()}") as home,
        organisation(working, f"royal-derby-{uuid4()}") as hospital,
        working["triage"].client("sam", MANAGER) as at_triage,
        working["enquiry"].client("sam", MANAGER) as at_enquiry,
        working["notify"].client("sam", MANAGER) as at_notify,
    ):
        manager, lead = Staff(at_triage), Lead(at_enquiry)

        # A home refers somebody, and hears that it is here and looked at.
        sent = await home.intake.refers(referral())
        id = sent["adults"][0]["adult"]
        await home.hears("referral.received", "concern.recognised")

        # What it adds is a debt of ours, until the decision takes it in.
        await home.intake.adds(sent, referral(what_happened="He has her bank card."))
        await home.owed(("answer-to-contribution", "us"))
        await manager.reads(id, lambda it: it["concern"]["news"] == 1)
        await manager.decides(id)
        await home.owed()
        heard = {"contribution.received", "decision.made", "contribution.considered"}
        await home.also_hears(*heard, "enquiry.opened")

        # A hospital is asked to enquire for us: it owes, reports, and then we owe.
        await lists(at_enquiry, partner=hospital.name)
        await lead.makes(id, "lead", "plan", "desired-outcomes", "advocacy")
        await lead.makes(id, "caused-enquiry", partner=hospital.name)
        await hospital.owed(("answer-to-request", "them"))
        await lead.makes(id, "caused-enquiry/answer")
        await hospital.owed(("report", "them"))
        await lead.makes(id, "caused-enquiry/report")
        await hospital.owed(("answer-to-report", "us"))
        await lead.makes(id, "caused-enquiry/assessment", verdict="report-verdict@1:accepted")
        await hospital.owed()
        await hospital.hears("task.assigned", "report.received", "report.assessed")

        # The end is told to who referred, and the story of it to nobody.
        await lead.makes(id, "outcomes-achieved")
        await lead.makes(id, "conclusion", plan="safety-plan@1:not-needed")
        await lead.makes(id, "closure")
        await home.also_hears("enquiry.concluded", "enquiry.closed")

        # The feed says the same as the webhooks did, in each case in the same order.
        await home.fetches_what_it_heard()
        await hospital.fetches_what_it_heard()
        numbers = [it["data"]["sequence"] for it in await home.feed()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {it["data"]["case"] for it in await home.feed()} == {sent["id"]}
        theirs = {it["data"]["case"] for it in await hospital.feed()}
        assert not theirs & {sent["id"], id}

        # And staff see what was told, by which right, and that it arrived.
        told = (await at_notify.get(f"/v1/correspondence/{sent['id']}")).json()
        assert all(it["disclosure"] for it in told["events"])
        assert {it["attempts"][-1]["status"] for it in told["events"]} == {"delivered"}


@pytest.mark.slow
async def test_a_managing_authority_hears_that_it_is_asked(working: dict[str, Home]) -> None:
    name = f"rosewood-house-{uuid4()}"
    async with (
        organisation(working, name) as home,
        working["dols"].client(name, "dols.write", "dols.read") as ward,
        working["dols"].client("cora", "dols-coordinator") as coordinator,
    ):
        case = (await asks(ward))["id"]
        await does(coordinator, case, "questions")
        await home.hears("dols.received", "dols.question-asked")
        told = (await home.feed())[-1]
        assert (told["type"], told["data"]["case"]) == ("dols.question-asked", case)
        assert "Marigold" not in str(told), "its words are fetched"
        (question,) = (await ward.get(told["data"]["links"]["self"])).json()["questions"]
        assert question["words"] == "When was Marigold born?"

        # They owe the answer, as both sides see, until they have given it.
        (owed,) = await home.owed(("answer-to-question", "them"))
        assert (owed["id"], owed["case"]) == (question["question"], case)
        born = {"person": {"date_of_birth": "1941-05-02"}}
        assert (await send(ward, case, "answers", **born)).status_code == 201
        await home.owed()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "event", "told"),
    [
        ("extension", "dols.extended", ("extended", None)),
        ("extension-refusal", "dols.not-extended", ("refused", "A doctor is free tomorrow.")),
    ],
)
async def test_a_managing_authority_hears_whether_its_urgent_authorisation_is_extended(
    working: dict[str, Home], answer: str, event: str, told: tuple[str, str | None]
) -> None:
    name = f"rosewood-house-{uuid4()}"
    given = {"given_on": await today(working["dols"]), "days": 7, "reasons": "Tonight."}
    async with (
        organisation(working, name) as home,
        working["dols"].client(name, "dols.write", "dols.read") as ward,
        working["dols"].client("sig", "dols-signatory") as signatory,
        working["notify"].client("sam", MANAGER) as at_notify,
    ):
        case = (await asks(ward, urgent=given | {"extension_requested": True}))["id"]
        await does(signatory, case, answer)
        await home.hears("dols.received", event)
        await home.fetches_what_it_heard()
        last = (await home.feed())[-1]
        assert "free" not in str(last), "why is fetched"
        urgent = (await ward.get(last["data"]["links"]["self"])).json()["urgent"]
        assert (urgent["extension"], urgent["reasons"]) == told

        # That it was told, when, by which right, and that it arrived, is kept.
        kept = (await at_notify.get(f"/v1/correspondence/{case}")).json()["events"][-1]
        assert kept["disclosure"] == "disclosure@1:extension-notice"
        assert kept["attempts"][-1]["status"] == "delivered"
