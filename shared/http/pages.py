"""What does a developer read about a service, and about a problem it gave?

Rendered here from the OpenAPI document and the refusals' docstrings: no script, and nothing from
anybody else's network.
"""

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
    shapes = document.get("components", {}).get("schemas", {})
    told = {"info": document["info"], "operations": operations, "shapes": shapes, "shape": _shape}
    return HTMLResponse(PAGES.get_template("reference.html").render(told))


@router.get("/docs/style.css")
async def style() -> Response:
    """Give the looks of the pages."""
    return Response((HERE / "style.css").read_text(), media_type="text/css")


@router.get("/problems")
@router.get("/problems/{name}")
async def problems(name: str | None = None) -> HTMLResponse:
    """Give the page of one type of problem, or of all."""
    shown = {it: told for it, told in titles().items() if name in (None, it)}
    if not shown:
        raise HTTPException(404)
    return HTMLResponse(PAGES.get_template("problems.html").render(problems=shown))


def _shape(schema: dict[str, Any]) -> str:
    """Give a schema in a few words."""
    match schema:
        case {"$ref": name}:
            return str(name).rpartition("/")[2]
        case {"anyOf": choices} | {"oneOf": choices}:
            return " or ".join(map(_shape, choices))
        case {"type": "array"}:
            return f"list of {_shape(schema.get('items', {}))}"
        case {"enum": values}:
            return " | ".join(map(str, values))
        case {"const": value}:
            return str(value)
        case _:
            return str(schema.get("format") or schema.get("type") or "anything")
