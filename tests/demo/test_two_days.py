"""Do two days of the council add up, and are they the same whatever happens meanwhile?

The same seed is played twice on real services. The second time the play itself is cut short in the
middle of a round and goes on later, and one service is killed.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.scenario import recount
from deploy.demo.scenario.account import balance
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.partners import Partners
from deploy.demo.scenario.parts import COORDINATOR, MANAGERS
from deploy.demo.scenario.plan import WEEK, shortened
from deploy.demo.scenario.play import Playing
from deploy.demo.scenario.town import Act, Town, visited
from deploy.local.places import services
from deploy.local.scenario import tokens
from deploy.local.standing import Plan, Standing, standing
from deploy.local.supervisor import Supervisor

pytestmark = pytest.mark.slow

PLAN = shortened(WEEK, 2)
CUT, KILLED = 15, 25
"""At which of its calls to do something the play is cut short, and a service is killed."""


class CutShort(Exception):
    """Somebody pressed Ctrl-C."""


@dataclass(frozen=True)
class Played:
    """What was found after a play."""

    wrong: Sequence[str]
    acts: Mapping[str, int]
    facts: Mapping[str, Any]
    """Of each case, what happened, in order."""


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Played]:
    smoothly = asyncio.run(_played(tmp_path_factory.mktemp("smoothly"), troubled=False))
    troubled = asyncio.run(_played(tmp_path_factory.mktemp("troubled"), troubled=True))
    return smoothly, troubled


async def _played(folder: Path, *, troubled: bool) -> Played:
    plan = Plan(data=folder, services=services(), clock="simulated")
    async with standing(plan) as up:
        if troubled:
            with suppress(CutShort):
                await _play(folder, up, Troubled)
        return await _play(folder, up, Town)


async def _play(folder: Path, up: Standing, kind: type[Town]) -> Played:
    access = up.access(tokens(folder))
    ledger = Ledger(folder / "demo" / "ledger.jsonl", {"seed": 1})
    Troubled.supervisor = up.supervisor
    async with visited(access, 1, PLAN, ledger) as given:
        town = kind(**vars(given))
        await Playing(town, Partners(town), lambda _line: None).run()
        seen = await recount.found(town)
        lines = balance(await recount.counted(town, seen))
        return Played(
            wrong=[line.says for line in lines if not line.agrees],
            acts=ledger.counts(),
            facts=await _facts(town, seen),
        )


class Troubled(Town):
    """A town in which a service is killed, and soon after the play is cut short in an act."""

    supervisor: Supervisor
    calls: int = 0

    async def perform(self, acts: Sequence[Act]) -> int:
        Troubled.calls += 1
        if Troubled.calls == CUT:
            child = self.supervisor.children["triage"].process
            assert child is not None
            os.kill(child.pid, signal.SIGKILL)
        if Troubled.calls >= KILLED and len(acts) > 3:
            await super().perform(acts[:2])
            raise CutShort
        return await super().perform(acts)


async def _facts(town: Town, seen: recount.Found) -> Mapping[str, Any]:
    decided = [str(it["case"]) for it in town.ledger.did("decision")]
    concerns = [*decided, *(str(row["concern"]) for row in seen.concerns)]
    found = dict[str, Any]()
    for case in concerns:
        found[f"concern {case}"] = await _told(town, "triage", f"/v1/concerns/{case}/history")
    for it in seen.enquiries:
        case = it["enquiry"]["id"]
        found[f"enquiry {case}"] = await _told(town, "enquiry", f"/v1/enquiries/{case}/history")
    for row in seen.requests:
        path = f"/v1/dols-requests/{row['request']}/case"
        shown = await town.read("dols", path, COORDINATOR)
        found[f"request {row['request']}"] = _lines(shown["case"]["history"])
    for row in seen.referrals:
        lane = await town.read("notify", f"/v1/correspondence/{row['referral']}", MANAGERS[0])
        # What two services say at one instant is told in the order in which it is heard.
        told = sorted((it["occurred_at"], it["type"], it["about"] or "") for it in lane["events"])
        found[f"lane {row['referral']}"] = told
    return found


async def _told(town: Town, service: str, path: str) -> Sequence[Any]:
    return _lines(await town.read(service, path, MANAGERS[0]))


def _lines(history: Sequence[Any]) -> Sequence[Any]:
    return [(it["version"], it["fact"], it["effective_at"], it["by"]) for it in history]


def test_every_figure_of_two_days_balances(plays: tuple[Played, Played]) -> None:
    smoothly, _ = plays
    assert smoothly.wrong == []
    assert smoothly.acts["referral"] == PLAN.referrals[0].count
    assert smoothly.acts["dols-request"] == PLAN.dols[0].count
    assert {"scores", "decision", "lead", "offers", "allocations", "assessments"} <= {
        *smoothly.acts
    }


def test_a_killed_service_and_a_play_that_was_cut_short_leave_nothing_out_of_balance(
    plays: tuple[Played, Played],
) -> None:
    _, troubled = plays
    assert Troubled.calls >= KILLED
    assert troubled.wrong == []


def test_the_same_seed_makes_the_same_facts_of_every_case(plays: tuple[Played, Played]) -> None:
    smoothly, troubled = plays
    assert smoothly.acts == troubled.acts
    assert smoothly.facts.keys() == troubled.facts.keys()
    other = {case for case in smoothly.facts if smoothly.facts[case] != troubled.facts[case]}
    assert {case: (smoothly.facts[case], troubled.facts[case]) for case in other} == {}
    assert sum(map(len, smoothly.facts.values())) > 200
