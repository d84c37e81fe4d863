"""What may the Board's partner lead ask, and say?"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response, Security

from services.enquiry.api import shape
from services.enquiry.decisions import enquiry, partners
from services.enquiry.decisions.looking import NoteEscalation
from services.enquiry.decisions.partners import LIST
from services.enquiry.projections.board import Escalation, what_to_note
from services.enquiry.projections.open import enquiries
from shared.access.tokens import Caller
from shared.facts import Act
from shared.http.parts import (
    Cursor,
    Db,
    IfMatch,
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
from shared.sealed.vault import Open

router = APIRouter(prefix="/v1", tags=["board"])

BOARD, MANAGER = "sab-partner-lead", "safeguarding-adults-manager"
PartnerLead = Annotated[Act, Security(acting, scopes=[BOARD])]
Reads = Annotated[Caller, Security(caller, scopes=[BOARD, MANAGER])]


@router.get("/escalations", response_model=Page[Escalation])
async def what_is_escalated(
    _by: Reads,
    db: Db,
    log: Log,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give what the Board's partner lead has to take note of, what is due first as the first."""
    await fresh(enquiries, db, response, least)
    listed = partners.fold(await log.history(LIST)) or {}
    place = after(start, datetime.fromisoformat, UUID)
    rows, more = await what_to_note(db, listed, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.post("/enquiries/{id}/escalation-note", status_code=204)
async def note_escalation(
    id: UUID, said: shape.Note, by: PartnerLead, log: Log, expected: IfMatch
) -> Response:
    """Take note of what was escalated to you of an enquiry."""
    words = Open(subject=id, audience="adult", value=said.words) if said.words else None
    act = dated(by, said)
    command = NoteEscalation(words=words)
    return answer(await handle(log, enquiry.stream(id), command, act, expected))
