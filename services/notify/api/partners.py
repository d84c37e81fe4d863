"""What may a partner's system ask about what became of what it sent?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

import orjson
from fastapi import APIRouter, HTTPException, Response, Security

from services.notify.api import shape
from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.correspondence import TryEndpoint
from services.notify.decisions.subscriber import (
    BY_PARTNER,
    MOST_REPLAYED,
    AskReplay,
    DisableEndpoint,
    EnableEndpoint,
    Endpoint,
    RegisterEndpoint,
    RemoveEndpoint,
    RotateSecret,
    Subscriber,
    SubscriberCommand,
)
from services.notify.events import EndpointRegistered, Happening, ReplayAsked, SecretRotated
from services.notify.gateways.egress import Egress
from services.notify.gateways.signing import new_secret
from services.notify.projections.deliveries import attempted_for, deliveries, one_for
from services.notify.projections.feed import feed, told_to
from services.notify.projections.lane import attempts_of
from services.notify.rules.disclosure import TRIAL, code_of, type_of
from shared.access.tokens import Caller
from shared.facts import Act, Recorded, party
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
    dated,
    fresh,
    resting,
)
from shared.log.handle import handle
from shared.refusals import NotFound
from shared.sealed.vault import Open

router = APIRouter(prefix="/v1", tags=["webhooks and feed"])

MANAGE = ["webhooks.manage"]
Manages = Annotated[Act, Security(acting, scopes=MANAGE)]
Looks = Annotated[Caller, Security(caller, scopes=MANAGE)]
Reads = Annotated[Caller, Security(caller, scopes=["events.read"])]


@router.post("/webhook-endpoints", status_code=201, response_model=shape.EndpointMade)
async def register_endpoint(
    said: shape.Registration, response: Response, by: Manages, log: Log
) -> Any:
    """Have events sent to an address from now on. The signing secret is shown here only.

    A repeat under the same `Idempotency-Key` gives the same answer, and the same secret.
    """
    theirs, id = party(by.actor), uuid5(by.id, "endpoint")
    command = RegisterEndpoint(
        endpoint=id,
        partner=theirs,
        host=Egress().vet(said.url, theirs),
        url=_sealed(theirs, said.url),
        wanted=tuple(map(code_of, said.events)),
        secret=_sealed(theirs, new_secret()),
    )
    done = await handle(log, subscriber.stream(theirs), command, dated(by, said))
    history = await log.history(subscriber.stream(theirs))
    made = _made(history, by, EndpointRegistered)
    first = next(it for it in _state(history[: done.version]).endpoints if it.id == id)
    shown = await _shown(log, first)
    secret = await log.vault.open(made.secret, str)
    response.headers.update(resting(done) | {"Location": f"/v1/webhook-endpoints/{id}"})
    return shape.EndpointMade(**shown.model_dump(), secret=secret)


@router.get("/webhook-endpoints", response_model=Page[shape.EndpointShown])
async def my_endpoints(by: Looks, log: Log) -> Any:
    """Give your endpoints, the first registered first; there are at most 20."""
    history = await log.history(subscriber.stream(party(by.name)))
    theirs = _state(history).endpoints if history else ()
    return Page(items=[await _shown(log, it) for it in theirs])


@router.get("/webhook-endpoints/{id}", response_model=shape.EndpointShown)
async def one_endpoint(id: UUID, response: Response, by: Looks, log: Log) -> Any:
    """Give one of your endpoints."""
    history = await log.history(subscriber.stream(party(by.name)))
    found = _state(history).endpoint(id) if history else None
    if found is None:
        raise NotFound
    response.headers["ETag"] = f'"{len(history)}"'
    return await _shown(log, found)


@router.post("/webhook-endpoints/{id}/keys", status_code=201, response_model=shape.SecretMade)
async def rotate_secret(
    id: UUID, said: shape.Rotation, response: Response, by: Manages, log: Log
) -> Any:
    """Sign with a new secret, shown here only; within the grace the old ones sign beside it."""
    theirs, grace = party(by.actor), timedelta(hours=said.grace_hours)
    command = RotateSecret(endpoint=id, secret=_sealed(theirs, new_secret()), grace=grace)
    done = await handle(log, subscriber.stream(theirs), command, dated(by, said))
    made = _made(await log.history(subscriber.stream(theirs)), by, SecretRotated)
    response.headers.update(resting(done))
    secret = await log.vault.open(made.secret, str)
    return shape.SecretMade(secret=secret, old_until=made.old_until)


@router.post("/webhook-endpoints/{id}/disablement", status_code=204)
async def disable_endpoint(
    id: UUID, said: shape.Nothing, by: Manages, log: Log, expected: IfMatch
) -> Response:
    """Have nothing sent to an endpoint for now. What happens meanwhile is kept for it."""
    return await _do(log, DisableEndpoint(endpoint=id, why=BY_PARTNER), (by, said), expected)


@router.post("/webhook-endpoints/{id}/enablement", status_code=204)
async def enable_endpoint(
    id: UUID, said: shape.Nothing, by: Manages, log: Log, expected: IfMatch
) -> Response:
    """Have events sent to an endpoint again, first those that waited."""
    return await _do(log, EnableEndpoint(endpoint=id), (by, said), expected)


@router.post("/webhook-endpoints/{id}/removal", status_code=204)
async def remove_endpoint(
    id: UUID, said: shape.Nothing, by: Manages, log: Log, expected: IfMatch
) -> Response:
    """Have nothing sent to an endpoint any more. The feed goes on."""
    return await _do(log, RemoveEndpoint(endpoint=id), (by, said), expected)


@router.post("/webhook-endpoints/{id}/test", status_code=202, response_class=Response)
async def try_endpoint(id: UUID, said: shape.Nothing, by: Manages, log: Log) -> Response:
    """Have an `endpoint.test` sent to an endpoint; `GET /v1/deliveries` tells how it fared."""
    if _state(await log.history(subscriber.stream(party(by.actor)))).endpoint(id) is None:
        raise NotFound
    act = dated(by, said)
    trial = Happening(
        event=TRIAL, about=None, occurred_at=act.effective_at, known_at=by.effective_at
    )
    command = TryEndpoint(partner=party(by.actor), happening=trial)
    return answer(await handle(log, correspondence.stream(id), command, act), 202)


@router.post("/webhook-endpoints/{id}/replays", status_code=202, response_model=shape.ReplayMade)
async def replay(id: UUID, said: shape.Replay, by: Manages, log: Log, db: Db) -> Any:
    """Have events that happened before sent to an endpoint once more, under the same ids.

    Those behind a place in your feed, 1,000 at most, once in ten minutes.
    """
    theirs = party(by.actor)
    start = _place(said.after, theirs) or 0
    told = await told_to(db, theirs, MOST_REPLAYED, start)
    until = told[-1].place if told else start
    command = AskReplay(endpoint=id, after=start, until=until)
    # At the time it is: by another they could ask as often as they like.
    await handle(log, subscriber.stream(theirs), command, by)
    made = _made(await log.history(subscriber.stream(theirs)), by, ReplayAsked)
    events = sum(it.place <= made.until for it in told)
    return shape.ReplayMade(events=events, next=_cursor(made.until, theirs) if events else None)


@router.get("/events", response_model=shape.Feed)
async def my_events(
    by: Reads,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give what happened to your cases, in order: the same events that webhooks bring.

    Ask again with `next` as `after`, as often as you like: nothing is left out and nothing comes
    in between later. What we could not read at first comes when we can, behind what came meanwhile.
    """
    await fresh(feed, db, response, least)
    rows = await told_to(db, party(by.name), limit, _place(start, party(by.name)))
    items = [shape.Event.model_validate(orjson.loads(it.bytes)) for it in rows]
    return shape.Feed(items=items, next=_cursor(rows[-1].place, party(by.name)) if rows else start)


