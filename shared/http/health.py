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

from shared import telemetry
from shared.http.parts import Running, Runtime
from shared.way import PASSING

router = APIRouter(include_in_schema=False)
T = TypeVar("T")
PATIENCE = 2.0
LAGS = """
with head as (select coalesce(max(position), 0) as at from log.event)
select 'relay', head.at - coalesce((select position from work.relay), 0) from head
  where not pg_is_in_recovery()
union all select 'blocked', count(*) from work.blocked
union all select 'timers', count(*) from work.timer join work.projection on name = calendar
  where due_at <= (select log.now()) and failed is null
union all select 'gaps', count(*) from work.heard where gap_since < now() - interval '60 seconds'
union all select 'blocked_seconds', coalesce(extract(epoch from now() - min(since)), 0)::bigint
  from work.blocked
union all select 'gap_seconds', coalesce(extract(epoch from now() - min(gap_since)), 0)::bigint
  from work.heard
union all select p.name, head.at - p.position from work.projection p, head"""
GAUGES = {
    "relay": telemetry.RELAY_LAG, "blocked": telemetry.BLOCKED, "gaps": telemetry.GAPS,
    "blocked_seconds": telemetry.BLOCKED_AGE, "gap_seconds": telemetry.GAP_AGE,
    "timers": telemetry.TIMERS_DUE, "consumer": telemetry.CONSUMER_LAG,
}  # fmt: skip


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(running: Running) -> JSONResponse:
    """Say whether an append would succeed, and which answers are still being built."""
    lags, vault = await _found(running)
    built = {name: done() for name, done in running.ready.items()}
    good = lags is not None and vault and all(built.values())
    found = {"log": lags is not None, "vault": vault, "projections": built, "lag": lags}
    return JSONResponse({"ready": good} | found, 200 if good else 503)


@router.get("/metrics")
async def metrics(running: Running) -> Response:
    """Give the measurements for Prometheus; none is labelled with a partner or a case."""
    name, (lags, vault) = running.log.name, await _found(running)
    telemetry.CAN_APPEND.labels(name).set(lags is not None and vault)
    for what, lag in (lags or {}).items():
        known = GAUGES.get(what)
        (known.labels(name) if known else telemetry.PROJECTION_LAG.labels(name, what)).set(lag)
        if lag:
            telemetry.log.info("measured", place=what, lag=lag)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _found(running: Runtime) -> tuple[dict[str, int] | None, bool]:
    """Give what is still to do (None: no append would succeed), and whether the vault answers."""
    vault = _answer(running.log.vault.ping("select 1"))
    lags, answer = await asyncio.gather(_lags(running), vault)
    return lags, answer is not None


async def _lags(running: Runtime) -> dict[str, int] | None:
    """Give what is still to do, whether a loop runs or not; None: no append would succeed."""
    rows = await _answer(running.log.pool.fetch(LAGS))
    found = {name: lag for name, lag in rows or () if name in GAUGES or name in running.ready}
    # As the consumer last found it: the bus is not ours to ask.
    unheard = next(iter(telemetry.CONSUMER_LAG.labels(running.log.name).collect())).samples[0].value
    # In recovery there is no relay's place, and no append.
    return found | {"consumer": int(unheard)} if "relay" in found else None


async def _answer(asked: Awaitable[T]) -> T | None:
    try:
        return await asyncio.wait_for(asked, PATIENCE)
    except (*PASSING, asyncpg.PostgresError):
        return None
