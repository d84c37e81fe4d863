"""Does the risk tool say what the council agreed, for ever, and say why?"""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, replace
from hashlib import sha256
from itertools import product

import pytest
from pydantic import TypeAdapter, ValidationError

from services.triage.rules.risk_tool import (
    AMBER,
    CURRENT,
    GREEN,
    RANK,
    RED,
    SRT_1_0_0,
    TOOLS,
    AtLeast,
    RiskTool,
    Rule,
)
from services.triage.rules.score import (
    FLOOR_AT_ZERO,
    FULL,
    HIGHEST,
    LOW,
    MODIFIER_TERMS,
    PROTECTION,
    SEVERITY_TIMES_LIKELIHOOD,
    Answers,
    highest,
    score,
)
from shared.facts import Code
from tests.triage.risk import NOTHING, SIGNALS, answered

EXAMPLES = [
    ("1 One missed home-care call, no harm, rota fixed", "S1 L1 V1 P1", 1, 1, "", GREEN),
    ("2 Found on floor unhurt, falls plan followed", "S1 L1 V2 P1", 1, 2, "", GREEN),
    ("3 Jewellery taken years ago, no contact, has capacity", "S2 L0", 0, 0, "", GREEN),
    ("4 Doorstep fraud, bank and number blocked", "S2 L2 V1 A1 P2", 4, 4, "", GREEN),
    ("5 Resident pushes resident, no injury, plans updated", "S1 L2 V2 A1 P1", 2, 4, "", GREEN),
    ("6 Second unsafe discharge, no lasting harm", "S2 L2 V1 R1 P1", 4, 5, "", GREEN),
    ("7 Carer slapped resident, now suspended", "S2 L2 V2 O1 P2", 4, 5, "F1", AMBER),
    ("8 Anonymous: shouting at her mum, nothing else", "unknown", 4, 6, "F6", AMBER),
    ("9 Category 3 ulcer, plan not followed", "S3 L2 V2 A1 O1 P1", 6, 9, "", AMBER),
    ("10 Hoarder who smokes, flats, refuses alarm", "S4 L2 V1 R1 O1", 8, 11, "F7", AMBER),
    ("11 Third hate incident, police involved", "S2 L3 V1 A2 R2 C1 P1", 6, 11, "F3", AMBER),
    ("12 Third resident-on-resident incident", "S2 L3 V2 A2 R2 O1", 6, 13, "F3", AMBER),
    ("13 Son controls money, she is afraid", "S3 L4 V1 A2 C2", 12, 17, "", RED),
    ("14 Insulin missed twice, in hospital", "S4 L3 V2 A1 R1 O1", 12, 17, "O3 F7", RED),
    ("15 Staff lock residents in at night", "S3 L4 V2 A2 R1 O2", 12, 19, "F1", RED),
    ("16 Rape disclosed; worker on shift tonight", "S4 L3 V1 A2", 12, 15, "O2 F1 F7", RED),
    ("17 Strangulation, now at her sister's", "S4 L2 V1 A1 C2 P2", 8, 10, "O4 F7", RED),
    ("18 Kept at a car wash unpaid", "S3 L4 V1 A2 C2", 12, 17, "O6", RED),
    ("19 Suspicious death, other residents", "S4 L2 V2 A1 O2", 8, 13, "O5 F7", RED),
    ("6' Third discharge, dehydrated", "S3 L3 V1 R2", 9, 12, "F3", AMBER),
    ("13' In respite, account frozen, verified", "S3 L2 V1 A1 C2 P3", 6, 7, "", AMBER),
]


@pytest.mark.parametrize(
    ("inputs", "times", "total", "rules", "band"),
    [example[1:] for example in EXAMPLES],
    ids=[example[0] for example in EXAMPLES],
)
def test_each_worked_example_scores_as_agreed(
    inputs: str, times: int, total: int, rules: str, band: Code
) -> None:
    made = score(answered(inputs, rules), SRT_1_0_0)

    assert made.terms[0].name == SEVERITY_TIMES_LIKELIHOOD
    assert made.terms[0].points == times
    assert made.total == total
    assert made.rules == tuple(Code(f"risk-rule@1:{rule.lower()}") for rule in rules.split())
    assert made.band == band
    assert made.confidence == (LOW if inputs == "unknown" else FULL)
    assert made.tool == "risk-tool@1:srt-1.0.0"


