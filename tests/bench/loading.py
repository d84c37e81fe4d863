"""How fast is a stream loaded, beside a library that many use?"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from services.triage.decisions import concern
from services.triage.events import ConcernScored, Evidence, InformationAdded, Section42Decided
from services.triage.rules.score import Answers, Score, Term
from services.triage.rules.section42 import ThreeTests
from shared.log.log import Log
from shared.sealed import Sealed
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

    class Transcoding:
        """How a value is written and read."""

    class Application:
        """Where aggregates are saved and got."""

        repository: Any

        def __init__(self, env: dict[str, str]) -> None: ...

        def save(self, *aggregates: Aggregate) -> None:
            """Save what happened."""

        def register_transcodings(self, transcoder: Any) -> None:
            """Say how values are written and read."""

        def close(self) -> None:
            """Close its connections."""

else:
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate
    from eventsourcing.persistence import Transcoding

FACTS = 20
DIFFERENT = 20
"""Streams that are loaded in turn, so that no side lives on one hot row."""


TYPES = (
    ConcernScored, InformationAdded, Section42Decided, Evidence, ThreeTests, Score, Answers, Term,
    Sealed,
)  # fmt: skip
"""What the facts of a long case are made of; the other library has no typed JSON of its own."""


@cache
def _members(kind: type[Any]) -> Sequence[str]:
    return [it.name for it in fields(kind)]


class AsMembers(Transcoding):
    """Writes a dataclass as its members, and makes it again from them."""

    def __init__(self, kind: type[Any]) -> None:
        self.type, self.name = kind, kind.__name__

    def encode(self, value: Any) -> Any:
        """Give the members."""
        return {name: getattr(value, name) for name in _members(value.__class__)}

    def decode(self, told: Any) -> Any:
        """Give the value."""
        return self.type(**told)


class AsText(Transcoding):
    """Writes bytes as text."""

    type, name = bytes, "base64"

    def encode(self, value: bytes) -> str:
        """Give the text."""
        return b64encode(value).decode()

    def decode(self, told: str) -> bytes:
        """Give the bytes."""
        return b64decode(told)


class Rival(Application):
    """The other library's application, which keeps the same typed facts."""

    def register_transcodings(self, transcoder: Any) -> None:
        """Say how our values are written and read."""
        super().register_transcodings(transcoder)
        for transcoding in (AsText(), *map(AsMembers, TYPES)):
            transcoder.register(transcoding)


class Told(Aggregate):
    """A concern as the other library keeps it."""

    class Happened(Aggregate.Event):
        """A fact."""

        fact: Any

        def apply(self, aggregate: Any) -> None:
            """Fold it, as cheaply as can be."""
            aggregate.last = self.fact


async def measure(world: World) -> list[Row]:
    """Measure loads of streams of twenty events, one after another."""
    async with world.log(world.dsn("triage")) as log:
        await fill(log, world.size.cases)
        await world.as_owner("postgres", "drop database if exists rival", "create database rival")
        rival = Rival(env=_environment(world.house.owner("rival")))
        try:
            kept = [_keep(rival, number) for number in range(DIFFERENT)]

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
            baseline="pyeventsourcing 9.5, an aggregate of the same facts got from its repository",
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
        assert len(history) == FACTS
        concern.fold(history)
    return times / (perf_counter() - began)


def _their_rate(rival: Application, kept: Sequence[UUID], times: int) -> float:
    began = perf_counter()
    for at in range(times):
        assert rival.repository.get(kept[at % DIFFERENT]).version == FACTS
    return times / (perf_counter() - began)


def _keep(rival: Application, number: int) -> UUID:
    """Keep the same facts the other way; its own first event takes the place of our first."""
    (request,) = long_case(number)
    told = Told()
    for fact in request.facts[1:]:
        told.trigger_event(Told.Happened, fact=fact)
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
