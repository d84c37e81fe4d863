"""Which days count, and when does a day end?"""

import json
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.time.calendar import BANK_HOLIDAYS, LONDON, Calendar, calendar, london_date

DAYS = calendar()
# Every minute of twenty years.
instants = some.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
HELD = json.loads(BANK_HOLIDAYS.read_text(encoding="utf-8"))


def at(text: str) -> datetime:
    """Give the London time `text` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize("nation", ["ENG", "WLS"])
def test_the_committed_bank_holidays_are_those_of_the_holidays_package(nation: str) -> None:
    # Red after an upgrade: a bank holiday was added or moved. Write `made` to the file with a new
    # `version`; due times that were counted under the old one keep its name.
    years = range(HELD["first_year"], HELD["last_year"] + 1)
    made = holidays.country_holidays("GB", subdiv=nation, years=years, language="en_GB")
    assert HELD["dates"] == {
        str(day): name for day, name in sorted(made.items()) if day.weekday() < 5
    }


def test_the_committed_years_reach_from_2015_to_2035() -> None:
    assert (HELD["first_year"], HELD["last_year"]) == (2015, 2035)
    assert {date.fromisoformat(day).year for day in HELD["dates"]} == set(range(2015, 2036))


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2020, "1.1 10.4 13.4 8.5 25.5 31.8 25.12 28.12"),
        (2022, "3.1 15.4 18.4 2.5 2.6 3.6 29.8 19.9 26.12 27.12"),
        (2023, "2.1 7.4 10.4 1.5 8.5 29.5 28.8 25.12 26.12"),
        (2024, "1.1 29.3 1.4 6.5 27.5 26.8 25.12 26.12"),
        (2025, "1.1 18.4 21.4 5.5 26.5 25.8 25.12 26.12"),
        (2026, "1.1 3.4 6.4 4.5 25.5 31.8 25.12 28.12"),
        (2027, "1.1 26.3 29.3 3.5 31.5 30.8 27.12 28.12"),
        (2028, "3.1 14.4 17.4 1.5 29.5 28.8 25.12 26.12"),
    ],
)
def test_the_bank_holidays_of_a_year_are_those_that_were_or_will_be_kept(
    year: int, days: str
) -> None:
    kept = {date(year, *map(int, reversed(day.split(".")))) for day in days.split()}
    assert {day for day in DAYS.closed if day.year == year} == kept


def working_days(first: date, last: date) -> int:
    """Count the working days from `first` to `last`, both included."""
    days = range((last - first).days + 1)
    return sum(DAYS.works(first + timedelta(days=after)) for after in days)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2023, 4, 1), date(2023, 12, 31), 187),
        (date(2023, 4, 1), date(2024, 3, 31), 250),
        (date(2026, 11, 2), date(2026, 11, 2), 1),
        (date(2026, 11, 7), date(2026, 11, 8), 0),
        (date(2026, 12, 24), date(2026, 12, 29), 2),
        (date(2026, 11, 3), date(2026, 11, 2), 0),
        (date(2026, 11, 30), date(2026, 11, 2), 0),
    ],
)
def test_so_many_days_of_the_calendar_are_worked(first: date, last: date, days: int) -> None:
    assert working_days(first, last) == days


@pytest.mark.parametrize(
    ("since", "working_days", "due"),
    [
        # day 0 is the day itself until 17:00, then the next working day
        ("2026-11-02 09:00", 0, "2026-11-02 17:00"),
        ("2026-11-02 16:59", 1, "2026-11-03 17:00"),
        ("2026-11-02 17:00", 0, "2026-11-03 17:00"),
        ("2026-11-02 17:00", 1, "2026-11-04 17:00"),
        ("2026-11-06 16:59", 1, "2026-11-09 17:00"),
        ("2026-11-06 18:30", 2, "2026-11-11 17:00"),
        ("2026-11-07 12:00", 0, "2026-11-09 17:00"),
        ("2026-11-08 23:59", 1, "2026-11-10 17:00"),
        # Christmas and New Year: 25 and 28 December 2026 and 1 January 2027 do not count
        ("2026-12-24 17:30", 0, "2026-12-29 17:00"),
        ("2026-12-21 18:30", 5, "2026-12-31 17:00"),
        ("2026-12-31 18:00", 1, "2027-01-05 17:00"),
        # Easter 2026: Friday 3 and Monday 6 April
        ("2026-04-02 12:00", 1, "2026-04-07 17:00"),
        # in summer 00:30 here is 23:30 of the day before in UTC
        ("2026-07-01 00:30", 0, "2026-07-01 17:00"),
        ("2026-07-04 00:30", 0, "2026-07-06 17:00"),
        # 17:00 stays 17:00 over both nights on which the clocks change
        ("2026-03-27 12:00", 1, "2026-03-30 17:00"),
        ("2026-10-23 12:00", 1, "2026-10-26 17:00"),
    ],
)
def test_a_time_is_due_at_the_close_of_the_nth_working_day(
    since: str, working_days: int, due: str
) -> None:
    assert DAYS.close_of_day(at(since), working_days=working_days) == at(due)


def test_the_close_is_17_00_in_london_and_so_an_hour_earlier_in_utc_in_summer() -> None:
    summer = DAYS.close_of_day(at("2026-03-27 12:00"), working_days=1)
    winter = DAYS.close_of_day(at("2026-10-23 12:00"), working_days=1)
    assert summer == datetime(2026, 3, 30, 16, tzinfo=UTC)
    assert winter == datetime(2026, 10, 26, 17, tzinfo=UTC)
    assert summer.tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_a_date_is_the_date_in_london(instant: datetime, day: date) -> None:
    assert london_date(instant) == day


def test_a_time_without_a_zone_is_no_instant() -> None:
    nowhere = datetime(2026, 11, 2, 9)  # noqa: DTZ001  what is refused here
    with pytest.raises(ValueError, match="time zone"):
        london_date(nowhere)
    with pytest.raises(ValueError, match="time zone"):
        DAYS.close_of_day(nowhere, working_days=1)


@given(instants, some.integers(0, 30))
def test_the_nth_working_day_is_n_working_days_away(since: datetime, days: int) -> None:
    due = DAYS.close_of_day(since, working_days=days)
    day_0 = DAYS.close_of_day(since, working_days=0)
    assert since < day_0 <= due
    assert DAYS.works(london_date(due))
    assert working_days(london_date(day_0), london_date(due)) == days + 1
    assert due.astimezone(LONDON).hour == 17


def test_a_day_on_which_this_council_is_closed_does_not_count_and_changes_the_version() -> None:
    closure = frozenset({date(2026, 12, 29)})
    local = calendar(closure)
    assert not local.works(date(2026, 12, 29))
    assert DAYS.works(date(2026, 12, 29))
    assert local.closed == DAYS.closed | closure
    assert DAYS.version == HELD["version"]
    assert local.version.startswith(f"{DAYS.version}+closures-")
    assert local.version != calendar(frozenset({date(2026, 12, 30)})).version


def test_the_calendar_is_read_once() -> None:
    assert calendar() is calendar()
    assert calendar(frozenset({date(2026, 12, 29)})) is calendar(frozenset({date(2026, 12, 29)}))


def test_weekends_and_closed_days_do_not_count() -> None:
    wednesday = date(2026, 11, 4)
    week = [wednesday + timedelta(days=days) for days in range(7)]
    closed = Calendar("test", frozenset({wednesday}))
    assert [closed.works(day) for day in week] == [False, True, True, False, False, True, True]
