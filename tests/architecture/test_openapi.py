"""Do we keep what our APIs promise?"""

import copy
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture import openapi
from tests.architecture.doors import SERVICES, document
from tests.architecture.openapi import breaks, file_of, former, written

ANEW = "run `python -m tests.architecture.openapi`"


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_committed_is_what_is_served(service: str) -> None:
    assert file_of(service).read_text("utf-8") == written(service), ANEW


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_that_callers_rely_on_is_gone(service: str) -> None:
    before = former(service) or json.loads(file_of(service).read_text("utf-8"))
    assert breaks(before, document(service)) == []


SCORES = "/v1/concerns/{id}/scores"
Change = Callable[[Any], Any]


def at(document: Any, place: str) -> Any:
    """Give a shape of a document, or the shape of one of its members."""
    name, *members = place.split(".")
    found = document["components"]["schemas"][name]
    for member in members:
        found = found["properties"][member]
    return found


def scores(document: Any) -> Any:
    """Give the operation that takes a screener's answers."""
    return document["paths"][SCORES]["post"]


def queue(document: Any) -> Any:
    """Give the operation that gives the queue."""
    return document["paths"]["/v1/concerns"]["get"]


def one(operation: Any, name: str) -> Any:
    """Give a parameter of an operation."""
    return next(it for it in operation["parameters"] if it["name"].lower() == name)


BREAKING: dict[str, Change] = {
    f"POST {SCORES} is gone": lambda it: it["paths"].pop(SCORES),
    "GET /v1/concerns is gone": lambda it: it["paths"]["/v1/concerns"].pop("get"),
    "rank_reason is gone": lambda it: at(it, "Row")["properties"].pop("rank_reason"),
    "total was integer and is string": lambda it: at(it, "Row.total").update(type="string"),
    "contact was string:uuid and is string": lambda it: at(it, "Row.contact").pop("format"),
    "band is no longer sure to be there": lambda it: at(it, "Row")["required"].remove("band"),
    "unknown is gone": lambda it: at(it, "Test.answer")["enum"].remove("unknown"),
    "effective_at is needed now": lambda it: at(it, "Scoring")["required"].append("effective_at"),
    "evidence is gone": lambda it: at(it, "Scoring")["properties"].pop("evidence"),
    "takes only some values now": lambda it: at(it, "Scoring.evidence").update(enum=["a"]),
    "if-match is needed now": lambda it: one(scores(it), "if-match").update(required=True),
    "if-match is gone": lambda it: scores(it)["parameters"].remove(one(scores(it), "if-match")),
    "limit was integer and is string": lambda it: one(queue(it), "limit")["schema"].update(
        type="string"
    ),
    f"POST {SCORES} no longer answers 204": lambda it: scores(it)["responses"].pop("204"),
    "application/json is gone": lambda it: queue(it)["responses"]["200"]["content"].clear(),
    "gone was array and is object": lambda it: at(it, "ConcernWords.gone").update(type="object"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_what_breaks_callers_is_named(what: str) -> None:
    new = copy.deepcopy(document("triage"))
    BREAKING[what](new)
    found = breaks(document("triage"), new)
    assert any(what in it for it in found), found


NEW = {"type": "string"}
HARMLESS: dict[str, Change] = {
    "a new path": lambda it: it["paths"].update({"/v1/new": it["paths"][SCORES]}),
    "a new member of an answer": lambda it: at(it, "Row")["properties"].update(new=NEW),
    "a new member of a request": lambda it: at(it, "Scoring")["properties"].update(new=NEW),
    "a member no longer needed": lambda it: at(it, "Scoring")["required"].remove("evidence"),
    "a new value": lambda it: at(it, "Test.answer")["enum"].append("not-asked"),
    "other words": lambda it: at(it, "Row").update(description="Otherwise."),
    "a new parameter": lambda it: queue(it)["parameters"].append(
        {"name": "band", "in": "query", "required": False, "schema": NEW}
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_breaks_nobody_is_passed(what: str) -> None:
    new = copy.deepcopy(document("triage"))
    HARMLESS[what](new)
    assert breaks(document("triage"), new) == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not at hand")
def test_the_last_that_was_otherwise_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    file = tmp_path / "docs" / "api" / "triage.json"
    file.parent.mkdir(parents=True)
    monkeypatch.setattr(openapi, "file_of", lambda _: file)
    git("init")
    for version in ("1", "2"):
        file.write_text(json.dumps({"version": version}))
        if version == "1":
            assert former("triage", tmp_path) is None
        git("add", ".")
        git("commit", "-m", version)
    assert former("triage", tmp_path) == {"version": "1"}
    file.write_text('{"version": "3"}')
    assert former("triage", tmp_path) == {"version": "2"}
