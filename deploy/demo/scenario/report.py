"""How near does a played year come to what was found in Derby?

Three columns that must tell the same story: what the report of 2024 says (domain 6.3), what the
services count themselves, and a recount from lists and single cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from rich.console import RenderableType

from deploy.demo.scenario.days import DAY, local
from deploy.demo.scenario.managers import ENQUIRIES
from deploy.demo.scenario.parts import COORDINATOR, HOSPITALS, MANAGERS
from deploy.demo.scenario.plan import DERBY, JANUARY, SPRING
from deploy.demo.scenario.recount import Found, figures, one_by_one
from deploy.demo.scenario.town import Town
from deploy.demo.screen import table

DUTY = ENQUIRIES[:2]
WARDS = ("hospital", "mental-health-ward")


@dataclass(frozen=True)
class Row:
    """A figure of the seed, as found there, as counted by the services, and as recounted."""

    says: str
    seed: str
    counted: str
    recounted: str
    value: float = 0.0
    """As counted, as a number."""


@dataclass(frozen=True)
class Facts:
    """What single cases and lists say, and nothing that was counted before."""

    referred_on: Sequence[date]
    outcomes: Sequence[str]
    requests: Sequence["Asked"]


@dataclass(frozen=True)
class Asked:
    """A DoLS request."""

    received_on: date
    hospital: bool
    decided_on: date | None
    granted: bool

    def waits_on(self, day: date) -> bool:
        """Say whether it waits when a day begins."""
        return self.received_on < day and (self.decided_on is None or self.decided_on >= day)


async def report(town: Town, seen: Found) -> RenderableType:
    """Draw the seed's figures beside ours, and beside a recount from raw facts."""
    if not all(f"{day}" in town.ledger.milestones for day in (JANUARY, SPRING)):
        return table("There is no report: this scenario has no year to report on.")
    said = await figures(town)
    drawn = table("Derby, April 2023 to April 2024", "what", "seed", "counted", "recounted")
    for row in rows(town.ledger.milestones, said, await facts(town, seen), _scale(town)):
        drawn.add_row(row.says, row.seed, row.counted, row.recounted)
    return drawn


def _scale(town: Town) -> float:
    return town.plan.dols[0].count / DERBY.dols[0].count


async def facts(town: Town, seen: Found) -> Facts:
    """Read every concern and every request, one by one."""
    decided = list(dict.fromkeys(str(it["case"]) for it in town.ledger.did("decision")))
    concerns = await one_by_one(town, "triage", "/v1/concerns/{}", decided, MANAGERS[0])
    partners = {str(it["request"]): it["partner"] for it in seen.requests}
    path = "/v1/dols-requests/{}/case"
    cases = await one_by_one(town, "dols", path, list(partners), COORDINATOR)
    return Facts(
        referred_on=[_day(it["received_at"]) for it in seen.referrals],
        outcomes=[_word(it["concern"]["decision"]["outcome"]) for it in concerns],
        requests=[_asked(it["case"], partners) for it in cases],
    )


def _asked(case: Any, partners: Mapping[str, str]) -> Asked:
    decision = case["decision"]
    return Asked(
        received_on=date.fromisoformat(case["received_on"]),
        hospital=partners[str(case["id"])] in HOSPITALS,
        decided_on=date.fromisoformat(decision["decided_on"]) if decision else None,
        granted=bool(decision and decision["granted"]),
    )


def _day(at: str) -> date:
    return local(datetime.fromisoformat(at)).date()


def _word(code: str) -> str:
    return code.rpartition(":")[2]


def rows(
    milestones: Mapping[str, Any], said: Mapping[str, Any], raw: Facts, scale: float = 1.0
) -> Sequence[Row]:
    """Give the figures; counts of the seed for a council of another size are scaled."""
    turn, spring = milestones[f"{JANUARY}"], milestones[f"{SPRING}"]
    year = [it for it in raw.requests if it.received_on < SPRING]
    of = round
    return (
        _count("referrals, April to December 2023", of(3_931 * scale), turn["intake"]["referrals"],
               sum(day < JANUARY for day in raw.referred_on)),
        _share("of those decided: the section 42 duty arises", "47.5", _duty(said["triage"]),
               (sum(it in DUTY for it in raw.outcomes), len(raw.outcomes))),
        _count("DoLS requests, April 2023 to March 2024", of(1_094 * scale),
               spring["dols"]["received"], len(year)),
        _count("DoLS requests granted until the end of April 2024", "",
               said["dols"]["granted"], sum(it.granted for it in raw.requests)),
        replace(_share("of the year's requests: granted", "13", (0, 1),
                       (sum(it.granted for it in year), len(year))), counted="not counted so"),
        _share("of the year's requests: from hospitals", "13", _wards(spring["dols"]),
               (sum(it.hospital for it in year), len(year))),
        _count("DoLS backlog at the turn of the year", f"over {of(600 * scale)}",
               turn["dols"]["waiting"], sum(it.waits_on(JANUARY) for it in raw.requests)),
        _count("DoLS backlog at the end of April 2024", of(252 * scale), said["dols"]["waiting"],
               sum(it.decided_on is None for it in raw.requests)),
        _count("of the backlog in January: over 180 days", "some",
               turn["dols"]["waiting_over_180_days"], _long(raw)),
    )  # fmt: skip


def _long(raw: Facts) -> int:
    long_ago = JANUARY - 180 * DAY
    return sum(it.waits_on(JANUARY) and it.received_on < long_ago for it in raw.requests)


def _duty(triage: Mapping[str, Any]) -> tuple[int, int]:
    return sum(triage["by_outcome"].get(it, 0) for it in DUTY), triage["decided"]


def _wards(dols: Mapping[str, Any]) -> tuple[int, int]:
    return sum(dols["received_by_setting"].get(it, 0) for it in WARDS), dols["received"]


def _count(says: str, seed: int | str, counted: int, recounted: int) -> Row:
    told = seed if isinstance(seed, str) else f"{seed:,}"
    return Row(says, told, f"{counted:,}", f"{recounted:,}", counted)


def _share(says: str, seed: str, counted: tuple[int, int], recounted: tuple[int, int]) -> Row:
    (part, whole), (part_again, whole_again) = counted, recounted
    share = 100 * part / max(1, whole)
    again = 100 * part_again / max(1, whole_again)
    return Row(says, f"{seed} %", f"{share:.1f} % ({part:,} of {whole:,})",
               f"{again:.1f} % ({part_again:,} of {whole_again:,})", share)  # fmt: skip
