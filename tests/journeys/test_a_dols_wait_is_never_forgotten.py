"""Who waits for a decision on their liberty is seen, day after day, until it is made."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.dols.asking import (
    BEST,
    BIA,
    BY_THE_BIA,
    BY_THE_DOCTOR,
    DOCTOR,
    FORM,
    MENTAL,
    as_seen,
    asks,
    assesses,
    does,
    kind,
    register,
    sees,
    send,
)
from tests.journeys.people import it_is, organisation
from tests.support.house import Home, House, at_home, key
from tests.support.patience import until
from tests.support.story import ready

OBJECTS = FORM["care"] | {"objection": "intermittent"}
URGENT = {"given_on": "2023-06-05", "days": 7, "reasons": "She tries every door."}


async def shows(office: httpx.AsyncClient, id: str, where: Callable[[Any], bool]) -> Any:
    """Wait until a case is as said, and give it."""

    async def shown() -> Any:
        found = (await sees(office, id))["case"]
        return found if where(found) else None

    return await until(shown)


async def counts(office: httpx.AsyncClient, where: Callable[[Any], bool]) -> Any:
    """Wait until the figures are as said, and give them."""

    async def counted() -> Any:
        found = (await office.get("/v1/figures")).json()
        return found if where(found) else None

    return await until(counted)


def kinds(of: Any) -> list[str]:
    return [it["kind"] for it in of]


@asynccontextmanager
async def at_desks(dols: Home) -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """Let coordinator, best interests assessor, doctor and signatory be at work."""
    async with (
        dols.client("cora", "dols-coordinator") as office,
        dols.client(BIA, "assessor") as bia,
        dols.client(DOCTOR, "assessor") as doctor,
        dols.client("sig", "dols-signatory") as signatory,
    ):
        yield office, bia, doctor, signatory


async def all_is_assessed(
    office: httpx.AsyncClient, bia: httpx.AsyncClient, doctor: httpx.AsyncClient, id: str, on: str
) -> None:
    """Let both assessors be allocated, and find all six requirements satisfied."""
    for role, who in ((BEST, BIA), (MENTAL, DOCTOR)):
        await does(office, id, "allocations", role=role, assessor=who)
    await assesses(doctor, id, *BY_THE_DOCTOR, on=on)
    await assesses(bia, id, *BY_THE_BIA, on=on)


async def cannot_be_made_timely(signatory: httpx.AsyncClient, id: str, grant: Any) -> None:
    in_time = {"grant": grant, "not_grant": None, "effective_at": "2023-06-25T12:00:00Z"}
    dated_back = await send(signatory, id, "decision", **in_time)
    assert kind(dated_back) == "decision-dated-back"


@pytest.mark.slow
async def test_a_dols_wait_is_never_forgotten(simulated: House) -> None:
    async with (
        at_home(simulated, "dols") as dols,
        dols.client("rosewood-house", "dols.write", "dols.read") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        town = {"dols": dols}
        await ready(dols)
        await it_is(town, "2023-06-05T09:00:00Z")  # Monday
        await register(dols, "2023-03-01")
        receipt = await asks(ward, urgent=URGENT, care=OBJECTS, date_wanted="2023-06-05")
        id = receipt["id"]
        assert (receipt["statutory_due_on"], receipt["checks"]) == ("2023-06-11", [])
        assert receipt["urgent"]["ends_on"] == "2023-06-11"
        fresh = (await sees(office, id))["case"]
        assert fresh["priority"]["priority"]["band"] == "priority-band@1:medium"
        assert fresh["priority"]["legal_test"] == "legal-test@1:cw-2014"
        assert {it["kind"]: it["due_at"] for it in fresh["due"]} == {
            "score": "2023-06-08T23:00:00Z",
            "urgent": "2023-06-11T22:59:00Z",
            "decision": "2023-06-11T22:59:00Z",
            "allocation": "2023-06-20T22:59:00Z",
            "re-check": "2023-07-03T22:59:00Z",
        }

        # The urgent authorisation nears its end, and who objects goes first.
        await it_is(town, "2023-06-09T09:00:00Z")
        soon = await shows(office, id, lambda it: it["version"] == 3)
        assert soon["priority"]["priority"]["overrides"] == ["priority-override@1:h3"]

        # It ends: the person is unprotected, the sender is told so, and the figures count it.
        await it_is(town, "2023-06-12T09:00:00Z")
        lapsed = await shows(office, id, lambda it: it["unprotected"])
        assert lapsed["priority"]["priority"]["overrides"] == ["priority-override@1:h6"]
        await counts(office, lambda it: it["unprotected"] == 1)
        told = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert "since then nothing authorises" in told["urgent"]["meaning"]

        # High is looked at afresh every seven days; nobody did, and that is seen.
        await it_is(town, "2023-06-13T09:00:00Z")
        late = await shows(office, id, lambda it: len(it["missed"]) == 2)
        assert kinds(late["missed"]) == ["decision", "re-check"]
        assert "re-check" in kinds(late["due"]), "and it is owed again"
        answers = OBJECTS | {"objection": "consistent"}
        await does(office, id, "priority", answers=answers, evidence="We telephoned the home.")

        # Assessors are found: what was offered and not answered comes back.
        await does(office, id, "offers")
        await it_is(town, "2023-06-14T10:00:00Z")
        gone = await shows(office, id, lambda it: it["roles"][0]["status"].endswith("expired"))
        assert kinds(gone["missed"]) == ["decision", "re-check", "allocation"]
        for who, what, more in (
            (office, "offers", {}), (bia, "allocations", {"assessor": None}),
            (office, "allocations", {"role": MENTAL, "assessor": DOCTOR}),
        ):  # fmt: skip
            await does(who, id, what, **more)
        assert (await ward.get(f"/v1/dols-requests/{id}")).json()["status"] == "allocated"

        # The law's day passed with the urgent authorisation, and its clock goes on.
        await assesses(doctor, id, *BY_THE_DOCTOR, on="2023-06-14")
        await it_is(town, "2023-06-27T09:00:00Z")
        overdue = await shows(office, id, lambda it: it["overdue"])
        assert "decision" in kinds(overdue["due"])
        queue = (await office.get("/v1/dols-queue")).json()["items"]
        assert [(it["request"], it["unprotected"], it["days_waited"]) for it in queue] == [
            (id, True, 22)
        ]

        # All six are satisfied, a signatory grants, and nobody waits any more.
        await assesses(bia, id, *BY_THE_BIA, on="2023-06-27")
        grant = {"starts_on": "2023-06-27", "ends_on": "2023-09-24"}
        await cannot_be_made_timely(signatory, id, grant)
        await does(signatory, id, "decision", not_grant=None, grant=grant)
        done = (await sees(office, id))["case"]
        assert (kinds(done["due"]), done["unprotected"]) == (["end-reminder", "end"], False)
        assert done["decision"]["legal_test"] == "legal-test@1:cw-2014"
        figures = await counts(office, lambda it: it["granted"] == 1)
        assert (figures["waiting"], figures["unprotected"]) == (0, 0)
        assert (figures["decided"], figures["decided_in_21_days"]) == (1, 0)


@pytest.mark.slow
async def test_what_waited_for_a_signature_when_the_law_changed_is_assessed_anew(
    simulated: House,
) -> None:
    async with (
        at_home(simulated, "dols") as dols,
        dols.client("rosewood-house", "dols.write") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        town = {"dols": dols}
        await ready(dols)
        await it_is(town, "2026-06-01T09:00:00Z")  # Monday
        await register(dols, "2026-03-01")
        id = (await asks(ward, date_wanted="2026-06-01"))["id"]
        await all_is_assessed(office, bia, doctor, id, on="2026-06-01")
        assert (await sees(office, id))["case"]["stage"] == "dols-stage@1:awaiting-signature"

        # The judgment is handed down at ten in London: the grant is refused, and it is owed anew.
        await it_is(town, "2026-06-02T10:00:00Z")
        case = await shows(office, id, lambda it: it["stage"] == "dols-stage@1:assessing")
        assert case["left_to_assess"] == ["requirement@1:best-interests"]
        assert "assessment" in kinds(case["due"])
        grant = {"starts_on": "2026-06-02", "ends_on": "2026-08-01"}
        refused = await send(signatory, id, "decision", not_grant=None, grant=grant)
        assert kind(refused) == "assessed-under-former-test"

        async def in_hand() -> Any:
            (mine,) = (await bia.get("/v1/dols-allocations")).json()
            return mine["left_to_assess"] == case["left_to_assess"]

        assert await until(in_hand)
        await assesses(bia, id, "best-interests", on="2026-06-02")
        assert "sign-off" in kinds((await sees(office, id))["case"]["due"])
        await does(signatory, id, "decision", not_grant=None, grant=grant)
        due = (await sees(office, id))["case"]["due"]
        assert kinds(due) == ["end-reminder", "end"], "nobody waits any more"


@pytest.mark.slow
async def test_nobody_is_left_unseen_under_an_authorisation_that_ends(
    monday: dict[str, Home],
) -> None:
    dols = monday["dols"]
    async with (
        organisation(monday, "rosewood-house") as home,
        dols.client("rosewood-house", "dols.write", "dols.read") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        await register(dols, "2023-03-01")
        id = (await asks(ward, date_wanted="2023-06-05"))["id"]
        await all_is_assessed(office, bia, doctor, id, on="2023-06-05")
        grant = {"starts_on": "2023-06-05", "ends_on": "2023-08-31"}
        await does(signatory, id, "decision", not_grant=None, grant=grant)
        heard = ["dols.received", "dols.allocated", "dols.allocated", "dols.granted"]
        await home.is_told(id, *heard)
        assert (await office.get("/v1/dols-queue")).json()["items"] == []

        # The managing authority is reminded to ask for a further one: 42, 28, 14, 7 days before.
        for day in ("2023-07-20", "2023-08-03", "2023-08-17", "2023-08-24"):
            await it_is(monday, f"{day}T09:00:00Z")
            await home.is_told(id, *heard, "dols.ending")
            heard.append("dols.ending")

        # It ends: who keeps the person hears it, and it is before the coordinator again.
        await it_is(monday, "2023-09-01T09:00:00Z")
        await home.is_told(id, *heard, "dols.ended")
        told = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert told["cover"]["code"] == "dols-cover@1:ended"
        assert "ask for a further one now" in told["what_happens_next"]

        async def listed() -> Sequence[Any]:
            rows = (await office.get("/v1/dols-queue")).json()["items"]
            return [(it["request"], it["after_decision"], kinds(it["due"])) for it in rows]

        assert await until(listed) == [(id, True, ["look"])]
        await it_is(monday, "2023-09-06T09:00:00Z")
        missed = await shows(office, id, lambda it: it["missed"])
        assert (kinds(missed["missed"]), kinds(missed["due"])) == (["look"], ["look"])
        seen = key() | {"If-Match": f'"{missed["version"]}"'}
        await does(office, id, "consideration", reasons="She is with her son.", headers=seen)
        assert (await sees(office, id))["case"]["due"] == []

        async def all_seen() -> bool:
            return not await listed()

        await until(all_seen)


@pytest.mark.slow
async def test_a_suspension_that_nobody_lifts_ends_what_was_granted_and_somebody_sees_it(
    monday: dict[str, Home],
) -> None:
    dols = monday["dols"]
    async with (
        organisation(monday, "rosewood-house") as home,
        dols.client("rosewood-house", "dols.write", "dols.read") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        await register(dols, "2023-03-01")
        id = (await asks(ward, date_wanted="2023-06-05"))["id"]
        await all_is_assessed(office, bia, doctor, id, on="2023-06-05")
        grant = {"starts_on": "2023-06-05", "ends_on": "2023-08-31"}
        await does(signatory, id, "decision", not_grant=None, grant=grant)
        heard = ["dols.received", "dols.allocated", "dols.allocated", "dols.granted"]

        # She is taken to a hospital under the Mental Health Act, comes back, and is taken again.
        away = {"ground": "ineligible@1:detained", "reason": "Section 2, from Monday."}
        await does(ward, id, "suspension", **away)
        await it_is(monday, "2023-06-08T09:00:00Z")
        await does(ward, id, "resumption", reason="She is back.")
        await it_is(monday, "2023-06-12T09:00:00Z")
        await does(ward, id, "suspension", **away)
        heard += ["dols.suspended", "dols.resumed", "dols.suspended"]
        await home.is_told(id, *heard)
        told = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert told["suspension"] == {"suspended_on": "2023-06-12", "ceases_on": "2023-07-09"}
        case = (await sees(office, id))["case"]
        assert (case["stage"], case["suspension"]["ceases_on"]) == (
            "dols-stage@1:suspended", "2023-07-09"
        )  # fmt: skip
        seen = key() | {"If-Match": f'"{case["version"]}"'}
        await does(office, id, "consideration", reasons="I rang the ward.", headers=seen)

        assert kinds(case["missed"]) == ["look"], "at the first notice, by Wednesday evening"

        # The first 28 days, which were lifted, end nothing; the second do, on a Sunday night.
        await it_is(monday, "2023-07-09T09:00:00Z")
        assert kinds((await sees(office, id))["case"]["due"]) == ["suspension"]
        await counts(office, lambda it: it["suspended"] == 1)
        await it_is(monday, "2023-07-10T09:00:00Z")
        ceased = await shows(office, id, lambda it: it["ceased"])
        assert (ceased["ceased"]["on"], ceased["ceased"]["reason"]) == (
            "2023-07-09", "cease@1:suspension-elapsed"
        )  # fmt: skip
        assert kinds(ceased["due"]) == ["look"]
        heard.append("dols.ceased")
        await home.is_told(id, *heard)
        figures = await counts(office, lambda it: it["suspended"] == 0)
        assert figures["ceased_by_reason"] == {"suspension-elapsed": 1}
        told = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert told["cover"]["code"] == "dols-cover@1:ceased"
        late = await send(ward, id, "resumption", reason="She is back.")
        assert kind(late) == "authorisation-has-ceased"

        # Nobody looked, and that is seen; nobody is reminded of an end that is none any more.
        await it_is(monday, "2023-07-13T09:00:00Z")
        missed = await shows(office, id, lambda it: len(it["missed"]) == 2)
        assert (kinds(missed["missed"]), kinds(missed["due"])) == (["look", "look"], ["look"])
        seen = key() | {"If-Match": f'"{missed["version"]}"'}
        await does(office, id, "consideration", reasons="She stays there.", headers=seen)
        await it_is(monday, "2023-09-04T09:00:00Z")
        assert (await sees(office, id))["case"]["due"] == []
        await home.is_told(id, *heard)


@pytest.mark.slow
async def test_a_review_is_owed_until_it_is_completed_and_what_it_terminates_is_over(
    monday: dict[str, Home],
) -> None:
    dols = monday["dols"]
    async with (
        organisation(monday, "rosewood-house") as home,
        dols.client("rosewood-house", "dols.write", "dols.read") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        await register(dols, "2023-03-01")
        id = (await asks(ward, date_wanted="2023-06-05"))["id"]
        await all_is_assessed(office, bia, doctor, id, on="2023-06-05")
        grant = {"starts_on": "2023-06-05", "ends_on": "2023-08-31"}
        await does(signatory, id, "decision", not_grant=None, grant=grant)
        heard = ["dols.received", "dols.allocated", "dols.allocated", "dols.granted"]

        # The ward asks, and so does she: it is one review, due by when it was first asked for.
        why = {"grounds": ["review-ground@1:not-met"], "reason": "She decides for herself."}
        await does(ward, id, "review-requests", **why)
        await it_is(monday, "2023-06-07T09:00:00Z")
        await does(office, id, "reviews")
        heard.append("dols.review-started")
        await home.is_told(id, *heard)
        seen = await as_seen(office, id)
        await does(office, id, "consideration", reasons="A doctor is asked.", headers=seen)
        case = (await sees(office, id))["case"]
        assert case["review"]["due_at"] == "2023-06-26T22:59:00Z"
        assert kinds(case["due"]) == ["review", "end-reminder", "end"]

        # Nobody completed it: that is seen, and it is owed again until somebody does.
        await it_is(monday, "2023-06-27T09:00:00Z")
        late = await shows(office, id, lambda it: it["missed"])
        assert (kinds(late["missed"]), kinds(late["due"])[0]) == (["review"], "review")
        await counts(office, lambda it: it["under_review"] == 1)
        said = {"completed_on": "2023-06-27", "words": "She decides for herself, says the doctor."}
        ends = said | {"outcome": "review-outcome@1:terminated"}
        await does(signatory, id, "review-outcome", headers=await as_seen(signatory, id), **ends)
        heard += ["dols.reviewed", "dols.ceased"]
        await home.is_told(id, *heard)
        told = (await ward.get(f"/v1/dols-requests/{id}")).json()
        assert told["reviewed"]["outcome"] == "review-outcome@1:terminated"
        assert (told["ceased"]["reason"], told["review"]) == ("cease@1:review", None)
        assert told["cover"]["code"] == "dols-cover@1:ceased"
        figures = await counts(office, lambda it: it["under_review"] == 0)
        assert figures["ceased_by_reason"] == {"review": 1}

        # Nothing more is owed, and nobody is reminded of an end that is none any more.
        await it_is(monday, "2023-09-04T09:00:00Z")
        assert (await sees(office, id))["case"]["due"] == []
        await home.is_told(id, *heard)


@pytest.mark.slow
async def test_a_half_year_in_which_everything_stood_still_is_made_up_for_once(
    simulated: House,
) -> None:
    async with at_home(simulated, "dols") as dols:
        town = {"dols": dols}
        await ready(dols)
        await it_is(town, "2023-04-03T09:00:00Z")
        async with dols.client("rosewood-house", "dols.write") as ward:
            id = (await asks(ward))["id"]
    for _ in range(2):  # and standing still once more changes nothing
        async with at_home(simulated, "dols") as dols:
            town = {"dols": dols}
            await it_is(town, "2023-10-02T09:00:00Z")
            await ready(dols)
            async with dols.client("cora", "dols-coordinator") as office:
                await counts(office, lambda it: it["waiting_over_180_days"] == 1)
                case = await shows(office, id, lambda it: settled(it, "2023-10-02T09:00:00Z"))
                missed = kinds(case["missed"])
                assert missed.count("re-check") == 2, "every 84 days"
                assert missed.count("decision") == 24, "and week by week after the 21 days"
                assert (case["over_180_days"], case["overdue"]) == (True, True)


def settled(case: Any, now: str) -> bool:
    """Say whether nothing that was due is still to come."""
    return bool(case["missed"]) and all(it["due_at"] > now for it in case["due"])
