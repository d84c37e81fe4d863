"""Does what was granted cease before its end as somebody found, and is nothing more owed then?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.projections.case import view
from services.dols.projections.status import status_of
from services.dols.rules import clocks, codes, receipt
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)
GRANTED = story.given(*a.ready, a.granted)
SUSPENDED = GRANTED.given(a.in_suspense)


def owed(of: Story[Any, Request, RequestFact]) -> set[str]:
    assert of.state
    return {it.kind for it in request.owed(of.state, calendar())}


def on(day: str) -> Act:
    return replace(a.SIGNATORY, effective_at=a.at(f"{day}T12:00:00+00:00"))


def died_on(day: str) -> Any:
    return replace(a.ceasing, ceased_on=date.fromisoformat(day))


def test_a_signatory_records_that_it_ceased_on_which_day_and_why() -> None:
    for reason in codes.CEASES_BY_A_PERSON:
        GRANTED.when(replace(a.ceasing, reason=reason)).then(replace(a.ceased, reason=reason))


def test_a_reason_is_of_the_list_and_that_28_days_passed_is_for_time_to_say() -> None:
    for reason in (codes.ELAPSED, Code("cease@1:other")):
        GRANTED.when(replace(a.ceasing, reason=reason)).then_refused(refusals.WordNotListed)


DAYS = {
    "2026-11-01": refusals.CeasedBeforeItBegan,
    "2027-03-02": refusals.CeasedInFuture,
    "2027-05-01": refusals.CeasedInFuture,
}


@pytest.mark.parametrize(("day", "refusal"), DAYS.items(), ids=DAYS)
def test_it_ceased_on_no_day_before_it_began_and_on_none_to_come(day: str, refusal: Any) -> None:
    GRANTED.when(died_on(day), act=on("2027-03-01")).then_refused(refusal)


def test_it_ceases_on_its_last_day_at_the_latest_also_where_that_is_found_out_later() -> None:
    over = GRANTED.given(a.ended)
    for it in (GRANTED, over):
        it.when(died_on("2027-05-01"), act=on("2027-05-09")).then_refused(
            refusals.CeasedAfterItsEnd
        )
        for day in ("2026-11-02", "2027-04-30"):
            found = replace(a.ceased, ceased_on=date.fromisoformat(day))
            it.when(died_on(day), act=on("2027-05-09")).then(found)


def test_what_is_suspended_ceases_by_its_28th_day_at_the_latest() -> None:
    SUSPENDED.when(died_on("2026-11-29"), act=on("2026-12-01")).then(
        replace(a.ceased, ceased_on=date(2026, 11, 29))
    )
    SUSPENDED.when(died_on("2026-11-30"), act=on("2026-12-01")).then_refused(
        refusals.CeasedAfterItsEnd
    )


def test_what_begins_later_has_not_ceased_before() -> None:
    later = story.given(*a.ready, replace(a.granted, starts_on=date(2026, 12, 1)))
    later.when(a.ceasing).then_refused(refusals.CeasedBeforeItBegan)


def test_where_nothing_was_granted_nothing_ceases_and_what_ceased_does_so_once() -> None:
    for facts in (a.ready, (*a.ready, a.not_granted)):
        story.given(*facts).when(a.ceasing).then_refused(refusals.NothingGranted)
    for ceased in (a.ceased, a.elapsed):
        GRANTED.given(ceased).when(a.ceasing).then_refused(refusals.AuthorisationHasCeased)


def test_once_it_ceased_nothing_is_owed_and_no_time_ends_it() -> None:
    for it in (GRANTED, SUSPENDED.given(a.considered)):
        ceased = it.given(a.ceased)
        assert owed(ceased) == set()
        for kind, day in ((clocks.END, a.granted.ends_on), (clocks.SUSPENSION, date(2026, 11, 29))):
            ceased.when(DeadlinePassed(Deadline(kind, clocks.end_of(day)))).then()


def test_what_came_before_and_nobody_has_seen_is_owed_a_look_all_the_same() -> None:
    told = GRANTED.given(replace(a.told, still_here="no"))
    assert owed(told.given(a.ceased)) == {"look"}
    assert owed(SUSPENDED.given(a.ceased)) == {"look"}
    after = GRANTED.given(a.ceased, a.told)
    assert owed(after) == {"look"}


@pytest.mark.parametrize("fact", [a.in_suspense, a.resumed, a.elapsed, a.ceased])
@pytest.mark.parametrize("known", [a.ready, (*a.ready, a.not_granted)])
def test_as_at_a_time_of_which_no_grant_is_known_what_became_of_it_changes_nothing(
    fact: RequestFact, known: tuple[RequestFact, ...]
) -> None:
    assert story.given(*known, fact).state == story.given(*known).state


def test_as_at_a_time_of_which_no_suspension_is_known_nothing_goes_on() -> None:
    without = GRANTED.given(a.resumed).state
    assert without
    assert GRANTED.state
    assert without.ended == GRANTED.state.ended


def test_case_and_status_say_that_it_ceased_when_and_why() -> None:
    history = a.recorded(*a.ready, a.granted, a.ceased)
    case, told = view(a.CASE, history, a.TODAY), status_of(a.CASE, history, a.TODAY)
    assert case
    assert told
    assert case.ceased
    assert (case.stage, case.suspension) == ("dols-stage@1:ceased", None)
    assert (case.ceased.on, case.ceased.reason, case.ceased.by) == (
        a.TODAY,
        a.ceasing.reason,
        "sam",
    )
    assert case.ceased.says == "the person died"
    assert case.decision
    assert case.decision.ends_on == a.granted.ends_on
    assert told.ceased
    assert (told.ceased.ceased_on, told.ceased.reason) == (a.TODAY, a.ceasing.reason)
    assert (told.cover.code, told.cover.day) == ("dols-cover@1:ceased", a.TODAY)
    assert (told.status, told.says) == ("granted", receipt.CEASED)
