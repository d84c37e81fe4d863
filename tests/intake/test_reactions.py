"""What does intake do when triage speaks?"""

from datetime import date
from typing import get_args

from services.intake.decisions import HearOutcome
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
)


def test_of_a_decision_the_class_and_the_day_are_kept_for_the_sender() -> None:
    (reaction,) = REACTIONS
    (said,) = a.recorded(DECIDED, case=a.ONE)
    assert reaction.then(said) == HearOutcome(
        adult=a.ONE, outcome_class=a.passed, decided_on=date(2026, 11, 4)
    )
    assert str(reaction.on(said)) == f"referral-{a.REFERRAL}"


def test_of_all_that_triage_says_only_decisions_matter_here() -> None:
    (reaction,) = REACTIONS
    assert reaction.when is triage.Section42Decided
    assert reaction.when in get_args(triage.Message)
