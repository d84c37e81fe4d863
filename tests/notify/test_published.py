"""What leaves notify?"""

from typing import get_args

import pytest

from services.notify.events import ContributionAnswered, ContributionClosed, NotifyFact
from services.notify.published import publish
from services.notify.rules import replies
from shared.contracts import notify as contract
from tests.kernel.golden.samples import samples
from tests.notify import a
from tests.support.story import SOMEBODY


def test_that_a_contribution_was_answered_is_told() -> None:
    happened = ContributionAnswered(
        contribution=a.CONTRIBUTION, contact=a.CONTACT, how=replies.CONSIDERED
    )
    said = contract.ContributionAnswered(contact=a.CONTACT, how=replies.CONSIDERED)
    assert publish(happened, SOMEBODY) == said


def test_that_a_contribution_was_closed_is_told_with_the_reason() -> None:
    said = contract.ContributionClosed(contact=a.CONTACT, why=a.WHY)
    assert publish(a.closed, SOMEBODY) == said


SAID = (ContributionAnswered, ContributionClosed)


@pytest.mark.parametrize("kind", [it for it in get_args(NotifyFact) if it not in SAID])
def test_all_else_is_nobody_elses_business(kind: type) -> None:
    stored: str = kind.stored_as  # type: ignore[attr-defined]
    assert publish(samples()[stored], SOMEBODY) is None
