"""Which days count, and when does a day end?

Civil time is Europe/London; instants are UTC. A working day is no weekend, no bank holiday of
England and Wales, and no day on which this council is closed. Never count in UTC: in summer its
midnight falls an hour into the next day here.

The bank holidays are data (`england-and-wales.json`, 2015 to 2035), since Parliament and the
Crown add some and move others. A new one is a new version of the file.

Law: Banking and Financial Dealings Act 1971 Sch 1, and proclamations under s1.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
CLOSES = time(17, tzinfo=LONDON)
"""The end of a working day: what comes at this time or later came the next working day."""

BANK_HOLIDAYS = Path(__file__).with_name("england-and-wales.json")


def london_date(instant: datetime) -> date:
    """Give the date on which `instant` fell in England.

    Raises:
        ValueError: the instant has no time zone, so it is none.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant has a time zone")
    return instant.astimezone(LONDON).date()


@dataclass(frozen=True)
class Calendar:
    """A version of the days that do not count."""

    version: str
    closed: frozenset[date]

    def works(self, day: date) -> bool:
        """Say whether `day` is a working day."""
        return day.weekday() < 5 and day not in self.closed  # noqa: PLR2004  Saturday is 5

    def close_of_day(self, since: datetime, *, working_days: int) -> datetime:
        """Give the close (UTC) of the nth working day after the one on which `since` counts.

        Day 0 is the London date of `since` if that is a working day and not yet closed, else the
        next working day.
        """
        day = london_date(since)
        late = since >= datetime.combine(day, CLOSES)
        return _close(self, day + timedelta(days=late), working_days)

    def working_days_from(self, day: date) -> Iterator[date]:
        """Give working days in order, without end."""
        while True:
            if self.works(day):
                yield day
            day += timedelta(days=1)


@lru_cache(maxsize=4096)
def _close(calendar: Calendar, day: date, working_days: int) -> datetime:
    """Give the close (UTC) of the nth working day from `day` on. Days are few, folds are many."""
    days = calendar.working_days_from(day)
    for _ in range(working_days):
        next(days)
    return datetime.combine(next(days), CLOSES).astimezone(UTC)


@cache
def calendar(local_closures: frozenset[date] = frozenset()) -> Calendar:
    """Give the committed calendar, and with it the days on which only this council is closed."""
    held = json.loads(BANK_HOLIDAYS.read_text(encoding="utf-8"))
    national = Calendar(held["version"], frozenset(map(date.fromisoformat, held["dates"])))
    if not local_closures:
        return national
    # Other days, other version: timers and due times name the version they were counted under.
    mark = sha256(" ".join(sorted(map(str, local_closures))).encode()).hexdigest()[:8]
    version = f"{national.version}+closures-{mark}"
    return replace(national, version=version, closed=national.closed | local_closures)
