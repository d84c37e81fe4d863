"""Does the adult need an independent advocate in this enquiry, and do they have one?

Law: Care Act 2014 s68. Where an enquiry under s42(2) is made, the authority must arrange for an
independent advocate to represent and support an adult who would otherwise have substantial
difficulty in understanding, retaining, using or weighing what matters, or in saying what they
want (s68(2), (3)), unless there is an appropriate person for it who is neither paid nor
professional (s68(4)), and whom the adult agrees to, or, lacking capacity, who is in their best
interests (s68(5)). An urgent enquiry may begin before that is arranged (s68(6)), so it is asked
before an enquiry is concluded, and not before it is planned. s67 says the same of assessing and
planning care. Of other enquiries it is a local rule. An adult may want none: it is said why.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from services.enquiry.rules import codes
from shared.facts import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Advocacy:
    """What was found, and what was arranged."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    difficulty: Code
    """Of `substantial-difficulty@1`: in being involved, without help; unknown needs a reason."""

    individual: Code = codes.INDIVIDUAL_UNKNOWN
    """Of `appropriate-individual@1`: is there somebody suitable who is not paid for it?"""

    advocate: Code = codes.NO_ADVOCATE
    """Of `independent-advocate@1`: arranged, not-arranged, or declined, which needs a reason."""

    @property
    def needed(self) -> bool:
        """Say whether an advocate has to be arranged: s68(2) to (4)."""
        return self.difficulty == codes.DIFFICULTY and self.individual != codes.INDIVIDUAL

    @property
    def missing(self) -> bool:
        """Say whether an advocate is needed, and the adult neither has one nor declined."""
        return self.needed and self.advocate == codes.NO_ADVOCATE


def problem(it: Advocacy, *, worded: bool) -> Literal["code-unknown", "reason-missing"] | None:
    """Give why this cannot be recorded, or None; `worded`: a reason is given."""
    known = (
        it.difficulty in codes.DIFFICULTIES
        and it.individual in codes.INDIVIDUALS
        and it.advocate in codes.ADVOCATES
    )
    if not known:
        return "code-unknown"
    unexplained = it.difficulty == codes.DIFFICULTY_UNKNOWN or it.advocate == codes.DECLINES
    return "reason-missing" if unexplained and not worded else None
