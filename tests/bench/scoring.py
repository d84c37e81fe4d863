"""What does a score with its explanation cost, beside the fold it is made on?"""

from collections import defaultdict
from typing import Any

from services.triage.decisions import Concern, Decided, concern
from services.triage.rules.explanation import explain
from services.triage.rules.score import score
from shared.projections.projector import BATCH
from tests.bench.cost import Row, interleaved
from tests.bench.projecting import PLAIN, Bench, bench
from tests.bench.world import World


async def measure(world: World) -> list[Row]:
    """Measure scoring every concern of the log anew."""
    async with bench(world) as it:

        async def with_scores() -> float:
            async def work() -> None:
                for state in (await _states(it)).values():
                    assert isinstance(state, Decided)
                    anew = score(state.waited.score.answers)
                    assert anew.band == state.waited.score.band
                    assert explain(anew)

            return await it.cost(work)

        async def without() -> float:
            async def work() -> None:
                await _states(it)

            return await it.cost(work)

        ours, theirs = await interleaved(world.size.rounds, with_scores, without)
    return [
        Row(
            figure="scoring a concern with its explanation, CPU",
            baseline="select, decode and fold of the same concern, without the score",
            unit="us an event",
            ours=ours,
            theirs=theirs,
            hold=2.0,
        )
    ]


async def _states(it: Bench) -> dict[str, Concern]:
    """Select, decode and fold every concern."""
    states: dict[str, Any] = defaultdict(lambda: None)
    at = 0
    while rows := await it.db.fetch(PLAIN, at, BATCH):
        for row in rows:
            told = it.codec.read(row)
            at = told.position
            if told.stream.startswith(concern.kind):
                states[told.stream] = concern.evolve(states[told.stream], told.fact, told.act)
    return states
