"""What does one value say, whatever its type?

Nothing here raises. What cannot be read is still kept as given where it is text: a person may
understand what a rule cannot.

Law: none.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from services.intake.rules import identifiers
from services.intake.rules.fields import Field
from services.intake.rules.identifiers import Unusable
from shared.time.calendar import london_date

Trouble = Literal["unreadable", "looks-wrong", "too-long", "too-many"]

LONGEST: Final = 20_000
"""Characters of one text."""

MOST_WORDS: Final = 50
"""Entries of one list of words."""


class Value(NamedTuple):
    """What a field says."""

    text: str | None = None
    """Normalised where it was read, as given where it was not; None where there is no text."""

    words: tuple[str, ...] = ()
    """Entries of a list: those we know."""

    others: tuple[str, ...] = ()
    """Entries of a list: texts we do not know."""

    troubles: tuple[Trouble, ...] = ()

    @property
    def given(self) -> bool:
        """Say whether something was sent, readable or not."""
        return bool(self.text or self.words or self.others or self.troubles)

    @property
    def read(self) -> str | None:
        """Give the text where a rule may rest on it."""
        return None if "unreadable" in self.troubles else self.text

    @property
    def sure(self) -> str | None:
        """Give the text where nothing about it is in doubt."""
        return None if self.troubles else self.text


ABSENT: Final = Value()
UNREADABLE: Final = Value(troubles=("unreadable",))


def value_of(field: Field, sent: object, on: date) -> Value:
    """Give what `sent`, which is not null, says as `field`, received on the London date `on`."""
    if field.kind == "words":
        return _words(field, sent)
    text, cut = clean(sent) if isinstance(sent, str) else (_as_text(field, sent), False)
    if text is None:
        return UNREADABLE
    value = _READERS[field.kind](field, text, on) if text else ABSENT
    return Value(value.text, troubles=("too-long", *value.troubles)) if cut else value


def usual_answers(field: Field) -> Mapping[object, Value]:
    """Give what the answers that most senders give to `field` say: read once, not each time."""
    said: Mapping[str, Sequence[object]] = {
        "tri": ("yes", "no", "unknown"),
        "word": field.words,
        "scale": range(field.most + 1),
    }
    return {it: value_of(field, it, date.min) for it in said.get(field.kind, ())}


# Text

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line feed, and surrogates that are not paired."""

_MARKS: Final = "".join(
    # By what it decomposes to: a few Tibetan signs stand alone but turn into marks.
    character
    for character in map(chr, range(0x300, 0x1F000))
    if unicodedata.combining(unicodedata.normalize("NFD", character)[0])
)
_PILE = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
"""Unicode UAX 15 section 13: no language piles more than 30 marks on a letter. Normalising takes
the square of a pile's height: seconds for one body without this."""


def clean(text: str) -> tuple[str, bool]:
    """Give text in NFC, trimmed, without control characters, and whether it had to be cut."""
    if len(text) <= LONGEST and text.isascii() and text.isprintable():
        return text.strip(), False  # as most texts are
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _UNWANTED.sub("", text).strip()
    cut = len(text) > LONGEST
    text = text[:LONGEST]
    if not unicodedata.is_normalized("NFC", text):  # at once for what most people write
        text = unicodedata.normalize("NFC", _PILE.sub(r"\1", text))
        cut = cut or len(text) > LONGEST
    return text[:LONGEST].strip(), cut


_WHOLE_KINDS: Final = frozenset({"reference", "scale", "age", "nhs-number", "uprn", "phone"})
"""Kinds that a sender's software may well send as a number."""

_LONGEST_WHOLE: Final = 10**20


def _as_text(field: Field, sent: object) -> str | None:
    if isinstance(sent, bool):
        return ("no", "yes")[sent] if field.kind == "tri" else None
    if field.kind in _WHOLE_KINDS and isinstance(sent, int | float):
        # An infinite number, or none, compares false.
        return str(int(sent)) if 0 <= sent < _LONGEST_WHOLE and sent == int(sent) else None
    return None


# Words

_TRI: Final[Mapping[str, str]] = {
    "yes": "yes",
    "true": "yes",
    "no": "no",
    "false": "no",
    "unknown": "unknown",
    "not-known": "unknown",
    "don-t-know": "unknown",
    "dont-know": "unknown",
}


