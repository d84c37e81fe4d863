"""What does a route ask for, and how does it answer?"""

import base64
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from time import time  # noqa: TID251 - a token's life is real time
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID, uuid4, uuid5

import orjson
from fastapi import Depends, Header, HTTPException, Query, Request, Response, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.access.tokens import BadToken, Caller, Tokens
from shared.decider import Stream
from shared.facts import Act, party
from shared.http.limits import Limit
from shared.log import log
from shared.log.handle import handle
from shared.log.log import Receipt
from shared.projections.projection import Projection
from shared.refusals import NotFound, NotYet, Unavailable
from shared.shapes import adapter
from shared.telemetry import log as lines
from shared.way import PASSING

T = TypeVar("T")
C = TypeVar("C")
S = TypeVar("S")

CLOCKS_DIFFER = timedelta(minutes=1)
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=FIRST, lt=LAST)]
"""No year in which a calendar or a column ends."""

Sortable = Instant | UUID | bool | Annotated[int, Field(ge=-(2**63), lt=2**63)]
Key = Annotated[str, Header(pattern='^"?[^"]+"?$', max_length=255)]


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What a running service has at hand; `application` puts it into the application's state."""

    log: log.Log
    engine: AsyncEngine
    tokens: Tokens
    limit: Limit
    ready: Mapping[str, Callable[[], bool]]
    """Of each projection, whether it has caught up once."""


class Body(BaseModel):
    """A request. Unknown members are refused: a misspelt one would otherwise be lost."""

    model_config = ConfigDict(extra="forbid")

    effective_at: Instant | None = None
    """When it was so, if not now."""


class Page(BaseModel, Generic[T]):
    """Some rows, and where to go on; no `next` where these were the last."""

    items: Sequence[T]
    next: str | None = None


async def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


Running = Annotated[Runtime, Depends(_runtime)]


# Each dependency costs: what a request needs of the application, it takes without asking twice.


async def _log(request: Request) -> log.Log:
    found: log.Log = request.app.state.runtime.log
    return found


async def _db(running: Running) -> AsyncIterator[AsyncConnection]:
    try:
        async with running.engine.connect() as connection:
            yield connection
    except DBAPIError as wrapped:  # the driver's own error says whether it passes
        if wrapped.orig and isinstance(wrapped.orig.__cause__, PASSING):
            raise Unavailable from wrapped
        raise


async def _version(
    if_match: Annotated[str | None, Header(pattern=r'^"[0-9]{1,9}"$')] = None,
) -> int | None:
    return None if if_match is None else int(if_match.strip('"'))


Log = Annotated[log.Log, Depends(_log)]
Db = Annotated[AsyncConnection, Depends(_db)]
IfMatch = Annotated[int | None, Depends(_version)]
MinPosition = Annotated[int | None, Header(alias="X-Min-Position", ge=0)]


async def _as_at(
    known_at: Annotated[Instant | None, Query(description="only what we knew then")] = None,
    effective_at: Annotated[Instant | None, Query(description="only what was so by then")] = None,
) -> Mapping[str, datetime]:
    told = {"known_at": known_at, "effective_at": effective_at}
    return {name: at for name, at in told.items() if at}


AsAt = Annotated[Mapping[str, datetime], Depends(_as_at)]
"""For `log.history`: of which facts a case is made up."""


class _Bearer(SecurityBase):
    """Knows a caller by the token they bring, as the API's description says."""

    def __init__(self) -> None:
        self.model = HTTPBearer(bearerFormat="JWT", description="ES256 `at+jwt` access token")
        self.scheme_name = "HTTPBearer"

    def _known(self, request: Request, asked: SecurityScopes) -> Caller:
        running: Runtime = request.app.state.runtime
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:  # a token's life is real time, even where the council's time is simulated
            found = running.tokens.caller(token if scheme.lower() == "bearer" else "", int(time()))
        except BadToken as why:
            lines.warning("token", reason=str(why))
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from why
        if found.may.isdisjoint(asked.scopes):
            raise HTTPException(403)
        request.state.wait, left = running.limit.take(found.name)
        request.state.limit = f'"caller";r={left}'
        return found


class _Guarded(_Bearer):
    async def __call__(self, request: Request, asked: SecurityScopes) -> Caller:
        """Give the caller: 401 without a valid token, 403 in another role, 429 too often."""
        found = self._known(request, asked)
        if request.state.wait:
            raise too_many(request.state.wait)
        return found


