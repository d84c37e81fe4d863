"""What is owed to an enquiry, by when, and what stands in the way of closing it?"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.enquiry import events
from services.enquiry.decisions.caused import AWAITED, REPORT_ACCEPTED, REPORTED
from services.enquiry.decisions.state import Enquiry, Escalated
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import clocks, closing, codes
from services.enquiry.rules.closing import Standing
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import Calendar

Facts = Sequence[EnquiryFact]
Steps = Mapping[str, Sequence[datetime]]
"""By its kind, when (UTC) each thing that is open was to be done at first."""

NEVER = datetime.min.replace(tzinfo=UTC)


def missing(state: Enquiry) -> tuple[Code, ...]:
    """Name all that stands in the way of closing."""
    concluded, plan = state.concluded, state.plan
    standing = Standing(
        decision_changed=state.changed_at is not None,
        caused_enquiry_open=state.caused_open,
        late_report_waits=state.late is not None,
        information_waits=state.told_more_at is not None,
        desired_outcomes_asked=state.asked is not None,
        advocacy_asked=state.advocacy is not None,
        advocate_missing=state.advocacy is not None and state.advocacy.missing,
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
    # Of some there may be several: the one that is due first is owed, also where one was missed.
    steps = {
        Deadline(kind, min(_next(kind, due, missed.get(kind), calendar) for due in some))
        for kind, some in open_steps(state, calendar).items()
    }
    return frozenset(steps | _reminder(state, calendar))


def overdue(state: Enquiry, calendar: Calendar) -> Mapping[str, datetime]:
    """Give what is still owed though its time was missed, and when (UTC) it was due at first."""
    return _overdue(state, open_steps(state, calendar))


def _overdue(state: Enquiry, steps: Steps) -> Mapping[str, datetime]:
    missed = {it.kind: it.due_at for it in state.missed}
    first = {kind: min(some) for kind, some in steps.items()}
    return {kind: due for kind, due in first.items() if kind in missed and due <= missed[kind]}


def who_has_to_know(state: Enquiry, calendar: Calendar) -> Sequence[Code]:
    """Give to whom what is overdue was escalated."""
    told = {it.to for it in _escalated(state, open_steps(state, calendar))}
    return [to for to in clocks.ABOVE if to in told]


def to_note(state: Enquiry, calendar: Calendar) -> Sequence[Escalated]:
    """Give what the Board's partner lead has to take note of: what is settled, they need not."""
    return _to_note(state, _council_steps(state, calendar))


def _to_note(state: Enquiry, steps: Steps) -> Sequence[Escalated]:
    theirs = (it for it in _escalated(state, steps) if it.to == clocks.PARTNER_LEAD)
    return [it for it in theirs if not it.noted]


def _escalated(state: Enquiry, steps: Steps) -> Sequence[Escalated]:
    """Give who was told of what is overdue still."""
    since = _overdue(state, steps)
    return [it for it in state.escalated if it.kind in since and it.due_at >= since[it.kind]]


def passed(command: DeadlinePassed, state: Enquiry | None, calendar: Calendar) -> Facts:
    """Give what the passing of a time leads to, nothing where it is owed no more."""
    it, late = command.deadline, command.late
    if state is None or it not in owed(state, calendar):
        return ()
    if it.kind == clocks.REMINDER:
        return tuple(_reminded(state, late=late))
    kind = Code(f"enquiry-deadline@1:{it.kind}")
    missed = events.DeadlineMissed(kind=kind, due_at=it.due_at, late=late)
    # A partner is reminded on the day as well: it is then that the report is missed at first.
    now = it.kind == clocks.REPORT and state.caused is not None and state.caused.due_at == it.due_at
    reminded = _reminded(state, late=late) if now else ()
    told = [
        events.EnquiryEscalated(kind=kind, to=to, due_at=it.due_at, late=late)
        for to in _escalated_to(it, state, calendar)
    ]
    return (*reminded, missed, *told)


def _escalated_to(it: Deadline, state: Enquiry, calendar: Calendar) -> Sequence[Code]:
    """Give who has to know by now, and was not told: also of what was missed unescalated once."""
    told = {each.to: each.due_at for each in state.escalated if each.kind == it.kind}
    dues = open_steps(state, calendar)[it.kind]
    times = (each for due in dues for each in clocks.escalations(it.kind, due, calendar))
    found = {to for at, to in times if told.get(to, NEVER) < at <= it.due_at}
    return [to for to in clocks.ABOVE if to in found]


def _reminded(state: Enquiry, *, late: bool) -> Sequence[events.PartnerReminded]:
    caused = state.caused
    return [events.PartnerReminded(due_at=caused.due_at, late=late)] if caused else []