_NO_WORD = re.compile(r"[^a-z0-9]+")


def _word(text: str) -> str:
    """Give text as our lists write it: "Care Home - Nursing" is care-home-nursing."""
    return _NO_WORD.sub("-", text.casefold()).strip("-")


def _words(field: Field, sent: object) -> Value:
    if isinstance(sent, list | tuple):
        return _entries(field, sent[:MOST_WORDS], ("too-many",) if len(sent) > MOST_WORDS else ())
    # One word where a list is due is a list of one, and its sender should know.
    return _entries(field, (sent,), ("looks-wrong",) if isinstance(sent, str) else ())


def _entries(field: Field, sent: Sequence[object], troubles: tuple[Trouble, ...]) -> Value:
    texts = [clean(entry)[0] for entry in sent if isinstance(entry, str)]
    said = [text if text in field.words else _word(text) for text in texts]
    others = tuple(text for text, word in zip(texts, said, strict=True) if word not in field.words)
    known = tuple(word for word in field.words if word in said)
    if others or len(texts) < len(sent):
        troubles = (*troubles, "unreadable")
    return Value(words=known, others=tuple(dict.fromkeys(filter(None, others))), troubles=troubles)


# One reader a kind: text that is clean and not empty in, value out.


def _read_text(_field: Field, text: str, _on: date) -> Value:
    return Value(text)


def _read_tri(_field: Field, text: str, _on: date) -> Value:
    word = _TRI.get(text) or _TRI.get(_word(text))
    return Value(word) if word else _kept(text)


def _read_word(field: Field, text: str, _on: date) -> Value:
    word = text if text in field.words else _word(text)
    return Value(word) if word in field.words else _kept(text)


_WHOLE = re.compile(r"\+?0*([0-9]{1,3})")


def _read_scale(field: Field, text: str, _on: date) -> Value:
    whole = _WHOLE.fullmatch(text)
    if not whole and _TRI.get(_word(text)) == "unknown":
        return ABSENT
    most = field.most or identifiers.OLDEST
    return Value(str(int(whole[1]))) if whole and int(whole[1]) <= most else _kept(text)


def _read_when(_field: Field, text: str, on: date) -> Value:
    """Read a date, or a date with a time and its zone. An incident lies before its referral."""
    day = identifiers.iso_date(text)
    if isinstance(day, Unusable):
        return _read_instant(text, on)
    return Value(text, troubles=("looks-wrong",) if day > on else ())


_BEGINS_AS_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}")


def _read_instant(text: str, on: date) -> Value:
    if not _BEGINS_AS_INSTANT.match(text):
        return _kept(text)
    try:
        instant = datetime.fromisoformat(text.upper())
        day = london_date(instant) if instant.tzinfo else instant.date()
    except (ValueError, OverflowError):
        return _kept(text)
    doubtful = instant.tzinfo is None or day > on
    return Value(text, troubles=("looks-wrong",) if doubtful else ())


def _read_birth(_field: Field, text: str, on: date) -> Value:
    match identifiers.date_of_birth(text, on):
        case Unusable("not-a-date"):
            return _kept(text)
        case Unusable():
            return Value(text, troubles=("looks-wrong",))
        case born:
            return Value(born.isoformat())


def _identifier(form: Callable[[str], str | Unusable]) -> Callable[[Field, str, date], Value]:
    def read(_field: Field, text: str, _on: date) -> Value:
        usual = form(text)
        return _kept(text) if isinstance(usual, Unusable) else Value(usual)

    return read


def _kept(text: str) -> Value:
    return Value(text, troubles=("unreadable",))


_READERS: Final[Mapping[str, Callable[[Field, str, date], Value]]] = {
    "text": _read_text,
    "reference": _read_text,
    "tri": _read_tri,
    "word": _read_word,
    "scale": _read_scale,
    "age": _read_scale,
    "when": _read_when,
    "date-of-birth": _read_birth,
    "nhs-number": _identifier(identifiers.nhs_number),
    "postcode": _identifier(identifiers.postcode),
    "uprn": _identifier(identifiers.uprn),
    "phone": _identifier(identifiers.phone),
    "email": _identifier(identifiers.email),
    "cqc-location": _identifier(identifiers.cqc_location),
}
