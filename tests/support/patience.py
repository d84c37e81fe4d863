"""Waiting for what has to come by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T | None]], seconds: float = 60.0) -> T:
    """Ask until there is an answer; fail where none comes.

    Less than the usual time is for what has to be quick: a machine may stand still for a while.
    """
    end = monotonic() + seconds
    while monotonic() < end:
        found = await ask()
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")
