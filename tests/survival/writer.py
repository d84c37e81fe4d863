"""What does one process of writers do, and what is it told? `python -m tests.survival.writer FILE`.

Each line that it writes is one acknowledged act. An act whose outcome is unknown is sent again
until it is known, so in the end the log must hold the acts of all lines, and no others.
"""

import asyncio
import json
import os
import random
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg

from shared import way
from shared.decider import Stream
from shared.facts import Act
from shared.log.handle import handle
from shared.log.log import Log, Receipt
from shared.refusals import Conflict, KeptMoving, Unavailable
from shared.sealed.vault import FileKey, Open, Vault
from tests.survival.ledger import Write, codec, ledger

SHARED = UUID(int=31)
PAUSE = 0.04
LIMITS: dict[str, Any] = {"min_size": 1, "command_timeout": 15}
"""As a service's own pools; importing those would bring all of a service with them."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a process of writers is to do."""

    database_url: str
    vault_url: str
    key_file: str
    told: str
    """The file that keeps what it was told, a line an act."""

    patience: float
    """Seconds for which the log itself asks again, before the writer has to."""

    writers: int = 8
    connections: int = 4
    acts: int = 1_000_000
    """Of each writer at most; it also stops at SIGTERM."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """An acknowledged act, and where it came to rest."""

    command: str
    fingerprint: str
    stream: str
    version: int
    position: int
    count: int
    conflicts: int
    unknown: int
    """How often nobody could say what had become of it."""


class Writer:
    """One of many who write to the same log."""

    def __init__(self, log: Log, file: int) -> None:
        self._log, self._file = log, file
        self._dice = random.Random(uuid4().int)  # noqa: S311 - no secret
        self.stopping = False

    async def work(self, acts: int) -> None:
        """Write until stopped; every act that was begun is brought to its end."""
        while acts and not self.stopping:
            acts -= 1
            await self._one()
            await asyncio.sleep(self._dice.random() * PAUSE)

    async def _one(self) -> None:
        act, stream, count = (
            await self._act(),
            ledger.stream(self._case()),
            self._dice.randint(1, 3),
        )
        words = Open(subject=stream.case, audience="adult", value=f"said of {stream.case}")
        command = Write(count=count, words=words)
        receipt, conflicts, unknown = await self._until_known(stream, command, act)
        if self._dice.random() < 0.1:
            again, *_ = await self._until_known(stream, command, act)
            assert again == receipt, "a repeat was told something else"
        told = Told(
            command=str(act.id), fingerprint=(act.fingerprint or b"").hex(), count=count,
            stream=receipt.stream, version=receipt.version, position=receipt.position or 0,
            conflicts=conflicts, unknown=unknown,
        )  # fmt: skip
        os.write(self._file, (json.dumps(asdict(told)) + "\n").encode())

    async def _until_known(
        self, stream: Stream[Any, Any, Any], command: Write, act: Act
    ) -> tuple[Receipt, int, int]:
        conflicts = unknown = 0
        way = self._dice.choice((self._handled, self._appended))
        while True:
            try:
                return await way(stream, command, act), conflicts, unknown
            except (Conflict, KeptMoving):
                conflicts += 1
            except Unavailable:
                unknown += 1
                await asyncio.sleep(0.05)

    async def _handled(self, stream: Stream[Any, Any, Any], command: Write, act: Act) -> Receipt:
        return await handle(self._log, stream, command, act)

    async def _appended(self, stream: Stream[Any, Any, Any], command: Write, act: Act) -> Receipt:
        """Decide and append by hand: of several on one version, one wins and the rest are told."""
        history, receipt = await self._log.load(stream, act)
        if receipt:
            return receipt
        facts = ledger.decide(command, ledger.fold(history), act)
        return await self._log.append(stream, facts, act, after=len(history))

    def _case(self) -> UUID:
        if self._dice.random() < 0.5:
            return uuid4()
        # For a second at a time all writers of all processes meet in the same few cases.
        return uuid5(SHARED, f"{int(monotonic())} {self._dice.randrange(8)}")

    async def _act(self) -> Act:
        return Act(
            id=uuid4(), actor="writer", role="writer", purpose="survival",
            effective_at=await self._log.now(), correlation=uuid4(), fingerprint=os.urandom(32),
        )  # fmt: skip


async def write(orders: Orders) -> None:
    """Let all writers of this process work."""
    way.PATIENCE = orders.patience
    file = os.open(orders.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    async with asyncpg.create_pool(
        orders.database_url, **LIMITS, max_size=orders.connections
    ) as pool:
        vault = Vault(way.Way(orders.vault_url), FileKey(Path(orders.key_file)))
        async with Log("intake", orders.database_url, pool, vault, codec) as log:
            writers = [Writer(log, file) for _ in range(orders.writers)]

            def stop() -> None:
                for writer in writers:
                    writer.stopping = True

            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
            await asyncio.gather(*(writer.work(orders.acts) for writer in writers))


if __name__ == "__main__":
    asyncio.run(write(Orders(**json.loads(Path(sys.argv[1]).read_text()))))
