"""Nothing closes silently: a person says why, whoever sent it hears, and till then it is due."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.dols.asking import asks, does, sees
from tests.enquiry.asking import COMMANDS, lists, safety_plan
from tests.journeys.people import MANAGER, Lead, Staff, adult, due, organisation, people, referral
from tests.support.house import Home, key

NOT_MET = {"unable_to_protect_themselves": "not-met"}
NO_NEEDS = {"needs_care_and_support": "not-met"}
WITHOUT_AN_ENQUIRY: Mapping[str, tuple[dict[str, str], str]] = {
    "nfa-signpost": (NOT_MET | {"route": "signpost-route@1:complaint"}, "passed-on"),
    "nfa-adult-declines": ({}, "advice-given"),
    "not-a-concern": (NO_NEEDS, "advice-given"),
    "transfer-area": ({}, "passed-on"),
    "child": (NO_NEEDS, "passed-on"),
    "excluded-setting": ({}, "passed-on"),
    "duplicate": ({}, "passed-on"),
}
"""How a concern may be decided that opens no enquiry, and what its sender hears of it."""

HEARD = ("referral.received", "concern.recognised", "decision.made")


async def is_owed_something(staff: Staff, concern: str) -> None:
    """Wait until a concern is there, and see that who waits is owed something."""
    assert "decision" in due((await staff.reads(concern))["concern"])


async def was_decided_by_sam(staff: Staff, concern: str) -> None:
    """See who decided, that they said why, and that nothing is owed any more."""
    shown = await staff.reads(concern)
    assert shown["concern"]["decision"]["decided_by"] == "sam"
    assert shown["words"]["decision_reasons"] == "As the tests say."
    assert due(shown["concern"]) == {}


@pytest.mark.slow
async def test_a_concern_that_opens_no_enquiry_is_told_to_its_sender(
    working: dict[str, Home],
) -> None:
    async with organisation(working, f"rosewood-house-{uuid4()}") as home, people(working) as they:
        for outcome, (said, told) in WITHOUT_AN_ENQUIRY.items():
            sent = await home.intake.refers(referral())
            await is_owed_something(they.manager, adult(sent))
            await they.manager.decides(adult(sent), outcome, **said)
            await was_decided_by_sam(they.manager, adult(sent))
            status = await home.intake.hears(sent, lambda it: it["status"] == "decided")
            (only,) = status["adults"]
            assert only["outcome_class"] == f"outcome-class@1:{told}"
            await home.is_told(sent["id"], *HEARD)


@pytest.mark.slow
async def test_a_referral_that_was_taken_back_is_decided_and_told_all_the_same(
    working: dict[str, Home],
) -> None:
    async with organisation(working, f"rosewood-house-{uuid4()}") as home, people(working) as they:
        sent = await home.intake.refers(referral())
        await home.intake.takes_back(sent, "Her son asked us to.")
        await they.manager.reads(adult(sent), lambda it: it["concern"]["withdrawn"])
        await is_owed_something(they.manager, adult(sent))
        await they.manager.decides(adult(sent), "nfa-adult-declines")
        await was_decided_by_sam(they.manager, adult(sent))
        status = await home.intake.hears(sent, lambda it: it["adults"][0]["outcome_class"])
        assert status["withdrawn"]
        assert status["adults"][0]["outcome_class"] == "outcome-class@1:advice-given"
        await home.is_told(sent["id"], *HEARD)


@pytest.mark.slow
async def test_an_adult_who_is_passed_on_elsewhere_is_passed_on_by_a_person(
    working: dict[str, Home],
) -> None:
    async with people(working) as they:
        child = {"name": "Al", "date_of_birth": "2019-05-02"}
        sent = await they.home.refers({"what_happened": "He was hit.", "adults": [child]})
        held = await they.contact.sees_held(adult(sent))
        assert held["due_at"] == sent["expect_by"]
        at, to = f"referrals/{sent['id']}/redirection", "redirection@1:children"
        await they.contact.does(at, adult=adult(sent), to=to, reasons="Aged 7.")
        status = await they.home.hears(sent, lambda it: it["status"] == "redirected")
        assert "children" in status["adults"][0]["says"]
        words = await they.contact.client.get(f"/v1/referrals/{sent['id']}/words")
        (reasons,) = words.json()["reasons"]
        assert (reasons["by"], reasons["words"]) == ("jo", "Aged 7.")
        await they.contact.sees_held_no_more(adult(sent))


async def cannot_be_closed(lead: Lead, id: str, because: str, **but: Any) -> Any:
    """See that closing an enquiry is refused, and that it is owed something; give the problem."""
    problem = await lead.cannot(id, "closure", **but)
    assert problem["type"] == f"/problems/{because}"
    assert due(await lead.sees(id))
    return problem


@pytest.mark.slow
async def test_an_enquiry_closes_when_nobody_is_owed_anything_and_its_sender_hears(
    monday: dict[str, Home],
) -> None:
    async with (
        organisation(monday, "rosewood-house") as home,
        organisation(monday, "royal-derby") as hospital,
        people(monday) as they,
        monday["enquiry"].client("sam", MANAGER) as at_enquiry,
    ):
        lead = Lead(at_enquiry)
        sent = await home.intake.refers(referral())
        id = adult(sent)
        await they.manager.reads(id)
        await they.manager.decides(id)
        await lead.sees(id)
        await cannot_be_closed(lead, id, "desired-outcomes-not-asked")
        await lead.makes(id, "lead", "plan", "desired-outcomes", "advocacy")
        await cannot_be_closed(lead, id, "not-concluded")

        # While a partner enquires, while their report waits, and when another one comes late.
        await lists(at_enquiry, partner=hospital.name)
        await lead.makes(id, "caused-enquiry")
        await cannot_be_closed(lead, id, "caused-enquiry-open")
        await lead.makes(id, "caused-enquiry/report")
        await cannot_be_closed(lead, id, "caused-enquiry-open")
        await lead.makes(id, "caused-enquiry/assessment", verdict="report-verdict@1:accepted")
        await lead.makes(id, "caused-enquiry/report", report="One of them was an agency nurse.")
        await cannot_be_closed(lead, id, "late-report-not-considered")
        await lead.makes(id, "caused-enquiry/consideration")
        await hospital.also_hears("task.assigned", "report.received", "report.assessed")

        # While the safety plan is missing, or an action of it is neither done nor passed on.
        await lead.makes(id, "outcomes-achieved", "conclusion")
        await cannot_be_closed(lead, id, "safety-plan-missing")
        await lead.makes(id, "safety-plan", **safety_plan("2023-06-16", "2023-06-19"))
        await cannot_be_closed(lead, id, "action-live")
        await lead.makes(id, "safety-plan/endings")

        # While what its sender told since may be new abuse, and nobody said what it changes.
        await home.intake.adds(sent, referral(what_happened="There is a new bruise."))
        await lead.sees(id, lambda it: it["told_more_at"])
        await cannot_be_closed(lead, id, "information-not-considered")
        await lead.makes(id, "consideration", effect="information-effect@1:protection")
        await cannot_be_closed(lead, id, "conclusion-in-doubt")
        await lead.makes(id, "conclusion")

        # While the decision behind it does not stand, and nobody said what that means.
        await they.manager.does(f"concerns/{id}/reopening", reasons="Hungry again.")
        await lead.sees(id, lambda it: it["decision_changed_at"])
        await cannot_be_closed(lead, id, "decision-not-reviewed")
        await is_owed_something(they.manager, id)
        await they.manager.decides(id)
        await was_decided_by_sam(they.manager, id)
        await lead.sees(id, lambda it: it["outcome"])
        await lead.makes(id, "decision-review")

        # While nobody says whether the adult, and whoever referred them, were told.
        for question in ("adult_told", "referrer_told"):
            problem = await cannot_be_closed(lead, id, "unreadable", **{question: None})
            assert [it["pointer"] for it in problem["errors"]] == [f"#/{question}"]

        await lead.makes(id, "closure")
        closed = await lead.sees(id)
        assert (closed["stage"], due(closed)) == (
            "enquiry-stage@1:closed", {"review": "2023-06-19T16:00:00Z"}
        )  # fmt: skip
        assert closed["conclusion"]["concluded_by"] == "sam"
        await it_says_who_and_why(at_enquiry, id)
        await home.is_told(
            sent["id"], *HEARD, "enquiry.opened", "decision.reopened", "decision.made",
            "contribution.received", "contribution.considered",
            "enquiry.concluded", "enquiry.concluded", "enquiry.closed",
        )  # fmt: skip


async def it_says_who_and_why(client: httpx.AsyncClient, id: str) -> None:
    """See who concluded and closed an enquiry, and what they wrote."""
    words = (await client.get(f"/v1/enquiries/{id}")).json()["words"]
    assert words["conclusion"] == COMMANDS["conclusion"]["words"]
    assert words["closing"] == COMMANDS["closure"]["words"]
    lines = (await client.get(f"/v1/enquiries/{id}/history")).json()
    by = {it["fact"].partition("/")[0]: it["by"] for it in lines}
    assert by["enquiry.enquiry-concluded"] == by["enquiry.enquiry-closed"] == "sam"


@pytest.mark.slow
@pytest.mark.parametrize("taken_back", [False, True], ids=["decided", "taken back"])
async def test_a_request_that_is_not_granted_is_told_to_its_managing_authority(
    working: dict[str, Home],
    taken_back: bool,  # noqa: FBT001 - a case of the journey
) -> None:
    name, dols = f"rosewood-house-{uuid4()}", working["dols"]
    async with (
        organisation(working, name) as home,
        dols.client(name, "dols.write", "dols.read") as ward,
        dols.client("sig", "dols-signatory") as signatory,
    ):
        id, reason = (await asks(ward))["id"], "not-granted-reason@1:died"
        if taken_back:
            reason = "not-granted-reason@1:withdrawn"
            await takes_back(ward, id)
        waits = (await sees(signatory, id))["case"]
        assert "decision" in due(waits), "also what is taken back is ended by a person"
        await does(signatory, id, "decision", not_grant={"reason": reason})

        ended = await sees(signatory, id)
        assert due(ended["case"]) == {}
        assert ended["case"]["decision"]["decided_by"] == "sig"
        assert "On Sunday." in [it["words"] for it in ended["words"]]
        status = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert (status["status"], status["decision"]["reason"]) == ("not-granted", reason)
        await home.is_told(id, "dols.received", "dols.not-granted")


async def takes_back(ward: httpx.AsyncClient, id: str) -> None:
    """Take a request back, having looked at it."""
    at = f"/v1/dols-requests/{id}"
    seen = {"If-Match": (await ward.get(at)).headers["ETag"]}
    said = {"reason": "She went home."}
    answer = await ward.post(f"{at}/withdrawal", json=said, headers=key() | seen)
    assert answer.status_code == 204, answer.text
