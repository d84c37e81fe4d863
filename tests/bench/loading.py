"""How fast is a stream loaded, beside a library that many use?"""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

import pytest

from services.triage.decisions import concern
from shared.facts import Recorded
from shared.log import codec
from shared.log.log import Log
from tests.bench.cost import Row, interleaved
from tests.bench.rival import Rival, Told, environment
from tests.bench.synthetic import SPACE, fill, long_case
from tests.bench.world import World, find_codec

FACTS = 20
DIFFERENT = 20
"""Streams that are loaded in turn, so that no side lives on one hot row."""

SIDES: Mapping[str, float | None] = {
    "met lately": 4.0,
    "for the first time": None,
    "met lately, and folded to a concern": None,
}
History = Sequence[Recorded[Any]]


async def measure(world: World) -> list[Row]:
    """Measure loads of streams of twenty events, one after another.

    As the service runs, which keeps what it decoded lately, and with nothing kept. Folded to a
    concern as well it is told beside them: the other library's aggregate only keeps its last fact.
    """
    async with world.log(world.dsn("triage")) as log:
        await fill(log, world.size.cases)
        await world.as_owner("postgres", "drop database if exists rival", "create database rival")
        rival = Rival(env=environment(world.house.owner("rival")))
        try:
            kept = [_keep(rival, number) for number in range(DIFFERENT)]

            async def ours() -> float:
                return await _our_rate(log, world.size.loads)

            async def folded() -> float:
                return await _our_rate(log, world.size.loads, concern.fold)

            async def at_first() -> float:
                with pytest.MonkeyPatch.context() as anew:
                    anew.setattr(codec, "SMALL", 0)  # nothing is kept that was read
                    anew.setattr(log, "codec", find_codec("triage"))
                    return await ours()

            async def theirs() -> float:
                return _their_rate(rival, kept, world.size.loads)

            await ours(), await theirs()  # connections and plans are made once
            sides = (ours, at_first, folded, theirs)
            *rates, rival_s = await interleaved(world.size.rounds, *sides)
        finally:
            rival.close()
    return [
        Row(
            figure=f"load of a 20-event stream, decoded to facts, {met}",
            baseline="pyeventsourcing 9.5, an aggregate that keeps the last of the same facts,"
            " got from its repository",
            unit="streams/s",
            ours=rate,
            theirs=rival_s,
            hold=hold,
            bound="at least",
        )
        for (met, hold), rate in zip(SIDES.items(), rates, strict=True)
    ]


async def _our_rate(log: Log, times: int, then: Callable[[History], object] = len) -> float:
    streams = [concern.stream(uuid5(SPACE, f"long concern {at}")) for at in range(DIFFERENT)]
    began = perf_counter()
    for at in range(times):
        history = await log.history(streams[at % DIFFERENT])
        assert len(history) == FACTS
        then(history)
    return times / (perf_counter() - began)


def _their_rate(rival: Rival, kept: Sequence[UUID], times: int) -> float:
    began = perf_counter()
    for at in range(times):
        assert rival.repository.get(kept[at % DIFFERENT]).version == FACTS
    return times / (perf_counter() - began)


def _keep(rival: Rival, number: int) -> UUID:
    """Keep the same facts the other way; its own first event takes the place of our first."""
    (request,) = long_case(number)
    told = Told()
    for fact in request.facts[1:]:
        told.trigger_event(Told.Happened, fact=fact)
    rival.save(told)
    kept: UUID = told.id
    return kept
