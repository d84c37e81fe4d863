"""Is the service alive, ready, and how far behind?

Ready means *can append*: lag is told in the body and in the metrics, and makes nothing unready.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import asyncpg
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.http.parts import Running, Runtime
from shared.lease import PASSING
from shared.telemetry import BLOCKED, GAPS, PROJECTION_LAG, RELAY_LAG

router = APIRouter(include_in_schema=False)
T = TypeVar("T")
PATIENCE = 2.0
LAGS = """
with head as (select coalesce(max(position), 0) as at from log.event)
select 'relay', head.at - coalesce((select position from work.relay), 0) from head
  where not pg_is_in_recovery()
union all select 'blocked', count(*) from work.blocked
union all select 'gaps', count(*) from work.heard where gap_since < now() - interval '60 seconds'
union all select p.name, head.at - p.position from work.projection p, head"""
GAUGES = {"relay": RELAY_LAG, "blocked": BLOCKED, "gaps": GAPS}


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(running: Running) -> JSONResponse:
    """Say whether an append would succeed, and which answers are still being built."""
    lags, vault = await asyncio.gather(_lags(running), _answer(running.log.vault.ping("select 1")))
    built = {name: done() for name, done in running.ready.items()}
    log, good = lags is not None, lags is not None and vault is not None and all(built.values())
    body = {
        "ready": good,
        "log": log,
        "vault": vault is not None,
        "projections": built,
        "lag": lags,
    }
    return JSONResponse(body, 200 if good else 503)


@router.get("/metrics")
async def metrics(running: Running) -> Response:
    """Give the measurements for Prometheus; none is labelled with a partner or a case."""
    name = running.log.name
    for what, lag in (await _lags(running) or {}).items():
        known = GAUGES.get(what)
        (known.labels(name) if known else PROJECTION_LAG.labels(name, what)).set(lag)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _lags(running: Runtime) -> dict[str, int] | None:
    """Give what is still to do, whether a loop runs or not; None: no append would succeed."""
    rows = await _answer(running.log.pool.fetch(LAGS))
    found = {name: lag for name, lag in rows or () if name in GAUGES or name in running.ready}
    return found if "relay" in found else None  # a server in recovery takes no append


async def _answer(asked: Awaitable[T]) -> T | None:
    try:
        return await asyncio.wait_for(asked, PATIENCE)
    except (*PASSING, asyncpg.PostgresError):
        return None
