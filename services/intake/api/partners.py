"""What may a partner's system send, and ask of what it sent?"""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, HTTPException, Request, Response, Security
from pydantic import BaseModel, Field

from services.intake.api.bodies import Addition, amendment, document_of, parts_of, received
from services.intake.api.shape import REFERRAL_SHAPE
from services.intake.decisions import WithdrawReferral, referral
from services.intake.events import ReferralAmended
from services.intake.projections.referrals import Sent, referrals, sent_by
from services.intake.projections.status import (
    AdultStatus,
    CheckTold,
    ReferralStatus,
    status_of,
    told,
)
from services.intake.rules import receipt
from services.intake.rules.additions import listed
from services.intake.rules.checks import REPEATS, Check
from services.intake.rules.document import NotAnObject, parse
from services.intake.rules.reading import UNDER_18, ReadReferral, read
from shared.access.tokens import Caller
from shared.contracts.intake import AdultDetails, AdultPart
from shared.decider import Stream
from shared.facts import Act, Recorded
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
    acting_openly,
    after,
    answer,
    caller,
    cursor,
    dated,
    fresh,
    open_door,
    resting,
    too_many,
)
from shared.log.handle import handle
from shared.log.log import Receipt
from shared.refusals import Conflict, KeptMoving, NotFound
from shared.shapes import adapter
from shared.time.calendar import calendar, london_date

router = APIRouter(prefix="/v1/referrals", tags=["referrals"])

NOW: Mapping[str, datetime] = {}
"""As at no other time."""
OPEN_DOOR = open_door(REFERRAL_SHAPE)
Sends = Annotated[Act, Security(acting_openly, scopes=["referrals.write"])]
Writes = Annotated[Act, Security(acting, scopes=["referrals.write"])]
Reads = Annotated[Caller, Security(caller, scopes=["referrals.read"])]


class Amended(BaseModel):
    """What became of an amendment."""

    id: UUID
    amendments: int
    checks: Sequence[CheckTold]
    advice: Sequence[str]
    """What to do now, most urgent first."""

    adults: Sequence[AdultStatus]
    """Where each adult has got to, also one whom this addition was the first to name."""


