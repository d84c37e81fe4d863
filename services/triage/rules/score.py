"""How soon must somebody look at this concern?

`score` is a pure, total sum over coded answers: nothing is read from a narrative, no clock is
read, and so waiting never lowers a band. The answers, terms and rules it rests on stand in the
`Score` itself.

Law: none; see `risk_tool`. A score never decides whether the section 42 duty arises.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.triage.rules.risk_tool import (
    AMBER,
    CURRENT,
    GREEN,
    RANK,
    RED,
    AtLeast,
    ReferrerHigher,
    RiskTool,
    Rule,
    Signalled,
    Unknown,
)
from shared.facts import Code

HIGHEST: Mapping[str, int] = {
    "severity": 4,
    "likelihood": 4,
    "self_protection": 2,
    "access": 2,
    "repetition": 2,
    "others_at_risk": 2,
    "coercion": 2,
    "protection": 3,
}
"""The highest answer to each question; the lowest is 0, and None is unknown."""

LOW = Code("confidence@1:low")
FULL = Code("confidence@1:full")

SEVERITY_TIMES_LIKELIHOOD = Code("risk-term@1:severity-times-likelihood")
PROTECTION = Code("risk-term@1:protection")
FLOOR_AT_ZERO = Code("risk-term@1:floor-at-zero")
MODIFIER_TERMS: Mapping[str, Code] = {
    "self_protection": Code("risk-term@1:self-protection"),
    "access": Code("risk-term@1:access"),
    "repetition": Code("risk-term@1:repetition"),
    "others_at_risk": Code("risk-term@1:others-at-risk"),
    "coercion": Code("risk-term@1:coercion"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What somebody answered to the tool's questions. None is unknown, which is not zero.

    Raises:
        ValueError: an answer is out of its range, or a code is of another list.
    """

    severity: int | None = None
    likelihood: int | None = None
    self_protection: int | None = None
    access: int | None = None
    repetition: int | None = None
    others_at_risk: int | None = None
    coercion: int | None = None
    protection: int | None = None

    signals: tuple[Code, ...] = ()
    """Codes of `risk-signal@1`, as a set: kept sorted, so the same answers are the same bytes."""

    own_rating: Code | None = None
    """The referrer's own judgement, a band."""

    def __post_init__(self) -> None:
        """Refuse what no tool could read."""
        for name, highest in HIGHEST.items():
            answer = getattr(self, name)
            if answer is not None and not 0 <= answer <= highest:
                raise ValueError(f"{name} is 0 to {highest}, or unknown")
        if self.own_rating is not None and self.own_rating not in RANK:
            raise ValueError("own_rating is a band")
        if not all(signal.startswith("risk-signal@") for signal in self.signals):
            raise ValueError("signals are codes of risk-signal")
        object.__setattr__(self, "signals", tuple(sorted(set(self.signals))))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Name the questions without an answer."""
        return tuple(name for name in HIGHEST if getattr(self, name) is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One summand of a total."""

    name: Code
    points: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What a version of the tool made of the answers. The terms sum to the total, exactly."""

    tool: Code
    answers: Answers
    terms: tuple[Term, ...]
    total: int
    rules: tuple[Code, ...]
    """Overrides and floors that hit, in the order of the tool, even where they lifted nothing."""
    band: Code
    confidence: Code


def score(answers: Answers, tool: RiskTool = CURRENT) -> Score:
    """Score `answers` under one version of the tool. Never raises."""
    counted = _counted(answers, tool)
    terms = _terms(counted, tool)
    total = sum(term.points for term in terms)
    # Nobody can rate above Red, so against Red the referrer's rule is silent: what is left is
    # the tool's own judgement, and with that the referrer's is then compared.
    hits, lifted = _lifted(answers, counted, tool, judged=RED)
    band = highest(by_total(total, tool), lifted)
    if answers.own_rating is not None and RANK[answers.own_rating] > RANK[band]:
        hits, lifted = _lifted(answers, counted, tool, judged=band)
    return Score(
        tool=tool.code,
        answers=answers,
        terms=terms,
        total=total,
        rules=hits,
        band=highest(band, lifted),
        confidence=LOW if answers.unknown else FULL,
    )


def highest(one: Code, other: Code) -> Code:
    """Give the higher of two bands."""
    return one if RANK[one] >= RANK[other] else other


def by_total(total: int, tool: RiskTool) -> Code:
    """Give the band of a total, before floors and overrides."""
    if total >= tool.red_from:
        return RED
    return AMBER if total >= tool.amber_from else GREEN


def _counted(answers: Answers, tool: RiskTool) -> Mapping[str, int]:
    """Give what each answer counts as."""
    asked = {
        "severity": tool.severity,
        "likelihood": tool.likelihood,
        "protection": tool.protection,
        **tool.modifiers,
    }
    given = {name: getattr(answers, name) for name in asked}
    return {
        name: asked[name].unknown if answer is None else answer for name, answer in given.items()
    }


def _terms(counted: Mapping[str, int], tool: RiskTool) -> tuple[Term, ...]:
    """Give the summands of the total, zeros included."""
    product = counted["severity"] * counted["likelihood"]
    terms = (
        Term(name=SEVERITY_TIMES_LIKELIHOOD, points=product),
        *(Term(name=MODIFIER_TERMS[name], points=counted[name]) for name in tool.modifiers),
        Term(name=PROTECTION, points=-counted["protection"]),
    )
    below = sum(term.points for term in terms)
    return (*terms, Term(name=FLOOR_AT_ZERO, points=-below)) if below < 0 else terms


def _lifted(
    answers: Answers, counted: Mapping[str, int], tool: RiskTool, *, judged: Code
) -> tuple[tuple[Code, ...], Code]:
    """Give the rules that hit, and the band they ask for, Green where none did."""
    overrides = [rule.code for rule in tool.overrides if _hits(rule, answers, counted, judged)]
    floors = [rule.code for rule in tool.floors if _hits(rule, answers, counted, judged)]
    band = RED if overrides else AMBER if floors else GREEN
    return (*overrides, *floors), band


def _hits(rule: Rule, answers: Answers, counted: Mapping[str, int], judged: Code) -> bool:
    """Say whether `rule` applies; `judged` is what the referrer's own rating is held against."""
    match rule.when:
        case Signalled(signal=signal):
            return signal in answers.signals
        case AtLeast(factor=factor, level=level):
            return counted[factor] >= level
        case Unknown(factors=factors, at_least=enough):
            return sum(getattr(answers, factor) is None for factor in factors) >= enough
        case ReferrerHigher():
            return answers.own_rating is not None and RANK[answers.own_rating] > RANK[judged]
