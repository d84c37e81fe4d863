"""What is the priority tool made of, and which versions of it are there?

A version that was ever used stays in `TOOLS` unchanged, for scores are replayed under the version
they name. To change a rule, make a new version from the last, add it, and score history under
both before `CURRENT` moves. An unknown answer adds nothing, and the confidence says so.

Law: none. A priority says who is assessed first; it never answers whether somebody is deprived of
their liberty, nor whether that is authorised. Source: after the ADASS tool of 2014, DPT, 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.dols.rules.codes import HIGH, LOW, MEDIUM
from shared.facts import Code

Override = Literal["H1", "H2", "H3", "H4", "H5", "H6", "H7"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """One thing the tool asks, and the points of each answer."""

    label: str
    points: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class PriorityTool:
    """One version of the priority tool, whole."""

    code: Code
    name: str
    factors: Mapping[str, Factor]
    """In this order; the keys are fields of the answers."""

    timing: Mapping[str, int]
    other_signals_most: int
    """The most that an unmet condition and an open enquiry add together."""

    deduction: int
    medium_from: int
    high_from: int
    ends_soon_days: int
    urgent_ends_soon_days: int
    overrides: Mapping[Override, str]
    """High whatever the total."""

    def band(self, total: int) -> Code:
        """Give the band of a total."""
        if total >= self.high_from:
            return HIGH
        return MEDIUM if total >= self.medium_from else LOW


DPT_1_0_0 = PriorityTool(
    code=Code("priority-tool@1:dpt-1.0.0"),
    name="DPT-1.0.0",
    factors={
        "objection": Factor(
            label="Objection", points={"none": 0, "intermittent": 2, "consistent": 4}
        ),
        "restraint": Factor(
            label="Physical restraint", points={"none": 0, "occasional": 1, "regular": 3}
        ),
        "medication": Factor(
            label="Medication to control behaviour",
            points={"none": 0, "as-needed": 1, "regular-or-covert": 2},
        ),
        "supervision": Factor(
            label="Supervision or confinement",
            points={"general": 0, "one-to-one": 1, "locked-in-or-segregated": 3},
        ),
        "contact": Factor(
            label="Limits on contact",
            points={"none": 0, "barred-or-supervised": 4, "total-bar": 4},
        ),
        "dispute": Factor(
            label="Family, representative or advocate disagrees", points={"no": 0, "yes": 3}
        ),
        "placement": Factor(label="Placement", points={"settled": 0, "new-or-unstable": 1}),
        "unbefriended": Factor(label="Nobody to speak for them", points={"no": 0, "yes": 1}),
        "condition_unmet": Factor(label="A condition is unmet", points={"no": 0, "yes": 1}),
        "safeguarding_enquiry": Factor(
            label="A safeguarding enquiry is open", points={"no": 0, "yes": 2}
        ),
    },
    timing={"none": 0, "authorisation-ends-soon": 1, "urgent": 2},
    other_signals_most=2,
    deduction=2,
    medium_from=3,
    high_from=7,
    ends_soon_days=28,
    urgent_ends_soon_days=2,
    overrides={
        "H1": "court proceedings, or a stated intention to bring them",
        "H2": "consistent objection and regular restraint",
        "H3": "the urgent authorisation ends in two days or less, and the person objects",
        "H4": "a total bar on contact with somebody close",
        "H5": "on a mental health ward, objecting to treatment: ask the Mental Health Act question",
        "H6": "the urgent authorisation has ended, and the person objects",
        "H7": "seclusion or segregation",
    },
)  # fmt: skip

TOOLS: Mapping[Code, PriorityTool] = {it.code: it for it in (DPT_1_0_0,)}
"""Every version ever used."""

CURRENT = DPT_1_0_0
