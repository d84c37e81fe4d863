"""What goes wrong in a town, and when? The same seed, the same misfortunes."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil

from deploy.local.kafka import Kafka, Node
from deploy.local.postgres import TICK
from tests.support.house import SERVICES
from tests.support.patience import until
from tests.survival.town import Town

WHOM = (*SERVICES, "postgres")
LONG = (11.0, 14.0)
"""Seconds of a freeze after which the server has dropped who froze."""

AWAY = 3.0
"""Seconds for which a killed broker stays away: long enough for others to lead."""


@dataclass(frozen=True)
class Fault:
    """One misfortune: some are killed, or one is frozen, a moment after the load began."""

    kind: str
    whom: tuple[str, ...]
    wait: float
    """Seconds of load before it."""

    lasts: float = 0.0
    """Seconds until who froze thaws."""

    def __str__(self) -> str:
        whom = " and ".join(self.whom)
        after = f"after {self.wait:.1f} s"
        return f"{self.kind}s {whom} {after}" + (f" for {self.lasts:.1f} s" if self.lasts else "")


def faults(seed: int, brokers: int = 0) -> Iterator[Fault]:
    """Give misfortunes without end, of a town that speaks over so many brokers of Kafka."""
    dice = random.Random(seed)  # noqa: S311 - a seed repeats
    whom = (*WHOM, *(f"broker-{number}" for number in range(brokers)))
    while True:
        wait = dice.uniform(0.1, 1.5)
        if dice.random() < 0.7:
            yield Fault("kill", tuple(dice.sample(whom, k=dice.choice((1, 1, 1, 2)))), wait)
        else:
            one = dice.choice(whom)
            long = one != "postgres" and dice.random() < 0.3
            yield Fault(
                "freeze", (one,), wait, dice.uniform(*LONG) if long else dice.uniform(0.3, 3)
            )


async def strike(town: Town, fault: Fault, cluster: Kafka | None = None) -> None:
    """Let it happen, and wait until all are there again."""
    nodes = {f"broker-{at}": it for at, it in enumerate(cluster.nodes)} if cluster else {}
    if fault.kind == "freeze":
        await _frozen(town, fault, nodes)
    else:
        await asyncio.gather(*(_killed(town, name, nodes) for name in fault.whom))
    for _ in cluster.starting() if cluster else ():
        await asyncio.sleep(TICK)
    for name in SERVICES:
        await town.ready(name)


async def _killed(town: Town, name: str, nodes: Mapping[str, Node]) -> None:
    if name in nodes:
        nodes[name].kill()
        await asyncio.sleep(AWAY)
    elif name == "postgres":
        before = town.house.server.pid
        assert before
        os.kill(before, signal.SIGKILL)

        async def again() -> bool:
            return town.house.server.pid not in (None, before)

        await until(again)
    else:
        process = town.process(name)
        town.kill(name)
        await process.wait()


async def _frozen(town: Town, fault: Fault, nodes: Mapping[str, Node]) -> None:
    (name,) = fault.whom
    if name in nodes:
        pid = nodes[name].pid
    else:
        pid = town.house.server.pid if name == "postgres" else town.process(name).pid
    assert pid
    stopped = _signalled([psutil.Process(pid)], signal.SIGSTOP)
    stopped += _signalled(stopped[0].children(recursive=True), signal.SIGSTOP)
    try:
        await asyncio.sleep(fault.lasts)
    finally:
        _signalled(stopped, signal.SIGCONT)


def _signalled(processes: Sequence[psutil.Process], sent: signal.Signals) -> list[psutil.Process]:
    for it in processes:
        with suppress(psutil.NoSuchProcess):
            it.send_signal(sent)
    return list(processes)
