"""Which adult of a referral does an addition speak of?

Adults are told apart by what cannot be two people's, then by what they are called, then by their
order, which is all that many forms keep. Two NHS numbers, two dates of birth, a man's title and a
woman's, or names of which neither holds the other are two people, unless the number is the same, or
name and date of birth are: a slip makes nobody another. Who is like several is the one in the same
place where the list names as many adults as there are. Else nobody is guessed: a person looks.

Law: UK GDPR art 5(1)(d), personal data are accurate: what is told of one adult is no other's.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.rules.identifiers import PLACEHOLDER_BIRTH, iso_date, nhs_number
from shared.contracts.intake import AdultDetails

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TITLES: Final[Mapping[str, str | None]] = {
    "mr": "man", "mrs": "woman", "miss": "woman", "ms": "woman", "mx": None, "dr": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one adult from another; nothing, where it cannot be read."""

    number: str | None = None
    """Ten digits, their check digit right."""

    born: date | None = None
    title: str | None = None
    """Of a man or a woman."""

    name: frozenset[str] = frozenset()
    """The words of it in small letters, titles left out: some forms have the surname first."""

    called: frozenset[str] = frozenset()
    """Those, and what they are known as."""

    @property
    def unknown(self) -> bool:
        """Say whether nothing tells who it is."""
        return not (self.number or self.born or self.called)


def identity(said: AdultDetails | None) -> Identity:
    """Give what tells this adult from others, as far as it can be read."""
    if said is None:
        return Identity()
    number, born = nhs_number(said.nhs_number or ""), iso_date(said.date_of_birth or "")
    name, known_as = _words(said.name), _words(said.known_as)
    return Identity(
        number=number if isinstance(number, str) else None,
        born=born if isinstance(born, date) and born != PLACEHOLDER_BIRTH else None,
        title=next((title for it in sorted(name) if (title := _TITLES.get(it))), None),
        name=(name or known_as) - _TITLES.keys(),
        called=(name | known_as) - _TITLES.keys(),
    )


def _words(text: str | None) -> frozenset[str]:
    return frozenset(_WORD.findall((text or "").casefold()))


def whose(
    known: Sequence[Identity], named: Sequence[Identity], *, first: bool = True
) -> Mapping[int, int]:
    """Give the place among the known of each adult named, by their own place; no two have one.

    `first`: nothing was added before. Later, who is named is nobody of whom nothing was known: what
    came meanwhile may have named another.
    """
    found = dict[int, int]()
    all_of_them = len(named) >= len(known)
    for alike in (_surely_the_same, _of_one_number, _of_one_name, _of_a_name_within):
        if all_of_them:
            found |= _in_place(_pairs(known, named, alike, found))
        found |= _like_one_alone(_pairs(known, named, alike, found))

    def by_order(one: Identity, other: Identity) -> bool:
        # Who is like one of those known, and was not found, is like several.
        like = _names_agree(one, other) or _of_one_number(one, other)
        named_since = other.unknown and not one.unknown and not first
        return _no_others(one, other) and not like and not named_since

    return found | _in_place(_pairs(known, named, by_order, found))


def _surely_the_same(one: Identity, other: Identity) -> bool:
    if _of_one_number(one, other):
        return _names_agree(one, other) or (one.born is not None and one.born == other.born)
    return bool(one.born and one.name) and (one.born, one.name) == (other.born, other.name)


def _of_one_number(one: Identity, other: Identity) -> bool:
    return one.number is not None and one.number == other.number


def _of_one_name(one: Identity, other: Identity) -> bool:
    return bool(one.name) and one.name == other.name and _no_others(one, other)


def _of_a_name_within(one: Identity, other: Identity) -> bool:
    return _names_agree(one, other) and _no_others(one, other)


def _names_agree(one: Identity, other: Identity) -> bool:
    both = one.called and other.called
    return bool(both) and (one.called <= other.called or other.called <= one.called)


def _no_others(one: Identity, other: Identity) -> bool:
    """Say whether nothing speaks against their being the same."""
    pairs = ((one.number, other.number), (one.born, other.born), (one.title, other.title))
    differ = any(a and b and a != b for a, b in pairs)
    names_differ = one.called and other.called and not _names_agree(one, other)
    same = _of_one_number(one, other) or _surely_the_same(one, other)
    return same or not (differ or names_differ)


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


def _like_one_alone(pairs: Pairs) -> dict[int, int]:
    """Give those who are like nobody else; of two entries of one adult, the first."""
    likes, found = Counter(at for at, _ in pairs), dict[int, int]()
    for at, place in pairs:
        if likes[at] == 1 and place not in found.values():
            found[at] = place
    return found
