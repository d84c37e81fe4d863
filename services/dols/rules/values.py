"""What does one value say, whatever its type?

Nothing here raises. What cannot be read is still kept as given where it is text: a person may
understand what a rule cannot.

Law: none.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from services.dols.rules.fields import TRI, Field

Trouble = Literal["unreadable", "looks-wrong", "too-long"]
LONGEST: Final = 20_000
"""Characters of one text."""


class Value(NamedTuple):
    """What a field says."""

    text: str | None = None
    """Normalised where it was read, as given where it was not; None where there is no text."""

    troubles: tuple[Trouble, ...] = ()

    @property
    def given(self) -> bool:
        """Say whether something was sent, readable or not."""
        return bool(self.text or self.troubles)

    @property
    def read(self) -> str | None:
        """Give the text where a rule may rest on it."""
        return None if "unreadable" in self.troubles else self.text

    @property
    def tells(self) -> bool:
        """Say whether something is said, readable or not, and not that there is nothing to say."""
        return self.given and (self.text is None or _said(self.text) not in NOTHING)

    @property
    def told(self) -> bool:
        """Say whether it answers: it could be read, or says that it is not known."""
        return self.read is not None or (self.text is not None and _said(self.text) == "unknown")


NOTHING: Final = {"no", "none", "n-a", "not-applicable", "unknown"}
"""As systems fill in what does not apply."""

ABSENT: Final = Value()
UNREADABLE: Final = Value(troubles=("unreadable",))


def value_of(field: Field, sent: object) -> Value:
    """Give what `sent`, which is not null, says as `field`."""
    text = sent if isinstance(sent, str) else _as_text(field, sent)
    if text is None:
        return UNREADABLE
    text, cut = clean(text)
    value = _READERS[field.kind](field, text) if text else ABSENT
    return Value(value.text, ("too-long", *value.troubles)) if cut else value


_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and surrogates that are not paired."""


def clean(text: str) -> tuple[str, bool]:
    """Give text in NFC, trimmed, without control characters, and whether it had to be cut."""
    if len(text) <= LONGEST and text.isascii() and text.isprintable():
        return text.strip(), False  # as most texts are
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    cut, text = len(text) > LONGEST, text[:LONGEST]
    # Normalising takes the square of a pile of marks: what piles them is kept as it came.
    if not unicodedata.is_normalized("NFC", text) and not _PILE.search(text):
        text = unicodedata.normalize("NFC", text)
    return text[:LONGEST].strip(), cut or len(text) > LONGEST


_PILE = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u1ab0-\u1aff]{30}")
_LONGEST_WHOLE: Final = 10**20


def _as_text(field: Field, sent: object) -> str | None:
    if isinstance(sent, bool):
        return ("no", "yes")[sent] if field.kind == "tri" else None
    if field.kind in {"days", "reference"} and isinstance(sent, int | float):
        # An infinite number, or none, compares false.
        return str(int(sent)) if 0 <= sent < _LONGEST_WHOLE and sent == int(sent) else None
    return None


_NO_WORD = re.compile(r"[^a-z0-9]+")
_SAID: Final[Mapping[str, str]] = {
    "true": "yes", "false": "no", "not-known": "unknown", "don-t-know": "unknown"
}  # fmt: skip


def _word(text: str) -> str:
    """Give text as our lists write it: "Care Home" is care-home."""
    return _NO_WORD.sub("-", text.casefold()).strip("-")


def _said(text: str) -> str:
    """Give the word that text is, as we write it: "Not known" is unknown."""
    word = _word(text)
    return _SAID.get(word, word)


def _kept(text: str) -> Value:
    return Value(text, ("unreadable",))


def _read_text(_field: Field, text: str) -> Value:
    return Value(text)


def _read_word(field: Field, text: str) -> Value:
    word = _said(text) if field.kind == "tri" else _word(text)
    known = TRI if field.kind == "tri" else (*field.words, "unknown")
    return Value(word) if word in known else _kept(text)


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST, _LAST = date(1900, 1, 2), date(2199, 12, 31)


def _read_date(_field: Field, text: str) -> Value:
    day = iso_date(text)
    if day is None:
        return _kept(text)
    return Value(text) if _FIRST <= day <= _LAST else Value(text, ("looks-wrong", "unreadable"))


def iso_date(text: str | None) -> date | None:
    """Give the date written as in 2026-11-23, None where it is none."""
    try:
        return date.fromisoformat(text) if text and _ISO.fullmatch(text) else None
    except ValueError:
        return None


_DAYS = re.compile(r"0*([0-9]{1,3})")


def _read_days(_field: Field, text: str) -> Value:
    found = _DAYS.fullmatch(text)
    return Value(str(int(found[1]))) if found and int(found[1]) else _kept(text)


_LOCATION = re.compile(r"1-[0-9]{6,12}|R[A-Z0-9]{2,4}")


def _read_location(_field: Field, text: str) -> Value:
    compact = "".join(text.split()).upper()
    return Value(compact) if _LOCATION.fullmatch(compact) else _kept(text)


_READERS: Final[Mapping[str, Callable[[Field, str], Value]]] = {
    "text": _read_text,
    "reference": _read_text,
    "tri": _read_word,
    "word": _read_word,
    "date": _read_date,
    "birth": _read_date,
    "days": _read_days,
    "location": _read_location,
}
