"""What holds for every score, whatever was answered and whatever is unknown?"""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as some
from pydantic import TypeAdapter

from services.triage.rules.risk_tool import (
    AMBER,
    GREEN,
    RANK,
    RED,
    SRT_1_0_0,
    TOOLS,
    Condition,
    RiskTool,
    Rule,
)
from services.triage.rules.score import FULL, HIGHEST, LOW, Answers, Score, score
from shared.facts import Code
from tests.triage.risk import all_answers, conditions, factors, signal_codes, tools

STORED = TypeAdapter(Score)


@given(all_answers, tools)
def test_every_combination_of_answers_and_unknowns_gets_a_band(
    answers: Answers, tool: RiskTool
) -> None:
    made = score(answers, tool)
    assert made.band in RANK
    assert 0 <= made.total <= 26
    assert sum(term.points for term in made.terms) == made.total
    assert made.confidence == (
        LOW if None in [getattr(answers, name) for name in HIGHEST] else FULL
    )


@given(all_answers)
def test_the_total_is_the_agreed_sum_with_unknowns_counted_as_agreed(answers: Answers) -> None:
    agreed = {"severity": 2, "likelihood": 2, "self_protection": 1, "access": 1}
    given = {name: getattr(answers, name) for name in HIGHEST}
    s, li, v, a, r, o, c, p = (
        agreed.get(name, 0) if answer is None else answer for name, answer in given.items()
    )
    assert score(answers, SRT_1_0_0).total == max(0, s * li + v + a + r + o + c - p)


@given(all_answers, tools, factors)
def test_raising_an_answer_never_lowers_the_band(
    answers: Answers, tool: RiskTool, factor: str
) -> None:
    ranks = [
        RANK[score(replace(answers, **{factor: level}), tool).band]  # type: ignore[arg-type]
        for level in range(HIGHEST[factor] + 1)
    ]
    assert ranks == sorted(ranks)


@given(all_answers, tools)
def test_raising_protection_never_raises_the_band(answers: Answers, tool: RiskTool) -> None:
    ranks = [RANK[score(replace(answers, protection=level), tool).band] for level in range(4)]
    assert ranks == sorted(ranks, reverse=True)


@given(all_answers, tools, signal_codes)
def test_one_signal_more_never_lowers_the_band(
    answers: Answers, tool: RiskTool, signal: Code
) -> None:
    more = replace(answers, signals=(*answers.signals, signal))
    assert RANK[score(more, tool).band] >= RANK[score(answers, tool).band]


@given(all_answers, tools)
def test_a_higher_rating_by_the_referrer_never_lowers_the_band(
    answers: Answers, tool: RiskTool
) -> None:
    rated = [None, GREEN, AMBER, RED]
    ranks = [RANK[score(replace(answers, own_rating=own), tool).band] for own in rated]
    assert ranks == sorted(ranks)


@given(all_answers, tools, some.randoms(use_true_random=False))
def test_the_order_in_which_signals_are_named_changes_nothing(
    answers: Answers, tool: RiskTool, chance: Random
) -> None:
    signals = [*answers.signals, *answers.signals]
    chance.shuffle(signals)
    assert score(replace(answers, signals=tuple(signals)), tool) == score(answers, tool)


@given(all_answers, tools, conditions, some.sampled_from(["overrides", "floors"]))
def test_one_rule_more_never_lowers_the_band(
    answers: Answers, tool: RiskTool, condition: Condition, stands_in: str
) -> None:
    new = Rule(code=Code("risk-rule@1:new"), when=condition, because="Agreed last week")
    rules = (*getattr(tool, stands_in), new)
    changed = replace(tool, **{stands_in: rules})  # type: ignore[arg-type]
    before, after = score(answers, tool), score(answers, changed)
    assert RANK[after.band] >= RANK[before.band]
    if new.code in after.rules:
        assert RANK[after.band] >= RANK[RED if stands_in == "overrides" else AMBER]


@given(all_answers, tools)
def test_a_score_is_stored_and_read_back_the_same_and_scores_the_same_again(
    answers: Answers, tool: RiskTool
) -> None:
    made = score(answers, tool)
    read = STORED.validate_json(STORED.dump_json(made), strict=True)
    assert read == made
    assert score(read.answers, TOOLS[read.tool]) == made
