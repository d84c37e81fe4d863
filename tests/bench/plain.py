"""What would a plain service do with a referral? This is the baseline.

FastAPI as its own pages teach it: a model of the body, the token checked in a dependency, one
insert through asyncpg's pool as it comes, a model of the answer.

And what would it cost at the very least, if it kept the referral as the design asks: keys
committed first, two facts chained in the log? Nothing is shut, read field by field, logged or
counted, so no service can cost less.
"""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from os import urandom
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel

from shared.log.appender import APPEND_ONE

KEYS = "select * from vault.keys_for($1, $2, $3, $4, $5, 'none')"
AUDIENCES = ["document", "adult", "referrer", "source-of-risk"]
CLASSES = ["safeguarding"] * len(AUDIENCES)
LEAST = "least"
"""The database of a log of its own."""
TYPES = ["least.received/1", "least.promoted/1"]
INSERT = "insert into public.plain (id, at, sender, body) values ($1, $2, $3, $4)"
TABLE = "(id uuid primary key, at timestamptz not null, sender text not null, body text not null)"
Tri = Literal["yes", "no", "unknown"]


class Risk(BaseModel):
    """The referrer's coded answers."""

    severity: int | None = None
    likelihood: int | None = None
    self_protection: int | None = None
    access: int | None = None
    repetition: int | None = None
    others_at_risk: int | None = None
    coercion: int | None = None
    protection: int | None = None
    signals: list[str] = []


class Adult(BaseModel):
    """An adult at risk."""

    name: str | None = None
    known_as: str | None = None
    date_of_birth: str | None = None
    nhs_number: str | None = None
    address: str | None = None
    postcode: str | None = None
    phone: str | None = None
    current_location: str | None = None
    care_and_support_needs: str | None = None
    why_cannot_protect_self: str | None = None
    aware: Tri | None = None
    views: str | None = None
    desired_outcome: str | None = None
    consent_to_share: Tri | None = None
    risk: Risk | None = None


class Source(BaseModel):
    """A source of risk."""

    name: str | None = None
    relationship: str | None = None
    role: str | None = None
    employer: str | None = None
    has_access: Tri | None = None


class Location(BaseModel):
    """Where it happened."""

    type: str | None = None
    cqc_location_id: str | None = None
    postcode: str | None = None


class Referrer(BaseModel):
    """Who refers."""

    name: str | None = None
    organisation: str | None = None
    role: str | None = None
    phone: str | None = None
    email: str | None = None


class Referral(BaseModel):
    """A referral."""

    partner_reference: str | None = None
    immediate_danger: Tri | None = None
    emergency_services_called: Tri | None = None
    what_happened: str | None = None
    happened_at: str | None = None
    how_known: str | None = None
    types_of_abuse: list[str] = []
    adults: list[Adult] = []
    source_of_risk: Source | None = None
    location: Location | None = None
    actions_taken: str | None = None
    police_reference: str | None = None
    cqc_notified: Tri | None = None
    family_told: Tri | None = None
    referrer: Referrer | None = None
    wants_outcome: Tri | None = None


class Answer(BaseModel):
    """What the sender is told."""

    id: UUID
    status: str
    received_at: datetime


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Hold the connections and the issuer's keys."""
    app.state.keys = _keys()
    async with asyncpg.create_pool(os.environ["SAFEGUARDING_DATABASE_URL"]) as pool:
        app.state.pool = pool
        app.state.vault = await asyncpg.connect(os.environ["SAFEGUARDING_VAULT_URL"])
        there = os.environ["SAFEGUARDING_DATABASE_URL"].rpartition("/")[0]
        app.state.log = await asyncpg.connect(f"{there}/{LEAST}")
        yield
        await app.state.log.close()
        await app.state.vault.close()


def _keys() -> KeySet:
    return KeySet.import_key_set(json.loads(Path(os.environ["SAFEGUARDING_JWKS_FILE"]).read_text()))


app = FastAPI(lifespan=lifespan)


async def sender(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> str:
    """Give who calls: signature and claims are checked at every request."""
    try:
        read = jwt.decode(bearer.credentials, request.app.state.keys, algorithms=["ES256"])
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": os.environ["SAFEGUARDING_ISSUER"]},
            aud={"essential": True, "value": os.environ["SAFEGUARDING_AUDIENCE"]},
            exp={"essential": True},
        )
        registry.validate(read.claims)
    except JoseError as wrong:
        raise HTTPException(401) from wrong
    if "referrals.write" not in read.claims["scope"].split():
        raise HTTPException(403)
    return str(read.claims["sub"])


_known: dict[str, str] = {}


async def sender_known(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> str:
    """Give who calls: the signature of a token is checked once."""
    if bearer.credentials not in _known:
        _known[bearer.credentials] = await sender(request, bearer)
    return _known[bearer.credentials]


async def _kept(request: Request, said: Referral, by: str) -> Answer:
    told = Answer(id=uuid4(), status="received", received_at=datetime.now(UTC))  # noqa: TID251
    values: tuple[Any, ...] = (told.id, told.received_at, by, said.model_dump_json())
    await request.app.state.pool.execute(INSERT, *values)
    return told


@app.post("/v1/referrals", status_code=201)
async def send_referral(
    request: Request, said: Referral, by: Annotated[str, Depends(sender)]
) -> Answer:
    """Keep a referral."""
    return await _kept(request, said, by)


@app.post("/known/referrals", status_code=201)
async def send_referral_known(
    request: Request, said: Referral, by: Annotated[str, Depends(sender_known)]
) -> Answer:
    """Keep a referral; a token seen before is not checked again."""
    return await _kept(request, said, by)


@app.post("/least/referrals", status_code=201)
async def send_referral_least(
    request: Request, said: Referral, by: Annotated[str, Depends(sender_known)]
) -> Answer:
    """Keep a referral in two durable commits: keys for four, then two facts in the log."""
    told = Answer(id=uuid4(), status="received", received_at=datetime.now(UTC))  # noqa: TID251
    ids, subjects = [[uuid4() for _ in AUDIENCES] for _ in range(2)]
    keys = [urandom(60) for _ in AUDIENCES]
    await request.app.state.vault.fetch(KEYS, subjects, AUDIENCES, CLASSES, ids, keys)
    body = said.model_dump_json().encode()
    await request.app.state.log.fetch(
        APPEND_ONE, told.id, urandom(32), told.id, f"{by}-{told.id}", 0,
        TYPES, [True] * len(TYPES), [body, body], [told.received_at] * len(TYPES),
    )  # fmt: skip
    return told


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    """Say that it answers."""
    return {"status": "ready"}


if __name__ == "__main__":
    port = int(os.environ["SAFEGUARDING_PORT"])
    uvicorn.run(app, port=port, access_log=False, log_level="warning")
