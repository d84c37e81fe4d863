"""How is a review asked for, and how does a signatory complete it?"""

from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest

from services.dols.api import shape
from services.dols.events import AuthorisationCeased, ReviewAsked, ReviewCompleted
from services.dols.rules import codes
from tests.dols.asking import a_day_ago, as_seen, does, history, kind, sees, send, today
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASK: dict[str, Any] = {
    "grounds": ["review-ground@1:not-met"], "requirements": ["requirement@1:mental-capacity"],
    "reason": "Edith decides for herself again.",
}  # fmt: skip


async def asks_for_one(
    client: httpx.AsyncClient, case: Any, headers: Any = None, **but: Any
) -> httpx.Response:
    """Ask for a review, as a managing authority."""
    return await client.post(
        f"/v1/dols-requests/{case}/review-requests",
        json=ASK | but,
        headers=key() if headers is None else headers,
    )


async def completes(home: Home, signatory: httpx.AsyncClient, case: str, **but: Any) -> None:
    seen = await as_seen(signatory, case)
    said = {"completed_on": await today(home)} | but
    await does(signatory, case, "review-outcome", headers=seen, **said)


async def status(ward: httpx.AsyncClient, case: str, **at: str) -> Any:
    return (await ward.get(f"/v1/dols-requests/{case}", params=at)).json()


async def row_of(client: httpx.AsyncClient, case: str, done: httpx.Response) -> Any:
    """Give its row of the queue, None where it is not there, as of what was done."""
    least = {"X-Min-Position": done.headers["X-Log-Position"]}
    found = await client.get("/v1/dols-queue", params={"limit": 200}, headers=least)
    return next((it for it in found.json()["items"] if it["request"] == case), None)


async def test_a_managing_authority_asks_for_a_review_and_a_signatory_completes_it(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient, granted: str
) -> None:
    once = key()
    first, again = [await asks_for_one(ward, granted, headers=once) for _ in "12"]
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["ETag"] == again.headers["ETag"], "a repeat gets the first answer"
    it = (await history(home, granted))[-1].fact
    assert isinstance(it, ReviewAsked)
    assert (it.asked_by, it.joins) == (codes.MANAGING_AUTHORITY, False)
    told = await status(ward, granted)
    assert told["review"]["asked_on"] == await today(home)
    assert told["review"]["due_at"][:10] == await today(home, days=21)
    shown = await sees(signatory, granted)
    assert shown["case"]["review"]["requirements"] == ASK["requirements"]
    assert {it["kind"] for it in shown["case"]["due"]} >= {"review", "look"}
    assert ASK["reason"] in [it["words"] for it in shown["words"]]

    await completes(home, signatory, granted)
    it = (await history(home, granted))[-1].fact
    assert isinstance(it, ReviewCompleted)
    found = await ward.get(f"/v1/dols-requests/{granted}")
    told = found.json()
    assert told["review"] is None
    assert told["reviewed"] == {
        "completed_on": await today(home), "outcome": "review-outcome@1:unchanged"
    }  # fmt: skip
    assert "Sunday" not in found.text
    then = {"known_at": shown["case"]["history"][-1]["recorded_at"]}
    as_it_was = await status(ward, granted, **then)
    assert (as_it_was["review"] is None, as_it_was["reviewed"]) == (False, None)


async def test_it_stands_in_the_queue_until_it_is_completed_though_everything_was_seen(
    home: Home, coordinator: httpx.AsyncClient, signatory: httpx.AsyncClient, granted: str
) -> None:
    asked = await does(coordinator, granted, "reviews")
    row = await row_of(coordinator, granted, asked)
    assert row["after_decision"]
    assert "a review is open" in row["rank_reason"]
    assert "review" in [it["kind"] for it in row["due"]]
    assert "look" not in [it["kind"] for it in row["due"]], "who recorded it has seen it"
    seen = await as_seen(signatory, granted)
    said = {"completed_on": await today(home)}
    done = await does(signatory, granted, "review-outcome", headers=seen, **said)
    assert await row_of(coordinator, granted, done) is None


