"""How many enquiries are there, how far are they, what is overdue, and what was found?

A row keeps the state as it was folded, which names nobody: what is counted of a person stays as it
is when their key is gone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    in_doubt: bool = False
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
        "in_doubt": now.conclusion_in_doubt,
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


figures = Projection("enquiry_figures", version=7, row=Counted, fold=fold)


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

    in_doubt: int
    """Enquiries whose conclusion is in doubt: no manager has concluded again, or said it stands."""

    to_be_noted: int
    """Enquiries of which the Board's partner lead has to take note."""

    noted: int
    """How often they took note of something."""


async def how_many(db: AsyncConnection) -> Figures:
    """Give the counts, all of one moment: each enquiry is in all of them, or in none."""
    it = figures.table.c
    groups = (it.kind, it.stage, it.outcome, it.overdue)
    sums: Mapping[str, ColumnElement[Any]] = {
        "enquiries": func.count(),
        "deadlines_missed": func.sum(it.missed),
        "escalated": func.count().filter(it.escalated),
        "partners_reminded": func.sum(it.reminders),
        "told_more": func.count().filter(it.told_more),
        "in_doubt": func.count().filter(it.in_doubt),
        "to_be_noted": func.count().filter(it.to_be_noted),
        "noted": func.sum(it.noted),
    }
    query = select(*groups, *(sum_.label(name) for name, sum_ in sums.items())).group_by(*groups)
    rows = (await db.execute(query)).mappings().all()
    return Figures(
        by_kind=_by("kind", rows),
        by_stage=_by("stage", rows),
        overdue=sum(row["enquiries"] for row in rows if row["overdue"]),
        overdue_by_kind=_by("overdue", rows),
        concluded_by_outcome=_by("outcome", rows),
        **{name: sum(int(row[name]) for row in rows) for name in sums},
    )


def _by(column: str, rows: Sequence[Any]) -> Mapping[str, int]:
    found = Counter[str]()
    for row in rows:
        for value in (row[column] or "").split():
            found[value.rpartition(":")[2]] += row["enquiries"]
    return dict(sorted(found.items()))
