"""Who is in the register of assessors, and how much have they taken on this week?"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols import events
from services.dols.decisions import assessor
from services.dols.decisions.register import Assessor
from services.dols.events import DolsFact
from services.dols.rules import clocks
from services.dols.rules.independence import Standing, in_date_until
from shared.facts import Code, Recorded
from shared.log.codec import Codec
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.shapes import adapter
from shared.time.calendar import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An assessor, and the requests that they took on in a week."""

    assessor: UUID
    correlation: UUID
    version: int
    week: date | None
    """Its Monday."""

    in_week: int
    """Counted in the week in which it was recorded: nothing that is dated back makes room."""

    requests: str
    """Those of the week, by their ids: what is recorded twice is taken on once."""

    allocated: int
    """In all."""

    state: str
    """What the register says, in JSON."""


def key(happened: Recorded[Any]) -> Hashable:
    """Give the assessor whom a fact is about; of others, the case, which is nobody's id here."""
    if isinstance(happened.fact, events.AssessorAllocated):
        return happened.fact.standing.assessor
    return happened.case


def fold(row: Entry | None, happened: Recorded[DolsFact]) -> Entry | None:
    """Give the row after `happened`."""
    match happened.fact:
        case events.AssessorRegistered() | events.AssessorChanged():
            was = read(row.state) if row else None
            state = assessor.evolve(was, happened.fact, happened.act)
            kept = adapter(Assessor).dump_json(state).decode()
            first = Entry(
                assessor=happened.case, correlation=happened.act.correlation, version=0,
                week=None, in_week=0, requests="", allocated=0, state=kept,
            )  # fmt: skip
            return replace(row or first, version=happened.version, state=kept)
        case events.AssessorAllocated():
            return row and _busier(row, monday(london_date(happened.recorded_at)), happened.case)
        case (
            events.RequestReceived() | events.RequestPrioritised() | events.CircumstancesTold()
            | events.CircumstancesConsidered() | events.RequestWithdrawn() | events.UrgentExtended()
            | events.UrgentLapsed() | events.AuthorisationLapsed()
            | events.AssessorOffered() | events.OfferDeclined()
            | events.OfferExpired() | events.RequirementAssessed() | events.AuthorisationGranted()
            | events.AuthorisationNotGranted() | events.DeadlineMissed()
            | events.PlaceDescribed() | events.ExtensionRefused()
            | events.InformationRequested() | events.InformationAnswered()
            | events.FieldsTold() | events.LocationTold() | events.PresenceConfirmed()
            | events.QuestionSettled() | events.LocationMistaken() | events.AssessorReleased()
            | events.AuthorisationEnding() | events.AuthorisationEnded()
            | events.AuthorisationSuspended() | events.AuthorisationResumed()
            | events.AuthorisationCeased() | events.ReviewAsked() | events.ReviewCompleted()
            | events.AssessorStandingChanged() | events.UrgentDated()
        ):  # fmt: skip
            return row


def _busier(row: Entry, week: date, request: UUID) -> Entry:
    had = row.requests.split() if row.week == week else []
    if str(request) in had:
        return row
    has = [*had, str(request)]
    return replace(
        row, week=week, in_week=len(has), requests=" ".join(has), allocated=row.allocated + 1
    )


def monday(day: date) -> date:
    """Give the first day of a week."""
    return day - timedelta(days=day.weekday())


def read(kept: str) -> Assessor:
    """Give what a row keeps of the register."""
    found: Assessor = adapter(Assessor).validate_json(kept)
    return found


assessors = Projection("dols_assessors", version=3, row=Entry, fold=fold, key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An assessor as staff see them."""

    assessor: UUID
    name: str
    kinds: Sequence[Code]
    trained_on: date
    training_in_date_until: date
    training_in_date: bool
    employer: Code
    interests: Sequence[str]
    suspended: bool
    weekly_capacity: int
    taken_on_this_week: int
    allocated: int
    version: int


async def all_of_them(
    db: AsyncConnection, today: date, limit: int, after: tuple[UUID] | None = None
) -> tuple[Sequence[Row], tuple[UUID] | None]:
    """Give the register, and the place behind the last if there are more."""
    table = assessors.table
    query = select(table).order_by(table.c.assessor).limit(limit + 1)
    if after is not None:
        query = query.where(table.c.assessor > after[0])
    found = (await db.execute(query)).mappings().all()
    rows, more = found[:limit], len(found) > limit
    return [_row(it, today) for it in rows], (rows[-1]["assessor"],) if more else None


async def standing_of(log: Log, ids: Collection[UUID]) -> Mapping[UUID, Standing]:
    """Give what the register says now of some assessors; of who is not in it, nothing.

    Of the log itself, so that nobody waits for a table.
    """
    streams = {str(assessor.stream(id)): id for id in ids}
    found = dict[UUID, Standing]()
    for name, its in (await log.rows(streams) if streams else {}).items():
        if known := assessor.fold(map(log.codec.read, its)):
            found[streams[name]] = known.standing(streams[name], len(its))
    return found


OF_THE_WEEK = text("""
with before as (select coalesce((select position from log.event where recorded_at < :since
order by position desc limit 1), 0) as at)
select e.* from log.event e, before where e.position > before.at and e.type = any(:types)
order by e.position""")
"""Of the week's positions only those types are given; none of the others is read or decoded."""


async def taken_on(db: AsyncConnection, codec: Codec, assessor: UUID, today: date) -> int:
    """Give how many requests an assessor has taken on in the week of a London date.

    Of the log itself: it is never behind, and nobody waits for an assessor while the table is
    built anew. What this build cannot read, as a newer one's, is said to operators and not
    counted: it may be anybody's, and keeps nobody waiting.
    """
    kind: Any = events.AssessorAllocated
    asked = {"since": clocks.start_of(monday(today)), "types": [kind.stored_as]}
    found = (await db.execute(OF_THE_WEEK, asked)).mappings()
    return len(taken(codec.legible(found), assessor, today))


def taken(history: Iterable[Recorded[Any]], assessor: UUID, today: date) -> Set[UUID]:
    """Give the requests that an assessor has taken on in the week of a London date."""
    return {
        it.case
        for it in history
        if isinstance(it.fact, events.AssessorAllocated)
        and it.fact.standing.assessor == assessor
        and monday(london_date(it.recorded_at)) == monday(today)
    }


def _row(kept: Any, today: date) -> Row:
    state = read(kept["state"])
    until = in_date_until(state.trained_on)
    this_week = kept["week"] == monday(today)
    return Row(
        assessor=kept["assessor"],
        name=state.name,
        kinds=state.kinds,
        trained_on=state.trained_on,
        training_in_date_until=until,
        training_in_date=state.trained_on <= today <= until,
        employer=state.employer,
        interests=state.interests,
        suspended=state.suspended,
        weekly_capacity=state.weekly_capacity,
        taken_on_this_week=kept["in_week"] if this_week else 0,
        allocated=kept["allocated"],
        version=kept["version"],
    )
