"""What may staff ask of the list of partners?"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from services.enquiry.api import shape
from services.enquiry.api.staff import Manager, Reads
from services.enquiry.decisions import partners
from services.enquiry.decisions.partners import LIST, ListPartner, UnlistPartner
from services.enquiry.events import PartnerListed
from shared.http.parts import Log, answer, dated
from shared.log.handle import handle

router = APIRouter(prefix="/v1/partners", tags=["partners"])


@router.get("", response_model=Sequence[shape.PartnerListed])
async def who_may_be_asked(_by: Reads, log: Log) -> Any:
    """Give those who may be asked to make an enquiry for us."""
    listed = partners.fold(await log.history(LIST)) or {}
    return [
        shape.PartnerListed(
            partner=it.partner, organisation=it.organisation, partner_kind=it.partner_kind
        )
        for it in sorted(listed.values(), key=lambda it: it.organisation.casefold())
    ]


@router.post("", status_code=204)
async def list_partner(said: shape.Partner, by: Manager, log: Log) -> Response:
    """List a partner, by the name in their token; or put right what the list says of them."""
    listed = PartnerListed(
        partner=said.partner, organisation=said.organisation, partner_kind=said.partner_kind
    )
    return answer(await handle(log, LIST, ListPartner(listed=listed), dated(by, said)))


@router.post("/removals", status_code=204)
async def unlist_partner(said: shape.Removal, by: Manager, log: Log) -> Response:
    """Take a partner off the list; what they were asked for already stays asked."""
    command = UnlistPartner(partner=said.partner)
    return answer(await handle(log, LIST, command, dated(by, said)))
