"""Does whoever waits go together, and is nobody harmed by whom he went with?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.refusals import Busy, Unavailable
from shared.together import Together


class Desk:
    """Answers each question with its double, a group at a time, when it is let."""

    def __init__(self) -> None:
        self.groups: list[Sequence[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def answer(self, group: Sequence[int]) -> Sequence[int]:
        self.groups.append(group)
        await self.open.wait()
        if 13 in group:
            raise ValueError(13)
        if 99 in group:
            raise Unavailable
        return [it * 2 for it in group]


def at(
    do: Callable[[Sequence[int]], Awaitable[Sequence[int]]], most: int = 4, room: int = 100
) -> Together[int, int]:
    return Together(do, weigh=lambda _: 1, most=most, room=room)


async def asked(together: Together[int, int], *questions: int) -> list[Any]:
    return await asyncio.gather(*map(together.ask, questions), return_exceptions=True)


async def test_one_alone_is_answered_at_once() -> None:
    desk = Desk()
    assert await at(desk.answer).ask(3) == 6
    assert desk.groups == [[3]]


async def test_what_comes_while_a_call_is_under_way_goes_in_the_next() -> None:
    desk = Desk()
    desk.open.clear()
    together = at(desk.answer)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [asyncio.create_task(together.ask(number)) for number in (2, 3, 4, 5, 6)]
    await asyncio.sleep(0)
    desk.open.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10, 12]
    assert desk.groups == [[1], [2, 3, 4, 5], [6]]


async def test_a_bad_member_fails_alone() -> None:
    desk = Desk()
    one, bad, other = await asked(at(desk.answer), 1, 13, 2)
    assert (one, other) == (2, 4)
    assert isinstance(bad, ValueError)
    assert desk.groups == [[1, 13, 2], [1], [13], [2]]


async def test_where_nothing_can_be_asked_all_hear_it_and_nobody_is_asked_again() -> None:
    desk = Desk()
    told = await asked(at(desk.answer), 1, 99, 2)
    assert [type(it) for it in told] == [Unavailable] * 3
    assert desk.groups == [[1, 99, 2]]


async def test_who_goes_away_takes_nothing_along() -> None:
    desk = Desk()
    desk.open.clear()
    together = at(desk.answer)
    waiting = [asyncio.create_task(together.ask(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0.01)
    waiting[0].cancel()
    waiting[1].cancel()
    desk.open.set()
    assert await asyncio.wait_for(waiting[2], 10) == 6
    await together.drained()
    assert [number for group in desk.groups for number in group] == [1, 2, 3]
    assert waiting[0].cancelled()


async def test_who_comes_when_too_many_wait_is_told_so_and_a_reserve_is_kept() -> None:
    desk = Desk()
    desk.open.clear()
    together = at(desk.answer, most=1, room=3)
    waiting = [asyncio.create_task(together.ask(1))]
    await asyncio.sleep(0.01)  # it is under way, and waits no more
    waiting += [asyncio.create_task(together.ask(number, reserve=1)) for number in (2, 3)]
    await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await together.ask(4, reserve=1)
    waiting.append(asyncio.create_task(together.ask(5)))
    await asyncio.sleep(0.01)
    with pytest.raises(Busy):
        await together.ask(6)
    desk.open.set()
    assert await asyncio.gather(*waiting) == [2, 4, 6, 10]


@given(some.lists(some.integers(1, 9), max_size=30), some.integers(1, 9))
async def test_a_group_weighs_no_more_than_it_may_unless_one_alone_does(
    weights: list[int], most: int
) -> None:
    desk = Desk()
    together = Together(desk.answer, weigh=lambda it: it, most=most, room=100)
    assert await asked(together, *weights) == [it * 2 for it in weights]
    assert [it for group in desk.groups for it in group] == weights
    assert all(sum(group) <= most or len(group) == 1 for group in desk.groups)


async def test_to_be_drained_is_to_have_answered_everybody() -> None:
    desk = Desk()
    together = at(desk.answer, most=1)
    await together.drained()
    waiting = [asyncio.create_task(together.ask(number)) for number in range(5)]
    await asyncio.sleep(0)
    await together.drained()
    assert [it.done() for it in waiting] == [True] * 5 or len(desk.groups) == 5


async def test_who_no_longer_waits_for_the_end_takes_nobody_along() -> None:
    desk = Desk()
    desk.open.clear()
    together = at(desk.answer)
    waiting = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(together.drained(), 0.05)
    desk.open.set()
    assert await waiting == 2


async def test_an_answer_too_few_is_told_to_those_who_asked() -> None:
    async def short(group: Sequence[int]) -> Sequence[int]:
        return [0] * (len(group) - 1)

    told = await asked(at(short), 1, 2)
    assert [type(it) for it in told] == [ValueError, ValueError]
