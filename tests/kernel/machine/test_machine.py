"""Does the kernel do what the model says, whatever is asked of it and goes wrong meanwhile?"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from shared import failpoint
from shared.decider import Stream
from shared.facts import Act, Recorded
from shared.log.handle import handle
from shared.log.log import Receipt
from shared.refusals import Conflict, KeyReused
from tests.kernel.a import ONE, OTHER, first_bad
from tests.kernel.bus import a
from tests.kernel.folds import everything, folded, rows_of
from tests.kernel.machine.conftest import Opened
from tests.kernel.machine.model import BROKEN, EARLY, UNWELCOME, Ear
from tests.kernel.machine.world import KINDS, SaidAlready, Say, World, world_of
from tests.kernel.model import Model, Place, Request
from tests.support.house import House

EXAMPLES = int(os.environ.get("SAFEGUARDING_MACHINE_EXAMPLES", "0"))
"""Runs of the machine; by hand hundreds, and then a failure is made small, which takes minutes."""

RUNS = settings(
    max_examples=EXAMPLES or 7, stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
)  # fmt: skip

cases, kinds = some.integers(0, 1), some.sampled_from(sorted(KINDS))
ANY = (0, 2, 2, 2, 1, 3, EARLY, BROKEN, UNWELCOME)
numbers = some.lists(some.sampled_from(ANY), min_size=1, max_size=4).map(tuple)

CRASHES = ("", "after_fetch", "after_command", "after_command", "after_keep")
"""Failpoints of a listener; none, where it hears all there is."""


class Kernel(RuleBasedStateMachine):
    """Everything that may be asked of the kernel, and what may go wrong on the way."""

    def __init__(self, runner: asyncio.Runner, opened: Any) -> None:
        super().__init__()
        self._run, self._open = runner.run, opened()
        self.sound = False
        self.ear, self.cases = Ear(), [uuid4() for _ in range(2)]
        self.acts: list[tuple[Act, Say, Stream[Any, Any, Any]]] = []
        self.read: list[Recorded[Any]] = []
        self.does(self._begins())

    async def _begins(self) -> None:
        self.world: World = await self._open.__aenter__()
        await self.world.begins()
        self.start = self.end = await self.world.speaker.head()
        self.other_start = await self.world.listener.head()
        self.model = Model(self.start)

    def does(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one thing to its end; after something went wrong no promise is looked at."""
        self.sound = False
        self._run(work)
        self.sound = True

    # What callers do.
    @rule(case=cases, kind=kinds, numbers=numbers, knows=some.booleans())
    def says(self, case: int, kind: str, numbers: tuple[int, ...], knows: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.does(self._says(KINDS[kind].stream(self.cases[case]), numbers, knows=knows))

    async def _says(
        self, stream: Stream[Any, Any, Any], numbers: tuple[int, ...], *, knows: bool
    ) -> None:
        act, after = a.act(fingerprint=ONE), len(self.model.streams[str(stream)])
        expected = after if knows else None
        history = await self.world.speaker.history(stream)
        if history and history[-1].fact.number == numbers[-1]:
            with pytest.raises(SaidAlready):
                await handle(self.world.speaker, stream, Say(numbers=numbers), act, expected)
            return
        receipt = await handle(self.world.speaker, stream, Say(numbers=numbers), act, expected)
        self._recorded(act, Say(numbers=numbers), stream, receipt)

    def _recorded(
        self, act: Act, command: Say, stream: Stream[Any, Any, Any], receipt: Receipt
    ) -> None:
        public = tuple(it % 2 == 0 for it in command.numbers)
        after = len(self.model.streams[str(stream)])
        request = Request(act.id, act.fingerprint, str(stream), after, public)
        ((status, *where),) = self.model.append([request])
        assert (status, receipt) == ("ok", Receipt(*where))  # type: ignore[arg-type]
        self.acts.append((act, command, stream))

    @precondition(lambda self: self.acts)
    @rule(
        which=some.integers(0, 99), other=some.booleans(), version=some.none() | some.integers(0, 9)
    )
    def repeats(self, which: int, other: bool, version: int | None) -> None:  # noqa: FBT001 - hypothesis names it
        self.does(self._repeats(which % len(self.acts), version, OTHER if other else ONE))

    async def _repeats(self, which: int, version: int | None, fingerprint: bytes) -> None:
        act, command, stream = self.acts[which]
        again = a.act(id=act.id, fingerprint=fingerprint)
        if fingerprint != act.fingerprint:
            with pytest.raises(KeyReused):
                await handle(self.world.speaker, stream, command, again, version)
            return
        (_, *first), _ = self.model.receipts[act.id]
        receipt = await handle(self.world.speaker, stream, command, again, version)
        assert receipt == Receipt(*first)  # type: ignore[arg-type]

    @rule(case=cases, kind=kinds, off=some.sampled_from((-1, 1, 7)))
    def comes_too_late(self, case: int, kind: str, off: int) -> None:
        self.does(self._comes_too_late(KINDS[kind].stream(self.cases[case]), off))

    async def _comes_too_late(self, stream: Stream[Any, Any, Any], off: int) -> None:
        expected = len(self.model.streams[str(stream)]) + off
        with pytest.raises(Conflict):
            await handle(self.world.speaker, stream, Say(numbers=(77,)), a.act(), expected)

    @rule(case=cases, kind=kinds, rivals=some.integers(2, 5))
    def race(self, case: int, kind: str, rivals: int) -> None:
        self.does(self._race(KINDS[kind].stream(self.cases[case]), rivals))

    async def _race(self, stream: Stream[Any, Any, Any], rivals: int) -> None:
        after = len(self.model.streams[str(stream)])
        said = [(a.act(fingerprint=ONE), Say(numbers=(101 + 2 * it, 2))) for it in range(rivals)]
        said = [(act, Say(numbers=(*it.numbers, 201 + len(self.acts)))) for act, it in said]
        tries = [handle(self.world.speaker, stream, it, act, after) for act, it in said]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        won = [at for at, it in enumerate(answers) if isinstance(it, Receipt)]
        assert Counter(type(it) for it in answers) == {Receipt: 1, Conflict: rivals - 1}
        act, command = said[won[0]]
        self._recorded(act, command, stream, answers[won[0]])  # type: ignore[arg-type]

    @rule(limit=some.integers(1, 9))
    def reads_on(self, limit: int) -> None:
        self.does(self._reads_on(limit))

    async def _reads_on(self, limit: int) -> None:
        after = self.read[-1].position if self.read else self.start
        self.read += await self.world.speaker.read(after, limit)

    # What is told and heard.
    @rule(
        trouble=some.sampled_from(("", "before", "halfway", "halfway", "after")),
        heard=some.none() | some.sampled_from(CRASHES),
    )
    def relays(self, trouble: str, heard: str | None) -> None:
        self.does(self._relays(trouble))
        if heard is not None:
            self.does(self._hears(heard))

    async def _relays(self, trouble: str = "") -> None:
        with suppress(ConnectionError):  # none where there was nothing public to tell
            await self.world.relays(trouble)

    @rule(start=some.integers(0, 40), count=some.integers(1, 6))
    def says_again_late(self, start: int, count: int) -> None:
        self.does(self.world.again(start, count))

    @rule(crash=some.sampled_from(CRASHES), lost=some.none() | some.integers(0, 3))
    def hears(self, crash: str, lost: int | None) -> None:
        self.does(self._hears(crash, lost))

    async def _hears(self, crash: str = "", lost: int | None = None) -> None:
        if crash:
            with struck(f"consumer.{crash}"):
                await self.world.hears()
        if lost is not None:
            with suppress(ConnectionError):
                await self.world.hears(after=lost)
        await self.world.hears()
        self.ear.hears(self.world.told, mended=False)
        await self._agrees()

    async def _agrees(self) -> None:
        """See that what took effect, and what waits, is what the model says."""
        for case in self.cases:
            assert await self.world.effects(case) == self.ear.effects[case]
        assert await self.world.blocked() == {it: why for it, (_, why) in self.ear.blocked.items()}

    @precondition(lambda self: self.ear.blocked)
    @rule(
        which=some.integers(0, 2),
        what=some.sampled_from(("retry", "discard")),
        mended=some.booleans(),
    )
    def operator(self, which: int, what: str, mended: bool) -> None:  # noqa: FBT001 - hypothesis names it
        case = sorted(self.ear.blocked)[which % len(self.ear.blocked)]
        self.does(self._operator(case, what, mended=mended))

    async def _operator(self, case: UUID, what: str, *, mended: bool) -> None:
        await self.world.wants(case, what)
        await self.world.hears(mended=mended)
        self.ear.hears(self.world.told, {case: what}, mended=mended)
        await self._agrees()

    @rule(case=cases)
    def cause_comes(self, case: int) -> None:
        self.does(self._cause_comes(self.cases[case]))

    async def _cause_comes(self, case: UUID) -> None:
        await handle(self.world.listener, a.note.stream(case), a.Cause(), a.act())
        self.ear.causes.add(case)

    # What is answered.
    @rule(batch=some.integers(1, 5), crash=some.booleans())
    def folds(self, batch: int, crash: bool) -> None:  # noqa: FBT001 - hypothesis names it
        self.does(self._folds(batch, crash=crash))

    async def _folds(self, batch: int = 5, *, crash: bool = False) -> None:
        if crash:
            with struck("projector.before_commit"):
                await self.world.keeper.follow(batch)
        await self.world.keeper.follow(batch)

    @rule()
    def folds_anew(self) -> None:
        self.does(self.world.keeper.build())

    # What has to be so in the end.
    def teardown(self) -> None:
        try:
            if self.sound:
                self._run(self._settles())
        finally:
            self._run(self._open.__aexit__(None, None, None))

    async def _settles(self) -> None:
        await self._relays()
        await self._hears()
        for case in self.cases:
            await self._cause_comes(case)
        await self._all_is_heard()
        await self.world.again(0, len(self.world.bus.told))  # of a relay that froze at the start
        await self._hears()
        for case in self.cases:
            for kind in KINDS.values():
                await self._says(kind.stream(case), (2, 9), knows=True)
        await self._all_is_heard()
        await self._log_is_whole()
        await self._all_was_told_and_heard()
        await self._answers_are_folds()

    async def _all_is_heard(self) -> None:
        await self._relays()
        await self._hears()
        while self.ear.blocked:
            await self._operator(min(self.ear.blocked), "retry", mended=True)

    async def _log_is_whole(self) -> None:
        """I1 to I6 and I8: what was acknowledged lies where it was said to lie, and no more."""
        await self._reads_on(10_000)
        positions = [it.position for it in self.read]
        assert positions == list(range(self.start + 1, self.model.position + 1))
        found = [_place(it) for it in self.read]
        lies = [it for places in self.model.streams.values() for it in places]
        assert found == sorted(lies, key=lambda it: it.position)
        for log, start in (
            (self.world.speaker, self.start),
            (self.world.listener, self.other_start),
        ):
            assert await first_bad(log.pool, start) is None

    async def _all_was_told_and_heard(self) -> None:
        """I10 and I11: each public fact took effect once, in order, unless it was discarded."""
        assert await self.world.gaps() == []
        said = [it for it in self.read if it.said]
        for case in self.cases:
            for kind in KINDS.values():
                name = str(kind.stream(case))
                expected = [
                    it.fact.number for it in said
                    if it.stream == name and (name, it.said) not in self.ear.discarded
                ]  # fmt: skip
                effects = await self.world.effects(case)
                assert [number for stream, number in effects if stream == name] == expected

    async def _answers_are_folds(self) -> None:
        """I9: a table is the fold of its log, whether it was followed or is built anew."""
        world = self.world
        expected = folded(world.projection, await everything(world.listener))
        await self._folds()
        assert (await rows_of(world.listener, world.projection), set()) == expected
        await world.keeper.build()
        assert (await rows_of(world.listener, world.projection), set()) == expected


def _place(it: Recorded[Any]) -> Place:
    return Place(it.position, it.version, it.said, it.act.id, it.ordinal)


class struck(suppress):  # noqa: N801 - it is read like suppress
    """Let the work end at a failpoint, if it comes that far."""

    def __init__(self, point: str) -> None:
        super().__init__(failpoint.Struck)
        self._point = point

    def __enter__(self) -> None:
        failpoint.armed = f"{self._point}:raise"

    def __exit__(self, *error: Any) -> bool:
        failpoint.armed = ""
        return super().__exit__(*error)


@pytest.mark.slow
def test_the_kernel_does_what_the_model_says_whatever_happens_in_whatever_order(
    shared_house: House, opened: Opened, dsns: tuple[str, str, str]
) -> None:
    @asynccontextmanager
    async def world() -> AsyncIterator[World]:
        async with opened() as bus, world_of(shared_house, bus, dsns[:2]) as found:
            yield found

    with asyncio.Runner() as runner:

        class Running(Kernel):
            def __init__(self) -> None:
                super().__init__(runner, world)

        run_state_machine_as_test(Running, settings=RUNS)
