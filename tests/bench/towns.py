"""Where do two services speak to one another? In databases of their own, over either bus."""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

import psutil

from deploy.local.kafka import Kafka, lacking, temporary
from services.intake.api.bodies import received
from services.intake.api.partners import _parsed
from services.intake.decisions import ReceiveReferral, referral
from shared.decider import Stream
from shared.facts import Act
from tests.bench.referral import REFERRAL
from tests.bench.synthetic import act
from tests.bench.world import World
from tests.support.house import House

BODY = json.dumps(REFERRAL).encode()


@dataclass(frozen=True)
class Arrival:
    """A referral as intake's open door hands it on: its words are still open."""

    stream: Stream[Any, Any, Any]
    command: ReceiveReferral
    act: Act


def arrival() -> Arrival:
    """Give a new referral, read from the body that a partner sends."""
    id, by = uuid4(), replace(act(0, 0), id=uuid4(), correlation=uuid4(), actor="rosewood-house")
    command = received(id, BODY.decode(), _parsed(BODY, by)[1], by, ())
    return Arrival(referral.stream(id), command, by)


@dataclass(frozen=True)
class Over:
    """A bus to be measured."""

    name: str
    broker: Kafka | None = None

    async def town(self, world: World, name: str) -> House:
        """Give a house whose services have new databases, and this bus."""
        return await world.town(f"{name}_{'kafka' if self.broker else 'postgres'}", self.servers)

    @property
    def servers(self) -> str | None:
        """Give the address of the bus, None where it is a database of the town."""
        return f"kafka://{self.broker.servers}" if self.broker else None

    def cpu(self) -> float:
        """Give the CPU seconds that the broker had so far."""
        if self.broker is None:
            return 0.0
        times = psutil.Process(self.broker.pid).cpu_times()
        return float(times.user + times.system)


POSTGRES = Over("PostgreSQL bus")


@contextmanager
def buses() -> Iterator[tuple[Sequence[Over], str]]:
    """Give the buses that there are here, and in words why one is not."""
    if reason := lacking():
        yield [POSTGRES], f"Kafka is left out: {reason}"
        return
    with temporary() as broker:
        yield [POSTGRES, Over("Kafka, one broker", broker)], ""


@contextmanager
def after(kind: type, name: str, tell: Callable[..., None]) -> Iterator[None]:
    """Let `tell` know of each call of a method once it is done: what it was called with."""
    work = getattr(kind, name)

    @wraps(work)
    async def done(*arguments: Any, **more: Any) -> Any:
        outcome = await work(*arguments, **more)
        tell(*arguments)
        return outcome

    setattr(kind, name, done)
    try:
        yield
    finally:
        setattr(kind, name, work)


def settle() -> None:
    """Let what is there already cost no collections, as at the end of a service's start."""
    gc.collect()
    gc.freeze()


def correlation_of(happened: Any) -> UUID:
    """Give what ties a fact to the command that it came of."""
    found: UUID = happened.act.correlation
    return found
