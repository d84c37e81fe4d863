"""How do many wait for one thing? Whoever waits goes in one call, one call at a time.

A call alone is made at once; what comes meanwhile goes together in the next. One bad member harms
nobody but itself, and who stops waiting takes nothing along.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from shared.refusals import Busy, Unavailable

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """Asks for many at once, through `do`: as many answers as there were questions, in order."""

    def __init__(
        self, do: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, weigh: Callable[[Q], int],
        most: int, room: int,
    ) -> None:  # fmt: skip
        """`most`: weight of a call, though one member may weigh more; `room`: how many may wait."""
        self._do, self._weigh, self._most, self._room = do, weigh, most, room
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: Q, *, reserve: int = 0) -> A:
        """Give the answer to one question; so many places are kept for others.

        Raises:
            Busy: too many wait already.
        """
        if len(self._waiting) >= self._room - reserve:
            raise Busy
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._working is None or self._working.done():
            # A context of its own: it speaks for many, not for whoever came first.
            self._working = asyncio.create_task(self._work(), name="together", context=Context())
        return await answer

    async def drained(self) -> None:
        """Wait until nobody waits."""
        if self._working:
            await asyncio.shield(self._working)

    async def _work(self) -> None:
        while self._waiting:
            await self._answer(self._group())

    def _group(self) -> Sequence[tuple[Q, asyncio.Future[A]]]:
        group, weight = [self._waiting.popleft()], 0
        weight += self._weigh(group[0][0])
        while self._waiting and (weight := weight + self._weigh(self._waiting[0][0])) <= self._most:
            group.append(self._waiting.popleft())
        return group

    async def _answer(self, group: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        try:
            told = await self._do([asked for asked, _ in group])
            answers = list(zip(group, told, strict=True))
        except Exception as why:  # noqa: BLE001 - it is the callers' to hear
            if len(group) > 1 and not isinstance(why, Unavailable):
                for one in group:  # one of them is bad: it alone shall hear of it
                    await self._answer([one])
                return
            for _, answer in group:
                if not answer.done():  # else whoever asked has gone
                    answer.set_exception(why)
        else:
            for (_, answer), it in answers:
                if not answer.done():
                    answer.set_result(it)
