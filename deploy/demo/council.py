"""What did Derby's partners send between 1 April and 31 December 2023?

The shape is domain 6.4: 3,931 referrals, made anew from a seed, the same bytes for the same seed.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo.bodies import Incident, written
from deploy.demo.broken import BREAKAGES, broken
from deploy.demo.homes import ALL_HOMES, DIRECTORY, HOMES
from deploy.demo.people import Dice, Person, Registry
from deploy.demo.words import BANDS, INSTITUTION, OWN_LIKE

REFERRALS = 3_931
FIRST_DAY = datetime(2023, 4, 1, tzinfo=UTC)
WEEKDAYS = (125, 105, 105, 105, 100, 35, 30)
DAYS = 275
HOURS = (1, 1, 1, 1, 1, 2, 5, 15, 40, 70, 85, 85, 75, 75, 80, 75, 65, 45, 25, 15, 10, 7, 4, 2)
BURSTS, REPEATS, NO_BIRTH, MISDIRECTED, DUPLICATES, BROKEN = 10, 180, 80, 30, 20, 50
"""Each of a thousand."""


@dataclass(frozen=True)
class Posting:
    """One referral as it is sent."""

    at: datetime
    """UTC, in the world that is played; the service stamps its own time."""
    partner: str
    idempotency_key: str | None
    body: bytes
    kind: tuple[str, ...]
    adults: int
    """How many adults a careful reader counts in it."""


@dataclass(frozen=True)
class _Arrival:
    at: datetime
    home: tuple[str, tuple[str, str]] | None = None
    """In a burst: the partner and the home that refers."""
    adults: int = 1


def postings(
    seed: int, referrals: int = REFERRALS, first_day: datetime = FIRST_DAY, days: int = DAYS
) -> Iterator[Posting]:
    """Give the referrals of so many days in the order of their sending."""
    dice = Dice(seed)
    council = _Council(dice)
    sent: list[Posting] = []
    for number, arrival in enumerate(_arrivals(dice, referrals, weighted_days(first_day, days))):
        again = [earlier for earlier in sent[-60:] if _may_come_twice(earlier)]
        if again and not arrival.home and dice.chance(DUPLICATES):
            earlier = dice.pick(again)
            posting = replace(earlier, at=arrival.at, kind=(*earlier.kind, "duplicate"))
        else:
            posting = council.refers(number, arrival)
        keyed = dice.chance(DIRECTORY[posting.partner].system.keyed)
        text = f"{seed}/{number}/".encode() + posting.body
        key = hashlib.sha256(text).hexdigest()[:32] if keyed else None
        sent.append(replace(posting, idempotency_key=key))
        yield sent[-1]


def _may_come_twice(posting: Posting) -> bool:
    return not any(kind.startswith(("broken", "burst", "duplicate")) for kind in posting.kind)


Days = Sequence[tuple[datetime, int]]


def weighted_days(first_day: datetime, days: int) -> Days:
    """Give each day, and how much is sent on it."""
    every = (first_day + timedelta(days=n) for n in range(days))
    return tuple((day, WEEKDAYS[day.weekday()]) for day in every)


def _arrivals(dice: Dice, referrals: int, days: Days) -> Sequence[_Arrival]:
    # A Poisson stream of which the total is known: the moments fall independently.
    arrivals: list[_Arrival] = []
    while (left := referrals - len(arrivals)) > 0:
        at = moment(dice, days)
        if not dice.chance(BURSTS):
            arrivals.append(_Arrival(at, adults=2 if dice.chance(40) else 1))
            continue
        partner = dice.pick(tuple(HOMES))
        home, adults = (partner, dice.pick(HOMES[partner])), 3 + dice.below(10)
        if dice.chance(500) or adults > left:
            arrivals.append(_Arrival(at, home, adults))
        else:
            arrivals += (_Arrival(at + timedelta(minutes=6 * n), home) for n in range(adults))
    return sorted(arrivals, key=lambda arrival: arrival.at)


def moment(dice: Dice, days: Days) -> datetime:
    """Give an instant of one of the days, most often of a working day's office hours."""
    seconds = dice.weighted(tuple(enumerate(HOURS))) * 3600 + dice.below(3600)
    return dice.weighted(days) + timedelta(seconds=seconds)


