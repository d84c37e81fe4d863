"""Can a referral be told as at any time, whatever of it was not yet known or not yet so?"""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from services.intake.decisions import referral
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    OutcomeHeard,
    Part,
    ReferralAmended,
    ReferralWithdrawn,
)
from services.intake.projections.documents import documents, reasoned
from services.intake.projections.status import status_of
from tests.intake import a
from tests.support.lived import lived, parts
from tests.support.story import SOMEBODY

BEGUN = [
    (a.two_received, a.promoted, a.held_too),
    (a.two_received, a.held, a.held_too),
    (a.two_received, a.promoted, a.promoted_too),
]
WISHES: tuple[tuple[Any, Any], ...] = (
    (a.amendment, a.ROSEWOOD),
    (a.withdrawal, a.ROSEWOOD),
    *((replace(a.promotion, adult=it), SOMEBODY) for it in (a.ONE, a.TWO)),
    *((replace(a.redirection, adult=it), SOMEBODY) for it in (a.ONE, a.TWO)),
    (replace(a.redirection, adult=a.TWO, to=a.advice), SOMEBODY),
    *((replace(a.outcome, adult=it), a.TRIAGE) for it in (a.ONE, a.TWO)),
    *((replace(a.reopening, adult=it), a.TRIAGE) for it in (a.ONE, a.TWO)),
)
histories = lived(referral, a.REFERRAL, BEGUN, WISHES, a.ROSEWOOD)


@given(some.data())
def test_whatever_is_left_out_of_a_referral_the_rest_is_told(data: some.DataObject) -> None:
    part = data.draw(parts(data.draw(histories)))
    status = status_of(a.REFERRAL, part, now=SOMEBODY.effective_at)
    assert status
    facts = [it.fact for it in part]
    assert status.amendments == sum(isinstance(it, ReferralAmended) for it in facts)
    assert status.withdrawn == any(isinstance(it, ReferralWithdrawn) for it in facts)
    assert len(documents(part)) == status.amendments
    assert all(it in part for it in reasoned(part))


@given(some.data())
def test_an_adult_has_got_no_further_than_was_known_of_them(data: some.DataObject) -> None:
    part = data.draw(parts(data.draw(histories)))
    status = status_of(a.REFERRAL, part, now=SOMEBODY.effective_at)
    assert status
    for adult in status.adults:
        of_them = [it.fact for it in part if _adult(it.fact) == adult.adult]
        promoted = any(isinstance(it, ContactPromoted) for it in of_them)
        assert (adult.status in {"promoted", "decided"}) == promoted
        if not any(isinstance(it, ContactPromoted | ContactHeld) for it in of_them):
            assert adult.status == "received"
        if adult.outcome_class:
            assert any(isinstance(it, OutcomeHeard) for it in of_them)


def _adult(fact: Any) -> Any:
    part: Part | None = getattr(fact, "part", None)
    return part.adult if part else getattr(fact, "adult", None)
