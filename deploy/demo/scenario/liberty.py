"""Whom do care homes and hospitals ask to deprive of liberty, and in which answers?

The essentials of the national Forms 1 and 2, as a managing authority's own system sends them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from deploy.demo.council import moment, weighted_days
from deploy.demo.homes import DIRECTORY, HOMES
from deploy.demo.people import Dice, Person, Registry, name, phone
from deploy.demo.scenario.parts import HOSPITALS
from deploy.demo.scenario.plan import Chances, Flow

LODGES = tuple((partner, home) for partner, homes in HOMES.items() for home in homes)
WARDS = {
    HOSPITALS[0]: ("RTR01", "hospital", ("Cavendish ward", "Chatsworth ward", "Stroke unit")),
    HOSPITALS[1]: ("RKM01", "mental-health-ward", ("Tissington ward", "Dovedale ward")),
}
REGIMES = (
    "Keypad on the front door, sensor mat, two carers for all washes, brought back if found out.",
    "Line of sight on the corridor, door alarm at night, medicine given in yoghurt as agreed.",
    "Bed rails and mitts while the drip is in; turned back from the lift twice a day.",
    "Goes out with a carer only; kitchen locked; sits in the lounge most of the day.",
)
PURPOSES = ("Safe care with dementia.", "Rehabilitation after a fall.", "Treatment of delirium.")
BASES = ("Dementia, mixed type, diagnosed by the memory clinic.", "Delirium on dementia.",
         "Moderate learning disability.", "Acquired brain injury.")  # fmt: skip
NO_CAPACITY = "Does not retain where they are or why; asks for a bus home that stopped in 1961."

Shares = Sequence[tuple[str, int]]
ANSWERS: dict[str, Shares] = {
    "objection": (("none", 55), ("intermittent", 30), ("consistent", 15)),
    "restraint": (("none", 62), ("occasional", 28), ("regular", 10)),
    "medication": (("none", 60), ("as-needed", 28), ("regular-or-covert", 12)),
    "supervision": (("general", 68), ("one-to-one", 26), ("locked-in-or-segregated", 6)),
    "contact": (("none", 94), ("barred-or-supervised", 5), ("total-bar", 1)),
    "dispute": (("no", 90), ("yes", 10)),
    "placement": (("settled", 60), ("new-or-unstable", 40)),
    "unbefriended": (("no", 84), ("yes", 16)),
    "condition_unmet": (("no", 95), ("yes", 5)),
    "safeguarding_enquiry": (("no", 94), ("yes", 6)),
    "short_physical_treatment": (("no", 88), ("yes", 12)),
    "court": (("no", 99), ("yes", 1)),
    "objects_to_treatment": (("no", 85), ("yes", 15)),
}


@dataclass(frozen=True)
class Asking:
    """A request as it is sent."""

    at: datetime
    partner: str
    body: dict[str, Any]


def askings(seed: int, flow: Flow, chances: Chances) -> Iterator[Asking]:
    """Give the requests of so many days in the order of their sending."""
    dice = Dice(seed)
    people = Registry(dice)
    first = datetime.combine(flow.first_day, time(), UTC)
    days = weighted_days(first, flow.days)
    for number, at in enumerate(sorted(moment(dice, days) for _ in range(flow.count))):
        if dice.chance(chances.hospital):
            partner, person = dice.pick(HOSPITALS), people.adult()
            place = _ward(partner, dice)
        else:
            partner, home = dice.pick(LODGES)
            person, place = people.adult(home), _home(home)
        yield Asking(at, partner, _body((number, at), person, place, dice, chances))


def _home(home: tuple[str, str]) -> dict[str, Any]:
    location = f"1-{100000000 + sum(map(ord, home[0])) * 7919}"
    return {"name": home[1], "cqc_location_id": location, "kind": "care-home",
            "run_by_council": "no"}  # fmt: skip


def _ward(partner: str, dice: Dice) -> dict[str, Any]:
    location, kind, wards = WARDS[partner]
    return {"name": DIRECTORY[partner].organisation, "cqc_location_id": location, "kind": kind,
            "ward": dice.pick(wards), "run_by_council": "no"}  # fmt: skip


def _body(
    which: tuple[int, datetime], person: Person, place: dict[str, Any], dice: Dice,
    chances: Chances,
) -> dict[str, Any]:  # fmt: skip
    number, at = which
    body: dict[str, Any] = {
        "partner_reference": f"DOL/{at:%y}/{number:04}",
        "date_wanted": f"{at:%Y-%m-%d}",
        "purpose": dice.pick(PURPOSES),
        "care_regime": dice.pick(REGIMES),
        "mental_health_basis": dice.pick(BASES),
        "capacity_basis": NO_CAPACITY,
        "advance_decision": "no",
        "person": _person(person),
        "managing_authority": place,
        "care": {factor: dice.weighted(shares) for factor, shares in ANSWERS.items()},
        "interested_persons": [{"name": name(dice), "relationship": "daughter"}],
        "signer": {"name": name(dice), "role": "manager", "phone": phone(dice)},
    }
    return body | _route(at, dice, chances)


def _person(person: Person) -> dict[str, Any]:
    return {"name": person.name, "date_of_birth": person.born.isoformat(),
            "nhs_number": person.nhs_number, "gender": person.gender}  # fmt: skip


def _route(at: datetime, dice: Dice, chances: Chances) -> dict[str, Any]:
    if dice.chance(chances.urgent):
        return {"urgent": {"given_on": f"{at:%Y-%m-%d}", "days": 7, "reasons": "Tries the doors.",
                           "given_before": "no"}}  # fmt: skip
    if dice.chance(300):
        return {"authorisation_ends_on": f"{at + timedelta(days=28):%Y-%m-%d}"}
    return {}
