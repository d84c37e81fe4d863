"""How do many append at once? Whatever waits goes in one call of one SQL function.

One appender for each process, on a connection of its own. A caller who goes away does not take
the append along; a bad request fails alone; an outcome that got lost is asked for again under the
same commands, which the log knows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg

from shared import way
from shared.telemetry import APPEND_SECONDS, GROUP_SIZE
from shared.together import Together

GROUP, GROUP_BYTES = 128, 1024 * 1024
"""Of requests, and of bodies in a call that has more than one."""
ROOM, RESERVED = 512, 128
"""How many may wait, and how many of these places only a new stream gets: it may be a referral."""
APPEND = "select * from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
APPEND_ONE = "select * from log.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request to append, as PostgreSQL is told of it."""

    command: UUID
    fingerprint: bytes | None
    case: UUID
    stream: str
    after: int
    effective_at: datetime
    facts: Sequence[tuple[str, bool, bytes]]
    """Type, whether it is said, body."""

    until: float = field(default_factory=lambda: monotonic() + way.PATIENCE)

    @property
    def weight(self) -> int:
        """Give what it takes of a group's bytes; at least a share, or groups would be too long."""
        return max(GROUP_BYTES // GROUP, sum(len(body) for _, _, body in self.facts))


class Appender:
    """Appends for one process."""

    def __init__(self, name: str, over: way.Way, done: Callable[[int], None]) -> None:
        """`done` hears how many facts were recorded."""
        self._way, self._done = over, done
        self._sizes, self._seconds = GROUP_SIZE.labels(name), APPEND_SECONDS.labels(name)
        self._together = Together(
            self._call, weigh=lambda it: it.weight, most=GROUP_BYTES, room=ROOM
        )

    async def append(self, asked: Asked) -> asyncpg.Record:
        """Give the outcome: status, and the stream, version and position of the last fact.

        Raises:
            Busy: too many wait already.
            Unavailable: PostgreSQL cannot be reached, or not for writing.
        """
        return await self._together.ask(asked, reserve=RESERVED if asked.after else 0)

    async def close(self) -> None:
        """Append what still waits, and let go of the connection."""
        await self._together.drained()
        self._way.close()

    async def _call(self, group: Sequence[Asked]) -> Sequence[asyncpg.Record]:
        self._sizes.observe(len(group))
        with self._seconds.time():
            done = await self._way.fetch(max(it.until for it in group), *call_for(group))
        outcomes = zip(group, done, strict=True)
        self._done(sum(len(it.facts) for it, (status, *_) in outcomes if status == "ok"))
        return done


def call_for(group: Sequence[Asked]) -> Sequence[Any]:
    """Give the query that appends a group, and what it is told: of one alone, few arrays."""
    asked = [(it.command, it.fingerprint, it.case, it.stream, it.after) for it in group]
    facts = zip(*((*fact, it.effective_at) for it in group for fact in it.facts), strict=True)
    if len(asked) == 1:
        return [APPEND_ONE, *asked[0], *facts]
    return [APPEND, *zip(*asked, strict=True), [len(it.facts) for it in group], *facts]
