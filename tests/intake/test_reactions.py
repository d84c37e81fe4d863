"""What does intake do when triage speaks?"""

from datetime import date
from typing import Any, get_args

import pytest

from services.intake.decisions import HearOutcome, HearReopening
from services.intake.reactions import REACTIONS
from shared.contracts import triage
from shared.facts import Code
from tests.intake import a

DECIDED = triage.Section42Decided(
    contact=a.REFERRAL,
    outcome=Code("section-42-outcome@1:nfa-signpost"),
    outcome_class=a.passed,
    opens_enquiry=False,
    decided_on=date(2026, 11, 4),
    band=Code("band@1:amber"),
)
DECIDED_1 = triage.Section42Decided1(
    contact=a.REFERRAL,
    outcome=Code("section-42-outcome@1:nfa-signpost"),
    outcome_class=a.passed,
    opens_enquiry=False,
    decided_on=date(2026, 11, 4),
)


decided_1, decided, reopened = REACTIONS


@pytest.mark.parametrize(
    ("reaction", "message"), [(decided, DECIDED), (decided_1, DECIDED_1)], ids=["as now", "once"]
)
def test_of_a_decision_the_class_and_the_day_are_kept_for_the_sender(
    reaction: Any, message: Any
) -> None:
    (said,) = a.recorded(message, case=a.ONE)
    assert reaction.when is type(message)
    assert reaction.then(said) == HearOutcome(
        adult=a.ONE, outcome_class=a.passed, decided_on=date(2026, 11, 4)
    )
    assert str(reaction.on(said)) == f"referral-{a.REFERRAL}"


def test_a_decision_that_was_opened_again_is_no_longer_told_to_the_sender() -> None:
    (said,) = a.recorded(triage.ConcernReopened(contact=a.REFERRAL), case=a.ONE)
    assert reopened.then(said) == HearReopening(adult=a.ONE)
    assert str(reopened.on(said)) == f"referral-{a.REFERRAL}"


def test_of_all_that_triage_says_only_decisions_and_reopenings_matter_here() -> None:
    assert {it.when for it in REACTIONS} == {
        triage.Section42Decided1, triage.Section42Decided, triage.ConcernReopened
    }  # fmt: skip
    assert {it.when for it in REACTIONS} < {*get_args(triage.Message)}
