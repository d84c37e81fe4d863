"""Has everything arrived, once in effect and in order?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shared.bus.message import headers_of, heading_of
from shared.log.log import Log, Receipt
from tests.faults import a
from tests.faults.chain import Chain
from tests.kernel.bus.contract import all_of
from tests.kernel.folds import folded, rows_of
from tests.survival.oracle import whole

EVERYTHING = 1_000_000
TROUBLES = ("work.blocked", "work.stale", "work.heard where gap_since is not null")


async def agrees(chain: Chain, acts: Mapping[UUID, Receipt] | None = None) -> None:
    """See that every act is there once, told once in effect, in order, heard once, and folded.

    I1 to I5 of both logs, I7 of what was acknowledged, I8 to I11.
    """
    rows = await whole_log(chain.source)
    await whole_log(chain.sink)
    holds(rows, chain.acts if acts is None else acts)
    said = defaultdict[str, list[int]](list)
    for it in await chain.source.read(0, EVERYTHING):
        if it.said:
            said[it.stream].append(it.fact.number)
    await _told_in_order(chain, {stream: len(found) for stream, found in said.items()})
    await heard_once(chain, said)
    rows_folded, stale = folded(a.TALLY, await chain.sink.read(0, EVERYTHING))
    assert await rows_of(chain.sink, a.TALLY) == rows_folded
    assert not stale
    for trouble in TROUBLES:
        assert await chain.sink.pool.fetch(f"select * from {trouble}") == []  # noqa: S608 - ours


def holds(rows: Sequence[asyncpg.Record], acts: Mapping[UUID, Receipt]) -> None:
    """See that what was acknowledged lies where it was said to lie."""
    last = {row["command"]: (row["stream"], row["version"], row["position"]) for row in rows}
    assert {act: (it.stream, it.version, it.position) for act, it in acts.items()} == {
        act: last.get(act) for act in acts
    }


async def whole_log(log: Log) -> Sequence[asyncpg.Record]:
    """See that a log has no gap, no half act and no broken chain; give its rows."""
    db: Any
    async with log.pool.acquire() as db:
        return await whole(db)


async def heard_once(chain: Chain, said: Mapping[str, Sequence[int]]) -> None:
    """See that the sink noted exactly what was told, stream by stream, in order."""
    heard = defaultdict[str, list[int]](list)
    for it in await chain.sink.read(0, EVERYTHING):
        if isinstance(it.fact, a.Heard):
            heard[it.fact.of].append(it.fact.number)
    assert heard == said


async def _told_in_order(chain: Chain, said: Mapping[str, int]) -> None:
    told = defaultdict[str, list[int]](list)
    for record in await all_of(chain.bus, chain.topic):
        told[headers_of(record)["ce_stream"]].append(heading_of(record).said)
    once = {stream: list(dict.fromkeys(found)) for stream, found in told.items()}
    assert once == {stream: list(range(1, count + 1)) for stream, count in said.items()}
