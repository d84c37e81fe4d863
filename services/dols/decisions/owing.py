"""What is owed to a request, and by when; and what comes by itself?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.dols.decisions.granted import Ended, Review
from services.dols.decisions.state import Request, word
from services.dols.rules import clocks, legal_test
from services.dols.rules.priority_tool import CURRENT
from shared.decider import Deadline
from shared.time.calendar import Calendar, london_date


def owed(state: Request, calendar: Calendar) -> frozenset[Deadline]:
    """Give what is owed: a request that is not decided owes something always."""
    missed = {it.kind: it.due_at for it in state.missed}

    def when(kind: str, due: datetime) -> datetime:
        last = missed.get(kind)
        return due if last is None or last < due else clocks.again(kind, last, state.band, calendar)

    steps = dict[str, datetime]()
    if state.told_at:
        steps[clocks.LOOK] = look_due(state.told_at, calendar)
    if state.ended is None:
        steps |= _of_the_wait(state, calendar)
        steps[clocks.RE_CHECK] = _re_check(state, missed.get(clocks.RE_CHECK), calendar)
    promised = {Deadline(kind, when(kind, due)) for kind, due in steps.items()}
    if asked := state.questions_owed:  # a later one does not wait for an older, late one
        due_at = min(when(clocks.ANSWER, it.due_at) for it in asked)
        promised.add(Deadline(clocks.ANSWER, due_at))
    of_time = _of_the_end(state) if state.ended else _of_time(state)
    extension = _extension(state, missed.get(clocks.EXTENSION), calendar)
    review = _review(state, missed.get(clocks.REVIEW), calendar)
    return frozenset(promised) | _lapses(state) | of_time | extension | review


def look_due(told_at: datetime, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which a person has seen what came then."""
    return calendar.close_of_day(told_at, working_days=clocks.CURRENT.look_working_days)


def _of_the_end(state: Request) -> frozenset[Deadline]:
    """Give when what was granted ends or, suspended, ceases, and the next reminder of its end."""
    it = state.ended
    if it is None or it.ends_on is None or not it.stands:
        return frozenset()
    found = set[Deadline]()
    if it.suspended:
        found.add(Deadline(clocks.SUSPENSION, clocks.end_of(it.suspended.ceases_on)))
    if it.lapses_on is None:  # of one that ceases it is none
        found.add(Deadline(clocks.END, clocks.end_of(it.ends_on)))
    if next_ := reminder(state):
        found.add(Deadline(clocks.REMINDER, next_.at))
    return frozenset(found)


class Reminder(NamedTuple):
    """When the managing authority is reminded of the end, and how many days are left then."""

    at: datetime
    days_left: int


def reminder(state: Request) -> Reminder | None:
    """Give when the managing authority is reminded next, None where never.

    Only of what lay ahead when it was granted, and not once nothing can follow. Nor while it is
    suspended: what came meanwhile is made up for once, as soon as it is suspended no more.
    """
    it = state.ended
    if it is None or it.ends_on is None or not it.stands or it.suspended or state.not_needed_at:
        return None
    before = (it.ends_on - it.on).days if it.reminded is None else it.reminded
    left = next((days for days in clocks.CURRENT.reminder_days if days < before), None)
    if left is None:
        return None
    at = clocks.start_of(it.ends_on - left * clocks.DAY)
    if it.resumed_at is None or it.resumed_at <= at:
        return Reminder(at, left)
    return Reminder(it.resumed_at, (it.ends_on - london_date(it.resumed_at)).days)


def _extension(
    state: Request, missed: datetime | None, calendar: Calendar
) -> frozenset[Deadline]:  # fmt: skip
    """Give by when an extension that was asked for is answered (Sch A1 paras 84-86).

    What was missed once is owed again until the urgent authorisation ends, and no longer.
    """
    asked_at = state.extension_asked_at
    if asked_at is None or state.urgent is None:
        return frozenset()
    ends_on = state.urgent.ends_on
    times = (clocks.extension_due(asked_at, ends_on, calendar), clocks.end_of(ends_on))
    left = [it for it in times if missed is None or it > missed]
    return frozenset(Deadline(clocks.EXTENSION, it) for it in left[:1])


def review_due(state: Request) -> datetime | None:
    """Give the instant (UTC) by which an open review is to be completed, None where none is."""
    it = state.ended
    if it is None or it.review is None:
        return None
    return _resting(it, _counted(it.review, it.suspensions))


def _counted(it: Review, suspensions: Sequence[tuple[datetime, datetime]]) -> datetime:
    """Count to when a review is due, but for the days of the suspensions that began before that.

    Whenever it was recorded: what came on paper before one may be found after it.
    """
    rested, due = 0, clocks.review_due(it.asked_at, 0)
    for since, until in suspensions:
        if since <= due:
            days = london_date(until) - london_date(max(since, it.asked_at))
            rested += max(days.days, 0)
            due = clocks.review_due(it.asked_at, rested)
    return due


