"""Is an addition told of the adult of whom it speaks, and of no other?"""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from services.intake.events import ContactHeld, InformationKept, InformationPassedOn
from tests.intake.asking import BO, CAL, EDITH, history, sent
from tests.support.house import Home, key

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(client: httpx.AsyncClient, home: Home, *bodies: Any) -> list[Any]:
    """Send a referral and add to it; give the facts of the last addition."""
    first, *more = bodies
    id = (await sent(client, first))["id"]
    before = 0
    for body in more:
        before = len(await history(home, id))
        answer = await client.post(f"/v1/referrals/{id}/amendments", json=body, headers=key())
        assert answer.status_code == 201, answer.text
    return [it.fact for it in (await history(home, id))[before + 1 :]]


def in_danger(facts: Sequence[Any]) -> list[bool]:
    answers = [it.part.answers if isinstance(it, ContactHeld) else it.answers for it in facts]
    return [bool(it.signals) for it in answers]


DANGER = {"risk": {"signals": ["immediate-danger"]}}
BOTH = {"what_happened": "He hit them.", "adults": [EDITH, BO]}


async def test_danger_told_of_the_second_adult_first_is_told_of_the_second(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    facts = await told(rosewood, home, BOTH, {"adults": [BO | DANGER, EDITH]})
    assert [type(it) for it in facts] == [InformationPassedOn] * 2
    assert in_danger(facts) == [False, True]


async def test_of_a_large_addition_each_is_told_their_own_part_whatever_the_order(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    names = [f"Ann {first}{second}" for first in "abcde" for second in "fghijklmno"]
    known = {"adults": [{"name": name} for name in names]}
    more = {"adults": [{"name": name, "views": "z" * 4_900} for name in names[::-1]]}
    facts = await told(rosewood, home, known, more)
    for name, fact in zip(names, facts, strict=True):
        words = await home.runtime.log.vault.open(fact.words, str)
        assert words.startswith(f'{{"adults": [{{"name": "{name}"')


async def test_another_person_in_the_place_of_an_adult_is_held_and_the_adult_is_told_nothing_of_it(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    facts = await told(rosewood, home, BOTH, {"adults": [CAL | DANGER]})
    assert [type(it) for it in facts] == [InformationPassedOn] * 2 + [ContactHeld]
    assert in_danger(facts) == [False, False, True]


async def test_who_was_held_is_known_when_they_are_named_again(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    more = {"adults": [CAL | DANGER]}
    facts = await told(rosewood, home, BOTH, more, more)
    assert [type(it) for it in facts] == [InformationPassedOn] * 2 + [InformationKept]
    assert in_danger(facts) == [False, False, True]


async def test_empty_adults_are_nobody_and_what_is_said_of_all_is_told_of_all(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    empty = {"name": "", "risk": {"signals": []}}
    more = {"immediate_danger": "yes", "adults": [{}, {}, empty, None, ""]}
    facts = await told(rosewood, home, BOTH, more)
    assert [type(it) for it in facts] == [InformationPassedOn] * 2
    assert in_danger(facts) == [True, True]


async def test_however_many_are_named_over_time_one_part_stands_for_those_beyond_fifty(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    def people(of: str, many: int) -> Any:
        return {"adults": [{"name": f"{of}{chr(97 + at)}"} | DANGER for at in range(many)]}

    bodies = [people("q", 25), people("r", 25), people("s", 3), people("t", 3)]
    *others, rest = await told(rosewood, home, BOTH, *bodies)
    assert (len(others), isinstance(rest, InformationKept)) == (50, True)
    assert in_danger([*others, rest]) == [False] * 50 + [True]
    assert await home.runtime.log.vault.open(rest.words, str)


async def test_who_is_named_after_another_in_a_referral_that_named_nobody_is_held(
    home: Home, rosewood: httpx.AsyncClient
) -> None:
    nobody = {"what_happened": "Shouting next door."}
    bo, cal = {"adults": [BO]}, {"adults": [CAL | DANGER]}
    facts = await told(rosewood, home, nobody, bo, cal)
    assert [type(it) for it in facts] == [InformationPassedOn, ContactHeld]
    assert in_danger(facts) == [False, True]