@pytest.mark.parametrize(
    ("total", "inputs", "band"),
    [
        (6, "S2 L3", GREEN),
        (7, "S2 L3 V1", AMBER),
        (13, "S3 L4 V1", AMBER),
        (14, "S3 L4 V2", RED),
        (26, "S4 L4 V2 A2 R2 O2 C2", RED),
    ],
)
def test_the_bands_begin_and_end_where_agreed(total: int, inputs: str, band: Code) -> None:
    made = score(answered(inputs), SRT_1_0_0)
    assert (made.total, made.band) == (total, band)


@pytest.mark.parametrize("rule", [f"O{number}" for number in range(1, 10)])
def test_each_override_makes_even_the_lowest_total_red(rule: str) -> None:
    made = score(answered("S0", rule), SRT_1_0_0)
    assert (made.total, made.band) == (0, RED)
    assert made.rules == (f"risk-rule@1:{rule.lower()}",)


@pytest.mark.parametrize("rule", ["F1", "F2", "F3", "F4"])
def test_each_signalled_floor_makes_even_the_lowest_total_amber(rule: str) -> None:
    made = score(answered("S0", rule), SRT_1_0_0)
    assert (made.total, made.band) == (0, AMBER)
    assert made.rules == (f"risk-rule@1:{rule.lower()}",)


@pytest.mark.parametrize(
    ("inputs", "rules", "own_rating", "hit", "band"),
    [
        ("S1 L1", "", AMBER, True, AMBER),
        ("S1 L1", "", RED, True, AMBER),
        ("S3 L3", "", RED, True, AMBER),
        ("S3 L3", "", AMBER, False, AMBER),
        ("S1 L1", "F1", AMBER, False, AMBER),
        ("S1 L1", "F1", RED, True, AMBER),
        ("S1 L1", "O1", RED, False, RED),
        ("S3 L3", "", GREEN, False, AMBER),
        ("S1 L1", "", None, False, GREEN),
    ],
)
def test_a_referrer_who_judged_it_higher_lifts_it_to_amber(
    inputs: str, rules: str, own_rating: Code | None, *, hit: bool, band: Code
) -> None:
    made = score(replace(answered(inputs, rules), own_rating=own_rating), SRT_1_0_0)
    assert ("risk-rule@1:f5" in made.rules) is hit
    assert made.band == band


@pytest.mark.parametrize(
    ("unknown", "hit"),
    [
        (("severity",), False),
        (("severity", "likelihood"), True),
        (("self_protection", "access"), True),
        (("severity", "likelihood", "self_protection", "access"), True),
        (("severity", "repetition", "others_at_risk", "coercion", "protection"), False),
    ],
)
def test_two_unknowns_that_matter_are_never_green(unknown: tuple[str, ...], *, hit: bool) -> None:
    made = score(replace(NOTHING, **dict.fromkeys(unknown)), SRT_1_0_0)  # type: ignore[arg-type]
    assert ("risk-rule@1:f6" in made.rules) is hit
    assert made.band == (AMBER if hit else GREEN)
    assert made.confidence == LOW


def test_unknown_counts_as_agreed_and_not_as_zero() -> None:
    points = {term.name: term.points for term in score(Answers(), SRT_1_0_0).terms}
    assert points == {
        SEVERITY_TIMES_LIKELIHOOD: 2 * 2,
        MODIFIER_TERMS["self_protection"]: 1,
        MODIFIER_TERMS["access"]: 1,
        MODIFIER_TERMS["repetition"]: 0,
        MODIFIER_TERMS["others_at_risk"]: 0,
        MODIFIER_TERMS["coercion"]: 0,
        PROTECTION: 0,
    }


def test_protection_never_takes_a_total_below_zero_and_says_so() -> None:
    made = score(answered("S1 L1 P3"), SRT_1_0_0)
    assert made.total == 0
    assert made.terms[-1].name == FLOOR_AT_ZERO
    assert made.terms[-1].points == 2
    assert all(term.name != FLOOR_AT_ZERO for term in score(answered("S3 L1 P3")).terms)


