"""Who waits for a section 42 decision, and who is next?

Red by received time; then Amber and Green together by due time, ties by score. The order is kept
in stored columns, so that a page costs the same however many wait. No row names anybody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.decisions import REFERRER, SCREENER
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
from services.triage.rules import waits
from services.triage.rules.clocks import decision_due, look_due, rank_reason, sort_key
from services.triage.rules.overriding import after_score
from services.triage.rules.score import LOW
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import Calendar, calendar

NOT_YET = Code("band@1:green")
"""Of a concern between its recognition and its score, which come in one act."""

RECOGNISED = 1
"""The version of a concern that has no score yet."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A concern that nobody has decided, and its place in the order."""

    concern: UUID
    contact: UUID
    correlation: UUID
    band: Code
    scored_band: Code
    """What the last score alone would give."""

    set_to: Code | None
    """The band that a person set last."""

    total: int
    confidence: Code
    scored_by: Code
    waiting_since: datetime
    began: datetime
    """Since when it is promised what is due: receipt, reopening, or what was told once decided."""

    due_at: datetime
    rank: int
    sort_at: datetime
    minus_total: int
    version: int
    news: int
    """How often the sender told more since a person last scored it."""

    withdrawn: bool
    decided: bool
    """Decided concerns stay, out of the order: one may be opened again, or more be told of it."""

    after_decision: bool
    """It is decided; where it stands in the order all the same, the sender told more since."""

    missed: int
    """Times that were promised and passed since it began to wait."""

    escalated_to: Code | None
    """Who had to be told last that it waits so long."""

    proposed_band: Code | None
    """Lower than Red, and waits for a second person."""

    second_person_due_at: datetime | None


def fold(row: Waiting | None, happened: Recorded[ConcernFact]) -> Waiting | None:
    """Give the row after `happened`."""
    if row is None:
        return _first(happened)
    changed = object.__new__(Waiting)  # `replace` would set each of its twenty members again
    vars(changed).update(vars(row), version=happened.version, **_changes(row, happened))
    return changed


def _changes(row: Waiting, happened: Recorded[ConcernFact]) -> Mapping[str, Any]:
    """Give the members that `happened` changes: a row is copied once for each fact, no more."""
    at = happened.act.effective_at
    match happened.fact:
        case ConcernScored(score=score, scored_by=by):
            band = after_score(row.band, score.band, row.set_to)
            return {
                "scored_band": score.band,
                "confidence": score.confidence,
                "scored_by": by,
                "news": 0 if by == SCREENER else row.news,
                **_placed(row, band, score.total, at),
            }
        case BandOverridden(band=band):
            return {"set_to": band, **NOTHING_PROPOSED, **_placed(row, band, row.total, at)}
        case BandLoweringProposed(band=band):
            due_at = waits.second_person_due(at, calendar())
            return {"proposed_band": band, "second_person_due_at": due_at}
        case BandLoweringAnswered():
            return NOTHING_PROPOSED
        case InformationAdded():
            news: dict[str, Any] = {"news": row.news + 1, "decided": False}
            # More of the same gives nobody more time.
            begins = row.after_decision and row.decided
            return news | (_begun(row, at, look_due) if begins else {})
        case InformationConsidered():
            return {"decided": True, "news": 0, **NOTHING_MISSED}
        case WithdrawalNoted():
            return {"withdrawn": True}
        case Section42Decided():
            decided = {"decided": True, "after_decision": True, "news": 0}
            return decided | NOTHING_MISSED | NOTHING_PROPOSED
        case ConcernReopened():
            open_again = {"decided": False, "after_decision": False, **NOTHING_MISSED}
            return open_again | _begun(row, at, decision_due)
        case DeadlineMissed():
            return {"missed": row.missed + 1, **_asked_again(row, happened.fact)}
        case ConcernEscalated(to=to):
            return {"escalated_to": to}
        case ConcernRecognised():
            return {}


Promised = Callable[[Code, datetime, Calendar], datetime]
"""A decision; of what is decided already, that somebody looks at what was told since."""

NOTHING_MISSED: dict[str, Any] = {"missed": 0, "escalated_to": None}
NOTHING_PROPOSED: dict[str, Any] = {"proposed_band": None, "second_person_due_at": None}


