"""Which adult of a referral does an addition speak of?

Adults are told apart by what cannot be two people's, then by what they are called, then by their
order, which is all that many forms keep. Two NHS numbers, two dates of birth, or names with no word
in common are two people, unless the number is the same, or name and date of birth are: a slip makes
nobody another. Where nothing tells them apart nobody is guessed: a person looks.

Law: UK GDPR art 5(1)(d), personal data are accurate: what is told of one adult is no other's.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.rules.identifiers import iso_date, nhs_number
from shared.contracts.intake import AdultDetails

_WORD: Final = re.compile(r"[^\W\d_]+")
_TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr"})


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one adult from another; nothing, where it cannot be read."""

    number: str | None = None
    """Ten digits, their check digit right."""

    born: date | None = None
    name: frozenset[str] = frozenset()
    """The words of it in small letters, titles left out: some forms have the surname first."""

    called: frozenset[str] = frozenset()
    """Those, and what they are known as."""


def identity(said: AdultDetails | None) -> Identity:
    """Give what tells this adult from others, as far as it can be read."""
    if said is None:
        return Identity()
    number, born = nhs_number(said.nhs_number or ""), iso_date(said.date_of_birth or "")
    name, known_as = _words(said.name), _words(said.known_as)
    return Identity(
        number=number if isinstance(number, str) else None,
        born=born if isinstance(born, date) else None,
        name=name or known_as,
        called=name | known_as,
    )


def _words(text: str | None) -> frozenset[str]:
    return frozenset(_WORD.findall((text or "").casefold())) - _TITLES


def whose(known: Sequence[Identity], named: Sequence[Identity]) -> Mapping[int, int]:
    """Give the place among the known of each adult named, by their own place; no two have one."""
    found = dict[int, int]()
    for alike in (_same, _called_the_same):
        found |= _in_place(_pairs(known, named, alike, found))
        found |= _elsewhere(_pairs(known, named, alike, found))
    return found | _in_place(_pairs(known, named, _maybe_the_same, found))


def _same(one: Identity, other: Identity) -> bool:
    if one.number and one.number == other.number:
        return True
    return bool(one.born and one.name) and (one.born, one.name) == (other.born, other.name)


def _called_the_same(one: Identity, other: Identity) -> bool:
    return bool(one.name) and one.name == other.name and _maybe_the_same(one, other)


def _maybe_the_same(one: Identity, other: Identity) -> bool:
    numbers = one.number and other.number and one.number != other.number
    births = one.born and other.born and one.born != other.born
    names = one.called and other.called and not one.called & other.called
    return _same(one, other) or not (numbers or births or names)


Pairs = Sequence[tuple[int, int]]


def _pairs(
    known: Sequence[Identity],
    named: Sequence[Identity],
    alike: Callable[[Identity, Identity], bool],
    found: Mapping[int, int],
) -> Pairs:
    """Give who of the named is like whom of the known, of those not found so far."""
    taken = set(found.values())
    return [
        (at, place)
        for at, one in enumerate(named)
        if at not in found
        for place, other in enumerate(known)
        if place not in taken and alike(one, other)
    ]


def _in_place(pairs: Pairs) -> dict[int, int]:
    return {at: place for at, place in pairs if at == place}


def _elsewhere(pairs: Pairs) -> dict[int, int]:
    """Give those of whom each is like one alone."""
    named, known = Counter(at for at, _ in pairs), Counter(place for _, place in pairs)
    return {at: place for at, place in pairs if named[at] == known[place] == 1}
