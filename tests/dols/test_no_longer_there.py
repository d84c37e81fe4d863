"""Is anything still done for somebody who is no longer there, or for whom it is needed no more?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import codes
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
GONE = replace(a.told, still_here="no", still_needed="unknown")
UNNEEDED = replace(a.told, still_here="yes", still_needed="no")
OVER: dict[str, tuple[RequestFact, type[Exception]]] = {
    "no longer there": (GONE, refusals.PersonNoLongerThere),
    "neither there nor needed": (replace(GONE, still_needed="no"), refusals.PersonNoLongerThere),
    "no longer needed": (UNNEEDED, refusals.NoLongerNeeded),
    "taken back": (a.withdrawn, refusals.RequestWithdrawnAlready),
}
each = pytest.mark.parametrize(("told", "refusal"), OVER.values(), ids=OVER)
FIVE_PAST = a.later(a.SIGNATORY, minutes=5)


@each
def test_nothing_is_granted_once_it_was_told_whenever_the_grant_is_dated(
    told: RequestFact, refusal: Any
) -> None:
    over = story.given(*a.ready, told)
    for act in (FIVE_PAST, a.SIGNATORY, a.later(a.SIGNATORY, minutes=-5)):
        over.when(a.granting, act=act).then_refused(refusal)


@each
def test_nobody_is_offered_or_takes_on_what_is_over(told: RequestFact, refusal: Any) -> None:
    over = story.given(*a.waiting, a.offered, told)
    over.when(a.offering, act=a.later(a.COORDINATOR, minutes=5)).then_refused(refusal)
    for act in (a.later(a.COORDINATOR, minutes=5), a.later(a.BEA, minutes=5)):
        over.when(a.accepting, act=act).then_refused(refusal)
    over.when(a.declining, act=a.BEA).then(a.declined)


@each
def test_no_allocation_is_owed_that_nobody_may_make_and_it_is_again_when_it_goes_on(
    told: RequestFact, refusal: Any
) -> None:
    def kinds(*facts: RequestFact) -> set[str]:
        state = story.given(*a.waiting, *facts).state
        assert state
        return {it.kind for it in request.owed(state, calendar())}

    assert "allocation" not in kinds(told), refusal
    assert {"decision", "re-check", "sign-off"} <= kinds(told)
    assert ("allocation" in kinds(told, a.told)) == (told is not a.withdrawn)


@each
def test_no_urgent_authorisation_is_extended_for_it(told: RequestFact, refusal: Any) -> None:
    story.given(a.asking, a.low, told).when(a.extending, act=FIVE_PAST).then_refused(refusal)


@each
def test_nothing_is_assessed_after_it_and_what_was_assessed_before_is_kept(
    told: RequestFact, refusal: Any
) -> None:
    over = story.given(*a.staffed).given(told, act=a.later(days=2))
    on_the_day = replace(a.assessing(codes.AGE), assessed_on=date(2026, 11, 4))
    after = replace(on_the_day, assessed_on=date(2026, 11, 5))
    late = a.later(a.BEA, days=3)
    for command in (on_the_day, after):
        over.when(command, act=late).then_refused(refusal)
    before = replace(on_the_day, assessed_on=date(2026, 11, 3))
    over.when(before, act=late).then(replace(a.assessed(codes.AGE), assessed_on=date(2026, 11, 3)))
    in_the_morning = a.later(a.BEA, days=2, minutes=-1)
    found = replace(a.assessed(codes.AGE), assessed_on=date(2026, 11, 4))
    over.when(on_the_day, act=in_the_morning).then(found)


@each
def test_a_signatory_ends_it_and_owes_to(told: RequestFact, refusal: Any) -> None:
    over = story.given(*a.staffed, told)
    assert over.state
    assert "sign-off" in {it.kind for it in request.owed(over.state, calendar())}, refusal
    over.when(a.refusing, act=FIVE_PAST).then(a.not_granted)


def test_a_coordinator_who_finds_the_person_there_takes_it_back_with_reasons() -> None:
    gone = story.given(*a.ready).given(GONE, act=a.later(days=1))
    gone.when(a.confirming, act=a.later(a.COORDINATOR, days=1)).then(a.confirmed)
    back = gone.given(a.confirmed, act=a.later(a.COORDINATOR, days=1))
    assert back.state
    assert (back.state.gone_at, back.state.can_be_decided_since) == (None, a.NOON)
    assert back.state.told_at, "what was told is still to be considered"
    grants = a.later(a.SIGNATORY, days=1, minutes=5)
    granting = replace(
        a.granting, starts_on=date(2026, 11, 3), recorded_at=grants.effective_at
    )  # fmt: skip
    gone.when(granting, act=grants).then_refused(refusals.PersonNoLongerThere)
    back.when(granting, act=grants).then(
        replace(a.granted, starts_on=date(2026, 11, 3), decided_on=date(2026, 11, 3))
    )


def test_only_what_was_told_is_taken_back_and_not_before_it_was_told_last() -> None:
    story.given(*a.waiting).when(a.confirming).then_refused(refusals.NotToldGone)
    story.given(*a.waiting, UNNEEDED).when(a.confirming).then_refused(refusals.NotToldGone)
    gone = story.given(*a.waiting).given(GONE, act=a.later(days=1))
    gone.when(a.confirming, act=a.COORDINATOR).then_refused(refusals.NotToldGone)
    twice = gone.given(GONE, act=a.later(days=3))
    twice.when(a.confirming, act=a.later(days=2)).then_refused(refusals.NotToldGone)
    twice.when(a.confirming, act=a.later(days=3)).then(a.confirmed)
    gone.given(a.confirmed).when(a.confirming, act=a.later(days=2)).then_refused(
        refusals.NotToldGone
    )
    gone.given(a.told).when(a.confirming, act=a.later(days=2)).then_refused(refusals.NotToldGone)


def test_it_undoes_nothing_else_and_the_managing_authority_may_tell_it_again() -> None:
    both = story.given(*a.ready, replace(GONE, still_needed="no"), a.confirmed)
    both.when(a.granting).then_refused(refusals.NoLongerNeeded)
    story.given(*a.ready, GONE, a.withdrawn, a.confirmed).when(a.granting).then_refused(
        refusals.RequestWithdrawnAlready
    )
    again = story.given(*a.ready, GONE, a.confirmed).given(GONE, act=a.later(days=1))
    assert again.state
    assert again.state.gone_at == a.later(days=1).effective_at
    again.when(a.granting).then_refused(refusals.PersonNoLongerThere)


def test_it_goes_on_only_when_the_very_thing_that_was_told_is_told_otherwise() -> None:
    needed = replace(a.told, still_here="unknown")
    back = replace(a.told, still_needed="unknown")
    nothing = replace(a.told, still_here="unknown", still_needed="unknown")
    ready = story.given(*a.ready)
    for more in (needed, nothing):
        ready.given(GONE, more).when(a.granting).then_refused(refusals.PersonNoLongerThere)
    for more in (back, nothing):
        ready.given(UNNEEDED, more).when(a.granting).then_refused(refusals.NoLongerNeeded)
    ready.given(GONE, back).when(a.granting).then(a.granted)
    ready.given(UNNEEDED, needed).when(a.granting).then(a.granted)