def _next(kind: str, due: datetime, missed: datetime | None, calendar: Calendar) -> datetime:
    if missed is None or missed < due:
        return due
    return clocks.again(kind, due, missed, calendar)


def open_steps(state: Enquiry, calendar: Calendar) -> Steps:
    """Give all that is open, and when (UTC) each of it was to be done at first."""
    steps = _council_steps(state, calendar)
    noting = [clocks.due(clocks.NOTE, it.due_at, calendar) for it in _to_note(state, steps)]
    return {**steps, clocks.NOTE: noting} if noting else steps


def _council_steps(state: Enquiry, calendar: Calendar) -> Steps:
    """Give the same without what the Board owes, which follows from it."""
    steps = _of_any(state, calendar)
    if not state.closed:
        steps |= _of_a_partner(state) | _of_an_advocate(state, calendar)
        steps |= _of_a_lead(state, calendar) | _of_a_doubt(state, calendar)
        steps |= _to_its_closing(state, calendar) if state.concluded else _of_work(state, calendar)
    dues: dict[str, Sequence[datetime]] = {kind: (due,) for kind, due in steps.items()}
    dues[clocks.ACTION] = _of_actions(state, calendar)
    dues[clocks.REPORT_ANSWER] = _of_reports(state, calendar)
    return {kind: some for kind, some in dues.items() if some}


def _reminder(state: Enquiry, calendar: Calendar) -> set[Deadline]:
    """Give when a partner is reminded, if they were not yet, and were asked before that."""
    it = state.caused
    if state.closed or it is None or it.stage not in AWAITED or it.reminded == it.due_at:
        return set()
    at = clocks.reminder_due(it.due_at, calendar)
    return {Deadline(clocks.REMINDER, at)} if at > it.since else set()


def _of_any(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    """Give what is owed even where it is closed."""
    steps = dict[str, datetime]()
    told_more_at = state.told_more_at
    if looks := [it for it in (state.changed_at, told_more_at if state.closed else None) if it]:
        steps[clocks.LOOK] = clocks.due(clocks.LOOK, min(looks), calendar)
    if since := _told_while_open(state):
        steps[clocks.INFORMATION] = clocks.due(clocks.INFORMATION, since, calendar)
    if state.plan and state.plan.review_on:
        steps[clocks.REVIEW] = clocks.on_day(state.plan.review_on, calendar)
    return steps


def _told_while_open(state: Enquiry) -> datetime | None:
    """Give since when its lead has to consider what was told, None where nothing was."""
    return None if state.closed else state.carried_over_at or state.told_more_at


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


def _of_an_advocate(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    since = state.advocate_missing_since
    return {clocks.ADVOCATE: clocks.due(clocks.ADVOCATE, since, calendar)} if since else {}


def _of_a_lead(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    """Give by when somebody leads it: what was concluded as it was opened may need nobody yet."""
    if state.led:
        return {}
    # Concluded or not, what is opened again is work, and only a lead considers what was told.
    begun = state.begun_at if state.concluded is None else None
    since = [it for it in (begun, state.reopened_at, _told_while_open(state)) if it]
    return {clocks.LEAD: clocks.due(clocks.LEAD, min(since), calendar)} if since else {}


def _of_a_doubt(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    since = state.doubted_at
    return {clocks.DOUBT: clocks.due(clocks.DOUBT, since, calendar)} if since else {}


def _of_work(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    if state.planned_at is None:
        return {clocks.PLAN: clocks.plan_due(state.begun_at, state.red_since, calendar)}
    good = state.caused is not None and state.caused.stage == REPORT_ACCEPTED
    reported = state.caused.since if state.caused and good else None
    return {clocks.CONCLUSION: clocks.conclusion_due(state.planned_at, reported, calendar)}


def _to_its_closing(state: Enquiry, calendar: Calendar) -> dict[str, datetime]:
    concluded, plan = state.concluded, state.plan
    steps = dict[str, datetime]()
    if concluded and not concluded.complete:
        steps[clocks.FINDINGS] = clocks.due(clocks.FINDINGS, concluded.at, calendar)
    if concluded and concluded.plan == codes.NEEDED and (plan is None or plan.spent):
        steps[clocks.SAFETY_PLAN] = clocks.due(clocks.SAFETY_PLAN, concluded.at, calendar)
    if concluded and concluded.wished_at:
        # Not only at the closing, which may be months away where a plan is live.
        steps[clocks.WISHES] = clocks.due(clocks.WISHES, concluded.wished_at, calendar)
    if not (plan and plan.live and plan.review_on):
        steps[clocks.CLOSURE] = clocks.due(clocks.CLOSURE, state.moved_at, calendar)
    return steps
