"""Who keeps the services running, and ends them with us?"""

import asyncio
import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import Say, Trouble, silent
from deploy.local.kafka import Kafka
from deploy.local.leash import leash
from deploy.local.places import ROOT
from deploy.local.postgres import TICK, Postgres

GRACE_SECONDS = 2.5
RETRY_SECONDS = 5.0
LONGEST_LINE = 1 << 20
LOG_BYTES = 20_000_000
HOPELESS = 3
"""Ends before it was ever ready after which we stop hoping."""


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """How long to wait before a child that ended is started again."""

    first: float = 0.2
    most: float = 15.0
    healthy: float = 10.0
    """A child that ran so many seconds starts again as if for the first time."""

    def after(self, last: float, ran: float) -> float:
        """Give the seconds to wait after a run of `ran` seconds, started after `last`."""
        if ran >= self.healthy or not last:
            return self.first
        return min(last * 2, self.most)


@dataclass(frozen=True, kw_only=True)
class Program:
    """A child to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    """Where it says whether it is ready."""

    backoff: Backoff = Backoff()


@dataclass
class Child:
    """A program and what became of it so far."""

    program: Program
    process: asyncio.subprocess.Process | None = None
    ends: int = 0
    ready: bool = False
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=15))

    def send(self, sent: signal.Signals) -> None:
        """Signal the child and all that it started."""
        if self.process and self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, sent)

    async def ended(self) -> None:
        """Wait until the child has ended."""
        if self.process:
            await self.process.wait()


class Supervisor:
    """Runs programs, and servers beside them, until stopped. Start it in the main thread."""

    def __init__(
        self,
        programs: Sequence[Program],
        log: Path,
        *,
        server: Postgres | None = None,
        kafka: Kafka | None = None,
        say: Say = silent,
        echo: Say = silent,
    ) -> None:
        self.children = {program.name: Child(program) for program in programs}
        self._log = log
        self._servers = [it for it in (server, kafka) if it]
        self._say = say
        self._echo = echo
        self._stopping = False
        self._away = set[str]()
        """Servers that are started again: what ends meanwhile is not to blame."""

        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all children; ready() says when they can be used."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".1.log"))
        self._stream = self._log.open("a", encoding="utf-8", buffering=1)
        self._tasks = [asyncio.create_task(self._keep(child)) for child in self.children.values()]
        self._tasks += [asyncio.create_task(self._keep_server(it)) for it in self._servers]

    async def ready(self, within: float = 120.0) -> None:
        """Wait until every child with a URL says that it is ready.

        Raises:
            Trouble: one ends again and again, or time is over; with its last words.
        """
        until = time.monotonic() + within
        for child in self.children.values():
            while child.program.url and not await _says_ready(child.program.url):
                if child.ends >= HOPELESS or time.monotonic() > until:
                    raise Trouble(f"{child.program.name} does not start:\n{self._words(child)}")
                await asyncio.sleep(0.05)
            child.ready = True

    async def stop(self) -> None:
        """Ask all children to end, and end those that do not."""
        self._stopping = True
        for sent in (signal.SIGTERM, signal.SIGKILL):
            for child in self.children.values():
                child.send(sent)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await asyncio.gather(*(child.ended() for child in self.children.values()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._stream.close()

    def _words(self, child: Child) -> str:
        return "\n".join(child.last_words) or f"(it said nothing; the log is {self._log})"

    async def _keep(self, child: Child) -> None:
        wait = 0.0
        while not self._stopping:
            began = time.monotonic()
            await self._run(child)
            if self._stopping:
                return
            child.ends += 0 if child.ready or self._away else 1
            wait = child.program.backoff.after(wait, time.monotonic() - began)
            self._say(f"{child.program.name} ended; it starts again in {wait:.1f} s.")
            await asyncio.sleep(wait)

    async def _run(self, child: Child) -> None:
        """Run the child once, to its end."""
        child.process = await asyncio.create_subprocess_exec(
            *child.program.command,
            cwd=ROOT,
            env=_inherited() | dict(child.program.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            limit=LONGEST_LINE,
            start_new_session=True,  # Ctrl-C is for us; we say when it ends
            preexec_fn=leash(signal.SIGKILL),
        )
        try:
            await self._pump(child, child.process)
            await child.process.wait()
        except asyncio.CancelledError:
            child.send(signal.SIGKILL)
            raise

    async def _pump(self, child: Child, process: asyncio.subprocess.Process) -> None:
        while process.stdout:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than the longest line; the rest follows
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip("\n")
            child.last_words.append(text)
            said = f"{child.program.name} | {text}"
            self._stream.write(said + "\n")
            self._echo(said)

    async def _keep_server(self, server: Postgres | Kafka) -> None:
        while not self._stopping:
            if server.pid is None:
                self._say(f"{server.name} ended; it starts again.")
                self._away.add(server.name)
                try:
                    for _ in server.starting():
                        await asyncio.sleep(TICK)
                    self._away.discard(server.name)
                except Trouble as trouble:
                    self._say(str(trouble))
                    await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(0.1)


def _inherited() -> dict[str, str]:
    """Give our environment without what would make every start compile Python anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


async def _says_ready(url: str) -> bool:
    """Ask `/health/ready` as simply as can be."""
    host, _, port = url.removeprefix("http://").partition(":")
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(host, int(port))
            with closing(writer):
                asked = f"GET /health/ready HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
                writer.write(asked.encode())
                status = await reader.readline()
            return status.split()[1:2] == [b"200"]
    return False
