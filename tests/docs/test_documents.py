"""Is everything there that the documents name?"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from deploy.local.__main__ import app
from services.notify.gateways import egress
from shared.bus.reach import Reach
from shared.http import health, pages
from shared.http.application import application
from shared.run import Settings, find
from tests.docs import documents
from tests.docs.documents import DOCUMENTS, Route
from tests.docs.map import ROOT
from tests.support.house import SERVICES

SETTINGS = {
    f"{it.model_config['env_prefix']}{name}".upper()
    for it in (Settings, Reach, egress.Settings)
    for name in it.model_fields
}
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=documents.name)


@cache
def described() -> Mapping[str, Any]:
    """Give all paths of all services as OpenAPI describes them, place holders as `{id}`."""
    apis = [application(find(f"services.{service}")).openapi() for service in SERVICES]
    return {
        re.sub(r"\{[a-z_]+\}", "{id}", path): (api, verbs)
        for api in apis
        for path, verbs in api["paths"].items()
    }


def undescribed() -> set[str]:
    routers = (health.router, pages.router)
    found = {str(getattr(route, "path", "")) for it in routers for route in it.routes}
    return {re.sub(r"\{[a-z]+\}", "{id}", path) for path in found} | {"/openapi.json"}


def is_there(route: Route) -> bool:
    if route.path in undescribed():
        return route.verb in {None, "GET"}
    _, verbs = described().get(route.path, (None, {}))
    return bool(verbs) and (route.verb is None or route.verb.lower() in verbs)


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [it for it in documents.LINK.findall(document.read_text("utf-8")) if "://" not in it]
    broken = [it for it in links if it and not (document.parent / it.partition("#")[0]).exists()]
    assert not broken


@every_document
def test_every_command_can_be_run(document: Path) -> None:
    group: Any = typer.main.get_command(app)
    for command, options in documents.COMMAND.findall(document.read_text("utf-8")):
        first, *rest = command.split()
        assert first in group.commands, command
        found = group.commands[first]
        for word in rest:
            found = found.commands[word]
        known = {option for it in found.params for option in it.opts}
        passed_on = found.context_settings.get("ignore_unknown_options", False)
        assert passed_on or set(options.split()) <= known, command


@every_document
def test_every_route_is_served(document: Path) -> None:
    named = list(documents.routes(document.read_text("utf-8")))
    assert [route for route in named if not is_there(route)] == []


@every_document
def test_every_variable_is_read_somewhere(document: Path) -> None:
    local = "".join(file.read_text("utf-8") for file in (ROOT / "deploy" / "local").glob("*.py"))
    named = set(documents.VARIABLE.findall(document.read_text("utf-8")))
    assert {it for it in named - SETTINGS if f'"{it}"' not in local} == set()


@every_document
def test_every_body_in_an_example_is_one_that_is_taken(document: Path) -> None:
    for path, body in documents.sent(document.read_text("utf-8")):
        api, verbs = described()[path]
        shape = resolved(api, verbs["post"]["requestBody"]["content"]["application/json"]["schema"])
        assert body.keys() <= shape["properties"].keys(), path
        assert set(shape.get("required", ())) <= body.keys(), path


def resolved(api: Mapping[str, Any], shape: Mapping[str, Any]) -> Mapping[str, Any]:
    name = shape.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = api["components"]["schemas"][name] if name else shape
    return found


def test_operators_read_of_every_setting() -> None:
    told = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert {name for name in SETTINGS if name not in told} == set()


def test_partners_and_staff_read_of_every_route() -> None:
    told = "".join(document.read_text("utf-8") for document in DOCUMENTS)
    named = {route.path for route in documents.routes(told)}
    assert {*described()} - named == set()


def test_the_change_log_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(it.name[:3]) for it in DECISIONS] == [*range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=documents.name)
def test_a_decision_tells_situation_choice_and_price(decision: Path) -> None:
    headings = re.findall(r"^## (.+)$", decision.read_text("utf-8"), re.MULTILINE)
    assert headings == ["Situation", "Choice", "Price"]


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("`GET /v1/referrals/{id}/document`", Route("GET", "/v1/referrals/{id}/document")),
        ('"$INTAKE/v1/referrals/$ID"', Route(None, "/v1/referrals/{id}")),
    ],
)
def test_a_route_is_recognised_in_text_and_in_a_command(text: str, route: Route) -> None:
    assert list(documents.routes(text)) == [route]


def test_a_route_that_nobody_serves_is_noticed() -> None:
    assert not is_there(Route("GET", "/v1/lunch"))
    assert not is_there(Route("POST", "/health/live"))
