"""What is dols made of?"""

import services.dols as room
from services.dols.api import assessors as register
from services.dols.api import granted, lists, partners, staff
from services.dols.decisions import assessor, request
from services.dols.gateways.register import workers
from services.dols.projections.assessors import assessors
from services.dols.projections.figures import figures
from services.dols.projections.queue import queue
from services.dols.projections.requests import requests
from services.dols.published import publish
from shared.service import Service

dols = Service(
    name="dols",
    purpose=room.__doc__ or "",
    deciders=(request, assessor),
    projections=(requests, queue, figures, assessors),
    publish=publish,
    routes=(partners.router, lists.router, staff.router, granted.router, register.router),
    workers=workers,
)
