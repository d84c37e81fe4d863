"""Who are the people of the demo? Nobody: numbers and names are made for tests.

NHS numbers come from the 999 range, telephone numbers from Ofcom's ranges for drama.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(text.replace("_", " ") for text in words.split())


FIRST = _listed(
    "Edith Arthur Mavis Harold Siân Dennis Doreen Stanley Parveen Gurdeep Winifred Leszek Beryl "
    "Desmond Nasreen Cyril Audrey Mohinder Maureen Ronald Zofia Clifford Thelma Ahmed Ivy Norman "
    "Gwendolyn Vernon Sheila Rajesh Olive Kenneth Constance Marlon Brenda Tadeusz Hilda Trevor "
    "Shanice Callum Kayleigh Jordan Aaliyah Bradley Chantelle Reece Priscilla Hamza"
)
LAST = _listed(
    "Marlowe Ashdown Tranter Okonjo Bexley Wójcik Haldane O'Rourke Pemberton Sandhu Fairclough "
    "Akhtar Whitlock Dunmore Castellan Mistry Ollerton Braithwaite Kaczmarek Lumsden Attwell "
    "Ravensworth Chaudhry Penhallow Stopford Delacroix Hartigan Weatherby Nightingall Bhogal "
    "Crowther-Lane Ellerby Mukherjee Thistlewood Yardley Quarmby Ibekwe Saltmarsh Threlfall Zammit"
)
KNOWN_AS = ("Bertie", "Dottie", "Frankie", "Jackie", "Maggie", "Mr T", "Nan", "Teddy", "Winnie")
STREETS = _listed(
    "Larkhill_Rise Tanners_Row Bellfounder_Street Osmaston_Mews Spinners_Croft Quarry_Steps "
    "Millrace_Lane Canal_Basin_Road Lockkeepers_Walk Orchard_Gate Weavers_Yard Signal_Box_Close"
)
DISTRICTS = ("DE1", "DE3", "DE21", "DE22", "DE23", "DE24")
ELSEWHERE = ("NG7", "S40", "LE11", "ST14")
ETHNICITIES = (
    ("White British", 68), ("White Polish", 5), ("Asian British Pakistani", 8),
    ("Asian British Indian", 6), ("Black British Caribbean", 4), ("Mixed background", 3),
    ("Not known to us", 6),
)  # fmt: skip
NEEDS_FROM = date(2023, 4, 1)


class Dice:
    """Chance that falls the same on every Python: whole numbers only, one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret

    def below(self, end: int) -> int:
        """Give a whole number from 0 up to `end`, without it."""
        return self._random.randrange(end)

    def pick(self, among: Sequence[T]) -> T:
        """Give one of them."""
        return among[self.below(len(among))]

    def chance(self, per_mille: int) -> bool:
        """Give True so many times in a thousand."""
        return self.below(1000) < per_mille

    def weighted(self, among: Sequence[tuple[T, int]]) -> T:
        """Give one of them, each as often as its weight says."""
        left = self.below(sum(weight for _, weight in among))
        for value, weight in among:
            if left < weight:
                return value
            left -= weight
        raise AssertionError("the weights add up to less than themselves")


@dataclass(frozen=True)
class Person:
    """An adult (or a child sent here by mistake) whom somebody worries about."""

    name: str
    known_as: str
    born: date
    nhs_number: str
    address: str
    postcode: str | None
    uprn: str
    phone: str
    gender: str
    ethnicity: str
    home: str | None = None
    """The id of the care home they live in."""


def check_digit(nine: str) -> int:
    """Give the tenth digit of an NHS number; 10 means that there is none."""
    weighed = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
    return (11 - weighed % 11) % 11


def phone(dice: Dice) -> str:
    """Give a telephone number that rings nowhere."""
    last = f"{dice.below(1000):03}"
    return dice.pick((f"07700 900{last}", f"01632 960{last}", f"+44 7700 900{last}"))


def name(dice: Dice) -> str:
    """Give a first and a last name."""
    return f"{dice.pick(FIRST)} {dice.pick(LAST)}"


@dataclass
class Registry:
    """Everybody met so far, so that no two share an NHS number."""

    dice: Dice
    taken: set[str] = field(default_factory=set)

    def adult(self, home: tuple[str, str] | None = None, *, away: bool = False) -> Person:
        """Meet somebody new: a resident of `home` (id, name), or somebody in their own home."""
        older = bool(home) or self.dice.chance(480)
        return self._somebody(self.dice.below(42 if older else 47) + (58 if older else 18),
                              home, away=away)  # fmt: skip

    def child(self) -> Person:
        """Meet somebody under 18, also on the day the demo is played, years after the dates."""
        return self._somebody(4 + self.dice.below(7), None, away=False)

    def _somebody(self, age: int, home: tuple[str, str] | None, *, away: bool) -> Person:
        dice = self.dice
        district = dice.pick(ELSEWHERE if away else DISTRICTS)
        street = f"{1 + dice.below(220)} {dice.pick(STREETS)}"
        first = dice.pick(FIRST)
        return Person(
            name=f"{first} {dice.pick(LAST)}",
            known_as=dice.pick((first, dice.pick(KNOWN_AS))),
            born=NEEDS_FROM - timedelta(days=age * 365 + age // 4 + 20 + dice.below(300)),
            nhs_number=self._nhs_number(),
            address=f"Room {1 + dice.below(60)}, {home[1]}" if home else street,
            # A home's postcode is a place and stays in clear; an adult's own is sealed.
            postcode=None if home else f"{district} {1 + dice.below(8)}{self._two_letters()}",
            uprn=f"1000{dice.below(10**8):08}",
            phone=phone(dice),
            gender=dice.pick(("Female", "Male", "Female", "Male", "F", "M", "Not stated")),
            ethnicity=dice.weighted(ETHNICITIES),
            home=home[0] if home else None,
        )

    def _two_letters(self) -> str:
        return self.dice.pick("ABDEFGHJLNPQRSTUWXYZ") + self.dice.pick("ABDEFGHJLNPQRSTUWXYZ")

    def _nhs_number(self) -> str:
        while True:
            nine = f"999{self.dice.below(10**6):06}"
            digit = check_digit(nine)
            if digit < 10 and nine not in self.taken:  # noqa: PLR2004 - ten has no digit
                self.taken.add(nine)
                return f"{nine}{digit}"
