"""Who may assess which of the six requirements, and what do their results allow?

Once one requirement is not satisfied, the others need not be assessed. The results are those of
the national return; an equivalent assessment is one made within a year that is still right.

Law: Mental Capacity Act 2005 Sch A1 paras 12-20, 33-50; SI 2008/1858 regs 3-9 (who is eligible).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.dols.rules.codes import (
    AGE,
    AMHP,
    BEST_INTERESTS,
    BIA,
    CAPACITY,
    DISORDER,
    ELIGIBILITY,
    EQUIVALENT,
    INTERESTS,
    MENTAL_HEALTH,
    NO_REFUSALS,
    NOT_SATISFIED,
    REASONS,
    REQUIREMENTS,
    SATISFIED,
    SECTION_12,
)
from shared.facts import Code

MET = {SATISFIED, EQUIVALENT}


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessing:
    """Somebody who was allocated, as far as it decides what they may assess."""

    role: Code
    kinds: tuple[Code, ...]


def may_assess(requirement: Code, by: Assessing) -> bool:
    """Say whether who is allocated so may assess this requirement."""
    bia, doctor = BIA in by.kinds, SECTION_12 in by.kinds
    match requirement:
        case _ if requirement == INTERESTS:
            return by.role == BEST_INTERESTS and bia
        case _ if requirement == DISORDER:
            return by.role == MENTAL_HEALTH and doctor
        case _ if requirement in {AGE, NO_REFUSALS}:
            return bia
        case _ if requirement == CAPACITY:
            return bia or doctor
        case _ if requirement == ELIGIBILITY:
            return (by.role == MENTAL_HEALTH and doctor) or (bia and AMHP in by.kinds)
        case _:
            return False


def all_met(results: Mapping[Code, Code]) -> bool:
    """Say whether all six are satisfied, or were by an equivalent assessment."""
    return all(results.get(it) in MET for it in REQUIREMENTS)


def failed(results: Mapping[Code, Code]) -> Collection[Code]:
    """Give the requirements that are not satisfied."""
    return [it for it in REQUIREMENTS if results.get(it) == NOT_SATISFIED]


def may_be_refused(reason: Code, results: Mapping[Code, Code]) -> bool:
    """Say whether the results allow that reason for giving no authorisation.

    For a requirement only where that one was not satisfied (para 50); what ends a request without
    assessments, such as a death, needs none.
    """
    requirement = REASONS[reason]
    return requirement is None or results.get(requirement) == NOT_SATISFIED