def test_srt_1_0_0_answers_for_ever_as_on_its_first_day() -> None:
    # 18,432 sets of answers. A red test here means that history would be told anew: make a
    # new version of the tool instead.
    levels = [range(most + 1) for most in HIGHEST.values()]
    asked = [(None, *level) for level in levels[:4]] + [(0, 2)] * 3 + [(None, 0, 1, 3)]
    digest = sha256()
    for each in product(*asked):
        made = score(Answers(**dict(zip(HIGHEST, each, strict=True))), SRT_1_0_0)
        digest.update(f"{made.total} {made.band} {made.rules} {made.confidence}\n".encode())
    assert digest.hexdigest() == "ccfe984a1ad234ee0245ac759cbcbbd081da7fb4bdf4f5848dfb6802178e17e5"


def test_current_is_a_registered_version_and_every_version_has_its_own_code() -> None:
    assert TOOLS[CURRENT.code] is CURRENT
    assert all(tool.code == code for code, tool in TOOLS.items())


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_version_is_whole(tool: RiskTool) -> None:
    asked = {
        "severity": tool.severity,
        "likelihood": tool.likelihood,
        "protection": tool.protection,
        **tool.modifiers,
    }
    assert {name: len(question.levels) - 1 for name, question in asked.items()} == HIGHEST
    assert all(0 <= question.unknown < len(question.levels) for question in asked.values())
    assert set(tool.modifiers) == set(MODIFIER_TERMS)
    codes = [rule.code for rule in (*tool.overrides, *tool.floors)]
    assert len(set(codes)) == len(codes)
    assert tool.amber_from < tool.red_from


def test_two_versions_run_side_by_side() -> None:
    stricter = replace(
        SRT_1_0_0,
        code=Code("risk-tool@1:srt-1.0.0-trial"),
        floors=(
            *SRT_1_0_0.floors,
            Rule(
                code=Code("risk-rule@1:f8"),
                when=AtLeast("coercion", 2),
                because="Coercive control is never Green",
            ),
        ),
    )
    controlled = answered("S1 L1 C2")
    assert score(controlled, SRT_1_0_0).band == GREEN
    assert score(controlled, stricter).band == AMBER
    assert score(controlled, stricter).rules == ("risk-rule@1:f8",)


@pytest.mark.parametrize(("name", "most"), HIGHEST.items())
def test_an_answer_out_of_its_range_is_no_answer(name: str, most: int) -> None:
    for answer in (-1, most + 1):
        with pytest.raises(ValueError, match=name):
            Answers(**{name: answer})  # type: ignore[arg-type]
        with pytest.raises(ValidationError):
            TypeAdapter(Answers).validate_python({name: answer})


def test_codes_of_other_lists_are_no_answers() -> None:
    with pytest.raises(ValueError, match="own_rating"):
        Answers(own_rating=Code("band@1:purple"))
    with pytest.raises(ValueError, match="signals"):
        Answers(signals=(Code("band@1:red"),))


def test_no_question_is_forgotten_between_answers_and_ranges() -> None:
    assert {field.name for field in fields(Answers)} == {*HIGHEST, "signals", "own_rating"}


def test_answers_and_tools_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        NOTHING.severity = 4  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        SRT_1_0_0.red_from = 20  # type: ignore[misc]


def test_the_highest_band_wins() -> None:
    for one, other in product(RANK, repeat=2):
        assert RANK[highest(one, other)] == max(RANK[one], RANK[other])


def test_signals_and_rules_agreed_by_partners_keep_their_words() -> None:
    words: Mapping[str, str] = {
        "O1": "immediate-danger",
        "O2": "rape-or-serious-sexual-assault",
        "O3": "life-threatening-neglect",
        "O4": "strangulation-weapon-or-threat-to-kill",
        "O5": "suspicious-death-others-exposed",
        "O6": "slavery-or-exploitation",
        "O7": "forced-marriage-honour-or-fgm",
        "O8": "imminent-fire-or-explosion",
        "O9": "missing-and-unable-to-stay-safe",
        "F1": "worker-or-volunteer-is-source",
        "F2": "child-in-household",
        "F3": "third-concern",
        "F4": "lacks-capacity-unrepresented",
    }
    assert {rule: f"risk-signal@1:{word}" for rule, word in words.items()} == SIGNALS
