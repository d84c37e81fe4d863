"""Does a message say all that it should, and nothing about who acted?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from shared.bus.message import Speaker, Unknown, headers_of, heading_of, heard_of, record_of
from shared.bus.port import Record
from shared.contracts import intake, registry
from shared.facts import Act, Code, Recorded
from shared.log.codec import Undecodable
from shared.sealed import Sealed
from shared.shapes import adapter
from tests.kernel.bus import a

INTAKE = Speaker("E06000015", "intake")
INSTANTS = some.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone comes with the next line but one
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - likewise
    timezones=some.just(UTC),
)
CODES = some.from_regex(r"[a-z0-9-]{1,20}@[0-9]{1,3}:[a-z0-9._-]{1,40}", fullmatch=True).map(Code)
PLAIN: dict[Any, some.SearchStrategy[Any]] = {
    int: some.integers(min_value=-(2**31), max_value=2**31), bool: some.booleans(),
    UUID: some.uuids(), Code: CODES, date: some.dates(), datetime: INSTANTS, NoneType: some.none(),
}  # fmt: skip


def anything(hint: Any) -> some.SearchStrategy[Any]:
    """Give values of any kind that a contract may be made of."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if origin in {Union, UnionType}:
        return some.one_of(*map(anything, parts))
    if origin is tuple:
        return some.lists(anything(parts[0]), max_size=4).map(tuple)
    if origin is Sealed:
        audience = some.sampled_from(["adult", "referrer"])
        box = some.binary(min_size=44, max_size=90)
        return some.builds(Sealed, subject=some.uuids(), audience=audience, box=box)
    members = {name: anything(it) for name, it in get_type_hints(hint).items()}
    return some.builds(hint, **members)


def recorded(message: some.SearchStrategy[Any]) -> some.SearchStrategy[Recorded[Any]]:
    act = some.builds(
        Act, id=some.uuids(), actor=some.just("sam.okafor"), role=some.just("screener"),
        purpose=some.just("safeguarding"), effective_at=INSTANTS, correlation=some.uuids(),
        causation=some.none() | some.uuids(), fingerprint=some.none() | some.just(bytes(32)),
    )  # fmt: skip
    number = some.integers(min_value=1, max_value=2**31 - 1)
    stream = some.from_regex(r"[a-z0-9-]{1,100}", fullmatch=True)
    return some.builds(
        Recorded, fact=message, act=act, recorded_at=INSTANTS, case=some.uuids(), stream=stream,
        version=number, said=some.integers(min_value=1, max_value=999_999_999),
        position=some.integers(min_value=1, max_value=10**18 - 1),
        ordinal=some.integers(min_value=0, max_value=2**15 - 1),
        hash=some.binary(min_size=32, max_size=32),
    )  # fmt: skip


MESSAGES = sorted(registry().values(), key=lambda it: str(it.stored_as))


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda it: it.stored_as)
def test_a_message_is_heard_as_it_was_said(kind: type[Any]) -> None:
    @settings(max_examples=25)
    @given(recorded(anything(kind)))
    def check(happened: Recorded[Any]) -> None:
        message, act = happened.fact, happened.act
        record = record_of(happened, message, adapter(kind).dump_json(message), INTAKE)
        heard = heard_of(record)
        assert heard == replace(
            happened,
            act=replace(
                act, actor=INTAKE.source, role="message", purpose="safeguarding", fingerprint=None
            ),
            version=happened.said or 0,
        )
        heading = heading_of(record)
        assert heading.said == happened.said
        assert heading.stream == (INTAKE.source, happened.stream)
        assert heading.case == happened.case
        assert heading.witness == (happened.position, happened.hash)
        assert heading.correlation == act.correlation

    check()


def sample(**of: Any) -> Record:
    return a.Voice(INTAKE).referral(uuid4(), 1, **of)