def _asked_again(row: Waiting, missed: DeadlineMissed) -> Mapping[str, Any]:
    if row.proposed_band is None or not missed.kind.endswith(f":{waits.SECOND_PERSON}"):
        return {}
    return {"second_person_due_at": waits.second_person_again(missed.due_at, calendar())}


def _first(happened: Recorded[ConcernFact]) -> Waiting | None:
    if not isinstance(happened.fact, ConcernRecognised):
        raise TypeError("a concern begins with its recognition")
    since = happened.act.effective_at
    return Waiting(
        concern=happened.case,
        contact=happened.fact.contact,
        correlation=happened.act.correlation,
        band=NOT_YET,
        scored_band=NOT_YET,
        set_to=None,
        total=0,
        confidence=LOW,
        scored_by=REFERRER,
        waiting_since=since,
        began=since,
        due_at=since,
        rank=0,
        sort_at=since,
        minus_total=0,
        version=happened.version,
        news=0,
        withdrawn=False,
        decided=False,
        after_decision=False,
        **NOTHING_MISSED,
        **NOTHING_PROPOSED,
    )


def _begun(row: Waiting, at: datetime, promised: Promised) -> dict[str, Any]:
    due_at = promised(row.band, at, calendar())
    return {"began": at, **_due(row, row.band, row.total, due_at)}


def _placed(row: Waiting, band: Code, total: int, at: datetime) -> Mapping[str, Any]:
    promised = partial(look_due if row.after_decision else decision_due, calendar=calendar())
    if row.version == RECOGNISED:
        return _due(row, band, total, promised(band, row.began))
    if band == row.band:
        return _due(row, band, total, row.due_at)
    due_at = waits.moved(row.due_at, row.band, band, row.began, at, promised)
    return _due(row, band, total, due_at)


def _due(row: Waiting, band: Code, total: int, due_at: datetime) -> dict[str, Any]:
    rank, sort_at, minus_total = sort_key(band, row.waiting_since, due_at, total)
    return {
        "band": band,
        "total": total,
        "due_at": due_at,
        "rank": rank,
        "sort_at": sort_at,
        "minus_total": minus_total,
    }


ORDER = ("decided", "rank", "sort_at", "minus_total", "concern")
queue = Projection("queue", version=5, row=Waiting, fold=fold, indexes=(ORDER,))
Place = tuple[int, datetime, int, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the queue as staff see it."""

    concern: UUID
    contact: UUID
    band: Code
    """The higher of what the last score gives and what a person set; Red until it is lowered."""

    scored_band: Code
    total: int
    confidence: Code
    scored_by: Code
    waiting_since: datetime
    due_at: datetime
    rank_reason: str
    version: int
    news: int
    withdrawn: bool
    after_decision: bool
    missed: int
    escalated_to: Code | None
    proposed_band: Code | None
    """Lower than Red, and waits for a second person to agree by `second_person_due_at`."""

    second_person_due_at: datetime | None
    stale_since: datetime | None
    """A message about it or its contact is missing or could not be taken since then."""


async def who_is_next(
    db: AsyncConnection, limit: int, after: Place | None = None
) -> tuple[Sequence[Row], Place | None]:
    """Give those who wait, the next one first, and the place behind the last if there are more."""
    table = queue.table
    order = [table.c[name] for name in ORDER[1:]]
    query = select(table, queue.stale_since(case="contact")).where(~table.c.decided)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows, more = found[:limit], len(found) > limit
    last = rows[-1] if more else None
    place = (last["rank"], last["sort_at"], last["minus_total"], last["concern"]) if last else None
    return [_row(dict(row)) for row in rows], place


async def stale_since(db: AsyncConnection, concern: UUID) -> datetime | None:
    """Give since when what is known of one concern may be out of date, None where it is not."""
    query = select(queue.stale_since(case="contact")).where(queue.table.c.concern == concern)
    found: datetime | None = (await db.execute(query)).scalar()
    return found


def _row(found: dict[str, Any]) -> Row:
    shown = {name: found[name] for name in Row.__dataclass_fields__ if name in found}
    times = (found["waiting_since"], found["due_at"])
    reason = rank_reason(found["band"], *times, found["scored_band"])
    again = "; decided, and the sender told more since" if found["after_decision"] else ""
    return Row(rank_reason=reason + again, **shown)
