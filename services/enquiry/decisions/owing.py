"""What is owed to an enquiry, by when, and what stands in the way of closing it?"""

from collections.abc import Sequence
from datetime import datetime

from services.enquiry.decisions.state import AWAITED, REPORT_ACCEPTED, REPORTED, Enquiry
from services.enquiry.rules import clocks, closing, codes
from services.enquiry.rules.closing import Standing
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import Calendar


def missing(state: Enquiry) -> tuple[Code, ...]:
    """Name all that stands in the way of closing."""
    concluded, plan = state.concluded, state.plan
    standing = Standing(
        decision_changed=state.changed_at is not None,
        caused_enquiry_open=state.caused_open,
        late_report_waits=state.late is not None,
        desired_outcomes_asked=state.asked is not None,
        concluded=concluded is not None,
        findings_complete=concluded is not None and concluded.complete,
        wishes_since=concluded is not None and concluded.wishes_since,
        conclusion_in_doubt=state.conclusion_in_doubt,
        plan_needed=concluded is not None and concluded.plan == codes.NEEDED,
        plan_recorded=plan is not None and not plan.spent,
        actions_without_owner=plan is not None and not all(it.owned for it in plan.live),
        actions_live=plan is not None and bool(plan.live),
        review_set=plan is not None and (plan.review_on is not None or plan.reviewed),
    )
    return closing.missing(standing)


def owed(state: Enquiry, calendar: Calendar) -> frozenset[Deadline]:
    """Give what is owed: an open enquiry owes something always."""
    missed = {it.kind: it.due_at for it in state.missed}

    def when(kind: str, due: datetime) -> datetime:
        last = missed.get(kind)
        return due if last is None or last < due else clocks.again(kind, last, calendar)

    steps = _of_any(state, calendar)
    if not state.closed:
        steps |= _of_a_partner(state)
        steps |= _to_its_closing(state, calendar) if state.concluded else _of_work(state, calendar)
    dues: dict[str, Sequence[datetime]] = {kind: (due,) for kind, due in steps.items()}
    # Of these there may be several: the one that is due first is owed, also where one was missed.
    dues[clocks.ACTION] = _of_actions(state, calendar)
    dues[clocks.REPORT_ANSWER] = _of_reports(state, calendar)
    return frozenset(
        Deadline(kind, min(when(kind, due) for due in some)) for kind, some in dues.items() if some
    )


def _of_any(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    """Give what is owed even where it is closed."""
    steps = dict[str, datetime]()
    if state.changed_at:
        steps[clocks.LOOK] = clocks.due(clocks.LOOK, state.changed_at, calendar)
    if state.plan and state.plan.review_on:
        steps[clocks.REVIEW] = clocks.on_day(state.plan.review_on, calendar)
    return steps


def _of_actions(state: Enquiry, calendar: Calendar) -> Sequence[datetime]:
    plan = state.plan
    return [clocks.on_day(it.due_on, calendar) for it in plan.live] if plan else []


def _of_reports(state: Enquiry, calendar: Calendar) -> Sequence[datetime]:
    waits = state.caused is not None and state.caused.stage == REPORTED
    came = (state.caused.since if state.caused and waits else None, state.late and state.late.since)
    return [clocks.due(clocks.REPORT_ANSWER, it, calendar) for it in came if it]


def _of_a_partner(state: Enquiry) -> dict[str, datetime]:
    awaited = state.caused is not None and state.caused.stage in AWAITED
    return {clocks.REPORT: state.caused.due_at} if state.caused and awaited else {}


def _of_work(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    steps = dict[str, datetime]()
    if not state.led:
        steps[clocks.LEAD] = clocks.due(clocks.LEAD, state.begun_at, calendar)
    if state.planned_at is None:
        return steps | {clocks.PLAN: clocks.due(clocks.PLAN, state.begun_at, calendar)}
    good = state.caused is not None and state.caused.stage == REPORT_ACCEPTED
    reported = state.caused.since if state.caused and good else None
    due = clocks.conclusion_due(state.planned_at, reported, calendar)
    return steps | {clocks.CONCLUSION: due}


def _to_its_closing(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    concluded, plan = state.concluded, state.plan
    steps = dict[str, datetime]()
    if concluded and not concluded.complete:
        steps[clocks.FINDINGS] = clocks.due(clocks.FINDINGS, concluded.at, calendar)
    if concluded and concluded.plan == codes.NEEDED and (plan is None or plan.spent):
        steps[clocks.SAFETY_PLAN] = clocks.due(clocks.SAFETY_PLAN, concluded.at, calendar)
    if not (plan and plan.live and plan.review_on):
        steps[clocks.CLOSURE] = clocks.due(clocks.CLOSURE, state.moved_at, calendar)
    return steps
