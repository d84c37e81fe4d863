"""What may staff do with referrals that the policy left to a person?"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response, Security
from pydantic import BaseModel, Field

from services.intake.decisions import (
    Held,
    PromoteContact,
    RedirectContact,
    Redirected,
    Referral,
    referral,
)
from services.intake.projections.documents import documents, missed, reasoned
from services.intake.projections.referrals import Figures, how_many, referrals
from services.intake.projections.screening import Row, screening, who_waits
from shared.access.tokens import Caller
from shared.facts import Act, Code
from shared.http.parts import (
    AsAt,
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
    dated,
    fresh,
    having_seen,
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


class Reasons(BaseModel):
    """Why somebody did something."""

    fact: str
    by: str
    words: str


class Missed(BaseModel):
    """A look that was owed to an adult and passed."""

    adult: UUID
    kind: Code
    due_at: datetime
    late: bool
    """We came to know later than we should have: the service stood still."""


class ReferralWords(BaseModel):
    """What people wrote of a referral: its documents exactly as they were sent."""

    document: str
    amendments: Sequence[str]
    reasons: Sequence[Reasons]
    missed: Sequence[Missed]
    """What was owed to the adults in it and passed, the first one first."""


@router.get("/screening", response_model=Page[Row])
async def who_waits_for_a_person(
    _by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the adults whom the policy left to a person: due within the hour first, then the oldest.

    Each is owed a look by `owed_at`; how often that passed is `missed`.
    """
    await fresh(screening, db, response, least)
    place = after(start, bool, datetime.fromisoformat, UUID)
    rows, more = await who_waits(db, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/figures", response_model=Figures)
async def figures(_by: Counts, db: Db, response: Response, least: MinPosition = None) -> Any:
    """Count referrals, the adults in them, each promoted, held or redirected, and looks missed."""
    await fresh(referrals, db, response, least)
    return await how_many(db)


@router.get("/referrals/{id}/words", response_model=ReferralWords)
async def words(id: UUID, response: Response, _by: Reads, log: Log, at: AsAt) -> Any:
    """Give all that was written of a referral, to whoever has to look at it."""
    history = await log.history(referral.stream(id), **at)
    if not history:
        raise NotFound
    if not at:  # as at another time it is no version to act on
        response.headers["ETag"] = f'"{len(history)}"'
    open_ = log.vault.open
    return ReferralWords(
        document=await open_(history[0].fact.document, str),
        amendments=[await open_(it, str) for it in documents(history)],
        reasons=[
            Reasons(
                fact=it.fact.stored_as, by=it.act.actor, words=await open_(it.fact.reasons, str)
            )
            for it in reasoned(history)
        ],
        missed=[
            Missed(adult=it.adult, kind=it.kind, due_at=it.due_at, late=it.late)
            for it in missed(history)
        ],
    )


@router.post("/referrals/{id}/promotion", status_code=204)
async def promote(id: UUID, said: Promotion, by: Acts, log: Log, expected: IfMatch) -> Response:
    """Let an adult go on to triage whom the policy held."""
    command = PromoteContact(adult=said.adult, reasons=_reasons(id, said.reasons))
    act = dated(by, said)
    return answer(await handle(log, referral.stream(id), command, act, expected))


@router.post("/referrals/{id}/redirection", status_code=204)
async def redirect(id: UUID, said: Redirection, by: Acts, log: Log, expected: IfMatch) -> Response:
    """Pass an adult on to where it belongs; the sender is told where, and nothing else.

    Where the sender told more of the adult since, `If-Match` says that this was read.
    """
    reasons = _reasons(id, said.reasons)
    command = RedirectContact(adult=said.adult, to=said.to, reasons=reasons)
    stream, act = referral.stream(id), dated(by, said)
    news = partial(_has_news, adult=said.adult)
    return await having_seen(log, stream, command, act, expected, unseen=news)


def _has_news(known: Referral, adult: UUID) -> bool:
    contact = known.contacts.get(adult)
    return isinstance(contact, Held | Redirected) and contact.news


def _reasons(id: UUID, words: str) -> Open[str]:
    return Open(subject=id, audience="document", value=words)
