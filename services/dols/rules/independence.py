"""May this assessor assess this person, at this place?

What the register says and what the assessor declares is checked when they are offered a request
and again when they accept; each check is hard. An offer may still leave a declaration open; an
allocation may not. The same person never makes both the mental health and the best interests
assessment. Whether the council runs the place counts as if it did where nobody knows. A place that
was told by one id and later by another bars whom either bars, until a coordinator finds that the
earlier one was told by mistake: who tells it chooses no assessor.

Law: Mental Capacity Act 2005 Sch A1 paras 128-130; SI 2008/1858 regs 3-13: eligible and trained
within 12 months, no relative, no financial interest, not involved in the care, and, where the
managing authority and the supervisory body are the same, no best interests assessor in its employ.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from services.dols.rules.clocks import a_year_on
from services.dols.rules.codes import BEST_INTERESTS, BIA, COUNCIL, ROLES, SECTION_12
from shared.facts import Code

Tri = Literal["yes", "no", "unknown"]
_NAMES = UUID("d0150000-0000-4000-8000-000000000000")


def assessor_id(name: str) -> UUID:
    """Give the id of an assessor, from the name that their own token gives them."""
    return uuid5(_NAMES, name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the register says of an assessor, and at which version: what a check rested on."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    assessor: UUID
    version: int
    kinds: tuple[Code, ...]
    trained_on: date
    """The last refresher; good for twelve months."""

    employer: Code
    interests: tuple[str, ...]
    """Places by their CQC location ids in which they have a financial interest or work."""

    suspended: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What the assessor declares of this person and this place."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    related: Tri = "unknown"
    """To the person, or to somebody with a financial interest in the care."""

    financial_interest: Tri = "unknown"
    involved_in_care: Tri = "unknown"
    """Or in decisions about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the person is, as far as independence rests on it."""

    location: str | None
    run_by_council: Tri
    """Not known is not taken for a no."""

    before: tuple[str, ...] = ()
    """By what other ids it was told before: whom one of them bars, another does not free."""

    mistaken: tuple[str, ...] = ()
    """By what ids it was told before by mistake, as a coordinator found: they bar nobody."""

    moved_at: datetime | None = None
    """When it was told last that it is another place than before."""

    def of(self, interests: Collection[str]) -> bool:
        """Say whether one of these places is this one, by any id told and not by mistake."""
        return bool({self.location, *self.before} & {*interests})

    def moved(self, location: str, at: datetime) -> "Place":
        """Give it by another id; that the council does not run it was said of the other one."""
        if self.location in {None, location}:
            return replace(self, location=location)
        told = dict.fromkeys((*self.before, self.location))
        said = self.run_by_council
        return Place(
            location=location,
            run_by_council="unknown" if said == "no" else said,
            before=tuple(it for it in told if it and it != location),
            mistaken=tuple(it for it in self.mistaken if it != location),
            moved_at=at,
        )

    def corrected(self, mistaken: str) -> "Place":
        """Give it without an earlier id that was told by mistake; of any other it says nothing."""
        if mistaken not in self.before:
            return self
        before = tuple(it for it in self.before if it != mistaken)
        return replace(self, before=before, mistaken=(*self.mistaken, mistaken))


Problem = Literal[
    "role-unknown", "suspended", "not-eligible", "training-out-of-date", "related",
    "financial-interest", "involved-in-care", "employed-by-both", "place-unknown", "both-roles",
    "not-declared",
]  # fmt: skip


def in_date_until(trained_on: date) -> date:
    """Give the last day on which a refresher counts; of 29 February, the 28th."""
    return a_year_on(trained_on)


def problem(
    role: Code, it: Standing, said: Declared, place: Place, today: date, *, both: bool,
    final: bool,
) -> Problem | None:  # fmt: skip
    """Give the first reason why they may not assess in `role`, or None.

    `both`: they have the other role in this request. `final`: nothing may be left undeclared.
    """
    found = (*_of_the_register(role, it, today), *_of_the_place(role, it, said, place))
    if found:
        return found[0]
    if both:
        return "both-roles"
    left = "unknown" in {said.related, said.financial_interest, said.involved_in_care}
    return "not-declared" if final and left else None


def bars(it: Standing) -> Collection[object]:
    """Give what the register says of somebody that may bar them from a role that they have."""
    return it.suspended, {*it.kinds}, it.employer, {*it.interests}


def unfit(role: Code, it: Standing, place: Place) -> Problem | None:
    """Give the first reason why who has a role cannot go on in it, as the register says, or None.

    Their refresher counts when they are selected, and what they declared was said then.
    """
    found = (*_of_their_kind(role, it), *_of_the_place(role, it, Declared(), place))
    return found[0] if found else None


def _of_their_kind(role: Code, it: Standing) -> Iterator[Problem]:
    if it.suspended:
        yield "suspended"
    if (BIA if role == BEST_INTERESTS else SECTION_12) not in it.kinds:
        yield "not-eligible"


def _of_the_register(role: Code, it: Standing, today: date) -> Iterator[Problem]:
    if role not in ROLES:
        yield "role-unknown"
    yield from _of_their_kind(role, it)
    if not it.trained_on <= today <= in_date_until(it.trained_on):
        yield "training-out-of-date"


def _of_the_place(role: Code, it: Standing, said: Declared, place: Place) -> Iterator[Problem]:
    if said.related == "yes":
        yield "related"
    if said.financial_interest == "yes" or place.of(it.interests):
        yield "financial-interest"
    if said.involved_in_care == "yes":
        yield "involved-in-care"
    if role == BEST_INTERESTS:
        yield from employed(it.employer, place)


def employed(employer: Code | None, place: Place) -> Iterator[Problem]:
    """Give what bars somebody in that employ from the best interests assessment at this place."""
    if employer == COUNCIL and place.run_by_council != "no":
        yield "employed-by-both" if place.run_by_council == "yes" else "place-unknown"
