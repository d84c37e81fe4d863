"""When does who work, and at which instants does the play stop to look?

London's days. A round stands shortly after each time at which services count something as missed,
so that what passes is noticed at once, and nothing is marked late for our own slowness.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
SATURDAY = 5
BANK_HOLIDAYS = frozenset(map(date.fromisoformat, (
    "2023-04-07", "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29", "2023-08-28",
    "2023-12-25", "2023-12-26", "2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06",
    "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25",
)))  # fmt: skip
"""England and Wales, as published, for the years that are played."""

MIDNIGHT, CLOSE, NIGHT, END = time(0, 1), time(17, 1), time(21), time(0, 2)
TIMES = (MIDNIGHT, CLOSE)
"""At these nobody acts: what was promised for the end of a day has passed."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """At which times of a day the play stops, so that somebody can act."""

    office: Sequence[time]
    """Within 09 to 17 of a working day."""

    night: Sequence[time] = ()
    others: Sequence[time]
    """Of a day on which offices are closed."""

    def of(self, day: date) -> Sequence[time]:
        """Give the times of a day, those at which nobody acts included."""
        acts = (*self.office, *self.night) if is_working(day) else self.others
        return sorted((*TIMES, *acts))


FINE = Pace(
    office=(time(9), time(11), time(13), time(15), time(16, 30)),
    night=(NIGHT,),
    others=(time(10), NIGHT),
)
COARSE = Pace(office=(time(10), time(15)), others=(time(12),))


def is_working(day: date) -> bool:
    """Say whether offices are open on a day."""
    return day.weekday() < SATURDAY and day not in BANK_HOLIDAYS


def working_days_between(first: date, last: date) -> int:
    """Count the working days after `first`, up to `last`."""
    return sum(is_working(first + n * DAY) for n in range(1, (last - first).days + 1))


def local(at: datetime) -> datetime:
    """Give an instant as London's clocks show it."""
    return at.astimezone(LONDON)


def in_the_office(at: datetime) -> bool:
    """Say whether an instant (UTC) is within 09 to 17 of a working day."""
    here = local(at)
    return is_working(here.date()) and time(9) <= here.time() < time(17)


def instant(day: date, at: time = time()) -> datetime:
    """Give the instant (UTC) at which London's clocks show `at` on a day."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def rounds(pace: Pace, first_day: date, days: int) -> Iterator[datetime]:
    """Give the instants (UTC) at which the play stops, the first one first."""
    for day in (first_day + n * DAY for n in range(days)):
        yield from (instant(day, at) for at in pace.of(day))
    yield from (instant(first_day + days * DAY, at) for at in (MIDNIGHT, END))
