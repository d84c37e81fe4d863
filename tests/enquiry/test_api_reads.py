"""What do staff read of enquiries, and who may?"""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.enquiry.projections.figures import figures
from tests.enquiry.asking import (
    COMMANDS,
    WEEK_ON,
    does,
    history,
    kind,
    listed,
    opened,
    reached,
    read,
    send,
)
from tests.support.house import Home, House
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = ("lead", "plan", "desired-outcomes", "outcomes-achieved", "caused-enquiry",
        "caused-enquiry/report", "caused-enquiry/assessment", "caused-enquiry/recall", "advocacy",
        "conclusion", "safety-plan", "safety-plan/endings", "safety-plan/reviews")  # fmt: skip


async def test_the_words_of_an_enquiry_are_opened_here_and_rest_shut(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, *SAID, "closure", "reopening")
    told = (await read(lead, case))["words"]
    assert told["purpose"] == COMMANDS["plan"]["purpose"]
    assert told["desired_outcomes"] == "To stay at home."
    assert told["outcomes_achieved"] == "By day."
    assert told["questions"] == COMMANDS["caused-enquiry"]["questions"]
    assert told["reports"] == ["Two were on duty."]
    assert told["recall_reasons"] == "We go ourselves."
    assert told["conclusion"] == "She was not fed."
    assert (told["actions"], told["action_ending"]) == (["Weigh her."], "She gained.")
    assert told["reviews"] == ["It works."]
    assert told["closing"] == "The referrer stays unnamed."
    assert told["reopening_reasons"] == "Hungry again."
    assert (told["partner_answer"], told["decision_review"], told["gone"]) == (None, None, [])

    rows = await home.runtime.log.pool.fetch("select body from log.event where case_id = $1", case)
    # No word of hexadecimal digits alone: an id may hold one.
    for word in (b"not fed", b"stay at home", b"on duty", b"Weigh", b"unnamed", b"Hungry"):
        assert not any(word in row["body"] for row in rows), word


async def lines(client: httpx.AsyncClient, case: UUID, **at: str) -> list[Any]:
    answer = await client.get(f"/v1/enquiries/{case}/history", params=at)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()
    assert answer.headers.get("ETag") == (None if at else f'"{len(found)}"')
    return found


async def test_the_history_tells_what_an_earlier_plan_question_and_conclusion_said(
    manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, *SAID)
    for what, changed in (
        ("plan", {"purpose": "Is she safe?"}),
        ("conclusion", {"words": "She was fed late."}),
        ("safety-plan", {"actions": [{"what": "Visit her.", "due_on": WEEK_ON}]}),
    ):
        assert (await send(manager, case, what, **changed)).status_code == 204, what
    told = await lines(lead, case)
    assert [it["version"] for it in told] == [*range(1, len(SAID) + 5)]
    assert told[1] | {"effective_at": 0, "recorded_at": 0} == {
        "version": 2, "fact": "enquiry.lead-allocated/1", "effective_at": 0, "recorded_at": 0,
        "by": "sam", "role": "safeguarding-adults-manager", "says": "Led by lena.moss.",
        "words": [], "gone": False,
    }  # fmt: skip
    written = {it["version"]: it["words"] for it in told}
    assert written[3] == ["Is she fed?"]
    assert written[6] == [["Who was on duty?", "Who locked the door?"]]
    assert written[10] == ["Ms Abara comes on Monday."]
    assert (written[11], written[12], written[13]) == (
        ["She was not fed."], ["Weigh her."], ["She gained."]
    )  # fmt: skip
    assert (written[15], written[16], written[17]) == (
        ["Is she safe?"], ["She was fed late."], ["Visit her."]
    )  # fmt: skip


async def test_a_history_says_which_words_can_be_read_no_more(
    shared_house: House, home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, "lead", "plan", "desired-outcomes")
    await forget(shared_house.owner("vault"), home.runtime.log.vault, case)
    told = await lines(manager, case)
    assert [(it["words"], it["gone"]) for it in told] == [
        ([], False), ([], False), ([None], True), ([None], True)
    ]  # fmt: skip
    assert told[2]["says"] == "Planned: a visit."


