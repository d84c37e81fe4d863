"""What happens to every request and every answer?

Plain ASGI, around everything: a size limit, correlation, headers of caution, one log line, one
measurement.
"""

import re
from collections.abc import Iterator
from secrets import token_hex
from time import perf_counter
from uuid import UUID, uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import problem
from shared.telemetry import REQUESTS, log
from shared.way import PASSING

LARGEST = 256 * 1024
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
CAUTION = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}  # fmt: skip
_CAUTION = [(name.encode(), value.encode()) for name, value in CAUTION.items()]


class Gate:
    """Stands around the application of a service."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, and its answer out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, passing = perf_counter(), _Passing(scope, receive, send)
        structlog.contextvars.bind_contextvars(correlation=passing.correlation)
        try:
            await self._app(scope, passing.receive, passing.send)
        except Exception as broken:
            # Here, or the server's own answer would lack our headers, and its log quote the text.
            log.error("broken", exc_info=broken)
            if passing.status:
                raise
            name = "unavailable" if isinstance(broken, PASSING) else "internal"
            await problem(name)(scope, receive, passing.send)
        finally:
            self._measure(scope, passing.status, perf_counter() - began)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(self._service, route, method, status).observe(seconds)
        took = round(seconds * 1000, 1)
        log.info("request", method=method, route=route, status=status, milliseconds=took)


class _Passing:
    """A request on its way in, no larger than we take, and its answer with the headers of all."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        headers = dict(scope["headers"])
        trace = TRACE.fullmatch(headers.get(b"traceparent", b"").decode("latin-1"))
        asked = headers.get(b"x-correlation-id", b"").decode("latin-1")
        self._state = scope.setdefault("state", {})
        self._state["correlation"] = correlation = _correlation(asked or (trace and trace[1]))
        self.correlation = str(correlation)
        self._trace = trace[0] if trace else f"00-{correlation.hex}-{token_hex(8)}-00"
        self._size, self.status = 0, 0

    async def receive(self) -> Message:
        """Take the next part of the body."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > LARGEST:
            raise HTTPException(413)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *_CAUTION, *self._more()]
        await self._send(message)

    def _more(self) -> Iterator[tuple[bytes, bytes]]:
        yield b"x-correlation-id", self.correlation.encode()
        yield b"traceparent", self._trace.encode()
        if limit := self._state.get("limit"):
            yield b"ratelimit", limit.encode()
        if getattr(self._scope["app"].state, "simulated", False):
            yield b"x-clock", b"simulated"


def _correlation(given: str | None) -> UUID:
    try:
        return UUID(given) if given else uuid4()
    except ValueError:
        return uuid4()
