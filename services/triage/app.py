"""What is triage made of?"""

import services.triage as room
from services.triage import api
from services.triage.decisions import concern
from services.triage.projections.figures import figures
from services.triage.projections.queue import queue
from services.triage.published import publish
from services.triage.reactions import REACTIONS
from shared.service import Service

triage = Service(
    name="triage",
    purpose=room.__doc__ or "",
    deciders=(concern,),
    reactions=REACTIONS,
    projections=(queue, figures),
    publish=publish,
    routes=(api.router,),
)
