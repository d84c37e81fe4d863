"""How does a managing authority give notice of eligibility, and a signatory record a cease?"""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.dols.events import AuthorisationCeased, AuthorisationResumed, AuthorisationSuspended
from tests.dols.asking import a_day_ago, as_seen, does, history, kind, sees, send, today
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOTICES: dict[str, dict[str, str]] = {
    "suspension": {"ground": "ineligible@1:detained", "reason": "Section 2: Edith was admitted."},
    "resumption": {"reason": "Edith is back with us."},
}


async def gives(
    client: httpx.AsyncClient, case: str, what: str, headers: Any = None, **but: Any
) -> httpx.Response:
    """Give a notice."""
    return await client.post(
        f"/v1/dols-requests/{case}/{what}",
        json=NOTICES[what] | but,
        headers=key() if headers is None else headers,
    )


async def test_a_notice_suspends_it_and_another_lets_it_go_on(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, granted: str
) -> None:
    once = key()
    first, again = [await gives(ward, granted, "suspension", headers=once) for _ in "12"]
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["ETag"] == again.headers["ETag"], "a repeat gets the first answer"
    assert isinstance((await history(home, granted))[-1].fact, AuthorisationSuspended)
    last = await today(home, days=27)
    told = (await ward.get(f"/v1/dols-requests/{granted}")).json()
    assert told["suspension"] == {"suspended_on": await today(home), "ceases_on": last}
    assert (told["cover"]["code"], told["cover"]["day"]) == ("dols-cover@1:suspended", last)
    shown = await sees(coordinator, granted)
    assert shown["case"]["suspension"]["ceases_on"] == last
    assert {it["kind"] for it in shown["case"]["due"]} == {"suspension", "look"}
    assert NOTICES["suspension"]["reason"] in [it["words"] for it in shown["words"]]
    assert kind(await gives(ward, granted, "suspension")) == "suspended-already"
    assert (await gives(ward, granted, "resumption")).status_code == 204
    assert isinstance((await history(home, granted))[-1].fact, AuthorisationResumed)
    told = (await ward.get(f"/v1/dols-requests/{granted}")).json()
    assert (told["suspension"], told["cover"]["code"]) == (None, "dols-cover@1:granted")
    assert kind(await gives(ward, granted, "resumption")) == "not-suspended"


async def test_the_queue_shows_who_is_suspended_until_somebody_has_seen_it(
    ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, granted: str, home: Home
) -> None:
    least = {"X-Min-Position": (await gives(ward, granted, "suspension")).headers["X-Log-Position"]}
    (row,) = await rows(coordinator, granted, least)
    assert (row["after_decision"], row["stage"]) == (True, "dols-stage@1:suspended")
    assert row["suspended_until"] == await today(home, days=27)
    seen = await does(
        coordinator, granted, "consideration", headers=await as_seen(coordinator, granted)
    )
    assert not await rows(coordinator, granted, {"X-Min-Position": seen.headers["X-Log-Position"]})


async def rows(client: httpx.AsyncClient, case: str, least: Any) -> list[Any]:
    found = await client.get("/v1/dols-queue", params={"limit": 200}, headers=least)
    return [it for it in found.json()["items"] if it["request"] == case]


@pytest.mark.parametrize("what", NOTICES)
async def test_a_notice_is_of_what_was_granted(
    home: Home, ward: httpx.AsyncClient, case: str, what: str
) -> None:
    refused = await gives(ward, case, what)
    assert (refused.status_code, kind(refused)) == (409, "nothing-granted")
    assert len(await history(home, case)) == 2


@pytest.mark.parametrize("what", NOTICES)
async def test_a_notice_says_nothing_but_what_it_is_for_and_counts_from_when_it_is_given(
    home: Home, ward: httpx.AsyncClient, case: str, what: str
) -> None:
    yesterday = await a_day_ago(home)
    for headers, body, status, problem in (
        ({}, {}, 422, "unreadable"),
        (key(), {"reason": ""}, 422, "unreadable"),
        (key(), {"misspelt": 1}, 422, "unreadable"),
        (key(), {"effective_at": yesterday}, 422, "unreadable"),
        (key() | {"If-Match": '"7"'}, {}, 412, "conflict"),
    ):
        answer = await gives(ward, case, what, headers=headers, **body)
        assert (answer.status_code, kind(answer)) == (status, problem), body
    assert len(await history(home, case)) == 2


