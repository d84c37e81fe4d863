"""What do staff read of concerns, and who may?"""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.facts import Code
from tests.support.house import Home, House
from tests.support.story import forget
from tests.triage import a
from tests.triage.asking import kind, read, recognised, send

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What staff read


async def test_the_words_of_a_concern_are_opened_here_and_rest_shut(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    await send(manager, waiting, "section-42-decision")
    shown = await read(manager, waiting)
    assert shown["words"]["details"]["adult"]["name"] == "Edith Hollowell"
    assert shown["words"]["referrer"]["name"] == "Priya Anand"
    assert (shown["words"]["source_of_risk"], shown["words"]["gone"]) == (None, [])

    query = "select body from log.event where case_id = $1"
    rows = await home.runtime.log.pool.fetch(query, waiting)
    for word in (b"Hollowell", b"Anand", b"three tests are met", b"money is gone"):
        assert not any(word in row["body"] for row in rows)


async def test_what_the_sender_added_is_shown(home: Home, manager: httpx.AsyncClient) -> None:
    case = await recognised(home, a.added, a.withdrawn)
    shown = await read(manager, case)
    assert shown["words"]["added"] == ["He came back on Sunday."]
    assert (shown["concern"]["news"], shown["concern"]["withdrawn"]) == (1, True)


async def test_of_a_person_whose_key_is_gone_only_the_codes_are_left(
    shared_house: House, home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    await send(manager, waiting, "section-42-decision")
    before = (await manager.get(f"/v1/concerns/{waiting}/history")).json()
    await forget(shared_house.owner("vault"), home.runtime.log.vault, waiting)

    shown = await read(manager, waiting)
    assert shown["words"]["details"] is None
    assert shown["words"]["decision_reasons"] is None
    assert shown["words"]["gone"] == [
        "at_risk_of_abuse_or_neglect", "decision_reasons", "details", "needs_care_and_support"
    ]  # fmt: skip
    assert shown["words"]["referrer"]["name"] == "Priya Anand", "another person's key is another"
    assert shown["concern"]["decision"]["outcome"] == a.enquiry
    assert (await manager.get(f"/v1/concerns/{waiting}/history")).json() == before


async def test_a_concern_shows_its_version_for_whoever_acts_on_it(
    screener: httpx.AsyncClient, waiting: UUID
) -> None:
    for where in ("", "/history"):
        answer = await screener.get(f"/v1/concerns/{waiting}{where}")
        assert answer.headers["ETag"] == '"2"'
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_concerns_history_is_told_line_by_line(
    manager: httpx.AsyncClient, waiting: UUID
) -> None:
    await send(manager, waiting, "section-42-decision")
    told = (await manager.get(f"/v1/concerns/{waiting}/history")).json()
    assert [it["fact"] for it in told] == [
        "triage.concern-recognised/1", "triage.concern-scored/1", "triage.section-42-decided/2"
    ]  # fmt: skip
    assert told[2]["by"] == "sam"
    assert "three tests are met." not in told[2]["says"]


async def test_of_a_concern_we_do_not_have_there_is_nothing(manager: httpx.AsyncClient) -> None:
    for path in (f"/v1/concerns/{uuid4()}", f"/v1/concerns/{uuid4()}/history"):
        answer = await manager.get(path)
        assert (answer.status_code, kind(answer)) == (404, "not-found")


async def test_who_leads_enquiries_reads_a_concern_from_which_one_was_opened_and_no_other(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    async with home.client("lena.moss", "enquiry-lead") as lead:
        for where in ("", "/history"):
            answer = await lead.get(f"/v1/concerns/{waiting}{where}")
            assert (answer.status_code, kind(answer)) == (404, "not-found")
        await send(manager, waiting, "section-42-decision")
        for where in ("", "/history", "?known_at=2199-01-01T00:00:00Z"):
            assert (await lead.get(f"/v1/concerns/{waiting}{where}")).status_code == 200
        assert (await read(lead, waiting))["words"]["details"]["adult"]["name"]
        assert (await lead.get("/v1/concerns")).status_code == 403, "the queue is not theirs"


@pytest.mark.parametrize("path", ["/v1/concerns", "/v1/concerns/{}", "/v1/concerns/{}/history"])
async def test_only_staff_who_screen_or_manage_read_concerns(
    home: Home, waiting: UUID, path: str
) -> None:
    for role in ("referrals.read", "customer-contact", "operator"):
        async with home.client("rosewood-house", role) as other:
            answer = await other.get(path.format(waiting))
            assert (answer.status_code, kind(answer)) == (403, "forbidden")


async def queued(client: httpx.AsyncClient, least: int = 0, limit: int = 200) -> list[Any]:
    """Give the queue, page by page, not before it has reached `least`."""
    found: list[Any] = []
    more: dict[str, Any] | None = {"limit": limit}
    while more:
        answer = await client.get(
            "/v1/concerns", params=more, headers={"X-Min-Position": str(least)}
        )
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["X-Log-Position"]) >= least
        page = answer.json()
        found += page["items"]
        more = {"limit": limit, "after": page["next"]} if page["next"] else None
    return found


async def test_who_acted_sees_it_in_the_queue_at_once(
    home: Home, manager: httpx.AsyncClient, waiting: UUID
) -> None:
    answer = await send(manager, waiting, "bands")
    rows = await queued(manager, int(answer.headers["X-Log-Position"]))
    (mine,) = [row for row in rows if row["concern"] == str(waiting)]
    assert (mine["band"], mine["total"], mine["version"]) == ("band@1:red", 8, 3)
    assert mine["rank_reason"].startswith("Red, received Mon 2 Nov 09:00")
    assert mine["stale_since"] is None

    answer = await send(manager, waiting, "section-42-decision")
    rows = await queued(manager, int(answer.headers["X-Log-Position"]))
    assert str(waiting) not in {row["concern"] for row in rows}


async def test_pages_follow_one_another_without_a_gap(
    home: Home, screener: httpx.AsyncClient
) -> None:
    cases = {str(await recognised(home)) for _ in range(3)}
    head = await home.runtime.log.head()
    by_two = [row["concern"] for row in await queued(screener, head, limit=2)]
    assert by_two == [row["concern"] for row in await queued(screener, head)]
    assert cases <= {*by_two}


@pytest.mark.parametrize(
    ("params", "status"), [({"after": "rosewood"}, 400), ({"limit": 0}, 422), ({"limit": 201}, 422)]
)
async def test_a_page_that_is_none_is_refused(
    screener: httpx.AsyncClient, params: Any, status: int
) -> None:
    assert (await screener.get("/v1/concerns", params=params)).status_code == status


@pytest.mark.parametrize("role", ["screener", "customer-contact", "operator"])
async def test_figures_add_up(home: Home, waiting: UUID, role: str) -> None:
    least = {"X-Min-Position": str(await home.runtime.log.head())}
    async with home.client("kit", role) as client:
        answer = await client.get("/v1/figures", headers=least)
    found = answer.json()
    assert answer.status_code == 200
    assert found["concerns"] == found["scored"] == sum(found["by_band"].values()) > 0
    assert found["waiting"] + found["decided"] == found["concerns"]
    assert found["decided"] == sum(found["by_outcome"].values())


async def test_partners_get_no_figures(home: Home) -> None:
    async with home.client("rosewood-house", "referrals.read", "referrals.write") as partner:
        assert (await partner.get("/v1/figures")).status_code == 403


async def test_a_score_is_told_with_terms_that_make_the_total(
    screener: httpx.AsyncClient, waiting: UUID
) -> None:
    score = (await read(screener, waiting))["concern"]["rating"]["score"]
    assert sum(term["points"] for term in score["terms"]) == score["total"] == 8
    assert score["tool"] == Code("risk-tool@1:srt-1.0.0")
    assert score["answers"]["severity"] == asdict(a.amber)["severity"]
