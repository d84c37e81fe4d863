"""What was one partner told of one case?

Folded from its own stream, so it is always current.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notify.decisions import correspondence
from services.notify.events import DeliveryAttempted, DeliveryOwed
from services.notify.projections.deliveries import Status, status_of
from services.notify.rules.body import event_id
from services.notify.rules.disclosure import type_of
from shared.facts import Code, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to bring an event to an endpoint."""

    endpoint: UUID
    at: datetime
    outcome: Code
    http_status: int | None
    milliseconds: int
    status: Status
    """How the delivery stood after it."""

    retry_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event, the right to hear it, and every attempt to bring it."""

    id: UUID
    partner: UUID
    sequence: int
    type: str
    about: UUID | None
    occurred_at: datetime
    disclosure: Code
    attempts: Sequence[Attempt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """All that a partner is told of a case."""

    id: UUID
    version: int
    partner: UUID | None
    """None as long as nobody knows whose case it is."""

    relation: Code | None
    events: Sequence[Told]
    awaiting: Sequence[str]
    """Types of what waits until it is known whose case it is."""


def lane(id: UUID, history: Sequence[Recorded[Any]]) -> Lane | None:
    """Give what a partner was told, None where nothing is recorded."""
    state = correspondence.fold(history)
    if state is None:
        return None
    owed = [it.fact for it in history if isinstance(it.fact, DeliveryOwed)]
    return Lane(
        id=id,
        version=len(history),
        partner=state.partner,
        relation=state.relation,
        events=[_told(id, it, history) for it in owed],
        awaiting=[type_of(it.event) for it in state.awaited],
    )


def attempts_of(
    history: Sequence[Recorded[Any]], partner: UUID, sequence: int
) -> Sequence[Attempt]:
    """Give every attempt to bring one event, the first one first."""
    tried = [it for it in history if isinstance(it.fact, DeliveryAttempted)]
    mine = (it for it in tried if (it.fact.partner, it.fact.sequence) == (partner, sequence))
    return [_attempt(it.fact, it.act.effective_at) for it in mine]


def _told(id: UUID, it: DeliveryOwed, history: Sequence[Recorded[Any]]) -> Told:
    return Told(
        id=event_id(id, it.partner, it.sequence),
        partner=it.partner,
        sequence=it.sequence,
        type=type_of(it.happening.event),
        about=it.happening.about,
        occurred_at=it.happening.occurred_at,
        disclosure=it.disclosure,
        attempts=attempts_of(history, it.partner, it.sequence),
    )


def _attempt(it: DeliveryAttempted, at: datetime) -> Attempt:
    return Attempt(
        endpoint=it.endpoint,
        at=at,
        outcome=it.outcome,
        http_status=it.status,
        milliseconds=it.milliseconds,
        status=status_of(it.outcome, it.retry_at),
        retry_at=it.retry_at,
    )
