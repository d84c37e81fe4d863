"""By when does somebody have to look and to decide, and who stands first in the queue?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.triage.rules.clocks import (
    CLOCKS,
    CURRENT,
    HEAD_OF_SERVICE,
    SAFEGUARDING_ADULTS_MANAGER,
    Within,
    decision_due,
    due_at,
    look_due,
    rank_reason,
    sort_key,
)
from services.triage.rules.risk_tool import AMBER, GREEN, RANK, RED
from shared.facts import Code
from shared.time.calendar import LONDON, calendar

DAYS = calendar()


def at(text: str) -> datetime:
    """Give the London time `text` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("band", "came", "look", "decision"),
    [
        # an ordinary Monday morning
        (RED, "2026-11-02 09:12", "2026-11-02 10:12", "2026-11-02 17:00"),
        (AMBER, "2026-11-02 09:12", "2026-11-03 17:00", "2026-11-04 17:00"),
        (GREEN, "2026-11-02 09:12", "2026-11-04 17:00", "2026-11-09 17:00"),
        # Red late in the day has at least its hour
        (RED, "2026-11-02 16:00", "2026-11-02 17:00", "2026-11-02 17:00"),
        (RED, "2026-11-02 16:50", "2026-11-02 17:50", "2026-11-02 17:50"),
        # Red after the close, at night, on Saturday night: looked at within the hour all the same
        (RED, "2026-11-02 17:00", "2026-11-02 18:00", "2026-11-03 17:00"),
        (RED, "2026-11-03 02:30", "2026-11-03 03:30", "2026-11-03 17:00"),
        (RED, "2026-11-07 23:40", "2026-11-08 00:40", "2026-11-09 17:00"),
        # Amber on Friday evening counts from Monday
        (AMBER, "2026-11-06 18:30", "2026-11-10 17:00", "2026-11-11 17:00"),
        (AMBER, "2026-11-06 16:59", "2026-11-09 17:00", "2026-11-10 17:00"),
        # Christmas 2026: Friday 25 and Monday 28 December are bank holidays, so is 1 January
        (RED, "2026-12-25 11:00", "2026-12-25 12:00", "2026-12-29 17:00"),
        (AMBER, "2026-12-24 10:00", "2026-12-29 17:00", "2026-12-30 17:00"),
        (GREEN, "2026-12-24 18:00", "2026-12-31 17:00", "2027-01-06 17:00"),
        # across the end of summer time, 25 October 2026
        (GREEN, "2026-10-23 10:00", "2026-10-27 17:00", "2026-10-30 17:00"),
        # just after midnight in summer, when UTC still has the day before
        (AMBER, "2026-07-07 00:10", "2026-07-08 17:00", "2026-07-09 17:00"),
    ],
)
def test_look_and_decision_are_due(band: Code, came: str, look: str, decision: str) -> None:
    assert look_due(band, at(came), DAYS) == at(look)
    assert decision_due(band, at(came), DAYS) == at(decision)


def test_the_hour_of_red_is_an_hour_also_in_the_night_the_clocks_change() -> None:
    # 00:30 on 29 March 2026, half an hour before the clocks go from 01:00 to 02:00.
    came = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)
    due = look_due(RED, came, DAYS)
    assert due == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert f"{due.astimezone(LONDON):%H:%M}" == "02:30"


# Every minute of seven years.
instants = some.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(instants)
def test_a_higher_band_is_never_due_later_and_nothing_is_due_before_it_came(came: datetime) -> None:
    looks = [look_due(band, came, DAYS) for band in (RED, AMBER, GREEN)]
    decisions = [decision_due(band, came, DAYS) for band in (RED, AMBER, GREEN)]
    assert looks == sorted(looks)
    assert decisions == sorted(decisions)
    for look, decision in zip(looks, decisions, strict=True):
        assert came < look <= decision
    assert looks[0] - came == timedelta(hours=1)


@given(instants, instants, some.sampled_from(list(RANK)))
def test_what_came_first_is_never_due_later(one: datetime, other: datetime, band: Code) -> None:
    first, second = sorted([one, other])
    assert look_due(band, first, DAYS) <= look_due(band, second, DAYS)
    assert decision_due(band, first, DAYS) <= decision_due(band, second, DAYS)


@pytest.mark.parametrize(
    ("band", "recheck", "manager", "head"),
    [
        (RED, 1, Within(hours=1), Within(working_days=0, hours=1)),
        (AMBER, 3, Within(working_days=2), Within(working_days=5)),
        (GREEN, 5, Within(working_days=5), Within(working_days=10)),
    ],
)
def test_waiting_is_rechecked_and_escalated_as_agreed(
    band: Code, recheck: int, manager: Within, head: Within
) -> None:
    targets = CURRENT.bands[band]
    assert targets.recheck_every_working_days == recheck
    assert {escalation.to: escalation.after for escalation in targets.escalations} == {
        SAFEGUARDING_ADULTS_MANAGER: manager,
        HEAD_OF_SERVICE: head,
    }


def test_the_head_of_service_hears_of_a_green_that_waited_ten_working_days() -> None:
    (_, head) = CURRENT.bands[GREEN].escalations
    assert due_at(head.after, at("2026-11-02 09:00"), DAYS) == at("2026-11-16 17:00")


def test_every_version_of_the_targets_speaks_of_every_band() -> None:
    assert CLOCKS[CURRENT.code] is CURRENT
    for code, clocks in CLOCKS.items():
        assert clocks.code == code
        assert set(clocks.bands) == set(RANK)


def test_red_goes_first_then_the_earliest_due_then_the_higher_total() -> None:
    monday, tuesday = at("2026-11-02 09:00"), at("2026-11-03 09:00")
    fresh_amber = (AMBER, tuesday, decision_due(AMBER, tuesday, DAYS), 13)
    old_green = (GREEN, at("2026-10-28 09:00"), at("2026-11-04 17:00"), 3)
    higher_green = (GREEN, at("2026-10-28 11:00"), at("2026-11-04 17:00"), 6)
    first_red = (RED, monday, decision_due(RED, monday, DAYS), 14)
    later_red = (RED, tuesday, decision_due(RED, tuesday, DAYS), 26)
    same_red = (RED, tuesday, decision_due(RED, tuesday, DAYS), 15)

    rows = [old_green, fresh_amber, same_red, higher_green, later_red, first_red]
    queue = sorted(rows, key=lambda row: sort_key(*row))

    assert queue == [first_red, later_red, same_red, higher_green, old_green, fresh_amber]


def test_each_row_says_in_london_time_why_it_stands_where_it_stands() -> None:
    came, due = at("2026-07-07 09:12"), at("2026-12-08 17:00")
    assert rank_reason(RED, came, due) == (
        "Red, received Tue 7 Jul 09:12: Red goes first by received time"
    )
    assert rank_reason(AMBER, came, due) == (
        "Amber, due Tue 8 Dec 17:00: Amber and Green go by due time"
    )
    assert rank_reason(GREEN, came, due) == (
        "Green, due Tue 8 Dec 17:00: Amber and Green go by due time"
    )
