"""Can a screener read why a concern is Red, Amber or Green?"""

from dataclasses import replace

from hypothesis import given

from services.triage.rules.explanation import explain
from services.triage.rules.risk_tool import RED, SRT_1_0_0, RiskTool
from services.triage.rules.score import Answers, score
from shared.facts import Code
from tests.triage.risk import all_answers, answered, tools


@given(all_answers, tools)
def test_the_explanation_lists_exactly_the_terms_that_make_the_total(
    answers: Answers, tool: RiskTool
) -> None:
    made = score(answers, tool)
    said = explain(made)
    totals = [at for at, line in enumerate(said) if line.startswith("Total ")]
    assert len(totals) == 1
    terms = said[1 : totals[0]]
    assert len(terms) == len(made.terms)
    assert [int(line.rpartition(": ")[2]) for line in terms] == [t.points for t in made.terms]
    assert sum(int(line.rpartition(": ")[2]) for line in terms) == made.total
    assert said[totals[0]].startswith(f"Total {made.total}: ")


@given(all_answers, tools)
def test_the_explanation_names_each_rule_that_hit_and_no_other(
    answers: Answers, tool: RiskTool
) -> None:
    made = score(answers, tool)
    said = explain(made)
    for rule in (*tool.overrides, *tool.floors):
        assert any(rule.because in line for line in said) is (rule.code in made.rules)


def test_a_screener_can_read_why() -> None:
    son = answered("S3 L4 V1 A2 C2", "F2")
    made = score(replace(son, coercion=None, own_rating=RED), SRT_1_0_0)
    assert explain(made) == (
        "Scored with SRT-1.0.0; confidence is low, for these are unknown: coercion.",
        "Severity 3 (serious), times likelihood in 7 days 4 (happening or certain): +12",
        "Self-protection 1 (partly): +1",
        "Access of the source of risk 2 (lives with, sole carer, on shift or same unit): +2",
        "Repetition in 12 months 0 (first): +0",
        "Others at risk 0 (none): +0",
        "Coercion, fear or isolation unknown, counts as 0: +0",
        "Verified protection 0 (none), subtracted: +0",
        "Total 15: Red is 14 or more.",
        "F2: A child lives in the household: at least Amber.",
        "Band: Red.",
    )


def test_an_override_a_floor_at_zero_and_a_signal_without_a_rule_are_each_said() -> None:
    unread = Code("risk-signal@1:not-yet-a-rule")
    one = answered("S1 L1 P3", "O8")
    said = explain(score(replace(one, signals=(*one.signals, unread)), SRT_1_0_0))
    assert said[0] == "Scored with SRT-1.0.0; every question has an answer."
    assert said[-6:] == (
        "Verified protection 3 (the source has no access and the plan is tested), subtracted: -3",
        "A total is never below 0, so this is added: +2",
        "Total 0: Green is 6 or less.",
        "O8: Imminent fire or explosion: Red whatever the total.",
        "This version has no rule for the signal not-yet-a-rule.",
        "Band: Red.",
    )


def test_an_amber_total_says_where_amber_begins_and_ends() -> None:
    assert "Total 9: Amber is 7 to 13." in explain(score(answered("S3 L3"), SRT_1_0_0))
