"""What is notify made of?"""

from functools import partial

import services.notify as room
from services.notify.api import obligations as ledger
from services.notify.api import partners, staff
from services.notify.decisions import contribution, correspondence, subscriber
from services.notify.gateways.dispatcher import workers
from services.notify.gateways.owed import Tables
from services.notify.projections.deliveries import deliveries
from services.notify.projections.feed import feed
from services.notify.projections.obligations import obligations
from services.notify.projections.senders import senders
from services.notify.projections.subscribers import subscribers
from services.notify.published import publish
from services.notify.reactions import REACTIONS
from shared.service import Service

TABLES = Tables(subscribers=subscribers, feed=feed, deliveries=deliveries)

notify = Service(
    name="notify",
    purpose=room.__doc__ or "",
    deciders=(correspondence, subscriber, contribution),
    reactions=REACTIONS,
    projections=(feed, deliveries, senders, obligations, subscribers),
    publish=publish,
    routes=(partners.router, ledger.router, staff.router),
    workers=partial(workers, tables=TABLES),
)