def _resting(it: Ended, due: datetime) -> datetime:
    """Give by when a review is due: while it rests by no time that comes.

    What stays suspended ceases before, and the review is over with it.
    """
    return max(due, clocks.end_of(it.suspended.ceases_on + clocks.DAY)) if it.suspended else due


def _review(state: Request, missed: datetime | None, calendar: Calendar) -> frozenset[Deadline]:
    """Give by when an open review is completed; what was missed before it rested, after that."""
    it, due = state.ended, review_due(state)
    if it is None or due is None:
        return frozenset()
    if missed and missed >= due:
        last = max(missed, it.resumed_at or missed)
        due = _resting(it, clocks.again(clocks.REVIEW, last, state.band, calendar))
    return frozenset({Deadline(clocks.REVIEW, due)})


def _of_the_wait(state: Request, calendar: Calendar) -> dict[str, datetime]:
    steps = {clocks.DECISION: clocks.end_of(state.statutory_due_on)}
    if state.roles_open and state.left_to_assess:
        steps[clocks.ALLOCATION] = _allocation(state, calendar)
    if since := state.unfit_since:
        days = clocks.CURRENT.release_working_days
        steps[clocks.RELEASE] = calendar.close_of_day(since, working_days=days)
    if since := state.anew_since:
        steps[clocks.ASSESSMENT] = clocks.assessed_anew_due(since)
    if ready := state.can_be_decided_since:
        days = clocks.CURRENT.sign_off_working_days
        steps[clocks.SIGN_OFF] = calendar.close_of_day(ready, working_days=days)
    return steps


def _re_check(state: Request, missed: datetime | None, calendar: Calendar) -> datetime:
    """Give by when who waits is looked at afresh: sooner where the legal test has changed since.

    The change is a time of its own: what was missed before it does not put it off.
    """
    due = clocks.recheck_due(state.band, state.checked_at)
    if missed and missed >= due:
        due = clocks.again(clocks.RE_CHECK, missed, state.band, calendar)
    of_law = clocks.new_law_recheck_due(legal_test.SINCE)
    if state.checked_at >= legal_test.SINCE or (missed and missed >= of_law):
        return due
    return min(due, of_law)


def _allocation(state: Request, calendar: Calendar) -> datetime:
    """Give by when both are allocated; who was, and is no more, cannot have been replaced before.

    It keeps its place in the queue all the same.
    """
    due, since = allocation_due(state, calendar), state.open_again_since
    return max(due, clocks.allocated_again_due(since, calendar)) if since else due


def allocation_due(state: Request, calendar: Calendar) -> datetime:
    """Give the instant (UTC) by which both assessors are to be allocated."""
    return clocks.allocation_due(state.band, state.received_at, state.band_since, calendar)


def _of_time(state: Request) -> frozenset[Deadline]:
    """Give what comes by itself, and is no promise that somebody could miss."""
    found = {Deadline(f"{clocks.OFFER}{word(it.role)}", it.expires_at) for it in state.offers}
    if next_change := _next_change(state):
        found.add(Deadline(clocks.SCORE, next_change))
    return frozenset(found)


def _lapses(state: Request) -> frozenset[Deadline]:
    """Give the ends of what authorises it now, where nothing that was granted follows at once."""
    ends = dict[str, date]()
    if state.urgent and not state.urgent.lapsed:
        ends[clocks.URGENT] = state.urgent.ends_on
    if state.authorisation_ends_on and not state.authorisation_lapsed:
        ends[clocks.AUTHORISATION] = state.authorisation_ends_on
    # What ended before we received it counts from then: nobody was late.
    return frozenset(
        Deadline(kind, max(clocks.end_of(ends_on), state.received_at))
        for kind, ends_on in ends.items()
        if _leaves_a_gap(ends_on, state.ended)
    )


def _leaves_a_gap(ends_on: date, ended: Ended | None) -> bool:
    if ended is None:
        return True
    return ended.begins_on is not None and ends_on + clocks.DAY < ended.begins_on


def _next_change(state: Request) -> datetime | None:
    """Give the next instant at which time alone may change the priority."""
    changes = [legal_test.SINCE]
    if state.urgent and not state.urgent.lapsed:
        soon = state.urgent.ends_on - CURRENT.urgent_ends_soon_days * clocks.DAY
        changes.append(clocks.start_of(soon))
    if state.authorisation_ends_on:
        soon = state.authorisation_ends_on - CURRENT.ends_soon_days * clocks.DAY
        changes.append(clocks.start_of(soon))
    return min((it for it in changes if it > state.scored_at), default=None)