async def test_a_history_can_be_told_as_at_another_time(
    home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    (opening,) = await history(home, case)
    await does(manager, case, "lead")
    known = opening.recorded_at.isoformat()
    assert [it["version"] for it in await lines(manager, case, known_at=known)] == [1]
    nothing = await manager.get(
        f"/v1/enquiries/{case}/history", params={"known_at": "2020-01-01T00:00:00Z"}
    )
    assert (nothing.status_code, kind(nothing)) == (404, "not-found")


async def figures_at(client: httpx.AsyncClient, least: int) -> Any:
    return await reached(client, "/v1/figures", least)


async def test_figures_count_what_was_just_done(
    home: Home, manager: httpx.AsyncClient, lead: httpx.AsyncClient, case: UUID
) -> None:
    before = await figures_at(lead, await home.runtime.log.head())
    done = await does(manager, case, "lead")
    after = await figures_at(lead, int(done.headers["X-Log-Position"]))
    assert after["enquiries"] == before["enquiries"]
    # It may have been the only one that was opened: of a stage where nothing is there is no count.
    assert after["by_stage"].get("opened", 0) == before["by_stage"]["opened"] - 1
    assert after["by_stage"]["planning"] == before["by_stage"].get("planning", 0) + 1


async def test_figures_that_lag_say_how_far_they_go_and_follow(
    shared_house: House, home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    before = await figures_at(manager, await home.runtime.log.head())
    query = "select name from work.projection where name = $1 for update"
    # Whoever keeps the figures cannot go on as long as this lasts.
    async with (
        asyncpg.create_pool(shared_house.owner("enquiry"), min_size=1, max_size=1) as owner,
        owner.acquire() as held,
        held.transaction(),
    ):
        assert await held.fetchval(query, figures.name)
        done = int((await does(manager, case, "lead")).headers["X-Log-Position"])
        answer = await manager.get("/v1/figures", headers={"X-Min-Position": str(done)})
    assert int(answer.headers["X-Log-Position"]) < done
    assert answer.json() == before
    assert await figures_at(manager, done) != before


async def test_of_a_person_whose_key_is_gone_only_the_codes_are_left(
    shared_house: House, home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, *SAID)
    before = (await read(manager, case))["enquiry"]
    counts = await figures_at(manager, await home.runtime.log.head())
    await forget(shared_house.owner("vault"), home.runtime.log.vault, case)

    shown = await read(manager, case)
    assert shown["enquiry"] == before
    assert await figures_at(manager, 0) == counts, "nobody is counted less"
    assert shown["words"]["conclusion"] is None
    assert (shown["words"]["actions"], shown["words"]["reports"]) == ([None], [None])
    assert {"actions", "conclusion", "purpose", "questions", "reviews"} <= {*shown["words"]["gone"]}


async def test_an_enquiry_shows_its_version_for_whoever_acts_on_it(
    lead: httpx.AsyncClient, case: UUID
) -> None:
    answer = await lead.get(f"/v1/enquiries/{case}")
    assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == ('"1"', "no-store")
    assert answer.json()["stale_since"] is None


async def test_of_an_enquiry_we_do_not_have_there_is_nothing(lead: httpx.AsyncClient) -> None:
    for part in ("", "/history"):
        answer = await lead.get(f"/v1/enquiries/{uuid4()}{part}")
        assert (answer.status_code, kind(answer)) == (404, "not-found")


PATHS = (
    "/v1/enquiries",
    "/v1/enquiries/{}",
    "/v1/enquiries/{}/history",
    "/v1/figures",
    "/v1/partners",
)


@pytest.mark.parametrize("path", PATHS)
async def test_only_leads_and_managers_read_enquiries(home: Home, case: UUID, path: str) -> None:
    for role in ("referrals.read", "customer-contact", "screener", "operator"):
        async with home.client("rosewood-house", role) as other:
            answer = await other.get(path.format(case))
            assert (answer.status_code, kind(answer)) == (403, "forbidden")


async def test_who_acted_sees_it_in_the_list_at_once(
    home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    answer = await send(manager, case, "lead")
    rows = await listed(manager, int(answer.headers["X-Log-Position"]))
    (mine,) = [row for row in rows if row["enquiry"] == str(case)]
    assert (mine["stage"], mine["version"]) == ("enquiry-stage@1:planning", 2)
    assert [it["kind"] for it in mine["due"]] == ["plan"]
    assert mine["missing"][0] == "closing-guard@1:desired-outcomes-not-asked"
    assert mine["stale_since"] is None


async def test_pages_follow_one_another_without_a_gap(home: Home, lead: httpx.AsyncClient) -> None:
    cases = {str(await opened(home)) for _ in range(3)}
    head = await home.runtime.log.head()
    by_two = [row["enquiry"] for row in await listed(lead, head, limit=2)]
    assert by_two == [row["enquiry"] for row in await listed(lead, head)]
    assert cases <= {*by_two}


@pytest.mark.parametrize(
    ("params", "status"), [({"after": "rosewood"}, 400), ({"limit": 0}, 422), ({"limit": 201}, 422)]
)
async def test_a_page_that_is_none_is_refused(
    lead: httpx.AsyncClient, params: Any, status: int
) -> None:
    assert (await lead.get("/v1/enquiries", params=params)).status_code == status
