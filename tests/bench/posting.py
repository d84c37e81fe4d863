"""What does a referral cost with all that is promised, beside a plain insert?"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from uuid import uuid4

import psutil

from deploy.local.places import free_port
from tests.bench.cost import MILLION, Row, interleaved
from tests.bench.pieces import parts_of_a_post
from tests.bench.plain import LEAST, TABLE
from tests.bench.referral import REFERRAL
from tests.bench.world import World

# ruff: noqa: ASYNC251 - every word is ours, and nothing else runs on this loop

WHOLE = ("-m", "shared.run", "services.intake")
DESK = ("-m", "tests.bench.desk")
PLAIN = ("-m", "tests.bench.plain")
PATH = "/v1/referrals"
MANY = 32
ROOT = Path(__file__).parents[2]
SETTLED = 0.5
"""Seconds after the last request in which relay and projections end their work: it counts too."""


async def measure(world: World) -> list[Row]:
    """Measure posts: each side in a process of its own, each round anew."""
    await world.as_owner(
        "intake",
        f"create table if not exists public.plain {TABLE}",
        "grant usage on schema public to intake",
        "grant insert on public.plain to intake",
    )
    await world.another(LEAST, ["intake"])
    sides = {
        "32": (DESK, PATH, MANY), "one": (DESK, PATH, 1), "whole": (WHOLE, PATH, 1),
        "plain 32": (PLAIN, PATH, MANY), "plain": (PLAIN, PATH, 1),
        "known": (PLAIN, "/known/referrals", 1), "least": (PLAIN, "/least/referrals", 1),
    }  # fmt: skip
    servers = list[float]()
    works = (partial(_cost, world, *side, servers=servers) for side in sides.values())
    cpu = dict(zip(sides, await interleaved(world.size.rounds, *works), strict=True))
    each, once = "token's signature checked each time", "signature checked once a token"
    pieces = {
        **await parts_of_a_post(world),
        "PostgreSQL: two durable commits, keys and facts": median(servers[1 :: len(sides)]),
    }
    return [
        *(
            Row(figure=f"of a POST over one connection, CPU: {what}", baseline="the whole of it",
                unit="us", ours=cost, theirs=cpu["one"], hold=None)
            for what, cost in pieces.items()
        ),
        _row("32 connections, all on", each, cpu["32"], cpu["plain 32"], 0.8),
        _row("one connection, all on", each, cpu["one"], cpu["plain"], 1.6),
        _row("one connection, all on", once, cpu["one"], cpu["known"], None),
        _row("one connection, relay and projections in the process too", each,
             cpu["whole"], cpu["plain"], None),
        _row("one connection, the least that two durable commits cost, nothing else done", each,
             cpu["least"], cpu["plain"], None),
    ]  # fmt: skip


def _row(what: str, token: str, ours: float, theirs: float, hold: float | None) -> Row:
    return Row(
        figure=f"POST /v1/referrals, {what}, CPU",
        baseline=f"FastAPI, a model of the body, one bare insert, default pool, {token}",
        unit="us",
        ours=ours,
        theirs=theirs,
        hold=hold,
    )


async def _cost(
    world: World, words: Sequence[str], path: str, lines: int, servers: list[float]
) -> float:
    with _serving(world, words) as (process, port):
        post(world, port, path, max(world.size.posts // 4, lines), lines)
        sleep(SETTLED)
        watch = world.watch(psutil.Process(process.pid))
        with watch.over(world.size.posts):
            post(world, port, path, world.size.posts, lines)
            sleep(SETTLED)
    servers.append(watch.told.server / watch.told.units * MILLION)
    return watch.told.cpu_each


def post(world: World, port: int, path: str, times: int, lines: int) -> None:
    """Post so many referrals over so many connections; this process's CPU is nobody's."""
    headers = {"Content-Type": "application/json"} | world.house.token(
        "rosewood-house", "referrals.write"
    )
    shares = [times // lines + (at < times % lines) for at in range(lines)]
    with ThreadPoolExecutor(lines) as pool:
        list(pool.map(lambda share: _post(port, path, share, headers), shares))


def _post(port: int, path: str, times: int, headers: Mapping[str, str]) -> None:
    body = json.dumps(REFERRAL).encode()
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(times):
        line.request("POST", path, body, {**headers, "Idempotency-Key": str(uuid4())})
        answer = line.getresponse()
        said = answer.read()
        assert answer.status == 201, said
    line.close()


@contextmanager
def _serving(world: World, words: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Give a process that serves, and its port."""
    port = free_port()
    told: Mapping[str, str] = {**world.house.settings["intake"], "SAFEGUARDING_PORT": str(port)}
    command = [sys.executable, *words]
    with (world.folder / "process.log").open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**environ, **told}, stdout=out, stderr=out
        )
    try:
        _await_ready(port, process)
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


def _await_ready(port: int, process: subprocess.Popen[bytes], patience: float = 30.0) -> None:
    until = monotonic() + patience
    while monotonic() < until and process.poll() is None:
        with suppress(OSError, HTTPException):
            line = HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/ready")
            if line.getresponse().status == 200:
                return
        sleep(0.05)
    raise AssertionError("the process does not serve")
