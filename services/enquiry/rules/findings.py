"""What must a conclusion say, and does it hang together?

Each risk is kept as its three parts, so that the tables of types, sources and locations agree.

Law: none; the Safeguarding Adults Collection, whose rows are mandatory for section 42 enquiries. A
missing answer is one of its answers, and never an empty place.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from services.enquiry.rules import codes
from shared.facts import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One risk: what it is, from whom, where."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    type: Code
    """Of `risk-type@1`."""

    source: Code
    """Of `risk-source@1`."""

    location: Code
    """Of `risk-location@1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What an enquiry found, as the collection counts it."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    risks: tuple[Risk, ...]
    outcome: Code
    """Of `risk-outcome@1`: was a risk identified, and was action taken?"""

    result: Code
    """Of `risk-result@1`: what became of an identified risk; else not-applicable."""

    capacity: Code
    """Of `mental-capacity@1`: for the decisions of this enquiry, as they came up in it."""

    advocate: Code
    """Of `advocate@1`: who lacked capacity, was supported or not; else not-applicable."""


NOTHING_RECORDED = Findings(
    risks=(),
    outcome=codes.RISK_NOT_RECORDED,
    result=codes.RESULT_NOT_APPLICABLE,
    capacity=codes.CAPACITY_NOT_RECORDED,
    advocate=codes.SUPPORT_NOT_APPLICABLE,
)
"""Of an enquiry that was concluded in the act that opened it, until a person says more."""

Problem = Literal[
    "code-unknown", "risk-missing", "result-contradicts-outcome", "advocate-contradicts-capacity"
]


def problem(found: Findings) -> Problem | None:
    """Give the first reason why these findings cannot be a conclusion's, or None."""
    if not found.risks:
        return "risk-missing"
    if not _known(found):
        return "code-unknown"
    if (found.outcome in codes.IDENTIFIED) == (found.result == codes.RESULT_NOT_APPLICABLE):
        return "result-contradicts-outcome"
    if (found.capacity == codes.LACKED) == (found.advocate == codes.SUPPORT_NOT_APPLICABLE):
        return "advocate-contradicts-capacity"
    return None


def _known(found: Findings) -> bool:
    risks = all(
        it.type in codes.RISK_TYPES
        and it.source in codes.RISK_SOURCES
        and it.location in codes.RISK_LOCATIONS
        for it in found.risks
    )
    return (
        risks
        and found.outcome in codes.RISK_OUTCOMES
        and found.result in {*codes.RISK_RESULTS, codes.RESULT_NOT_APPLICABLE}
        and found.capacity in codes.CAPACITIES
        and found.advocate in {*codes.SUPPORT, codes.SUPPORT_NOT_APPLICABLE}
    )
