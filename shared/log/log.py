"""What was recorded, and in which order?"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import asyncpg

from shared.decider import Stream
from shared.facts import Act, Recorded
from shared.lease import PASSING, Loop
from shared.log.codec import Codec
from shared.refusals import Conflict, KeyReused, Unavailable
from shared.sealed.vault import Vault
from shared.telemetry import APPENDED

PATIENCE = 10.0
"""Seconds to go on trying while PostgreSQL is away, before a caller is told to come back."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an act came to rest. A repeat gets the first one again."""

    stream: str
    version: int
    position: int | None
    facts: Sequence[Any] = field(default=(), compare=False, repr=False)
    """What this very call recorded, its words shut; nothing, where it only learnt of it."""


class Log:
    """The events of one service, in one total order."""

    def __init__(
        self, name: str, pool: asyncpg.Pool, vault: Vault, codec: Codec, loops: Sequence[Loop] = ()
    ) -> None:
        self.name, self.codec, self.vault = name, codec, vault
        self.pool, self._loops, self.simulated = pool, loops, False

    async def begin(self) -> None:
        """Look up which clock this installation has; called once, at the start."""
        self.simulated = await self.pool.fetchval("select log.clock()") == "simulated"

    async def now(self) -> datetime:
        """Give the installation's time (UTC): the process's clock, or the simulated one."""
        if not self.simulated:
            return datetime.now(UTC)  # noqa: TID251 - this is the one clock that others ask
        (row,) = await self._ask("select log.now() as now")
        now: datetime = row["now"]
        return now

    async def load(
        self, stream: Stream[Any, Any, Any], act: Act
    ) -> tuple[Sequence[Recorded[Any]], Receipt | None]:
        """Give the history of `stream`, and the receipt of `act` if it was done before.

        Raises:
            KeyReused: it was done before, with another body.
            Unavailable: the log cannot be reached.
        """
        name = str(stream)
        rows = await self._ask("select * from log.load($1, $2)", name, act.id)
        receipt = _receipt(rows, act)
        return [self.codec.read(row) for row in rows if row["stream"] == name], receipt

    async def history(self, stream: Stream[Any, Any, Any]) -> Sequence[Recorded[Any]]:
        """Give the history of `stream`, to be read."""
        query = "select * from log.load($1, null)"
        return [self.codec.read(row) for row in await self._ask(query, str(stream))]

    async def append(
        self, stream: Stream[Any, Any, Any], facts: Sequence[Any], act: Act, *, after: int
    ) -> Receipt:
        """Record `facts` at the end of `stream`, if it still stands at version `after`.

        Words are shut first, their keys committed. An answer that got lost is asked for again
        under the same command, which the log knows.

        Raises:
            Conflict: the stream stands elsewhere.
            KeyReused: the same act came before, with another body.
            TooLargeToSay: a fact does not fit in a message.
            Unavailable: the log or the vault cannot be reached.
        """
        if not facts:
            return Receipt(str(stream), after, None)
        shut = await self.vault.shut(facts)
        count = len(shut)
        (outcome,) = await self._ask(
            "select * from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [act.id],
            [act.fingerprint],
            [stream.case],
            [str(stream)],
            [after],
            [count],
            [fact.stored_as for fact in shut],
            [self.codec.says(fact, act) for fact in shut],
            [self.codec.written(fact, act) for fact in shut],
            [act.effective_at] * count,
        )
        return self._told(outcome, shut)

    async def read(self, after: int, limit: int = 1000) -> Sequence[Recorded[Any]]:
        """Give the events behind position `after`, in order."""
        rows = await self.pool.fetch("select * from log.read($1, $2)", after, limit)
        return [self.codec.read(row) for row in rows]

    async def head(self) -> int:
        """Give the last position, 0 where nothing is recorded."""
        query = "select position from log.event order by position desc limit 1"
        rows = await self._ask(query)
        return int(rows[0]["position"]) if rows else 0

    def _told(self, outcome: asyncpg.Record, facts: Sequence[Any]) -> Receipt:
        status: str = outcome["status"]
        if status == "reused":
            raise KeyReused
        if status == "conflict":
            raise Conflict
        mine = facts if status == "ok" else ()  # a duplicate is another call's
        if mine:
            APPENDED.labels(self.name).inc(len(facts))
            for loop in self._loops:
                loop.wake()
        return Receipt(outcome["stream"], outcome["version"], outcome["position"], mine)

    async def _ask(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        deadline, pause = monotonic() + PATIENCE, 0.05
        while True:
            try:
                return await self.pool.fetch(query, *arguments)
            except PASSING as lost:
                if monotonic() + pause > deadline:
                    raise Unavailable from lost
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311
            pause = min(pause * 2, 1.0)


def _receipt(rows: Sequence[asyncpg.Record], act: Act) -> Receipt | None:
    done = [row for row in rows if row["command"] == act.id]
    if not done:
        return None
    if done[-1]["fingerprint"] != act.fingerprint:
        raise KeyReused
    return Receipt(done[-1]["stream"], done[-1]["version"], done[-1]["position"])
