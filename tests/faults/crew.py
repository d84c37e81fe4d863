"""Who starts processes of a chain, and freezes and kills them?"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from deploy.local.leash import leash
from deploy.local.places import ROOT
from shared.log.log import Receipt
from tests.faults.chain import JOBS, Chain, goes_on, via
from tests.faults.shift import Orders
from tests.support.patience import until

WINDOWS = (
    ("relay.after_read", "consumer.after_fetch", "projector.after_read"),
    ("relay.after_send", "consumer.after_command", "projector.before_commit"),
    ("relay.after_checkpoint", "consumer.after_keep", "projector.after_commit"),
)
"""Where the work of a loop can be cut: before it did anything, in the middle, and at its end."""

OWNERS = """
select l.classid || ' ' || l.objid as job, a.application_name as owner
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid in (8113, 8114)
and a.datname = any (array['chain_source', 'chain_sink'])
"""


@dataclass(frozen=True)
class Hand:
    """A process at work."""

    name: str
    process: asyncio.subprocess.Process
    told: Path

    def send(self, what: signal.Signals) -> None:
        """Signal it."""
        self.process.send_signal(what)

    async def ends(self) -> None:
        """Let it end well."""
        self.send(signal.SIGTERM)
        assert await asyncio.wait_for(self.process.wait(), 20) == 0

    async def kills(self) -> None:
        """Kill it."""
        self.send(signal.SIGKILL)
        await self.process.wait()

    def last_words(self) -> str:
        """Give the end of what it said of itself."""
        return self.told.with_suffix(".log").read_text()[-2000:]

    def acts(self) -> dict[UUID, Receipt]:
        """Give what it was told so far."""
        text = self.told.read_text() if self.told.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # the last line may be half written
        found = [json.loads(line) for line in whole.splitlines()]
        return {
            UUID(it["act"]): Receipt(it["stream"], it["version"], it["position"]) for it in found
        }


@dataclass
class Crew:
    """The processes of one chain."""

    chain: Chain
    folder: Path
    db: asyncpg.Connection
    """A superuser's: who holds which lock?"""

    hands: dict[str, Hand] = field(default_factory=dict)
    gone: list[Hand] = field(default_factory=list)

    async def begins(self, name: str, failpoint: str = "", **orders: Any) -> Hand:
        """Start a process, under a name that the database shows."""
        told = self.folder / f"{len(self.hands) + len(self.gone)}-{name.replace('.', '-')}"
        site = self.chain.site
        named = {
            where: f"{getattr(site, where)}?application_name={name}"
            for where in ("source", "sink", "bus")
        }
        wanted = Orders(
            site=asdict(via(site, **named)), told=str(told.with_suffix(".told")),
            cases=[str(it) for it in self.chain.cases], **orders,
        )  # fmt: skip
        told.with_suffix(".orders").write_text(json.dumps(asdict(wanted)))
        with told.with_suffix(".log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.shift", str(told.with_suffix(".orders")),
                cwd=ROOT, preexec_fn=leash(signal.SIGKILL), stdout=log, stderr=log,
                env=os.environ | {"SAFEGUARDING_FAILPOINT": failpoint},
            )  # fmt: skip
        if name in self.hands:
            self.gone.append(self.hands[name])
        self.hands[name] = Hand(name, process, Path(wanted.told))
        return self.hands[name]

    async def owners(self) -> Mapping[str, str]:
        """Give who holds which job."""
        return {row["job"]: row["owner"] for row in await self.db.fetch(OWNERS)}

    async def owned_by(self, *names: str, seconds: float = 30.0) -> None:
        """Wait until all three jobs are done, and by these."""

        async def all_theirs() -> bool:
            found = await self.owners()
            return len(found) == len(JOBS) and set(found.values()) == set(names)

        await until(all_theirs, seconds)

    def acts(self) -> dict[UUID, Receipt]:
        """Give all that was acknowledged to anybody."""
        told = [it.acts() for it in (*self.gone, *self.hands.values())]
        return self.chain.acts | {act: it for found in told for act, it in found.items()}

    async def goes_on(self, names: Sequence[str], more: int = 5) -> None:
        """Wait until each of these was told a few things more."""
        before = {name: len(self.hands[name].acts()) for name in names}

        async def further() -> bool:
            ended = [
                self.hands[it] for it in names if self.hands[it].process.returncode is not None
            ]
            assert not ended, ended[0].last_words()
            return all(len(self.hands[it].acts()) >= before[it] + more for it in names)

        await until(further)


async def strikes(
    crew: Crew, how: str, windows: Sequence[str], struck: Callable[[Hand], bool]
) -> list[Hand]:
    """Let a process for each job be struck in its window, while we stand by to follow it."""
    jobs = {it: it.partition(".")[0] for it in windows}
    hands = [await crew.begins(it, f"{it}:{how}", jobs=[jobs[it]], writers=0) for it in windows]

    async def all_begun() -> bool:
        done = {it.name for it in hands if struck(it)}  # one may be struck before we look
        return done | set((await crew.owners()).values()) == set(windows)

    await until(all_begun)

    async def all_struck() -> bool:
        return all(map(struck, hands))

    async with crew.chain.working():
        await asyncio.wait_for(goes_on(crew.chain, all_struck), 60)
    return hands


@asynccontextmanager
async def crew_of(chain: Chain, folder: Path, owner: str) -> AsyncIterator[Crew]:
    """Give a crew that leaves no process behind."""
    db = await asyncpg.connect(owner)
    crew = Crew(chain, folder, db)
    try:
        yield crew
    finally:
        for hand in (*crew.gone, *crew.hands.values()):
            if hand.process.returncode is None:
                hand.send(signal.SIGKILL)
                await hand.process.wait()
        await db.close()
