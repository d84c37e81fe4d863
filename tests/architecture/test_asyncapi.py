"""Does the AsyncAPI document say what travels, as AsyncAPI wants it said?"""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.message import Speaker
from shared.contracts import registry
from tests.architecture import asyncapi, spoken
from tests.architecture.doors import ROOT, SERVICES
from tests.architecture.examples import messages, record
from tests.architecture.validity import faults
from tests.kernel.bus import a

OFFICIAL = ROOT / "tests" / "architecture" / "asyncapi-specs" / "3.0.0.json"
DOCUMENT: Any = asyncapi.document()
TYPES = sorted(registry())
each_type = pytest.mark.parametrize("stored", TYPES)


@cache
def official() -> Any:
    """Give AsyncAPI's own schema of a document."""
    return json.loads(OFFICIAL.read_text("utf-8"))


def key(stored: str) -> str:
    return stored.replace("/", ".")


def references(part: Any) -> Iterator[str]:
    """Give every place that is referred to."""
    if isinstance(part, list):
        for it in part:
            yield from references(it)
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for it in part.values():
            yield from references(it)


def at(place: str) -> Any:
    """Give what stands at a place such as *#/components/messages/x*."""
    found = DOCUMENT
    for name in place.removeprefix("#/").split("/"):
        found = found[name]
    return found


def misfits(place: str, value: Any) -> list[str]:
    """Say where `value` has not the shape that stands at a place of the document."""
    return faults({"components": DOCUMENT["components"], "allOf": [{"$ref": place}]}, value)


def test_what_is_committed_is_what_travels() -> None:
    anew = "run `python -m tests.architecture.asyncapi`"
    assert asyncapi.FILE.read_text("utf-8") == asyncapi.written(), anew


def test_it_is_valid_under_the_official_schema() -> None:
    assert faults(official(), DOCUMENT) == []


OPERATION = "triage.hears.intake.contact-promoted.1"
MESSAGE = "intake.contact-promoted.1"
BREAKS: dict[str, Callable[[Any], object]] = {
    "no version": lambda it: it.pop("asyncapi"),
    "a version of long ago": lambda it: it.update(asyncapi="2.6.0"),
    "no title": lambda it: it["info"].pop("title"),
    "a word of no meaning": lambda it: it.update(topics={}),
    "an operation that neither sends nor receives": lambda it: it["operations"][OPERATION].update(
        action="publish"
    ),
    "an operation without a channel": lambda it: it["operations"][OPERATION].pop("channel"),
    "a channel whose address is a number": lambda it: it["channels"]["intake"].update(address=7),
    "a parameter with a schema": lambda it: it["channels"]["intake"]["parameters"][
        "authority"
    ].update(schema={"type": "string"}),
    "no partition": lambda it: it["channels"]["intake"]["bindings"]["kafka"].update(partitions=0),
    "a message whose payload is a word": lambda it: it["components"]["messages"][MESSAGE].update(
        payload="words"
    ),
    "a shape of an unknown type": lambda it: it["components"]["schemas"][MESSAGE]["properties"][
        "adult"
    ].update(type="uuid"),
    "an example that is a word": lambda it: it["components"]["messages"][MESSAGE].update(
        examples=["words"]
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_document_that_is_wrong_would_be_found(what: str) -> None:
    broken = copy.deepcopy(DOCUMENT)
    BREAKS[what](broken)
    assert faults(official(), broken)


def test_whatever_it_refers_to_is_there() -> None:
    found = set(references(DOCUMENT))
    assert all(it.startswith("#/") for it in found)
    assert all(at(it) for it in found)
    with pytest.raises(KeyError):
        at("#/components/messages/nothing")


def test_every_message_of_the_registry_is_on_the_topic_of_its_context() -> None:
    assert DOCUMENT["components"]["messages"].keys() == {key(it) for it in TYPES}
    for stored in TYPES:
        channel = DOCUMENT["channels"][spoken.Version.of(stored).context]
        address = channel["address"].replace("{authority}", "E06000015")
        assert address == record(messages()[stored]).topic
        assert key(stored) in channel["messages"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_and_hears_there_what_it_says_and_hears(service: str) -> None:
    mine = [it for it in DOCUMENT["operations"].values() if {"name": service} in it["tags"]]
    for action, told in [("send", spoken.said), ("receive", spoken.heard)]:
        named = {
            it["messages"][0]["$ref"].rpartition("/")[2] for it in mine if it["action"] == action
        }
        assert named == {key(it) for it in told(spoken.services()[service])}


@each_type
def test_a_record_is_as_it_is_described(stored: str) -> None:
    told = record(messages()[stored])
    headers = {name: value.decode() for name, value in told.headers}
    described = f"#/components/messages/{key(stored)}/headers"
    assert misfits(described, headers) == []
    assert headers.keys() == asyncapi.HEADERS.keys()
    assert misfits(f"#/components/schemas/{key(stored)}", json.loads(told.value)) == []
    for name in headers.keys() - {"ce_causationid"}:
        without = {it: headers[it] for it in headers if it != name}
        assert misfits(described, without), name
        assert misfits(described, headers | {name: "not so"}), name


@each_type
def test_an_example_is_one_of_its_message(stored: str) -> None:
    for it in DOCUMENT["components"]["messages"][key(stored)]["examples"]:
        assert misfits(f"#/components/messages/{key(stored)}/headers", it["headers"]) == []
        assert misfits(f"#/components/schemas/{key(stored)}", it["payload"]) == []


def test_a_message_that_nothing_caused_is_described_as_well() -> None:
    said = a.Voice(Speaker("E06000015", "intake")).referral(uuid4(), 1)
    headers = {name: value.decode() for name, value in said.headers}
    assert "ce_causationid" not in headers
    assert misfits("#/components/messages/intake.referral-received.2/headers", headers) == []
