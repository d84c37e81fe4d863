"""What is to be sent now?

What is still owed is loaded when an endpoint comes to be sent events, and from there on the log is
followed in its order; of it only what is not settled is kept, and nothing for an endpoint that is
disabled. Each endpoint has a queue for each lane, and of a queue only the first is ever sent;
queues do not wait for one another. The log may be read again from an earlier place: who has heard a
fact passes it over. What this build cannot read stops whom it is of, and nobody else.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.subscriber import BY_PARTNER, Endpoint, Subscriber
from services.notify.events import (
    DeliveryAttempted,
    DeliveryOwed,
    EndpointDisabled,
    EndpointEnabled,
    EndpointRegistered,
    EndpointRemoved,
    ReplayAsked,
    SubscriberFact,
)
from services.notify.gateways.owed import Asks, Owed, Replay, StillOwed
from services.notify.rules.disclosure import TRIAL
from services.notify.rules.retry import THROTTLED
from shared.facts import Recorded

AT_ONCE = 4
"""Lanes of one endpoint that are sent side by side."""

MOST_REPLAYS = 100
"""Of one endpoint that are kept in mind; one is asked for in ten minutes, and soon sent."""

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
    tried_at: int = 0
    """The position of the last of them: an attempt that is heard of twice counts once."""

    again: bool = False
    """Its partner asked for it once more."""


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
    since: int
    """The position from which on events are owed to it."""

    owed_to: int
    """The position up to which what is owed is taken in."""

    enabled: int = 0
    """The position at which it last was enabled."""

    replays: Sequence[Replay] = ()
    """What its partner asked for once more; the last one may have begun before the others ended."""

    asleep: bool = False
    """Nothing is kept for it: it is disabled, or what it is owed is yet to be loaded."""

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
        self._known_to: dict[UUID, int] = {}
        """By partner, the position up to which their endpoints are known."""

        self.waking: dict[UUID, None] = {}
        """Endpoints for which it is to be loaded what they are owed."""

        self.stopped = set[UUID]()
        """Partners, and lanes, of whom something cannot be read: rather than something out of its
        turn, or sent to where it may not go any more, they are brought nothing."""

        self.left_alone: list[Recorded[EndpointDisabled]] = []
        """What a partner is to be told of: their endpoint was disabled, and not by them."""

    def __len__(self) -> int:
        return sum(sum(map(len, it.lanes.values())) for it in self._queues.values())

    @property
    def next_at(self) -> datetime | None:
        """Give when something may be due next; None where nothing is."""
        return self._heap[0][0] if self._heap else None

    def hear(self, happened: Recorded[Any]) -> None:
        """Take in the next fact of the log."""
        if happened.case in self.stopped:
            return
        match happened.fact:
            case DeliveryOwed() as owed:
                self._owe(owed, happened)
            case DeliveryAttempted() as tried:
                self._tried(tried, happened)
            case _ if isinstance(happened.fact, SubscriberFact):
                if happened.position > self._known_to.get(happened.case, 0):
                    self._known_to[happened.case] = happened.position
                    self._changed(happened)
            case _:
                pass

    def stop(self, stream: str, case: UUID) -> None:
        """Bring nothing of a partner or a lane of whom this build cannot read something."""
        if stream == str(subscriber.stream(case)):
            for id in [id for id, it in self._queues.items() if it.partner == case]:
                self._sleep(id)
        elif stream == str(correspondence.stream(case)):
            for it in self._queues.values():
                it.lanes.pop(case, None)
        else:  # of what we owe an answer to, which is no event
            return
        self.stopped.add(case)

    def know(self, history: Iterable[Recorded[Any]]) -> None:
        """Take in a partner's endpoints; what they are owed is to be loaded."""
        for happened in history:
            self.hear(happened)
        for endpoint in self._subscribers[happened.case].endpoints:
            if not endpoint.disabled:
                self._queues[endpoint.id].asleep, self.waking[endpoint.id] = True, None

    def _changed(self, happened: Recorded[Any]) -> None:
        was, fact, at = self._subscribers.get(happened.case), happened.fact, happened.position
        self._subscribers[happened.case] = subscriber.evolve(was, fact, happened.act)
        match fact:
            case EndpointRegistered(endpoint=id, partner=partner):
                self._queues[id] = Queues(partner, since=at, owed_to=at)
            case EndpointDisabled(endpoint=id, why=why):
                self._sleep(id)
                if why != BY_PARTNER:
                    self.left_alone.append(happened)
            case EndpointEnabled(endpoint=id):
                self._queues[id].enabled, self.waking[id] = at, None
            case ReplayAsked(endpoint=id, after=after, until=until):
                self._queues[id].replays = _and(self._queues[id].replays, Replay(after, until, at))
                if id in self.waking or not self._queues[id].asleep:
                    self._sleep(id)
                    self.waking[id] = None
            case EndpointRemoved(endpoint=id):
                self._sleep(id)
                del self._queues[id]
            case _:
                pass

    def _sleep(self, id: UUID) -> None:
        queues = self._queues[id]
        queues.asleep, queues.held_until = True, None
        queues.lanes.clear()
        queues.parked.clear()
        self.waking.pop(id, None)

    def to_load(self) -> Sequence[Asks]:
        """Give the endpoints that wait for what they are owed."""
        waking = ((id, self._queues[id]) for id in self.waking)
        return [Asks(id, it.partner, it.since, it.replays) for id, it in waking]

    def load(self, owed: Owed) -> None:
        """Take in what those are owed that waited for it."""
        for id in self.waking:
            queues = self._queues[id]
            queues.asleep = False
            queues.owed_to = max(queues.since, owed.owed_to)
        self.waking.clear()
        for it in owed.rows:
            self._resume(it)

    def _resume(self, it: StillOwed) -> None:
        queues = self._queues[it.endpoint]
        failed_since = (it.last_position or 0) > queues.enabled
        due_at = (failed_since and it.retry_at) or it.known_at
        if failed_since and it.retry_at and it.outcome == THROTTLED:
            queues.held_until = max(due_at, queues.held_until or due_at)
        waiting = Waiting(
            lane=it.lane, owed=it.owed, cause=it.cause, correlation=it.correlation, due_at=due_at,
            attempts=it.attempts, tried_at=it.last_position or 0, again=it.again,
        )  # fmt: skip
        self._line_up(it.endpoint, waiting)

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
        if not queues or not endpoint or queues.asleep or lane in queues.sending:
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
            queues = self._queues[endpoint.id]
            if queues.asleep or happened.position <= queues.owed_to:
                continue
            queues.owed_to = happened.position
            waiting = Waiting(
                lane=happened.case, owed=owed, cause=happened.act.id,
                correlation=happened.act.correlation, due_at=happened.recorded_at,
            )  # fmt: skip
            self._line_up(endpoint.id, waiting)

    def _line_up(self, id: UUID, waiting: Waiting) -> None:
        """Put an event at the end of its lane, where the endpoint wants it."""
        endpoint, event, lane = self._endpoint(id), waiting.owed.happening.event, waiting.lane
        if lane in self.stopped:
            return
        if endpoint and (id == lane if event == TRIAL else endpoint.wants(event)):
            line = self._queues[id].lanes[lane]
            line.append(waiting)
            if len(line) == 1:
                self._push(id, lane, waiting.due_at)

    def _tried(self, tried: DeliveryAttempted, happened: Recorded[Any]) -> None:
        queues = self._queues.get(tried.endpoint)
        line = queues.lanes.get(happened.case) if queues and not queues.asleep else None
        # Not always the first: what is asked for once more is put before what was under way.
        it = next((it for it in line or () if it.owed.sequence == tried.sequence), None)
        if not queues or not line or not it or happened.position <= it.tried_at:
            return
        it.attempts, it.tried_at = it.attempts + 1, happened.position
        if tried.retry_at is None:
            line.remove(it)
        else:
            it.due_at = tried.retry_at
            if tried.outcome == THROTTLED:  # all lanes of the endpoint go slower
                queues.held_until = tried.retry_at
        if line:
            self._push(tried.endpoint, happened.case, line[0].due_at)
        else:
            del queues.lanes[happened.case]

    def _push(self, id: UUID, lane: UUID, at: datetime) -> None:
        heappush(self._heap, (at, next(self._turn), (id, lane)))

    def _endpoint(self, id: UUID) -> Endpoint | None:
        queues = self._queues.get(id)
        known = self._subscribers.get(queues.partner) if queues else None
        return known.endpoint(id) if known else None


def _and(known: Sequence[Replay], new: Replay) -> Sequence[Replay]:
    """Give what was asked for, less what is asked for anew."""
    rest = [it for it in known if not new.after <= it.after <= it.until <= new.until]
    return (*rest[1 - MOST_REPLAYS :], new)
