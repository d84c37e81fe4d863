"""Which referrals did a sender send, and how many are there in all?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, case, cast, func, select, tuple_
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
from services.intake.rules.promotion import NAMED_LATER
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A referral, without a word of what it says."""

    referral: UUID
    correlation: UUID
    sender: str
    received_at: datetime
    adults: int
    promoted: int = 0
    held: int = 0
    redirected: int = 0
    decided: int = 0
    amendments: int = 0
    withdrawn: bool = False
    missed: int = 0
    """Looks that were owed to adults in it, and passed."""

    escalated: int = 0
    """How often somebody above had to be told of such."""


def fold(row: Sent | None, happened: Recorded[ReferralFact]) -> Sent | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, ReferralReceived):
        return Sent(
            referral=happened.case,
            correlation=happened.act.correlation,
            sender=happened.act.actor,
            received_at=happened.act.effective_at,
            adults=len(happened.fact.adults),
        )
    if row is None:
        raise TypeError("a referral begins with its receipt")
    match happened.fact:
        case ContactHeld(reason=reason):
            # The receipt named all adults but those whom additions do.
            adults = row.adults + (reason == NAMED_LATER)
            return replace(row, adults=adults, held=row.held + 1)
        case ContactPromoted(was=was):
            row = _released(row, was)
            return replace(row, promoted=row.promoted + 1)
        case ContactRedirected(was=was):
            row = _released(row, was)
            return replace(row, redirected=row.redirected + 1)
        case ReferralAmended():
            return replace(row, amendments=row.amendments + 1)
        case ReferralWithdrawn():
            return replace(row, withdrawn=True)
        case OutcomeHeard(again=again):
            return row if again else replace(row, decided=row.decided + 1)
        case OutcomeReopened():
            return replace(row, decided=row.decided - 1)
        case DeadlineMissed():
            return replace(row, missed=row.missed + 1)
        case LookEscalated():
            return replace(row, escalated=row.escalated + 1)
        case InformationPassedOn() | InformationKept() | WithdrawalPassedOn():
            return row


def _released(row: Sent, was: Code | None) -> Sent:
    if was == "contact@1:held":
        return replace(row, held=row.held - 1)
    return replace(row, redirected=row.redirected - 1) if was else row


referrals = Projection(
    "referrals", version=3, row=Sent, fold=fold, indexes=(("sender", "received_at", "referral"),)
)
Place = tuple[datetime, UUID]


async def sent_by(
    db: AsyncConnection, sender: str, limit: int, after: Place | None = None
) -> tuple[Sequence[Sent], Place | None]:
    """Give the referrals of `sender`, the first one first, and the place to go on from."""
    table = referrals.table
    order = (table.c.received_at, table.c.referral)
    query = select(table).where(table.c.sender == sender)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows = [Sent(**row) for row in found[:limit]]
    return rows, (rows[-1].received_at, rows[-1].referral) if len(found) > limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of referrals, and of the adults in them."""

    referrals: int
    adults: int
    promoted: int
    held: int
    redirected: int
    decided: int
    amended: int
    withdrawn: int
    deadlines_missed: int
    escalated: int
    """How often somebody above had to be told that nobody looks."""


async def how_many(db: AsyncConnection) -> Figures:
    """Give the counts: each adult is promoted, held or redirected."""
    it = referrals.table.c
    sums = [
        func.coalesce(cast(func.sum(column), Integer), 0)
        for column in (it.adults, it.promoted, it.held, it.redirected, it.decided)
    ]
    amended = func.coalesce(func.sum(case((it.amendments > 0, 1), else_=0)), 0)
    withdrawn = func.coalesce(func.sum(case((it.withdrawn, 1), else_=0)), 0)
    late = [
        func.coalesce(cast(func.sum(column), Integer), 0) for column in (it.missed, it.escalated)
    ]
    row = (await db.execute(select(func.count(), *sums, amended, withdrawn, *late))).one()
    return Figures(**dict(zip(Figures.__dataclass_fields__, map(int, row), strict=True)))
