"""By which law is it asked whether somebody is deprived of their liberty?

Until the judgment of 2 June 2026 by *Cheshire West* ([2014] UKSC 19): continuous supervision and
control, and not free to leave. Since its moment, with no days of grace, by many factors at once.
What was decided before stays as it was decided, under the test it names. No software answers the
question; it only names the test.

Law: Mental Capacity Act 2005 s64(5) and Sch A1 para 15, as read by [2026] UKSC 16.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.dols.rules.clocks import end_of
from shared.facts import Code
from shared.time.calendar import LONDON

CW_2014 = Code("legal-test@1:cw-2014")
AGNI_2026 = Code("legal-test@1:agni-2026")
SINCE = datetime(2026, 6, 2, 10, tzinfo=LONDON).astimezone(UTC)
"""UTC: the judgment was handed down at 10:00 in London."""

CITED: Mapping[Code, str] = {CW_2014: "[2014] UKSC 19", AGNI_2026: "[2026] UKSC 16"}
"""Every test ever used, and the judgment it rests on."""


def in_force(at: datetime) -> Code:
    """Give the test by which an act at that instant asks."""
    return AGNI_2026 if at >= SINCE else CW_2014


def of_finding(found_on: date, told_at: datetime) -> Code:
    """Give the test by which it was asked what was found on a London day, told at an instant (UTC).

    Told later, it is no newer: what was found before the judgment was not asked by its test.
    """
    return in_force(min(told_at, end_of(found_on)))