@router.get("/deliveries", response_model=Page[shape.DeliveryShown])
async def my_deliveries(
    by: Looks,
    db: Db,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give how each event fared at each endpoint, from its first attempt on."""
    await fresh(deliveries, db, response, least)
    rows, more = await attempted_for(db, party(by.name), limit, _place(start, party(by.name)))
    items = [shape.DeliveryShown.model_validate(shape.delivery(it.delivery_shown)) for it in rows]
    return Page(items=items, next=_cursor(more, party(by.name)) if more else None)


@router.get("/deliveries/{id}", response_model=shape.DeliveryWhole)
async def one_delivery(id: UUID, by: Looks, db: Db, log: Log) -> Any:
    """Give how one event fared at one endpoint, with every attempt."""
    found = await one_for(db, party(by.name), id)
    if found is None:
        raise NotFound
    history = await log.history(correspondence.stream(found.lane))
    tried = attempts_of(history, found.partner, found.sequence)
    mine = [it for it in tried if it.endpoint == found.endpoint]
    return shape.delivery(found.delivery_shown) | {"every_attempt": mine}


def _cursor(position: int, theirs: UUID) -> str:
    return cursor(theirs, position)


def _place(text: str | None, theirs: UUID) -> int | None:
    """Give the position in a partner's own cursor."""
    found = after(text, UUID, int)
    if found and found[0] != theirs:
        raise HTTPException(400)
    return found[1] if found else None


async def _do(
    log: Log, command: SubscriberCommand, asked: tuple[Act, Body], expected: int | None
) -> Response:
    act = dated(*asked)
    stream = subscriber.stream(party(act.actor))
    return answer(await handle(log, stream, command, act, expected))


def _sealed(theirs: UUID, words: str) -> Open[str]:
    return Open(subject=theirs, audience="partner", value=words)


def _made(history: Sequence[Recorded[Any]], by: Act, kind: type[Any]) -> Any:
    """Give what this act recorded, now or when it was first sent."""
    return next(it.fact for it in history if it.act.id == by.id and isinstance(it.fact, kind))


def _state(history: Sequence[Recorded[Any]]) -> Subscriber:
    found = subscriber.fold(history)
    if found is None:
        raise NotFound
    return found


async def _shown(log: Log, it: Endpoint) -> shape.EndpointShown:
    return shape.EndpointShown(
        id=it.id,
        url=await log.vault.words(it.url, str),
        events=[type_of(event) for event in it.wanted],
        status="disabled" if it.disabled else "enabled",
        disabled_because=it.disabled,
        registered_at=it.since,
        secrets=len(it.signs_with(await log.now())),
    )
