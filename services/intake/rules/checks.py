"""What should a sender look at again?

A check never holds anything sent: only our own names, for a member's name or value may itself be
personal data. It is no refusal, and nothing waits for it.

Law: UK GDPR art 5(1)(c), no more personal data than is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.intake.rules.fields import ASKED, LABELS

Problem = Literal[
    "missing",
    "unknown-member",
    "unreadable",
    "too-long",
    "too-deep",
    "too-many",
    "looks-wrong",
    "repeats-not-recognisable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at again."""

    code: Problem
    field: str = ""
    """A path of our names, as in `adults[0].nhs_number`; empty for the referral as a whole."""

    index: int | None = None
    """Which adult, counted from 0; None where it is about no one adult."""


REPEATS: Final = Check(code="repeats-not-recognisable")
"""For the door: no Idempotency-Key came with the referral."""

_SENTENCES: Final[Mapping[Problem, str]] = {
    "missing": "please tell us {label} if you can; the referral does not wait for it",
    "unknown-member": "there is more about {label} than we have fields for; it is kept as you"
    " sent it, but not sorted into fields",
    "unreadable": "we could not read {label}; it is kept as you sent it, please check it",
    "too-long": "{label} came with more than 20,000 characters; only these are shown to staff at"
    " once, and all of it is kept as you sent it",
    "too-deep": "{label} is nested more than 12 levels deep; what lies deeper is kept as you sent"
    " it, but not read",
    "too-many": "there are more entries for {label} than we read; all are kept as you sent them,"
    " please send the rest in another referral",
    "looks-wrong": "please check {label}: what was sent may not be what you meant",
    "repeats-not-recognisable": "{label} came without an Idempotency-Key, so if you send it again"
    " we cannot see that it is a repeat",
}


def message(check: Check) -> str:
    """Give a check as one sentence for its sender. It repeats nothing that was sent."""
    path = check.field.replace(f"[{check.index}]", "[]")
    label = LABELS.get(path, LABELS[""])
    asked = ASKED.get(path, label) if check.code == "missing" else label
    sentence = _SENTENCES[check.code].format(label=asked)
    who = "" if check.index is None else f"adult {check.index + 1}: "
    said = f"{who}{sentence}."
    return said[0].upper() + said[1:]
