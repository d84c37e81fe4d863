"""Which outcomes do the three answers of section 42 leave open?"""

from dataclasses import fields
from itertools import product
from typing import get_args

import pytest

from services.triage.rules.counting import CURRENT as COUNTING
from services.triage.rules.counting import POLICIES
from services.triage.rules.section42 import (
    OUTCOMES,
    ROUTES,
    Answer,
    Problem,
    ThreeTests,
    problem,
    told_to_sender,
)
from shared.facts import Code

LIMBS = [field.name for field in fields(ThreeTests)]
TESTS = [
    ThreeTests(**dict(zip(LIMBS, answers, strict=True)))
    for answers in product(get_args(Answer), repeat=3)
]
VARM = Code("signpost-route@1:varm")


def answered(marks: str) -> ThreeTests:
    """Give the three answers, a to c: y is met, n not met, ? unknown."""
    words: dict[str, Answer] = {"y": "met", "n": "not-met", "?": "unknown"}
    return ThreeTests(**{limb: words[mark] for limb, mark in zip(LIMBS, marks, strict=True)})


def outcome(word: str) -> Code:
    """Give the outcome `word`."""
    return Code(f"section-42-outcome@1:{word}")


@pytest.mark.parametrize("tests", TESTS, ids=lambda tests: "/".join(tests.by_test.values()))
def test_the_duty_arises_only_where_all_three_are_met(tests: ThreeTests) -> None:
    answers = [getattr(tests, limb) for limb in LIMBS]
    assert tests.duty_arises is (answers == ["met", "met", "met"])


def test_the_tests_that_are_not_met_are_named_for_a_sender_who_asks() -> None:
    assert answered("nyn").not_met == (
        "section-42-test@1:needs-care-and-support",
        "section-42-test@1:unable-to-protect-themselves",
    )
    assert answered("y?y").not_met == ()


@pytest.mark.parametrize(
    ("word", "marks", "found"),
    [
        # the duty, and only the duty, leads to a section 42 enquiry
        ("s42-enquiry", "yyy", None),
        ("s42-enquiry", "yyn", "outcome-contradicts-tests"),
        ("s42-enquiry", "yy?", "outcome-contradicts-tests"),
        ("s42-met-response-sufficient", "yyy", None),
        ("s42-met-response-sufficient", "nyy", "outcome-contradicts-tests"),
        ("s42-met-response-sufficient", "?yy", "outcome-contradicts-tests"),
        # without the duty, an enquiry may still be proportionate, also to find an answer
        ("other-enquiry", "yyn", None),
        ("other-enquiry", "yy?", None),
        ("other-enquiry", "???", None),
        ("other-enquiry", "yyy", "outcome-contradicts-tests"),
        # the duty cannot be signposted away
        ("nfa-signpost", "yyn", None),
        ("nfa-signpost", "yyy", "outcome-contradicts-tests"),
        ("nfa-signpost", "yn?", "answer-unknown"),
        # a refusal does not by itself switch off the duty: met or not, but answered
        ("nfa-adult-declines", "yyy", None),
        ("nfa-adult-declines", "yyn", None),
        ("nfa-adult-declines", "nnn", None),
        ("nfa-adult-declines", "yy?", "answer-unknown"),
        # no concern needs (a) or (b) to be absent; (c) alone does not do
        ("not-a-concern", "nyy", None),
        ("not-a-concern", "yny", None),
        ("not-a-concern", "nnn", None),
        ("not-a-concern", "yyn", "outcome-contradicts-tests"),
        ("not-a-concern", "yyy", "outcome-contradicts-tests"),
        ("not-a-concern", "n?n", "answer-unknown"),
        # routed or merged: the duty is another's, or another concern's
        ("transfer-area", "yyy", None),
        ("transfer-area", "yyn", None),
        ("transfer-area", "?yy", "answer-unknown"),
        ("child", "yyy", None),
        ("child", "nnn", None),
        ("child", "y?y", "answer-unknown"),
        ("excluded-setting", "yyy", None),
        ("excluded-setting", "nyn", None),
        ("excluded-setting", "yy?", "answer-unknown"),
        ("duplicate", "yyy", None),
        ("duplicate", "ynn", None),
        ("duplicate", "???", "answer-unknown"),
        # and nothing that no list holds
        ("s42-enquirey", "yyy", "outcome-unknown"),
    ],
)
def test_answers_and_outcome_fit_or_the_reason_is_named(
    word: str, marks: str, found: Problem | None
) -> None:
    route = VARM if word == "nfa-signpost" else None
    assert problem(answered(marks), outcome(word), route) == found


