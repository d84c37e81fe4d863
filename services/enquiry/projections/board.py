"""Of what does the Board's partner lead have to take note, and by when?

They answer for what partners promised, and sit with no team of the council: so this list is their
own, and names the enquiry by its id, the organisation that was asked, and nobody else. Its rows are
those of the list of open enquiries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry.decisions.owing import overdue, to_note
from services.enquiry.decisions.partners import Partners
from services.enquiry.decisions.state import Enquiry
from services.enquiry.projections.open import OF_THE_BOARD, Due, Place, kept_state, waiting
from services.enquiry.rules import clocks
from shared.facts import party
from shared.time.calendar import calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """An enquiry of which the Board's partner lead has to take note."""

    enquiry: UUID
    missed: Sequence[Due]
    """What was escalated to them, and when it was due at first."""

    organisation: str | None
    """Who was asked, as the list of partners calls them; null where it has them no more."""

    note_due_at: datetime
    """By when they take note, or the safeguarding adults manager hears that they did not."""

    overdue_since: datetime | None
    """When that was due at first, where it was missed."""

    version: int
    stale_since: datetime | None
    """A message about it is missing or could not be taken since then."""


async def what_to_note(
    db: AsyncConnection, listed: Partners, limit: int, after: Place | None = None
) -> tuple[Sequence[Escalation], Place | None]:
    """Give what is to be noted, what is due first as the first, and the place behind the last."""
    rows, place = await waiting(db, OF_THE_BOARD, limit, after)
    names = {party(it.partner): it.organisation for it in listed.values()}
    return [_escalation(it, names) for it in rows], place


def _escalation(kept: Any, names: Mapping[UUID, str]) -> Escalation:
    state = kept_state(kept["state"])
    since = overdue(state, calendar())
    return Escalation(
        enquiry=kept["enquiry"],
        missed=[Due(kind=it.kind, due_at=since[it.kind]) for it in to_note(state, calendar())],
        organisation=_asked(state, names),
        note_due_at=kept["note_due_at"],
        overdue_since=since.get(clocks.NOTE),
        version=kept["version"],
        stale_since=kept["stale_since"],
    )


def _asked(state: Enquiry, names: Mapping[UUID, str]) -> str | None:
    return names.get(state.caused.partner) if state.caused else None
