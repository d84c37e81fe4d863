"""What may a managing authority's system send, and ask of what it sent?"""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, HTTPException, Request, Response, Security

from services.dols.api import shape
from services.dols.decisions import commands as want
from services.dols.decisions import request as requests_made
from services.dols.events import (
    CircumstancesTold,
    ExtensionRefused,
    InformationRequested,
    RequestReceived,
)
from services.dols.projections.requests import Made, made_by, requests
from services.dols.projections.status import RequestStatus, status_of, told
from services.dols.rules import clocks, codes
from services.dols.rules.checks import REPEATS, Check
from services.dols.rules.document import NotAnObject, parse
from services.dols.rules.reading import (
    ENDS_ON,
    READER,
    Read,
    read,
    read_answers,
    read_circumstances,
)
from shared.access.tokens import Caller
from shared.facts import Act
from shared.http.parts import (
    AsAt,
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
    resting,
    too_many,
)
from shared.log.handle import handle
from shared.refusals import NotFound
from shared.sealed.vault import Open
from shared.shapes import adapter
from shared.time.calendar import london_date

router = APIRouter(prefix="/v1/dols-requests", tags=["dols requests"])

Sends = Annotated[Act, Security(acting_openly, scopes=["dols.write"])]
Writes = Annotated[Act, Security(acting, scopes=["dols.write"])]
Reads = Annotated[Caller, Security(caller, scopes=["dols.read"])]


@router.post("", status_code=201, response_model=RequestStatus, openapi_extra=shape.REQUEST_DOOR)
async def send_request(request: Request, by: Sends, log: Log) -> Response:
    """Ask for a standard authorisation, with or without an urgent one, or for a further one.

    Any JSON object is taken; what could not be read comes back as checks. A 201 means that it is
    kept durably, exactly as sent. With an `Idempotency-Key` a repeat gets the first answer.
    """
    body, on = await _body(request), london_date(by.effective_at)
    said = await _aside(lambda: read(_parsed(body), on), body)
    stream = requests_made.stream(uuid5(by.id, "request"))
    command = _received(stream.case, body.decode(), said, by, _keyless(request))
    done = await handle(log, stream, command, by, known=())
    status = await _shown(log, stream.case, await log.history(stream), on)
    headers = resting(done) | {"Location": f"/v1/dols-requests/{stream.case}"}
    shown = adapter(RequestStatus).dump_json(status)
    return Response(shown, 201, headers, media_type="application/json")


