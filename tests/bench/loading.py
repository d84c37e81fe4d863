"""How fast is a stream loaded, beside a library that many use?"""

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import orjson

from services.triage.decisions import concern
from shared.log.log import Log
from tests.bench.cost import Row, interleaved
from tests.bench.synthetic import SPACE, fill, long_case
from tests.bench.world import World

if TYPE_CHECKING:  # the bench extra alone brings it

    class Aggregate:
        """What events are applied to."""

        class Event:
            """Something that happened to an aggregate."""

        id: UUID

        def trigger_event(self, event_class: type[Any], **values: Any) -> None:
            """Let something happen."""

    class Application:
        """Where aggregates are saved and got."""

        repository: Any

        def __init__(self, env: dict[str, str]) -> None: ...

        def save(self, *aggregates: Aggregate) -> None:
            """Save what happened."""

        def close(self) -> None:
            """Close its connections."""

else:
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate

DIFFERENT = 20
"""Streams that are loaded in turn, so that no side lives on one hot row."""


class Told(Aggregate):
    """A concern as the other library keeps it: plain values, none of them ours to convert."""

    class Happened(Aggregate.Event):
        """A fact: its stored name and its members."""

        kind: str
        fact: dict[str, Any]

        def apply(self, aggregate: Any) -> None:
            """Fold it, as cheaply as can be."""
            aggregate.last = self.kind


async def measure(world: World) -> list[Row]:
    """Measure loads of streams of twenty events, one after another."""
    async with world.log(world.dsn("triage")) as log:
        await fill(log, world.size.cases)
        await world.as_owner("postgres", "drop database if exists rival", "create database rival")
        rival = Application(env=_environment(world.house.owner("rival")))
        try:
            kept = [await _keep(rival, log, number) for number in range(DIFFERENT)]

            async def ours() -> float:
                return await _our_rate(log, world.size.loads)

            async def theirs() -> float:
                return _their_rate(rival, kept, world.size.loads)

            await ours(), await theirs()  # connections and plans are made once
            rates = await interleaved(world.size.rounds, ours, theirs)
        finally:
            rival.close()
    return [
        Row(
            figure="load of a 20-event stream, decoded and folded",
            baseline="pyeventsourcing 9.5, its aggregate got from its repository",
            unit="streams/s",
            ours=rates[0],
            theirs=rates[1],
            hold=4.0,
            bound="at least",
        )
    ]


async def _our_rate(log: Log, times: int) -> float:
    streams = [concern.stream(uuid5(SPACE, f"long concern {at}")) for at in range(DIFFERENT)]
    began = perf_counter()
    for at in range(times):
        history = await log.history(streams[at % DIFFERENT])
        assert len(history) == 20
        concern.fold(history)
    return times / (perf_counter() - began)


def _their_rate(rival: Application, kept: Sequence[UUID], times: int) -> float:
    began = perf_counter()
    for at in range(times):
        assert rival.repository.get(kept[at % DIFFERENT]).version == 20
    return times / (perf_counter() - began)


async def _keep(rival: Application, log: Log, number: int) -> UUID:
    """Keep the same facts the other way; its own first event takes the place of ours."""
    (request,) = long_case(number)
    told = Told()
    for fact in request.facts[1:]:
        body = orjson.loads(log.codec.written(fact, request.act))
        told.trigger_event(Told.Happened, kind=fact.stored_as, fact=body["fact"])
    rival.save(told)
    return told.id


def _environment(dsn: str) -> dict[str, str]:
    at = urlsplit(dsn)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": at.path.strip("/"),
        "POSTGRES_HOST": str(at.hostname),
        "POSTGRES_PORT": str(at.port),
        "POSTGRES_USER": str(at.username),
        "POSTGRES_PASSWORD": str(at.password),
    }
