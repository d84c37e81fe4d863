"""Which adults did the policy leave to a person, and who has waited longest?

Those in immediate danger first, then the oldest. No row names anybody.
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
    InformationKept,
    InformationPassedOn,
    OutcomeHeard,
    OutcomeReopened,
    ReferralAmended,
    ReferralFact,
    ReferralReceived,
    ReferralWithdrawn,
    WithdrawalPassedOn,
)
from services.intake.rules.promotion import HOLDS, TOLD_MORE
from services.intake.rules.receipt import expect_by
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import calendar

DANGER = Code("risk-signal@1:immediate-danger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An adult whose part of a referral a person has to look at."""

    adult: UUID
    contact: UUID
    correlation: UUID
    reason: Code
    calm: bool
    """False where immediate danger was reported: those stand first."""

    waiting_since: datetime
    due_at: datetime
    news: int = 0
    """How often the sender told more since."""


def fold(row: Waiting | None, happened: Recorded[ReferralFact]) -> Waiting | None:
    """Give the row after `happened`; None takes it out of the list."""
    match happened.fact:
        case ContactHeld(part=part, reason=reason):
            calm = DANGER not in part.answers.signals
            return _held(happened, part.adult, reason, calm=calm)
        case InformationKept(adult=adult, answers=answers):
            row = row or _held(happened, adult, TOLD_MORE, calm=True)
            calm = row.calm and DANGER not in answers.signals
            return replace(row, calm=calm, news=row.news + 1)
        case ContactPromoted() | ContactRedirected():
            return None
        case ReferralReceived() | ReferralAmended() | ReferralWithdrawn():
            return row
        case InformationPassedOn() | WithdrawalPassedOn() | OutcomeHeard() | OutcomeReopened():
            return row


def _held(happened: Recorded[Any], adult: UUID, reason: Code, *, calm: bool) -> Waiting:
    since = happened.act.effective_at
    return Waiting(
        adult=adult,
        contact=happened.case,
        correlation=happened.act.correlation,
        reason=reason,
        calm=calm,
        waiting_since=since,
        due_at=expect_by(since, calendar()),
    )


def of_adult(happened: Recorded[ReferralFact]) -> Hashable:
    """Give the adult that a fact is about; the case, where it is about no one adult."""
    match happened.fact:
        case ContactHeld(part=part) | ContactPromoted(part=part):
            return part.adult
        case ContactRedirected(adult=adult) | InformationKept(adult=adult):
            return adult
        case _:
            return happened.case


ORDER = ("calm", "waiting_since", "adult")
screening = Projection(
    "screening", version=1, row=Waiting, fold=fold, key=of_adult, indexes=(ORDER,)
)
Place = tuple[bool, datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the list as staff see it."""

    adult: UUID
    contact: UUID
    reason: Code
    what_to_do: str
    immediate_danger: bool
    waiting_since: datetime
    due_at: datetime
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
    return Row(what_to_do=HOLDS[found["reason"]], immediate_danger=not found["calm"], **shown)
