"""What is intake made of?"""

import services.intake as room
from services.intake.api import partners, staff
from services.intake.decisions import referral
from services.intake.projections.referrals import referrals
from services.intake.projections.screening import screening
from services.intake.published import publish
from services.intake.reactions import REACTIONS
from shared.service import Service

intake = Service(
    name="intake",
    purpose=room.__doc__ or "",
    deciders=(referral,),
    reactions=REACTIONS,
    projections=(referrals, screening),
    publish=publish,
    routes=(partners.router, staff.router),
)
