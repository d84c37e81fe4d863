"""Who may set a band above or below what the tool says?"""

import pytest

from services.triage.rules.overriding import may_override
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
        (RED, AMBER, SAM, None, "second-person-missing"),
        (RED, GREEN, SAM, "  ", "second-person-missing"),
        (RED, AMBER, SAM, "sam", "second-person-is-the-first"),
        (RED, AMBER, SAM, " SAM ", "second-person-is-the-first"),
        (RED, AMBER, SAM, "kim", None),
        (RED, GREEN, SAM, "kim", None),
        (RED, Code("band@1:purple"), SAM, "kim", "band-unknown"),
    ],
)
def test_up_by_anybody_down_by_the_safeguarding_adults_manager_from_red_by_two(
    current: Code, to: Code, role: str, second: str | None, reason: str | None
) -> None:
    assert may_override(current, to, role=role, person="sam", second_person=second) == reason
