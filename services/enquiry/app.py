"""What is enquiry made of?"""

import services.enquiry as room
from services.enquiry.api import board, staff
from services.enquiry.api import partners as listed
from services.enquiry.decisions import enquiry as enquiries
from services.enquiry.decisions import partners
from services.enquiry.projections.figures import figures
from services.enquiry.projections.open import enquiries as open_enquiries
from services.enquiry.published import publish
from services.enquiry.reactions import REACTIONS
from shared.service import Service

enquiry = Service(
    name="enquiry",
    purpose=room.__doc__ or "",
    deciders=(enquiries, partners),
    reactions=REACTIONS,
    projections=(open_enquiries, figures),
    publish=publish,
    routes=(staff.router, listed.router, board.router),
)
