"""What do staff read of enquiries, and who may?"""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.enquiry.asking import COMMANDS, does, kind, opened, read, send
from tests.support.house import Home, House
from tests.support.story import forget

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = ("lead", "plan", "desired-outcomes", "outcomes-achieved", "caused-enquiry",
        "caused-enquiry/report", "caused-enquiry/recall", "conclusion", "safety-plan",
        "safety-plan/endings", "safety-plan/reviews")  # fmt: skip


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
    for word in (b"fed", b"stay at home", b"on duty", b"Weigh", b"unnamed", b"Hungry"):
        assert not any(word in row["body"] for row in rows), word


async def test_of_a_person_whose_key_is_gone_only_the_codes_are_left(
    shared_house: House, home: Home, manager: httpx.AsyncClient, case: UUID
) -> None:
    await does(manager, case, *SAID)
    before = (await read(manager, case))["enquiry"]
    await forget(shared_house.owner("vault"), home.runtime.log.vault, case)

    shown = await read(manager, case)
    assert shown["enquiry"] == before
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
    answer = await lead.get(f"/v1/enquiries/{uuid4()}")
    assert (answer.status_code, kind(answer)) == (404, "not-found")


@pytest.mark.parametrize("path", ["/v1/enquiries", "/v1/enquiries/{}"])
async def test_only_leads_and_managers_read_enquiries(home: Home, case: UUID, path: str) -> None:
    for role in ("referrals.read", "customer-contact", "screener", "operator"):
        async with home.client("rosewood-house", role) as other:
            answer = await other.get(path.format(case))
            assert (answer.status_code, kind(answer)) == (403, "forbidden")


async def listed(client: httpx.AsyncClient, least: int = 0, limit: int = 200) -> list[Any]:
    """Give the list, page by page, not before it has reached `least`."""
    found: list[Any] = []
    more: dict[str, Any] | None = {"limit": limit}
    while more:
        answer = await client.get(
            "/v1/enquiries", params=more, headers={"X-Min-Position": str(least)}
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        more = {"limit": limit, "after": page["next"]} if page["next"] else None
    return found


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
