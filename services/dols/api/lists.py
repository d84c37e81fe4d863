"""Who waits, what does an assessor have in hand, and how many are there?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.dols.api.staff import Reads, ReadsOwn, by_now, today
from services.dols.projections.figures import Figures, figures, how_many
from services.dols.projections.queue import Row, in_the_hands_of, queue, who_is_next
from services.dols.rules.independence import assessor_id
from shared.http.parts import Cursor, Db, Limited, Log, MinPosition, Page, after, cursor, fresh

router = APIRouter(prefix="/v1", tags=["dols cases"])


@router.get("/dols-queue", response_model=Page[Row])
async def who_waits(
    _by: Reads,
    db: Db,
    log: Log,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give those who wait, the next one first: High by receipt, then the others by due time."""
    await fresh(queue, db, response, least)
    place: Any = after(start, int, datetime.fromisoformat, UUID)
    rows, more = await who_is_next(db, *await by_now(log), limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


MOST = 200
"""Rows that are given to who does not say how many."""


@router.get("/dols-allocations", response_model=Sequence[Row])
async def what_i_have_in_hand(
    by: ReadsOwn,
    db: Db,
    log: Log,
    response: Response,
    start: Cursor = None,
    limit: Limited = MOST,
    least: MinPosition = None,
) -> Any:
    """Give an assessor what they were offered or have accepted and is not decided.

    Where there is more, `Link` with `rel="next"` leads to it. No object around the rows, as other
    lists have one: callers rely on the list.
    """
    await fresh(queue, db, response, least)
    place: Any = after(start, datetime.fromisoformat, UUID)
    mine = assessor_id(by.name)
    rows, more = await in_the_hands_of(db, *await by_now(log), mine, limit, place)
    if more:
        path = f"/v1/dols-allocations?after={cursor(*more)}&limit={limit}"
        response.headers["Link"] = f'<{path}>; rel="next"'
    return rows


@router.get("/figures", response_model=Figures)
async def counts(
    _by: Reads, db: Db, log: Log, response: Response, least: MinPosition = None
) -> Any:  # fmt: skip
    """Count requests: who waits, who is unprotected, what was decided, and in time or not."""
    await fresh(figures, db, response, least)
    return await how_many(db, await today(log))
