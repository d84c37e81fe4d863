"""What is a managing authority told: at once, and while the person waits?

Status, not story: nothing here names a person or a finding. Days are London's.

Law: Mental Capacity Act 2005 Sch A1 paras 57-58 (who hears of a decision), 76-78 and 89 (what an
urgent authorisation is, and its end), 77 and 84-86 (its extension, and who hears that there is
none), 29 (the further one), 65, 93, 95 and 97 (who hears that one ceased, is suspended or goes on,
and that a suspended one authorises nothing); wording is this council's.
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


OVER: Final = "You told us that the person is no longer there, or that it is no longer needed."
OVER_NEXT: Final = (
    "Nothing more is assessed, and a signatory ends it. If that is not so, or no longer, tell us at"
    " once."
)
"""Whatever was done for it before."""

ENDED: Final = "The standard authorisation that we granted has ended."
ENDED_NEXT: Final = (
    "Keep nobody under it any more. If the person is still deprived of their liberty, ask for a"
    " further one now, and where that cannot wait give an urgent one with it; else tell us that it"
    " is no longer needed."
)

SUSPENDED: Final = "The standard authorisation that we granted is suspended, as you gave notice."
SUSPENDED_NEXT: Final = (
    "Deprive nobody of their liberty under it meanwhile. Give us notice as soon as the person is"
    " eligible again: without one within 28 days, the first being the day of your notice, it"
    " ceases, and the person then needs a new request."
)
CEASED: Final = "The standard authorisation that we granted has ceased before its end."
CEASED_NEXT: Final = (
    "Keep nobody under it any more. If the person is with you and deprived of their liberty, send a"
    " new request now, and where that cannot wait give an urgent authorisation with it."
)

Cover = Literal[
    "granted", "urgent", "present", "unprotected", "suspended", "ceased", "ended", "none"
]
"""What authorises depriving the person of their liberty on a day: the last part of `dols-cover@1`.

`present` is the authorisation that is to be renewed; `unprotected` is that what there was has ended
and no other has begun; `none` is that there was none that we know of, or that none was given.
"""

SINCE: Final[Mapping[Cover, tuple[str, str]]] = {
    "suspended": (SUSPENDED, SUSPENDED_NEXT),
    "ceased": (CEASED, CEASED_NEXT),
    "ended": (ENDED, ENDED_NEXT),
}
"""What a sender is told of what was granted once it is so, and what happens next."""

_LEAST: Final = (
    " Keep restrictions to the least that is necessary, write down why, and tell us if the person"
    " objects."
)
_COVERS: Final[Mapping[Cover, str]] = {
    "granted": "The authorisation that we granted is in force, to the end of {day}.",
    "urgent": "Your urgent authorisation is in force, to the end of {day}.",
    "present": "The authorisation that you ask to renew is in force, to the end of {day}.",
    "unprotected": "What authorised it ended at the end of {day}: since then nothing authorises"
    f" depriving the person of their liberty.{_LEAST}",
    "suspended": "The authorisation that we granted is suspended, and authorises nothing meanwhile:"
    " it ceases at the end of {day}, unless you give us notice before that the person is eligible"
    " again.",
    "ceased": "The authorisation that we granted ceased on {day}: since then nothing authorises"
    " depriving the person of their liberty under it.",
    "ended": "The authorisation that we granted ended at the end of {day}: since then nothing"
    " authorises depriving the person of their liberty under it.",
    "none": "Nothing that we know of authorises depriving the person of their liberty.",
}


def of_cover(cover: Cover, day: date | None, begins_on: date | None = None) -> str:
    """Tell what authorises it, to or since the end of which day, and when the next begins."""
    said = _COVERS[cover].format(day=f"{day:%d %B %Y}" if day else "")
    return f"{said} What we granted begins on {begins_on:%d %B %Y}." if begins_on else said


def of_renewal(ends_on: date, *, lapsed: bool, decided: bool) -> str | None:
    """Tell what the end of the authorisation to be renewed means, None once it is decided."""
    if decided:
        return None
    if lapsed:
        return (
            f"The authorisation that you ask to renew ended at the end of {ends_on:%d %B %Y}, and"
            " no other has begun under this request."
        )
    return (
        f"The authorisation that you ask to renew ends at the end of {ends_on:%d %B %Y}. It does"
        " not go on by itself: after that only one that we grant, or an urgent one that you give,"
        " authorises anything."
    )


def of_urgent(
    ends_on: date, *, lapsed: bool, decided: bool, asked_before: bool = False,
    day_assumed: bool = False,
) -> str | None:  # fmt: skip
    """Tell what the end of an urgent authorisation means, None where it no longer matters.

    `asked_before`: its extension was asked for, whatever became of that. `day_assumed`: nobody
    told on which day it was given.
    """
    if decided:
        return None
    said = _of_its_end(ends_on, lapsed=lapsed, asked_before=asked_before)
    return f"{said}{_ASSUMED}" if day_assumed else said


_ASSUMED: Final = (
    " We cannot tell on which day you gave it, so we count it from the day on which we received"
    " your request: please tell us the day."
)


def _of_its_end(ends_on: date, *, lapsed: bool, asked_before: bool) -> str:
    if lapsed:
        return (
            f"Your urgent authorisation ended at the end of {ends_on:%d %B %Y}: since then nothing"
            " authorises depriving the person of their liberty. Keep restrictions to the least"
            " that is necessary, write down why, and tell us if the person objects."
        )
    return (
        f"Your urgent authorisation ends at the end of {ends_on:%d %B %Y}. After that nothing"
        " authorises depriving the person of their liberty until we decide"
        + ("." if asked_before else "; we can extend it once, if you ask before it ends.")
    )
