"""Is a review of what was granted completed in time, and forgotten never?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.events import RequestFact
from services.dols.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from tests.dols import a
from tests.dols.granted import (
    GRANTED,
    Told,
    deadlines,
    done,
    due_of,
    on,
    owed,
    story,
    suspended,
    waited,
)

OPEN = GRANTED.given(a.asked_for_her)
DUE = "2026-11-23T23:59"


def due(of: Told) -> str | None:
    """Give by when the review is to be completed, None where none is owed."""
    return due_of(of, clocks.REVIEW)


def missed(at: str) -> RequestFact:
    kind = Code(f"dols-deadline@1:{clocks.REVIEW}")
    return replace(a.missed, kind=kind, due_at=a.at(f"{at}:00+00:00"))


# Joined


def test_who_asks_while_one_is_open_joins_it_and_nothing_is_due_later() -> None:
    OPEN.when(a.asking_review, act=on("2026-11-10")).then(a.review_joined)
    joined = OPEN.given(a.review_joined, act=on("2026-11-10"))
    assert due(joined) == DUE


def test_who_turns_out_to_have_asked_before_is_the_first_from_whom_it_counts() -> None:
    asked = GRANTED.given(a.review_asked, act=on("2026-11-10"))
    assert due(asked) == "2026-12-01T23:59"
    assert due(asked.given(replace(a.asked_for_her, joins=True), act=on("2026-11-03"))) == (
        "2026-11-24T23:59"
    )


def test_a_person_looks_at_what_the_managing_authority_asks_for_and_staff_have_seen_theirs() -> (
    None
):
    assert owed(GRANTED.given(a.review_asked))[clocks.LOOK] == "2026-11-04T17:00"
    assert clocks.LOOK not in owed(OPEN)
    assert owed(OPEN.given(a.review_joined))[clocks.LOOK] == "2026-11-04T17:00"
    seen = OPEN.given(a.review_joined, a.considered)
    assert (clocks.LOOK in owed(seen), due(seen)) == (False, DUE), "seen is not completed"


# By when


@pytest.mark.parametrize(
    ("asked_at", "last"),
    [
        ("2026-11-02T00:00", "2026-11-23"),
        ("2026-11-02T23:59", "2026-11-23"),
        ("2027-03-10T12:00", "2027-03-31"),  # the clocks go forward meanwhile
        ("2027-03-31T23:30", "2027-04-22"),  # 1 April in London
    ],
)
def test_it_is_due_21_days_of_london_from_when_it_was_first_asked_for(
    asked_at: str, last: str
) -> None:
    ends = clocks.end_of(date.fromisoformat(last))
    assert due(GRANTED.given(a.asked_for_her, act=on(asked_at))) == f"{ends:%Y-%m-%dT%H:%M}"


def test_what_is_not_completed_in_time_is_seen_and_owed_again_until_it_is() -> None:
    at = a.at(f"{DUE}:00+00:00")
    passes = DeadlinePassed(Deadline(clocks.REVIEW, at))
    OPEN.when(passes, act=on(DUE)).then(missed(DUE))
    late = OPEN.given(missed(DUE), act=on(DUE))
    assert due(late) == "2026-12-01T17:00"
    again = late.given(missed("2026-12-01T17:00"), act=on("2026-12-01T17:00"))
    assert due(again) == "2026-12-09T17:00"
    assert due(again.given(a.unchanged)) is None
    OPEN.given(a.unchanged).when(passes, act=on(DUE)).then()


def test_what_was_missed_of_one_review_does_not_put_off_the_next() -> None:
    late = OPEN.given(missed(DUE), act=on(DUE)).given(a.unchanged, act=on("2026-11-24"))
    assert due(late.given(a.review_asked, act=on("2026-12-01"))) == "2026-12-22T23:59"


# While it is suspended


def rested(*, asked: str = "2026-11-02", away: str, back: str | None) -> str | None:
    it = GRANTED.given(a.asked_for_her, act=on(asked))
    it = it.given(suspended(away), act=on(away))
    return due(it.given(a.resumed, act=on(back)) if back else it)


def test_a_review_rests_while_it_is_suspended_and_is_due_by_no_time_that_comes() -> None:
    assert rested(away="2026-11-04", back=None) == "2026-12-02T23:59", "it ceases on the 1st"
    assert rested(asked="2026-12-20", away="2026-12-21", back=None) == "2027-01-18T23:59"


def test_the_days_of_a_suspension_do_not_count() -> None:
    assert rested(away="2026-11-04", back="2026-11-04") == DUE
    assert rested(away="2026-11-04", back="2026-11-14") == "2026-12-03T23:59"
    assert rested(away="2026-11-23", back="2026-11-26") == "2026-11-26T23:59"


def test_nor_where_it_is_found_only_later_that_it_was_asked_for_before() -> None:
    gone = GRANTED.given(suspended("2026-11-10"), act=on("2026-11-10"))
    back = gone.given(a.resumed, act=on("2026-11-20"))
    assert due(back.given(a.asked_for_her, act=on("2026-11-04"))) == "2026-12-05T23:59"
    asked = back.given(a.asked_for_her, act=on("2026-11-21"))
    assert due(asked) == "2026-12-12T23:59", "what was over before adds nothing"
    joined = asked.given(a.review_joined, act=on("2026-11-04"))
    assert due(joined) == "2026-12-05T23:59"


def test_each_suspension_adds_its_own_days() -> None:
    now = OPEN
    for away, back in (("2026-11-04", "2026-11-14"), ("2026-12-01", "2026-12-03")):
        now = now.given(suspended(away), act=on(away)).given(a.resumed, act=on(back))
    assert due(now) == "2026-12-05T23:59"


def test_what_was_missed_before_it_was_suspended_is_owed_again_once_it_goes_on() -> None:
    late = OPEN.given(missed(DUE), act=on(DUE))
    away = late.given(suspended("2026-11-24"), act=on("2026-11-24"))
    assert due(away) == "2026-12-22T23:59"
    assert due(away.given(a.resumed, act=on("2026-12-09"))) == "2026-12-16T17:00"


# Whatever happened

OF_A_REVIEW = (a.granted, a.review_asked, a.review_joined, a.unchanged, a.in_suspense, a.resumed)
HAPPENS: list[Any] = [*a.EVERY_FACT, *(OF_A_REVIEW * 5), missed(DUE), missed("2027-03-01T17:00")]
instants = some.datetimes(datetime(2026, 11, 2), datetime(2027, 6, 1))  # noqa: DTZ001


@given(some.lists(some.tuples(some.sampled_from(HAPPENS), instants), max_size=30))
def test_while_a_review_is_open_of_what_stands_exactly_one_is_owed_and_else_none(
    happened: list[tuple[RequestFact, datetime]],
) -> None:
    now = story.given(a.received)
    for fact, when in happened:
        act = replace(a.SIGNATORY, effective_at=when.replace(tzinfo=a.NOON.tzinfo))
        now = now.given(fact, act=act)
        assert now.state
        it = now.state.ended
        owed = [d.due_at for d in deadlines(now) if d.kind == clocks.REVIEW]
        assert len(owed) == (1 if it and it.stands and it.review else 0)
        if it and it.suspended and owed:
            assert owed[0] > clocks.end_of(it.suspended.ceases_on), "it ceases before"


@given(some.lists(some.sampled_from(["ask", "wait", "away", "back", "done"]), max_size=20))
def test_whatever_is_done_day_by_day_a_review_is_completed_missed_or_over(asked: list[str]) -> None:
    now, at = GRANTED, a.NOON
    for what in asked:
        at += timedelta(days=8)
        act = replace(a.SIGNATORY, effective_at=at)
        now = waited(now, at, {clocks.REVIEW, clocks.SUSPENSION, clocks.END})
        today = at.date()
        command = {
            "ask": a.asking_review, "away": a.suspending, "back": a.resuming,
            "done": replace(a.completing, completed_on=today),
        }.get(what)  # fmt: skip
        now = done(now, command, act) if command else now
        assert now.state
        it = now.state.ended
        if it and it.review:
            assert it.stands
            left = [d for d in deadlines(now) if d.kind == clocks.REVIEW]
            assert [d.due_at > at for d in left] == [True], "what was missed is owed again"
