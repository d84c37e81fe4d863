"""How many concerns are there, by band and by outcome?"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.events import (
    BandLoweringAnswered,
    BandLoweringProposed,
    BandOverridden,
    ConcernEscalated,
    ConcernFact,
    ConcernRecognised,
    ConcernReopened,
    ConcernScored,
    DeadlineMissed,
    InformationAdded,
    InformationConsidered,
    Section42Decided,
    WithdrawalNoted,
)
from services.triage.rules.overriding import after_score
from shared.facts import Code, Recorded
from shared.projections.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What of a concern is counted."""

    concern: UUID
    band: Code | None = None
    set_to: Code | None = None
    outcome: Code | None = None
    missed: int = 0
    """Times that were promised and passed."""

    escalated: bool = False


def fold(row: Counted | None, happened: Recorded[ConcernFact]) -> Counted | None:
    """Give the row after `happened`."""
    row = row or Counted(concern=happened.case)
    match happened.fact:
        case ConcernScored(score=score):
            was = row.band or score.band
            return replace(row, band=after_score(was, score.band, row.set_to))
        case BandOverridden(band=band):
            return replace(row, band=band, set_to=band)
        case Section42Decided(outcome=outcome):
            return replace(row, outcome=outcome)
        case ConcernReopened():
            return replace(row, outcome=None)
        case DeadlineMissed():
            return replace(row, missed=row.missed + 1)
        case ConcernEscalated():
            return replace(row, escalated=True)
        case BandLoweringProposed() | BandLoweringAnswered():
            return row
        case ConcernRecognised() | InformationAdded() | WithdrawalNoted() | InformationConsidered():
            return row


figures = Projection("figures", version=3, row=Counted, fold=fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of concerns."""

    concerns: int
    scored: int
    waiting: int
    decided: int
    by_band: dict[str, int] = field(default_factory=dict)
    by_outcome: dict[str, int] = field(default_factory=dict)
    deadlines_missed: int = 0
    escalated: int = 0
    """Concerns."""


async def how_many(db: AsyncConnection) -> Figures:
    """Give the counts; bands and outcomes by the last part of their codes."""
    table = figures.table
    late = (func.sum(table.c.missed), func.count().filter(table.c.escalated))
    query = select(table.c.band, table.c.outcome, func.count(), *late).group_by(
        table.c.band, table.c.outcome
    )
    bands, outcomes = {"red": 0, "amber": 0, "green": 0}, dict[str, int]()
    concerns = scored = decided = missed = escalated = 0
    for band, outcome, count, misses, told in await db.execute(query):
        concerns += count
        missed += int(misses)
        escalated += told
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
        deadlines_missed=missed,
        escalated=escalated,
    )


def _word(code: str) -> str:
    return code.rpartition(":")[2]
