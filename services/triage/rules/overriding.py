"""Who may set a band above or below what the tool says?

Law: none. Source: the council's screening and risk tool, SRT, 2026: up by any worker, down by a
safeguarding adults manager, down from Red with a second person. How often it happens measures
the tool.
"""

from typing import Literal

from services.triage.rules.risk_tool import RANK, RED
from shared.facts import Code

LOWERS = "safeguarding-adults-manager"
"""The role that may set a band lower."""

OverrideProblem = Literal[
    "band-unknown", "role-may-not-lower", "second-person-missing", "second-person-is-the-first"
]


def may_override(
    current: Code, to: Code, *, role: str, person: str, second_person: str | None = None
) -> OverrideProblem | None:
    """Give the reason why `person` in `role` may not move the band `current` to `to`, or None.

    The same band again is neither up nor down, and no problem.
    """
    if to not in RANK:
        return "band-unknown"
    if RANK[to] >= RANK[current]:
        return None
    if role != LOWERS:
        return "role-may-not-lower"
    return _second_person(person, second_person) if current == RED else None


def _second_person(person: str, second: str | None) -> OverrideProblem | None:
    """Give the reason why nobody else stands behind taking a concern out of Red."""
    if second is None or not second.strip():
        return "second-person-missing"
    same = second.strip().casefold() == person.strip().casefold()
    return "second-person-is-the-first" if same else None