async def test_staff_say_for_whom_they_ask_and_who_asks_further_joins(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, granted: str
) -> None:
    for by in codes.REVIEWS_ASKED_BY_STAFF:
        await does(coordinator, granted, "reviews", asked_by=by)
    assert (await asks_for_one(ward, granted)).status_code == 204
    asks = [it.fact for it in await history(home, granted) if isinstance(it.fact, ReviewAsked)]
    assert [it.joins for it in asks] == [False, True, True, True, True]
    case = (await sees(coordinator, granted))["case"]
    assert case["review"]["asked_by"] == [*codes.REVIEWS_ASKED_BY_STAFF, codes.MANAGING_AUTHORITY]
    assert [it["kind"] for it in case["due"]].count("review") == 1


async def test_staff_ask_for_whom_the_list_has_but_the_managing_authoritys_own_system() -> None:
    listed = set(get_args(shape.ReviewAsk.model_fields["asked_by"].annotation))
    assert listed == codes.REVIEWS_ASKED_BY_STAFF.keys()


async def test_what_came_on_paper_counts_from_when_it_came(
    home: Home, coordinator: httpx.AsyncClient, granted: str
) -> None:
    before = await a_day_ago(home)
    early = await send(coordinator, granted, "reviews", effective_at=before)
    assert kind(early) in {"before-its-receipt", "review-asked-before-granted"}
    earlier = (await sees(coordinator, granted))["case"]["history"][-1]["recorded_at"]
    await does(coordinator, granted, "reviews", effective_at=earlier)
    assert (await sees(coordinator, granted))["case"]["review"]["since"] == earlier


async def test_what_it_terminates_ceases_at_once(
    home: Home, ward: httpx.AsyncClient, signatory: httpx.AsyncClient, granted: str,
    coordinator: httpx.AsyncClient,
) -> None:  # fmt: skip
    await does(coordinator, granted, "reviews")
    await completes(home, signatory, granted, outcome="review-outcome@1:terminated")
    done, ceased = (await history(home, granted))[-2:]
    assert isinstance(done.fact, ReviewCompleted)
    assert isinstance(ceased.fact, AuthorisationCeased)
    assert done.act.id == ceased.act.id, "in the same act"
    told = await status(ward, granted)
    assert told["ceased"] == {"ceased_on": await today(home), "reason": "cease@1:review"}
    assert (told["review"], told["cover"]["code"]) == (None, "dols-cover@1:ceased")
    case = (await sees(signatory, granted))["case"]
    assert (case["due"], case["ceased"]["by"]) == ([], "sig")
    assert kind(await asks_for_one(ward, granted)) == "authorisation-has-ceased"
    assert kind(await send(coordinator, granted, "reviews")) == "authorisation-has-ceased"


@pytest.mark.parametrize("conditions", [None, ["Walks out alone on Sundays."], []])
async def test_what_is_varied_keeps_its_conditions_or_has_others_or_none(
    home: Home, signatory: httpx.AsyncClient, coordinator: httpx.AsyncClient, granted: str,
    conditions: list[str] | None,
) -> None:  # fmt: skip
    await does(coordinator, granted, "reviews")
    said = {} if conditions is None else {"conditions": conditions}
    await completes(home, signatory, granted, outcome="review-outcome@1:varied", **said)
    shown = await sees(signatory, granted)
    last = shown["case"]["version"]
    written = {it["what"]: it["words"] for it in shown["words"] if it["version"] == last}
    assert written.get("conditions") == conditions
    assert shown["case"]["reviewed"]["outcome"] == "review-outcome@1:varied"


