"""Who waits for a decision on their liberty is seen, day after day, until it is made."""

from typing import Any

import httpx
import pytest

from tests.dols.asking import (
    BY_THE_BIA,
    BY_THE_DOCTOR,
    DOCTOR,
    FORM,
    MENTAL,
    asks,
    assesses,
    does,
    kind,
    register,
    sees,
    send,
)
from tests.journeys.desks import all_is_assessed, at_desks, counts, kinds, shows
from tests.journeys.people import it_is
from tests.support.house import House, at_home
from tests.support.patience import until
from tests.support.story import ready

OBJECTS = FORM["care"] | {"objection": "intermittent"}
URGENT = {"given_on": "2023-06-05", "days": 7, "reasons": "She tries every door."}


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
