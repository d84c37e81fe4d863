"""Risk answers to start from, and strategies for all of them."""

from dataclasses import replace

from hypothesis import strategies as some

from services.triage.rules.risk_tool import (
    RANK,
    SRT_1_0_0,
    TOOLS,
    AtLeast,
    Condition,
    ReferrerHigher,
    Signalled,
    Unknown,
)
from services.triage.rules.score import HIGHEST, Answers
from shared.facts import Code

LETTERS = dict(zip("SLVAROCP", HIGHEST, strict=True))
SIGNALS = {
    rule.code.partition(":")[2].upper(): rule.when.signal
    for rule in (*SRT_1_0_0.overrides, *SRT_1_0_0.floors)
    if isinstance(rule.when, Signalled)
}
NOTHING = Answers(**dict.fromkeys(HIGHEST, 0))  # type: ignore[arg-type]


def answered(inputs: str, rules: str = "") -> Answers:
    """Give the answers of a worked example; what it does not list is known to be 0."""
    signals = tuple(SIGNALS[rule] for rule in rules.split() if rule in SIGNALS)
    if inputs == "unknown":
        return Answers(signals=signals)
    given = {LETTERS[word[0]]: int(word[1:]) for word in inputs.split()}
    return replace(NOTHING, **given, signals=signals)  # type: ignore[arg-type]


signal_codes = some.sampled_from([*SIGNALS.values(), Code("risk-signal@1:not-yet-a-rule")])
all_answers = some.builds(
    Answers,
    **{name: some.none() | some.integers(0, most) for name, most in HIGHEST.items()},
    signals=some.lists(signal_codes, max_size=4).map(tuple),
    own_rating=some.none() | some.sampled_from(list(RANK)),
)
tools = some.sampled_from(list(TOOLS.values()))
factors = some.sampled_from([name for name in HIGHEST if name != "protection"])
conditions: some.SearchStrategy[Condition] = some.one_of(
    some.builds(Signalled, signal_codes),
    some.builds(AtLeast, factors, some.integers(0, 4)),
    some.builds(Unknown, some.lists(factors, unique=True).map(tuple), some.integers(1, 3)),
    some.builds(ReferrerHigher),
)
