"""Who is kept under an authorisation is seen until it is over, however it comes to be."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.dols.asking import as_seen, asks, does, kind, register, sees, send
from tests.journeys.desks import all_is_assessed, at_desks, counts, kinds, shows
from tests.journeys.people import Organisation, it_is, organisation
from tests.support.house import Home, key
from tests.support.patience import until

GRANT = {"starts_on": "2023-06-05", "ends_on": "2023-08-31"}
HEARD = ("dols.received", "dols.allocated", "dols.allocated", "dols.granted")
Client = httpx.AsyncClient


@asynccontextmanager
async def granted(
    town: dict[str, Home],
) -> AsyncIterator[tuple[str, Organisation, Client, Client, Client]]:
    """Let an authorisation be granted to a ward; give its request, and who is at work."""
    dols = town["dols"]
    async with (
        organisation(town, "rosewood-house") as home,
        dols.client("rosewood-house", "dols.write", "dols.read") as ward,
        at_desks(dols) as (office, bia, doctor, signatory),
    ):
        await register(dols, "2023-03-01")
        id = (await asks(ward, date_wanted="2023-06-05"))["id"]
        await all_is_assessed(office, bia, doctor, id, on="2023-06-05")
        await does(signatory, id, "decision", not_grant=None, grant=GRANT)
        yield id, home, ward, office, signatory


@pytest.mark.slow
async def test_nobody_is_left_unseen_under_an_authorisation_that_ends(
    monday: dict[str, Home],
) -> None:
    async with granted(monday) as (id, home, ward, office, _signatory):
        heard = [*HEARD]
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
    async with granted(monday) as (id, home, ward, office, _signatory):
        heard = [*HEARD]

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
    async with granted(monday) as (id, home, ward, office, signatory):
        heard = [*HEARD]

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
