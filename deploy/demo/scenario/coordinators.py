"""How does the DoLS coordinator keep the queue moving?

What managing authorities told is considered; who waits is looked at afresh when it is due; and as
many requests a week as there are assessors for are offered to two of them, in the queue's order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.scenario.days import local
from deploy.demo.scenario.parts import BEST_INTERESTS, COORDINATOR, DOCTORS
from deploy.demo.scenario.plan import Rate, dice_of, due_by
from deploy.demo.scenario.town import Act, Town

QUEUE, REGISTER = ("dols", "/v1/dols-queue"), ("dols", "/v1/assessors")
ROLES: Mapping[str, Sequence[str]] = {"best-interests": BEST_INTERESTS, "mental-health": DOCTORS}
READ = "Read and passed on to the signatory: the ward confirms it by telephone."
LOOKED = "Rang the home: still there, still needed, settled as the form says."
KINDS = {
    "best-interests": ["assessor-kind@1:bia"],
    "mental-health": ["assessor-kind@1:mental-health"],
}
MOST = 50
"""The highest weekly capacity that the register takes."""


def entries(town: Town, day: date) -> Sequence[Act]:
    """Enter the assessors in the register on the first day."""
    return [
        town.act("register", COORDINATOR, REGISTER, name, {"name": name} | _entry(town, role, day))
        for role, names in ROLES.items()
        for name in names
    ]


def _entry(town: Town, role: str, day: date) -> dict[str, Any]:
    return {
        "kinds": KINDS[role],
        "trained_on": f"{day - timedelta(days=30)}",
        "employer": "assessor-employer@1:independent",
        "weekly_capacity": _weekly(town, role, day),
    }


def _weekly(town: Town, role: str, day: date) -> int:
    """Give what each takes on in a week: their share of the council's, and a little more."""
    rates: Sequence[Rate] = town.plan.crew.allocated
    now = [it for it in rates if it.since <= day] or rates[:1]
    return min(MOST, 2 + round(now[-1].a_week * 1.5 / len(ROLES[role])))


async def changes(town: Town, day: date) -> Sequence[Act]:
    """Enter what changes when a framework of assessors is procured anew."""
    rows = await town.all_of(*REGISTER, COORDINATOR)
    by_name = {row["name"]: row["assessor"] for row in rows}
    return [
        town.act("change", COORDINATOR, ("dols", f"/v1/assessors/{by_name[name]}/changes"), name,
                 _entry(town, role, day) | {"suspended": False}, day)
        for role, names in ROLES.items()
        for name in names
    ]  # fmt: skip


@dataclass(frozen=True)
class Morning:
    """What the coordinator sees when the day begins."""

    town: Town
    queue: Sequence[Any]
    register: Sequence[Any]
    now: datetime

    @property
    def today(self) -> date:
        """Give the London date."""
        return local(self.now).date()

    def act(
        self, did: str, row: Any, body: Mapping[str, Any], *more: object, etag: int | None = None
    ) -> Act:
        """Give a command on a request."""
        case, version = str(row["request"]), row["version"]
        where = ("dols", f"/v1/dols-requests/{case}/{did}")
        return self.town.act(did, COORDINATOR, where, case, body, version, *more, etag=etag)


async def look(town: Town, now: datetime) -> Sequence[Act]:
    """Do the day's work."""
    queue = await town.all_of(*QUEUE, COORDINATOR)
    morning = Morning(town, queue, await town.all_of(*REGISTER, COORDINATOR), now)
    again = rechecks(morning)
    cases = [(await _case(town, row), row) for row in again]
    return [
        *considered(morning),
        *(rechecked(morning, row, case) for case, row in cases),
        *offers(morning),
    ]


async def _case(town: Town, row: Any) -> Any:
    path = f"/v1/dols-requests/{row['request']}/case"
    return (await town.read("dols", path, COORDINATOR))["case"]


def kinds(row: Any) -> set[str]:
    """Give the kinds of what is owed."""
    return {it["kind"] for it in row["due"]}


def considered(morning: Morning) -> Sequence[Act]:
    """Say that what was told was seen, as far as this morning's list goes."""
    return [
        morning.act("consideration", row, {"reasons": READ}, etag=row["version"])
        for row in morning.queue
        if "look" in kinds(row)
    ]


def rechecks(morning: Morning) -> Sequence[Any]:
    """Give those to look at afresh today: what is due first, as many as can be done."""
    until = (morning.now + timedelta(days=2)).isoformat()
    due = {
        str(row["request"]): it["due_at"]
        for row in morning.queue
        for it in row["due"]
        if it["kind"] == "re-check" and it["due_at"] <= until
    }
    rows = [row for row in morning.queue if str(row["request"]) in due and _waits(row)]
    rows.sort(key=lambda row: (due[str(row["request"])], row["request"]))
    return rows[: morning.town.plan.crew.rechecked_a_day]


def _waits(row: Any) -> bool:
    return str(row["stage"]).rpartition(":")[2] in {"waiting", "allocated", "assessing"}


def rechecked(morning: Morning, row: Any, case: Any) -> Act:
    """Score afresh who was asked after."""
    answers = {name: it for name, it in case["priority"]["answers"].items() if it}
    dice = dice_of(morning.town.seed, "re-check", row["request"], row["version"])
    if dice.chance(250):
        answers |= {"objection": dice.pick(("none", "intermittent", "consistent"))}
    # What was told is considered first, and is a version more.
    seen = None if "look" in kinds(row) else row["version"]
    return morning.act("priority", row, {"answers": answers, "evidence": LOOKED}, etag=seen)


def offers(morning: Morning) -> Sequence[Act]:
    """Offer to assessors what comes next, and again what was declined or expired."""
    town, begun = morning.town, {it["case"] for it in morning.town.ledger.did("offers")}
    week = due_by(town.plan.crew.allocated, morning.today)
    week -= due_by(town.plan.crew.allocated, morning.today - timedelta(days=7))
    left = due_by(town.plan.crew.allocated, morning.today) - len(begun)
    left, room, found = min(left, max(1, week)), _room(morning), list[Act]()
    for row in filter(_waits, morning.queue):
        new = str(row["request"]) not in begun
        if row["roles_open"] and (left > 0 or not new):
            made = list(_offered(morning, row, room))
            left -= bool(made) and new
            found += made
    return found


def _room(morning: Morning) -> dict[str, int]:
    return {
        row["name"]: row["weekly_capacity"] - row["taken_on_this_week"] for row in morning.register
    }


def _offered(morning: Morning, row: Any, room: dict[str, int]) -> Iterator[Act]:
    for code in row["roles_open"]:
        role = str(code).rpartition(":")[2]
        free = [name for name in ROLES[role] if room.get(name, 0) > 0]
        if f"offer-{role}" in kinds(row) or not free:
            continue
        dice = dice_of(morning.town.seed, "offer", role, row["request"], row["version"])
        name = dice.pick(free)
        room[name] -= 1
        yield morning.act("offers", row, {"role": code, "assessor": name}, role)
