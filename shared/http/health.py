"""Is the service alive, ready, and how far behind?

Ready means *can append*: lag is told in the body and in the metrics, and makes nothing unready.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.http.parts import Running
from shared.lease import PASSING

router = APIRouter(include_in_schema=False)
PATIENCE = 2.0


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready")
async def ready(running: Running) -> JSONResponse:
    """Say whether an append would succeed, and which answers are still being built."""
    log, vault = await asyncio.gather(
        _reached(running.log.pool.fetchval), _reached(running.log.vault.ping)
    )
    built = {name: done() for name, done in running.ready.items()}
    good = log and vault and all(built.values())
    body = {"ready": good, "log": log, "vault": vault, "projections": built}
    return JSONResponse(body, 200 if good else 503)


@router.get("/metrics")
async def metrics() -> Response:
    """Give the measurements for Prometheus; none is labelled with a partner or a case."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _reached(ask: Callable[[str], Awaitable[object]]) -> bool:
    try:
        await asyncio.wait_for(ask("select 1"), PATIENCE)
    except (*PASSING, asyncpg.PostgresError):
        return False
    return True
