"""How many requests are there, how many wait and how long, and what became of them?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols import events
from services.dols.decisions.evolving import urgent_days
from services.dols.events import DolsFact
from services.dols.rules import clocks
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What of a request is counted."""

    request: UUID
    setting: Code
    received_on: date
    band: Code | None = None
    urgent: bool = False
    renewal: bool = False
    lapsed: bool = False
    """Of an urgent authorisation and one to be renewed, the urgent one counts."""

    starts_on: date | None = None
    granted: bool = False
    decided_on: date | None = None
    in_time: bool = False
    reason: Code | None = None
    suspended: bool = False
    under_review: bool = False
    ceased: Code | None = None
    """Why, before its end."""

    missed: int = 0


def fold(row: Counted | None, happened: Recorded[DolsFact]) -> Counted | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, events.RequestReceived):
        received = happened.fact
        return row or Counted(
            request=happened.case,
            setting=received.setting,
            received_on=received.received_on,
            urgent=urgent_days(received) is not None,
            renewal=clocks.relied_on(received.authorisation_ends_on, received.received_on)
            is not None,
        )
    if row is None:
        return None  # the register of assessors is no request
    match happened.fact:
        case events.RequestPrioritised(priority=priority):
            return replace(row, band=priority.band)
        case events.UrgentLapsed():
            return replace(row, lapsed=row.lapsed or row.urgent)
        case events.UrgentDated(ends_on=ends_on):
            return replace(
                row, lapsed=row.lapsed and ends_on < london_date(happened.act.effective_at)
            )
        case events.AuthorisationLapsed():
            return replace(row, lapsed=row.lapsed or (row.renewal and not row.urgent))
        case events.DeadlineMissed():
            return replace(row, missed=row.missed + 1)
        case events.AuthorisationGranted() | events.AuthorisationNotGranted() as ended:
            # One dated back, when that could still be, was signed off when it was recorded.
            counts_on = max(ended.decided_on, london_date(happened.recorded_at))
            return _decided(row, ended, counts_on)
        case (
            events.AuthorisationSuspended() | events.AuthorisationResumed()
            | events.AuthorisationEnded() | events.AuthorisationCeased()
            | events.ReviewAsked() | events.ReviewCompleted()
        ) as later:  # fmt: skip
            return _since(row, later)
        case (
            events.CircumstancesTold() | events.CircumstancesConsidered()
            | events.RequestWithdrawn() | events.UrgentExtended()
            | events.AssessorOffered() | events.OfferDeclined()
            | events.OfferExpired() | events.AssessorAllocated() | events.RequirementAssessed()
            | events.AssessorRegistered() | events.AssessorChanged()
            | events.PlaceDescribed() | events.ExtensionRefused()
            | events.InformationRequested() | events.InformationAnswered()
            | events.FieldsTold() | events.LocationTold() | events.PresenceConfirmed()
            | events.QuestionSettled() | events.LocationMistaken() | events.AssessorReleased()
            | events.AuthorisationEnding() | events.AssessorStandingChanged()
        ):  # fmt: skip
            return row


Ended = events.AuthorisationGranted | events.AuthorisationNotGranted


def _decided(row: Counted, it: Ended, counts_on: date) -> Counted:
    in_time = clocks.in_time(row.received_on, counts_on)
    row = replace(row, decided_on=it.decided_on, in_time=in_time)
    if isinstance(it, events.AuthorisationGranted):
        return replace(row, granted=True, starts_on=it.starts_on, reason=None)
    return replace(row, granted=False, starts_on=None, reason=it.reason)


Later = (
    events.AuthorisationSuspended
    | events.AuthorisationResumed
    | events.AuthorisationEnded
    | events.AuthorisationCeased
    | events.ReviewAsked
    | events.ReviewCompleted
)


def _since(row: Counted, it: Later) -> Counted:
    """Count what became of what was granted."""
    match it:
        case events.AuthorisationSuspended():
            return replace(row, suspended=True)
        case events.AuthorisationResumed():
            return replace(row, suspended=False)
        case events.ReviewAsked():
            return replace(row, under_review=True)
        case events.ReviewCompleted():
            return replace(row, under_review=False)
        case events.AuthorisationEnded():
            return replace(row, suspended=False, under_review=False)
        case events.AuthorisationCeased(reason=reason):
            return replace(row, suspended=False, under_review=False, ceased=reason)


figures = Projection("dols_figures", version=6, row=Counted, fold=fold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of requests."""

    received: int
    received_by_setting: Mapping[str, int]
    waiting: int
    waiting_by_band: Mapping[str, int]
    unprotected: int
    """Their urgent authorisation, or the one to be renewed, ended, and no other has begun. Whose
    request was granted waits no more, also where that ended, ceased or is suspended."""

    waiting_over_180_days: int
    decided: int
    decided_in_21_days: int
    """As the national return counts: signed off within 21 days of receipt."""

    granted: int
    suspended: int = 0
    """Now, of what was granted."""

    under_review: int = 0
    """The same: a review is open."""

    not_granted_by_reason: Mapping[str, int] = field(default_factory=dict)
    ceased_by_reason: Mapping[str, int] = field(default_factory=dict)
    """Of what was granted, what ceased before its end."""

    deadlines_missed: int = 0


async def how_many(db: AsyncConnection, today: date) -> Figures:
    """Give the counts; settings, bands and reasons by the last part of their codes."""
    it = figures.table.c
    waits = it.decided_on.is_(None)
    begins = it.ceased.is_(None) & (it.starts_on > today)
    long = waits & (it.received_on < today - clocks.LONG_WAIT * clocks.DAY)
    sums = {
        "received": func.count(),
        "waiting": func.count().filter(waits),
        "unprotected": func.count().filter(it.lapsed & (waits | begins)),
        "waiting_over_180_days": func.count().filter(long),
        "decided": func.count().filter(~waits),
        "decided_in_21_days": func.count().filter(it.in_time),
        "granted": func.count().filter(it.granted),
        "suspended": func.count().filter(it.suspended),
        "under_review": func.count().filter(it.under_review),
        "deadlines_missed": func.coalesce(func.sum(it.missed), 0),
    }
    query = select(*(sum_.label(name) for name, sum_ in sums.items()))
    found = (await db.execute(query)).mappings().one()
    return Figures(
        received_by_setting=await _by(db, it.setting),
        waiting_by_band=await _by(db, it.band, waits),
        not_granted_by_reason=await _by(db, it.reason),
        ceased_by_reason=await _by(db, it.ceased),
        **{name: int(found[name]) for name in sums},
    )


async def _by(db: AsyncConnection, column: Any, *where: Any) -> Mapping[str, int]:
    query = select(column, func.count()).where(column.is_not(None), *where)
    rows = await db.execute(query.group_by(column).order_by(column))
    return {code.rpartition(":")[2]: count for code, count in rows}
