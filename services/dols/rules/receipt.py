"""What is a managing authority told: at once, and while the person waits?

Status, not story: nothing here names a person or a finding. Days are London's.

Law: Mental Capacity Act 2005 Sch A1 paras 57-58 (who hears of a decision), 76-78 and 84 (what an
urgent authorisation is, and its end); wording is this council's.
"""

from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from typing import Final, Literal
from uuid import UUID

_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No 0, O, 1, I or L to mix up, and no vowels to make words of."""

_LENGTH: Final = 8


def reference(id: UUID) -> str:
    """Give a request's reference, for people to say and write, as in DR-7K3M-9QWX.

    It follows from the id. It helps to find a request and is never the key to one.
    """
    rest = int.from_bytes(blake2b(id.bytes, digest_size=16).digest())
    said = ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        said += _ALPHABET[digit]
    return f"DR-{said[:4]}-{said[4:]}"


Status = Literal["received", "allocated", "withdrawn", "granted", "not-granted"]

STATUSES: Final[Mapping[Status, str]] = {
    "received": "We have received it, and the person waits for assessors.",
    "allocated": "Assessors are allocated.",
    "withdrawn": "You took it back; a signatory ends it, or tells you why not.",
    "granted": "A standard authorisation is granted.",
    "not-granted": "It came to its end without an authorisation.",
}
"""What a sender is told of where it stands."""

_NEXT: Final[Mapping[Status, str]] = {
    "received": "Assessors are allocated in order of priority and will visit. Tell us at once when"
    " something changes, or when it is no longer needed.",
    "allocated": "The assessors will visit and ask you for records. Tell us at once when something"
    " changes, or when it is no longer needed.",
    "withdrawn": "You need do nothing more. If the person is still deprived of their liberty, send"
    " a new request.",
    "granted": "Keep to its conditions, tell the person what it means, tell CQC, and ask for a"
    " review when something changes; ask for a further one within 28 days before it ends.",
    "not-granted": "The person may not be deprived of their liberty under it. Change the care, or"
    " ask us what to do; tell CQC.",
}


def what_next(status: Status) -> str:
    """Tell what happens next, where it stands so."""
    return _NEXT[status]


def of_urgent(ends_on: date, *, lapsed: bool, decided: bool) -> str | None:
    """Tell what the end of an urgent authorisation means, None where it no longer matters."""
    if decided:
        return None
    if lapsed:
        return (
            f"Your urgent authorisation ended at the end of {ends_on:%d %B %Y}: since then nothing"
            " authorises depriving the person of their liberty. Keep restrictions to the least"
            " that is necessary, write down why, and tell us if the person objects."
        )
    return (
        f"Your urgent authorisation ends at the end of {ends_on:%d %B %Y}. After that nothing"
        " authorises depriving the person of their liberty until we decide; we can extend it once,"
        " if you ask before it ends."
    )
