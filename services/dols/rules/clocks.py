"""By when is each step of a request due, and how long may an authorisation last?

What law sets are calendar days of London, and each lasts to 23:59. Targets are the council's own.
No clock of law stops for our view of a form. A time that passed unmet is owed again some days
later, until somebody does what is owed: nobody waits unseen.

Law: SI 2008/1858 reg 13 (21 days for the assessments; with an urgent authorisation, by its end);
Mental Capacity Act 2005 Sch A1 paras 76-78 (urgent, and one request to extend it), 84-85 (its
extension), 89 (its end), 42 and 51 (a year, and never longer than recommended), 29 (a further
one), 96 (28 days, the first of them that of a suspension). Targets: the council's own, 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from services.dols.rules.codes import HIGH, LOW, MEDIUM
from shared.facts import Code
from shared.time.calendar import LONDON, Calendar, london_date

DAY = timedelta(days=1)
ASSESSED_WITHIN = 21
"""Days, reg 13."""

URGENT_LONGEST = 7
EXTENSION_LONGEST = 7
URGENT_WITH_EXTENSION = 14
"""Days: an extended urgent authorisation ends 13 days after the day it was given, at the latest."""

ASKED_AHEAD = 28
"""Days: a standard authorisation may be asked for when detention is likely within them."""

SUSPENDED_LONGEST = 28
"""Days, para 96."""

LONG_WAIT = 180
"""Days; who waits longer is counted."""


def end_of(day: date) -> datetime:
    """Give the instant (UTC) at which `day` ends in London."""
    return datetime.combine(day, time(23, 59), LONDON).astimezone(UTC)


def start_of(day: date) -> datetime:
    """Give the instant (UTC) at which `day` begins in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def standard_due(received_on: date) -> date:
    """Give the last of the 21 days for the assessments; the day of receipt is the first."""
    return received_on + (ASSESSED_WITHIN - 1) * DAY


def statutory_due(due_on: date, urgent_ends_on: date | None, received_on: date) -> date:
    """Give the day by whose end the assessments are due: of the 21 the last, or an earlier one.

    With an urgent authorisation it is its last day. One that had ended before we received the
    request leaves no time in which to assess, and sets none.
    """
    if urgent_ends_on is None or urgent_ends_on < received_on:
        return due_on
    return min(due_on, urgent_ends_on)


def in_time(received_on: date, signed_off_on: date) -> bool:
    """Say whether the national return counts a request as decided within 21 days."""
    return (signed_off_on - received_on).days <= ASSESSED_WITHIN


def urgent_ends(given_on: date, days: int | None) -> date:
    """Give the last day of an urgent authorisation: the day it was given is its first.

    Whatever a form says, or does not, it has one day at least and seven at most (para 78).
    """
    longest = URGENT_LONGEST if days is None else min(max(days, 1), URGENT_LONGEST)
    return given_on + (longest - 1) * DAY


def extended_until(given_on: date, ends_on: date, days: int) -> date:
    """Give the last day of an urgent authorisation that was extended by `days` (para 85)."""
    longest = given_on + (URGENT_WITH_EXTENSION - 1) * DAY
    return min(ends_on + min(max(days, 1), EXTENSION_LONGEST) * DAY, longest)


