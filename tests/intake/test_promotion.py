"""Does policy promote whom it should, and leave the rest to a person?"""

import re

import pytest

from services.intake.rules.promotion import (
    AGES,
    CURRENT,
    HELD_MORE_ADULTS,
    HELD_UNDER_18,
    HOLDS,
    NAMED_LATER,
    NOTHING_READABLE,
    POLICIES,
    REDIRECTIONS,
    TOLD_MORE,
    Hold,
    Promote,
)
from services.intake.rules.reading import AGE_UNKNOWN, GROWN, MORE_ADULTS, SEVENTEEN, UNDER_18
from shared.facts import Code


@pytest.mark.parametrize(
    ("age", "transition"), [(GROWN, False), (AGE_UNKNOWN, False), (SEVENTEEN, True)]
)
def test_an_adult_an_unknown_age_and_seventeen_are_promoted(age: Code, *, transition: bool) -> None:
    decided = CURRENT.decide(age=age, empty=False)
    assert decided == Promote(policy=CURRENT.code, transition=transition)


def test_under_18_waits_for_a_person_and_is_never_redirected_by_policy() -> None:
    decided = CURRENT.decide(age=UNDER_18, empty=False)
    assert decided == Hold(policy=CURRENT.code, reason=HELD_UNDER_18)


def test_adults_whom_we_did_not_read_wait_for_a_person() -> None:
    decided = CURRENT.decide(age=MORE_ADULTS, empty=False)
    assert decided == Hold(policy=CURRENT.code, reason=HELD_MORE_ADULTS)


@pytest.mark.parametrize("age", sorted(AGES))
def test_what_says_nothing_waits_for_a_person(age: Code) -> None:
    decided = CURRENT.decide(age=age, empty=True)
    assert decided == Hold(policy=CURRENT.code, reason=NOTHING_READABLE)


def test_an_age_no_policy_speaks_of_is_an_adults() -> None:
    decided = CURRENT.decide(age=Code("age@2:about-forty"), empty=False)
    assert decided == Promote(policy=CURRENT.code, transition=False)


def test_a_decision_names_a_policy_that_can_be_found_again() -> None:
    assert POLICIES[CURRENT.code] is CURRENT
    assert all(code == policy.code for code, policy in POLICIES.items())


def test_each_reason_to_hold_is_told_to_the_person_who_looks() -> None:
    reasons = {
        reason
        for policy in POLICIES.values()
        for reason in (*policy.held_ages.values(), policy.held_where_empty)
    }
    assert reasons | {TOLD_MORE, NAMED_LATER} == set(HOLDS)


def test_a_person_may_redirect_to_five_places_and_each_names_its_law() -> None:
    assert set(REDIRECTIONS) == {
        "redirection@1:children",
        "redirection@1:other-council",
        "redirection@1:advice",
        "redirection@1:duplicate",
        "redirection@1:excluded-setting",
    }
    for redirection in REDIRECTIONS.values():
        assert re.search(r"Care Act 2014 s\d+\(\d\)", redirection.law)
        assert redirection.meaning.endswith(".")
        assert redirection.told.endswith(".")
    assert REDIRECTIONS[Code("redirection@1:excluded-setting")].law == "Care Act 2014 s76(7)"


def test_where_it_went_says_nothing_of_the_adult() -> None:
    for redirection in REDIRECTIONS.values():
        assert not re.search(
            r"prison|approved|capacity|health|age", redirection.told, re.IGNORECASE
        )
