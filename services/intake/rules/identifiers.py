"""Can an identifier be used as it was written?

Each function gives the identifier in its one usual form, or says why it cannot be used. None
asks anybody: a number that passes may still belong to nobody.

Law: none. NHS number: NHS Data Dictionary, modulus 11. Postcode: the pattern government services
share. UPRN: OS, at most 12 digits. Telephone: ITU-T E.164, numbers without a country are British.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Reason = Literal[
    "not-ten-digits",
    "wrong-check-digit",
    "placeholder",
    "not-a-postcode",
    "not-a-uprn",
    "not-a-phone-number",
    "not-a-location-id",
    "not-an-email-address",
    "not-a-date",
    "in-the-future",
    "too-long-ago",
]

OLDEST: Final = 120
"""Years. Nobody in England is known to be older."""

PLACEHOLDER_BIRTH: Final = date(1900, 1, 1)
"""What many systems write where no date of birth is known."""


_SPACE = re.compile(r"\s")
_SPACE_OR_DASH = re.compile(r"[\s-]")
_TEN = re.compile(r"[0-9]{10}")
_UPRN = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why an identifier cannot be used."""

    reason: Reason


def nhs_number(text: str) -> str | Unusable:
    """Give the ten digits of an NHS number."""
    digits = _SPACE_OR_DASH.sub("", text)
    if not _TEN.fullmatch(digits):
        return Unusable("not-ten-digits")
    if len(set(digits)) == 1:
        # Each of these passes modulus 11, and each is what people type to get past a form.
        return Unusable("placeholder")
    weighed = zip(digits[:9], range(10, 1, -1), strict=True)
    total = sum(int(digit) * weight for digit, weight in weighed)
    # 11 stands for 0; 10 is no digit, so such a number does not exist.
    fits = (11 - total % 11) % 11 == int(digits[9])
    return digits if fits else Unusable("wrong-check-digit")


_NO_ADDRESS: Final = frozenset({"ZZ993VZ", "ZZ993WZ", "GIR0AA"})
"""No fixed abode, address unknown, and the one real postcode that fits no pattern."""

_POSTCODE = re.compile(
    r"(?:[A-Z][0-9]{1,2}|[A-Z][A-HJ-Y][0-9]{1,2}|[A-Z][0-9][A-Z]|[A-Z][A-HJ-Y][0-9][A-Z])"
    r"[0-9][A-Z]{2}"
)


def postcode(text: str) -> str | Unusable:
    """Give a postcode in capitals, one space before its last three characters."""
    compact = _SPACE.sub("", text).upper()
    if compact in _NO_ADDRESS or _POSTCODE.fullmatch(compact):
        return f"{compact[:-3]} {compact[-3:]}"
    return Unusable("not-a-postcode")


def uprn(text: str) -> str | Unusable:
    """Give a unique property reference number without leading zeros."""
    digits = _SPACE.sub("", text).lstrip("0")
    return digits if _UPRN.fullmatch(digits) else Unusable("not-a-uprn")


_NO_DIGIT = re.compile(r"^tel:|\(0\)|[\s().-]", re.IGNORECASE)
_TRUNK = re.compile(r"^(?:0|44(?=[0-9]{10}$)|(?=[1-7][0-9]{9}$))")
_BRITISH = re.compile(r"\+44(?:[1-9][0-9]{8,9}|800[0-9]{4}|8001111)")
_FOREIGN = re.compile(r"\+(?!44)[1-9][0-9]{6,14}")


def phone(text: str) -> str | Unusable:
    """Give a telephone number in E.164."""
    compact = _NO_DIGIT.sub("", text)
    compact = "+" + compact[2:] if compact.startswith("00") else compact
    # A number sent as JSON number has lost its leading zero: ten digits from 1 to 7 are British.
    compact = _TRUNK.sub("+44", compact)
    fits = _BRITISH.fullmatch(compact) or _FOREIGN.fullmatch(compact)
    return compact if fits else Unusable("not-a-phone-number")


_LOCATION = re.compile(r"1-[0-9]{6,12}|R[A-Z0-9]{2,4}")


def cqc_location(text: str) -> str | Unusable:
    """Give a CQC location id, or the NHS code by which CQC names a trust's site."""
    compact = _SPACE.sub("", text).upper()
    fits = _LOCATION.fullmatch(compact)
    return compact if fits else Unusable("not-a-location-id")


_LONGEST_EMAIL: Final = 254
"""Characters; RFC 5321."""

_EMAIL = re.compile(r"[^\s@<>,;]{1,64}@(?:[^\s@<>,;.]{1,63}\.)+[^\s@<>,;.]{2,63}")


def email(text: str) -> str | Unusable:
    """Give an e-mail address whose syntax can be right. Nobody is asked whether it works."""
    fits = len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text)
    return text if fits else Unusable("not-an-email-address")


def date_of_birth(text: str, on: date) -> date | Unusable:
    """Give a date of birth written as in 1944-06-06, as it can be on the day `on`."""
    born = iso_date(text)
    if isinstance(born, Unusable):
        return born
    if born == PLACEHOLDER_BIRTH:
        return Unusable("placeholder")
    if born > on:
        return Unusable("in-the-future")
    return born if age(born, on) <= OLDEST else Unusable("too-long-ago")


_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_date(text: str) -> date | Unusable:
    """Give the date written as in 2026-11-23. Weeks and dates without hyphens are not guessed."""
    if not _ISO_DATE.fullmatch(text):
        return Unusable("not-a-date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Unusable("not-a-date")


def age(born: date, on: date) -> int:
    """Give whole years of age on a day. Who was born on 29 February is older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
