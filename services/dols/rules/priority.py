"""Who is to be assessed first?

`score` is a pure, total sum over coded answers and dates: nothing is read from anybody's words, no
clock is read. Terms and overrides stand in the `Priority` itself, so that it explains itself.
Whoever objects now and then objects: H3 and H6 ask for no more.

Law: none; see `priority_tool`. A priority never decides an authorisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import ClassVar, Literal

from services.dols.rules.codes import HIGH, MENTAL_HEALTH_WARD
from services.dols.rules.priority_tool import CURRENT, TOOLS, Override, PriorityTool
from shared.facts import Code

YesNo = Literal["yes", "no"]
FULL, PARTIAL, LITTLE = (Code(f"confidence@1:{it}") for it in ("full", "partial", "low"))
FEW = 3
"""Unknown answers, beyond which confidence is low."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What somebody answered to the tool's questions. None is unknown."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    objection: Literal["none", "intermittent", "consistent"] | None = None
    restraint: Literal["none", "occasional", "regular"] | None = None
    medication: Literal["none", "as-needed", "regular-or-covert"] | None = None
    supervision: Literal["general", "one-to-one", "locked-in-or-segregated"] | None = None
    contact: Literal["none", "barred-or-supervised", "total-bar"] | None = None
    dispute: YesNo | None = None
    placement: Literal["settled", "new-or-unstable"] | None = None
    unbefriended: YesNo | None = None
    condition_unmet: YesNo | None = None
    safeguarding_enquiry: YesNo | None = None
    short_physical_treatment: YesNo | None = None
    """Active treatment of the body, an expected stay of 7 days or less, or the end of life, with
    no added restriction."""

    court: YesNo | None = None
    objects_to_treatment: YesNo | None = None

    def with_news(self, news: "Answers") -> "Answers":
        """Give these answers, changed where `news` says something."""
        told = {it.name: getattr(news, it.name) for it in fields(self)}
        kept = {it.name: getattr(self, it.name) for it in fields(self)}
        return Answers(**kept | {name: it for name, it in told.items() if it is not None})


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """What the calendar adds: London dates."""

    today: date
    setting: Code
    urgent_ends_on: date | None = None
    urgent_lapsed: bool = False
    authorisation_ends_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One part of the sum."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    factor: Code
    answer: str | None
    """A word of the tool; None is unknown."""

    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Priority:
    """Who is first, and why."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    tool: Code
    terms: tuple[Term, ...]
    total: int
    overrides: tuple[Code, ...]
    band: Code
    confidence: Code


def score(answers: Answers, timing: Timing, tool: PriorityTool = CURRENT) -> Priority:
    """Give the priority that the answers lead to on a day."""
    terms = tuple(_terms(answers, timing, tool))
    total = sum(it.points for it in terms)
    overrides = tuple(_overrides(answers, timing, tool))
    return Priority(
        tool=tool.code,
        terms=terms,
        total=total,
        overrides=tuple(Code(f"priority-override@1:{it.lower()}") for it in overrides),
        band=HIGH if overrides else tool.band(total),
        confidence=_confidence(sum(getattr(answers, it) is None for it in tool.factors)),
    )


def _confidence(unknown: int) -> Code:
    if not unknown:
        return FULL
    return PARTIAL if unknown <= FEW else LITTLE


def _term(name: str, answer: str | None, points: int) -> Term:
    return Term(
        factor=Code(f"priority-term@1:{name.replace('_', '-')}"), answer=answer, points=points
    )


def _terms(answers: Answers, timing: Timing, tool: PriorityTool) -> Iterator[Term]:
    for name, factor in tool.factors.items():
        answer = getattr(answers, name)
        yield _term(name, answer, factor.points[answer] if answer else 0)
    when = _when(timing, tool)
    yield _term("timing", when, tool.timing[when])
    others = sum(
        tool.factors[name].points[getattr(answers, name) or "no"]
        for name in ("condition_unmet", "safeguarding_enquiry")
    )
    if others > tool.other_signals_most:
        yield _term("other_signals_at_most", None, tool.other_signals_most - others)
    if answers.short_physical_treatment == "yes":
        yield _term("short_physical_treatment", "yes", -tool.deduction)


def _when(timing: Timing, tool: PriorityTool) -> str:
    if timing.urgent_ends_on or timing.urgent_lapsed:
        return "urgent"
    ends = timing.authorisation_ends_on
    soon = ends is not None and (ends - timing.today).days <= tool.ends_soon_days
    return "authorisation-ends-soon" if soon else "none"


def _overrides(answers: Answers, timing: Timing, tool: PriorityTool) -> Iterator[Override]:
    objects = answers.objection in {"intermittent", "consistent"}
    ends, lapsed = timing.urgent_ends_on, timing.urgent_lapsed
    soon = ends is not None and (ends - timing.today).days <= tool.urgent_ends_soon_days
    ward = timing.setting == MENTAL_HEALTH_WARD
    holds: dict[Override, bool] = {
        "H1": answers.court == "yes",
        "H2": answers.objection == "consistent" and answers.restraint == "regular",
        "H3": soon and not lapsed and objects,
        "H4": answers.contact == "total-bar",
        "H5": ward and answers.objects_to_treatment == "yes",
        "H6": lapsed and objects,
        "H7": answers.supervision == "locked-in-or-segregated",
    }
    return (it for it in tool.overrides if holds[it])


def explained(found: Priority) -> tuple[str, ...]:
    """Give a priority term by term, in plain words."""
    tool = TOOLS[found.tool]
    lines = [_explained(it, tool) for it in found.terms if it.points or it.answer is None]
    forced = [
        f"{name}: {says}." for name, says in tool.overrides.items()
        if f"priority-override@1:{name.lower()}" in found.overrides
    ]  # fmt: skip
    return (*lines, f"Total: {found.total}.", *forced)


def _explained(term: Term, tool: PriorityTool) -> str:
    name = term.factor.rpartition(":")[2].replace("-", "_")
    factor = tool.factors.get(name)
    label = factor.label if factor else OTHERS[name]
    answer = f" ({term.answer})" if term.answer else " (not known)" if factor else ""
    return f"{label}{answer}: {term.points:+d}."


OTHERS = {
    "timing": "Timing",
    "other_signals_at_most": "Other signals count for two at most",
    "short_physical_treatment": "Short physical treatment or end of life, nothing added",
}
