"""What does it cost to bring events to partners, and how soon does the first attempt come?

A receiver in another process, whose CPU is nobody's, answers each post at once.
"""

import asyncio
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from statistics import median
from time import perf_counter, time  # noqa: TID251 - of a signature, which is real time
from uuid import NAMESPACE_OID, UUID, uuid5

import httpx

from services.notify.app import TABLES
from services.notify.decisions import correspondence, subscriber
from services.notify.decisions.correspondence import HearSender
from services.notify.decisions.subscriber import RegisterEndpoint
from services.notify.events import Happening
from services.notify.gateways.dispatcher import Dispatcher
from services.notify.gateways.egress import Egress, Settings
from services.notify.gateways.signing import headers, new_secret
from services.notify.rules.body import body, event_id
from services.notify.rules.disclosure import REFERRER, code_of
from shared.facts import Act, party
from shared.lease import Loop
from shared.log.handle import handle
from shared.log.log import Log
from shared.projections.projector import Projector
from shared.sealed.vault import Open
from tests.bench.cost import Row, p50, p95
from tests.bench.latency import PACE, SKIPPED, at_instant, to_what_it_causes
from tests.bench.towns import POSTGRES, after
from tests.bench.world import World
from tests.support.house import at_home
from tests.support.patience import until

ENDPOINTS, TOGETHER = 50, 300
AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
EVERYWHERE_HERE = Settings(egress_allow="127.0.0.0/8")
NO_CONTENT = 204
Post = Callable[[Mapping[str, str], bytes], Awaitable[int | None]]
"""Sends headers and a body, and gives the status of the answer."""

Posting = Callable[[str], AbstractAsyncContextManager[Post]]
"""Opens a way to an address, to post over."""

RECEIVER = """
import asyncio, sys
class It(asyncio.Protocol):
    def connection_made(self, way): self.way, self.got = way, b""
    def data_received(self, data):
        self.got += data
        head, ends, rest = self.got.partition(b"\\r\\n\\r\\n")
        if not ends: return
        name = b"content-length: "
        length = int(head.lower().partition(name)[2].partition(b"\\r\\n")[0])
        if len(rest) >= length:
            self.got = rest[length:]
            self.way.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(It, "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def measure(world: World) -> list[Row]:
    """Measure deliveries to fifty endpoints, each attempt on the log, beside bare loops.

    One sends as we do: each name asked for and vetted, each connection new. One is not guarded.
    """
    many, ours = world.size.deliveries, list[float]()
    bare: dict[str, list[float]] = {"the same guarded client": [], "httpx, connections kept": []}
    with receiver() as url:
        for number in range(world.size.rounds):
            async with _owing(world, f"delivering_{number}", url, many) as (log, dsn):
                ours.append(many / await _brought(log, dsn))
            for rates, post in zip(bare.values(), (_guarded, _kept), strict=True):
                rates.append(many / await _posted(url, many, post))
    return [
        *(
            Row(
                figure=f"webhook deliveries to {ENDPOINTS} endpoints, attempts on the log, rate",
                baseline=f"a bare loop: {client}, a lane for each endpoint, same bytes, same"
                " signatures",
                unit="deliveries/s",
                ours=median(ours),
                theirs=median(rates),
                hold=hold,
                bound="at least",
                note=f"{many:,} deliveries",
            )
            for (client, rates), hold in zip(bare.items(), (0.6, None), strict=True)
        ),
        await _first_attempts(world),
    ]


async def _first_attempts(world: World) -> Row:
    """Measure how soon an event in the log is first brought, at a steady pace."""
    causes = await to_what_it_causes(world, POSTGRES, "")
    town = await POSTGRES.town(world, "attempts")
    with receiver() as url:
        os.environ["SAFEGUARDING_EGRESS_ALLOW"] = "127.0.0.0/8"  # this process is the service
        async with at_home(town, "notify") as home:
            await _register(home.runtime.log, 0, url)
            seconds = await _paced(home.runtime.log, world.size.commands)
    return Row(
        figure="event in the log to the first attempt to bring it, p50 at 20/s",
        baseline="command to the fact it causes in the next service, PostgreSQL bus, p50 at 20/s",
        unit="ms",
        ours=p50(seconds),
        theirs=causes.ours,
        hold=2.0,
        note=f"p95 {p95(seconds):.1f} ms",
    )


async def _paced(log: Log, commands: int) -> list[float]:
    seconds, tried = list[float](), asyncio.Queue[float]()
    with after(Egress, "send", lambda *_: tried.put_nowait(perf_counter())):
        starts = perf_counter()
        for number in range(SKIPPED + commands):
            await at_instant(starts + number * PACE)
            await _owe(log, number * ENDPOINTS)
            began = perf_counter()
            async with asyncio.timeout(30):
                came = await tried.get()
            if number >= SKIPPED:
                seconds.append(came - began)
    return seconds


@contextmanager
def receiver() -> Iterator[str]:
    """Give the address of a receiver that answers at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", RECEIVER, str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}/in"
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def _owing(world: World, name: str, url: str, many: int) -> AsyncIterator[tuple[Log, str]]:
    """Give a log of notify in which fifty partners are owed so many events."""
    dsn = await world.another(name, ["notify"])
    async with world.log(dsn, "notify", most=8) as log:
        await asyncio.gather(*(_register(log, at, url) for at in range(ENDPOINTS)))
        for first in range(0, many, TOGETHER):  # more than may wait at once would be turned away
            numbers = range(first, min(first + TOGETHER, many))
            await asyncio.gather(*(_owe(log, number) for number in numbers))
        yield log, dsn


