"""Does a fact come back as it was written, or not at all?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson
import pytest

from shared.facts import Code, fact
from shared.log import codec as codec_module
from shared.log.codec import MOST_SAID, Codec, Undecodable
from shared.log.log import Log
from shared.refusals import NotText, TooLargeToSay
from shared.sealed import Sealed, sections
from tests.kernel import a
from tests.support.story import SOMEBODY

SHUT: Sealed[str] = Sealed(subject=uuid4(), audience="adult", box=bytes(range(60)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A value inside a fact."""

    code: Code
    words: Sealed[str]


@fact("kernel.parted/1")
class Parted:
    """Something with parts."""

    parts: tuple[Part, ...]


CODEC = Codec((a.Told, a.Kept, Parted), lambda happened, _act: happened)
PARTED = Parted(parts=(Part(code=Code("band@1:red"), words=SHUT),) * 2)


def row(fact: Any, codec: Codec = CODEC, **but: Any) -> Any:
    """Give a row of the log as the database would."""
    act = a.act()
    known: Mapping[str, Any] = {
        "type": fact.stored_as, "body": codec.written(fact, act), "command": act.id,
        "effective_at": act.effective_at, "recorded_at": act.effective_at, "fingerprint": None,
        "case_id": uuid4(), "stream": "thing-1", "version": 1, "position": 1, "said": None,
        "ordinal": 0,
    }  # fmt: skip
    return hashed(dict(known) | but)


def hashed(row: Any) -> Any:
    """Give a row with a hash of all that is in it."""
    return row | {"hash": sha256(repr(row).encode()).digest()}


def with_member(body: bytes, path: Sequence[str | int], value: Any = 1) -> bytes:
    """Give `body` with one more member, somewhere inside."""
    document = orjson.loads(body)
    inside = document
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return orjson.dumps(document)


@pytest.mark.parametrize("happened", [a.Told(number=1, words=SHUT), a.Kept(number=2), PARTED])
def test_a_fact_comes_back_as_it_was_written(happened: Any) -> None:
    read = CODEC.read(row(happened))
    assert read.fact == happened
    assert type(read.fact) is type(happened)
    assert read.act == replace(SOMEBODY, id=read.act.id)


def test_a_body_holds_who_and_why_and_neither_of_the_two_times() -> None:
    document = orjson.loads(CODEC.written(a.Kept(number=2), a.act(causation=uuid4())))
    assert document.keys() == {
        "actor", "role", "purpose", "correlation", "causation", "fact"
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [("new",), ("fact", "new"), ("fact", "parts", 0, "new"),
     ("fact", "parts", 1, "words", "new")],
)  # fmt: skip
def test_what_a_newer_build_added_is_never_dropped_silently(path: Sequence[str | int]) -> None:
    written = row(PARTED)
    with pytest.raises(Undecodable):
        CODEC.read(written | {"body": with_member(written["body"], path)})


@pytest.mark.parametrize(
    ("path", "value"),
    [(("fact", "number"), "1"), (("fact", "number"), 1.0), (("fact", "number"), None),
     (("fact", "number"), True), (("correlation",), "here"), (("actor",), None)],
)  # fmt: skip
def test_nothing_is_guessed(path: Sequence[str | int], value: Any) -> None:
    written = row(a.Kept(number=1))
    with pytest.raises(Undecodable):
        CODEC.read(written | {"body": with_member(written["body"], path, value)})


@pytest.mark.parametrize("kind", ["kernel.kept/2", "kernel.unheard-of/1", "intake.kept/1"])
def test_a_type_of_another_build_is_undecodable(kind: str) -> None:
    with pytest.raises(Undecodable, match=kind):
        CODEC.read(row(a.Kept(number=1)) | {"type": kind})


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"[1]", b"{", b'{"fact": {}}'])
def test_a_damaged_body_is_undecodable(body: bytes) -> None:
    with pytest.raises(Undecodable):
        CODEC.read(row(a.Kept(number=1)) | {"body": body})