class Withdrawal(Body):
    """Why a referral is taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=20_000)]


@router.post("", status_code=201, response_model=ReferralStatus, openapi_extra=OPEN_DOOR)
async def send_referral(request: Request, by: Sends) -> Response:
    """Send a referral. Any JSON object is taken; what could not be read comes back as checks.

    A 201 means that it is kept durably, exactly as sent. With an `Idempotency-Key` a repeat gets
    the first answer; without one, repeats cannot be recognised. This is not an emergency service.
    """
    log: Log = request.app.state.runtime.log  # to ask for it costs more
    body = await request.body()
    said = (await _read(body, by))[1]
    _not_too_often(request, said)
    stream = referral.stream(uuid5(by.id, "referral"))
    command = received(stream.case, body.decode(), said, by, _keyless(request))
    done = await handle(log, stream, command, by, known=())
    history = _just_now(stream, by, done.facts) or (await log.history(stream))[: done.version]
    now, own = await log.now(), said.partner_reference
    shown = adapter(ReferralStatus).dump_json(status_of(stream.case, history, now=now, own=own))
    headers = resting(done) | {"Location": f"/v1/referrals/{stream.case}"}
    return Response(shown, 201, headers, media_type="application/json")


@router.get("", response_model=Page[Sent])
async def what_i_sent(
    by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the referrals that you sent, the first one first."""
    await fresh(referrals, db, response, least)
    place = after(start, datetime.fromisoformat, UUID)
    rows, more = await sent_by(db, by.name, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/{id}", response_model=ReferralStatus)
async def status(id: UUID, response: Response, by: Reads, log: Log, at: AsAt) -> Any:
    """Tell where a referral that you sent has got to, or had got to by another time."""
    history = await _history(log, id, by.name, at)
    if not at:  # as at another time it is no version to act on
        response.headers["ETag"] = f'"{len(history)}"'
    return await _shown(log, id, history, at)


@router.get("/{id}/document", response_class=Response)
async def document(id: UUID, by: Reads, log: Log) -> Response:
    """Give back exactly what you sent."""
    history = await _history(log, id, by.name)
    sent = await log.vault.open(history[0].fact.document, str)
    return Response(sent, media_type="application/json")


@router.post("/{id}/amendments", status_code=201, response_model=Amended, openapi_extra=OPEN_DOOR)
async def amend(id: UUID, request: Request, response: Response, by: Sends, log: Log) -> Any:
    """Add to a referral that you sent. Any JSON object is taken, as for the referral itself.

    Adults are told apart by NHS number, date of birth and name, else by their order; whom nothing
    before named, a person looks for.
    """
    body = await request.body()
    sent, said = await _read(body, by)
    _not_too_often(request, said)
    command = Addition(id, body.decode(), sent, said, _keyless(request))
    done = await _kept(log, command, by)
    response.headers.update(resting(done))
    stream = referral.stream(id)
    first = (await log.history(stream))[: done.version]  # as it stood when this was added
    now = await log.now()
    advice = _advice(said, shut=receipt.out_of_hours(now, calendar()))
    status = status_of(id, first, now=now)
    return _amended(id, first, advice, status.adults if status else ())


@router.post("/{id}/withdrawal", status_code=204)
async def withdraw(id: UUID, said: Withdrawal, by: Writes, log: Log, expected: IfMatch) -> Response:
    """Take back a referral that you sent. What it told us may still bind us to act."""
    if expected is None:  # 428: who has not seen where it stands may take back the wrong thing
        raise HTTPException(428)
    await _history(log, id, by.actor)  # or its version would tell a stranger that it is there
    command = WithdrawReferral(reasons=document_of(id, said.reason))
    act = dated(by, said)
    return answer(await handle(log, referral.stream(id), command, act, expected))


def _amended(
    id: UUID, history: Sequence[Recorded[Any]], advice: Sequence[str], adults: Sequence[AdultStatus]
) -> Amended:
    added = [it.fact for it in history if isinstance(it.fact, ReferralAmended)]
    checks = [told(check) for check in added[-1].checks]
    return Amended(id=id, amendments=len(added), checks=checks, advice=advice, adults=adults)


def _advice(said: ReadReferral, *, shut: bool) -> Sequence[str]:
    return receipt.advice(
        immediate_danger=said.immediate_danger,
        emergency_services_called=said.emergency_services_called,
        out_of_hours=shut,
        under_18=any(it.age == UNDER_18 for it in said.adults),
        signals=any(it.answers.signals for it in said.adults),
    )


Read = tuple[Mapping[str, object], ReadReferral]
LARGE = 16 * 1024
TRIES = 5


async def _read(body: bytes, by: Act) -> Read:
    """Read a body; a large one may take long, and must keep nobody else waiting."""
    return await to_thread(_parsed, body, by) if len(body) > LARGE else _parsed(body, by)


def _parsed(body: bytes, by: Act) -> Read:
    try:
        document = parse(body)
    except NotAnObject as wrong:
        raise HTTPException(400) from wrong
    return document, read(document, london_date(by.effective_at))


def _not_too_often(request: Request, said: ReadReferral) -> None:
    # A limit protects the service; an immediate danger is heard all the same.
    if request.state.wait and said.immediate_danger != "yes":
        raise too_many(request.state.wait)


def _keyless(request: Request) -> tuple[Check, ...]:
    return () if request.headers.get("idempotency-key", "").strip('"') else (REPEATS,)


async def _kept(log: Log, added: Addition, by: Act) -> Receipt:
    """Keep an addition, told of each adult who is there by then."""
    for _ in range(TRIES):
        history = await _history(log, added.id, by.actor)
        who = await _who(log, history) if listed(added.sent) else {}
        stream, command = referral.stream(added.id), amendment(added, history, who, by)
        with suppress(Conflict):  # another addition may have named an adult meanwhile
            return await handle(log, stream, command, by, len(history), known=history)
    raise KeptMoving


async def _who(log: Log, history: Sequence[Recorded[Any]]) -> Mapping[UUID, AdultDetails]:
    """Give who the adults are, as their sender told it; not of whom the key is gone."""
    found = dict[UUID, AdultDetails]()
    for adult, part in parts_of(history).items():
        if said := await log.vault.words(part.details, AdultPart):
            found[adult] = said.adult
    return found


def _just_now(
    stream: Stream[Any, Any, Any], by: Act, facts: Sequence[Any]
) -> Sequence[Recorded[Any]]:
    """Give what this very request recorded; when exactly, only the log knows."""
    name = str(stream)
    return [
        Recorded(
            fact=fact, act=by, recorded_at=by.effective_at, case=stream.case, stream=name,
            version=at, position=0,
        )
        for at, fact in enumerate(facts, 1)
    ]  # fmt: skip


async def _shown(
    log: Log, id: UUID, history: Sequence[Any], at: Mapping[str, datetime] = NOW
) -> ReferralStatus | None:
    own = await log.vault.words(history[0].fact.partner_reference, str)
    return status_of(id, history, now=min([await log.now(), *at.values()]), own=own)


async def _history(
    log: Log, id: UUID, sender: str, at: Mapping[str, datetime] = NOW
) -> Sequence[Any]:
    """Give the history of a referral that `sender` sent.

    Raises:
        NotFound: nothing is there, or it is not theirs.
    """
    history = await log.history(referral.stream(id), **at)
    if not history or history[0].act.actor != sender:
        raise NotFound
    return history
