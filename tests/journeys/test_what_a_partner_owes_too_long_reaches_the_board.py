"""What a partner owes too long reaches the Board's lead, who takes note, or the manager hears."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.enquiry.asking import lists
from tests.journeys.people import MANAGER, Lead, due, it_is, missed, people, referral
from tests.support.house import SERVICES, Home, House, at_home, key
from tests.support.patience import until


async def finds(board: httpx.AsyncClient, overdue: Mapping[str, str | None]) -> list[Any]:
    """Wait until exactly these wait for the Board's lead, overdue since then, and give the list."""

    async def listed() -> Any:
        items = (await board.get("/v1/escalations")).json()["items"]
        return (items,) if {it["enquiry"]: it["overdue_since"] for it in items} == overdue else None

    found: list[Any] = (await until(listed))[0]
    return found


@pytest.mark.slow
async def test_what_a_partner_owes_too_long_reaches_the_boards_lead(simulated: House) -> None:
    intake, triage, enquiry = SERVICES[:3]
    async with (
        at_home(simulated, intake) as one,
        at_home(simulated, triage) as two,
        at_home(simulated, enquiry) as three,
        people({intake: one, triage: two}) as they,
        three.client("sam", MANAGER) as manager,
        three.client("beth", "sab-partner-lead") as board,
    ):
        sam, town = Lead(manager), dict[str, Home]({intake: one, triage: two, enquiry: three})
        await it_is(town, "2023-06-05T09:00:00Z")  # Monday
        id = (await they.home.refers(referral()))["adults"][0]["adult"]
        await they.manager.reads(id)
        await they.manager.decides(id)
        await sam.sees(id)
        await lists(manager)
        await sam.makes(id, "lead", "plan", "caused-enquiry")
        assert due(await sam.sees(id))["report"] == "2023-06-19T16:00:00Z"

        # A day late the manager knows; the Board's lead does not have to, yet.
        await it_is(town, "2023-06-21T09:00:00Z")
        await sam.sees(id, lambda it: it["escalated_to"] == [f"escalation@1:{MANAGER}"])
        await finds(board, {})

        # Five days late it is on the Board's lead's own list, with a time of its own.
        await it_is(town, "2023-06-27T09:00:00Z")
        (row,) = await finds(board, {id: None})
        assert row["organisation"] == "Royal Derby Hospital"
        assert row["missed"] == [{"kind": "report", "due_at": "2023-06-19T16:00:00Z"}]
        assert row["note_due_at"] == "2023-07-04T16:00:00Z"

        # They take no note: that is a fact, and the manager hears it; the list says since when.
        await it_is(town, "2023-07-05T09:00:00Z")
        unseen = await sam.sees(id, lambda it: "escalation-note" in missed(it))
        assert {it["kind"] for it in unseen["overdue"]} >= {"report", "escalation-note"}
        await finds(board, {id: "2023-07-04T16:00:00Z"})
        told = (await manager.get(f"/v1/enquiries/{id}/history")).json()
        assert (
            "Escalated to the safeguarding adults manager: missed that the partner lead of the"
            " Safeguarding Adults Board took note."
        ) in [it["says"] for it in told]

        # They take note: it leaves their list, and the partner owes the report as before.
        path = f"/v1/enquiries/{id}/escalation-note"
        answer = await board.post(path, json={"words": "I ring them today."}, headers=key())
        assert answer.status_code == 204, answer.text
        await finds(board, {})
        noted = await sam.sees(id)
        assert "report" in due(noted)
        assert "escalation-note" not in due(noted)
