"""What may staff ask of enquiry, and what do they hear?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.enquiry.events import EnquiryClosed, EnquiryReopened2
from tests.enquiry import a
from tests.enquiry.asking import (
    COMMANDS,
    FINDINGS,
    OF_A_MANAGER,
    PARTNER,
    does,
    history,
    kind,
    lists,
    opened,
    read,
    send,
)
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNDER_WAY = ("lead", "plan", "desired-outcomes", "outcomes-achieved", "advocacy")


async def soon(home: Home) -> date:
    """Give a day that a review may be set to."""
    return (await home.runtime.log.now()).date() + timedelta(days=20)


# What staff do


async def test_an_enquiry_from_its_lead_to_its_closing(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    first = await send(manager, case, "lead", key() | {"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (204, '"2"'), first.text
    await does(lead, case, *UNDER_WAY[1:])
    shown = await read(lead, case)
    assert (shown["enquiry"]["lead"], shown["enquiry"]["stage"]) == (
        "lena.moss", "enquiry-stage@1:in-progress"
    )  # fmt: skip
    assert [it["kind"] for it in shown["enquiry"]["due"]] == ["conclusion"]

    await does(manager, case, "conclusion")
    shown = await read(manager, case)
    assert shown["enquiry"]["conclusion"]["findings"] == FINDINGS
    assert [it["code"] for it in shown["enquiry"]["missing"]] == [
        "closing-guard@1:safety-plan-missing"
    ]
    refused = await send(manager, case, "closure")
    assert (refused.status_code, kind(refused)) == (409, "safety-plan-missing")

    day = (await soon(home)).isoformat()
    assert (await send(lead, case, "safety-plan", first_review_on=day)).status_code == 204
    assert kind(await send(manager, case, "closure")) == "action-live"
    await does(lead, case, "safety-plan/endings")
    last = await does(manager, case, "closure")
    assert last.headers["X-Log-Position"]
    fact = (await history(home, case))[-1]
    assert isinstance(fact.fact, EnquiryClosed)
    assert (fact.act.actor, fact.act.role) == ("sam", "safeguarding-adults-manager")
    shown = (await read(lead, case))["enquiry"]
    assert (shown["stage"], shown["closing_reason"], shown["missing"]) == (
        "enquiry-stage@1:closed", "closing-reason@1:completed", []
    )  # fmt: skip
    assert [it["kind"] for it in shown["due"]] == ["review"]

    await does(lead, case, "safety-plan/reviews")
    assert (await read(lead, case))["enquiry"]["due"] == []
    await does(manager, case, "reopening")
    assert isinstance((await history(home, case))[-1].fact, EnquiryReopened2)
    assert kind(await send(manager, case, "closure")) == "conclusion-in-doubt"
    shown = (await read(manager, case))["enquiry"]
    assert shown["conclusion_in_doubt_since"]
    assert "doubt" in {it["kind"] for it in shown["due"]}
    await does(manager, case, "decision-review")
    assert (await read(manager, case))["enquiry"]["conclusion_in_doubt_since"] is None
    await does(manager, case, "closure")


async def test_a_new_plan_ends_live_actions_with_reasons_and_carries_on_the_others(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    two = COMMANDS["safety-plan"]["actions"] * 2
    assert (await send(lead, case, "safety-plan", actions=two)).status_code == 204
    ending = {"action": 1, "how": "action-ending@1:replaced", "words": "A nurse weighs her."}
    wordless = ending | {"words": ""}
    assert kind(await send(lead, case, "safety-plan", endings=[wordless])) == "unreadable"
    other = ending | {"action": 7}
    assert kind(await send(lead, case, "safety-plan", endings=[other])) == "action-not-live"
    assert (await send(lead, case, "safety-plan", endings=[ending])).status_code == 204
    shown = await read(manager, case)
    actions = shown["enquiry"]["safety_plan"]["actions"]
    assert [(it["action"], it["ended"]) for it in actions] == [
        (1, "action-ending@1:replaced"), (2, None), (3, None)
    ]  # fmt: skip
    assert len(shown["words"]["actions"]) == 3


async def test_a_report_after_the_closing_is_kept_and_owed_a_look(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    case = await opened(home, *a.ready[1:], a.caused, a.recalled, a.closed)
    assert kind(await send(manager, case, "caused-enquiry/consideration")) == "no-late-report"
    await does(lead, case, "caused-enquiry/report")
    shown = await read(lead, case)
    assert shown["words"]["reports"] == ["Two were on duty."]
    assert "report-answer" in [it["kind"] for it in shown["enquiry"]["due"]]
    await does(manager, case, "caused-enquiry/consideration")
    shown = await read(lead, case)
    assert "report-answer" not in [it["kind"] for it in shown["enquiry"]["due"]]
    assert shown["words"]["late_report"] == "We knew that."


async def test_a_partner_is_asked_accepts_reports_and_reports_again(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, *UNDER_WAY)
    await does(
        lead, case, *(f"caused-enquiry{it}" for it in ("", "/answer", "/report", "/assessment"))
    )
    shown = (await read(lead, case))["enquiry"]["caused_enquiry"]
    assert (shown["partner"], shown["stage"]) == ("royal-derby", "caused-enquiry@1:returned")
    assert kind(await send(manager, case, "conclusion")) == "caused-enquiry-open"
    await does(lead, case, "caused-enquiry/report")
    good = {"verdict": "report-verdict@1:accepted", "reasons": None}
    assert (await send(lead, case, "caused-enquiry/assessment", **good)).status_code == 204
    assert (await read(lead, case))["enquiry"]["stage"] == "enquiry-stage@1:reported"
    assert kind(await send(lead, case, "caused-enquiry/recall")) == "caused-enquiry-is-elsewhere"
    await does(lead, case, "caused-enquiry", "caused-enquiry/recall")
    await does(manager, case, "conclusion")


@pytest.mark.parametrize("described", ["provider", "other"])
async def test_only_a_manager_finds_a_provider_free_of_conflict_however_described(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID, described: str
) -> None:
    name = f"rosewood-{described}"
    await lists(manager, partner=name, partner_kind=f"partner-kind@1:{described}")
    provider = {"partner": name, "conflict_check": "conflict-check@1:clear"}
    unchecked = provider | {"conflict_check": None}
    assert kind(await send(manager, case, "caused-enquiry", **unchecked)) == "conflict-not-checked"
    assert kind(await send(lead, case, "caused-enquiry", **provider)) == "conflict-not-checked"
    assert (await send(manager, case, "caused-enquiry", **provider)).status_code == 204


async def test_a_name_that_is_not_on_the_list_is_nobodys_and_nobody_is_asked(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    slip = await send(lead, case, "caused-enquiry", partner="royal-derbi")
    assert (slip.status_code, kind(slip)) == (422, "partner-not-listed")
    assert "derbi" not in slip.text
    listed = (await lead.get("/v1/partners")).json()
    assert PARTNER in listed
    assert listed == sorted(listed, key=lambda it: str(it["organisation"]).casefold())
    await does(lead, case, "caused-enquiry")
    shown = (await read(lead, case))["enquiry"]["caused_enquiry"]
    assert (shown["partner"], shown["partner_kind"]) == ("royal-derby", "partner-kind@1:nhs")


async def test_a_partner_listed_by_mistake_is_taken_off_and_not_asked(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    await lists(manager, partner="mercia-polise", organisation="Mercia Police")
    for said, status, problem in (
        (PARTNER | {"partner_kind": "partner-kind@1:friend"}, 409, "code-unknown"),
        (PARTNER | {"partner": "Mercia Police"}, 422, "unreadable"),
        (PARTNER | {"organisation": ""}, 422, "unreadable"),
    ):
        wrong = await manager.post("/v1/partners", json=said, headers=key())
        assert (wrong.status_code, kind(wrong)) == (status, problem)
    gone = {"partner": "mercia-polise"}
    for who, status in ((lead, 403), (manager, 204), (manager, 404)):
        answer = await who.post("/v1/partners/removals", json=gone, headers=key())
        assert answer.status_code == status, answer.text
    assert kind(await lead.post("/v1/partners", json=PARTNER, headers=key())) == "forbidden"
    assert "mercia-polise" not in [it["partner"] for it in (await lead.get("/v1/partners")).json()]
    refused = await send(lead, case, "caused-enquiry", **gone)
    assert kind(refused) == "partner-not-listed"


async def test_nothing_is_concluded_before_an_advocate_is_asked_for_and_arranged(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    """Care Act 2014 s68."""
    await does(manager, case, *UNDER_WAY[:-1])
    refused = await send(manager, case, "conclusion")
    assert (refused.status_code, kind(refused)) == (409, "advocacy-not-asked")
    needed = {"advocate": "independent-advocate@1:not-arranged", "words": None}
    assert (await send(lead, case, "advocacy", **needed)).status_code == 204
    refused = await send(manager, case, "conclusion")
    assert (refused.status_code, kind(refused)) == (409, "advocate-not-arranged")
    shown = (await read(lead, case))["enquiry"]
    assert "advocate" in [it["kind"] for it in shown["due"]]
    assert "closing-guard@1:advocate-not-arranged" in [it["code"] for it in shown["missing"]]
    await does(lead, case, "advocacy")
    shown = await read(lead, case)
    assert shown["enquiry"]["advocacy"] == {
        "difficulty": "substantial-difficulty@1:yes",
        "individual": "appropriate-individual@1:no",
        "advocate": "independent-advocate@1:arranged",
    }
    assert shown["words"]["advocacy"] == "Ms Abara comes on Monday."
    await does(manager, case, "conclusion")


async def test_a_late_report_of_an_earlier_partner_is_shown_to_the_lead_until_it_is_looked_at(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    other = replace(a.caused, partner="mercia-police")
    case = await opened(home, *a.under_way[1:], a.caused, a.recalled, other)
    assert (await read(lead, case))["enquiry"]["late_report"] is None
    whose = await send(lead, case, "caused-enquiry/report")
    assert (whose.status_code, kind(whose)) == (409, "partner-not-named")
    theirs = {"partner": "royal-derby"}
    assert (await send(lead, case, "caused-enquiry/report", **theirs)).status_code == 204
    shown = (await read(lead, case))["enquiry"]
    assert shown["late_report"]["earlier_partner"] is True
    assert shown["caused_enquiry"]["stage"] == "caused-enquiry@1:requested"
    assert "report-answer" in [it["kind"] for it in shown["due"]]
    await does(manager, case, "caused-enquiry/consideration")
    assert (await read(lead, case))["enquiry"]["late_report"] is None


async def test_a_manager_looks_at_a_decision_that_changed(
    home: Home, manager: httpx.AsyncClient
) -> None:
    case = await opened(home, a.undone)
    assert (await read(manager, case))["enquiry"]["decision_changed_at"]
    await does(manager, case, "decision-review")
    assert (await read(manager, case))["enquiry"]["decision_changed_at"] is None
    assert kind(await send(manager, case, "decision-review")) == "decision-stands"


async def test_what_was_so_earlier_is_dated_so(
    home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    at = (await history(home, case))[0].act.effective_at + timedelta(seconds=1)
    assert (await send(manager, case, "lead", effective_at=at.isoformat())).status_code == 204
    assert (await history(home, case))[-1].act.effective_at == at
    before = await send(manager, case, "lead", effective_at="1926-11-03T15:00:00Z")
    assert (before.status_code, kind(before)) == (409, "before-its-opening")


async def test_whoever_is_lead_and_manager_acts_as_manager(home: Home, case: UUID) -> None:
    async with home.client("lee", "enquiry-lead", "safeguarding-adults-manager") as both:
        await does(both, case, "desired-outcomes")
    assert (await history(home, case))[-1].act.role == "safeguarding-adults-manager"


async def test_a_repeat_gets_the_first_answer_though_things_moved_on(
    home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    once = key() | {"If-Match": '"1"'}
    first = await send(manager, case, "lead", once)
    await does(manager, case, "plan")
    again = await send(manager, case, "lead", once)
    assert (again.status_code, again.headers["ETag"]) == (204, first.headers["ETag"])
    assert len(await history(home, case)) == 3
    other = await send(manager, case, "lead", once, lead="somebody.else")
    assert (other.status_code, kind(other)) == (422, "key-reused")


# What is refused


@pytest.mark.parametrize("what", COMMANDS)
async def test_every_command_says_who_it_is_and_which_it_is(
    home: Home, manager: httpx.AsyncClient, case: UUID, what: str
) -> None:
    async def refused(answer: httpx.Response) -> tuple[int, str]:
        assert len(await history(home, case)) == 1, "nothing was recorded"
        return answer.status_code, kind(answer)

    async with home.client("rosewood-house", "referrals.write", "screener") as partner:
        assert await refused(await send(partner, case, what)) == (403, "forbidden")
        del partner.headers["Authorization"]
        assert await refused(await send(partner, case, what)) == (401, "unauthenticated")
    soon = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the service's clock is the real one
    for headers, body, status, problem in (
        ({}, {}, 422, "unreadable"),
        (key() | {"If-Match": '"7"'}, {}, 412, "conflict"),
        (key() | {"If-Match": "one"}, {}, 422, "unreadable"),
        (key(), {"misspelt": 1}, 422, "unreadable"),
        (key(), {"effective_at": soon.isoformat()}, 422, "not-yet"),
    ):
        answer = await send(manager, case, what, headers=headers, **body)
        assert await refused(answer) == (status, problem), body
    missing = await send(manager, uuid4(), what)
    assert (missing.status_code, kind(missing)) == (404, "not-found")


@pytest.mark.parametrize("what", OF_A_MANAGER)
async def test_a_lead_neither_allocates_concludes_nor_closes(
    lead: httpx.AsyncClient, case: UUID, what: str
) -> None:
    assert kind(await send(lead, case, what)) == "forbidden"


@pytest.mark.parametrize(
    ("what", "changed", "status", "problem"),
    [
        ("lead", {"lead": "Lena Moss"}, 422, "unreadable"),
        ("plan", {"purpose": ""}, 422, "unreadable"),
        ("plan", {"methods": []}, 422, "unreadable"),
        ("plan", {"methods": ["he hit her"]}, 422, "unreadable"),
        ("plan", {}, 409, "lead-missing"),
        ("desired-outcomes", {"answer": "desired-outcomes@1:no"}, 409, "code-unknown"),
        (
            "desired-outcomes",
            {"answer": "desired-outcomes@1:not-asked", "words": None},
            409,
            "reason-missing",
        ),
        ("outcomes-achieved", {}, 409, "nothing-to-assess"),
        ("advocacy", {"difficulty": "he hit her"}, 422, "unreadable"),
        ("advocacy", {"individual": "appropriate-individual@1:maybe"}, 409, "code-unknown"),
        (
            "advocacy",
            {"advocate": "independent-advocate@1:declined", "words": None},
            409,
            "reason-missing",
        ),
        ("caused-enquiry", {"partner_kind": "partner-kind@1:police"}, 422, "partner-not-listed"),
        ("caused-enquiry", {"partner": "royal-derbi"}, 422, "partner-not-listed"),
        ("caused-enquiry", {"questions": []}, 422, "unreadable"),
        ("caused-enquiry", {"due_on": "2020-01-01"}, 409, "date-out-of-reach"),
        ("caused-enquiry/answer", {}, 409, "caused-enquiry-is-elsewhere"),
        ("caused-enquiry/report", {"report": ""}, 422, "unreadable"),
        ("caused-enquiry/report", {}, 409, "caused-enquiry-is-elsewhere"),
        ("caused-enquiry/consideration", {}, 409, "no-late-report"),
        ("conclusion", {"findings": FINDINGS | {"colour": 1}}, 422, "unreadable"),
        ("conclusion", {"findings": FINDINGS | {"risks": []}}, 409, "risk-missing"),
        ("conclusion", {}, 409, "not-planned"),
        ("safety-plan", {"actions": []}, 422, "unreadable"),
        ("safety-plan", {"first_review_on": "2020-01-01"}, 409, "date-out-of-reach"),
        (
            "safety-plan",
            {"actions": [{"what": "Visit her.", "due_on": "2099-01-01"}]},
            409,
            "date-out-of-reach",
        ),
        ("safety-plan/endings", {"action": 0}, 422, "unreadable"),
        ("safety-plan/endings", {}, 409, "safety-plan-missing"),
        ("safety-plan/reviews", {}, 409, "safety-plan-missing"),
        ("closure", {}, 409, "desired-outcomes-not-asked"),
        ("reopening", {}, 409, "enquiry-is-open"),
    ],
)
async def test_what_does_not_hold_is_refused_and_not_repeated(
    home: Home,
    manager: httpx.AsyncClient,
    case: UUID,
    what: str,
    changed: dict[str, Any],
    status: int,
    problem: str,
) -> None:
    answer = await send(manager, case, what, **changed)
    assert (answer.status_code, kind(answer)) == (status, problem), answer.text
    assert "hit her" not in answer.text
    assert len(await history(home, case)) == 1
