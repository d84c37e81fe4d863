"""Of whom does an addition tell what, and how much of it?

What it answers belongs to the adult of whom it speaks. Who is none of those known is held for a
person: one by one up to so many adults of a referral, and one part for all others.

Its words go to each adult, all of them, as far as that fits: what a sender writes of one adult may
matter to the others. What is told is shut, kept, said and read once for each, so 51 times a large
addition would keep all others waiting for seconds. Where it does not fit, an adult is told what is
said of them and of nobody in particular, and of that as much as fits; it says that it was
shortened. Nothing is lost: the document holds all of it, and the signals told of anybody are told
apart from the words.

Law: UK GDPR art 5(1)(c), no more personal data than is needed.
"""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Final, NamedTuple
from uuid import UUID

from services.intake.rules.fields import ADULTS, REFERRER
from services.intake.rules.identities import Identity, identity, whose
from services.intake.rules.reading import MOST_ADULTS, ReadAdult

MOST_OF_ONE: Final = 300 * 1024
"""Bytes. It takes a list of numbers to reach them, which we write longer than they came."""

MOST_OF_ALL: Final = 1024 * 1024
"""Bytes, of all adults together: of 51 each is told 20,000, as of one field at once."""

SHORTENED: Final = (
    "\n[Shortened: all that was sent is kept with the referral, where customer contact and"
    " safeguarding adults managers read it.]"
)
_NOTE: Final = SHORTENED.encode()


class ToldOf(NamedTuple):
    """Of whom an addition tells: by the places of what it lists, from 0."""

    known: Mapping[UUID, int]
    new: Sequence[int]
    rest: Sequence[int]
    """Of those for whom one part stands: there are too many."""


def told_of(
    known: Mapping[UUID, Identity], said: Sequence[object], read: Sequence[ReadAdult], *,
    first: bool,
) -> ToldOf:  # fmt: skip
    """Give who of the known each of those listed is, or that they are new."""
    named = [identity(it.details) for it in read[: min(len(said), MOST_ADULTS)]]
    places, adults = whose([*known.values()], named, first=first), [*known]
    left = [at for at, one in enumerate(said) if at not in places and not says_nothing(one)]
    room = max(MOST_ADULTS - len(known), 0)
    new = [at for at in left if at < MOST_ADULTS][:room]
    return ToldOf(
        known={adults[place]: at for at, place in places.items()}, new=new, rest=left[len(new) :]
    )


def listed(sent: Mapping[str, object]) -> Sequence[object]:
    """Give what an addition says of one adult after the other."""
    named = sent.get(ADULTS)
    if isinstance(named, list | tuple):
        return named
    return [] if named is None else [named]


def says_nothing(said: object) -> bool:
    """Say whether nothing at all was written in it: some forms fill up their list of adults."""
    if isinstance(said, Mapping):
        return all(map(says_nothing, said.values()))
    if isinstance(said, list | tuple):
        return all(map(says_nothing, said))
    return said is None or (isinstance(said, str) and not said.strip())


def words_of_each(sent: Mapping[str, object], own: Sequence[Sequence[object]]) -> Sequence[str]:
    """Give the words of an addition for each adult, of whom each is said their `own`."""
    # Who tells it is the referrer's own, and may be nobody's to know: it stays in the document.
    said = {name: it for name, it in sent.items() if name != REFERRER.name}
    whole, each = _written(said), min(MOST_OF_ONE, MOST_OF_ALL // max(len(own), 1))
    if len(whole) <= each:
        return [whole.decode()] * len(own)
    common = _written({name: it for name, it in said.items() if name != ADULTS})
    parts = [_part(theirs, common) for theirs in own]
    most = MOST_OF_ONE if sum(map(len, parts)) <= MOST_OF_ALL else each
    return [_shortened(part, most) for part in parts]


def _part(own: Sequence[object], common: bytes) -> bytes:
    if not own:
        return common
    then = b"" if common == b"{}" else b", "
    return b'{"%s": ' % ADULTS.encode() + _written(own) + then + common[1:]


def _shortened(part: bytes, most: int) -> str:
    return (part[: most - len(_NOTE)].decode(errors="ignore")) + SHORTENED


def _written(said: object) -> bytes:
    return dumps(said, default=str, ensure_ascii=False).encode("utf-8", "replace")
