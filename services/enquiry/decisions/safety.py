"""Which actions of the safety plan are live, and when is it looked at?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.enquiry import events


@dataclass(frozen=True, kw_only=True)
class Live:
    """An action of the safety plan that has not ended."""

    number: int
    due_on: date
    owned: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The safety plan: which actions are live, and when it is looked at."""

    live: tuple[Live, ...]
    last: int
    """The highest number that an action has, live or not."""

    review_on: date | None
    reviewed: bool = False
    spent: bool = False
    """Its actions had ended before a plan was found to be needed: another one is."""


OfAPlan = (
    events.SafetyPlanRecorded | events.SafetyPlanRecorded2 | events.ActionEnded
    | events.SafetyPlanReviewed
)  # fmt: skip


def plan_after(was: Plan | None, happened: OfAPlan) -> Plan | None:
    """Give what is planned after `happened`."""
    if isinstance(happened, events.SafetyPlanRecorded):
        return _recorded(was, (), _live(happened.actions, 1), happened.review_on)
    if isinstance(happened, events.SafetyPlanRecorded2):
        new = _live(happened.actions, happened.first)
        return _recorded(was, was.live if was else (), new, happened.review_on)
    if was is None:
        return None
    match happened:
        case events.ActionEnded(action=action):
            return replace(was, live=tuple(it for it in was.live if it.number != action))
        case events.SafetyPlanReviewed(next_review_on=day):
            return replace(was, review_on=day, reviewed=True)


def _live(actions: Sequence[events.Action], first: int) -> tuple[Live, ...]:
    return tuple(
        Live(number=number, due_on=it.due_on, owned=it.owner is not None)
        for number, it in enumerate(actions, first)
    )


def _recorded(
    was: Plan | None, on: tuple[Live, ...], new: tuple[Live, ...], review_on: date | None
) -> Plan:
    taken = {it.number for it in new}
    return Plan(
        live=(*(it for it in on if it.number not in taken), *new),
        last=max(it.number for it in (*on, *new)),
        # A review that was promised is held, whatever takes the plan's place.
        review_on=review_on or (was.review_on if was else None),
    )
