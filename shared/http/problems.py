"""What does a caller hear when it was not yes?

RFC 9457 problems. Each has a type that resolves to a page, and none repeats what was sent.
"""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.refusals import Refused
from shared.telemetry import log

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
    "unavailable": (503, "We cannot write just now. Nothing was lost: send the same again."),
}
BY_STATUS = {status: name for name, (status, _) in GENERAL.items()}
PLAIN = {
    "missing": "is needed",
    "extra_forbidden": "is not known here",
    "json_invalid": "is not JSON",
}


def name_of(refused: type[Refused]) -> str:
    """Give the name of a refusal's problem type."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", refused.__name__).lower()


def refusals(root: type[Refused] = Refused) -> Sequence[type[Refused]]:
    """Give every refusal that this process can give."""
    found = [root]
    for kind in root.__subclasses__():
        found += refusals(kind)
    return found


def titles() -> Mapping[str, tuple[int, str]]:
    """Give status and title of every type of problem, by its name."""
    ours = {name_of(it): (it.status, (it.__doc__ or "").strip()) for it in refusals()}
    return ours | GENERAL


def problem(
    name: str, *, status: int | None = None, title: str | None = None, **more: Any
) -> JSONResponse:
    """Give the response for a problem of type `name`."""
    usual, words = titles()[name]
    code = status or usual
    body = {"type": f"/problems/{name}", "title": title or words, "status": code} | more
    headers = {"Retry-After": "1"} if code == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, code, headers, media_type=MEDIA)


def install(app: FastAPI) -> None:
    """Make `app` answer every failure with a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


async def _refused(_request: Request, refused: Exception) -> JSONResponse:
    kind = type(refused)
    return problem(name_of(kind) if issubclass(kind, Refused) else "internal")


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problem(BY_STATUS.get(status, "bad-request"), status=status)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _broken(_request: Request, error: Exception) -> JSONResponse:
    log.error("broken", exc_info=error)
    return problem("internal")


async def _invalid(_request: Request, invalid: Exception) -> JSONResponse:
    found = invalid.errors() if isinstance(invalid, RequestValidationError) else ()
    errors = [_error(it["type"], it["loc"]) for it in found]
    if any(it["type"] == "json_invalid" for it in found):
        return problem("bad-request", errors=errors)
    return problem("unreadable", errors=errors)


def _error(kind: str, loc: Sequence[str | int]) -> dict[str, str]:
    detail = PLAIN.get(kind, "is not as it should be")
    return {"pointer": _pointer(loc), "code": kind.replace("_", "-"), "detail": detail}


def _pointer(loc: Sequence[str | int]) -> str:
    """Give where it is; a name that is not one of ours by its looks is not repeated."""
    parts = (str(part) for part in loc)
    return "/".join(it if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", it) else "?" for it in parts)
