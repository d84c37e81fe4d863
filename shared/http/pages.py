"""What does a developer read about a service, and about a problem it gave?

Rendered here from the OpenAPI document and the refusals' docstrings: no script, and nothing from
anybody else's network.
"""

import re
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader

from shared.http.problems import titles

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, trim_blocks=True)
router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    """Give the reference of this service's API."""
    document = request.app.openapi()
    operations = [
        {"verb": verb.upper(), "path": path} | operation
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    ]
    page = PAGES.get_template("reference.html")
    shapes = document.get("components", {}).get("schemas", {})
    return HTMLResponse(
        page.render(info=document["info"], operations=operations, shapes=shapes, shape=_shape)
    )


@router.get("/docs/style.css")
async def style() -> Response:
    """Give the looks of the pages."""
    return Response((HERE / "style.css").read_text(), media_type="text/css")


@router.get("/problems")
async def problems() -> HTMLResponse:
    """Give every type of problem that this service can answer with."""
    return HTMLResponse(PAGES.get_template("problems.html").render(problems=titles()))


@router.get("/problems/{name}")
async def problem(name: str) -> HTMLResponse:
    """Give the page of one type of problem."""
    if name not in titles():
        raise HTTPException(404)
    return HTMLResponse(PAGES.get_template("problems.html").render(problems={name: titles()[name]}))


def _shape(schema: dict[str, Any] | None) -> str:
    """Give a schema in a few words."""
    if not schema:
        return "anything"
    if name := schema.get("$ref"):
        return str(name).rpartition("/")[2]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_shape(choice) for choice in choices)
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items'))}"
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return " | ".join(map(str, values))
    return re.sub(r"^None$", "anything", str(schema.get("format") or schema.get("type")))
