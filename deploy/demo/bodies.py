"""What does a referral look like as the partner's own system sends it?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.demo.homes import DIRECTORY, Body, System
from deploy.demo.people import Dice, Person, name, phone
from deploy.demo.words import (
    ACTIONS,
    ANSWERS,
    ASIDES,
    NEEDS,
    RISKS,
    SOURCES,
    STORIES,
    VIEWS,
    WHY_NOT,
)

TRI = (("yes", 3), ("no", 5), ("unknown", 2))


@dataclass(frozen=True)
class Incident:
    """What happened, before anybody's software has its way with it."""

    at: datetime
    number: int
    partner: str
    home: tuple[str, str] | None
    adults: tuple[Person, ...]
    band: str
    types: tuple[str, ...]
    location: str
    birth_known: bool
    away: bool = False


def written(it: Incident, dice: Dice) -> Body:
    """Give the body with the fields that this partner's system has, in its order."""
    system = DIRECTORY[it.partner].system
    everything = _everything(it, dice)
    everything["adults"] = [_adult(it, person, system, dice) for person in it.adults]
    body = {field: everything[field] for field in system.top if field in everything}
    return _with_booleans(body) if system.booleans else body


def _everything(it: Incident, dice: Dice) -> Body:
    partner = DIRECTORY[it.partner]
    red = it.band == "red"
    happened = it.at - timedelta(minutes=dice.below(4000))
    body: Body = {
        "partner_reference": f"{partner.kind[:3].upper()}/23/{it.number:05}",
        "police_reference": f"23*{100000 + dice.below(800000)}",
        "immediate_danger": "yes" if red and dice.chance(300) else "no",
        "emergency_services_called": "yes" if red and dice.chance(400) else "no",
        "what_happened": _story(it, dice),
        "happened_at": dice.pick((f"{happened:%Y-%m-%d}", f"{happened:%Y-%m-%dT%H:%M:00Z}")),
        "how_known": dice.pick(("saw", "told", "found")),
        "types_of_abuse": list(it.types),
        "location": _location(it, dice),
        "source_of_risk": _source(it, dice),
        "actions_taken": dice.pick(ACTIONS),
        "other_agencies": f"District nurses told, ref {dice.below(90000)}",
        "children_at_risk": "no",
        "referrer": _referrer(it, dice),
        "outcome_contact": f"Ring {phone(dice)} after two",
        "threshold_guidance_used": dice.pick(("yes", "no")),
    }
    for field in ("cqc_notified", "family_told", "previous_concerns", "wants_outcome"):
        body[field] = dice.weighted(TRI)
    body["others_at_risk"] = dice.weighted(TRI) if it.band != "green" else "no"
    if dice.chance(450):
        # Now and then the referrer thinks it worse than the tool does.
        body["own_rating"] = "amber" if it.band == "green" and dice.chance(80) else it.band
    return body


def _story(it: Incident, dice: Dice) -> str:
    hour = f"{dice.below(12) + 1}.{dice.below(60):02} {dice.pick(('am', 'pm'))}"
    told = [dice.pick(STORIES[kind]).format(name=it.adults[0].name, hour=hour) for kind in it.types]
    if len(it.adults) > 1:
        told.append("So it is for the others named here.")
    return " ".join([*told, dice.pick(ASIDES)])


def _location(it: Incident, dice: Dice) -> Body:
    place: Body = {"type": it.location}
    if it.home:
        at = sum(map(ord, it.home[0]))
        place |= {"cqc_location_id": f"1-{100000000 + at * 7919}", "postcode": f"DE1 9{_end(at)}"}
        place["description"] = f"Day room on floor {dice.below(4)} of {it.home[1]}"
    elif it.away:
        place["postcode"] = f"NG7 9{_end(dice.below(400))}"
    return place


def _end(number: int) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return letters[number % 20] + letters[number // 20 % 20]


def _source(it: Incident, dice: Dice) -> Body:
    source: Body = {"relationship": dice.pick(SOURCES), "has_access": dice.weighted(TRI)}
    if dice.chance(600):
        source["name"] = name(dice)
    if it.home and dice.chance(400):
        source |= {"role": "carer on the late shift", "employer": f"{it.home[1]} staff bank"}
    return source


def _referrer(it: Incident, dice: Dice) -> Body:
    if it.partner == "family-portal" and dice.chance(200):
        return {"anonymous": True}
    who = name(dice)
    said: Body = {"name": who, "phone": phone(dice), "role": DIRECTORY[it.partner].role}
    if it.partner == "family-portal":
        return said | {
            "relationship": dice.pick(("neighbour of years", "sister in law", "her son"))
        }
    mailbox = f"{who[0].lower()}.{dice.below(10**5):05}@{it.partner}.example"
    return said | {"organisation": DIRECTORY[it.partner].organisation, "email": mailbox,
                   "manager_name": name(dice), "anonymous": False}  # fmt: skip


def _adult(it: Incident, person: Person, system: System, dice: Dice) -> Body:
    everything = _identity(it, person, dice) | {
        "care_and_support_needs": dice.pick(NEEDS),
        "why_cannot_protect_self": dice.pick(WHY_NOT),
        "communication_needs": dice.pick(("hears best on the left", "reads lips, large print")),
        "current_location": f"Bay {1 + dice.below(9)} bed {1 + dice.below(28)}",
        "safe_contact": f"Only {phone(dice)}, between ten and noon",
        "unsafe_to_contact": "yes" if it.band == "red" else "no",
        "views": dice.pick(VIEWS),
        "desired_outcome": dice.pick(VIEWS),
        "capacity_view": f"Thought to lack capacity for this, seen by {name(dice)}",
        "attorney_or_deputy": f"{name(dice)}, property and affairs",
        "advocate": f"Asked of {name(dice)} on {it.at:%d %B}",
        "sharing_ground": dice.pick(("vital-interest", "public-interest", "lacks-capacity")),
        "risk": _risk(it, dice),
    }
    for field in ("aware", "consent_to_share", "interpreter_needed"):
        everything[field] = dice.weighted(TRI)
    if system.spaced_nhs:
        number = person.nhs_number
        everything["nhs_number"] = f"{number[:3]} {number[3:6]} {number[6:]}"
    return {field: everything[field] for field in system.adult if field in everything}


def _identity(it: Incident, person: Person, dice: Dice) -> Body:
    said: Body = {
        field: getattr(person, field)
        for field in ("name", "known_as", "nhs_number", "address", "uprn", "phone", "gender",
                      "ethnicity")
    }  # fmt: skip
    if person.postcode:
        said["postcode"] = person.postcode
    if it.birth_known:
        return said | {"date_of_birth": person.born.isoformat()}
    age = it.at.year - person.born.year
    return said | {"approximate_age": age} if dice.chance(500) else said


def _risk(it: Incident, dice: Dice) -> Body:
    answers, signals = dice.pick(RISKS[it.band])
    said: Body = dict(zip(ANSWERS, answers, strict=True))
    # "Nothing to add" is often left blank; severity to access always have an answer.
    for field in ANSWERS[4:]:
        if not said[field] and dice.chance(300):
            del said[field]
    return said | {"signals": list(signals)}


def _with_booleans(body: Body) -> Body:
    true_or_false = {"yes": True, "no": False}
    return _each(body, lambda value: true_or_false.get(value, value))


def _each(body: Body, change: Callable[[str], str | bool]) -> Body:
    def changed(value: object) -> object:
        if isinstance(value, dict):
            return {field: changed(inner) for field, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        return change(value) if isinstance(value, str) else value

    return {field: changed(value) for field, value in body.items()}
