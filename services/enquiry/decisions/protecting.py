"""May a safety plan be recorded or reviewed, and may an action of it end?"""

from collections.abc import Sequence
from datetime import date

from services.enquiry import events
from services.enquiry.decisions import commands as want
from services.enquiry.decisions.owing import Facts
from services.enquiry.decisions.safety import Plan
from services.enquiry.decisions.state import Enquiry
from services.enquiry.decisions.wording import of_list, worded
from services.enquiry.events import Action
from services.enquiry.rules import clocks, codes
from shared.facts import Act
from shared.sealed import Sealed
from shared.time.calendar import london_date


def planned(command: want.RecordSafetyPlan, state: Enquiry, act: Act) -> Facts:
    """Give what will be done so that the adult is safer, and which live actions that ends.

    Raises:
        ActionsMissing, CodeUnknown, ReasonMissing: it does not say what, who or why.
        BeforeItsOpening, DateOutOfReach: an action or the review is due too early or too late.
        ActionNotLive, ActionWithoutOwner: an action that is to end cannot.
    """
    if not command.actions:
        raise want.ActionsMissing
    of_list(codes.OWNERS, *(it.owner for it in command.actions if it.owner))
    _dated(command.actions, state, act)
    first = state.plan is None or not state.plan.reviewed
    _within_reach(command.review_on, act, first=first)
    endings = _ended_by_a_plan(command.endings, state.plan)
    number = state.plan.last + 1 if state.plan else 1
    plan = events.SafetyPlanRecorded2(
        first=number, actions=command.actions, review_on=command.review_on
    )
    return (*endings, plan)


def _dated(actions: Sequence[Action], state: Enquiry, act: Act) -> None:
    # A slip of the year: what is due years ago is missed time and again at once, and what is due in
    # years is missed by nobody.
    if any(it.due_on < london_date(state.opened_at) for it in actions):
        raise want.BeforeItsOpening
    today = london_date(act.effective_at)
    if not all(clocks.may_be_done_on(it.due_on, today) for it in actions):
        raise want.DateOutOfReach


def _ended_by_a_plan(endings: Sequence[want.EndAction], plan: Plan | None) -> Facts:
    if len({it.action for it in endings}) < len(endings):
        raise want.ActionNotLive
    return tuple(_action_ended(it, plan, worded(it.words)) for it in endings)


def _within_reach(day: date | None, act: Act, *, first: bool) -> None:
    today = london_date(act.effective_at)
    if day and not clocks.may_be_reviewed_on(day, today, first=first):
        raise want.DateOutOfReach


def _plan(state: Enquiry) -> Plan:
    if state.plan is None:
        raise want.SafetyPlanMissing
    return state.plan


def ended(command: want.EndAction, state: Enquiry) -> Facts:
    """Give that an action is done, or that another body has it.

    Raises:
        CodeUnknown: it ends otherwise.
        SafetyPlanMissing, ActionNotLive, ActionWithoutOwner: there is none that can end so.
    """
    of_list(codes.ENDINGS, command.how)
    return (_action_ended(command, _plan(state), command.words),)


def _action_ended(
    command: want.EndAction, plan: Plan | None, words: Sealed[str] | None
) -> events.ActionEnded:
    of_list({*codes.ENDINGS, codes.REPLACED}, command.how)
    live = {it.number: it for it in plan.live} if plan else {}
    if command.action not in live:
        raise want.ActionNotLive
    if command.how != codes.REPLACED and not live[command.action].owned:
        raise want.ActionWithoutOwner
    return events.ActionEnded(action=command.action, how=command.how, words=words)


def reviewed(command: want.ReviewSafetyPlan, state: Enquiry, act: Act) -> Facts:
    """Give that the plan was looked at, and when it is again.

    Raises:
        SafetyPlanMissing: there is none.
        ReviewNotSet, DateOutOfReach: the next review is not set, or too early or too late.
    """
    day = command.next_review_on
    if _plan(state).live and day is None:
        raise want.ReviewNotSet
    _within_reach(day, act, first=False)
    return (events.SafetyPlanReviewed(next_review_on=day, words=command.words),)