@pytest.mark.parametrize("what", NOTICES)
async def test_of_what_is_anothers_no_notice_is_taken_nor_said_that_it_is_there(
    home: Home, granted: str, coordinator: httpx.AsyncClient, what: str
) -> None:
    before = len(await history(home, granted))
    async with home.client("other-house", "dols.write") as other:
        for case in (granted, uuid4()):
            answer = await gives(other, str(case), what)
            assert (answer.status_code, kind(answer)) == (404, "not-found")
    assert kind(await gives(coordinator, granted, what)) == "forbidden"
    assert len(await history(home, granted)) == before


async def test_a_ground_that_suspends_nothing_is_refused(
    ward: httpx.AsyncClient, granted: str
) -> None:
    refused = await gives(ward, granted, "suspension", ground="ineligible@1:objects")
    assert (refused.status_code, kind(refused)) == (409, "word-not-listed")


async def test_the_words_of_a_notice_rest_shut(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient, granted: str
) -> None:
    for what in NOTICES:
        await gives(ward, granted, what)
    await ceases(home, signatory, granted)
    pool = home.runtime.log.pool
    for row in await pool.fetch("select body from log.event where case_id = $1", UUID(granted)):
        assert b"Edith" not in row["body"]
        assert b"Sunday" not in row["body"]


async def test_a_notice_on_paper_counts_from_when_it_came_and_its_sender_is_told(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, granted: str
) -> None:
    before = await a_day_ago(home)
    early = await send(coordinator, granted, "suspension-notice", effective_at=before)
    assert kind(early) in {"before-its-receipt", "notice-before-granted"}
    came = (await sees(coordinator, granted))["case"]["history"][-1]["recorded_at"]
    await does(coordinator, granted, "suspension-notice", effective_at=came)
    assert kind(await gives(ward, granted, "suspension")) == "suspended-already"
    shown = await sees(coordinator, granted)
    assert shown["case"]["suspension"]["since"] == came
    assert {it["kind"] for it in shown["case"]["due"]} == {"suspension"}, "who records it saw it"
    assert "Form 7 came by post: Edith was admitted." in [it["words"] for it in shown["words"]]
    told = (await ward.get(f"/v1/dols-requests/{granted}")).json()
    assert told["suspension"]["ceases_on"] == await today(home, days=27)
    await does(coordinator, granted, "resumption-notice")
    assert (await sees(coordinator, granted))["case"]["suspension"] is None
    late = await send(coordinator, granted, "suspension-notice", effective_at=came)
    assert kind(late) == "other-notice-since"


async def ceases(home: Home, signatory: httpx.AsyncClient, case: str, **but: Any) -> None:
    seen = await as_seen(signatory, case)
    await does(signatory, case, "cease", headers=seen, ceased_on=await today(home), **but)


async def test_a_signatory_records_that_it_ceased(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient, granted: str
) -> None:
    blind = await send(signatory, granted, "cease", ceased_on=await today(home))
    assert (blind.status_code, kind(blind)) == (428, "precondition-required")
    await ceases(home, signatory, granted)
    it = (await history(home, granted))[-1]
    assert isinstance(it.fact, AuthorisationCeased)
    assert (it.act.actor, it.act.role) == ("sig", "dols-signatory")
    shown = (await sees(signatory, granted))["case"]
    assert (shown["ceased"]["by"], shown["due"]) == ("sig", [])
    status = await ward.get(f"/v1/dols-requests/{granted}")
    told = status.json()
    assert told["ceased"] == {"ceased_on": await today(home), "reason": "cease@1:died"}
    assert "Sunday" not in status.text
    then = await ward.get(
        f"/v1/dols-requests/{granted}", params={"known_at": shown["history"][-2]["recorded_at"]}
    )
    assert then.json()["ceased"] is None
    for what in NOTICES:
        assert kind(await gives(ward, granted, what)) == "authorisation-has-ceased"


@pytest.mark.parametrize(
    ("days", "problem"), [(-1, "ceased-before-it-began"), (1, "ceased-in-future")]
)
async def test_it_ceased_on_a_day_on_which_it_was_in_force(
    home: Home, signatory: httpx.AsyncClient, granted: str, days: int, problem: str
) -> None:
    said = {"ceased_on": await today(home, days=days)}
    seen = await as_seen(signatory, granted)
    refused = await send(signatory, granted, "cease", headers=seen, **said)
    assert (refused.status_code, kind(refused)) == (409, problem)
