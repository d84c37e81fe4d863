"""Serve something that breaks, and tell where its words get to. Run by `test_broken`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import uvicorn
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from opentelemetry import _logs, trace

from shared import telemetry
from shared.http.application import application
from shared.service import Service
from tests.support.patience import until

CANARY = "Marigold-9990000018"
router = APIRouter()


@router.post("/break")
async def breaks() -> None:
    """Fail as code fails: with a text that quotes what was sent."""
    raise ValueError(f"cannot read {CANARY}")


@router.get("/half")
async def half() -> StreamingResponse:
    """Fail when an answer was begun."""

    async def pieces() -> Any:
        yield "half"
        raise ValueError(CANARY)

    return StreamingResponse(pieces())


class Logs(_logs.LoggerProvider):
    """An exporter of logs that writes all it is given to standard error."""

    def get_logger(self, *_: Any, **__: Any) -> _logs.Logger:
        """Give a logger."""
        return Logger("all")


class Logger(_logs.Logger):
    """Writes all it is given."""

    def enabled(self, **_: Any) -> bool:
        """Take everything."""
        return True

    def emit(self, *record: Any, **more: Any) -> None:
        """Write it."""
        sys.stderr.write(
            f"LOGGED {[vars(it) if hasattr(it, '__dict__') else it for it in record]} {more}\n"
        )


class Spans(trace.TracerProvider):
    """A provider of spans that writes all they are given."""

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        """Say that somebody asked for spans."""
        sys.stderr.write("TRACED\n")
        return trace.NoOpTracer()


def _started(server: uvicorn.Server) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return server.started

    return ask


async def main() -> None:
    """Break, and print what was answered to standard error."""
    _logs.set_logger_provider(Logs())
    trace.set_tracer_provider(Spans())
    telemetry.configure("broken")
    service = Service(
        name="broken", purpose="", deciders=(), publish=lambda *_: None, routes=(router,)
    )
    config = uvicorn.Config(
        application(service), port=0, log_config=None, access_log=False, server_header=False,
        lifespan="off",
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(_started(server))
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        told = await client.post("/break", json={"name": CANARY})
        sys.stderr.write(f"{told.status_code} {dict(told.headers)} {told.text}\n")
        try:
            told = await client.get("/half")
            sys.stderr.write(f"ENDED {told.text}\n")
        except httpx.RemoteProtocolError:
            sys.stderr.write("CUT OFF\n")
    server.should_exit = True
    await task


asyncio.run(main())
