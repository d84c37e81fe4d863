"""Is every JSON object that an authenticated partner sends kept, whatever is in it?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from services.intake.rules.fields import ADULT, ADULTS, GROUPS, REFERRAL, RISK, Group
from shared.http.gate import LARGEST
from tests.http.test_requests import sized
from tests.support.house import Home

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

SEEDED = settings(
    max_examples=30,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)
AWKWARD = [
    "null", "true", "0", "-0", "-0.0e-0", "1e400", "-1e400", "1E+2", "9" * 400, "0." + "3" * 400,
    '""', r'"\ud800"', r'"\udfff\ud800"', r'"\u0000"', '"\x7f\u2028\u202e"',
    '"\U0001f469\u200d\U0001f9bd"', r'"\/\b\f\n\r\t\\\""', "[]", "{}",
    "[" * 40 + "]" * 40, '{"a":' * 2000 + "1" + "}" * 2000,
    '[{"name": null}, 3, "x", [[]]]', '{"a": 1, "a": 2, "": 3}', '"' + "x" * 20_001 + '"',
    '"0001-01-01"', '"9999-12-31T23:59:60Z"', '"29 Feb 1900"', '"yes"', '"5"', "4.0", "2", "-1",
]  # fmt: skip
NAMED, UNSEEN, WOMAN = '{"name":"A"}', r"\u0001", "\U0001f469"
LARGE = 20_000
"""Bytes of an addition that would weigh fifty times as much, once for each adult."""

SPACE = some.sampled_from(["", " ", "\n", "\t \r\n"])


def written(members: Sequence[tuple[str, str]]) -> str:
    """Give an object of members that are JSON text already, some perhaps named twice."""
    return "{" + ",".join(f"{name}:{value}" for name, value in members) + "}"


def said(value: Any) -> str:
    """Give JSON text, with or without escapes."""
    return json.dumps(value, ensure_ascii=len(str(value)) % 2 == 0 or not _plain(value))


def _plain(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


texts = some.text(some.characters(exclude_categories=()), max_size=30)
plain = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False, allow_infinity=False)
    | texts
)
nested = some.recursive(
    plain, lambda it: some.lists(it, max_size=4) | some.dictionaries(texts, it, max_size=4)
)
awkward = some.integers(0, len(AWKWARD) - 1).map(AWKWARD.__getitem__)
values = some.deferred(lambda: awkward | nested.map(said))


def members(group: Group | None, inside: Any) -> Any:
    """Give some members of a group, with values of any kind, and some that nobody knows."""
    known = [said(field.name) for field in (group.fields if group else REFERRAL)]
    names = some.integers(0, len(known) - 1).map(known.__getitem__) | texts.map(said)
    return some.lists(some.tuples(names, values) | inside, max_size=8)


def named(name: str, value: Any) -> Any:
    """Give one member."""
    return value.map(lambda it: (said(name), it))


risks = members(RISK, named("signals", values)).map(written)
adults = members(ADULT, named(RISK.name, risks | values)).map(written)
groups = some.one_of(*(named(it.name, members(it, some.nothing()).map(written)) for it in GROUPS))
several = some.lists(adults, max_size=4).map(lambda it: f"[{','.join(it)}]")


@dataclass(frozen=True)
class Sent:
    """A body, of which a report shows the beginning."""

    body: bytes

    def __repr__(self) -> str:
        return repr(self.body[:2000])


referrals = some.builds(
    lambda before, members, behind: Sent(f"{before}{written(members)}{behind}".encode()),
    SPACE,
    members(None, named(ADULTS, several | values) | groups),
    SPACE,
).filter(lambda it: len(it.body) <= LARGEST)

ENDLESS = {
    "nothing but nulls": written([(said(field.name), "null") for field in REFERRAL]),
    "80,000 empty adults": f'{{"adults": [{",".join(["{}"] * 80_000)}]}}',
    "19,000 adults with a name": f'{{"adults": [{",".join([NAMED] * 19_000)}]}}',
    "100,000 levels": f'{{"adults": {"[" * 100_000}{"]" * 100_000}}}',
    "20,000 members": written([(said(str(it)), "1") for it in range(20_000)]),
    "40,000 control characters": f'{{"what_happened": "{UNSEEN * 40_000}"}}',
    "60,000 signs of four bytes": f'\ufeff{{"what_happened": "{WOMAN * 60_000}"}}',
}


@given(referrals)
@SEEDED
async def test_every_object_is_kept_as_it_was_sent(intake: Home, sent: Sent) -> None:
    await _kept(intake, sent.body)


@pytest.mark.parametrize("what", ENDLESS)
async def test_an_object_without_end_is_kept_as_it_was_sent(intake: Home, what: str) -> None:
    body = ENDLESS[what].encode()
    assert len(body) <= LARGEST
    await _kept(intake, body)


@given(some.integers(LARGEST - 3, LARGEST))
@settings(SEEDED, max_examples=4)
async def test_the_largest_is_kept_as_well(intake: Home, size: int) -> None:
    await _kept(intake, sized(size))


async def _kept(intake: Home, body: bytes) -> None:
    async with intake.client(f"home-{uuid4()}", "referrals.write", "referrals.read") as home:
        sent = await home.post("/v1/referrals", content=body)
        assert sent.status_code == 201, sent.text
        place = sent.headers["location"]
        status = await home.get(place)
        assert status.status_code == 200
        assert status.json()["id"] == sent.json()["id"]
        assert (await home.get(f"{place}/document")).content == body
        if len(body) > LARGE:
            return
        added = await home.post(f"{place}/amendments", content=body)
        assert added.status_code == 201, added.text
        assert (await home.get(place)).json()["amendments"] == 1
