"""Who waits is owed something always; what passes is recorded once, also where all stood still."""

from typing import Any
from uuid import UUID

import pytest

from services.intake.decisions import referral as of_referral
from services.intake.events import DeadlineMissed
from tests.journeys.people import WORRYING, Staff, it_is, people, referral, waits
from tests.support.house import Home, House, at_home, key
from tests.support.patience import until

SAM, HEAD = "escalation-to-safeguarding-adults-manager", "escalation-to-head-of-service"


def kinds(concern: dict[str, list[dict[str, str]]], of: str) -> list[str]:
    return [it["kind"] for it in concern[of]]


async def told(staff: Staff, concern: str) -> list[tuple[str, bool]]:
    """Give what passed, by its own words, and whether it was noticed late."""
    lines = (await staff.client.get(f"/v1/concerns/{concern}/history")).json()
    words = [it["says"] for it in lines if it["role"] == "timer"]
    return [(it.partition(",")[0].partition(".")[0], "Noticed late" in it) for it in words]


@pytest.mark.slow
async def test_what_was_promised_to_who_waits_is_missed_once_and_seen(simulated: House) -> None:
    async with at_home(simulated, "intake") as intake, at_home(simulated, "triage") as triage:
        town = {"intake": intake, "triage": triage}
        async with people(town) as they:
            await it_is(town, "2023-06-05T09:00:00Z")  # Monday
            amber = await waits(they.home, WORRYING)
            fresh = (await they.screener.reads(amber))["concern"]
            assert kinds(fresh, "due") == ["look", "decision", SAM, "re-check", HEAD]
            assert fresh["missed"] == []

            await it_is(town, "2023-06-06T15:59:00Z")  # 16:59 in London
            assert (await they.screener.reads(amber))["concern"]["missed"] == []
            await it_is(town, "2023-06-06T16:01:00Z")
            late = await they.screener.reads(amber, lambda it: it["concern"]["missed"])
            assert kinds(late["concern"], "missed") == ["look"]
            assert kinds(late["concern"], "due") == ["decision", SAM, "re-check", HEAD]

            await they.manager.decides(amber)
            done = (await they.screener.reads(amber))["concern"]
            assert done["due"] == []
            more = referral(WORRYING, what_happened="He is back.")
            receipt = (await they.home.client.get("/v1/referrals")).json()["items"][0]
            await they.home.adds({"id": receipt["referral"]}, more)
            again = await they.screener.reads(amber, lambda it: it["concern"]["due"])
            assert kinds(again["concern"], "due") == ["look", SAM, "re-check", HEAD]


@pytest.mark.slow
async def test_a_week_in_which_everything_stood_still_is_made_up_for_once_and_marked_late(
    simulated: House,
) -> None:
    async with at_home(simulated, "intake") as intake, at_home(simulated, "triage") as triage:
        town = {"intake": intake, "triage": triage}
        async with people(town) as they:
            await it_is(town, "2023-07-03T09:00:00Z")  # Monday
            amber = await waits(they.home, WORRYING)
            await they.screener.reads(amber)
    async with at_home(simulated, "intake") as intake:  # triage stands still
        await it_is({"intake": intake}, "2023-07-13T09:00:00Z")
    for _ in range(2):  # and standing still once more changes nothing
        async with at_home(simulated, "intake") as intake, at_home(simulated, "triage") as triage:
            town = {"intake": intake, "triage": triage}
            await it_is(town, "2023-07-13T09:00:00Z")
            async with people(town) as they:
                await they.screener.reads(amber, lambda it: it["concern"]["version"] == 8)
                assert sorted(await told(they.manager, amber)) == sorted([
                    ("Missed: look", True), ("Missed: decision", True), ("Missed: re-check", True),
                    ("Missed: re-check", True),
                    ("Escalated to the safeguarding adults manager", True),
                    ("Escalated to the head of service", True),
                ])  # fmt: skip


async def missed(intake: Home, id: str) -> list[tuple[str, str, bool]]:
    """Give what was owed to whom a referral tells of, and passed."""
    history = await intake.runtime.log.history(of_referral.stream(UUID(id)))
    facts = [it.fact for it in history if isinstance(it.fact, DeadlineMissed)]
    return [(it.kind.rpartition(":")[2], f"{it.due_at:%a %H:%M}", it.late) for it in facts]


@pytest.mark.slow
async def test_who_is_held_in_danger_on_a_friday_evening_is_missed_within_the_hour_and_stands_first(
    simulated: House,
) -> None:
    async with at_home(simulated, "intake") as intake, at_home(simulated, "triage") as triage:
        town = {"intake": intake, "triage": triage}
        async with people(town) as they:
            await it_is(town, "2023-06-09T17:00:00Z")  # Friday, 18:00 in London
            child = {"what_happened": "He was hit.", "adults": [{"approximate_age": 9}]}
            calm = await they.home.refers(child)
            danger = await they.home.refers(child | {"immediate_danger": "yes"})

            async def listed() -> Any:
                rows = (await they.contact.client.get("/v1/screening")).json()["items"]
                return rows if len(rows) == 2 else None

            rows = await until(listed)
            assert [it["contact"] for it in rows] == [danger["id"], calm["id"]]
            assert [it["due_at"] for it in rows] == ["2023-06-09T18:00:00Z", "2023-06-12T10:00:00Z"]

            await it_is(town, "2023-06-09T18:01:00Z")

            async def overdue() -> Any:
                rows = (await they.contact.client.get("/v1/screening")).json()["items"]
                return rows if rows[0]["missed"] else None

            rows = await until(overdue)
            assert [it["missed"] for it in rows] == [1, 0]
            assert rows[0]["owed_at"] == "2023-06-09T19:00:00Z"
            above = [it["escalated_to"] for it in rows]
            assert above == ["escalation@1:head-of-service", None]
            assert await missed(intake, danger["id"]) == [
                ("urgent-screening-look", "Fri 18:00", False)
            ]
            words = await they.contact.client.get(f"/v1/referrals/{danger['id']}/words")
            (passed,) = words.json()["missed"]
            assert passed["due_at"] == "2023-06-09T18:00:00Z"
            passed_on = {
                "adult": rows[0]["adult"], "to": "redirection@1:children", "reasons": "Rang them."
            }  # fmt: skip
            done = await they.contact.client.post(
                f"/v1/referrals/{danger['id']}/redirection", json=passed_on, headers=key()
            )
            assert done.status_code == 204

            await it_is(town, "2023-06-12T10:01:00Z")  # Monday
            status = (await they.home.client.get(f"/v1/referrals/{calm['id']}")).json()
            assert status["what_happens_next"].startswith("It is late")

            async def said() -> Any:
                return await missed(intake, calm["id"])

            assert await until(said) == [("screening-look", "Mon 10:00", False)]
            assert len(await missed(intake, danger["id"])) == 1, "somebody looked"
            least = {"X-Min-Position": str(await intake.runtime.log.head())}
            figures = await they.contact.client.get("/v1/figures", headers=least)
            assert figures.json()["deadlines_missed"] == 2
