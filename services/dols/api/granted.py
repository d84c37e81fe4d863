"""What may staff record of what was granted?"""

from uuid import UUID

from fastapi import APIRouter, Response

from services.dols.api import shape
from services.dols.api.staff import Signatory, looking, sealed
from services.dols.decisions import commands as want
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
