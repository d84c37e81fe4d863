"""Who lets several processes of writers work at once, and what were they told?"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.leash import leash
from deploy.local.places import ROOT
from tests.support.house import House
from tests.support.patience import until
from tests.survival.writer import Orders, Told

PROCESSES = 4
PATIENT, IMPATIENT = 10.0, 0.0
FEW = 3


@dataclass(frozen=True)
class Office:
    """Processes of writers at work."""

    processes: Sequence[asyncio.subprocess.Process]
    files: Sequence[Path]

    def told(self) -> Sequence[Told]:
        """Give all that they were told so far."""
        texts = (file.read_text() for file in self.files if file.exists())
        return [Told(**json.loads(line)) for text in texts for line in text.splitlines()]

    async def goes_on(self, seconds: float = 90.0) -> None:
        """Wait until each process has been told a few things that it had not been told before."""
        before = self._lines()

        async def more() -> bool:
            ended = [it.returncode for it in self.processes if it.returncode is not None]
            assert not ended, "\n".join(self._last_words())
            return all(now > was + FEW for now, was in zip(self._lines(), before, strict=True))

        await until(more, seconds)

    async def ends(self) -> None:
        """Let them bring to its end what they began, and end well."""
        for process in self.processes:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        await self.ended()

    async def ended(self) -> None:
        """Wait until they have ended well."""
        async with asyncio.timeout(120):
            codes = [await process.wait() for process in self.processes]
        assert codes == [0] * len(codes), "\n".join(self._last_words())

    def _last_words(self) -> list[str]:
        logs = (file.with_name(file.name.replace("told", "log")) for file in self.files)
        return [log.read_text()[-2000:] for log in logs]

    def _lines(self) -> list[int]:
        return [file.read_bytes().count(b"\n") if file.exists() else 0 for file in self.files]


@asynccontextmanager
async def office(house: House, folder: Path, acts: int = 1_000_000) -> AsyncIterator[Office]:
    """Let 32 writers in four processes work on intake's log; half of them have no patience."""
    processes, files = [], []
    try:
        for number in range(PROCESSES):
            told, orders = folder / f"told-{number}", folder / f"orders-{number}"
            known = house.told("intake")
            wanted = Orders(
                database_url=known.database_url, vault_url=known.vault_url, acts=acts,
                key_file=str(known.key_file), told=str(told),
                patience=(PATIENT, IMPATIENT)[number % 2],
            )  # fmt: skip
            orders.write_text(json.dumps(asdict(wanted)))
            log = (folder / f"log-{number}").open("wb")
            words = (sys.executable, "-m", "tests.survival.writer", str(orders))
            processes.append(
                await asyncio.create_subprocess_exec(
                    *words, cwd=ROOT, preexec_fn=leash(signal.SIGKILL), stderr=log
                )
            )
            log.close()
            files.append(told)
        yield Office(processes, files)
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
