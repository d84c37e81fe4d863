"""What may staff record of what was granted?"""

from uuid import UUID

from fastapi import APIRouter, Response

from services.dols.api import shape
from services.dols.api.staff import Coordinator, Signatory, do, looking, sealed
from services.dols.decisions import commands as want
from shared.facts import Code
from shared.http.parts import IfMatch, Log

router = APIRouter(prefix="/v1", tags=["dols cases"])


@router.post("/dols-requests/{id}/cease", status_code=204)
async def cease(
    id: UUID, said: shape.Cease, by: Signatory, log: Log, expected: IfMatch
) -> Response:
    """Record that what was granted ceased before its end, and why; with `If-Match`."""
    command = want.CeaseAuthorisation(
        reason=said.reason, ceased_on=said.ceased_on, words=sealed(id, said.words)
    )
    return await looking(log, id, command, (by, said), expected, bool)


@router.post("/dols-requests/{id}/suspension-notice", status_code=204)
async def record_suspension(
    id: UUID, said: shape.PaperSuspension, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Record a notice that came on paper: what was granted is suspended from when it came."""
    command = want.SuspendAuthorisation(ground=said.ground, reasons=sealed(id, said.words))
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/resumption-notice", status_code=204)
async def record_resumption(
    id: UUID, said: shape.PaperResumption, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Record a notice that came on paper: it is suspended no more from when that came."""
    command = want.ResumeAuthorisation(reasons=sealed(id, said.words))
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/reviews", status_code=204)
async def ask_for_review(
    id: UUID, said: shape.ReviewAsk, by: Coordinator, log: Log, expected: IfMatch
) -> Response:
    """Record that a review was asked for, by whom and why, or that the council has one made.

    While one is open, what is asked for joins it.
    """
    command = want.AskReview(
        asked_by=Code(said.asked_by),
        grounds=said.grounds,
        requirements=said.requirements,
        reasons=sealed(id, said.words),
    )
    return await do(log, id, command, (by, said), expected)


@router.post("/dols-requests/{id}/review-outcome", status_code=204)
async def complete_review(
    id: UUID, said: shape.ReviewOutcome, by: Signatory, log: Log, expected: IfMatch
) -> Response:
    """Say what came of the review: unchanged, varied, or terminated at once; with `If-Match`."""
    command = want.CompleteReview(
        outcome=said.outcome,
        completed_on=said.completed_on,
        conditions=None if said.conditions is None else sealed(id, said.conditions),
        words=sealed(id, said.words),
    )
    return await looking(log, id, command, (by, said), expected, bool)
