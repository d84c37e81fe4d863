"""What happens to every request and every answer?

Plain ASGI, around everything: a size limit, correlation, headers of caution, one log line, one
measurement. Bodies are small, so one is read whole before the application sees it.
"""

from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import problem
from shared.telemetry import REQUESTS, log

LARGEST = 256 * 1024
CAUTION = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}  # fmt: skip


class TooLarge(Exception):
    """The body is larger than we take."""


class Gate:
    """Stands around the application of a service."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, and its answer out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, began = Headers(scope=scope), perf_counter()
        correlation = _correlation(headers.get("x-correlation-id"))
        scope.setdefault("state", {})["correlation"] = correlation
        structlog.contextvars.bind_contextvars(correlation=str(correlation))
        told = _Told(send, correlation, headers.get("traceparent"), scope)
        try:
            await self._app(scope, await _whole(headers, receive), told)
        except TooLarge:
            await problem("too-large")(scope, receive, told)
        finally:
            self._measure(scope, told.status, perf_counter() - began)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        REQUESTS.labels(self._service, route, scope["method"], status).observe(seconds)
        log.info(
            "request", method=scope["method"], route=route, status=status,
            milliseconds=round(seconds * 1000, 1),
        )  # fmt: skip


class _Told:
    """Sends an answer, with the headers that every answer has."""

    def __init__(self, send: Send, correlation: UUID, trace: str | None, scope: Scope) -> None:
        self._send, self._correlation, self._trace, self._scope = send, correlation, trace, scope
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in CAUTION.items():
                headers.setdefault(name, value)
            headers["x-correlation-id"] = str(self._correlation)
            if self._trace:
                headers["traceparent"] = self._trace
            app: Any = self._scope.get("app")
            if app is not None and getattr(app.state, "simulated", False):
                headers["x-clock"] = "simulated"
        await self._send(message)


def _correlation(given: str | None) -> UUID:
    try:
        return UUID(given or "")
    except ValueError:
        return uuid4()


async def _whole(headers: Headers, receive: Receive) -> Receive:
    """Give what receives the body that was read whole.

    Raises:
        TooLarge: there is more of it than we take.
    """
    if int(_number(headers.get("content-length"))) > LARGEST:
        raise TooLarge
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return receive
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise TooLarge
        more = message.get("more_body", False)
    parts = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return parts.pop() if parts else await receive()

    return again


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
