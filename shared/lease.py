"""Who does a job that only one may do?

A session advisory lock on the very connection that does the work. The server drops a session that
says nothing for `FROZEN_AFTER`, so an owner that froze loses its lock and finds out at its next
statement. What a frozen owner could still do twice, compare-and-set and derived ids make harmless.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

import asyncpg

from shared.telemetry import failed, log
from shared.way import LOST, PASSING, nothing

FROZEN_AFTER = "10s"
ANSWERS_WITHIN = 30.0
"""Seconds for one statement: a way that died without a word would be waited on for ever."""
HEALTHY = 10.0
"""Seconds of work after which what goes wrong is the first trouble, not the next of many."""
GATHERED = 0.02
"""Seconds between two looks at the log, so that each append does not cost a batch of its own."""


class NotOwner(Exception):
    """Somebody else owns this now; whoever meets it stops, and stands by."""


async def connect(dsn: str) -> asyncpg.Connection:
    """Give a direct connection that the server drops when we freeze."""
    # The first alone would spare a session that froze within a transaction, between the steps of
    # one statement, or while its answer came in: and its locks.
    limits = (
        "idle_session_timeout", "idle_in_transaction_session_timeout", "transaction_timeout",
        "tcp_user_timeout",
    )  # fmt: skip
    settings = dict.fromkeys(limits, FROZEN_AFTER)
    return await asyncpg.connect(
        dsn, timeout=5, command_timeout=ANSWERS_WITHIN, server_settings=settings
    )


async def pool_of(dsn: str, most: int, least: int = 1) -> asyncpg.Pool:
    """Give connections; nothing is reset at their release, since no session state is ever set."""
    return await asyncpg.create_pool(
        dsn, min_size=least, max_size=most, reset=nothing, command_timeout=15, timeout=5,
        max_inactive_connection_lifetime=0,  # a timer at every release costs more than they do
    )  # fmt: skip


@asynccontextmanager
async def leading(dsn: str, first: int, second: int) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection that holds the lock (`first`, `second`).

    Raises:
        NotOwner: somebody else holds it.
    """
    connection = await connect(dsn)
    try:
        if not await connection.fetchval("select pg_try_advisory_lock($1, $2)", first, second):
            raise NotOwner
        yield connection
    finally:
        await asyncio.shield(_close(connection))


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=2)
    except (*LOST, asyncpg.PostgresError):
        connection.terminate()


class Loop:
    """Work that goes on as long as the service lives: lost connections only delay it."""

    def __init__(self, name: str, work: Callable[["Loop"], Awaitable[None]]) -> None:
        self.name, self._work = name, work
        self.stopping = False
        self._woken, self._ended, self._rested = asyncio.Event(), asyncio.Event(), 0.0

    def wake(self) -> None:
        """Let it look at once."""
        self._woken.set()

    def stop(self) -> None:
        """Ask it to end after the batch in hand."""
        self.stopping = True
        self._ended.set()
        self.wake()

    async def rest(self, seconds: float) -> None:
        """Wait to be woken, `seconds` at most; what comes in a burst is then taken together."""
        if not self.stopping:  # the first of a burst is taken at once, the rest a moment later
            await asyncio.sleep(self._rested + GATHERED - monotonic())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        self._rested = monotonic()

    async def run(self) -> None:
        """Work until stopped."""
        pause = 0.1
        while not self.stopping:
            began = monotonic()
            try:
                await self._work(self)
                pause = 0.1
            except NotOwner:
                pause = 0.5
            except Exception as why:  # noqa: BLE001 - a loop that died unseen would forget a wait
                if isinstance(why, PASSING):
                    log.warning("lost", place=self.name, error=type(why.__cause__ or why).__name__)
                else:
                    log.error("failed", place=self.name, exc_info=True)
                failed(self.name, why)
                pause = min(pause * 2, 5.0) if monotonic() - began < HEALTHY else 0.2
            # What comes in meanwhile must not make it knock without a pause: only its end may.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), pause)
