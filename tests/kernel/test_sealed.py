"""Can words about a person be seen where nobody opened them?"""

import copy
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass, fields
from io import StringIO
from pprint import pformat
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID, uuid4

import pytest
import rich.console
import rich.pretty
import rich.traceback
import structlog

from shared.log.codec import Undecodable
from shared.sealed import Sealed, holders, sections
from shared.sealed.vault import Open
from shared.shapes import adapter
from shared.telemetry import only_what_is_allowed
from tests.kernel import a
from tests.kernel.golden.samples import DETAILS, IDENTITY, fixed
from tests.kernel.test_codec import row

T = TypeVar("T")
SUBJECT = UUID(int=5)
OPEN = Open(subject=SUBJECT, audience="adult", value=a.WORDS)
DEEP = Open(subject=SUBJECT, audience="adult", value=DETAILS)
SHUT = fixed(SUBJECT, "adult", a.WORDS)
HIDDEN = (*IDENTITY, a.WORDS)


def _traceback() -> str:
    return "".join(traceback.format_exception(_raised()))


def _traceback_with_locals() -> str:
    told = traceback.TracebackException.from_exception(_raised(), capture_locals=True)
    return "".join(told.format())


def _rich_traceback() -> str:
    trace = rich.traceback.Traceback.from_exception(
        *_info(_raised()), show_locals=True, locals_max_string=10_000, locals_max_length=1000
    )
    return _rich(trace)


def _rich(shown: Any) -> str:
    out = StringIO()
    rich.console.Console(file=out, width=400, force_terminal=False).print(shown)
    return out.getvalue()


def _raised() -> BaseException:
    try:
        _refuse(OPEN, [DEEP, {"inside": a.Told(number=1, words=SHUT)}])
    except ValueError as error:
        return error
    raise AssertionError


def _refuse(words: Any, deep: Any = None) -> None:
    raise ValueError(deep, a.Told(number=1, words=words) if isinstance(words, Sealed) else None)


def _info(error: BaseException) -> Any:
    return type(error), error, error.__traceback__


def _logged() -> str:
    out = StringIO()
    handler = logging.StreamHandler(out)
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s %r", (OPEN, DEEP), _info(_raised()))
    handler.emit(record)
    return out.getvalue()


def _structured() -> str:
    line = {"event": "x", "words": OPEN, "case": DEEP, "reason": OPEN, "exc_info": _raised()}
    kept = only_what_is_allowed(None, "error", line)
    return str(structlog.processors.JSONRenderer()(None, "error", dict(kept)))


SHOWN: dict[str, Callable[[Any], str]] = {
    "repr": repr,
    "str": str,
    "format": format,
    "f-string": lambda it: f"{it} {it!r} {it!s} {it!a}",
    "format string": lambda it: "{} {!r}".format(it, it),  # noqa: UP032 - this way too
    "percent": lambda it: "%s %r" % (it, it),  # noqa: UP031 - this way too
    "pprint": pformat,
    "rich": lambda it: _rich(rich.pretty.Pretty(it)),
    "json": lambda it: json.dumps(it, default=str),
    "asdict": lambda it: str(asdict(it)),
    "astuple": lambda it: str(astuple(it)),
    "fields": lambda it: str([getattr(it, member.name) for member in fields(it)]),
    "pydantic": lambda it: str(adapter(type(it)).dump_python(it)),
    "pydantic json": lambda it: adapter(Sealed[str]).dump_json(it).decode(),
    "inside a fact": lambda it: repr(a.Told(number=1, words=it)),
    "inside a fact, as bytes": lambda it: a.CODEC.written(
        a.Told(number=1, words=it), a.act()
    ).decode(),
    "an error's text": lambda it: str(ValueError(it)) + repr(KeyError(it)),
}
UNASKED = {
    "a traceback": _traceback,
    "a traceback with locals": _traceback_with_locals,
    "a rich traceback with locals": _rich_traceback,
    "a log line": _logged,
    "a structured log line": _structured,
}


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("sealed", [OPEN, DEEP, SHUT], ids=["open", "deep", "shut"])
def test_words_are_not_shown_by(way: str, sealed: Sealed[Any]) -> None:
    shown = SHOWN[way](sealed)
    assert shown
    assert not [word for word in HIDDEN if word in shown]


