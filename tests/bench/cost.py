"""What does a piece of work cost?

CPU beside wall time, since on a shared machine CPU repeats and rates do not: of the process at
work, and of all processes of PostgreSQL, those that ended meanwhile included.
"""

import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Literal

import psutil

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds that a piece of work took, and of which processors."""

    units: int
    """How many events, requests or the like it was."""

    wall: float
    own: float
    """CPU of the process that does the work."""

    server: float
    """CPU of PostgreSQL."""

    @property
    def cpu_each(self) -> float:
        """Give the CPU of one unit, in microseconds."""
        return (self.own + self.server) / self.units * MILLION

    @property
    def rate(self) -> float:
        """Give the units in a second."""
        return self.units / self.wall


@dataclass(slots=True)
class Watch:
    """Reads the meters before and after a piece of work."""

    postmaster: psutil.Process
    worker: psutil.Process | None = None
    """The process at work, where it is another than this one."""

    cost: Cost | None = None

    @contextmanager
    def over(self, units: int) -> Iterator[None]:
        """Measure the block, which does `units` of work."""
        gc.collect()  # what an earlier round left is not this one's to clear
        own, server, began = self._own(), _of_server(self.postmaster), perf_counter()
        yield
        wall = perf_counter() - began
        self.cost = Cost(
            units=units,
            wall=wall,
            own=self._own() - own,
            server=_of_server(self.postmaster) - server,
        )

    @property
    def told(self) -> Cost:
        """Give what was measured last."""
        assert self.cost, "nothing was measured"
        return self.cost

    def _own(self) -> float:
        if self.worker is None:
            return process_time()
        times = self.worker.cpu_times()
        return float(times.user + times.system)


def _of_server(postmaster: psutil.Process) -> float:
    """Give the CPU seconds of all processes that the postmaster is or has ever had."""
    times = postmaster.cpu_times()
    total: float = times.user + times.system + times.children_user + times.children_system
    for child in postmaster.children():
        with suppress(psutil.NoSuchProcess):
            its = child.cpu_times()
            total += its.user + its.system
    return total


Work = Callable[[], Awaitable[float]]
"""One round of one side; gives the figure that is compared."""


async def interleaved(rounds: int, *sides: Work) -> Sequence[float]:
    """Give the median of each side, each round of one beside a round of the others."""
    found: list[list[float]] = [[] for _ in sides]
    gc.collect()
    gc.freeze()  # as a service does at the end of its start
    for _ in range(rounds):
        for figures, side in zip(found, sides, strict=True):
            figures.append(await side())
    return [median(figures) for figures in found]


def p50(seconds: Sequence[float]) -> float:
    """Give the median, in milliseconds."""
    return median(seconds) * 1000


def p95(seconds: Sequence[float]) -> float:
    """Give what 95 of 100 stay under, in milliseconds."""
    return quantiles(seconds, n=20)[-1] * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure against its baseline."""

    figure: str
    baseline: str
    unit: str
    ours: float
    theirs: float
    hold: float | None
    """None: told beside the others, and not held."""

    bound: Literal["at most", "at least"] = "at most"
    note: str = ""

    @property
    def ratio(self) -> float:
        """Give how often the baseline goes into the figure."""
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        """Say whether the ratio is what it should be."""
        if self.hold is None:
            return True
        if self.bound == "at most":
            return self.ratio <= self.hold
        return self.ratio >= self.hold
