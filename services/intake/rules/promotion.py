"""Does a referral's adult become a concern by policy, or does a person look first?

A policy promotes or holds. It never redirects and never closes: a mistyped year of birth must not
send somebody who is 100 to children's services, and what a machine cannot read a person may.

Law: Care Act 2014 s42(1) (an adult in the authority's area), s76(7) (prisons and approved
premises). Children Act 1989 s47 for children.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.rules.reading import AGE_UNKNOWN, GROWN, MORE_ADULTS, SEVENTEEN, UNDER_18
from shared.facts import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    """The adult becomes a concern."""

    policy: Code
    transition: bool
    """The adult is 17: children's and adults' services meet here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person looks before anything becomes of it."""

    policy: Code
    reason: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A version of what is promoted without a person."""

    code: Code
    held_ages: Mapping[Code, Code]
    """Band of age to the reason why a person looks first."""

    transition_ages: frozenset[Code]
    held_where_empty: Code
    """The reason where nothing could be read of any adult or event."""

    def decide(self, *, age: Code, empty: bool) -> Promote | Hold:
        """Promote or hold one adult. An age that no policy speaks of is an adult's."""
        if empty:
            return Hold(policy=self.code, reason=self.held_where_empty)
        if age in self.held_ages:
            return Hold(policy=self.code, reason=self.held_ages[age])
        return Promote(policy=self.code, transition=age in self.transition_ages)


NOTHING_READABLE: Final = Code("hold@1:nothing-readable")
HELD_UNDER_18: Final = Code("hold@1:under-18")
HELD_MORE_ADULTS: Final = Code("hold@1:more-adults")

ADULTS_AND_UNKNOWN_AGES: Final = Policy(
    code=Code("promotion@1:adults-and-unknown-ages"),
    held_ages={UNDER_18: HELD_UNDER_18, MORE_ADULTS: HELD_MORE_ADULTS},
    transition_ages=frozenset({SEVENTEEN}),
    held_where_empty=NOTHING_READABLE,
)
"""Who is 17 is promoted and flagged; an unknown age is taken for an adult's."""

POLICIES: Final[Mapping[Code, Policy]] = {
    policy.code: policy for policy in (ADULTS_AND_UNKNOWN_AGES,)
}
CURRENT: Final = ADULTS_AND_UNKNOWN_AGES

TOLD_MORE: Final = Code("hold@1:told-more")
"""No policy's reason: the sender told more of an adult who had been passed on."""

NAMED_LATER: Final = Code("hold@1:named-later")
"""No policy's reason: whether an addition names somebody new, only a person can see."""

HOLDS: Final[Mapping[Code, str]] = {
    NAMED_LATER: "An addition names somebody who seems to be none of the adults known: find out"
    " whether they are new and adults, then promote or pass on.",
    TOLD_MORE: "More was told of an adult who was passed on: read it, then promote or pass on.",
    NOTHING_READABLE: "Nothing could be read of any adult or event: read what was sent.",
    HELD_UNDER_18: "The age sent is under 18: find out whether that is right.",
    HELD_MORE_ADULTS: "There are more adults in it than we read: find them in what was sent.",
}
"""Why a person looks first, for that person."""

AGES: Final = frozenset({GROWN, SEVENTEEN, UNDER_18, AGE_UNKNOWN, MORE_ADULTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirection:
    """Where a person may send a referral's adult instead of promoting."""

    meaning: str
    law: str
    told: str
    """What its sender is told: where it went, nothing of the adult."""


REDIRECTIONS: Final[Mapping[Code, Redirection]] = {
    Code("redirection@1:children"): Redirection(
        meaning="The person is under 18, so children's services take it up.",
        law="Care Act 2014 s42(1); Children Act 1989 s47",
        told="It was passed to the council's children's services.",
    ),
    Code("redirection@1:other-council"): Redirection(
        meaning="The adult is, and was at risk, in another council's area.",
        law="Care Act 2014 s42(1)",
        told="It was passed to the council for the area where it happened.",
    ),
    Code("redirection@1:advice"): Redirection(
        meaning="There is no cause to suspect abuse or neglect; information or advice was given.",
        law="Care Act 2014 s42(1), s4",
        told="It does not go on under safeguarding; advice was given.",
    ),
    Code("redirection@1:duplicate"): Redirection(
        meaning="The same adult and event are already known from another referral.",
        law="Care Act 2014 s42(1)",
        told="We know of this already, and it is dealt with there.",
    ),
    Code("redirection@1:excluded-setting"): Redirection(
        meaning="The adult is in prison or approved premises, where section 42 does not apply.",
        law="Care Act 2014 s76(7)",
        told="It was passed to those who are responsible where the adult is.",
    ),
}
