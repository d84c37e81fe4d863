"""Is every JSON object taken, and nothing else?"""

import json
import string
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.intake.rules.document import DEEPEST, TOO_DEEP, NotAnObject, goes_too_deep, parse

# The second parser decides only where orjson gives up: a lone surrogate makes it.
FORCED = b'"forced":"\\ud800"'

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)
objects = st.dictionaries(texts, values, max_size=5)


def refuse(_: str) -> NoReturn:
    raise ValueError


def stdlib(body: bytes) -> dict[str, Any] | None:
    """Give what the standard library reads, where it is an object as RFC 8259 has it."""
    with suppress(ValueError):
        document = json.loads(body.decode(), parse_constant=refuse)
        return document if isinstance(document, dict) else None
    return None


def ours(body: bytes) -> Mapping[str, object] | None:
    with suppress(NotAnObject):
        return parse(body)
    return None


@settings(max_examples=150)
@given(sent=objects, indent=st.sampled_from([None, 1, 4]), escaped=st.booleans())
def test_both_parsers_read_an_object_as_it_was_meant(
    *, sent: dict[str, object], indent: int | None, escaped: bool
) -> None:
    body = json.dumps(sent, indent=indent, ensure_ascii=escaped).encode()
    fast = parse(body)
    slow = dict(parse(b"{" + FORCED + (b"," if sent else b"") + body.lstrip()[1:]))
    if "forced" not in sent:
        assert slow.pop("forced") == "\ud800"
    # Numbers are compared as text: what is beyond 64 bits is a double in both.
    assert json.dumps(fast, sort_keys=True) == json.dumps(slow, sort_keys=True)
    assert fast == json.loads(body, parse_int=lambda text: parse(b'{"n":%s}' % text.encode())["n"])


scraps = st.lists(
    st.sampled_from(
        [
            *(
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                '"a"',
                '"',
                "\\",
                "\\u12",
                "\\ud800",
                "\\n",
                "\n",
                "\t",
            ),
            *("0", "1", "01", "-", "-0", "1.", ".5", "1.5", "e", "1e5", "1E+", "1e999", "+1"),
            *("true", "false", "null", "nul", "NaN", "Infinity", "-Infinity", "\x00", "\x0b"),
            *(" ", "\xa0", "\ufeff", "'", "//"),
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=400)
@given(scraps)
@example('"a":NaN')
@example("1.")
@example("1E+")
@example('"a":[1,]')
@example('"a":1,')
@example('"a":"\\ud800"}')
def test_scraps_are_taken_exactly_where_the_standard_library_takes_them(scrap: str) -> None:
    for text in (scrap, "{" + scrap + "}", '{"a":' + scrap + "}", '{"a":[' + scrap + "]}"):
        body = text.encode()
        assert (ours(body) is None) is (stdlib(body.removeprefix(b"\xef\xbb\xbf")) is None), text


@settings(max_examples=200)
@given(objects, st.integers(0, 10**6), st.sampled_from(string.printable))
def test_one_wrong_character_is_judged_as_the_standard_library_does(
    sent: dict[str, object], place: int, wrong: str
) -> None:
    text = '{"forced":"\\ud800","sent":' + json.dumps(sent) + "}"
    at = place % len(text)
    body = (text[:at] + wrong + text[at + 1 :]).encode()
    assert (ours(body) is None) is (stdlib(body) is None), body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"{}"',
        b"{}{}",
        b"{} x",
        b'{"a":1',
        b'{"a"',
        b'{"a":"\\x"}',
        b'{"a":"\n"}',
        b"{'a':1}",
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\\ud800"}}',
        b'{"a":"\\ud800" "b":1}',
        b'{"a":["\\ud800"}}',
    ],
)
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnObject):
        parse(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":"\\ud83d\\ude00"}', "😀"),
        (b'{"a":"\\ud800","a":"\\ud83d\\ude00"}', "😀"),
        (b'{"a":"\\udc00\\ud800"}', "\udc00\ud800"),
        (b'{"a":1e999}', float("inf")),
        (b'{"a":-1e999}', float("-inf")),
        (b'{"a":1,"a":2}', 2),
        (b'{"b":"\\ud800","a":1,"a":2}', 2),
        (b'{"b":"\\ud800","a":18446744073709551615}', 2**64 - 1),
        (b'{"b":"\\ud800","a":18446744073709551616}', float(2**64)),
        (b'{"b":"\\ud800","a":[true,false,null,-0,1.5,{}]}', [True, False, None, 0, 1.5, {}]),
        (b'\xef\xbb\xbf \t\r\n{ "a" : [ ] } \n', []),
    ],
)
def test_what_the_standard_allows_is_read(body: bytes, value: object) -> None:
    assert parse(body)["a"] == value


@pytest.mark.parametrize("sign", [b"", b"-"])
def test_numbers_may_be_of_any_length(sign: bytes) -> None:
    assert parse(b'{"a":' + sign + b"9" * 260_000 + b"}")["a"] == float(sign + b"inf")
    assert parse(b'{"a":' + sign + b"0." + b"1" * 260_000 + b"}")["a"] == float(
        sign + b"0." + b"1" * 30
    )


@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"":', b"}")])
@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_nesting_of_any_depth_is_taken(levels: int, opens: bytes, closes: bytes) -> None:
    levels = min(levels, 262_144 // len(opens + closes) - 10)
    document = parse(b'{"name":"Ann","a":' + opens * levels + b"1" + closes * levels + b"}")
    assert document["name"] == "Ann"
    assert len(json.dumps(document, default=str)) < 200
    assert goes_too_deep(document)


@settings(max_examples=60)
@given(levels=st.integers(1, 30), in_lists=st.booleans(), by_the_second_parser=st.booleans())
def test_twelve_levels_are_kept_and_the_thirteenth_is_marked(
    *, levels: int, in_lists: bool, by_the_second_parser: bool
) -> None:
    opens, closes = ("[", "]") if in_lists else ('{"a":', "}")
    forced = FORCED.decode() + "," if by_the_second_parser else ""
    text = f'{{{forced}"a":' + opens * (levels - 1) + '"end"' + closes * (levels - 1) + "}"
    document = parse(text.encode())
    deepest, found = document["a"], 1
    while isinstance(deepest, dict | list):
        deepest, found = deepest[0] if isinstance(deepest, list) else deepest["a"], found + 1
    assert (found, deepest) == ((levels, "end") if levels <= 12 else (12, TOO_DEEP))
    assert goes_too_deep(document) is (levels > 12)


def test_brackets_within_words_are_no_levels() -> None:
    document = parse(json.dumps({"a": "[{" * 20}).encode())
    assert document == {"a": "[{" * 20}
    assert not goes_too_deep(document)


def test_what_stands_beside_something_too_deep_is_kept() -> None:
    opens, closes = '{"a":' * (DEEPEST - 1), "}" * (DEEPEST - 1)
    document = parse(f'{{"a":{opens}1,"b":[[]]{closes},"c":{{}}}}'.encode())
    deepest: Any = document
    for _ in range(DEEPEST - 1):
        deepest = deepest["a"]
    assert deepest == {"a": 1, "b": TOO_DEEP}
    assert document["c"] == {}