def test_it_carries_what_cloudevents_asks_for() -> None:
    cause, record = uuid4(), sample()
    told = headers_of(record)
    assert told["ce_specversion"] == "1.0"
    assert told["ce_source"] == "/authority/E06000015/intake"
    assert told["ce_type"] == "intake.referral-received/2"
    assert told["content-type"] == "application/json"
    assert told["ce_dataschema"] == "urn:x-safeguarding:intake.referral-received/2"
    assert told["ce_subject"] == told["ce_partitionkey"] == record.key
    assert told.keys() == {"content-type"} | {
        f"ce_{name}" for name in (
            "specversion", "id", "source", "type", "subject", "time", "partitionkey", "stream",
            "sequence", "epoch", "position", "loghash", "effectivetime", "correlationid",
            "dataschema", "traceparent",
        )
    }  # fmt: skip
    assert headers_of(sample(causation=cause))["ce_causationid"] == str(cause)
    assert record.topic == "safeguarding.E06000015.intake.v1"


def test_two_facts_of_one_act_are_two_messages() -> None:
    act = a.act()
    happened = heard_of(sample())
    value = adapter(intake.ReferralReceived).dump_json(happened.fact)
    said = [
        record_of(replace(happened, act=act, ordinal=at), happened.fact, value, INTAKE)
        for at in (0, 1)
    ]
    assert [headers_of(it)["ce_id"] for it in said] == [f"{act.id}.0", f"{act.id}.1"]


def test_who_acted_stays_at_home() -> None:
    record = sample(actor="sam.okafor", role="screener-of-the-night", purpose="a-purpose")
    everything = repr(record)
    for private in ("sam", "okafor", "screener", "a-purpose"):
        assert private not in everything


@pytest.mark.parametrize("name", ["intake.referral-received/3", "intake.never-heard-of/1", ""])
def test_a_type_never_heard_of_is_unknown(name: str) -> None:
    with pytest.raises(Unknown):
        heard_of(a.with_header(sample(), "ce_type", name.encode()))


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b"{}",
     b'{"adults":"1","immediate_danger":false}', b'{"adults":1.5,"immediate_danger":false}',
     b'{"adults":1,"immediate_danger":false,"more":1}',
     b'{"adults":1,"immediate_danger":"\\u0000"}'],
)  # fmt: skip
def test_a_message_that_is_not_what_its_type_says_is_undecodable(value: bytes) -> None:
    with pytest.raises(Undecodable):
        heard_of(replace(sample(), value=value))


BROKEN_HEADERS = [
    ("ce_id", b""), ("ce_id", b"1.0"), ("ce_id", None), ("ce_sequence", b"0"),
    ("ce_sequence", b"-1"), ("ce_sequence", b"1.5"), ("ce_sequence", "\u0661".encode()),
    ("ce_sequence", b"9" * 20),
    ("ce_sequence", None), ("ce_stream", b"a\0b"), ("ce_stream", b""), ("ce_stream", None),
    ("ce_stream", b"x" * 101), ("ce_source", None), ("ce_source", b"\xff\0"), ("ce_subject", None),
    ("ce_subject", str(UUID(int=7)).encode()), ("ce_position", b"9" * 30), ("ce_position", b"nine"),
    ("ce_position", None), ("ce_loghash", b"zz"), ("ce_loghash", None), ("ce_time", b"yesterday"),
    ("ce_time", b"2026-11-02T09:00:00"), ("ce_time", None), ("ce_effectivetime", None),
    ("ce_correlationid", b"7"), ("ce_correlationid", None), ("ce_causationid", b"7"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BROKEN_HEADERS)
def test_a_message_whose_headers_are_broken_is_undecodable(name: str, value: bytes | None) -> None:
    with pytest.raises(Undecodable):
        heard_of(a.with_header(sample(), name, value))


def test_a_key_that_is_no_case_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        heard_of(replace(sample(), key="not-a-case"))


@given(some.lists(some.tuples(some.text(max_size=20), some.binary(max_size=40))), some.text())
def test_a_heading_can_be_made_of_anything(headers: list[tuple[str, bytes]], key: str) -> None:
    record = Record(topic="t", key=key, headers=tuple(headers), value=b"")
    heading = heading_of(record)
    assert heading.said == 0
    assert heading.witness is None
    assert heading == heading_of(record)


def test_cases_that_are_none_are_kept_apart() -> None:
    one, other = (heading_of(replace(sample(), key=key)).case for key in ("one", "other"))
    assert one != other
    assert sha256(one.bytes).digest() != sha256(other.bytes).digest()
