"""What does `./run demo` do, from an empty folder to a town that lives?"""

import time
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.scenario.parts import SCOPES, STAFF
from deploy.demo.scenario.plan import SCENARIOS
from deploy.local import Say, Trouble, silent
from deploy.local.demo import HOURS, RUSH, visited
from deploy.local.kafka import jars, java
from deploy.local.places import data, services
from deploy.local.provision import issuer
from deploy.local.standing import Plan, standing, until_told


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asked of a scenario."""

    name: str
    check: bool = False
    report: bool = False
    seed: int = 1
    scale: float = 1.0
    days: int | None = None
    first_port: int | None = None
    echo: bool = False
    kafka: bool = False


def folder_of(name: str) -> Path:
    """Give where a scenario's own data lie: each has a clock of its own, the rush ours.

    Raises:
        Trouble: there is no such scenario.
    """
    if name == RUSH:
        return data()
    if name not in SCENARIOS:
        raise Trouble(f"There is no scenario {name}; there are {', '.join((*SCENARIOS, RUSH))}.")
    return data() / "scenarios" / name


def scenario(wanted: Wanted, say: Say) -> int:
    """Play a scenario, then let the town live until Ctrl-C; give the exit code."""
    folder = folder_of(wanted.name)
    folder.mkdir(parents=True, exist_ok=True)
    if wanted.kafka:
        java()
        jars(say)
    code = until_told(_play(wanted, folder, say))
    say("Stopped.")
    return code


def tokens(folder: Path) -> dict[str, str]:
    """Mint a token for every part that is played."""
    signer = issuer(folder)
    partners = {name: signer.mint(name, scopes, hours=HOURS) for name, scopes in SCOPES.items()}
    staff = {name: signer.mint(name, roles=roles, hours=HOURS) for name, roles in STAFF.items()}
    return partners | staff


async def _play(wanted: Wanted, folder: Path, say: Say) -> int:
    began = time.monotonic()
    plan = Plan(
        data=folder,
        services=services(),
        first_port=wanted.first_port,
        clock="simulated",
        echo=say if wanted.echo else silent,
        kafka=wanted.kafka,
    )
    async with standing(plan, say) as up:
        say(f"Everything is up after {time.monotonic() - began:.1f} s, on a clock of its own.")
        words = _words(wanted)
        return await visited(up, folder / "demo", tokens(folder), "deploy.demo.scenario", *words)


def _words(wanted: Wanted) -> list[str]:
    words = [wanted.name, f"--seed={wanted.seed}", f"--scale={wanted.scale}"]
    words += [f"--days={wanted.days}"] if wanted.days else []
    return words + ["--check"] * wanted.check + ["--report"] * wanted.report
