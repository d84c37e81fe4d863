"""Is what was granted suspended and let go on as law has it, and does it cease in time?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import refusals, request
from services.dols.events import RequestFact
from services.dols.projections.case import view
from services.dols.projections.status import status_of
from services.dols.rules import clocks, codes, receipt
from shared.facts import Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.granted import GRANTED, Told, deadlines, done, due_of, on, passes, story, waited

SUSPENDED = GRANTED.given(a.in_suspense)
LAST = "2026-11-29T23:59"


def due(of: Told, kind: str = clocks.SUSPENSION) -> str | None:
    return due_of(of, kind)


# The notices


def test_a_notice_suspends_what_was_granted_for_28_days_of_which_it_is_the_first() -> None:
    GRANTED.when(a.suspending).then(a.in_suspense)
    assert due(GRANTED) is None
    assert due(SUSPENDED) == LAST


@pytest.mark.parametrize(
    ("given_at", "last"),
    [
        ("2026-11-02T00:00", "2026-11-29"),
        ("2026-11-02T23:59", "2026-11-29"),
        ("2027-02-10T12:00", "2027-03-09"),
        ("2027-03-01T12:00", "2027-03-28"),  # the clocks go forward on its last day
        ("2027-03-31T23:30", "2027-04-28"),  # 1 April in London
    ],
)
def test_the_28_days_are_days_of_london(given_at: str, last: str) -> None:
    act = on(given_at)
    suspended = replace(a.in_suspense, ceases_on=date.fromisoformat(last))
    GRANTED.when(a.suspending, act=act).then(suspended)
    ends = clocks.end_of(suspended.ceases_on)
    assert due(GRANTED.given(suspended, act=act)) == f"{ends:%Y-%m-%dT%H:%M}"


def test_a_notice_that_the_person_is_eligible_again_lets_it_go_on_to_its_own_last_day() -> None:
    SUSPENDED.when(a.resuming, act=on("2026-11-29T23:58")).then(a.resumed)
    again = SUSPENDED.given(a.resumed)
    assert due(again) is None
    assert again.state
    assert again.state.ended
    assert again.state.ended.ends_on == a.granted.ends_on
    assert due(again, clocks.END) == "2027-04-30T22:59"


def test_it_may_be_suspended_again_for_28_days_of_its_own() -> None:
    anew = replace(a.in_suspense, ceases_on=date(2026, 12, 31))
    SUSPENDED.given(a.resumed).when(a.suspending, act=on("2026-12-04")).then(anew)


def test_a_notice_is_given_of_what_was_granted_and_begins_later() -> None:
    later = story.given(*a.ready, replace(a.granted, starts_on=date(2027, 1, 1)))
    later.when(a.suspending).then(a.in_suspense)


def test_a_ground_is_of_the_list_and_that_a_patient_objects_is_for_a_review() -> None:
    for ground in codes.INELIGIBLE:
        GRANTED.when(replace(a.suspending, ground=ground)).then(
            replace(a.in_suspense, ground=ground)
        )
    objects = replace(a.suspending, ground=Code("ineligible@1:objects"))
    GRANTED.when(objects).then_refused(refusals.WordNotListed)


# What came on paper


def test_no_notice_came_before_the_day_of_the_grant() -> None:
    later = story.given(*a.ready, replace(a.granted, decided_on=date(2026, 11, 5)))
    before, first = (on(it, a.COORDINATOR) for it in ("2026-11-04T23:59", "2026-11-05T00:00"))
    later.when(a.suspending, act=before).then_refused(refusals.NoticeBeforeGranted)
    later.when(a.suspending, act=first).then(replace(a.in_suspense, ceases_on=date(2026, 12, 2)))


def test_a_notice_came_after_those_that_are_recorded() -> None:
    noon, before = on("2026-11-10T12:00"), on("2026-11-10T11:59", a.COORDINATOR)
    resumed = SUSPENDED.given(a.resumed, act=noon)
    resumed.when(a.suspending, act=before).then_refused(refusals.OtherNoticeSince)
    resumed.when(a.suspending, act=noon).then(replace(a.in_suspense, ceases_on=date(2026, 12, 7)))
    suspended = GRANTED.given(a.in_suspense, act=noon)
    suspended.when(a.resuming, act=before).then_refused(refusals.OtherNoticeSince)
    suspended.when(a.resuming, act=noon).then(a.resumed)


def test_whoever_records_what_came_on_paper_has_seen_it() -> None:
    for fact in (a.in_suspense, a.resumed):
        assert due(SUSPENDED.given(fact), "look")
    recorded = GRANTED.given(a.in_suspense, a.resumed, act=a.COORDINATOR)
    assert due(recorded, "look") is None


BOTH: tuple[Any, ...] = (a.suspending, a.resuming)


@pytest.mark.parametrize("command", BOTH)
@pytest.mark.parametrize("facts", [a.ready, (*a.ready, a.not_granted)])
def test_where_nothing_was_granted_nothing_is_suspended(
    command: Any, facts: tuple[RequestFact, ...]
) -> None:
    story.given(*facts).when(command).then_refused(refusals.NothingGranted)


@pytest.mark.parametrize("command", BOTH)
def test_what_has_ended_is_neither_suspended_nor_goes_on_whether_or_not_its_clock_has_come(
    command: Any,
) -> None:
    after = on("2027-05-01")
    GRANTED.when(command, act=after).then_refused(refusals.AuthorisationHasEnded)
    GRANTED.given(a.ended).when(command, act=after).then_refused(refusals.AuthorisationHasEnded)


@pytest.mark.parametrize("command", BOTH)
def test_what_has_ceased_is_neither_suspended_nor_goes_on_whether_or_not_its_clock_has_come(
    command: Any,
) -> None:
    SUSPENDED.when(command, act=on("2026-11-30")).then_refused(refusals.AuthorisationHasCeased)
    for ceased in (a.elapsed, a.ceased):
        SUSPENDED.given(ceased).when(command).then_refused(refusals.AuthorisationHasCeased)


def test_what_is_suspended_is_not_suspended_twice_and_what_is_not_does_not_go_on() -> None:
    SUSPENDED.when(a.suspending).then_refused(refusals.SuspendedAlready)
    for it in (GRANTED, SUSPENDED.given(a.resumed)):
        it.when(a.resuming).then_refused(refusals.NotSuspended)


# The 28th day


def test_at_the_end_of_the_28th_day_it_ceases_and_late_where_that_was_late() -> None:
    SUSPENDED.when(passes(clocks.SUSPENSION, LAST), act=on(LAST)).then(a.elapsed)
    SUSPENDED.when(passes(clocks.SUSPENSION, LAST, late=True), act=on(LAST)).then(
        replace(a.elapsed, late=True)
    )
    over = SUSPENDED.given(a.elapsed, act=on(LAST))
    over.when(passes(clocks.SUSPENSION, LAST), act=on(LAST)).then()
    assert over.state
    assert {it.kind for it in request.owed(over.state, calendar())} == {"look"}


def test_once_it_goes_on_its_28_days_end_nothing() -> None:
    SUSPENDED.given(a.resumed).when(passes(clocks.SUSPENSION, LAST), act=on(LAST)).then()


def ending(day: str) -> Told:
    short = replace(a.granted, ends_on=date.fromisoformat(day))
    return story.given(*a.ready, short, a.in_suspense)


def test_what_ends_before_its_28th_day_ends_and_what_ends_on_it_or_later_ceases() -> None:
    before, same, after = (ending(f"2026-11-{day}") for day in (28, 29, 30))
    assert [due(it, clocks.END) for it in (before, same, after)] == ["2026-11-28T23:59", None, None]
    assert {due(it) for it in (before, same, after)} == {LAST}
    ended = before.given(replace(a.ended, ended_on=date(2026, 11, 28)))
    assert due(ended) is None
    ended.when(passes(clocks.SUSPENSION, LAST), act=on(LAST)).then()
    assert due(after.given(a.resumed), clocks.END) == "2026-11-30T23:59"


# Who sees it


def test_a_person_sees_each_notice_and_that_it_ceased_within_two_working_days() -> None:
    assert due(SUSPENDED, clocks.LOOK) == "2026-11-04T17:00"
    seen = SUSPENDED.given(a.considered)
    assert due(seen, clocks.LOOK) is None
    assert due(seen.given(a.resumed), clocks.LOOK) == "2026-11-04T17:00"
    ceased = seen.given(a.elapsed, act=on(LAST))
    assert due(ceased, clocks.LOOK) == "2026-12-02T17:00", "Sunday night"
    looked = on("2026-11-30", a.COORDINATOR)
    ceased.when(a.considering, act=looked).then(a.considered)


def test_also_where_it_was_told_that_the_person_is_gone_somebody_sees_that_it_ceased() -> None:
    gone = SUSPENDED.given(replace(a.told, still_here="no"), a.considered)
    assert due(gone.given(a.elapsed), clocks.LOOK) == "2026-11-04T17:00"


# Reminders

SIX_WEEKS, FOUR_WEEKS = "2027-03-19T00:00", "2027-04-01T23:00"


def suspended_until(day: str | None) -> Told:
    """Suspend it on 10 March 2027, before its first reminder, and let it go on."""
    it = GRANTED.given(replace(a.in_suspense, ceases_on=date(2027, 4, 6)), act=on("2027-03-10"))
    return it.given(a.resumed, act=on(day)) if day else it


def test_nobody_is_reminded_of_the_end_of_what_is_suspended_or_has_ceased() -> None:
    assert due(GRANTED, clocks.REMINDER) == SIX_WEEKS
    for it in (suspended_until(None), GRANTED.given(a.ceased), SUSPENDED.given(a.elapsed)):
        assert due(it, clocks.REMINDER) is None
        it.when(passes(clocks.REMINDER, SIX_WEEKS), act=on(SIX_WEEKS)).then()


def test_what_was_not_brought_to_mind_meanwhile_is_once_with_the_days_that_are_left() -> None:
    in_time = suspended_until("2027-03-15")
    assert due(in_time, clocks.REMINDER) == SIX_WEEKS
    resumed = suspended_until("2027-04-05")
    at = "2027-04-05T12:00"
    assert due(resumed, clocks.REMINDER) == at
    reminded = replace(a.ending, days_left=25)
    resumed.when(passes(clocks.REMINDER, at), act=on(at)).then(reminded)
    assert due(resumed.given(reminded), clocks.REMINDER) == "2027-04-15T23:00", "then at 14 days"


def test_what_was_brought_to_mind_before_is_not_again() -> None:
    reminded = GRANTED.given(a.ending, act=on(SIX_WEEKS))
    short = replace(a.in_suspense, ceases_on=date(2027, 4, 16))
    again = reminded.given(short, act=on("2027-03-20")).given(a.resumed, act=on("2027-03-25"))
    assert due(again, clocks.REMINDER) == FOUR_WEEKS


# What is shown


def test_the_sender_is_told_that_it_is_suspended_and_by_when_to_say_eligible_again() -> None:
    told = status_of(a.CASE, a.recorded(*a.ready, a.granted, a.in_suspense), a.TODAY)
    assert told
    assert told.suspension
    assert (told.suspension.suspended_on, told.suspension.ceases_on) == (
        a.TODAY, date(2026, 11, 29)
    )  # fmt: skip
    assert (told.status, told.says) == ("granted", receipt.SUSPENDED)
    assert told.what_happens_next == receipt.SUSPENDED_NEXT
    assert "29 November 2026" in told.cover.says
    assert told.ceased is None


def test_the_sender_is_told_that_it_ceased_and_to_ask_anew() -> None:
    history = a.recorded(*a.ready, a.granted, a.in_suspense, a.elapsed)
    told = status_of(a.CASE, history, date(2026, 11, 30))
    assert told
    assert told.ceased
    assert (told.ceased.ceased_on, told.ceased.reason) == (date(2026, 11, 29), codes.ELAPSED)
    assert (told.suspension, told.says) == (None, receipt.CEASED)
    assert told.what_happens_next == receipt.CEASED_NEXT


def test_of_what_begins_later_the_sender_hears_no_first_day_while_it_is_suspended() -> None:
    later = replace(a.granted, starts_on=date(2026, 12, 20))
    for facts, begins in (
        ((), True),
        ((a.in_suspense,), False),
        ((a.in_suspense, a.elapsed), False),
    ):
        told = status_of(a.CASE, a.recorded(*a.ready, later, *facts), a.TODAY)
        assert told
        assert ("begins" in told.cover.says) is begins


def test_a_case_shows_the_suspension_its_ground_and_its_last_day() -> None:
    case = view(a.CASE, a.recorded(*a.ready, a.granted, a.in_suspense), a.TODAY)
    assert case
    assert case.suspension
    assert (case.stage, case.ceased) == ("dols-stage@1:suspended", None)
    assert (case.suspension.ceases_on, case.suspension.since) == (date(2026, 11, 29), a.NOON)
    assert case.suspension.ground == a.suspending.ground
    assert "Mental Health Act" in case.suspension.says


def test_who_is_suspended_or_whose_authorisation_ceased_waits_for_no_decision() -> None:
    gap = (a.urgent, *a.ready[1:], replace(a.granted, starts_on=date(2027, 2, 1)), a.lapsed)
    for facts, unprotected in (((), True), ((a.in_suspense,), True), ((a.elapsed,), False)):
        state = story.given(*gap, *facts).state
        assert state
        assert state.unprotected(date(2026, 12, 1)) is unprotected


# Whatever happened


HAPPENS: list[Any] = [*a.EVERY_FACT, *([a.granted, a.in_suspense, a.resumed, a.elapsed] * 5)]
instants = some.datetimes(datetime(2026, 11, 2), datetime(2027, 6, 1))  # noqa: DTZ001


@given(some.lists(some.tuples(some.sampled_from(HAPPENS), instants), max_size=30))
def test_while_something_is_suspended_exactly_one_28th_day_is_owed_and_else_none(
    happened: list[tuple[RequestFact, datetime]],
) -> None:
    now = story.given(a.received)
    for fact, when in happened:
        act = replace(a.SIGNATORY, effective_at=when.replace(tzinfo=a.NOON.tzinfo))
        now = now.given(fact, act=act)
        assert now.state
        it = now.state.ended
        owed = [d.due_at for d in deadlines(now) if d.kind == "suspension"]
        if it and it.suspended:
            assert it.stands
            assert owed == [clocks.end_of(it.suspended.ceases_on)]
        else:
            assert owed == []


@given(some.lists(some.sampled_from(["suspend", "resume", "wait", "cease"]), max_size=15))
def test_whatever_is_asked_day_by_day_it_never_stays_suspended_beyond_its_28th_day(
    asked: list[str],
) -> None:
    now, at = GRANTED, a.NOON
    for what in asked:
        at += timedelta(days=9)
        act = replace(a.SIGNATORY, effective_at=at)
        now = waited(now, at, {clocks.SUSPENSION, clocks.END})
        command = {"suspend": a.suspending, "resume": a.resuming}.get(what)
        if what == "cease":
            command = replace(a.ceasing, ceased_on=at.date())
        if command:
            now = done(now, command, act)
        assert now.state
        assert now.state.ended
        if it := now.state.ended.suspended:
            assert it.since.date() <= at.date() <= it.ceases_on
            assert it.ceases_on - it.since.date() == timedelta(days=27)
        assert (due(now) is not None) is (it is not None)
