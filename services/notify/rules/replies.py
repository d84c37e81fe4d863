"""By when do we owe a partner an answer?

What a partner adds, and a report that they made for us, is answered within five working days, to
the close of the day (17:00 London). Missed, it is owed again five working days later, until it is
answered, or staff say why nobody answers it.

Law: none; the statutory guidance asks for feedback and sets no days. Source: the council's local
targets, 2026.
"""

from collections.abc import Mapping
from datetime import date, datetime, time

from shared.facts import Code
from shared.time.calendar import LONDON, Calendar

WORKING_DAYS = 5
TIMES = "notify-clocks@1:2026-11"

WITH_DECISION = Code("contribution-answer@1:with-decision")
CONSIDERED = Code("contribution-answer@1:considered")
WITH_REDIRECTION = Code("contribution-answer@1:with-redirection")
"""Whoever passed its adult on had read it."""

CLOSINGS: Mapping[Code, str] = {
    Code("unanswered@1:answered-otherwise"): "its sender was answered in another way, as by phone",
    Code("unanswered@1:sent-again"): "it was sent again, and that is answered",
    Code("unanswered@1:seen"): "those who decide have seen it, and no message will say so",
    Code("unanswered@1:harmless"): "it tells nothing that anybody has to look at",
}
"""Why nobody answers what a partner added, in words."""

_STAGE = "task-stage@1:"
ASSIGNED, ACCEPTED, DECLINED = (
    Code(f"{_STAGE}{it}") for it in ("assigned", "accepted", "declined")
)
REPORTED, RETURNED = Code(f"{_STAGE}reported"), Code(f"{_STAGE}returned")
REPORT_ACCEPTED, RECALLED = Code(f"{_STAGE}report-accepted"), Code(f"{_STAGE}recalled")

STAGES = {
    Code("caused-enquiry-answer@1:accepted"): ACCEPTED,
    Code("caused-enquiry-answer@1:declined"): DECLINED,
    Code("report-verdict@1:accepted"): REPORT_ACCEPTED,
    Code("report-verdict@1:returned"): RETURNED,
}
"""How far a task is, by what enquiry says of it."""


AWAITED = {ASSIGNED, ACCEPTED, RETURNED}
"""The partner owes something."""

VERDICTS = {REPORT_ACCEPTED, RETURNED}
"""What becomes of a report."""


def due(since: datetime, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which an answer is due."""
    return calendar.close_of_day(since, working_days=WORKING_DAYS)


def on_day(day: date, calendar: Calendar) -> datetime:
    """Give the close (UTC) of `day`, or of the next working day where it is none."""
    return calendar.close_of_day(datetime.combine(day, time(), LONDON), working_days=0)
