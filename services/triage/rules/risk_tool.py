"""What is a risk tool made of, and which versions of ours are there?

A tool is a value: its questions, its thresholds, its floors and its overrides. A version that was
ever used stays in `TOOLS` unchanged, for scores are replayed under the version they name. To
change a rule, make a new version from the last (`replace`), add it to `TOOLS`, and score history
under both before `CURRENT` moves.

Law: none. A score says how soon somebody must look; it never answers section 42 (Care Act 2014
s42(1)), which a named person does. Source: the council's screening and risk tool, SRT, 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.facts import Code

RED = Code("band@1:red")
AMBER = Code("band@1:amber")
GREEN = Code("band@1:green")

RANK: Mapping[Code, int] = {GREEN: 0, AMBER: 1, RED: 2}
"""Bands compare by rank, and the highest wins."""

BAND_WORDS: Mapping[Code, str] = {GREEN: "Green", AMBER: "Amber", RED: "Red"}

Factor = Literal[
    "severity",
    "likelihood",
    "self_protection",
    "access",
    "repetition",
    "others_at_risk",
    "coercion",
]
"""What adds to a score. Verified protection, which subtracts, is none: a rule on it could lower."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing the tool asks, and the words for each answer from 0 up."""

    label: str
    levels: tuple[str, ...]
    unknown: int
    """What an unknown answer counts as: unknown is not zero."""


@dataclass(frozen=True, slots=True)
class Signalled:
    """Somebody named this sign of danger."""

    signal: Code


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The answer, or what an unknown one counts as, is so high."""

    factor: Factor
    level: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """So many of these have no answer."""

    factors: tuple[Factor, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class ReferrerHigher:
    """The referrer's own rating is above what all other rules lead to."""


Condition = Signalled | AtLeast | Unknown | ReferrerHigher


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When this is so, the band is at least that of the list the rule stands in."""

    code: Code
    when: Condition
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskTool:
    """One version of the risk tool, whole."""

    code: Code
    name: str
    severity: Question
    likelihood: Question
    modifiers: Mapping[str, Question]
    """Added one by one, in this order; the keys are fields of the answers."""
    protection: Question
    """Subtracted."""
    amber_from: int
    red_from: int
    overrides: tuple[Rule, ...]
    """Red whatever the total."""
    floors: tuple[Rule, ...]
    """At least Amber."""


def _signal(number: str, word: str, because: str) -> Rule:
    """Give the rule that hits where `word` is among the signals."""
    when = Signalled(Code(f"risk-signal@1:{word}"))
    return Rule(code=Code(f"risk-rule@1:{number}"), when=when, because=because)


SRT_1_0_0 = RiskTool(
    code=Code("risk-tool@1:srt-1.0.0"),
    name="SRT-1.0.0",
    severity=Question(
        label="Severity", levels=("none", "minor", "moderate", "serious", "critical"), unknown=2
    ),
    likelihood=Question(
        label="Likelihood in 7 days",
        levels=("removed", "unlikely", "possible", "likely", "happening or certain"),
        unknown=2,
    ),
    modifiers={
        "self_protection": Question(
            label="Self-protection",
            levels=("can, with support", "partly", "cannot, or lacks capacity and has no one"),
            unknown=1,
        ),
        "access": Question(
            label="Access of the source of risk",
            levels=("none now", "intermittent", "lives with, sole carer, on shift or same unit"),
            unknown=1,
        ),
        "repetition": Question(
            label="Repetition in 12 months",
            levels=("first", "one similar", "two or more, or escalating"),
            unknown=0,
        ),
        "others_at_risk": Question(
            label="Others at risk",
            levels=("none", "other adults", "a child, or several residents"),
            unknown=0,
        ),
        "coercion": Question(
            label="Coercion, fear or isolation",
            levels=("none", "signs", "coercive control, or hidden from services"),
            unknown=0,
        ),
    },
    protection=Question(
        label="Verified protection",
        levels=(
            "none",
            "one measure, confirmed by a professional in 24 hours",
            "two or more measures",
            "the source has no access and the plan is tested",
        ),
        unknown=0,
    ),
    amber_from=7,
    red_from=14,
    overrides=(
        _signal("o1", "immediate-danger", "Immediate danger, or emergency services needed"),
        _signal("o2", "rape-or-serious-sexual-assault", "Rape or serious sexual assault"),
        _signal(
            "o3",
            "life-threatening-neglect",
            "Life-threatening neglect: no food, fluid or insulin, or sepsis",
        ),
        _signal(
            "o4",
            "strangulation-weapon-or-threat-to-kill",
            "Strangulation, a weapon, a threat to kill, or high-risk domestic abuse (DASH 14 or "
            "more, or MARAC)",
        ),
        _signal("o5", "suspicious-death-others-exposed", "A suspicious death, with others exposed"),
        _signal("o6", "slavery-or-exploitation", "Current slavery or exploitation"),
        _signal(
            "o7",
            "forced-marriage-honour-or-fgm",
            "Forced marriage, honour-based abuse or female genital mutilation",
        ),
        _signal("o8", "imminent-fire-or-explosion", "Imminent fire or explosion"),
        _signal("o9", "missing-and-unable-to-stay-safe", "Missing and unable to stay safe"),
    ),
    floors=(
        _signal(
            "f1",
            "worker-or-volunteer-is-source",
            "A worker or volunteer is the alleged source of risk (position of trust)",
        ),
        _signal("f2", "child-in-household", "A child lives in the household"),
        _signal(
            "f3",
            "third-concern",
            "Third concern in 12 months about the adult, or in 90 days about the source or place",
        ),
        _signal(
            "f4",
            "lacks-capacity-unrepresented",
            "Lacks relevant capacity and has no representative",
        ),
        Rule(
            code=Code("risk-rule@1:f5"),
            when=ReferrerHigher(),
            because="The referrer judged it higher than the tool does",
        ),
        Rule(
            code=Code("risk-rule@1:f6"),
            when=Unknown(("severity", "likelihood", "self_protection", "access"), at_least=2),
            because="Two or more of severity, likelihood, self-protection and access are unknown",
        ),
        Rule(
            code=Code("risk-rule@1:f7"), when=AtLeast("severity", 4), because="Severity is critical"
        ),
    ),
)

TOOLS: Mapping[Code, RiskTool] = {tool.code: tool for tool in (SRT_1_0_0,)}
"""Every version ever used, for replay and for running two side by side."""

CURRENT = SRT_1_0_0


def unread(signals: tuple[Code, ...], tool: RiskTool = CURRENT) -> tuple[Code, ...]:
    """Give those of `signals` that no rule of `tool` reads."""
    rules = (*tool.overrides, *tool.floors)
    read = {rule.when.signal for rule in rules if isinstance(rule.when, Signalled)}
    return tuple(it for it in signals if it not in read)
