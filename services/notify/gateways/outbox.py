"""What is to be sent now?

A fold of notify's own log, in its order, of which only what is not settled is kept: nothing but the
log says what is still to be done. Each endpoint has a queue for each lane, and of a queue only the
first is ever sent; queues do not wait for one another.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from services.notify.decisions import subscriber
from services.notify.decisions.subscriber import Endpoint, Subscriber
from services.notify.events import (
    DeliveryAttempted,
    DeliveryOwed,
    EndpointDisabled,
    EndpointEnabled,
    EndpointRegistered,
    EndpointRemoved,
    SecretRotated,
)
from services.notify.rules.disclosure import TRIAL
from services.notify.rules.retry import THROTTLED
from shared.facts import Recorded

AT_ONCE = 4
"""Lanes of one endpoint that are sent side by side."""

Key = tuple[UUID, UUID]
"""Endpoint and lane."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    """An event that an endpoint has not taken."""

    lane: UUID
    owed: DeliveryOwed
    cause: UUID
    correlation: UUID
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be sent now."""

    endpoint: Endpoint
    waiting: Waiting

    @property
    def key(self) -> Key:
        """Give endpoint and lane."""
        return self.endpoint.id, self.waiting.lane


@dataclass(slots=True)
class Queues:
    """What waits for one endpoint."""

    partner: UUID
    lanes: dict[UUID, deque[Waiting]] = field(default_factory=lambda: defaultdict(deque))
    sending: set[UUID] = field(default_factory=set)
    parked: deque[UUID] = field(default_factory=deque)
    """Lanes that are due and have to wait for others of the endpoint, the first one first."""

    held_until: datetime | None = None


class Outbox:
    """What is owed to endpoints and not settled."""

    def __init__(self) -> None:
        self._subscribers: dict[UUID, Subscriber] = {}
        self._queues: dict[UUID, Queues] = {}
        self._heap: list[tuple[datetime, int, Key]] = []
        self._freed: dict[UUID, None] = {}
        """Endpoints that may take one more of those that are parked."""

        self._turn = count()

    def __len__(self) -> int:
        return sum(len(lane) for it in self._queues.values() for lane in it.lanes.values())

    @property
    def next_at(self) -> datetime | None:
        """Give when something may be due next; None where nothing is."""
        return self._heap[0][0] if self._heap else None

    def hear(self, happened: Recorded[Any]) -> None:
        """Take in the next fact of the log."""
        match happened.fact:
            case DeliveryOwed() as owed:
                self._owe(owed, happened)
            case DeliveryAttempted() as tried:
                self._tried(tried, happened)
            case EndpointRegistered(endpoint=id, partner=partner):
                self._queues[id] = Queues(partner)
                self._evolve(happened)
            case SecretRotated() | EndpointDisabled():
                self._evolve(happened)
            case EndpointEnabled(endpoint=id):
                self._evolve(happened)
                self._start_again(id, happened.recorded_at)
            case EndpointRemoved(endpoint=id):
                self._evolve(happened)
                self._queues.pop(id, None)
            case _:
                pass

    def due(self, now: datetime) -> Iterator[Job]:
        """Give what is to be sent now; it is not given again until it is released."""
        for id in [*self._freed]:
            yield from self._parked(id, now)
            del self._freed[id]
        while self._heap and self._heap[0][0] <= now:
            at, _, (id, lane) = heappop(self._heap)
            yield from self._ready(id, lane, at, now)

    def _parked(self, id: UUID, now: datetime) -> Iterator[Job]:
        queues = self._queues.get(id)
        while queues and queues.parked and len(queues.sending) < AT_ONCE:
            lane = queues.parked.popleft()
            line = queues.lanes.get(lane)
            if line and line[0].due_at <= now:  # else it comes by itself at its time
                yield from self._ready(id, lane, line[0].due_at, now)

    def _ready(self, id: UUID, lane: UUID, at: datetime, now: datetime) -> Iterator[Job]:
        queues = self._queues.get(id)
        endpoint = self._endpoint(id)
        if not queues or not endpoint or endpoint.disabled or lane in queues.sending:
            return  # what ends this also puts it back
        line = queues.lanes.get(lane)
        if not line or line[0].due_at != at:
            return  # an entry that no longer counts
        if queues.held_until and queues.held_until > now:
            line[0].due_at = queues.held_until
            self._push(id, lane, queues.held_until)
        elif len(queues.sending) >= AT_ONCE:
            queues.parked.append(lane)
        else:
            queues.sending.add(lane)
            yield Job(endpoint=endpoint, waiting=line[0])

    def release(self, key: Key, not_before: datetime | None = None) -> None:
        """Let a lane be sent to an endpoint again, and those that waited for it."""
        id, lane = key
        queues = self._queues.get(id)
        if queues is None:
            return
        queues.sending.discard(lane)
        self._freed[id] = None
        if line := queues.lanes.get(lane):
            if not_before:
                line[0].due_at = max(line[0].due_at, not_before)
            self._push(id, lane, line[0].due_at)

    def _owe(self, owed: DeliveryOwed, happened: Recorded[Any]) -> None:
        known = self._subscribers.get(owed.partner)
        for endpoint in known.endpoints if known else ():
            event, lane = owed.happening.event, happened.case
            if endpoint.id == lane if event == TRIAL else endpoint.wants(event):
                line = self._queues[endpoint.id].lanes[lane]
                waiting = Waiting(
                    lane=lane, owed=owed, cause=happened.act.id,
                    correlation=happened.act.correlation, due_at=happened.recorded_at,
                )  # fmt: skip
                line.append(waiting)
                if len(line) == 1:
                    self._push(endpoint.id, lane, waiting.due_at)

    def _tried(self, tried: DeliveryAttempted, happened: Recorded[Any]) -> None:
        queues = self._queues.get(tried.endpoint)
        line = queues.lanes.get(happened.case) if queues else None
        if not queues or not line or line[0].owed.sequence != tried.sequence:
            return
        line[0].attempts += 1
        if tried.retry_at is None:
            line.popleft()
        else:
            line[0].due_at = tried.retry_at
            if tried.outcome == THROTTLED:  # all lanes of the endpoint go slower
                queues.held_until = tried.retry_at
        if line:
            self._push(tried.endpoint, happened.case, line[0].due_at)
        else:
            del queues.lanes[happened.case]

    def _start_again(self, id: UUID, at: datetime) -> None:
        queues = self._queues[id]
        queues.held_until = None
        for lane, line in queues.lanes.items():
            if lane not in queues.sending:
                line[0].due_at = at
                self._push(id, lane, at)

    def _push(self, id: UUID, lane: UUID, at: datetime) -> None:
        heappush(self._heap, (at, next(self._turn), (id, lane)))

    def _evolve(self, happened: Recorded[Any]) -> None:
        was = self._subscribers.get(happened.case)
        self._subscribers[happened.case] = subscriber.evolve(was, happened.fact, happened.act)

    def _endpoint(self, id: UUID) -> Endpoint | None:
        queues = self._queues.get(id)
        known = self._subscribers.get(queues.partner) if queues else None
        return known.endpoint(id) if known else None
