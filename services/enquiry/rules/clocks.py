"""By when is each step of an enquiry due?

Targets run in working days to the close of the day (17:00 London). A time that passed unmet is
owed again some days later, and so on, until somebody does what is owed: nothing waits unseen.
Reviews and actions are set in calendar days, as a date.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.facts import Code
from shared.time.calendar import LONDON, Calendar

LEAD, PLAN, CONCLUSION, REPORT = "lead", "plan", "conclusion", "report"
REPORT_ANSWER, FINDINGS, SAFETY_PLAN = "report-answer", "findings", "safety-plan"
ACTION, REVIEW, CLOSURE, LOOK = "action", "review", "closure", "look"

KINDS: Mapping[Code, str] = {
    Code(f"enquiry-deadline@1:{kind}"): says
    for kind, says in {
        LEAD: "somebody leads it",
        PLAN: "it is planned",
        CONCLUSION: "it is concluded",
        REPORT: "a partner's report is here",
        REPORT_ANSWER: "a partner's report is answered, or one that came late is looked at",
        FINDINGS: "what was found is recorded",
        SAFETY_PLAN: "there is a safety plan",
        ACTION: "an action of the safety plan is done, or another body has it",
        REVIEW: "the safety plan is reviewed",
        CLOSURE: "it is closed",
        LOOK: "a manager has looked at a decision that changed",
    }.items()
}
"""What is owed, by its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """One version of the local targets."""

    code: Code
    working_days: Mapping[str, int]
    """To each step, from what makes it due."""

    after_report: int
    """Working days from the last accepted report to the conclusion, if that is later."""

    again: Mapping[str, int]
    """Working days until what was missed is owed again; five where nothing is said."""

    first_review: timedelta
    next_review: timedelta
    """The latest that a review may be set."""

    report: timedelta
    """The latest that a partner's report may be expected."""


CLOCKS_1 = Clocks(
    code=Code("enquiry-clocks@1:2026-11.3"),
    working_days={
        LEAD: 1, PLAN: 5, CONCLUSION: 20, REPORT: 10, REPORT_ANSWER: 5, FINDINGS: 5,
        SAFETY_PLAN: 5, CLOSURE: 5, LOOK: 1, REVIEW: 0, ACTION: 0,
    },
    after_report=5,
    again={LEAD: 1, LOOK: 1},
    first_review=timedelta(weeks=6),
    next_review=timedelta(days=92),
    report=timedelta(days=92),
)  # fmt: skip

CLOCKS: Mapping[Code, Clocks] = {clocks.code: clocks for clocks in (CLOCKS_1,)}
"""Every version ever used."""

CURRENT = CLOCKS_1


def due(kind: str, since: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which a step is due."""
    return calendar.close_of_day(since, working_days=clocks.working_days[kind])


def conclusion_due(
    planned: datetime, reported: datetime | None, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which an enquiry is to be concluded."""
    first = due(CONCLUSION, planned, calendar, clocks)
    if reported is None:
        return first
    return max(first, calendar.close_of_day(reported, working_days=clocks.after_report))


def on_day(day: date, calendar: Calendar) -> datetime:
    """Give the close (UTC) of `day`, or of the next working day where it is none."""
    return calendar.close_of_day(datetime.combine(day, time(), LONDON), working_days=0)


def again(kind: str, missed: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) by which what was missed is owed the next time."""
    return calendar.close_of_day(missed, working_days=clocks.again.get(kind, 5))


def may_be_reviewed_on(day: date, today: date, *, first: bool, clocks: Clocks = CURRENT) -> bool:
    """Say whether a review may be set to `day`: not in the past, and not too late."""
    within = clocks.first_review if first else clocks.next_review
    return today <= day <= today + within
