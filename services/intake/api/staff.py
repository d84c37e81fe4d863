"""What may staff do with referrals that the policy left to a person?"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response, Security
from pydantic import Field

from services.intake.decisions import PromoteContact, RedirectContact, referral
from services.intake.projections.referrals import Figures, how_many, referrals
from services.intake.projections.screening import Row, screening, who_waits
from shared.access.tokens import Caller
from shared.facts import Act, Code
from shared.http.parts import (
    Body,
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
    fresh,
)
from shared.log.handle import handle
from shared.refusals import NotFound
from shared.sealed.vault import Open

router = APIRouter(prefix="/v1", tags=["screening"])

ROLES = ["customer-contact", "safeguarding-adults-manager"]
Acts = Annotated[Act, Security(acting, scopes=ROLES)]
Reads = Annotated[Caller, Security(caller, scopes=ROLES)]
Counts = Annotated[Caller, Security(caller, scopes=[*ROLES, "screener", "operator"])]
Words = Annotated[str, Field(min_length=1, max_length=20_000)]


class Promotion(Body):
    """Why an adult goes on to triage."""

    adult: UUID
    reasons: Words


class Redirection(Body):
    """Where an adult is passed on to, and why."""

    adult: UUID
    to: Code
    reasons: Words


@router.get("/screening", response_model=Page[Row])
async def who_waits_for_a_person(
    _by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the adults whom the policy left to a person: immediate danger first, then the oldest."""
    await fresh(screening, db, response, least)
    place = after(start, bool, datetime.fromisoformat, UUID)
    rows, more = await who_waits(db, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/figures", response_model=Figures)
async def figures(_by: Counts, db: Db, response: Response, least: MinPosition = None) -> Any:
    """Count referrals and the adults in them: each is promoted, held or redirected."""
    await fresh(referrals, db, response, least)
    return await how_many(db)


@router.get("/referrals/{id}/words", response_class=Response)
async def words(id: UUID, _by: Reads, log: Log) -> Response:
    """Give the referral exactly as it was sent, to whoever has to look at it."""
    history = await log.history(referral.stream(id))
    if not history:
        raise NotFound
    sent = await log.vault.open(history[0].fact.document, str)
    return Response(sent, media_type="application/json")


@router.post("/referrals/{id}/promotion", status_code=204)
async def promote(id: UUID, said: Promotion, by: Acts, log: Log, expected: IfMatch) -> Response:
    """Let an adult go on to triage whom the policy held."""
    command = PromoteContact(adult=said.adult, reasons=_reasons(id, said.reasons))
    act = by.at(said.effective_at)
    return answer(await handle(log, referral.stream(id), command, act, expected))


@router.post("/referrals/{id}/redirection", status_code=204)
async def redirect(id: UUID, said: Redirection, by: Acts, log: Log, expected: IfMatch) -> Response:
    """Pass an adult on to where it belongs; the sender is told where, and nothing else."""
    reasons = _reasons(id, said.reasons)
    command = RedirectContact(adult=said.adult, to=said.to, reasons=reasons)
    act = by.at(said.effective_at)
    return answer(await handle(log, referral.stream(id), command, act, expected))


def _reasons(id: UUID, words: str) -> Open[str]:
    return Open(subject=id, audience="document", value=words)
