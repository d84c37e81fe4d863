"""What should a sender look at again?

A check never holds anything sent: only our own names. It is no refusal, and nothing waits for it.

Law: UK GDPR art 5(1)(c), no more personal data than is needed; Mental Capacity Act 2005 Sch A1
paras 77-78, 84 and 89 for what is without effect, 42 and 51 for how long one can last.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from services.dols.rules.fields import LABELS

Problem = Literal[
    "missing", "unknown-member", "unreadable", "too-long", "too-many", "too-deep", "looks-wrong",
    "under-18", "wanted-too-late", "urgent-longer-than-7-days", "second-urgent",
    "urgent-day-assumed", "extension-too-late", "extension-asked-before", "authorisation-ended",
    "authorisation-end-impossible", "repeats-not-recognisable",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at again."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    code: Problem
    field: str = ""
    """A path of our names, as in `urgent.days`; empty for the whole."""


REPEATS: Final = Check(code="repeats-not-recognisable")
"""For the door: no Idempotency-Key came with the request."""

_SENTENCES: Final[Mapping[Problem, str]] = {
    "missing": "please tell us {label} if you can; nothing waits for it",
    "unknown-member": "there is more about {label} than we have fields for; it is kept as you"
    " sent it, but not sorted into fields",
    "unreadable": "we could not read {label}; it is kept as you sent it, please check it",
    "too-long": "{label} came with more than 20,000 characters; only these are shown at once, and"
    " all of it is kept as you sent it",
    "too-many": "there are more entries for {label} than we read; all are kept as you sent them",
    "too-deep": "{label} is nested too deep to be read; it is kept as you sent it",
    "looks-wrong": "please check {label}: what was sent may not be what you meant",
    "under-18": "the person seems to be under 18: an authorisation needs 18 or over, and for"
    " somebody younger you have to ask the Court of Protection",
    "wanted-too-late": "{label} lies more than 28 days ahead: a request may be made within 28 days"
    " of when it is needed; its clock runs all the same",
    "urgent-longer-than-7-days": "an urgent authorisation lasts 7 days at most, so it ends then,"
    " whatever it says",
    "second-urgent": "a second urgent authorisation in the same stay has no effect; only an"
    " extension that we give can follow the first",
    "urgent-day-assumed": "we cannot tell on which day the urgent authorisation was given, so we"
    " count it from the day on which we received your request; please tell us {label}",
    "extension-too-late": "an extension has to be asked for before the urgent authorisation ends,"
    " so this one cannot be given",
    "extension-asked-before": "the law lets an extension be asked for once only, and you asked"
    " before: this changes nothing, and what became of the first request stands",
    "authorisation-ended": "the present authorisation ended before you asked for the next: since"
    " then nothing authorises depriving the person of their liberty under it",
    "authorisation-end-impossible": "{label} cannot be right, since an authorisation lasts a year"
    " at most; we do not rely on it, please tell us the day",
    "repeats-not-recognisable": "{label} came without an Idempotency-Key, so if you send it again"
    " we cannot see that it is a repeat",
}


def message(check: Check) -> str:
    """Give a check as one sentence for its sender. It repeats nothing that was sent."""
    label = LABELS.get(re.sub(r"\[[0-9]+\]", "[]", check.field), LABELS[""])
    said = f"{_SENTENCES[check.code].format(label=label)}."
    return said[0].upper() + said[1:]
