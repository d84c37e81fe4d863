"""What do assessors take on, and what do they find?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deploy.demo.scenario.coordinators import kinds
from deploy.demo.scenario.days import local
from deploy.demo.scenario.parts import ASSESSORS, DOCTORS
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town

REQUIREMENTS: Mapping[str, Sequence[str]] = {
    "mental-health": ("mental-health", "mental-capacity", "eligibility"),
    "best-interests": ("age", "no-refusals", "best-interests"),
}
FAILING = (("best-interests", 62), ("mental-capacity", 27), ("mental-health", 4),
           ("eligibility", 5), ("no-refusals", 2))  # fmt: skip
INTERESTS = "requirement@1:best-interests"
INDEPENDENT = {"related": "no", "financial_interest": "no", "involved_in_care": "no"}
DECLINES = ("no-time", "no-time", "too-far", "other")
LONGEST = (90, 180, 270, 365)
WORDS = "Seen at the place, with the care plan; the daughter and the ward sister were asked."
OPEN = {"waiting", "allocated", "assessing"}


@dataclass(frozen=True)
class Desk:
    """An assessor, what they have in hand, and the day."""

    town: Town
    who: str
    rows: Sequence[Any]
    now: datetime
    thrown: str
    """When the dice fall: once a day, or oftener in a town that is looked at."""

    @property
    def today(self) -> date:
        """Give the London date."""
        return local(self.now).date()

    @property
    def role(self) -> str:
        """Give the role that they take."""
        return "mental-health" if self.who in DOCTORS else "best-interests"

    def offered(self, row: Any) -> bool:
        """Say whether a row is an offer to them."""
        return f"offer-{self.role}" in kinds(row)

    def act(self, path: str, row: Any, body: Mapping[str, Any], *more: object) -> Act:
        """Give a command on a request."""
        case = str(row["request"])
        where = ("dols", f"/v1/dols-requests/{case}/{path}")
        return self.town.act(path, self.who, where, case, body, *more)


async def _desks(town: Town, now: datetime, thrown: str | None = None) -> Sequence[Desk]:
    thrown = thrown or f"{local(now):%Y-%m-%d}"
    found = [(who, await town.read("dols", "/v1/dols-allocations", who)) for who in ASSESSORS]
    return [Desk(town, who, rows, now, thrown) for who, rows in found]


async def answer(town: Town, now: datetime) -> Sequence[Act]:
    """Answer the offers."""
    return [act for desk in await _desks(town, now) for act in answers(desk)]


async def assess(town: Town, now: datetime, thrown: str | None = None) -> Sequence[Act]:
    """Assess what was taken on, and anew what the law no longer bears."""
    desks = await _desks(town, now, thrown)
    return [act for desk in desks for act in (*assessments(desk), *assessed_anew(desk))]


def assessed_anew(desk: Desk) -> Sequence[Act]:
    """Find again what was found under a legal test that has gone since."""
    return [
        desk.act("assessments", row, _found(desk, row, INTERESTS, "satisfied"), "anew")
        for row in desk.rows
        if "assessment" in kinds(row) and desk.role == "best-interests" and _is_theirs(desk, row)
    ]


def answers(desk: Desk) -> Sequence[Act]:
    """Accept most offers, and decline some."""
    return [_answered(desk, row) for row in desk.rows if desk.offered(row) and _is_open(row)]


def _answered(desk: Desk, row: Any) -> Act:
    role = f"assessor-role@1:{desk.role}"
    dice = dice_of(desk.town.seed, "answer", desk.who, row["request"], row["version"])
    if dice.chance(desk.town.plan.chances.offer_declined):
        said = {"role": role, "reason": f"offer-declined@1:{dice.pick(DECLINES)}"}
        return desk.act("declines", row, said, row["version"])
    return desk.act("allocations", row, {"role": role, "declared": INDEPENDENT}, row["version"])


def assessments(desk: Desk) -> Sequence[Act]:
    """Give what is found today."""
    return [act for row in desk.rows if _is_due(desk, row) for act in _assessed(desk, row)]


def _is_due(desk: Desk, row: Any) -> bool:
    dice = dice_of(desk.town.seed, "assessed", desk.who, row["request"], desk.thrown)
    chance = desk.town.plan.chances.assessed_a_day
    return _is_theirs(desk, row) and _is_open(row) and dice.chance(chance)


def _is_theirs(desk: Desk, row: Any) -> bool:
    return f"assessor-role@1:{desk.role}" not in row["roles_open"]


def _is_open(row: Any) -> bool:
    return str(row["stage"]).rpartition(":")[2] in OPEN


def _assessed(desk: Desk, row: Any) -> Iterator[Act]:
    """Assess one requirement after the other; one that is not satisfied is the last."""
    wrong = failing(desk.town, str(row["request"]))
    for requirement in REQUIREMENTS[desk.role]:
        bad = requirement == wrong
        said = _found(desk, row, f"requirement@1:{requirement}", f"{'not-' * bad}satisfied")
        yield desk.act("assessments", row, said, requirement)
        if bad:
            return


def _found(desk: Desk, row: Any, requirement: str, result: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "requirement": requirement,
        "result": f"assessment-result@1:{result}",
        "assessed_on": f"{desk.today}",
        "words": WORDS,
    }
    if requirement == INTERESTS and result == "satisfied":
        dice = dice_of(desk.town.seed, "longest", row["request"])
        said |= {"recommended_days": dice.pick(LONGEST)}
    return said


def failing(town: Town, case: str) -> str | None:
    """Give the requirement that a request will fail, None where all are satisfied."""
    dice = dice_of(town.seed, "finding", case)
    return None if dice.chance(town.plan.chances.granted) else dice.weighted(FAILING)
