"""What was recorded, and in which order?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import asyncpg

from shared.decider import Stream
from shared.facts import Act, Recorded
from shared.lease import Loop
from shared.log.appender import Appender, Asked
from shared.log.codec import Codec
from shared.refusals import Conflict, KeyReused
from shared.sealed.vault import Vault
from shared.telemetry import APPENDED
from shared.way import Way

REFUSED = {"reused": KeyReused, "conflict": Conflict}
EVER = datetime.max.replace(tzinfo=UTC)


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
        self, name: str, dsn: str, pool: asyncpg.Pool, vault: Vault, codec: Codec,
        loops: Sequence[Loop] = (),
    ) -> None:  # fmt: skip
        self.name, self.codec, self.vault = name, codec, vault
        self.pool, self.simulated = pool, False
        self._appender = Appender(name, Way(dsn, pool.expire_connections), self.wake)
        self._reads = Way(dsn, pool.expire_connections)
        self._loops = loops

    async def __aenter__(self) -> Self:
        self.simulated = await self.pool.fetchval("select log.clock()") == "simulated"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._appender.close()
        self._reads.close()

    async def now(self) -> datetime:
        """Give the installation's time (UTC): the process's clock, or the simulated one."""
        if not self.simulated:
            return datetime.now(UTC)  # noqa: TID251 - this is the one clock that others ask
        (row,) = await self._reads.ask("select log.now() as now")
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
        rows = await self._reads.ask("select * from log.load($1, $2)", name, act.id)
        receipt = _receipt(rows, act)
        return [self.codec.read(row) for row in rows if row["stream"] == name], receipt

    async def history(
        self, stream: Stream[Any, Any, Any], *, known_at: datetime = EVER,
        effective_at: datetime = EVER,
    ) -> Sequence[Recorded[Any]]:  # fmt: skip
        """Give the history of `stream`: what was known at an instant, of what was so by another.

        Nothing, where that leaves out its beginning.
        """
        query = "select * from log.event where stream = $1 order by version"
        rows = await self._reads.ask(query, str(stream))
        found = [self.codec.read(it) for it in rows if it["recorded_at"] <= known_at]
        seen = [it for it in found if it.act.effective_at <= effective_at]
        return seen if seen and seen[0].version == 1 else []

    async def rows(self, streams: Iterable[str]) -> Mapping[str, Sequence[asyncpg.Record]]:
        """Give the rows of some streams, each in order, for the codec to read."""
        query = "select e.* from unnest($1::text[]) as name, log.load(name, null) as e"
        found: dict[str, list[asyncpg.Record]] = {name: [] for name in streams}
        for row in await self.pool.fetch(query, list(found)):
            found[row["stream"]].append(row)
        return found

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
        asked = Asked(
            command=act.id, fingerprint=act.fingerprint, case=stream.case, stream=str(stream),
            after=after, effective_at=act.effective_at,
            facts=[self.codec.row(it, act) for it in shut],
        )  # fmt: skip
        status, name, version, position = await self._appender.append(asked)
        if status in REFUSED:
            raise REFUSED[status]
        mine = shut if status == "ok" else ()  # a duplicate is another call's
        return Receipt(name, version, position, mine)

    async def read(self, after: int, limit: int = 1000) -> Sequence[Recorded[Any]]:
        """Give the events behind position `after`, in order."""
        rows = await self.pool.fetch("select * from log.read($1, $2)", after, limit)
        return [self.codec.read(row) for row in rows]

    async def head(self) -> int:
        """Give the last position, 0 where nothing is recorded."""
        ((head,),) = await self._reads.ask("select max(position) from log.event")
        return int(head or 0)

    def wake(self, facts: int = 0) -> None:
        """Let whoever follows look at once: there are so many facts more, or it is later now."""
        APPENDED.labels(self.name).inc(facts)
        for loop in self._loops:
            loop.wake()


def _receipt(rows: Sequence[asyncpg.Record], act: Act) -> Receipt | None:
    done = [row for row in rows if row["command"] == act.id]
    if not done:
        return None
    if done[-1]["fingerprint"] != act.fingerprint:
        raise KeyReused
    return Receipt(done[-1]["stream"], done[-1]["version"], done[-1]["position"])