def a_year_on(day: date) -> date:
    """Give the same day of the next year; of 29 February, the 28th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)


def good_until(assessed_on: date) -> date:
    """Give the last day on which an authorisation may start that rests on an assessment (para 49).

    Of 29 February, the 28th.
    """
    return a_year_on(assessed_on)


def last_day_of_a_year(starts_on: date) -> date:
    """Give the last day that an authorisation from `starts_on` may have (paras 42, 51).

    A year from 29 February ends as if it had begun on the 28th: the earlier of the two.
    """
    return a_year_on(starts_on) - DAY


def relied_on(ends_on: date | None, received_on: date) -> date | None:
    """Give the last day of the authorisation that is to be renewed, None where it cannot be.

    One in force when its renewal was asked for ends within a year, and one that ended within the
    year before leaves a gap that counts. Any other day is a slip, and nothing rests on it.
    """
    if ends_on is None or ends_on > last_day_of_a_year(received_on):
        return None
    return ends_on if received_on <= a_year_on(ends_on) else None


def longest_end(starts_on: date, recommended_days: int | None) -> date:
    """Give the last day that may be granted: within a year, and never longer than recommended."""
    year = last_day_of_a_year(starts_on)
    if recommended_days is None:
        return year
    return min(year, starts_on + (recommended_days - 1) * DAY)


def suspension_ends(suspended_on: date) -> date:
    """Give the day at whose end what is suspended ceases: of 28 days the last (para 96).

    They begin with the day on which it was suspended.
    """
    return suspended_on + (SUSPENDED_LONGEST - 1) * DAY


# The council's own targets

ALLOCATION, RE_CHECK, DECISION = "allocation", "re-check", "decision"
SIGN_OFF, LOOK, EXTENSION, ANSWER = "sign-off", "look", "extension", "answer"
ASSESSMENT, RELEASE = "assessment", "release"
URGENT, AUTHORISATION, SCORE, OFFER = "urgent", "authorisation", "score", "offer-"
REMINDER, END, SUSPENSION = "end-reminder", "end", "suspension"
REVIEW = "review"

KINDS: Mapping[Code, str] = {
    Code(f"dols-deadline@1:{kind}"): says
    for kind, says in {
        ALLOCATION: "both assessors are allocated",
        RE_CHECK: "it is looked at afresh whether the person still waits, and how urgently",
        DECISION: "it is decided: within 21 days by law, or by the end of an urgent authorisation",
        ASSESSMENT: "what the law no longer bears, or what is too old, is assessed anew",
        RELEASE: "a role is taken back from who cannot go on in it, or nothing bars them any more",
        SIGN_OFF: "a signatory decides what can be decided",
        LOOK: "a person has seen what the managing authority told, or that what was granted ended"
        " or ceased",
        ANSWER: "the managing authority answers what it was asked",
        EXTENSION: "a signatory extends the urgent authorisation as asked, or says why not",
        REVIEW: "a signatory completes the review of what was granted",
    }.items()
}
"""What can be missed, by its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """One version of the local targets."""

    code: Code
    high_allocated_working_days: int
    allocated_days: Mapping[Code, int]
    """Calendar days from receipt, for the bands below High."""

    recheck_days: Mapping[Code, int]
    new_law_recheck_days: int
    """Calendar days from a change of the legal test, for who waits; sooner where the band is."""

    assessed_anew_days: int
    """Calendar days from it, for what was assessed under the former one; or from a year after."""

    offer_hours: Mapping[Code, int]
    """For which an offer stands."""

    release_working_days: int
    """Until a role is taken back from who cannot go on in it."""

    sign_off_working_days: int
    look_working_days: int
    extension_working_days: int
    answer_working_days: int
    again_working_days: int
    """Until what was missed is owed again, where its own time does not say."""

    decision_again_days: int
    reminder_days: tuple[int, ...]
    """Before the last day of what was granted: a further one may be asked for from day 28 on."""

    review_days: int
    """Calendar days from when it was first asked for; law sets none."""


CLOCKS_1 = Clocks(
    code=Code("dols-clocks@1:2026-11"),
    high_allocated_working_days=2,
    allocated_days={MEDIUM: 15, LOW: 60},
    recheck_days={HIGH: 7, MEDIUM: 28, LOW: 84},
    new_law_recheck_days=28,
    assessed_anew_days=ASSESSED_WITHIN,
    offer_hours={HIGH: 24, MEDIUM: 48, LOW: 48},
    release_working_days=2,
    sign_off_working_days=5,
    look_working_days=2,
    extension_working_days=1,
    answer_working_days=3,
    again_working_days=5,
    decision_again_days=7,
    reminder_days=(42, 28, 14, 7),
    review_days=21,
)
CLOCKS_2 = replace(CLOCKS_1, code=Code("dols-clocks@1:2026-12"))
"""Since then a request for an extension has a time, and a question to a managing authority."""

