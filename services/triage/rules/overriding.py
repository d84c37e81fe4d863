"""Who may set a band above or below what the tool says?

Law: none. Source: the council's screening and risk tool, SRT, 2026: up by any worker, down by a
safeguarding adults manager, down from Red with a second person, who says so themselves: a name that
somebody else writes down is nobody's judgement. How often it happens measures the tool. A score is
no way round that: taking a concern out of Red, or below what a person set, is such an override also
where a new score is lower.
"""

from typing import Literal

from services.triage.rules.risk_tool import BAND_WORDS, RANK, RED
from services.triage.rules.score import highest
from shared.facts import Code

LOWERS = "safeguarding-adults-manager"
"""The role that may set a band lower."""

OverrideProblem = Literal["band-unknown", "role-may-not-lower", "second-person-is-the-first"]


def may_override(
    current: Code, to: Code, *, role: str, person: str, second_person: str | None = None
) -> OverrideProblem | None:
    """Give the reason why `person` in `role` may not move the band `current` to `to`, or None.

    The same band again is neither up nor down, and no problem.
    """
    if to not in RANK:
        return "band-unknown"
    if RANK[to] < RANK[current] and role != LOWERS:
        return "role-may-not-lower"
    if second_person is not None and same_person(person, second_person):
        return "second-person-is-the-first"
    return None


def needs_second_person(current: Code, to: Code) -> bool:
    """Say whether somebody else has to agree before the band `current` becomes `to`."""
    return current == RED and RANK[to] < RANK[RED]


def same_person(one: str, other: str) -> bool:
    """Say whether two names of tokens are one person's, as people write them."""
    return one.strip().casefold() == other.strip().casefold()


def after_score(band: Code, scored: Code, set_to: Code | None) -> Code:
    """Give the band of a concern in `band` after a score; `set_to` is what a person set last."""
    if band == RED:
        return RED
    return highest(scored, set_to) if set_to else scored


def beside_its_score(band: Code, scored: Code) -> str:
    """Say why a concern is not in the band that it scored; nothing where it is."""
    if RANK[scored] < RANK[band]:
        who = "a safeguarding adults manager"
        by = f"{who} and a second person lower it" if band == RED else f"{who} lowers it"
        return f"scored {BAND_WORDS[scored]}, and {BAND_WORDS[band]} until {by}"
    return "" if scored == band else f"scored {BAND_WORDS[scored]}, and set lower by a person"
