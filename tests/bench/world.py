"""Where is measured? In a house as an installation's, durable, whose logs are filled as needed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import asyncpg
import psutil

from deploy.migrations import migrate
from shared.lease import Loop, connect, pool_of
from shared.log.codec import Codec
from shared.log.log import Log
from shared.run import find
from shared.sealed.vault import FileKey, Vault
from shared.way import Way
from tests.bench.cost import Watch
from tests.support.house import House

Kind = Literal["service", "bus"]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured."""

    rounds: int
    appends: int
    cases: int
    """Of the synthetic log of triage; four facts each."""

    loads: int
    many: int
    """Waiting in the long queue."""

    few: int
    pages: int
    posts: int
    grouped: int
    """Appends of many clients at once."""

    saves: int
    commands: int
    """At a steady pace."""

    deliveries: int
    due: int
    """Deadlines that passed."""

    days: int
    """Of the council's play."""

    told: int
    """Referrals that go through the pipe, two messages each."""


FULL = Size(
    rounds=5,
    appends=300,
    cases=30_000,
    loads=400,
    many=1_000_000,
    few=1000,
    pages=400,
    posts=800,
    grouped=6000,
    saves=600,
    commands=400,
    deliveries=3000,
    due=100_000,
    days=42,
    told=1500,
)
QUICK = replace(
    FULL,
    rounds=3,
    appends=100,
    cases=5000,
    loads=100,
    many=100_000,
    posts=200,
    grouped=1500,
    saves=150,
    commands=120,
    deliveries=500,
    due=3000,
    days=3,
    told=300,
)


@dataclass(frozen=True)
class World:
    """The house, and how much to measure in it."""

    house: House
    folder: Path
    size: Size

    def watch(self, worker: psutil.Process | None = None) -> Watch:
        """Give what measures this process, or `worker`, and PostgreSQL."""
        pid = self.house.server.pid
        assert pid, "PostgreSQL stands still"
        return Watch(psutil.Process(pid), worker)

    def dsn(self, service: str) -> str:
        """Give the address of a service's database, for the service."""
        return str(self.house.told(service).database_url)

    async def another(
        self, database: str, roles: Sequence[str] = ("triage",), kind: Kind = "service"
    ) -> str:
        """Make an empty database, by default as triage's is, and give its address for a role."""
        await self.as_owner(
            "postgres",
            f"drop database if exists {database} with (force)",
            f"create database {database}",
            f"grant connect on database {database} to {', '.join(roles)}",
        )
        await asyncio.to_thread(migrate, self.house.owner(database), kind, roles)
        return f"{self.dsn(roles[0]).rpartition('/')[0]}/{database}"

    async def town(self, name: str, bus: str | None = None) -> House:
        """Give the house with databases and topics of its own, and a bus unless one is named."""
        names, settings = list(self.house.settings), dict[str, dict[str, str]]()
        for it in names:
            settings[it] = dict(self.house.settings[it])
            settings[it]["SAFEGUARDING_DATABASE_URL"] = await self.another(f"{it}_{name}", [it])
        if bus is None:
            await self.another(f"bus_{name}", names, "bus")
        for it in names:
            its = f"{self.dsn(it).rpartition('/')[0]}/bus_{name}"
            settings[it] |= {"SAFEGUARDING_BUS_URL": bus or its, "SAFEGUARDING_AUTHORITY": name}
        return replace(self.house, settings=settings)

    @asynccontextmanager
    async def log(
        self, dsn: str, service: str = "triage", loops: Sequence[Loop] = (), most: int = 1,
        codec: Codec | None = None,
    ) -> AsyncIterator[Log]:  # fmt: skip
        """Give a log of a service at `dsn`, on `most` connections; it wakes `loops`.

        It reads and writes that service's facts, or those of `codec`.
        """
        told = self.house.told(service)
        pool, keys = await pool_of(dsn, most), Way(told.vault_url)
        vault = Vault(keys, FileKey(told.key_file))
        try:
            found = codec or find_codec(service)
            async with Log(service, dsn, pool, vault, found, loops) as log:
                yield log
        finally:
            await pool.close()
            keys.close()

    @asynccontextmanager
    async def connection(self, dsn: str) -> AsyncIterator[asyncpg.Connection]:
        """Give one connection, as the loops of a service have it."""
        found = await connect(dsn)
        try:
            yield found
        finally:
            await found.close()

    async def as_owner(self, database: str, *statements: str) -> None:
        """Execute `statements` as the superuser."""
        owner = await asyncpg.connect(self.house.owner(database))
        try:
            for statement in statements:
                await owner.execute(statement)
        finally:
            await owner.close()


def find_codec(service: str) -> Any:
    """Give what reads and writes the facts of `service`."""
    return find(f"services.{service}").codec()
