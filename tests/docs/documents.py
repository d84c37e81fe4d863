"""What do the documents name: commands, routes, variables, bodies?"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.docs.map import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\./run ((?:[a-z]+)(?: verify)?)((?: --[a-z]+)*)")
VARIABLE = re.compile(r"SAFEGUARDING_[A-Z_]*[A-Z]")
ROUTE = re.compile(
    r"(?:(GET|POST) |\$(?:INTAKE|TRIAGE|ENQUIRY|DOLS|NOTIFY|SERVICE))(/[a-zA-Z0-9_{}$/.-]+)"
)


def name(document: Path) -> str:
    """Give a document's name for a person to read."""
    return document.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Route:
    """A route that a document names, its place holders as `{id}`."""

    verb: str | None
    path: str


def routes(text: str) -> Iterator[Route]:
    """Give the routes that `text` names."""
    for verb, path in ROUTE.findall(text):
        yield Route(verb or None, re.sub(r"\$\{?[A-Z]+\}?|\{[a-z_]+\}", "{id}", path).rstrip("./"))


def sent(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give path and JSON body of each `curl` in `text` that sends one."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for call in re.split(r"^(?=curl |[A-Z]+=\$\(curl )", block, flags=re.MULTILINE):
            body = re.search(r"-d '(\{.*?\})'", call, re.DOTALL)
            route = next(routes(call), None)
            if body and route:
                yield route.path, json.loads(body[1])
