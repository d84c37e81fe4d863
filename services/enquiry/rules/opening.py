"""Which enquiry does a section 42 decision open?

Law: Care Act 2014 s42(2): where the duty arises, the authority makes whatever enquiries it thinks
necessary, or causes them to be made. It sets no form, so what was found out while the decision was
prepared can be the whole enquiry: that one opens and concludes in one act.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.facts import Code

SECTION_42 = Code("enquiry-kind@1:section-42")
OTHER = Code("enquiry-kind@1:other")
"""Not all three tests were met, but an enquiry is proportionate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a decision opens."""

    kind: Code
    concludes_at_once: bool = False


OPENINGS: Mapping[Code, Opening] = {
    Code("section-42-outcome@1:s42-enquiry"): Opening(kind=SECTION_42),
    Code("section-42-outcome@1:s42-met-response-sufficient"): Opening(
        kind=SECTION_42, concludes_at_once=True
    ),
    Code("section-42-outcome@1:other-enquiry"): Opening(kind=OTHER),
}
"""By the outcome, as triage tells it."""
