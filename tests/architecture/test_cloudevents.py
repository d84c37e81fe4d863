"""Does a stranger's CloudEvents library read what we say, and is nothing personal in clear?"""

import json
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, from_kafka_event
from cloudevents.core.exceptions import CloudEventValidationError

from shared.bus.message import SCHEMAS
from shared.bus.port import Record
from shared.contracts import registry
from shared.facts import Code
from tests.architecture import schemas
from tests.architecture.examples import ACT, AUTHORITY, CASE, messages, record
from tests.kernel.golden.samples import AT, IDENTITY

EXTENSIONS = {
    "partitionkey", "stream", "sequence", "epoch", "position", "loghash", "effectivetime",
    "correlationid", "causationid", "traceparent",
}  # fmt: skip
"""What we add to the attributes that CloudEvents defines."""
DEFINED = {
    "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype"
}  # fmt: skip
each_type = pytest.mark.parametrize("stored", sorted(registry()))


def as_kafka(told: Record) -> KafkaMessage:
    return KafkaMessage(headers=dict(told.headers), key=told.key.encode(), value=told.value)


@each_type
def test_the_cloudevents_library_reads_every_type_from_kafka(stored: str) -> None:
    told = record(messages()[stored])
    event = from_kafka_event(as_kafka(told))  # it finds out by itself that the mode is binary
    assert event.get_attributes() == from_binary_event(as_kafka(told)).get_attributes()
    assert event.get_specversion() == "1.0"
    assert event.get_type() == stored
    assert event.get_id() == f"{ACT.id}.0"
    assert event.get_source() == f"/authority/{AUTHORITY}/{stored.partition('.')[0]}"
    assert event.get_subject() == event.get_extension("partitionkey") == str(CASE)
    assert event.get_time() == AT
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == json.loads(told.value)
    assert event.get_attributes().keys() == DEFINED | EXTENSIONS
    assert event.get_extension("sequence") == "2"
    assert event.get_extension("correlationid") == str(ACT.correlation)


@each_type
def test_the_schema_that_an_event_names_is_the_committed_one_and_fits(stored: str) -> None:
    event = from_binary_event(as_kafka(record(messages()[stored])))
    shape = json.loads(schemas.file_of(stored).read_text("utf-8"))
    assert event.get_dataschema() == SCHEMAS + stored == shape["$id"]
    assert re.fullmatch(r"urn:[a-z][a-z0-9-]{1,31}:[!-~]+", SCHEMAS + stored)  # a URI, not relative


def test_names_of_attributes_are_lower_case_letters_and_digits_and_short() -> None:
    for told in map(record, messages().values()):
        names = [name for name, _ in told.headers]
        assert len(names) == len(set(names))
        for name in names:
            assert name == "content-type" or re.fullmatch(r"ce_[a-z0-9]{1,20}", name)


@each_type
def test_the_trace_is_that_of_the_correlation(stored: str) -> None:
    """As `gate` takes the correlation from a trace, whoever hears a message gets the same back."""
    told = dict(record(messages()[stored]).headers)["ce_traceparent"].decode()
    _, trace, span, _ = told.split("-")
    assert UUID(trace) == ACT.correlation
    assert re.fullmatch(r"(?!0{16})[0-9a-f]{16}", span)


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type", "ce_specversion"])
def test_the_library_would_not_read_a_record_that_is_none(name: str) -> None:
    told = as_kafka(record(messages()["triage.concern-scored/1"]))
    told.headers[name] = b""
    with pytest.raises((CloudEventValidationError, ValueError)):
        from_binary_event(told)


# Nothing personal in clear.

PLAIN = (
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", schemas.CODE.strip("^$"), r"\d{4}-\d\d-\d\d",
)  # fmt: skip
"""Ids, codes and days: the only texts of a message outside its shut sections."""
HEADERS = {
    "ce_specversion": r"1\.0",
    "content-type": "application/json",
    "ce_id": rf"{PLAIN[0]}\.\d+",
    "ce_type": r"[a-z]+\.[a-z0-9-]+/\d+",
    "ce_source": r"/authority/[EW]\d{8}/[a-z]+",
    "ce_dataschema": r"urn:x-safeguarding:[a-z]+\.[a-z0-9-]+/\d+",
    "ce_subject": PLAIN[0],
    "ce_partitionkey": PLAIN[0],
    "ce_stream": rf"[a-z]+-{PLAIN[0]}",
    "ce_sequence": r"\d+",
    "ce_epoch": r"\d+",
    "ce_position": r"\d+",
    "ce_loghash": "[0-9a-f]{64}",
    "ce_time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00",
    "ce_effectivetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00",
    "ce_correlationid": PLAIN[0],
    "ce_causationid": PLAIN[0],
    "ce_traceparent": "00-[0-9a-f]{32}-[0-9a-f]{16}-00",
}
SECTION = {"subject", "audience", "box"}
AUDIENCES = {"adult", "referrer", "source-of-risk"}


def words_in_clear(part: Any) -> list[str]:
    """Give every text outside shut sections that is no id, code or day."""
    if isinstance(part, list):
        return [text for it in part for text in words_in_clear(it)]
    if isinstance(part, dict):
        if part.keys() == SECTION and part["audience"] in AUDIENCES:
            return [] if re.fullmatch(PLAIN[0], part["subject"]) else [part["subject"]]
        return [text for it in part.values() for text in words_in_clear(it)]
    is_plain = not isinstance(part, str) or any(re.fullmatch(it, part) for it in PLAIN)
    return [] if is_plain else [part]


def unfilled(part: Any) -> bool:
    """Say whether anything in a message was left out, and so would not be looked at."""
    if isinstance(part, dict):
        return any(map(unfilled, part.values()))
    return part is None or part == []


@each_type
def test_a_message_with_every_member_filled_has_no_words_in_clear(stored: str) -> None:
    value = json.loads(record(messages()[stored]).value)
    assert not unfilled(value)
    assert words_in_clear(value) == []


@each_type
def test_no_header_has_room_for_words(stored: str) -> None:
    headers = {name: it.decode() for name, it in record(messages()[stored]).headers}
    assert headers.keys() == HEADERS.keys()
    assert [name for name, it in headers.items() if not re.fullmatch(HEADERS[name], it)] == []


@each_type
def test_neither_who_acted_nor_whom_it_is_about_is_in_a_record(stored: str) -> None:
    told = record(messages()[stored])
    everything = b" ".join([told.topic.encode(), told.key.encode(), told.value])
    everything += b" ".join(part for name, it in told.headers for part in (name.encode(), it))
    for private in (*IDENTITY, ACT.actor, ACT.role):
        assert private.encode() not in everything


@pytest.mark.parametrize(
    "part",
    ["Edith", {"band": "red"}, [{"notes": ["She hides."]}], {"nhs_number": "9990000018"},
     {"subject": "Edith", "audience": "adult", "box": "AAAA"},
     {"subject": str(CASE), "audience": "Edith Hollowell", "box": "AAAA"},
     {"subject": str(CASE), "audience": "adult", "box": "AAAA", "name": "Edith"}],
)  # fmt: skip
def test_words_in_clear_would_be_found(part: Any) -> None:
    assert words_in_clear(part)


@pytest.mark.parametrize("part", [str(CASE), Code("band@1:red"), str(date(2026, 11, 2)), 7, True])
def test_ids_codes_days_and_numbers_may_be_in_clear(part: Any) -> None:
    assert not words_in_clear(part)
    assert not words_in_clear({"part": [part, None]})
