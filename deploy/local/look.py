"""What do the logs and projections of the services say of themselves?"""

import asyncio
from dataclasses import dataclass

import asyncpg

from deploy.local import Say, Trouble
from deploy.local.places import council, services
from deploy.local.postgres import Postgres, at_hand

SAMPLE_SECONDS = 1.0

POSITIONS = """
    select p.name, p.position, coalesce((select max(e.position) from log.event e), 0) as head
    from work.projection p order by p.name
"""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a projection has folded its log."""

    service: str
    name: str
    position: int
    head: int
    rate: float
    """Facts a second, seen over the last moment."""

    @property
    def lag(self) -> int:
        """Facts still to fold."""
        return max(self.head - self.position, 0)

    def eta(self) -> str:
        """Give when it will have caught up, in words."""
        if not self.lag:
            return "up to date"
        return f"{self.lag / self.rate:.0f} s" if self.rate > 0 else "it stands still"


def verify(say: Say) -> bool:
    """Recompute the hash chain of every log, say what was found, and whether all are sound."""
    with at_hand(council() / "postgres", say) as server:
        found = [asyncio.run(_verify(server, name, say)) for name in services()]
        return all(found)


def progress(say: Say) -> list[Progress]:
    """Give how far every projection of every service is."""
    with at_hand(council() / "postgres", say) as server:
        return [row for name in services() for row in asyncio.run(_progress(server, name))]


async def _verify(server: Postgres, service: str, say: Say) -> bool:
    connection = await _connect(server, service)
    try:
        bad = await connection.fetchrow("select bad, why from log.verify() limit 1")
        facts = await connection.fetchval("select coalesce(max(position), 0) from log.event")
    finally:
        await connection.close()
    if bad is None:
        say(f"{service}: sound, {facts:,} facts.")
    else:
        say(f"{service}: the first bad position is {bad['bad']} of {facts:,}: {bad['why']}.")
    return bad is None


async def _progress(server: Postgres, service: str) -> list[Progress]:
    connection = await _connect(server, service)
    try:
        before = {row["name"]: row["position"] for row in await connection.fetch(POSITIONS)}
        rows = await connection.fetch(POSITIONS)
        if any(row["position"] < row["head"] for row in rows):
            await asyncio.sleep(SAMPLE_SECONDS)
            rows = await connection.fetch(POSITIONS)
    finally:
        await connection.close()
    return [
        Progress(
            service=service,
            name=row["name"],
            position=row["position"],
            head=row["head"],
            rate=(row["position"] - before.get(row["name"], row["position"])) / SAMPLE_SECONDS,
        )
        for row in rows
    ]


async def _connect(server: Postgres, service: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(server.dsn(service))
    except asyncpg.InvalidCatalogNameError:
        raise Trouble(f"There is no database of {service} yet: run `./run demo` first.") from None