@pytest.mark.parametrize(
    ("word", "route", "found"),
    [
        ("nfa-signpost", None, "route-missing"),
        ("nfa-signpost", VARM, None),
        ("nfa-signpost", Code("signpost-route@1:the-moon"), "route-unknown"),
        ("nfa-signpost", Code("section-42-outcome@1:child"), "route-unknown"),
        ("other-enquiry", None, None),
        ("other-enquiry", VARM, None),
        ("other-enquiry", Code("signpost-route@1:the-moon"), "route-unknown"),
    ],
)
def test_signposting_names_a_route_of_the_list(
    word: str, route: Code | None, found: Problem | None
) -> None:
    assert problem(answered("yyn"), outcome(word), route) == found


@pytest.mark.parametrize("tests", TESTS, ids=lambda tests: "/".join(tests.by_test.values()))
def test_no_set_of_answers_leaves_a_decision_maker_without_an_outcome(tests: ThreeTests) -> None:
    assert any(problem(tests, code, VARM) is None for code in OUTCOMES)


@pytest.mark.parametrize("tests", TESTS, ids=lambda tests: "/".join(tests.by_test.values()))
def test_with_an_answer_unknown_only_an_enquiry_may_follow(tests: ThreeTests) -> None:
    may_follow = {code for code in OUTCOMES if problem(tests, code, VARM) is None}
    if "unknown" in tests.answers:
        assert may_follow == {outcome("other-enquiry")}


def test_where_the_duty_arises_no_outcome_but_a_refusal_or_another_body_ends_it() -> None:
    met = answered("yyy")
    without = {
        code
        for code, what in OUTCOMES.items()
        if not what.opens_enquiry and problem(met, code, VARM) is None
    }
    others = ("nfa-adult-declines", "transfer-area", "child", "excluded-setting", "duplicate")
    assert without == {outcome(word) for word in others}


@pytest.mark.parametrize(
    ("word", "duty", "flags", "told"),
    [
        ("s42-enquiry", True, "opens", "proceeding"),
        ("s42-met-response-sufficient", True, "opens concludes", "proceeding"),
        ("other-enquiry", False, "opens", "proceeding"),
        ("nfa-signpost", False, "route", "passed-on"),
        ("nfa-adult-declines", None, "", "advice-given"),
        ("not-a-concern", False, "", "advice-given"),
        ("transfer-area", None, "", "passed-on"),
        ("child", None, "", "passed-on"),
        ("excluded-setting", None, "", "passed-on"),
        ("duplicate", None, "", "passed-on"),
    ],
)
def test_each_outcome_carries_what_follows_and_what_its_sender_is_told(
    word: str, *, duty: bool | None, flags: str, told: str
) -> None:
    what = OUTCOMES[outcome(word)]
    assert what.duty is duty
    assert what.opens_enquiry is ("opens" in flags)
    assert what.allows_unknown is ("opens" in flags)
    assert what.concludes_at_once is ("concludes" in flags)
    assert what.names_a_route is ("route" in flags)
    assert told_to_sender(outcome(word), VARM) == f"outcome-class@1:{told}"


def test_all_ten_outcomes_and_twenty_routes_are_listed() -> None:
    assert len(OUTCOMES) == 10
    assert len(ROUTES) == 20
    assert all(code.startswith("section-42-outcome@1:") for code in OUTCOMES)
    assert all(code.startswith("signpost-route@1:") for code in ROUTES)


def test_a_sender_is_not_told_that_information_alone_passed_the_adult_on() -> None:
    only = Code("signpost-route@1:information-only")
    assert told_to_sender(outcome("nfa-signpost"), only) == "outcome-class@1:advice-given"
    assert told_to_sender(outcome("s42-enquiry"), only) == "outcome-class@1:proceeding"


def test_a_concern_names_a_counting_policy_that_is_kept_with_its_source() -> None:
    assert POLICIES[COUNTING.code] is COUNTING
    assert COUNTING.code == "counting@1:one-per-adult"
    assert all(policy.says and policy.source for policy in POLICIES.values())
