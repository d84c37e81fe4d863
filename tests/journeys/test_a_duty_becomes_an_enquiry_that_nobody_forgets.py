"""A duty becomes an enquiry that is led, planned, concluded and closed, and is never forgotten."""

from typing import Any

import httpx
import pytest

from tests.enquiry.asking import COMMANDS, HAVING_READ, lists, safety_plan
from tests.journeys.people import MANAGER, Lead, due, it_is, people, referral
from tests.support.house import SERVICES, Home, House, at_home, key


async def does(client: httpx.AsyncClient, id: str, what: str, **but: Any) -> httpx.Response:
    said, at, headers = COMMANDS[what] | but, f"/v1/enquiries/{id}", key()
    if what in HAVING_READ:
        headers["If-Match"] = (await client.get(at)).headers["ETag"]
    return await client.post(f"{at}/{what}", json=said, headers=headers)


@pytest.mark.slow
async def test_a_duty_becomes_an_enquiry_that_nobody_forgets(simulated: House) -> None:
    intake, triage, enquiry = SERVICES[:3]
    async with (
        at_home(simulated, intake) as one,
        at_home(simulated, triage) as two,
        at_home(simulated, enquiry) as three,
        people({intake: one, triage: two}) as they,
        three.client("lena.moss", "enquiry-lead") as lead,
        three.client("sam", MANAGER) as manager,
    ):
        leads, manages = Lead(lead), Lead(manager)
        town: dict[str, Home] = {intake: one, triage: two, enquiry: three}
        await it_is(town, "2023-06-05T09:00:00Z")  # Monday
        id = (await they.home.refers(referral()))["adults"][0]["adult"]
        await they.manager.reads(id, lambda it: it["concern"]["rating"]["band"] == "band@1:amber")
        await they.manager.decides(id)

        # The duty opens an enquiry, and it has its clocks at once.
        opened = await manages.sees(id, lambda it: it["stage"] == "enquiry-stage@1:opened")
        assert due(opened) == {"lead": "2023-06-06T16:00:00Z", "plan": "2023-06-12T16:00:00Z"}

        # Nobody leads it: that is noticed, and owed again.
        await it_is(town, "2023-06-07T09:00:00Z")
        waits = await manages.sees(id, lambda it: it["missed"])
        assert waits["missed"] == [{"kind": "lead", "due_at": "2023-06-06T16:00:00Z"}]
        assert due(waits)["lead"] == "2023-06-08T16:00:00Z"

        assert waits["escalated_to"] == ["escalation@1:safeguarding-adults-manager"]

        for who, what in ((manager, "lead"), (lead, "plan"), (lead, "desired-outcomes")):
            assert (await does(who, id, what)).status_code == 204
        assert due(await leads.sees(id)) == {"conclusion": "2023-07-05T16:00:00Z"}

        # A partner enquires for us; until their report is answered, nothing is concluded.
        await lists(manager)
        await does(lead, id, "caused-enquiry")
        assert due(await leads.sees(id))["report"] == "2023-06-21T16:00:00Z"
        await does(lead, id, "outcomes-achieved")
        assert (await does(manager, id, "conclusion")).json()["type"].endswith("enquiry-open")
        await does(lead, id, "caused-enquiry/report")
        accepted = {"verdict": "report-verdict@1:accepted"}
        assert (await does(lead, id, "caused-enquiry/assessment", **accepted)).status_code == 204

        # It is looked at whether the adult needs an advocate, and one is arranged first.
        assert (await does(manager, id, "conclusion")).json()["type"].endswith("advocacy-not-asked")
        assert (await does(lead, id, "advocacy")).status_code == 204

        # Concluded, with a safety plan; it closes when nothing is left, and not before.
        assert (await does(manager, id, "conclusion")).status_code == 204
        assert (await does(manager, id, "closure")).json()["type"].endswith("safety-plan-missing")
        plan = safety_plan("2023-07-14", "2023-07-17")
        assert (await does(lead, id, "safety-plan", **plan)).status_code == 204
        assert (await does(manager, id, "closure")).json()["type"].endswith("action-live")
        assert (await does(lead, id, "safety-plan/endings")).status_code == 204
        assert (await does(manager, id, "closure")).status_code == 204

        # The review that was promised is still owed, and a concern opened again is looked at.
        closed = await leads.sees(id, lambda it: it["stage"] == "enquiry-stage@1:closed")
        assert due(closed) == {"review": "2023-07-17T16:00:00Z"}
        await they.manager.does(f"concerns/{id}/reopening", reasons="Hungry again.")
        changed = await manages.sees(id, lambda it: it["decision_changed_at"])
        assert due(changed)["look"] == "2023-06-08T16:00:00Z"
        assert (await does(manager, id, "decision-review")).status_code == 204
