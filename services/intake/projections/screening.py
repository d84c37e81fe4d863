"""Which adults did the policy leave to a person, and who has waited longest?

Those whom a signal puts within the hour first, such as immediate danger, then the oldest. Each row
is owed a look, and each look that is owed has its row. No row names anybody.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    ContactRedirected,
    DeadlineMissed,
    InformationKept,
    InformationPassedOn,
    LookEscalated,
    OutcomeHeard,
    OutcomeReopened,
    ReferralAmended,
    ReferralFact,
    ReferralReceived,
    ReferralWithdrawn,
    WithdrawalPassedOn,
)
from services.intake.rules.looks import Look
from services.intake.rules.promotion import HOLDS, TOLD_MORE
from services.intake.rules.reading import DANGER
from shared.contracts.intake import RiskAnswers
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An adult whose part of a referral a person has to look at."""

    adult: UUID
    contact: UUID
    correlation: UUID
    reason: Code
    calm: bool
    """False where a person has to look within the hour: those stand first."""

    danger: bool
    waiting_since: datetime
    due_at: datetime
    """By when somebody should have looked first."""

    owed_at: datetime
    """By when somebody has to look now: later than `due_at` where that was missed."""

    urgent_since: datetime | None = None
    """Since when it is a matter of the hour."""

    missed_at: datetime | None = None
    """The last time that passed."""

    escalated_to: Code | None = None
    """Who above had to be told last that nobody looks."""

    news: int = 0
    """How often the sender told more since."""

    missed: int = 0
    """Looks that were owed and passed since it began to wait."""


def fold(row: Waiting | None, happened: Recorded[ReferralFact]) -> Waiting | None:
    """Give the row after `happened`; None takes it out of the list."""
    at = happened.act.effective_at
    match happened.fact:
        case ContactHeld(part=part, reason=reason):
            return _told(_held(happened, part.adult, reason), part.answers, at)
        case InformationKept(adult=adult, answers=answers):
            row = row or _held(happened, adult, TOLD_MORE)
            return replace(_told(row, answers, at), news=row.news + 1)
        case DeadlineMissed(due_at=due_at):
            return row and _timed(replace(row, missed=row.missed + 1), _look(row).missed(due_at))
        case LookEscalated(to=to):
            return row and _timed(row, _look(row).escalated(to))
        case ContactPromoted() | ContactRedirected():
            return None
        case ReferralReceived() | ReferralAmended() | ReferralWithdrawn():
            return row
        case InformationPassedOn() | WithdrawalPassedOn() | OutcomeHeard() | OutcomeReopened():
            return row


def _held(happened: Recorded[Any], adult: UUID, reason: Code) -> Waiting:
    since = happened.act.effective_at
    due_at = Look.begun(since).due_at(calendar())
    return Waiting(
        adult=adult,
        contact=happened.case,
        correlation=happened.act.correlation,
        reason=reason,
        calm=True,
        danger=False,
        waiting_since=since,
        due_at=due_at,
        owed_at=due_at,
    )


def _look(row: Waiting) -> Look:
    return Look(
        began=row.waiting_since,
        urgent_since=row.urgent_since,
        missed_at=row.missed_at,
        escalated_to=row.escalated_to,
    )


def _told(row: Waiting, answers: RiskAnswers, at: datetime) -> Waiting:
    danger = row.danger or DANGER in answers.signals
    return _timed(replace(row, danger=danger), _look(row).told(answers.signals, at))


def _timed(row: Waiting, look: Look) -> Waiting:
    owed_at = look.due_at(calendar())
    return replace(
        row,
        calm=not look.urgent,
        due_at=row.due_at if row.missed else owed_at,
        owed_at=owed_at,
        urgent_since=look.urgent_since,
        missed_at=look.missed_at,
        escalated_to=look.escalated_to,
    )


def of_adult(happened: Recorded[ReferralFact]) -> Hashable:
    """Give the adult that a fact is about; the case, where it is about no one adult."""
    match happened.fact:
        case ContactHeld(part=part) | ContactPromoted(part=part):
            return part.adult
        case ContactRedirected(adult=adult) | InformationKept(adult=adult):
            return adult
        case DeadlineMissed(adult=adult) | LookEscalated(adult=adult):
            return adult
        case _:
            return happened.case


ORDER = ("calm", "waiting_since", "adult")
screening = Projection(
    "screening", version=3, row=Waiting, fold=fold, key=of_adult, indexes=(ORDER,)
)
Place = tuple[bool, datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the list as staff see it."""

    adult: UUID
    contact: UUID
    reason: Code
    what_to_do: str
    within_the_hour: bool
    """Immediate danger was told, or another signal that is Red in triage whatever else is known."""

    immediate_danger: bool
    waiting_since: datetime
    due_at: datetime
    """By when somebody should have looked first."""

    owed_at: datetime
    """By when somebody has to look now: later than `due_at` where that was missed."""

    missed: int
    """Looks that were owed and passed since it began to wait."""

    escalated_to: Code | None
    """Of `escalation@1`: who above had to be told last that nobody looks."""

    news: int
    stale_since: datetime | None


async def who_waits(
    db: AsyncConnection, limit: int, after: Place | None = None
) -> tuple[Sequence[Row], Place | None]:
    """Give those who wait for a person, and the place behind the last if there are more."""
    order = [screening.table.c[name] for name in ORDER]
    query = select(screening.table, screening.stale_since(case="contact"))
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows = [_row(dict(row)) for row in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return rows, (last["calm"], last["waiting_since"], last["adult"]) if last else None


def _row(found: dict[str, Any]) -> Row:
    shown = {name: found[name] for name in Row.__dataclass_fields__ if name in found}
    urgent, danger = not found["calm"], found["danger"]
    what_to_do = HOLDS[found["reason"]]
    return Row(what_to_do=what_to_do, within_the_hour=urgent, immediate_danger=danger, **shown)
