"""Does the house say of itself what is so?"""

import ast
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import get_args, get_type_hints

import pytest

from shared.http.problems import refusals
from shared.run import find
from tests.architecture.doors import ROOT, SERVICES

PRODUCT = sorted(
    it.relative_to(ROOT) for part in ("services", "shared") for it in ROOT.glob(f"{part}/**/*.py")
)
RULES = [it for it in PRODUCT if "rules" in it.parts and it.name != "__init__.py"]
LINES = ("Law", "Streams", "Hears", "Says")


def told(service: str) -> dict[str, str]:
    """Give what a service's docstring says, line by line."""
    text = " ".join((import_module(f"services.{service}").__doc__ or "").split())
    parts = re.split(rf"\b({'|'.join(LINES)}): ", text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def names(text: str) -> Sequence[str]:
    """Give the names in a line such as *a.b, c.d.*"""
    found = sorted(name.strip(" .") for name in text.split(","))
    return [] if found == ["nothing"] else found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_is_for(service: str) -> None:
    assert list(told(service)) == list(LINES)
    kinds = [name.split(",")[0] for name in told(service)["Streams"].split("; ")]
    assert kinds == [decider.kind for decider in find(f"services.{service}").deciders]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_hears_what_it_says_it_hears(service: str) -> None:
    heard = {it.when.stored_as.split("/")[0] for it in find(f"services.{service}").reactions}
    assert names(told(service)["Hears"]) == sorted(heard)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_says_it_says(service: str) -> None:
    publish = find(f"services.{service}").publish
    said = set(get_args(get_type_hints(publish)["return"])) - {NoneType}
    assert names(told(service)["Says"]) == sorted({it.stored_as.split("/")[0] for it in said})


@pytest.mark.parametrize("file", PRODUCT, ids=str)
def test_a_module_answers_one_question(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8"))) or ""
    first = docstring.partition("\n\n")[0]
    assert re.match(r"[^.?]+\?", first) or (first and file.name == "__init__.py"), first


@pytest.mark.parametrize("file", RULES, ids=str)
def test_a_rule_cites_its_law(file: Path) -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8"))) or ""
    assert re.search(r"^Law: \S", docstring, re.MULTILINE)


def test_a_refusal_says_its_reason_as_its_caller_reads_it() -> None:
    for service in SERVICES:
        find(f"services.{service}")
    for refusal in refusals():
        title = (refusal.__doc__ or "").strip()
        assert re.fullmatch(r"[A-Z][^\n]{9,119}[.?]", title), refusal
