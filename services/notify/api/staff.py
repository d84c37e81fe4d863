"""What may staff ask of what partners were told?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response, Security

from services.notify.decisions import correspondence
from services.notify.projections.lane import Lane, lane
from shared.access.tokens import Caller
from shared.http.parts import AsAt, Log, caller
from shared.refusals import NotFound

router = APIRouter(prefix="/v1", tags=["correspondence"])

STAFF = ["safeguarding-adults-manager", "operator"]
Reads = Annotated[Caller, Security(caller, scopes=STAFF)]


@router.get("/correspondence/{id}", response_model=Lane)
async def one_correspondence(
    id: UUID, response: Response, _by: Reads, log: Log, as_at: AsAt
) -> Any:
    """Give what a partner was told of a case, by which right, and whether it arrived."""
    found = lane(id, await log.history(correspondence.stream(id), **as_at))
    if found is None:
        raise NotFound
    if not as_at:  # what was known at another time is no version to act on
        response.headers["ETag"] = f'"{found.version}"'
    return found
