"""Is a message's shape what was released?

A type is released when its line stands in `docs/events/schemas/released.json`: the digest of its
shape, and the version of the house that first had it. `python -m tests.architecture.schemas` adds
the line of a new type or version, and changes none. A line that was ever committed stays as it is
(where git is at hand, each commit is asked). Descriptions may be worded better at any time.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from shared.contracts import registry
from shared.facts import Code, fact
from shared.shapes import adapter
from tests.architecture import schemas, spoken
from tests.architecture.examples import messages
from tests.architecture.schemas import ANEW, CHANGED, FOLDER, GONE, UNRECORDED
from tests.architecture.validity import faults
from tests.kernel.bus.test_message import anything

NOW = schemas.shapes()
TYPES = sorted(NOW)
each_type = pytest.mark.parametrize("stored", TYPES)


@fact("triage.adult-visited/1")
class AdultVisited:
    """The adult was visited."""

    place: Code


def test_every_released_type_has_the_shape_that_was_released() -> None:
    assert schemas.wrong(NOW, schemas.released()) == []


@each_type
def test_the_committed_schema_is_what_the_contract_says(stored: str) -> None:
    assert schemas.file_of(stored).read_text("utf-8") == schemas.written(NOW[stored]), ANEW


def test_no_schema_lies_there_that_nobody_released() -> None:
    found = {it for it in FOLDER.rglob("*") if it.is_file() and it.name != "released.json"}
    assert found == {schemas.file_of(it) for it in schemas.released()}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not at hand")
def test_no_line_that_was_ever_committed_is_changed_or_gone() -> None:
    assert schemas.rewritten(schemas.released(), schemas.committed()) == set()


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not at hand")
def test_a_line_changed_together_with_its_contract_is_found_in_what_was_committed(
    tmp_path: Path,
) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True, capture_output=True)

    record = tmp_path / "docs" / "events" / "schemas" / "released.json"
    record.parent.mkdir(parents=True)
    git("init")
    for lines in ({"a.b/1": "x"}, {"a.b/1": "x", "a.c/1": "y"}):
        record.write_text(json.dumps(lines))
        git("add", ".")
        git("commit", "-m", "more")
    history = list(schemas.committed(tmp_path))
    assert schemas.rewritten({"a.b/1": "x", "a.c/1": "y", "a.c/2": "z"}, history) == set()
    assert schemas.rewritten({"a.b/1": "x2", "a.c/1": "y"}, history) == {"a.b/1"}
    assert schemas.rewritten({"a.b/1": "x"}, history) == {"a.c/1"}


CHANGES: Mapping[str, Any] = {
    "a member more": lambda it: it["properties"].update(more={"type": "integer"}),
    "a member less": lambda it: it["properties"].pop("contact"),
    "another kind": lambda it: it["properties"]["band"].update(type="integer"),
    "no code any more": lambda it: it["properties"]["band"].pop("pattern"),
    "no longer sure to be there": lambda it: it["required"].remove("tool"),
    "anything besides": lambda it: it.update(additionalProperties=True),
    "a member called description": lambda it: it["properties"].update(description={}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_edit_in_place_is_named_and_told_what_to_do_instead(what: str) -> None:
    stored = "triage.concern-scored/1"
    changed = json.loads(json.dumps(NOW))
    CHANGES[what](changed[stored])
    assert schemas.wrong(changed, schemas.released()) == [f"{stored} {CHANGED}"]
    assert "/n" in CHANGED


def test_words_in_shut_sections_are_held_as_well() -> None:
    stored = "intake.contact-promoted/1"
    changed = json.loads(json.dumps(NOW))
    changed[stored]["$defs"]["AdultDetails"]["properties"]["shoe_size"] = {"type": "string"}
    assert schemas.wrong(changed, schemas.released()) == [f"{stored} {CHANGED}"]


def test_better_words_are_no_other_shape() -> None:
    better = json.loads(json.dumps(NOW))
    for it in better.values():
        it["description"] = "Said better."
        for member in it["properties"].values():
            member["description"] = "Said better, too."
    assert schemas.wrong(better, schemas.released()) == []


def test_a_type_taken_away_and_a_type_not_recorded_are_named() -> None:
    fewer = {name: it for name, it in NOW.items() if name != "triage.concern-scored/1"}
    assert schemas.wrong(fewer, schemas.released()) == [f"triage.concern-scored/1 {GONE}"]
    more = {**NOW, "triage.adult-visited/1": schemas.schema(AdultVisited)}
    assert schemas.wrong(more, schemas.released()) == [f"triage.adult-visited/1 {UNRECORDED}"]


def test_a_new_version_adds_a_file_and_a_line_and_changes_none(tmp_path: Path) -> None:
    assert schemas.write(NOW, tmp_path) == []
    before = {file: file.read_bytes() for file in tmp_path.rglob("*/*.json")}
    newer = {**NOW, "triage.concern-scored/2": schemas.schema(AdultVisited)}
    assert schemas.write(newer, tmp_path) == []
    assert (tmp_path / "triage.concern-scored" / "2.json").exists()
    assert {file: file.read_bytes() for file in before} == before
    record = schemas.released(tmp_path)
    assert record.keys() == newer.keys()
    assert {name: record[name]["shape"] for name in NOW} == {
        name: schemas.released()[name]["shape"] for name in NOW
    }


def test_nothing_is_written_where_a_contract_was_edited_in_place(tmp_path: Path) -> None:
    schemas.write(NOW, tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.json")}
    edited = {**NOW, "triage.concern-scored/1": schemas.schema(AdultVisited)}
    assert schemas.write(edited, tmp_path) == [f"triage.concern-scored/1 {CHANGED}"]
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.json")} == before


@each_type
def test_whatever_is_said_fits_its_schema(stored: str) -> None:
    kind = registry()[stored]

    @settings(max_examples=20)
    @given(anything(kind))
    def fits(message: Any) -> None:
        assert faults(NOW[stored], json.loads(adapter(kind).dump_json(message))) == []

    fits()


@each_type
def test_what_the_schema_forbids_no_reader_takes_either(stored: str) -> None:
    kind, shape = registry()[stored], NOW[stored]
    value = json.loads(adapter(kind).dump_json(messages()[stored]))
    assert faults(shape, value) == []
    for broken in [value | {"more": 1}, *({**value, name: 7.5} for name in value)]:
        assert faults(shape, broken)
        with pytest.raises(ValueError, match="validation error"):
            adapter(kind).validate_json(json.dumps(broken), strict=True)
    for name in value:
        assert faults(shape, {it: value[it] for it in value if it != name})


@pytest.mark.parametrize("text", ["Edith Hollowell", "band@1:Red", "band:red", ""])
def test_words_do_not_pass_for_a_code(text: str) -> None:
    value = json.loads(adapter(AdultVisited).dump_json(AdultVisited(place=Code("place@1:home"))))
    shape = schemas.schema(AdultVisited)
    assert faults(shape, value) == []
    assert faults(shape, {"place": text})


@each_type
def test_every_member_of_a_message_is_described(stored: str) -> None:
    members = NOW[stored]["properties"]
    assert [name for name, it in members.items() if not it.get("description")] == []


# Old consumers must first be able to read the next version.


def test_whoever_hears_a_type_hears_every_version_of_it() -> None:
    hears = {name: spoken.heard(it) for name, it in spoken.services().items()}
    assert list(spoken.unheard(hears)) == []


def test_a_version_that_one_of_its_hearers_would_pass_over_is_named() -> None:
    hears = {"triage": {"intake.contact-promoted/1"}, "notify": {"triage.concern-scored/1"}}
    known = ["intake.contact-promoted/1", "intake.contact-promoted/2", "triage.other/1"]
    (found,) = spoken.unheard(hears, known)
    assert found.startswith("triage hears another version of intake.contact-promoted/2")


def test_what_is_said_is_known_to_every_service_of_this_tree() -> None:
    """Whoever does not react to a type passes it over, as long as the registry knows it."""
    said = set[str]().union(*(spoken.said(it) for it in spoken.services().values()))
    assert said <= registry().keys()


def test_no_version_is_said_before_a_release_that_reads_it() -> None:
    since = {name: line["since"] for name, line in schemas.released().items()}
    for service in spoken.services().values():
        assert list(spoken.too_soon(spoken.said(service), since, schemas.version())) == []


@pytest.mark.parametrize(
    ("stored", "since", "now", "waits"),
    [
        ("a.b/2", {"a.b/1": "0.1.0", "a.b/2": "0.2.0"}, "0.2.0", True),
        ("a.b/2", {"a.b/1": "0.1.0"}, "0.2.0", True),
        ("a.b/2", {"a.b/1": "0.1.0", "a.b/2": "0.2.0"}, "0.3.0", False),
        ("a.b/1", {"a.b/1": "0.2.0"}, "0.2.0", False),
    ],
)
def test_a_new_version_waits_for_the_next_release_and_a_new_type_does_not(
    stored: str, since: Mapping[str, str], now: str, *, waits: bool
) -> None:
    assert bool(list(spoken.too_soon([stored], since, now))) is waits