class _Open(_Bearer):
    async def __call__(self, request: Request, asked: SecurityScopes) -> Act:
        """Give the act of a door that turns nothing away: without a key, each is its own."""
        return await _act(request, self._known(request, asked), asked)


caller, acting_openly = _Guarded(), _Open()


def open_door(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the API's description says of an open door beside its route."""
    text = {"type": "string", "title": "Idempotency-Key", "default": ""}
    key = {"name": "idempotency-key", "in": "header", "required": False, "schema": text}
    body = {"content": {"application/json": {"schema": shape}}, "required": True}
    return {"x-open-door": True, "parameters": [key], "requestBody": body}


def too_many(wait: float) -> HTTPException:
    """Give the refusal for a caller who asks too often."""
    return HTTPException(429, headers={"Retry-After": str(ceil(wait))})


async def _act(request: Request, by: Caller, asked: SecurityScopes) -> Act:
    log, key = await _log(request), request.headers.get("idempotency-key", "").strip('"')
    did = f"{request.method} {request.scope['path']} {key}"
    return Act(
        id=uuid5(party(by.name), did) if key else uuid4(), actor=by.name,
        role=next(scope for scope in asked.scopes if scope in by.may), purpose="safeguarding",
        effective_at=await log.now(), correlation=request.state.correlation,
        fingerprint=log.vault.fingerprint(await request.body()),
    )  # fmt: skip


async def acting(
    request: Request, by: Annotated[Caller, Security(caller)], asked: SecurityScopes,
    idempotency_key: Key,
) -> Act:  # fmt: skip
    """Give the act that this request asks for; the same key is the same act."""
    return await _act(request, by, asked)


def dated(by: Act, said: Body) -> Act:
    """Give the act at the time that the caller names, if one is named.

    Raises:
        NotYet: that time has not come; a wait that began tomorrow would be due too late.
    """
    if said.effective_at and said.effective_at > by.effective_at + CLOCKS_DIFFER:
        raise NotYet
    return by.at(said.effective_at)


def answer(receipt: Receipt, status: int = 204) -> Response:
    """Say where the act came to rest."""
    return Response(status_code=status, headers=resting(receipt))


async def having_seen(
    own: log.Log, stream: Stream[C, S, Any], command: C, act: Act, expected: int | None, *,
    unseen: Callable[[S], object] = bool,
) -> Response:  # fmt: skip
    """Do `command`, whose caller says by `If-Match` what they saw, so that it passes over nothing.

    `unseen` says of a state whether there is something to pass over; by default, always.

    Raises:
        NotFound: nothing is there.
        HTTPException: 428, there is something, and they do not say what they saw.
    """
    known, receipt = await own.load(stream, act)  # a repeat gets the first answer
    state = stream.decider.fold(known)
    if state is None:
        raise NotFound
    if not receipt and expected is None and unseen(state):
        raise HTTPException(428)
    seen = len(known) if expected is None else expected
    return answer(receipt or await handle(own, stream, command, act, seen, known=known))


def resting(receipt: Receipt) -> dict[str, str]:
    """Give the headers that say where an act came to rest."""
    at = {"X-Log-Position": str(receipt.position)} if receipt.position else {}
    return {"ETag": f'"{receipt.version}"'} | at


Cursor = Annotated[str | None, Query(alias="after", max_length=400, description="`next` of a page")]
Limited = Annotated[int, Query(ge=1, le=200, description="rows at most")]


def cursor(*key: object) -> str:
    """Give the cursor behind the row with this key: opaque, and good for the same list only."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def after(text: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """Give the key in a cursor.

    Raises:
        HTTPException: 400, it is none of this list's.
    """
    if text is None:
        return None
    try:
        told = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        key = tuple(kind(part) for kind, part in zip(kinds, told, strict=True))
        found: tuple[Any, ...] = adapter(tuple[Sortable, ...]).validate_python(key, strict=True)
    except (ValueError, TypeError, AttributeError, OverflowError) as wrong:
        raise HTTPException(400) from wrong
    return found


async def fresh(
    projection: Projection[Any], db: AsyncConnection, response: Response, least: int | None
) -> None:
    """Wait a little for the rows to reach `least`, and say where they stand."""
    response.headers["X-Log-Position"] = str(await projection.caught_up(db, least))
