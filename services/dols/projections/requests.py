"""Which requests did a sender make, and where has each got to?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols import events
from services.dols.decisions.evolving import urgent_days
from services.dols.events import DolsFact
from services.dols.rules import clocks
from shared.facts import Code, Recorded
from shared.projections.projection import Projection
from shared.time.calendar import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A request, without a word of what it says."""

    request: UUID
    correlation: UUID
    sender: str
    received_at: datetime
    due_on: date
    """The assessments are due by its end: day 21, or the last of an urgent authorisation."""

    withdrawn: bool = False
    decided_on: date | None = None
    not_granted: Code | None = None
    """The reason, where it ended without an authorisation."""

    ends_on: date | None = None
    """Of the authorisation."""

    suspended_until: date | None = None
    """At whose end it ceases, where it is suspended and stays so."""

    ceased_on: date | None = None
    """Before its end."""


def fold(row: Made | None, happened: Recorded[DolsFact]) -> Made | None:
    """Give the row after `happened`."""
    if isinstance(happened.fact, events.RequestReceived):
        return row or Made(
            request=happened.case,
            correlation=happened.act.correlation,
            sender=happened.act.actor,
            received_at=happened.act.effective_at,
            due_on=_due(happened.fact),
        )
    if row is None:
        return None  # the register of assessors is no request
    match happened.fact:
        case events.UrgentExtended(ends_on=ends_on):
            standard = clocks.standard_due(london_date(row.received_at))
            urgent = row.due_on < standard
            return replace(row, due_on=min(standard, ends_on)) if urgent else row
        case events.UrgentDated(ends_on=ends_on):
            received_on = london_date(row.received_at)
            standard = clocks.standard_due(received_on)
            return replace(row, due_on=clocks.statutory_due(standard, ends_on, received_on))
        case events.RequestWithdrawn():
            return replace(row, withdrawn=True)
        case events.AuthorisationGranted(decided_on=on, ends_on=ends_on):
            return replace(row, decided_on=on, ends_on=ends_on)
        case events.AuthorisationNotGranted(decided_on=on, reason=reason):
            return replace(row, decided_on=on, not_granted=reason)
        case events.AuthorisationSuspended(ceases_on=ceases_on):
            return replace(row, suspended_until=ceases_on)
        case events.AuthorisationResumed() | events.AuthorisationEnded():
            return replace(row, suspended_until=None)
        case events.AuthorisationCeased(ceased_on=on):
            return replace(row, suspended_until=None, ceased_on=on)
        case (
            events.RequestPrioritised() | events.CircumstancesTold()
            | events.CircumstancesConsidered() | events.UrgentLapsed()
            | events.AuthorisationLapsed() | events.AssessorOffered()
            | events.OfferDeclined() | events.OfferExpired() | events.AssessorAllocated()
            | events.RequirementAssessed() | events.DeadlineMissed() | events.AssessorRegistered()
            | events.AssessorChanged() | events.PlaceDescribed() | events.ExtensionRefused()
            | events.InformationRequested() | events.InformationAnswered()
            | events.FieldsTold() | events.LocationTold() | events.PresenceConfirmed()
            | events.QuestionSettled() | events.LocationMistaken() | events.AssessorReleased()
            | events.AuthorisationEnding() | events.AssessorStandingChanged()
            | events.ReviewAsked() | events.ReviewCompleted()
        ):  # fmt: skip
            return row


def _due(it: events.RequestReceived) -> date:
    days = urgent_days(it)
    return clocks.statutory_due(it.due_on, days and days[1], it.received_on)


ORDER = ("received_at", "request")
requests = Projection(
    "dols_requests", version=4, row=Made, fold=fold, indexes=(("sender", *ORDER),)
)
Place = tuple[datetime, UUID]


async def made_by(
    db: AsyncConnection, sender: str, limit: int, after: Place | None = None
) -> tuple[Sequence[Made], Place | None]:
    """Give the requests of a sender, the first one first, and the place behind the last."""
    table = requests.table
    order = [table.c[name] for name in ORDER]
    query = select(table).where(table.c.sender == sender)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    found = (await db.execute(query.order_by(*order).limit(limit + 1))).mappings().all()
    rows, more = [Made(**it) for it in found[:limit]], len(found) > limit
    return rows, (rows[-1].received_at, rows[-1].request) if more else None
