"""A town of real processes: services under a supervisor, on a PostgreSQL under another."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local.places import free_port
from deploy.local.supervisor import Backoff, Child, Program, Supervisor
from tests.support.house import SERVICES, House
from tests.support.patience import until

HOST = "127.0.0.1"
ACTORS = ("intake", "triage")
"""Between whom a referral goes until it is scored; who else listens changes no job of triage's."""


@dataclass(frozen=True)
class Town:
    """What runs, and how to reach it and to harm it."""

    house: House
    folder: Path
    supervisors: dict[str, Supervisor] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    async def begin(self, *names: str, backoff: Backoff | None = None) -> None:
        """Let instances run under one supervisor: `triage`, or `triage-2` for a second one."""
        programs = [self._program(name, backoff or Backoff()) for name in names]
        supervisor = Supervisor(programs, self.log)
        await supervisor.start()
        self.supervisors.update(dict.fromkeys(names, supervisor))
        await supervisor.ready()

    async def guard_server(self) -> None:
        """Start PostgreSQL again whenever it ends."""
        self.supervisors["postgres"] = Supervisor([], self.log, server=self.house.server)
        await self.supervisors["postgres"].start()

    async def end(self, name: str) -> None:
        """Stop an instance, and whatever its supervisor keeps beside it."""
        stopped = self.supervisors[name]
        for other in [it for it, found in self.supervisors.items() if found is stopped]:
            del self.supervisors[other]
        await stopped.stop()

    def child(self, name: str) -> Child:
        """Give the process of an instance."""
        return self.supervisors[name].children[name]

    def process(self, name: str) -> asyncio.subprocess.Process:
        """Give the process that an instance runs as now."""
        found = self.child(name).process
        assert found
        return found

    def kill(self, name: str, sent: signal.Signals = signal.SIGKILL) -> None:
        """Signal an instance."""
        self.child(name).send(sent)

    async def ready(self, name: str, seconds: float = 60.0) -> None:
        """Wait until an instance says that it is ready."""
        async with client() as asking:

            async def says() -> bool:
                try:
                    answer = await asking.get(f"{self.urls[name]}/health/ready")
                except httpx.TransportError:
                    return False
                return answer.status_code == httpx.codes.OK

            await until(says, seconds)

    async def asked(self, name: str, path: str, who: str, role: str) -> Any:
        """Give what an instance answers to somebody's GET; an outage may cost one more try."""
        headers = self.house.token(who, role)
        async with client() as asking:

            async def answers() -> httpx.Response | None:
                answer = await asking.get(f"{self.urls[name]}{path}", headers=headers)
                away = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
                return None if away else answer

            return (await until(answers)).raise_for_status().json()

    @property
    def log(self) -> Path:
        """Give the file into which all of them log."""
        return self.folder / "logs" / "services.log"

    def lines(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Give what an instance logged."""
        for line in self.log.read_text().splitlines():
            said_by, _, text = line.partition(" | ")
            if said_by == name and text.startswith("{"):
                yield json.loads(text)

    def _program(self, name: str, backoff: Backoff) -> Program:
        service, port = name.partition("-")[0], free_port()
        self.urls[name] = f"http://{HOST}:{port}"
        told = {"SAFEGUARDING_HOST": HOST, "SAFEGUARDING_PORT": str(port)}
        return Program(
            name=name,
            command=(sys.executable, "-m", "shared.run", f"services.{service}"),
            environment={**self.house.settings[service], **told},
            url=self.urls[name],
            backoff=backoff,
        )


def client() -> httpx.AsyncClient:
    """Give an HTTP client that no proxy of this machine comes between."""
    return httpx.AsyncClient(timeout=30, trust_env=False)


@asynccontextmanager
async def town_in(
    house: House, folder: Path, *together: str, backoff: Backoff | None = None
) -> AsyncIterator[Town]:
    """Give a town in which these services, by default all, run under one supervisor."""
    found = Town(house, folder)
    try:
        await found.begin(*(together or SERVICES), backoff=backoff)
        yield found
    finally:
        for supervisor in {id(it): it for it in found.supervisors.values()}.values():
            await supervisor.stop()
