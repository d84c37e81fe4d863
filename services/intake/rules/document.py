"""Is this one JSON object, and what does it hold?

The open door takes every object that RFC 8259 calls valid: a lone surrogate, a number of any
length, a member said twice (the last one counts) or 100,000 levels of nesting lose nobody their
referral. What lies deeper than `DEEPEST` levels is replaced by `TOO_DEEP`, so that whoever walks
a document later may recurse.

Law: none; RFC 8259 says what JSON is.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

import orjson

DEEPEST: Final = 12
"""Levels that are read, the object itself being the first. Our own fields need five."""

Container = dict[str, object] | list[object]
_CONTAINERS: Final = (dict, list)


class Depth(Enum):
    """Stands where something lay too deep."""

    TOO_DEEP = "too-deep"


TOO_DEEP: Final = Depth.TOO_DEEP


class NotAnObject(Exception):
    """The bytes are not one JSON object in UTF-8."""


def parse(body: bytes) -> Mapping[str, object]:
    """Give the object that `body` is.

    Raises:
        NotAnObject: the bytes are anything else.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = _read(body)
    if not isinstance(document, dict):
        raise NotAnObject
    # Each level opens with one of these bytes: too few of them cannot lie too deep.
    if body.count(b"{") + body.count(b"[") > DEEPEST:
        _prune(document)
    return document


def goes_too_deep(document: Mapping[str, object]) -> bool:
    """Say whether something lies, or lay before `parse`, deeper than `DEEPEST` levels."""
    return any(
        value is TOO_DEEP or isinstance(value, _CONTAINERS)
        for container in _deepest(document)
        for value in _inside(container)
    )


def _prune(document: dict[str, object]) -> None:
    for container in _deepest(document):
        keys = container if isinstance(container, dict) else range(len(container))
        for key in keys:
            if isinstance(container[key], _CONTAINERS):
                container[key] = TOO_DEEP


def _deepest(document: Mapping[str, object]) -> list[Any]:
    """Give the containers of the last level that is read."""
    level: list[Any] = [document]
    for _ in range(DEEPEST - 1):
        if not level:
            break
        level = [
            value
            for container in level
            for value in _inside(container)
            if isinstance(value, _CONTAINERS)
        ]
    return level


def _inside(container: Any) -> Iterable[object]:
    return container if isinstance(container, list) else container.values()


# What follows decides where orjson gives up: it refuses lone surrogates, numbers beyond a double
# and more than 1,024 levels, all of which RFC 8259 allows. The stdlib's parser recurses and takes
# NaN. No choice below overlaps with the next, so what fails has cost one pass. Possessive
# quantifiers would say so, but Python 3.11.2 gets them wrong: it took `1E` for a number.

_TOKEN = re.compile(
    r"[ \t\n\r]*("
    r"[\[\]{},:]"
    r'|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
    r"|true|false|null"
    r")[ \t\n\r]*"
)
_VALUE: Final = '{["-0123456789tfn'
_WORDS: Final[Mapping[str, object]] = {"true": True, "false": False, "null": None}
_LONGEST_WHOLE: Final = 20
"""Characters of the longest integer that 64 bits hold, its sign included."""


def _read(body: bytes) -> object:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise NotAnObject from None
    builder = _Builder()
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise NotAnObject
        builder.take(token[1])
        at = token.end()
    return builder.result()


class _Builder:
    """Builds an object token by token on a stack of its own: no nesting can exhaust it."""

    __slots__ = ("_keys", "_may_follow", "_open", "_root")

    def __init__(self) -> None:
        self._root: list[object] = []
        self._open: list[Container] = [self._root]
        self._keys: list[str] = []
        self._may_follow = "{"

    def result(self) -> object:
        """Give what was built."""
        if self._may_follow:
            raise NotAnObject
        return self._root[0]

    def take(self, token: str) -> None:
        """Take the next token."""
        first = token[0]
        if first not in self._may_follow:
            raise NotAnObject
        if first in "{[":
            self._enter({} if first == "{" else [])
        elif first in "}]":
            self._open.pop()
            self._end_value()
        elif first == ",":
            self._may_follow = '"' if isinstance(self._open[-1], dict) else _VALUE
        elif first == ":":
            self._may_follow = _VALUE
        elif self._may_follow in {'"', '"}'}:
            self._keys.append(json.loads(token))
            self._may_follow = ":"
        else:
            self._put(_scalar(token))
            self._end_value()

    def _enter(self, inner: Container) -> None:
        self._put(inner)
        self._open.append(inner)
        self._may_follow = '"}' if isinstance(inner, dict) else _VALUE + "]"

    def _put(self, value: object) -> None:
        outer = self._open[-1]
        if isinstance(outer, dict):
            outer[self._keys.pop()] = value
        else:
            outer.append(value)

    def _end_value(self) -> None:
        inside = len(self._open) > 1
        ends = ",}" if isinstance(self._open[-1], dict) else ",]"
        self._may_follow = ends if inside else ""


def _scalar(token: str) -> object:
    if token[0] == '"':
        return json.loads(token)
    if token in _WORDS:
        return _WORDS[token]
    return _number(token)


def _number(token: str) -> int | float:
    """Give the number as orjson gives it; one beyond a double is infinite, never refused."""
    if len(token) <= _LONGEST_WHOLE and not set(token) & set(".eE"):
        whole = int(token)
        if -(2**63) <= whole < 2**64:
            return whole
    return float(token)