async def test_what_cannot_be_is_refused_and_nothing_is_recorded(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient,
    signatory: httpx.AsyncClient, granted: str,
) -> None:  # fmt: skip
    now = {"completed_on": await today(home)}

    async def completing(**but: Any) -> str:
        seen = await as_seen(signatory, granted)
        refused = await send(signatory, granted, "review-outcome", headers=seen, **(now | but))
        assert refused.status_code == 409
        return kind(refused)

    assert await completing() == "no-review-open"
    wrong: Any
    for wrong in ({"grounds": ["review-ground@1:too-dear"]}, {"requirements": ["requirement@1:x"]}):
        assert kind(await asks_for_one(ward, granted, **wrong)) == "word-not-listed"
        assert kind(await send(coordinator, granted, "reviews", **wrong)) == "word-not-listed"
    await does(coordinator, granted, "reviews")
    before = len(await history(home, granted))
    assert await completing(outcome="review-outcome@1:postponed") == "word-not-listed"
    assert await completing(conditions=["Walks alone."]) == "conditions-not-varied"
    tomorrow, yesterday = [await today(home, days=it) for it in (1, -1)]
    assert await completing(completed_on=tomorrow) == "completed-in-future"
    assert await completing(completed_on=yesterday) == "completed-before-asked"
    blind = await send(signatory, granted, "review-outcome", **now)
    assert (blind.status_code, kind(blind)) == (428, "precondition-required")
    assert len(await history(home, granted)) == before


async def test_of_what_is_suspended_no_review_is_asked_for_or_completed(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient,
    signatory: httpx.AsyncClient, granted: str,
) -> None:  # fmt: skip
    await does(coordinator, granted, "reviews")
    away = {"ground": "ineligible@1:detained", "reason": "Section 2."}
    await does(ward, granted, "suspension", **away)
    assert kind(await asks_for_one(ward, granted)) == "suspended-meanwhile"
    assert kind(await send(coordinator, granted, "reviews")) == "suspended-meanwhile"
    seen = await as_seen(signatory, granted)
    said = {"completed_on": await today(home)}
    refused = await send(signatory, granted, "review-outcome", headers=seen, **said)
    assert kind(refused) == "suspended-meanwhile"


# The managing authority's door


async def test_asking_says_nothing_but_what_it_is_for_and_counts_from_when_it_is_asked(
    home: Home, ward: httpx.AsyncClient, granted: str
) -> None:
    before = len(await history(home, granted))
    yesterday = await a_day_ago(home)
    for headers, body, problem in (
        ({}, {}, "unreadable"),
        (key(), {"reason": ""}, "unreadable"),
        (key(), {"grounds": []}, "unreadable"),
        (key(), {"misspelt": 1}, "unreadable"),
        (key(), {"asked_by": "review-asked-by@1:the-person"}, "unreadable"),
        (key(), {"effective_at": yesterday}, "unreadable"),
        (key() | {"If-Match": '"99"'}, {}, "conflict"),
    ):
        assert kind(await asks_for_one(ward, granted, headers=headers, **body)) == problem, body
    assert len(await history(home, granted)) == before


async def test_a_review_is_of_what_was_granted(ward: httpx.AsyncClient, case: str) -> None:
    assert kind(await asks_for_one(ward, case)) == "nothing-granted"


async def test_of_what_is_anothers_nobody_asks_for_a_review_nor_hears_that_it_is_there(
    home: Home, granted: str, coordinator: httpx.AsyncClient
) -> None:
    before = len(await history(home, granted))
    async with home.client("other-house", "dols.write") as other:
        for case in (granted, uuid4()):
            answer = await asks_for_one(other, case)
            assert (answer.status_code, kind(answer)) == (404, "not-found")
    assert kind(await asks_for_one(coordinator, granted)) == "forbidden"
    assert len(await history(home, granted)) == before


async def test_the_words_of_a_review_rest_shut(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient,
    signatory: httpx.AsyncClient, granted: str,
) -> None:  # fmt: skip
    await asks_for_one(ward, granted)
    await does(coordinator, granted, "reviews")
    varied = {"outcome": "review-outcome@1:varied", "conditions": ["Alone on Sundays."]}
    await completes(home, signatory, granted, **varied)
    pool = home.runtime.log.pool
    for row in await pool.fetch("select body from log.event where case_id = $1", UUID(granted)):
        assert b"Edith" not in row["body"]
        assert b"Sunday" not in row["body"]
