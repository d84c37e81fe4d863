"""How many concerns are there, by band and by outcome?"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.events import (
    BandOverridden,
    ConcernFact,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    InformationAdded,
    Section42Decided,
    WithdrawalNoted,
)
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What of a concern is counted."""

    concern: UUID
    band: Code | None = None
    outcome: Code | None = None


def fold(row: Counted | None, happened: Recorded[ConcernFact]) -> Counted | None:
    """Give the row after `happened`."""
    row = row or Counted(concern=happened.case)
    match happened.fact:
        case ConcernScored(score=score):
            return replace(row, band=score.band)
        case BandOverridden(band=band):
            return replace(row, band=band)
        case Section42Decided(outcome=outcome):
            return replace(row, outcome=outcome)
        case ConcernReopened():
            return replace(row, outcome=None)
        case ConcernRecognised() | InformationAdded() | WithdrawalNoted():
            return row


figures = Projection("figures", version=1, row=Counted, fold=fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of concerns."""

    concerns: int
    scored: int
    waiting: int
    decided: int
    by_band: dict[str, int] = field(default_factory=dict)
    by_outcome: dict[str, int] = field(default_factory=dict)


async def how_many(db: AsyncConnection) -> Figures:
    """Give the counts; bands and outcomes by the last part of their codes."""
    table = figures.table
    query = select(table.c.band, table.c.outcome, func.count()).group_by(
        table.c.band, table.c.outcome
    )
    bands, outcomes = {"red": 0, "amber": 0, "green": 0}, dict[str, int]()
    concerns = scored = decided = 0
    for band, outcome, count in await db.execute(query):
        concerns += count
        if band:
            scored += count
            bands[_word(band)] = bands.get(_word(band), 0) + count
        if outcome:
            decided += count
            outcomes[_word(outcome)] = outcomes.get(_word(outcome), 0) + count
    return Figures(
        concerns=concerns,
        scored=scored,
        waiting=concerns - decided,
        decided=decided,
        by_band=bands,
        by_outcome=outcomes,
    )


def _word(code: str) -> str:
    return code.rpartition(":")[2]
