"""How many enquiries are there, how far are they, what is overdue, and what was found?

A row keeps the state as it was folded, which names nobody: what is counted of a person stays as it
is when their key is gone.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry import events
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import overdue, to_note
from services.enquiry.events import Fact, PartnerFact
from services.enquiry.projections.open import kept_state, written
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What of an enquiry is counted."""

    enquiry: UUID
    stage: Code
    kind: Code
    state: str
    """As it was folded, in JSON."""

    overdue: str = ""
    """The kinds of what is owed still though it was missed, a blank between them."""

    outcome: Code | None = None
    """Of `risk-outcome@1`, of the last conclusion that counts."""

    missed: int = 0
    """Times that were promised and passed."""

    escalated: bool = False
    reminders: int = 0
    told_more: bool = False
    to_be_noted: bool = False
    noted: int = 0


def fold(row: Counted | None, happened: Recorded[Fact]) -> Counted | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, PartnerFact):
        return row
    was = kept_state(row.state) if row else None
    now = enquiry.evolve(was, happened.fact, happened.act)
    told: dict[str, Any] = {"stage": now.stage, "kind": now.kind, "state": written(now)}
    first = row or Counted(enquiry=happened.case, **told)
    told |= {
        "overdue": " ".join(sorted(overdue(now, calendar()))),
        "outcome": first.outcome if now.concluded else None,
        "told_more": now.told_more_at is not None,
        "to_be_noted": bool(to_note(now, calendar())),
    }
    return _counted(replace(first, **told), happened.fact)


def _counted(row: Counted, happened: Fact) -> Counted:
    if isinstance(happened, events.EnquiryConcluded):
        return replace(row, outcome=happened.findings.outcome)
    return replace(
        row,
        missed=row.missed + isinstance(happened, events.DeadlineMissed),
        escalated=row.escalated or isinstance(happened, events.EnquiryEscalated),
        reminders=row.reminders + isinstance(happened, events.PartnerReminded),
        noted=row.noted + isinstance(happened, events.EscalationNoted),
    )


figures = Projection("enquiry_figures", version=4, row=Counted, fold=fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of enquiries; stages, kinds and outcomes by the last part of their codes."""

    enquiries: int
    by_kind: Mapping[str, int]
    by_stage: Mapping[str, int]
    overdue: int
    """Enquiries to which something is owed still though it was missed."""

    overdue_by_kind: Mapping[str, int]
    """What that is: of `enquiry-deadline@1`."""

    concluded_by_outcome: Mapping[str, int]
    deadlines_missed: int
    escalated: int
    """Enquiries of which somebody above had to know."""

    partners_reminded: int
    """How often a partner was reminded of a report."""

    told_more: int
    """Enquiries of which a sender told more, and nobody has said what it changes."""

    to_be_noted: int
    """Enquiries of which the Board's partner lead has to take note."""

    noted: int
    """How often they took note of something."""


async def how_many(db: AsyncConnection) -> Figures:
    """Give the counts."""
    it = figures.table.c
    sums: Mapping[str, ColumnElement[Any]] = {
        "enquiries": func.count(),
        "overdue": func.count().filter(it.overdue != ""),
        "deadlines_missed": func.coalesce(func.sum(it.missed), 0),
        "escalated": func.count().filter(it.escalated),
        "partners_reminded": func.coalesce(func.sum(it.reminders), 0),
        "told_more": func.count().filter(it.told_more),
        "to_be_noted": func.count().filter(it.to_be_noted),
        "noted": func.coalesce(func.sum(it.noted), 0),
    }
    query = select(*(sum_.label(name) for name, sum_ in sums.items()))
    found = (await db.execute(query)).mappings().one()
    late = Counter[str]()
    for kinds, count in (await _by(db, it.overdue)).items():
        late.update(dict.fromkeys(kinds.split(), count))
    return Figures(
        by_kind=await _by(db, it.kind),
        by_stage=await _by(db, it.stage),
        overdue_by_kind=dict(sorted(late.items())),
        concluded_by_outcome=await _by(db, it.outcome),
        **{name: int(found[name]) for name in sums},
    )


async def _by(db: AsyncConnection, column: ColumnElement[Any]) -> Mapping[str, int]:
    query = select(column, func.count()).where(column.is_not(None))
    rows = await db.execute(query.group_by(column).order_by(column))
    return {value.rpartition(":")[2]: count for value, count in rows}
