"""A house for tests: a real PostgreSQL, provisioned as an installation is, and its services."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.issuer import Issuer
from deploy.local.postgres import Postgres, temporary
from deploy.local.provision import issuer, provision
from shared.http.application import application
from shared.http.parts import Runtime
from shared.lease import Loop
from shared.run import Settings, find, running

SERVICES = ("intake", "triage", "enquiry", "dols", "notify")


@dataclass(frozen=True)
class House:
    """What tests of one worker share: no test may rely on what another left in it."""

    server: Postgres
    settings: Mapping[str, Mapping[str, str]]
    issuer: Issuer

    def told(self, service: str, **more: Any) -> Settings:
        """Give what a process of `service` is told."""
        env = self.settings[service]
        known = {name.removeprefix("SAFEGUARDING_").lower(): value for name, value in env.items()}
        return Settings(**(known | more))

    def owner(self, database: str) -> str:
        """Give the address of `database` for its superuser."""
        return self.server.dsn(database)

    def token(self, name: str, *may: str) -> dict[str, str]:
        """Give the header that lets `name` in, with scopes (they have a dot) and roles."""
        scopes = [it for it in may if "." in it]
        roles = [it for it in may if "." not in it]
        return {"Authorization": f"Bearer {self.issuer.mint(name, scopes=scopes, roles=roles)}"}


@contextmanager
def house(folder: Path, *, clock: Any = "real") -> Iterator[House]:
    """Give a house whose data are durable, as an installation's are."""
    with temporary(durable=True) as server:
        settings = provision(server, folder, SERVICES, clock=clock)
        yield House(server, settings, issuer(folder))


@dataclass(frozen=True)
class Home:
    """One service at work in this process, and a way to speak to it."""

    house: House
    runtime: Runtime
    loops: list[Loop]
    app: Any

    def client(self, name: str, *may: str) -> httpx.AsyncClient:
        """Give an HTTP client of `name`."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://service",
            headers=self.house.token(name, *may),
        )


@asynccontextmanager
async def at_home(house: House, service: str) -> AsyncIterator[Home]:
    """Let `service` run in this process, loops and all."""
    found = find(f"services.{service}")
    async with running(found, house.told(service)) as (runtime, loops):
        app = application(found)
        app.state.runtime, app.state.simulated = runtime, runtime.log.simulated
        yield Home(house, runtime, loops, app)


@asynccontextmanager
async def together(house: House, *services: str) -> AsyncIterator[dict[str, Home]]:
    """Let these services run in this process; they end together, each with what it has in hand."""
    async with AsyncExitStack() as open_:
        homes = {it: await open_.enter_async_context(at_home(house, it)) for it in services}
        try:
            yield homes
        finally:
            for loop in [it for home in homes.values() for it in home.loops]:
                loop.stop()  # or each would wait for its own while the next has not been told


def key(text: str | None = None) -> dict[str, str]:
    """Give an Idempotency-Key, a fresh one where none is named."""
    return {"Idempotency-Key": text or str(uuid4())}