@pytest.mark.parametrize("way", UNASKED)
def test_words_are_not_in(way: str) -> None:
    shown = UNASKED[way]()
    assert "ValueError" in shown
    assert not [word for word in HIDDEN if word in shown]


def test_a_shut_box_is_not_shown_either() -> None:
    """Ciphertext in a log is a copy that no destroyed key was counted for."""
    for way in ("repr", "str", "format", "f-string", "pprint", "rich", "inside a fact"):
        assert repr(SHUT.box)[2:20] not in SHOWN[way](SHUT)


def test_open_words_written_by_mistake_leave_an_empty_box_which_no_build_reads_as_words() -> None:
    read = a.CODEC.read(row(a.Told(number=1, words=OPEN), a.CODEC))
    assert read.fact.words == Sealed(subject=SUBJECT, audience="adult", box=b"")
    assert list(sections(read.fact)) == [read.fact.words]


def test_words_in_clear_are_no_member_that_a_build_would_read() -> None:
    written = row(a.Told(number=1, words=SHUT), a.CODEC)
    clear = written["body"].replace(b'"box"', b'"value"')
    assert clear != written["body"]
    with pytest.raises(Undecodable):
        a.CODEC.read(written | {"body": clear})


def test_open_words_are_the_same_if_they_say_the_same_of_the_same_person() -> None:
    same = Open(subject=SUBJECT, audience="adult", value=a.WORDS)
    assert same == OPEN
    assert hash(same) == hash(OPEN)
    others: tuple[Sealed[str], ...] = (
        Open(subject=uuid4(), audience="adult", value=a.WORDS),
        Open(subject=SUBJECT, audience="referrer", value=a.WORDS),
        Open(subject=SUBJECT, audience="adult", value="Other words."),
        Open(subject=SUBJECT, audience="adult", value=a.WORDS, retention="dols"),
        Sealed(subject=SUBJECT, audience="adult", box=b""),
    )
    assert OPEN not in others


def test_open_words_are_revealed_only_to_who_asks_for_them() -> None:
    assert OPEN.reveal() == a.WORDS
    assert not hasattr(SHUT, "reveal")
    assert not hasattr(OPEN, "__dict__")
    with pytest.raises(AttributeError):
        OPEN.box = b"other"  # type: ignore[misc]


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
def test_a_copy_of_shut_words_is_the_same(way: Any) -> None:
    assert way(SHUT) == SHUT


def test_a_traceback_would_show_what_is_not_sealed() -> None:
    """So the tests above can fail."""
    with pytest.raises(ValueError, match="None") as raised:
        _refuse(a.WORDS)
    told = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    assert a.WORDS in "".join(told.format())


@dataclass(frozen=True)
class Deep:
    """Words in every place where a fact may have them."""

    code: Literal["a"]
    numbers: tuple[int, ...]
    one: Sealed[str] | None
    several: tuple[Sealed[str], ...]
    inside: tuple[a.Told, ...]
    anything: Any
    at: UUID


def test_no_place_for_words_is_passed_over_and_no_other_is_walked() -> None:
    assert holders(Deep) == ["one", "several", "inside", "anything"]
    assert holders(a.Told) == ["words"]
    assert not any(map(holders, (a.Kept, str, tuple)))


@dataclass(frozen=True)
class Named(Generic[T]):
    """A shape of its own kind, which holds words beside what it is made for."""

    of: T
    words: Sealed[str]


@dataclass(frozen=True)
class Holds:
    named: Named[int]
    pair: tuple[Named[int], ...]


def test_words_within_a_generic_shape_are_not_passed_over() -> None:
    assert holders(Holds) == ["named", "pair"]
    box = a.shut("within")
    assert list(sections(Holds(Named(1, box), (Named(2, box),)))) == [box, box]


def test_words_are_found_wherever_they_lie() -> None:
    boxes = [a.shut(str(number)) for number in range(5)]
    told = a.Told(number=1, words=boxes[3])
    deep = Deep("a", (1,), boxes[0], (boxes[1], boxes[2]), (told,), (boxes[4],), uuid4())
    assert list(sections(deep)) == boxes