async def _register(log: Log, at: int, url: str) -> None:
    theirs = _partner(at)
    command = RegisterEndpoint(
        endpoint=uuid5(theirs, "endpoint"), partner=theirs, host="127.0.0.1",
        url=_shut(theirs, url), wanted=(), secret=_shut(theirs, new_secret()),
    )  # fmt: skip
    await handle(log, subscriber.stream(theirs), command, _act(f"register {at}"))


async def _owe(log: Log, number: int) -> None:
    told = Happening(event=code_of("referral.received"), about=None, occurred_at=AT, known_at=AT)
    command = HearSender(partner=_partner(number), relation=REFERRER, happening=told)
    stream = correspondence.stream(uuid5(NAMESPACE_OID, f"lane {number}"))
    await handle(log, stream, command, _act(f"owe {number}"), known=())


def _partner(number: int) -> UUID:
    return party(f"partner-{number % ENDPOINTS}")


def _shut(theirs: UUID, words: str) -> Open[str]:
    return Open(subject=theirs, audience="partner", value=words)


def _act(name: str) -> Act:
    id = uuid5(NAMESPACE_OID, name)
    return Act(
        id=id, actor="bench", role="bench", purpose="safeguarding", effective_at=AT, correlation=id
    )


async def _brought(log: Log, dsn: str) -> float:
    """Give the seconds from the first look at the log until nothing waits."""
    dispatcher = Dispatcher(dsn, log, Egress(EVERYWHERE_HERE), TABLES)
    loop = Loop("deliveries", dispatcher.work)
    query = "select count(*) from log.event where type = 'notify.delivery-owed/1'"
    then: int = await log.head() + await log.pool.fetchval(query)

    async def all_tried() -> bool:
        return await log.head() == then  # to count attempts would cost as much as to make them

    await _tables(log, dsn)
    began = perf_counter()
    task = asyncio.create_task(loop.run())
    await until(all_tried, 300)
    took = perf_counter() - began
    loop.stop()
    await task
    return took


async def _tables(log: Log, dsn: str) -> None:
    """Build the tables with which the deliveries begin."""
    for it in vars(TABLES).values():
        keeper = Projector(dsn, log.codec, it)
        loop = Loop(it.name, keeper.work)
        task = asyncio.create_task(loop.run())
        await keeper.ready.wait()
        loop.stop()
        await task


async def _posted(url: str, many: int, post: Posting) -> float:
    """Give the seconds of a bare loop."""
    lanes: list[Sequence[int]] = [range(at, many, ENDPOINTS) for at in range(ENDPOINTS)]
    began = perf_counter()
    await asyncio.gather(*(_lane(post(url), at, numbers) for at, numbers in enumerate(lanes)))
    return perf_counter() - began


async def _lane(
    posting: AbstractAsyncContextManager[Post], at: int, numbers: Sequence[int]
) -> None:
    secret, theirs = new_secret(), _partner(at)
    async with posting as post:
        for number in numbers:
            told, text = _event(theirs, number, secret)
            status = await post(told, text)
            assert status == NO_CONTENT


@asynccontextmanager
async def _guarded(url: str) -> AsyncIterator[Post]:
    """Post as we do."""
    egress = Egress(EVERYWHERE_HERE)

    async def post(told: Mapping[str, str], text: bytes) -> int | None:
        return (await egress.send(url, told, text)).status

    yield post


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()  # each client's own would take as long as many posts


@asynccontextmanager
async def _kept(url: str) -> AsyncIterator[Post]:
    """Post to whatever the address leads to, over a connection that is kept."""
    async with httpx.AsyncClient(trust_env=False, verify=_trusted()) as client:

        async def post(told: Mapping[str, str], text: bytes) -> int:
            return (await client.post(url, content=text, headers=told)).status_code

        yield post


def _event(theirs: UUID, number: int, secret: str) -> tuple[Mapping[str, str], bytes]:
    lane = uuid5(NAMESPACE_OID, f"lane {number}")
    text = body(lane, theirs, 1, code_of("referral.received"), None, AT, AT)
    return headers(event_id(lane, theirs, 1), text, [secret], int(time()), lane), text
