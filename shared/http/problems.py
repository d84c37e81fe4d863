"""What does a caller hear when it was not yes?

RFC 9457 problems. Each has a type that resolves to a page, and none repeats what was sent.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.refusals import Refused

MEDIA = "application/problem+json"
GENERAL = {
    "bad-request": (400, "The request cannot be read."),
    "unauthenticated": (401, "A valid access token is needed."),
    "forbidden": (403, "Your role or scope does not allow this."),
    "not-found": (404, "There is nothing here for you."),
    "method-not-allowed": (405, "This is not done to this resource."),
    "too-large": (413, "The body is larger than 256 KiB."),
    "unreadable": (422, "Members of the request are missing, unknown or not as they should be."),
    "precondition-required": (428, "Say with If-Match which version you have seen."),
    "too-many-requests": (429, "Too many requests: wait as long as Retry-After says."),
    "internal": (500, "Something is wrong with us. Nothing was lost; try again."),
    "unavailable": (503, "We cannot write just now: send the same again, with the same key."),
}
BY_STATUS = {status: name for name, (status, _) in GENERAL.items()}
PLAIN = {
    "missing": "is needed",
    "unknown_member": "holds a member that is not known here",
    "json_invalid": "is not JSON",
}
UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
TEXT = {"type": "string"}
ERROR = {"type": "object", "properties": {"pointer": TEXT, "code": TEXT, "detail": TEXT}}
MEMBERS = {
    "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "correlation_id": TEXT,
    "errors": {"type": "array", "items": ERROR},
}  # fmt: skip
SHAPE = {"type": "object", "required": ["type", "title", "status"], "properties": MEMBERS}
DESCRIBED = {"description": "A problem (RFC 9457)", "content": {MEDIA: {"schema": SHAPE}}}


def name_of(refused: type[Refused]) -> str:
    """Give the name of a refusal's problem type."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", refused.__name__).lower()


def refusals(root: type[Refused] = Refused) -> Sequence[type[Refused]]:
    """Give every refusal that this process can give."""
    return [root, *(it for kind in root.__subclasses__() for it in refusals(kind))]


def titles() -> Mapping[str, tuple[int, str]]:
    """Give status and title of every type of problem, by its name."""
    ours = {name_of(it): (it.status, (it.__doc__ or "").strip()) for it in refusals()}
    return ours | GENERAL


def problem(
    name: str, *, status: int | None = None, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Give the response for a problem of type `name`."""
    usual, title = titles()[name]
    code = status or usual
    told = {"type": f"/problems/{name}", "title": title, "status": code} | more
    if correlation := structlog.contextvars.get_contextvars().get("correlation"):
        told["correlation_id"] = correlation
    waits = {"Retry-After": "1"} if usual == 503 else {}  # noqa: PLR2004 - Service Unavailable
    return JSONResponse(told, code, waits | dict(headers or {}), media_type=MEDIA)


def install(app: FastAPI) -> None:
    """Make `app` answer every failure with a problem; the gate does so where something broke."""
    for kind in (Refused, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, HTTPException):
        name = BY_STATUS.get(error.status_code, "bad-request")
        return problem(name, status=error.status_code, headers=error.headers)
    if isinstance(error, RequestValidationError):
        found = error.errors()
        unread = any(it["type"] == "json_invalid" for it in found)
        errors = [_error(it["type"], it["loc"]) for it in found]
        return problem("bad-request" if unread else "unreadable", errors=errors)
    return problem(name_of(type(error)) if isinstance(error, Refused) else "internal")


def _error(kind: str, where: Sequence[str | int]) -> dict[str, str]:
    # All names on the way are ours, but for that of a member we do not know.
    if kind in UNKNOWN:
        kind, where = "unknown_member", where[:-1]
    place, *inside = where
    pointer = "/".join(["#" if place == "body" else str(place), *map(str, inside)])
    detail = PLAIN.get(kind, "is not as it should be")
    return {"pointer": pointer, "code": kind.replace("_", "-"), "detail": detail}
