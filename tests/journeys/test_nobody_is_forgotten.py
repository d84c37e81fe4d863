"""Who waits is owed something always; what passes is recorded once, also where all stood still."""

import pytest

from tests.journeys.people import WORRYING, Staff, it_is, people, referral, waits
from tests.support.house import House, at_home

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
            assert kinds(again["concern"], "due") == ["look", "re-check"]


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
