"""What does ./run demo do, from an empty folder to a council at work?"""

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.play import PARTNERS, STAFF
from deploy.local import Say, Trouble, silent
from deploy.local.claim import Claim
from deploy.local.kafka import Kafka, jars, java
from deploy.local.leash import leash
from deploy.local.places import ROOT, data, remember, services, stands
from deploy.local.postgres import TICK, Postgres
from deploy.local.provision import issuer
from deploy.local.standing import (
    BUS,
    INTERRUPTED,
    Plan,
    Standing,
    speaks_kafka,
    standing,
    until_told,
)

PARTNER_SCOPES = ("referrals.write", "referrals.read")
HOURS = 7 * 24
KILLED = -signal.SIGKILL
RUSH, NINE_MONTHS = "rush", 3931
"""Derby's referrals of nine months, posted as fast as they go in, on a real clock."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asked of the demo."""

    check: bool
    seed: int
    referrals: int
    first_port: int | None
    echo: bool
    kafka: bool = False


def demo(wanted: Wanted, say: Say) -> int:
    """Let all come at once until Ctrl-C, or until checked; give the exit code."""
    if wanted.kafka:
        java()
        jars(say)
    code = until_told(_demo(wanted, data(), say))
    say("Stopped.")
    return code


def serve(name: str, port: int | None, say: Say) -> int:
    """Run one service in the foreground until Ctrl-C; give the exit code."""
    if name not in services():
        raise Trouble(f"There is no service {name}; there are {', '.join(services())}.")
    return until_told(_serve(name, port, say))


def brokers(count: int, say: Say) -> int:
    """Run Kafka alone until Ctrl-C; give the exit code."""
    java()
    jars(say)
    return until_told(_brokers(count, say))


async def _brokers(count: int, say: Say) -> int:
    cluster = Kafka(data() / "kafka" / f"brokers-{count}", brokers=count, say=say)
    began = time.monotonic()
    try:
        for _ in cluster.starting():
            await asyncio.sleep(TICK)
        say(f"Kafka is up after {time.monotonic() - began:.1f} s at {cluster.servers}")
        say(f"For a service: SAFEGUARDING_BUS_URL=kafka://{cluster.servers}; Ctrl-C stops it.")
        await _for_ever(say)
    finally:
        for _ in cluster.stopping():
            await asyncio.sleep(TICK)
    return 0


async def _serve(name: str, port: int | None, say: Say) -> int:
    kafka = speaks_kafka(data())
    plan = Plan(data=data(), services=[name], first_port=port, echo=say, kafka=kafka)
    async with standing(plan, say) as up:
        stands(data())
        say(f"{name} is up at {up.urls[name]}; Ctrl-C stops it.")
        await _for_ever(say)
    return 0


async def _for_ever(say: Say) -> None:
    """Wait until somebody presses Ctrl-C."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        say("Stopping.")


def forget(folder: Path) -> None:
    """Remove what earlier demos left.

    Raises:
        InUse: one is running.
    """
    server = Postgres(folder / "postgres")
    claim = Claim(server.home / "lock")
    claim.take()
    for gone in (server.home / "data", folder / "keys", folder / "demo"):
        shutil.rmtree(gone, ignore_errors=True)
    shutil.rmtree(folder / "kafka" / "services", ignore_errors=True)
    for gone in (folder / "secrets.json", folder / BUS):
        gone.unlink(missing_ok=True)
    claim.release()


def tokens(folder: Path) -> dict[str, str]:
    """Mint a token for every part that the demo plays."""
    signer = issuer(folder)
    partners = {name: signer.mint(name, PARTNER_SCOPES, hours=HOURS) for name in PARTNERS}
    staff = {name: signer.mint(name, roles=[role], hours=HOURS) for name, role in STAFF.items()}
    return partners | staff


async def _demo(wanted: Wanted, folder: Path, say: Say) -> int:
    began = time.monotonic()
    echo = say if wanted.echo else silent
    plan = Plan(
        data=folder,
        services=services(),
        first_port=wanted.first_port,
        echo=echo,
        kafka=wanted.kafka,
    )
    async with standing(plan, say) as up:
        say(f"Everything is up after {time.monotonic() - began:.1f} s.")
        code = await _perform(wanted, up, folder / "demo")
        if wanted.check or code == INTERRUPTED:
            return code
        say(f"Logs of the services: {folder / 'logs' / 'services.log'}")
        if up.kafka:
            say(f"Kafka: {up.kafka.servers}")
        say("Ctrl-C stops everything.")
        await _for_ever(say)
        return 0


async def _perform(wanted: Wanted, up: Standing, folder: Path) -> int:
    """Let the council play; where it has played here before, it goes on where it stopped."""
    asked = (str(wanted.seed), str(wanted.referrals), "check" if wanted.check else "")
    return await visited(up, folder, tokens(folder.parent), "deploy.local.visit", *asked)


async def visited(
    up: Standing, folder: Path, tokens: Mapping[str, str], visitor: str, *words: str
) -> int:
    """Let `visitor` play in a process of its own, that does not outlive us; give its exit code.

    Where it is killed, another goes on.
    What it needs to get in lies in `folder`, and is the first of its words; it lies where a reader
    of the README looks, too.
    """
    access = folder / "access.json"
    stands(folder.parent)
    for path in {access, data() / "demo" / access.name}:
        remember(path, up.access(tokens))
    command, code = (sys.executable, "-m", visitor, str(access), *words), KILLED
    while code == KILLED:  # its receipts say where it was
        code = await _visit(command)
    return code if code >= 0 else INTERRUPTED


async def _visit(command: Sequence[str]) -> int:
    council = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, preexec_fn=leash(signal.SIGKILL)
    )
    try:
        return await council.wait()
    except asyncio.CancelledError:
        if council.returncode is None:
            council.kill()
        raise