CLOCKS_3 = replace(CLOCKS_2, code=Code("dols-clocks@1:2026-12-b"))
"""Since then a change of the legal test has times, and the urgent clock is owed."""

CLOCKS_4 = replace(CLOCKS_3, code=Code("dols-clocks@1:2026-12-c"))
"""Since then a role is to be taken back in time from who cannot go on in it."""

CLOCKS_5 = replace(CLOCKS_4, code=Code("dols-clocks@1:2026-12-d"))
"""Since then who keeps somebody under an authorisation is reminded of its end, and it is seen."""

CLOCKS_6 = replace(CLOCKS_5, code=Code("dols-clocks@1:2026-12-e"))
"""Since then a review has a time by which it is completed."""

CLOCKS: Mapping[Code, Clocks] = {
    it.code: it for it in (CLOCKS_1, CLOCKS_2, CLOCKS_3, CLOCKS_4, CLOCKS_5, CLOCKS_6)
}
"""Every version ever used."""

CURRENT = CLOCKS_6


def allocation_due(
    band: Code, received_at: datetime, band_since: datetime, calendar: Calendar,
    clocks: Clocks = CURRENT,
) -> datetime:  # fmt: skip
    """Give the instant (UTC) by which both assessors are to be allocated.

    High counts from when it became so; what is below counts from receipt, so that no change of
    bands can push it on for ever.
    """
    if band == HIGH:
        return calendar.close_of_day(band_since, working_days=clocks.high_allocated_working_days)
    return end_of(london_date(received_at) + clocks.allocated_days[band] * DAY)


def allocated_again_due(since: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which a role is filled that is open again `since` then."""
    return calendar.close_of_day(since, working_days=clocks.high_allocated_working_days)


def extension_due(
    asked_at: datetime, ends_on: date, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which a request to extend an urgent authorisation is answered.

    A working day, and never more than half of what is left until its end: an answer after that
    comes too late to extend anything (paras 85, 89). At once where nothing is left.
    """
    half = asked_at + (end_of(ends_on) - asked_at) / 2
    soon = calendar.close_of_day(asked_at, working_days=clocks.extension_working_days)
    return max(asked_at, min(soon, half))


def answer_due(asked_at: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which a managing authority is asked to answer."""
    return calendar.close_of_day(asked_at, working_days=clocks.answer_working_days)


def recheck_due(band: Code, checked_at: datetime, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which who waits is looked at afresh."""
    return end_of(london_date(checked_at) + clocks.recheck_days[band] * DAY)


def new_law_recheck_due(since: datetime, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which is looked at afresh who waited when the law changed."""
    return end_of(london_date(since) + clocks.new_law_recheck_days * DAY)


def assessed_anew_due(since: datetime, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which is assessed anew what the law in force no longer bears."""
    return end_of(london_date(since) + clocks.assessed_anew_days * DAY)


def review_due(asked_at: datetime, rested_days: int, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which a review is completed that was first asked for then.

    The days on which it rested do not count: of what is suspended nobody may review anything.
    """
    return end_of(london_date(asked_at) + (clocks.review_days + rested_days) * DAY)


def offer_expires(band: Code, offered_at: datetime, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) at which an offer comes to its end: elapsed hours, day and night."""
    return offered_at + timedelta(hours=clocks.offer_hours[band])


def again(
    kind: str, missed: datetime, band: Code, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which what was missed is owed the next time."""
    if kind == RE_CHECK:
        return recheck_due(band, missed, clocks)
    if kind == DECISION:
        return end_of(london_date(missed) + clocks.decision_again_days * DAY)
    return calendar.close_of_day(missed, working_days=clocks.again_working_days)
