"""What does a referral cost with all that is promised, beside a plain insert?"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import psutil

from deploy.local.places import free_port
from tests.bench.cost import Row, interleaved
from tests.bench.plain import TABLE
from tests.bench.world import World

# ruff: noqa: ASYNC251 - every word is ours, and nothing else runs on this loop

WHOLE = ("-m", "shared.run", "services.intake")
DESK = ("-m", "tests.bench.desk")
PLAIN = ("-m", "tests.bench.plain")
PATH = "/v1/referrals"
ROOT = Path(__file__).parents[2]
SETTLED = 0.5
"""Seconds after the last request in which relay and projections end their work: it counts too."""

REFERRAL = {
    "partner_reference": "RW-2026-0117",
    "immediate_danger": "no",
    "emergency_services_called": "no",
    "what_happened": "Her son holds her bank card. Her cupboards were empty on Friday and again on "
    "Monday, and she had not eaten since the carer's last visit. When he came in she stopped "
    "speaking and asked us to leave. " * 4,
    "happened_at": "2026-11-20T14:30:00Z",
    "how_known": "saw",
    "types_of_abuse": ["financial-or-material-abuse", "neglect-and-acts-of-omission"],
    "adults": [
        {
            "name": "Edith Hollowell",
            "known_as": "Edie",
            "date_of_birth": "1941-05-02",
            "nhs_number": "9990000018",
            "address": "14 Rosewood Lane, Littleover",
            "postcode": "DE23 6AB",
            "phone": "07700 900123",
            "current_location": "At home",
            "care_and_support_needs": "Needs help to wash, dress and cook; walks with a frame.",
            "why_cannot_protect_self": "Depends on her son for her money and her shopping.",
            "aware": "yes",
            "views": "She does not want her son to be in trouble.",
            "desired_outcome": "To have her own card again.",
            "consent_to_share": "yes",
            "risk": {
                "severity": 3,
                "likelihood": 4,
                "self_protection": 1,
                "access": 2,
                "repetition": 1,
                "others_at_risk": 0,
                "coercion": 2,
                "protection": 0,
                "signals": ["third-concern"],
            },
        }
    ],
    "source_of_risk": {
        "name": "Martin Hollowell",
        "relationship": "son",
        "role": "none",
        "employer": "none",
        "has_access": "yes",
    },
    "location": {"type": "own-home", "postcode": "DE23 6AB"},
    "actions_taken": "We left food, and told the duty social worker by telephone.",
    "police_reference": "23*104411",
    "cqc_notified": "no",
    "family_told": "no",
    "referrer": {
        "name": "Priya Anand",
        "organisation": "Rosewood House",
        "role": "Care coordinator",
        "phone": "01632 960144",
        "email": "priya@rosewood.example",
    },
    "wants_outcome": "yes",
}


async def measure(world: World) -> list[Row]:
    """Measure posts over one connection: each side in a process of its own, each round anew."""
    await world.as_owner(
        "intake",
        f"create table if not exists public.plain {TABLE}",
        "grant usage on schema public to intake",
        "grant insert on public.plain to intake",
    )
    sides = ((DESK, PATH), (WHOLE, PATH), (PLAIN, PATH), (PLAIN, "/known/referrals"))
    desk, whole, plain, known = await interleaved(
        world.size.rounds, *(partial(_cost, world, *side) for side in sides)
    )
    each, once = "token's signature checked each time", "signature checked once a token"
    return [
        _row("all on", each, desk, plain, 2.2),
        _row("all on", once, desk, known, None),
        _row("with relay and projections in the process", each, whole, plain, None),
    ]


def _row(what: str, token: str, ours: float, theirs: float, hold: float | None) -> Row:
    return Row(
        figure=f"POST /v1/referrals, one connection, {what}, CPU",
        baseline=f"FastAPI, a model of the body, one bare insert, {token}",
        unit="us",
        ours=ours,
        theirs=theirs,
        hold=hold,
    )


async def _cost(world: World, words: Sequence[str], path: str) -> float:
    with _serving(world, words) as (process, port):
        post(world, port, path, world.size.posts // 4)
        sleep(SETTLED)
        watch = world.watch(psutil.Process(process.pid))
        with watch.over(world.size.posts):
            post(world, port, path, world.size.posts)
            sleep(SETTLED)
    return watch.told.cpu_each


def post(world: World, port: int, path: str, times: int) -> None:
    """Post so many referrals, one after another; this process's CPU is nobody's."""
    body = json.dumps(REFERRAL).encode()
    headers = {"Content-Type": "application/json"} | world.house.token(
        "rosewood-house", "referrals.write"
    )
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(times):
        line.request("POST", path, body, headers | {"Idempotency-Key": str(uuid4())})
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
