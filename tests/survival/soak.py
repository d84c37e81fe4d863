"""For how long does a town keep its promises? `./run soak --minutes N --seed S`."""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from uuid import uuid4

from deploy.local.kafka import Kafka, temporary
from deploy.local.places import data
from deploy.local.supervisor import Backoff
from tests.planted.growing import garden, planted
from tests.planted.plants import PLANTS
from tests.support.house import SERVICES, House, house
from tests.survival.answers import fold_and_tables_agree, no_lock_is_left
from tests.survival.callers import Manager, Partners, deciding
from tests.survival.faults import Fault, faults, strike
from tests.survival.oracle import agrees
from tests.survival.town import Town, town_in

Say = Callable[[str], object]
AT_ONCE, PAUSE = 8, 0.06
SHORT = 5.0
"""Minutes, where nobody says how long."""

PREFIX, BROKERS = "safeguarding-soak-", 3
ROUNDS = 25
"""Of a town, before a new one: the longer its logs, the longer it takes to look at them."""

SOON = Backoff(most=1.0)
"""Kills come faster here than in any council."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How long, and which misfortunes."""

    seed: int
    minutes: float = 1e9
    rounds: int = 10**9


@dataclass
class Soak:
    """What has become of one town after another."""

    wanted: Wanted
    say: Say
    cluster: Kafka | None = None
    """The brokers over which they speak, where it is not over PostgreSQL."""

    struck: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    violation: str = ""

    def __post_init__(self) -> None:
        self._until = monotonic() + 60 * self.wanted.minutes
        self._faults = faults(self.wanted.seed, len(self.cluster.nodes) if self.cluster else 0)

    @property
    def goes_on(self) -> bool:
        """Say whether there is to be another round."""
        enough = self.rounds >= self.wanted.rounds or monotonic() >= self._until
        return not self.violation and not enough

    async def lives(self, found: House, folder: Path) -> None:
        """Let a town live through its share of misfortunes, or until a promise is broken."""
        if self.cluster:  # which outlives the town: it speaks on topics of its own
            found = _over(found, self.cluster)
        async with town_in(found, folder, backoff=SOON) as town:
            await town.guard_server()
            partners, manager = Partners(town, self.wanted.seed + self.rounds), Manager(town)
            last = self.rounds + ROUNDS
            while self.goes_on and self.rounds < last:
                await self._round(next(self._faults), partners, manager)
            await town.end("postgres")
        self.figures["referrals acknowledged"] += len(partners.answers)
        self.figures["decisions acknowledged"] += len(manager.decided)
        self.figures["answers that got lost"] += partners.unknown + manager.unknown

    async def _round(self, fault: Fault, partners: Partners, manager: Manager) -> None:
        """Let one fault happen under load; then let all come to rest, and look at it."""
        self.rounds += 1
        began = monotonic()
        try:
            await self._under_load(fault, partners, manager)
            settling = monotonic()
            await agrees(partners.town, partners, manager)
            await fold_and_tables_agree(partners.town)
            await no_lock_is_left(partners.town)
        except Exception:  # noqa: BLE001 - whatever it is, it must not be
            self.violation = traceback.format_exc() + self._kept(partners.town.log)
            self.say(f"round {self.rounds}: {fault}: VIOLATION")
            return
        self.struck.update(f"{fault.kind} {name}" for name in fault.whom)
        self.say(
            f"round {self.rounds}: {fault}; {partners.begun} referrals, "
            f"{len(manager.decided)} decided; whole again after "
            f"{settling - began:.0f} + {monotonic() - settling:.0f} s"
        )

    async def _under_load(self, fault: Fault, partners: Partners, manager: Manager) -> None:
        async with deciding(partners.town, manager), asyncio.TaskGroup() as load:
            striking = load.create_task(self._strikes(fault, partners.town))
            while not striking.done():
                await partners.send(AT_ONCE, PAUSE)

    async def _strikes(self, fault: Fault, town: Town) -> None:
        await asyncio.sleep(fault.wait)
        await strike(town, fault, self.cluster)

    def _kept(self, log: Path) -> str:
        """Keep what the services logged, and say how to have the same misfortunes again."""
        seed, over = self.wanted.seed, " --kafka" if self.cluster else ""
        kept = data() / "soak" / f"seed-{seed}-round-{self.rounds}.log"
        kept.parent.mkdir(exist_ok=True)
        shutil.copy(log, kept)
        again = f"./run soak --seed {seed} --rounds {self.rounds}{over}"
        return f"The services' log is kept in {kept}.\nThe same misfortunes again: {again}\n"

    def table(self) -> list[str]:
        """Give what it came to, line by line."""
        lines = [
            ("rounds", self.rounds),
            *sorted(self.struck.items()),
            *sorted(self.figures.items()),
            ("violations", int(bool(self.violation))),
        ]
        return [f"{name:<30}{count:>8,}" for name, count in lines]


def _over(found: House, cluster: Kafka) -> House:
    told = {
        "SAFEGUARDING_BUS_URL": f"kafka://{cluster.servers}",
        "SAFEGUARDING_AUTHORITY": f"E{uuid4().hex[:10]}",
    }
    return replace(found, settings={it: {**its, **told} for it, its in found.settings.items()})


def main(words: Sequence[str]) -> int:
    """Soak a town, or see that a soak finds a planted fault; give the exit code."""
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kafka", action="store_true", help="Over three brokers of Kafka.")
    parser.add_argument("--planted", help="Words of a planted fault's name; it has to be found.")
    asked = parser.parse_args(words)
    if asked.planted:
        return _with(asked.planted, words)
    minutes = asked.minutes or (1e9 if asked.rounds else SHORT)
    wanted = Wanted(seed=asked.seed, minutes=minutes, rounds=asked.rounds or 10**9)
    with temporary(BROKERS) if asked.kafka else nullcontext() as cluster:
        return _soaked(wanted, cluster)


def _soaked(wanted: Wanted, cluster: Kafka | None) -> int:
    going = Soak(wanted, _say, cluster)
    over = f"Kafka with {BROKERS} brokers" if cluster else "PostgreSQL"
    _say(f"Seed {wanted.seed}: towns of {' and '.join(SERVICES)} that speak over {over}.")
    while going.goes_on:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as place, house(Path(place)) as found:
            asyncio.run(going.lives(found, Path(place)))
    _say("\n".join([going.violation, *going.table()]))
    return int(bool(going.violation))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is what it is for


def _with(name: str, words: Sequence[str]) -> int:
    """Soak a copy of the tree in which one line is wrong: 0 where that was found."""
    plants = [it for it in PLANTS if name in it.name]
    if len(plants) != 1:
        _say("\n  ".join(["Name one of these:", *(it.name for it in PLANTS)]))
        return 2
    rest = list(words)
    at = next(at for at, it in enumerate(rest) if it.startswith("--planted"))
    del rest[at : at + (1 if "=" in rest[at] else 2)]
    with garden() as copy, planted(copy, plants[0]):
        _say(f"Planted: {plants[0].name}.")
        code = subprocess.call([sys.executable, "-m", "tests.survival.soak", *rest], cwd=copy.root)
    _say("It was found." if code == 1 else "It was NOT found.")
    return 0 if code == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
