"""What stands when a council's services run on this machine?"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from deploy.local import Say, Trouble, places, silent
from deploy.local.kafka import Kafka
from deploy.local.places import free_port, remember, remembered
from deploy.local.postgres import TICK, Postgres
from deploy.local.provision import Clock, provision
from deploy.local.supervisor import Program, Supervisor

STOP_SECONDS = 4.5
INTERRUPTED = 130
HOST = "127.0.0.1"
BUS = "bus.json"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything that runs, and where."""

    server: Postgres
    supervisor: Supervisor
    urls: Mapping[str, str]
    kafka: Kafka | None = None

    def access(self, tokens: Mapping[str, str]) -> Mapping[str, Any]:
        """Give what a caller needs to get in: addresses, API references and tokens."""
        docs = {name: f"{url}/docs" for name, url in self.urls.items()}
        return {**self.urls, "docs": docs, "tokens": tokens}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to stand, and how."""

    data: Path
    services: Sequence[str]
    first_port: int | None = None
    clock: Clock = "real"
    durable: bool = True
    kafka: bool = False
    """Whether services speak over a Kafka of their own, or over PostgreSQL."""

    echo: Say = silent
    """Hears each line that a service logs."""


@asynccontextmanager
async def standing(plan: Plan, say: Say = silent) -> AsyncIterator[Standing]:
    """Start PostgreSQL and the services, give them once all are ready, and stop all within 5 s.

    Raises:
        InUse: another process uses this data.
        Trouble: something does not start.
    """
    server = Postgres(plan.data / "postgres", durable=plan.durable, say=say)
    kafka = Kafka(plan.data / "kafka" / "services", say=say) if plan.kafka else None
    supervisor = None
    _keep_bus(plan)
    try:
        for _ in zip_longest(server.starting(), kafka.starting() if kafka else ()):
            await asyncio.sleep(TICK)
        # Migrations run an event loop of their own, so they get a thread of their own.
        settings = await asyncio.to_thread(_settings, plan, server)
        if kafka:
            bus = {"SAFEGUARDING_BUS_URL": f"kafka://{kafka.servers}"}
            settings = {name: told | bus for name, told in settings.items()}
        urls = _urls(plan.data / "ports.json", plan.services, plan.first_port)
        programs = [_program(name, urls[name], settings[name]) for name in plan.services]
        log = plan.data / "logs" / "services.log"
        supervisor = Supervisor(programs, log, server=server, kafka=kafka, say=say, echo=plan.echo)
        await supervisor.start()
        await supervisor.ready()
        yield Standing(server=server, supervisor=supervisor, urls=urls, kafka=kafka)
    finally:
        await _stop(server, kafka, supervisor)


def speaks_kafka(data: Path) -> bool:
    """Say whether what lies in `data` was told over Kafka."""
    return remembered(data / BUS).get("kafka") is True


def _keep_bus(plan: Plan) -> None:
    """Refuse to go on over another bus: what one was told, the other never heard."""
    made = (plan.data / "postgres" / "data").exists()
    if made and speaks_kafka(plan.data) != plan.kafka:
        now, other = ("PostgreSQL", "Kafka") if plan.kafka else ("Kafka", "PostgreSQL")
        raise Trouble(
            f"The services of {plan.data} have spoken over {now} so far. Begin anew over {other} "
            "with --fresh, or name another folder in SAFEGUARDING_DATA."
        )
    remember(plan.data / BUS, {"kafka": plan.kafka})


def until_told(work: Coroutine[Any, Any, int]) -> int:
    """Do `work` to its end or until Ctrl-C, cleaned up in both cases; give the exit code."""
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, int]) -> int:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sent, told.set)
    working, waiting = asyncio.create_task(work), asyncio.create_task(told.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not working.done():
        working.cancel()
    try:
        return await working
    except asyncio.CancelledError:
        return INTERRUPTED


async def _stop(server: Postgres, kafka: Kafka | None, supervisor: Supervisor | None) -> None:
    began = time.monotonic()
    if supervisor:
        await supervisor.stop()
    left = STOP_SECONDS - (time.monotonic() - began)
    for _ in zip_longest(server.stopping(left), kafka.stopping(left) if kafka else ()):
        await asyncio.sleep(TICK)


def _settings(plan: Plan, server: Postgres) -> dict[str, dict[str, str]]:
    # Roles and grants are made for all, though only some are started now.
    everyone = sorted({*places.services(), *plan.services})
    return provision(server, plan.data, everyone, clock=plan.clock)


def _urls(file: Path, services: Sequence[str], first: int | None) -> dict[str, str]:
    """Give each service a free port, the one it had before where that can be."""
    known = remembered(file)
    wanted = {name: first + n if first else known.get(name) for n, name in enumerate(services)}
    ports = {name: free_port(port) for name, port in wanted.items()}
    remember(file, known | ports)
    return {name: f"http://{HOST}:{port}" for name, port in ports.items()}


def _program(name: str, url: str, settings: Mapping[str, str]) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", "shared.run", f"services.{name}"),
        environment={
            **settings,
            "SAFEGUARDING_HOST": HOST,
            "SAFEGUARDING_PORT": url.rpartition(":")[2],
            # Partners' receivers run on this machine too; elsewhere nothing inside is reached.
            "SAFEGUARDING_EGRESS_ALLOW": "127.0.0.0/8",
        },
        url=url,
    )
