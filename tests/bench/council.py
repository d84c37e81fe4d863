"""What does it cost to let a council play, beside the same requests one by one?

The play asks the services again and again whether they have caught up, and lets many act side by
side. Then a town that stands anew hears the very same requests one after the other; whether it
has caught up is seen in its databases, which costs the services nothing.
"""

import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import httpx
import psutil

from deploy.demo.calls import client
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.partners import Partners
from deploy.demo.scenario.plan import WEEK, shortened
from deploy.demo.scenario.play import Playing
from deploy.demo.scenario.town import Town, visited
from deploy.local import silent
from deploy.local.places import services
from deploy.local.scenario import tokens
from deploy.local.standing import Plan, Standing, standing
from tests.bench.cost import MILLION, Row
from tests.bench.world import World
from tests.support.patience import until

SEED = 1
HEAD = "select coalesce(max(position), 0) from log.event"
PATIENCE = 60.0
Heads = Sequence[int]
"""How many facts each service has, in the order of their names."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request as it was sent, and how it was answered."""

    method: str
    service: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int


@dataclass
class Tape:
    """What was asked in a play, and how many facts there were whenever all had caught up."""

    said: list[Call | Heads] = field(default_factory=list)
    stands: bool = False

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Keep nothing meanwhile."""
        self.stands = True
        yield
        self.stands = False

    @property
    def requests(self) -> int:
        """Count the requests; setting a clock is nobody's work."""
        calls = (it for it in self.said if isinstance(it, Call))
        return sum(not it.path.startswith("/v1/simulation") for it in calls)


@dataclass(frozen=True)
class Place:
    """Services that stand, as they are reached and measured."""

    up: Standing
    folder: Path
    databases: Sequence[asyncpg.Connection]

    async def heads(self) -> Heads:
        """Give how many facts each service has."""
        return [await it.fetchval(HEAD) for it in self.databases]

    def cpu(self) -> float:
        """Give the CPU seconds of all services so far."""
        children = (it.process for it in self.up.supervisor.children.values())
        times = [psutil.Process(it.pid).cpu_times() for it in children if it]
        return sum(it.user + it.system for it in times)

    def access(self) -> Mapping[str, Any]:
        """Give what a caller needs to get in."""
        return self.up.access(tokens(self.folder))


@dataclass(frozen=True)
class Taped(Town):
    """A town that keeps what it is asked; what only looks whether something came is left out."""

    tape: Tape = field(default_factory=Tape)
    place: Place | None = None

    async def caught_up(self, looks: int = 2) -> None:
        """Wait for all, and keep how far they were then."""
        await super().caught_up(looks)
        assert self.place
        self.tape.said.append(await self.place.heads())

    async def register(self) -> None:
        """Keep no endpoint: one by one there would be no receivers, and both sides do the same."""

    async def there(self, service: str, path: str, who: str) -> None:
        """Wait, unkept."""
        with self.tape.standing():
            await super().there(service, path, who)

    async def heard(self, who: str) -> None:
        """Wait, unkept."""
        with self.tape.standing():
            await super().heard(who)


def taping(tape: Tape, urls: Mapping[str, str], doors: Sequence[httpx.AsyncClient]) -> None:
    """Keep on `tape` what goes through these doors."""
    by_url = {url: name for name, url in urls.items()}

    async def keep(answer: httpx.Response) -> None:
        asked = answer.request
        if tape.stands:
            return
        at = f"{asked.url.scheme}://{asked.url.netloc.decode()}"
        path, body = asked.url.raw_path.decode(), asked.content
        tape.said.append(Call(
            method=asked.method, service=by_url[at], path=path, headers=dict(asked.headers),
            body=body, status=answer.status_code,
        ))  # fmt: skip

    for it in doors:
        it.event_hooks = {"response": [keep]}


async def measure(world: World) -> list[Row]:
    """Give the CPU of all services for a request, played and one by one."""
    tape, days = Tape(), world.size.days
    here, there = (world.folder / f"council-{name}" for name in ("played", "alone"))
    here.mkdir(mode=0o755)
    played, took = await _played(here, days, tape)
    shutil.copytree(here / "issuer", there / "issuer")  # the same tokens open the same doors
    alone, alone_took = await _one_by_one(there, tape)
    requests = tape.requests
    return [
        Row(
            figure="the council's weeks, CPU of all services a request",
            baseline="the same requests one by one, nobody asking whether all have caught up",
            unit="us",
            ours=played / requests * MILLION,
            theirs=alone / requests * MILLION,
            hold=1.2,
            note=f"{requests:,} requests in {days} days; {requests / took:,.0f}/s driven,"
            f" {requests / alone_took:,.0f}/s one by one",
        )
    ]


@asynccontextmanager
async def _place(folder: Path) -> AsyncIterator[Place]:
    plan = Plan(data=folder, services=services(), clock="simulated")
    async with standing(plan) as up:
        owners = [await asyncpg.connect(up.server.dsn(name)) for name in services()]
        try:
            yield Place(up, folder, owners)
        finally:
            for it in owners:
                await it.close()


async def _played(folder: Path, days: int, tape: Tape) -> tuple[float, float]:
    """Give the CPU seconds of the services, and how long the play took."""
    plan = shortened(WEEK, days)
    ledger = Ledger(folder / "ledger.jsonl", {"seed": SEED})
    async with _place(folder) as place, visited(place.access(), SEED, plan, ledger) as given:
        town = Taped(**vars(given), tape=tape, place=place)
        taping(tape, place.up.urls, [it.client for it in town.doors])
        before, began = place.cpu(), perf_counter()
        await Playing(town, Partners(town), silent).run()
        return place.cpu() - before, perf_counter() - began


async def _one_by_one(folder: Path, tape: Tape) -> tuple[float, float]:
    """Give the same for the same requests, one after the other."""
    async with _place(folder) as place, client() as door:
        before, began = place.cpu(), perf_counter()
        for it in tape.said:
            if isinstance(it, Call):
                await _again(door, place, it)
            else:
                await _reached(place, it)
        return place.cpu() - before, perf_counter() - began


async def _again(door: httpx.AsyncClient, place: Place, call: Call) -> None:
    url = place.up.urls[call.service] + call.path
    answer = await door.request(call.method, url, headers=call.headers, content=call.body)
    assert answer.status_code == call.status, (call.method, call.path, answer.text)


async def _reached(place: Place, heads: Heads) -> None:
    """Wait until each service has as many facts as it had in the play."""

    async def there() -> bool:
        return all(now >= then for now, then in zip(await place.heads(), heads, strict=True))

    await until(there, PATIENCE)
