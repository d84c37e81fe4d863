"""How do tests let an outbox follow a log, load what is owed, and be taken over?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.notify.events import DeliveryAttempted, SubscriberFact
from services.notify.gateways.outbox import Outbox
from services.notify.gateways.owed import Owed, still_owed
from services.notify.projections.deliveries import deliveries
from services.notify.projections.feed import feed
from services.notify.rules.body import delivery_id
from services.notify.rules.retry import DELIVERED, REJECTED
from shared.facts import Recorded
from tests.notify import a
from tests.support.story import SOMEBODY, rows

Sent = list[tuple[UUID, UUID, int]]


class Town:
    """A log that an outbox follows."""

    def __init__(self) -> None:
        self.outbox, self.at, self.now = Outbox(), 0, a.AT
        self.log = list[Recorded[Any]]()

    def records(self, fact: Any, case: UUID) -> None:
        self.at += 1
        act = replace(SOMEBODY, id=uuid4(), effective_at=self.now)
        self.log.append(
            Recorded(
                fact=fact, act=act, recorded_at=self.now, case=case, stream="", version=1,
                position=self.at,
            )
        )  # fmt: skip
        self.outbox.hear(self.log[-1])

    def loads(self, owed_to: int | None = None, tried_to: int | None = None) -> None:
        """Load what the waking are owed, as tables that stand at these positions have it."""
        far = (self.at if owed_to is None else owed_to, self.at if tried_to is None else tried_to)
        told = rows(feed, self.log[: far[0]])
        tried = rows(deliveries, self.log[: far[1]])
        found = [
            still_owed(asks, event, tried.get(delivery_id(event.event, asks.id)))
            for asks in self.outbox.to_load()
            for event in told.values()
        ]
        self.outbox.load(Owed(rows=[*filter(None, found)], owed_to=far[0], tried_to=far[1]))
        for happened in self.log[min(far) :]:
            self.outbox.hear(happened)

    def begins_anew(self, owed_to: int | None = None, tried_to: int | None = None) -> None:
        """Let another process take over."""
        self.outbox = Outbox()
        for case in dict.fromkeys(
            it.case for it in self.log if isinstance(it.fact, SubscriberFact)
        ):
            of_partner = (it for it in self.log if it.case == case)
            self.outbox.know(it for it in of_partner if isinstance(it.fact, SubscriberFact))
        self.loads(owed_to, tried_to)

    def registers(self, endpoint: UUID = a.ENDPOINT, partner: UUID = a.HOME, **more: Any) -> None:
        made = replace(a.registered, endpoint=endpoint, partner=partner, **more)
        self.records(made, partner)

    def owes(self, sequence: int, lane: UUID = a.LANE, partner: UUID = a.HOME) -> None:
        self.records(replace(a.second, sequence=sequence, partner=partner), lane)

    def ends(self, it: tuple[UUID, UUID, int], retry: float | None = None, how: Any = None) -> None:
        """Record what became of an attempt, and let go of it."""
        endpoint, lane, sequence = it
        at = None if retry is None else self.now + timedelta(seconds=retry)
        outcome = how or (DELIVERED if retry is None else REJECTED)
        tried = DeliveryAttempted(
            partner=a.HOME, sequence=sequence, endpoint=endpoint, outcome=outcome, status=None,
            milliseconds=1, retry_at=at,
        )  # fmt: skip
        self.records(tried, lane)
        self.outbox.release((endpoint, lane))

    def due(self, seconds: float = 0) -> Sent:
        """Give what is to be sent, so many seconds later."""
        self.now += timedelta(seconds=seconds)
        return [
            (it.endpoint.id, it.waiting.lane, it.waiting.owed.sequence)
            for it in self.outbox.due(self.now)
        ]
