"""How is a database asked one question after the other, and asked again while it is away?"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from time import monotonic

import asyncpg

from shared.refusals import Unavailable

LOST = (
    asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError, asyncpg.IdleSessionTimeoutError,
    asyncpg.IdleInTransactionSessionTimeoutError, OSError, TimeoutError,
)  # fmt: skip
"""Nothing is wrong with the work: the way to the database is. Try again."""
PASSING = (
    *LOST, asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError, asyncpg.ReadOnlySQLTransactionError, Unavailable,
)  # fmt: skip
"""Rolled back whole, or never begun."""
PATIENCE = 10.0
"""Seconds to go on trying while PostgreSQL is away, before a caller is told to come back."""

NO_SCANS = {"enable_seqscan": "off"}
"""A plan prepared on a small table would keep its scan as the table grows."""
CONNECT = partial(asyncpg.connect, timeout=5, command_timeout=15, server_settings=NO_SCANS)


async def nothing(*_: object) -> None:
    """Do nothing about it."""


class Way:
    """A connection of its own, made again where it broke: a pool's costs as much as a read."""

    def __init__(self, dsn: str, lost: Callable[[], Awaitable[None]] = nothing) -> None:
        """`lost` hears that it broke."""
        self.dsn, self._lost = dsn, lost
        self._turn = asyncio.Lock()
        self._db: asyncpg.Connection | None = None

    async def ask(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Give the rows, as `fetch` does, with the patience that all callers have.

        Raises:
            Unavailable: PostgreSQL was not there in time.
        """
        return await self.fetch(monotonic() + PATIENCE, query, *arguments)

    async def fetch(self, until: float, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Give the rows, one query after the other; ask again while PostgreSQL is away.

        Raises:
            Unavailable: it was not there until `until`, on the process's clock.
        """
        pause = 0.05
        while True:
            try:
                return await self._try(query, *arguments)
            except PASSING as lost:
                await self._lost()
                if monotonic() + pause > until:
                    raise Unavailable from lost
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311
            pause = min(pause * 2, 1.0)

    async def _try(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        async with self._turn:
            try:
                if self._db is None:
                    self._db = await CONNECT(self.dsn)
                return list(await self._db.fetch(query, *arguments))
            except (asyncio.CancelledError, *PASSING):  # its answer may still come: to nobody
                self.close()
                raise

    def close(self) -> None:
        """Let go of it."""
        if self._db is not None:
            self._db.terminate()
            self._db = None
