"""Is this one JSON object, and what does it hold?

The open door takes every object that RFC 8259 calls valid. One that nests beyond a parser's reach
is taken as well, and not read: it is kept as it came, and its sender is told.

Law: none; RFC 8259 says what JSON is.
"""

import json
from collections.abc import Mapping
from typing import Final, NoReturn

import orjson

UNREAD: Final[Mapping[str, object]] = {}
"""Stands for what nests too deep to be read."""

_LONGEST_WHOLE: Final = 20
"""Characters of the longest integer that 64 bits hold, its sign included."""


class NotAnObject(Exception):
    """The bytes are not one JSON object in UTF-8."""


def parse(body: bytes) -> Mapping[str, object]:
    """Give the object that `body` is, `UNREAD` itself where it nests too deep.

    Raises:
        NotAnObject: the bytes are anything else.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        # It refuses lone surrogates, long numbers and deep nesting, all of which may be sent.
        found = _read(body)
    if not isinstance(found, dict):
        raise NotAnObject
    return found


def _read(body: bytes) -> object:
    text = ""
    try:
        text = body.decode()
        return json.loads(text, parse_constant=_refused, parse_int=_whole)
    except RecursionError:
        braced = text.strip(" \t\n\r")
        return UNREAD if braced[:1] + braced[-1:] == "{}" else None
    except ValueError:
        raise NotAnObject from None


def _whole(token: str) -> int | float:
    return int(token) if len(token) <= _LONGEST_WHOLE else float(token)


def _refused(_token: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
