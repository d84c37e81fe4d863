"""Who may see who owes whom an answer?

A partner sees what they owe and are owed; a safeguarding adults manager sees all of it, and closes
what a partner added and nobody will answer.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, Security

from services.notify.decisions import contribution
from services.notify.decisions.contribution import CloseContribution, OwedElsewhere
from services.notify.projections.obligations import (
    Obligation,
    Side,
    added_about,
    obligations,
    one,
    who_owes,
)
from shared.access.tokens import Caller
from shared.facts import Act, Code, party
from shared.http.parts import (
    Body,
    Cursor,
    Db,
    Limited,
    Log,
    MinPosition,
    Page,
    acting,
    after,
    answer,
    caller,
    cursor,
    dated,
    fresh,
)
from shared.log.handle import handle
from shared.refusals import NotFound

router = APIRouter(prefix="/v1/obligations", tags=["obligations"])

MANAGER = "safeguarding-adults-manager"
Sees = Annotated[Caller, Security(caller, scopes=["obligations.read", MANAGER])]
Closes = Annotated[Act, Security(acting, scopes=[MANAGER])]
OwedBy = Annotated[Side | None, Query(description="`us` is the council, `them` the partner")]


class Closing(Body):
    """Why nobody answers what a partner added."""

    why: Code
    """`unanswered@1:` and `answered-otherwise`, `sent-again`, `seen` or `harmless`."""


@router.get("", response_model=Page[Obligation])
async def what_is_owed(
    by: Sees,
    db: Db,
    response: Response,
    owed_by: OwedBy = None,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give what partners and council owe one another and have not done, what is due first first."""
    await fresh(obligations, db, response, least)
    place = after(start, datetime.fromisoformat, UUID)
    rows, more = await who_owes(db, limit, place, partner=_whose(by), side=owed_by)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/{id}", response_model=Obligation)
async def one_obligation(id: UUID, by: Sees, db: Db) -> Any:
    """Give one obligation, met or not."""
    found = await one(db, id, _whose(by))
    if found is None:
        raise NotFound
    return found


@router.post("/{id}/closure", status_code=204)
async def close_obligation(id: UUID, said: Closing, by: Closes, log: Log, db: Db) -> Response:
    """Owe no answer any more to what a partner added: nobody will give one. They are told so."""
    adult = await added_about(db, id)
    if adult is None:
        raise OwedElsewhere
    command = CloseContribution(contribution=id, why=said.why)
    return answer(await handle(log, contribution.stream(adult), command, dated(by, said)))


def _whose(by: Caller) -> UUID | None:
    """Give the partner of whom alone a caller sees obligations; None for staff, who see all."""
    return None if MANAGER in by.may else party(by.name)