@dataclass
class _Council:
    """Who is known to whom so far."""

    dice: Dice
    people: Registry = field(init=False)
    known: dict[str | None, list[Person]] = field(default_factory=dict)
    """By the home they live in; None is everybody in a home of their own."""

    def __post_init__(self) -> None:
        self.people = Registry(self.dice)

    def refers(self, number: int, arrival: _Arrival) -> Posting:
        """Make the referral of one arrival."""
        dice = self.dice
        everybody = [(name, partner.weight) for name, partner in DIRECTORY.items()]
        partner = arrival.home[0] if arrival.home else dice.weighted(everybody)
        location = dice.weighted(DIRECTORY[partner].locations)
        home = arrival.home[1] if arrival.home else self._home(partner, location)
        adults, kinds = self._adults(arrival, home)
        birth_known = not dice.chance(NO_BIRTH)
        it = Incident(
            at=arrival.at,
            number=number,
            partner=partner,
            home=home,
            adults=adults,
            band=dice.weighted(BANDS),
            types=self._types(INSTITUTION if home or "hospital" in location else OWN_LIKE),
            location=location,
            birth_known=birth_known,
            away="out-of-area" in kinds,
        )
        kinds += () if birth_known else ("missing-dob",)
        return self._sent(it, (DIRECTORY[partner].kind, it.band, *kinds))

    def _home(self, partner: str, location: str) -> tuple[str, str] | None:
        if not location.startswith("care-home"):
            return None
        return self.dice.pick(HOMES.get(partner, ALL_HOMES))

    def _adults(
        self, arrival: _Arrival, home: tuple[str, str] | None
    ) -> tuple[tuple[Person, ...], tuple[str, ...]]:
        if not home and self.dice.chance(MISDIRECTED * 1000 // 770):  # nobody in a home is either
            if self.dice.chance(500):
                return (self.people.child(),), ("under-18",)
            return (self.people.adult(away=True),), ("out-of-area",)
        known = self.known.setdefault(home[0] if home else None, [])
        kinds = (("burst",) if arrival.home else ()) + (("several",) if arrival.adults > 1 else ())
        if known and not arrival.home and self.dice.chance(REPEATS):
            return (self.dice.pick(known),), ("repeat",)
        met = tuple(self.people.adult(home) for _ in range(arrival.adults))
        known += met
        return met, kinds

    def _types(self, shares: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
        types = [self.dice.weighted(shares)]
        for often in (430, 100):
            other = self.dice.weighted(shares)
            if self.dice.chance(often) and other not in types:
                types.append(other)
        return tuple(types)

    def _sent(self, it: Incident, kinds: tuple[str, ...]) -> Posting:
        body = written(it, self.dice)
        text, adults = DIRECTORY[it.partner].system.write(body), len(it.adults)
        if self.dice.chance(BROKEN) and adults == 1:
            kind = self.dice.pick(tuple(BREAKAGES))
            text, adults = broken(body, kind, self.dice)
            kinds += ("broken", f"broken:{kind}")
        return Posting(it.at, it.partner, None, text.encode(), kinds, adults)


def digest(sent: Sequence[Posting]) -> str:
    """Give the SHA-256 of all bodies, one after the other."""
    return hashlib.sha256(b"".join(posting.body for posting in sent)).hexdigest()


# Codes, dates of events and places stay in clear; all other words of a body are sealed.
IN_CLEAR = frozenset((
    "partner_reference", "immediate_danger", "emergency_services_called", "happened_at",
    "how_known", "type", "types_of_abuse", "cqc_location_id", "signals", "own_rating",
    "sharing_ground", "organisation", "aware", "consent_to_share", "interpreter_needed",
    "unsafe_to_contact", "has_access", "cqc_notified", "family_told", "others_at_risk",
    "children_at_risk", "previous_concerns", "wants_outcome", "threshold_guidance_used",
    "location.postcode",
))  # fmt: skip


def texts(posting: Posting) -> tuple[str, ...]:
    """Give what may stand nowhere in clear: search a dump for these as whole words.

    Each is one line's beginning, so that a text cut short is found too. Single words and short
    numbers are left out: they turn up by chance, in code lists and among hexadecimal digits.
    """
    found: dict[str, None] = {}
    left: list[tuple[str, str, Any]] = [
        ("", "", json.loads(posting.body, object_pairs_hook=_Pairs))
    ]
    while left:
        parent, name, value = left.pop()
        if isinstance(value, _Pairs):
            left += ((name, inner, each) for inner, each in value)
        elif isinstance(value, list):
            left += ((parent, name, each) for each in value)
        elif isinstance(value, str) and not {name, f"{parent}.{name}"} & IN_CLEAR:
            found |= dict.fromkeys(filter(_telling, _pieces(value)))
    return tuple(found)


class _Pairs(tuple[Any, ...]):
    """An object's members, those sent twice included."""

    __slots__ = ()


def _pieces(text: str) -> Iterator[str]:
    for line in re.split(r"[\x00-\x1f\ud800-\udfff\ufffe\u200f]", text):
        yield line.strip()[:60].strip()


def _telling(piece: str) -> bool:
    by_chance = re.fullmatch(r"[0-9A-Fa-f-]{0,9}|.{0,4}|[^\W\d_]{0,11}", piece)
    return not by_chance
