"""Who may set a band above or below what the tool says?"""

import pytest

from services.triage.rules.overriding import (
    after_score,
    beside_its_score,
    may_override,
    needs_second_person,
)
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from shared.facts import Code

SAM = "safeguarding-adults-manager"


@pytest.mark.parametrize(
    ("current", "to", "role", "second", "reason"),
    [
        (GREEN, AMBER, "screener", None, None),
        (GREEN, RED, "screener", None, None),
        (AMBER, RED, SAM, None, None),
        (AMBER, AMBER, "screener", None, None),
        (RED, RED, "screener", None, None),
        (AMBER, GREEN, "screener", None, "role-may-not-lower"),
        (RED, AMBER, "screener", "kim", "role-may-not-lower"),
        (AMBER, GREEN, SAM, None, None),
        (RED, AMBER, SAM, None, None),
        (RED, AMBER, SAM, "sam", "second-person-is-the-first"),
        (RED, AMBER, SAM, " SAM ", "second-person-is-the-first"),
        (RED, AMBER, SAM, "kim", None),
        (RED, GREEN, SAM, "kim", None),
        (AMBER, GREEN, SAM, "sam", "second-person-is-the-first"),
        (GREEN, RED, "screener", "Sam", "second-person-is-the-first"),
        (GREEN, RED, "screener", "kim", None),
        (AMBER, GREEN, "screener", "sam", "role-may-not-lower"),
        (RED, Code("band@1:purple"), SAM, "kim", "band-unknown"),
    ],
)
def test_up_by_anybody_down_by_the_safeguarding_adults_manager_from_red_by_two(
    current: Code, to: Code, role: str, second: str | None, reason: str | None
) -> None:
    assert may_override(current, to, role=role, person="sam", second_person=second) == reason


@pytest.mark.parametrize("to", [GREEN, AMBER, RED])
@pytest.mark.parametrize("current", [GREEN, AMBER, RED])
def test_out_of_red_and_nowhere_else_a_second_person_is_needed(current: Code, to: Code) -> None:
    assert needs_second_person(current, to) == (current == RED and to != RED)


@pytest.mark.parametrize("set_to", [None, GREEN, AMBER, RED])
@pytest.mark.parametrize("scored", [GREEN, AMBER, RED])
def test_no_score_takes_a_concern_out_of_red(scored: Code, set_to: Code | None) -> None:
    assert after_score(RED, scored, set_to) == RED


@pytest.mark.parametrize(
    ("band", "scored", "set_to", "then"),
    [
        (AMBER, GREEN, None, GREEN),
        (AMBER, GREEN, AMBER, AMBER),
        (AMBER, GREEN, GREEN, GREEN),
        (GREEN, AMBER, GREEN, AMBER),
        (AMBER, RED, AMBER, RED),
        (GREEN, GREEN, None, GREEN),
    ],
)
def test_no_score_takes_a_concern_below_what_a_person_set(
    band: Code, scored: Code, set_to: Code | None, then: Code
) -> None:
    assert after_score(band, scored, set_to) == then


def test_a_concern_says_why_it_is_not_in_the_band_that_it_scored() -> None:
    sam, two = "a safeguarding adults manager", "and a second person"
    assert beside_its_score(RED, AMBER) == f"scored Amber, and Red until {sam} {two} lower it"
    assert beside_its_score(AMBER, GREEN) == f"scored Green, and Amber until {sam} lowers it"
    assert beside_its_score(AMBER, RED) == "scored Red, and set lower by a person"
    assert beside_its_score(AMBER, AMBER) == ""