def test_what_was_read_lately_is_not_decoded_again() -> None:
    written = row(a.Kept(number=1))
    again = written | {}
    assert CODEC.read(written) is CODEC.read(again)


def test_in_the_place_of_what_was_read_lately_may_stand_another() -> None:
    """As where a log was restored: what came since is lost, and its places are given anew."""
    first, then = row(a.Kept(number=1)), row(a.Kept(number=2))
    assert [CODEC.read(it).fact.number for it in (first, then, first)] == [1, 2, 1]
    assert CODEC.read(hashed(first | {"stream": "thing-2"})).stream == "thing-2"


def test_what_is_large_is_not_kept() -> None:
    large = row(a.Told(number=1, padding="x" * codec_module.SMALL))
    assert CODEC.read(large).fact == CODEC.read(large).fact
    assert CODEC.read(large).fact is not CODEC.read(large).fact


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec_module, "KEPT", 1)
    few, written = Codec((a.Kept,), lambda it, _act: it), row(a.Kept(number=1))
    first = few.read(written)
    few.read(row(a.Kept(number=2), position=2))
    assert few.read(written) == first
    assert few.read(written) is not first


@pytest.mark.parametrize("code", ["He fell", "band@1:RED", "band:red", "band@1:", ""])
def test_free_text_cannot_pass_for_a_code(code: str) -> None:
    with pytest.raises(ValueError, match="code"):
        Code(code)
    written = row(PARTED)
    with pytest.raises(Undecodable):
        CODEC.read(
            written | {"body": with_member(written["body"], ("fact", "parts", 0, "code"), code)}
        )


@pytest.mark.parametrize(
    "name", ["kernel.told", "Kernel.told/1", "told/1", "kernel.told/0", "a.b c/1"]
)
def test_a_fact_has_a_context_a_name_and_a_version(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        fact(name)


def test_shut_sections_are_found_wherever_they_lie() -> None:
    assert list(sections(PARTED)) == [SHUT, SHUT]
    assert list(sections(a.Told(number=1, words=SHUT))) == [SHUT]
    assert list(sections(a.Told(number=1))) == []


async def test_what_cannot_be_told_is_refused_to_its_author(log: Log) -> None:
    stream, head = a.thing.stream(uuid4()), await log.head()
    room = MOST_SAID - len(a.CODEC.told(a.Told(number=1)))
    too_large = [a.Kept(number=1), a.Told(number=1, padding="x" * (room + 1))]

    with pytest.raises(TooLargeToSay):
        await log.append(stream, too_large, a.act(), after=0)
    assert (await log.head(), TooLargeToSay.status) == (head, 413)

    just_so = [a.Kept(number=1), a.Told(number=1, padding="x" * room)]
    assert (await log.append(stream, just_so, a.act(), after=0)).version == 2


async def test_a_fact_of_a_newer_build_stops_a_reader_and_loses_nothing(log: Log) -> None:
    """The reader says so at once: it must not fold, or decide, around what it cannot read."""
    older = Codec((a.Kept,), lambda _happened, _act: None)
    stream, ours = a.thing.stream(uuid4()), log.codec
    await log.append(stream, [a.Kept(number=1), a.Told(number=2)], a.act(), after=0)
    log.codec = older
    with pytest.raises(Undecodable):
        await log.history(stream)
    with pytest.raises(Undecodable):
        await log.load(stream, a.act())
    log.codec = ours
    assert [it.fact.number for it in await log.history(stream)] == [1, 2]


async def test_a_character_that_no_database_keeps_is_refused_to_its_author(log: Log) -> None:
    stream, head = a.thing.stream(uuid4()), await log.head()
    with pytest.raises(NotText):
        await log.append(stream, [a.Told(number=1, padding="a\0b")], a.act(), after=0)
    assert (await log.head(), NotText.status) == (head, 422)