@router.get("", response_model=Page[Made])
async def what_i_sent(
    by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the requests that you sent, the first one first."""
    await fresh(requests, db, response, least)
    rows, more = await made_by(db, by.name, limit, after(start, datetime.fromisoformat, UUID))
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/{id}", response_model=RequestStatus)
async def status(id: UUID, response: Response, by: Reads, log: Log, at: AsAt) -> Any:
    """Tell where a request that you sent has got to, or had."""
    history = await _history(log, id, by.name, **at)
    if not at:
        response.headers["ETag"] = f'"{len(history)}"'
    return await _shown(log, id, history, london_date(min((await log.now(), *at.values()))))


@router.get("/{id}/document", response_class=Response)
async def document(id: UUID, by: Reads, log: Log) -> Response:
    """Give back exactly what you sent."""
    history = await _history(log, id, by.name)
    sent = await log.vault.open(history[0].fact.document, str)
    return Response(sent, media_type="application/json")


@router.post(
    "/{id}/circumstances",
    status_code=201,
    response_model=shape.Told,
    openapi_extra=shape.CIRCUMSTANCES_DOOR,
)
async def tell_circumstances(
    id: UUID, request: Request, response: Response, by: Sends, log: Log
) -> Any:
    """Say what changed, whether the person is still there, whether it is still needed.

    Any JSON object is taken, as for the request itself. Coded answers score the request afresh, and
    an urgent authorisation whose day we had to assume counts from the day you tell.
    """
    body = await _body(request)
    said = await _aside(lambda: read_circumstances(_parsed(body)), body)
    history = await _history(log, id, by.actor)
    checks = _no_extension(history, by) if said.extension_requested else ()
    command = _telling(id, body.decode(), said, (*checks, *_keyless(request)))
    response.headers.update(resting(await handle(log, requests_made.stream(id), command, by)))
    return await _heard(log, id, by)


@router.post(
    "/{id}/answers", status_code=201, response_model=shape.Told, openapi_extra=shape.ANSWERS_DOOR
)
async def answer_questions(
    id: UUID, request: Request, response: Response, by: Sends, log: Log
) -> Any:
    """Answer what we asked: the form's fields, or how things changed, whatever of them you know.

    Any JSON object is taken, as for the request itself. It closes the questions of which nothing is
    missing any more; the others stay open. Dates of an authorisation are kept for a person to read,
    and change no clock; but an urgent one whose day we had to assume counts from the day you tell.
    """
    body = await _body(request)
    said = await _aside(lambda: read_answers(_parsed(body)), body)
    history = await _history(log, id, by.actor)
    checks = _no_extension(history, by) if said.extension_requested else ()
    telling = _telling(id, body.decode(), said, (*checks, *_keyless(request)))
    others = _of_others(id, said)
    command = want.AnswerQuestions(telling=telling, others=others, fields=said.told)
    response.headers.update(resting(await handle(log, requests_made.stream(id), command, by)))
    return await _heard(log, id, by)


@router.post("/{id}/withdrawal", status_code=204)
async def withdraw(
    id: UUID, said: shape.Withdrawal, by: Writes, log: Log, expected: IfMatch
) -> Response:
    """Take back a request that you sent. A signatory ends it; nothing is authorised meanwhile."""
    if expected is None:  # 428: who has not seen where it stands may take back the wrong thing
        raise HTTPException(428)
    await _history(log, id, by.actor)  # or its version would tell a stranger that it is there
    command = want.WithdrawRequest(reasons=_document(id, said.reason))
    act = dated(by, said)
    return answer(await handle(log, requests_made.stream(id), command, act, expected))


@router.post("/{id}/suspension", status_code=204)
async def suspend(
    id: UUID, said: shape.Suspension, by: Writes, log: Log, expected: IfMatch
) -> Response:
    """Give notice that the person is not eligible any more: what we granted is suspended at once.

    Without notice that they are again, it ceases at the end of the 28th day, this being the first.
    """
    command = want.SuspendAuthorisation(ground=said.ground, reasons=_document(id, said.reason))
    return await _given_notice(log, id, command, by, expected)


@router.post("/{id}/resumption", status_code=204)
async def resume(
    id: UUID, said: shape.Resumption, by: Writes, log: Log, expected: IfMatch
) -> Response:
    """Give notice that the person is eligible again: what we granted is suspended no more.

    It ends on the day on which it would have ended.
    """
    command = want.ResumeAuthorisation(reasons=_document(id, said.reason))
    return await _given_notice(log, id, command, by, expected)


@router.post("/{id}/review-requests", status_code=204)
async def ask_for_review(
    id: UUID, said: shape.ReviewRequest, by: Writes, log: Log, expected: IfMatch
) -> Response:
    """Ask for a review of what we granted, as you must where a requirement appears reviewable.

    While one is open, what you ask for joins it.
    """
    command = want.AskReview(
        asked_by=codes.MANAGING_AUTHORITY,
        grounds=said.grounds,
        requirements=said.requirements,
        reasons=_document(id, said.reason),
    )
    return await _given_notice(log, id, command, by, expected)


async def _given_notice(
    log: Log, id: UUID, command: want.OfWhatWasGranted | want.AskReview, by: Act,
    expected: int | None,
) -> Response:  # fmt: skip
    await _history(log, id, by.actor)  # or a refusal would tell a stranger that it is there
    return answer(await handle(log, requests_made.stream(id), command, by, expected))


LARGE = 16 * 1024


async def _body(request: Request) -> bytes:
    if request.state.wait:
        raise too_many(request.state.wait)
    return await request.body()


def _parsed(body: bytes) -> Mapping[str, object]:
    try:
        return parse(body)
    except NotAnObject as wrong:
        raise HTTPException(400) from wrong


async def _aside(work: Any, body: bytes) -> Read:
    """Read a body; a large one may take long, and must keep nobody else waiting."""
    found: Read = await to_thread(work) if len(body) > LARGE else work()
    return found


def _keyless(request: Request) -> tuple[Check, ...]:
    return () if request.headers.get("idempotency-key", "").strip('"') else (REPEATS,)


def _document(id: UUID, text: str) -> Open[str]:
    # It speaks of everybody in it, so it has a key of its own.
    return Open(subject=id, audience="document", value=text)


def _of_the_adult(id: UUID, said: Read) -> Open[Mapping[str, str]]:
    # A request has one adult, so its id names their part in the case too.
    return Open(subject=uuid5(id, "adult"), audience="adult", value=said.words(of_others=False))


def _of_others(id: UUID, said: Read) -> Open[Mapping[str, str]]:
    told = said.words(of_others=True)
    return Open(subject=uuid5(id, "others"), audience="referrer", value=told)


def _received(
    id: UUID, text: str, said: Read, by: Act, keyless: tuple[Check, ...]
) -> want.ReceiveRequest:
    on, urgent = london_date(by.effective_at), said.urgent
    own = said.word("partner_reference")
    given_on = urgent.day(on) if urgent else None
    ends = clocks.urgent_ends(given_on, urgent.days) if urgent and given_on else None
    received = RequestReceived(
        reader=READER,
        received_on=on,
        due_on=clocks.standard_due(on),
        setting=said.setting,
        location=said.word("managing_authority.cqc_location_id"),
        run_by_council=said.run_by_council == "yes",
        wanted_on=said.day("date_wanted"),
        authorisation_ends_on=clocks.relied_on(said.day(ENDS_ON), on),
        urgent_given_on=given_on,
        urgent_ends_on=ends,
        extension_requested=said.extension_requested and ends is not None and on <= ends,
        answers=said.answers,
        checks=said.checks + keyless,
        adult=_of_the_adult(id, said),
        others=_of_others(id, said),
        partner_reference=_document(id, own) if own else None,
        document=_document(id, text),
    )
    return want.ReceiveRequest(received=received)


def _no_extension(history: Sequence[Any], by: Act) -> tuple[Check, ...]:
    """Tell who asks for an extension that cannot be given, rather than let them wait for it."""
    state = requests_made.fold(history)
    urgent = state.urgent if state else None
    if urgent is None or urgent.lapsed or london_date(by.effective_at) > urgent.ends_on:
        return (Check(code="extension-too-late", field="extension_requested"),)
    again = Check(code="extension-asked-before", field="extension_requested")
    return (again,) if urgent.asked_before else ()


def _telling(
    id: UUID, text: str, said: Read, also: tuple[Check, ...]
) -> want.TellCircumstances:  # fmt: skip
    circumstances = CircumstancesTold(
        still_here=said.tri("still_here"),
        still_needed=said.tri("still_needed"),
        extension_requested=said.extension_requested,
        answers=said.answers,
        checks=said.checks + also,
        adult=_of_the_adult(id, said),
        document=_document(id, text),
    )
    return want.TellCircumstances(
        told=circumstances,
        run_by_council=said.run_by_council,
        location=said.location,
        urgent=said.urgent,
    )


async def _heard(log: Log, id: UUID, by: Act) -> shape.Told:
    """Answer from what was recorded: a repeat hears what was so when it came first."""
    history = await log.history(requests_made.stream(id))
    times = [it for it in history if isinstance(it.fact, CircumstancesTold)]
    nth = next(n for n, it in enumerate(times, 1) if it.act.id == by.id)
    return shape.Told(id=id, told=nth, checks=[told(it) for it in times[nth - 1].fact.checks])


async def _shown(
    log: Log, id: UUID, history: Sequence[Any], today: date
) -> RequestStatus | None:  # fmt: skip
    found, own = status_of(id, history, today), history[0].fact.partner_reference
    if found is None:
        return None
    asked = {it.fact.question: it.fact.words for it in history if _asks(it.fact)}
    opened = [
        replace(it, words=await log.vault.words(asked[it.question], str)) for it in found.questions
    ]
    own_words, urgent = await log.vault.words(own, str), found.urgent
    if urgent and urgent.extension == "refused":  # its sender is owed the reasons (para 86)
        why: Sequence[Any] = [
            it.fact.reasons for it in history if isinstance(it.fact, ExtensionRefused)
        ]
        urgent = replace(urgent, reasons=await log.vault.words(why[-1], str))
    return replace(found, partner_reference=own_words, questions=opened, urgent=urgent)


def _asks(fact: object) -> bool:
    return isinstance(fact, InformationRequested)


async def _history(log: Log, id: UUID, sender: str, **at: datetime) -> Sequence[Any]:
    """Give the history of a request that `sender` sent.

    Raises:
        NotFound: nothing is there, or it is not theirs.
    """
    history = await log.history(requests_made.stream(id), **at)
    if not history or history[0].act.actor != sender:
        raise NotFound
    return history
