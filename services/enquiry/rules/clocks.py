"""By when is each step of an enquiry due?

Targets run in working days to the close of the day (17:00 London); of what was Red, the plan is due
sooner. A partner is reminded of a report before it is due, and when it is. A time that passed unmet
is escalated, and owed again some days later, and so on, until somebody does what is owed: nothing
waits unseen. The Board's partner lead takes note of what comes to them, or the manager hears that
they did not. Reviews and actions are set in calendar days, as a date. For a conclusion in doubt, or
one that does not say what the adult wants, nobody publishes a target: a manager has as long as for
one after a partner's report.

Law: none; the statutory guidance sets no days. Source: the council's local targets, 2026.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.facts import Code
from shared.time.calendar import LONDON, Calendar, london_date

LEAD, PLAN, CONCLUSION, REPORT = "lead", "plan", "conclusion", "report"
REPORT_ANSWER, FINDINGS, SAFETY_PLAN = "report-answer", "findings", "safety-plan"
ACTION, REVIEW, CLOSURE, LOOK = "action", "review", "closure", "look"
ADVOCATE, REMINDER = "advocate", "report-reminder"
INFORMATION, NOTE, DOUBT, WISHES = "information", "escalation-note", "doubt", "wishes"

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
        ADVOCATE: "an independent advocate is arranged",
        LOOK: "a manager has looked at a decision that changed, or at more that was told",
        INFORMATION: "its lead has looked at what was told",
        DOUBT: "a conclusion in doubt is said again, or a manager says that it stands",
        WISHES: "a conclusion says what the adult wants, which was recorded after it",
        NOTE: "the partner lead of the Safeguarding Adults Board took note",
    }.items()
}
"""What is owed, by its code."""

RED = Code("band@1:red")
MANAGER = Code("escalation@1:safeguarding-adults-manager")
PARTNER_LEAD = Code("escalation@1:sab-partner-lead")
"""Of the Safeguarding Adults Board, who answers for what partners promised."""

ABOVE: Mapping[Code, str] = {
    MANAGER: "the safeguarding adults manager",
    PARTNER_LEAD: "the partner lead of the Safeguarding Adults Board",
}
Ladder = Sequence[tuple[int, Code]]
"""Who has to know, so many working days after it was due; 0 is when it is missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clocks:
    """One version of the local targets."""

    code: Code
    working_days: Mapping[str, int]
    """To each step, from what makes it due."""

    of_red: Mapping[str, int]
    """The same where the concern was Red, if that is sooner."""

    reminder: int
    """Working days before a partner's report is due."""

    ladders: Mapping[str, Ladder]
    """To whom what is missed is escalated; the manager, at once, where nothing is said."""

    after_report: int
    """Working days from the last accepted report to the conclusion, if that is later."""

    again: Mapping[str, int]
    """Working days until what was missed is owed again; five where nothing is said."""

    first_review: timedelta
    next_review: timedelta
    """The latest that a review may be set."""

    report: timedelta
    """The latest that a partner's report may be expected."""

    action: timedelta
    """The latest that an action of a safety plan may be due: some wait for a builder, or a year."""


CLOCKS_1 = Clocks(
    code=Code("enquiry-clocks@1:2026-11.7"),
    working_days={
        LEAD: 1, PLAN: 5, CONCLUSION: 20, REPORT: 10, REPORT_ANSWER: 5, FINDINGS: 5,
        SAFETY_PLAN: 5, CLOSURE: 5, LOOK: 1, REVIEW: 0, ACTION: 0, ADVOCATE: 5,
        INFORMATION: 1, NOTE: 5, DOUBT: 5, WISHES: 5,
    },
    of_red={PLAN: 1},
    reminder=2,
    ladders={REPORT: ((1, MANAGER), (5, PARTNER_LEAD))},
    after_report=5,
    again={LEAD: 1, LOOK: 1, INFORMATION: 1},
    first_review=timedelta(weeks=6),
    next_review=timedelta(days=92),
    report=timedelta(days=92),
    action=timedelta(days=366),
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


def plan_due(
    begun: datetime, red_since: datetime | None, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which an enquiry is to be planned."""
    ordinary = due(PLAN, begun, calendar, clocks)
    if red_since is None:
        return ordinary
    since = max(begun, red_since)
    return min(ordinary, calendar.close_of_day(since, working_days=clocks.of_red[PLAN]))


def reminder_due(due: datetime, calendar: Calendar, clocks: Clocks = CURRENT) -> datetime:
    """Give the instant (UTC) at which a partner is reminded of a report before it is due."""
    day, left = london_date(due), clocks.reminder
    while left:
        day -= timedelta(days=1)
        left -= calendar.works(day)
    return on_day(day, calendar)


def escalations(
    kind: str, due: datetime, calendar: Calendar, clocks: Clocks = CURRENT
) -> Sequence[tuple[datetime, Code]]:
    """Give when (UTC) who has to know of something of this kind that was due at `due`."""
    day = datetime.combine(london_date(due), time(), LONDON)
    return [
        (calendar.close_of_day(day, working_days=days) if days else due, to)
        for days, to in clocks.ladders.get(kind, ((0, MANAGER),))
    ]


def again(
    kind: str, due: datetime, missed: datetime, calendar: Calendar, clocks: Clocks = CURRENT
) -> datetime:
    """Give the instant (UTC) by which what was missed is owed the next time."""
    later = calendar.close_of_day(missed, working_days=clocks.again.get(kind, 5))
    times = (at for at, _ in escalations(kind, due, calendar, clocks))
    return min((at for at in times if at > missed), default=later)


def may_be_reviewed_on(day: date, today: date, *, first: bool, clocks: Clocks = CURRENT) -> bool:
    """Say whether a review may be set to `day`: not in the past, and not too late."""
    within = clocks.first_review if first else clocks.next_review
    return today <= day <= today + within


def may_be_done_on(day: date, today: date, clocks: Clocks = CURRENT) -> bool:
    """Say whether an action may be set to `day`, which is no slip of the year."""
    return day <= today + clocks.action
