"""What may staff ask of the register of assessors?"""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.dols.api import shape
from services.dols.api.staff import Coordinator, Reads, by_now, today
from services.dols.decisions import assessor
from services.dols.decisions.register import ChangeAssessor, RegisterAssessor
from services.dols.events import AssessorChanged, AssessorRegistered
from services.dols.projections.assessors import Row as Entry
from services.dols.projections.assessors import all_of_them, assessors
from services.dols.projections.queue import Row, in_the_hands_of, queue
from services.dols.rules.independence import assessor_id
from shared.http.parts import (
    Cursor,
    Db,
    IfMatch,
    Limited,
    Log,
    MinPosition,
    Page,
    after,
    answer,
    cursor,
    dated,
    fresh,
    resting,
)
from shared.log.handle import handle

router = APIRouter(prefix="/v1/assessors", tags=["assessors"])


@router.post("", status_code=201)
async def register(said: shape.Entry, by: Coordinator, log: Log) -> Response:
    """Enter an assessor in the register; their id follows from the name in their token."""
    id = assessor_id(said.name)
    entry = AssessorRegistered(**{name: getattr(said, name) for name in ENTRY})
    command = RegisterAssessor(registered=entry)
    done = await handle(log, assessor.stream(id), command, dated(by, said))
    return Response(status_code=201, headers=resting(done) | {"Location": f"/v1/assessors/{id}"})


ENTRY = AssessorRegistered.__dataclass_fields__


@router.get("", response_model=Page[Entry])
async def who_assesses(
    _by: Reads,
    db: Db,
    log: Log,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give the register: who may do what, whose training is in date, who has room this week."""
    await fresh(assessors, db, response, least)
    place: Any = after(start, UUID)
    rows, more = await all_of_them(db, await today(log), limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.get("/{id}/requests", response_model=Page[Row])
async def what_they_have_in_hand(
    id: UUID,
    _by: Reads,
    db: Db,
    log: Log,
    response: Response,
    start: Cursor = None,
    limit: Limited = 50,
    least: MinPosition = None,
) -> Any:
    """Give what an assessor was offered or has in hand, and where they cannot go on with it.

    To be looked at when the register changes: `cannot_go_on` says whom to take a role back from.
    """
    await fresh(queue, db, response, least)
    place: Any = after(start, datetime.fromisoformat, UUID)
    rows, more = await in_the_hands_of(db, *await by_now(log), id, limit, place)
    return Page(items=rows, next=cursor(*more) if more else None)


@router.post("/{id}/changes", status_code=204)
async def change(
    id: UUID, said: shape.Change, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Say what the register says from now on: training, employer, interests, suspension.

    `Link` leads to what they have in hand: whoever cannot go on there has to be released by you.
    """
    changed = AssessorChanged(
        **{name: getattr(said, name) for name in AssessorChanged.__dataclass_fields__}
    )
    command = ChangeAssessor(changed=changed)
    done = answer(await handle(log, assessor.stream(id), command, dated(by, said), expected))
    done.headers["Link"] = f'</v1/assessors/{id}/requests>; rel="related"'
    return done
