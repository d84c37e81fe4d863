"""Which enquiries owe something, by when, and what do they lack before they can close?

A row keeps the state as it was folded, so that the list and one enquiry cannot differ. It names
nobody: a state holds times, dates and codes only. A closed enquiry stays in the list as long as
something is owed to it: a review, a look at a decision that changed, at a report that came late
or at more that its sender told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import missing, overdue, owed, who_has_to_know
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import Fact, PartnerFact
from services.enquiry.rules import clocks
from shared.decider import Deadline
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.shapes import adapter
from shared.time.calendar import calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An enquiry, and by when something is owed to it."""

    enquiry: UUID
    correlation: UUID
    version: int
    due_at: datetime | None
    """Of what is owed first; None where nothing is."""

    note_due_at: datetime | None
    """By when the Board's partner lead has to take note of it; None where they need not."""

    state: str
    """As it was folded, in JSON."""


def fold(row: Kept | None, happened: Recorded[Fact]) -> Kept | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, PartnerFact):
        return row
    was = kept_state(row.state) if row else None
    state = enquiry.evolve(was, happened.fact, happened.act)
    due = in_order(state)
    note = next((it.due_at for it in due if it.kind == clocks.NOTE), None)
    return Kept(
        enquiry=happened.case,
        correlation=row.correlation if row else happened.act.correlation,
        version=happened.version,
        due_at=due[0].due_at if due else None,
        note_due_at=note,
        state=written(state),
    )


def in_order(state: Enquiry) -> Sequence[Deadline]:
    """Give what is owed, the first one first; to remind a partner is the timers' work alone."""
    theirs = (it for it in owed(state, calendar()) if it.kind != clocks.REMINDER)
    return sorted(theirs, key=lambda it: (it.due_at, it.kind))


def written(state: Enquiry) -> str:
    """Give a state as a row keeps it."""
    return adapter(Enquiry).dump_json(state).decode()


def kept_state(text: str) -> Enquiry:
    """Give what a row keeps of an enquiry."""
    found: Enquiry = adapter(Enquiry).validate_json(text)
    return found


ORDER, OF_THE_BOARD = ("due_at", "enquiry"), ("note_due_at", "enquiry")
enquiries = Projection("enquiries", version=10, row=Kept, fold=fold, indexes=(ORDER, OF_THE_BOARD))
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something owed, and by when."""

    kind: str
    """Of `enquiry-deadline@1`, its last part: lead, plan, conclusion and so on."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the list as staff see it."""

    enquiry: UUID
    contact: UUID
    kind: Code
    stage: Code
    opened_at: datetime
    due: Sequence[Due]
    """All that is owed, the first one first."""

    overdue: Sequence[Due]
    """What of that was missed, and when it was due at first."""

    escalated_to: Sequence[Code]
    """Of `escalation@1`: who above has to know of what is overdue."""

    late_report_since: datetime | None
    """A partner's report came late, also one of an earlier partner, and nobody has looked."""

    told_more_since: datetime | None
    """Its sender told more, and nobody has looked."""

    conclusion_in_doubt_since: datetime | None
    """No manager has concluded again since then, or said that the conclusion stands."""

    missing: Sequence[Code]
    """What stands in the way of closing it."""

    version: int
    stale_since: datetime | None
    """A message about it is missing or could not be taken since then."""


def overdue_in_order(state: Enquiry) -> Sequence[Due]:
    """Give what is owed still though it was missed, the first one first."""
    late = sorted(overdue(state, calendar()).items(), key=lambda it: (it[1], it[0]))
    return [Due(kind=kind, due_at=due_at) for kind, due_at in late]


async def who_is_owed(
    db: AsyncConnection, limit: int, after: Place | None = None
) -> tuple[Sequence[Row], Place | None]:
    """Give those to whom something is owed, and the place behind the last if there are more."""
    rows, place = await waiting(db, ORDER, limit, after)
    return [_row(it) for it in rows], place


async def waiting(
    db: AsyncConnection, order: tuple[str, str], limit: int, after: Place | None
) -> tuple[Sequence[Any], Place | None]:
    """Give the rows in an order by a time, where they have one, and the place behind the last."""
    columns = [enquiries.table.c[name] for name in order]
    query = select(enquiries.table, enquiries.stale_since()).where(columns[0].is_not(None))
    if after is not None:
        query = query.where(tuple_(*columns) > tuple_(*after))
    found = (await db.execute(query.order_by(*columns).limit(limit + 1))).mappings().all()
    rows, (by, id) = found[:limit], order
    return rows, (rows[-1][by], rows[-1][id]) if len(found) > limit else None


async def stale_since(db: AsyncConnection, id: UUID) -> datetime | None:
    """Give since when what is known of one enquiry may be out of date, None where it is not."""
    query = select(enquiries.stale_since()).where(enquiries.table.c.enquiry == id)
    found: datetime | None = (await db.execute(query)).scalar()
    return found


def _row(kept: Any) -> Row:
    state = kept_state(kept["state"])
    return Row(
        enquiry=kept["enquiry"],
        contact=state.contact,
        kind=state.kind,
        stage=state.stage,
        opened_at=state.opened_at,
        due=[Due(kind=it.kind, due_at=it.due_at) for it in in_order(state)],
        overdue=overdue_in_order(state),
        escalated_to=who_has_to_know(state, calendar()),
        late_report_since=state.late.since if state.late else None,
        told_more_since=state.told_more_at,
        conclusion_in_doubt_since=state.doubted_at,
        missing=missing(state),
        version=kept["version"],
        stale_since=kept["stale_since"],
    )
