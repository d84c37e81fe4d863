"""What of an addition is told of each adult?

All of it, as far as that fits: what a sender writes of one adult may matter to the others. What is
told is shut, kept, said and read once for each adult, so 51 times a large addition would keep all
others waiting for seconds. Where it does not fit, an adult is told what is said of them and of
nobody in particular, and of that as much as fits; it says that it was shortened. Nothing is lost:
the document holds all of it, and the signals told of anybody are told apart from the words.

Law: UK GDPR art 5(1)(c), no more personal data than is needed.
"""

from collections.abc import Mapping, Sequence
from json import dumps
from typing import Final

from services.intake.rules.fields import ADULTS, REFERRER
from services.intake.rules.reading import MOST_ADULTS

MOST_OF_ONE: Final = 300 * 1024
"""Bytes. It takes a list of numbers to reach them, which we write longer than they came."""

MOST_OF_ALL: Final = 1024 * 1024
"""Bytes, of all adults together: of 51 each is told 20,000, as of one field at once."""

SHORTENED: Final = (
    "\n[Shortened: all that was sent is kept with the referral, where customer contact and"
    " safeguarding adults managers read it.]"
)
_NOTE: Final = SHORTENED.encode()


def words_of_each(sent: Mapping[str, object], adults: int) -> Sequence[str]:
    """Give the words of an addition for each of so many adults, in their order."""
    # Who tells it is the referrer's own, and may be nobody's to know: it stays in the document.
    said = {name: it for name, it in sent.items() if name != REFERRER.name}
    whole, each = _written(said), min(MOST_OF_ONE, MOST_OF_ALL // max(adults, 1))
    if len(whole) <= each:
        return [whole.decode()] * adults
    parts = _parts(said, adults)
    most = MOST_OF_ONE if sum(map(len, parts)) <= MOST_OF_ALL else each
    return [_shortened(part, most) for part in parts]


def _parts(said: Mapping[str, object], adults: int) -> Sequence[bytes]:
    """Give what is said of each, and of nobody in particular."""
    common = _written({name: it for name, it in said.items() if name != ADULTS})
    named = said.get(ADULTS)
    listed = named if isinstance(named, list | tuple) else [named] if named is not None else []
    return [_part(_own(listed, at), common) for at in range(adults)]


def _own(listed: Sequence[object], at: int) -> Sequence[object]:
    # One part stands for all adults beyond those that are read.
    return listed[at:] if at == MOST_ADULTS else listed[at : at + 1]


def _part(own: Sequence[object], common: bytes) -> bytes:
    if not own:
        return common
    then = b"" if common == b"{}" else b", "
    return b'{"%s": ' % ADULTS.encode() + _written(own) + then + common[1:]


def _shortened(part: bytes, most: int) -> str:
    return (part[: most - len(_NOTE)].decode(errors="ignore")) + SHORTENED


def _written(said: object) -> bytes:
    return dumps(said, default=str, ensure_ascii=False).encode("utf-8", "replace")
