"""How is a service started? `python -m shared.run services.NAME`."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import uvicorn
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.ext.asyncio import create_async_engine

from shared import telemetry
from shared.access.tokens import Tokens
from shared.bus.choice import bus_of
from shared.bus.consumer import Consumer
from shared.bus.message import Speaker
from shared.bus.relay import Relay
from shared.decider import nothing
from shared.http.application import application
from shared.http.limits import Limit
from shared.http.parts import Runtime
from shared.lease import Loop, pool_of
from shared.log.log import Log
from shared.log.start import check
from shared.projections.projector import Projector
from shared.projections.timers import Timers
from shared.sealed.vault import FileKey, Vault
from shared.service import Service
from shared.time.calendar import calendar
from shared.way import Way


class Settings(BaseSettings):
    """What a process is told by its surroundings, each as `SAFEGUARDING_NAME`."""

    model_config = SettingsConfigDict(env_prefix="SAFEGUARDING_")

    database_url: str
    bus_url: str
    vault_url: str
    key_file: Path
    authority: str = "E06000015"
    issuer: str = "https://issuer.invalid"
    audience: str = "safeguarding"
    jwks_file: Path
    revoked_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000


ENDS_WITHIN = 3.0
"""Seconds that a loop has for the batch in hand; what it had not kept, its next owner does."""


def find(path: str) -> Service:
    """Give the value that `services.NAME.app` declares."""
    service: Service = getattr(import_module(f"{path}.app"), path.rpartition(".")[2])
    return service


class Server(uvicorn.Server):
    """Stops listening and finishes requests at a signal; what follows is `serve`'s to do."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGTERM and SIGINT, and do not pass them on afterwards."""
        loop = asyncio.get_running_loop()
        for it in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(it, setattr, self, "should_exit", True)  # noqa: FBT003
        yield


@contextlib.asynccontextmanager
async def running(service: Service, told: Settings) -> AsyncIterator[tuple[Runtime, list[Loop]]]:
    """Give what `service` runs on, its loops at work; they end with their batch, then it closes."""
    dsn, loops = told.database_url, list[Loop]()
    engine = create_async_engine(dsn.replace("postgresql:", "postgresql+asyncpg:", 1))
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(engine.dispose)
        pool, keys = await pool_of(dsn, 8), Way(told.vault_url)
        for end in (pool.terminate, keys.close):  # a polite end may never come
            closing.callback(end)
        bus = await closing.enter_async_context(bus_of(told.bus_url, service.name))
        codec, vault = service.codec(), Vault(keys, FileKey(told.key_file))
        await vault.prepare()
        log = await closing.enter_async_context(Log(service.name, dsn, pool, vault, codec, loops))
        await check(log)
        keepers = [Projector(dsn, codec, it) for it in service.projections]
        loops += [Loop("projector", keeper.work) for keeper in keepers]
        relay = Relay(dsn, codec, bus, Speaker(told.authority, service.name))
        loops += [Loop("relay", relay.work)]
        if service.reactions:
            hears = Consumer(dsn, log, bus, service.reactions, told.authority)
            loops += [Loop("consumer", hears.work)]
        if any(it.owed is not nothing for it in service.deciders):
            timers = Timers(dsn, log, service.deciders, calendar())
            loops += [Loop("timers", timers.work)]
        loops += service.workers(dsn, log)
        tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in loops]
        tokens = Tokens.of(told.jwks_file, told.issuer, told.audience, told.revoked_file)
        built = zip(service.projections, keepers, strict=True)
        ready = {it.name: keeper.ready.is_set for it, keeper in built}
        try:
            yield Runtime(log=log, engine=engine, tokens=tokens, limit=Limit(), ready=ready), loops
        finally:
            for loop in loops:
                loop.stop()
            _, late = await asyncio.wait(tasks, timeout=ENDS_WITHIN)
            for task in late:
                task.cancel()


async def serve(path: str) -> None:
    """Serve one service until told to stop."""
    service, told = find(path), Settings()
    telemetry.configure(service.name)
    app = application(service)
    async with running(service, told) as (runtime, _loops):
        app.state.runtime, app.state.simulated = runtime, runtime.log.simulated
        config = uvicorn.Config(
            app, host=told.host, port=told.port, log_config=None, access_log=False,
            server_header=False, lifespan="off", timeout_graceful_shutdown=20, http="httptools",
        )  # fmt: skip
        gc.collect()
        gc.freeze()
        telemetry.log.info("serving", port=told.port)
        await Server(config).serve()
        telemetry.log.info("stopping")


def main() -> None:
    """Run the service that the command line names."""
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - not on every system

        uvloop.install()
    asyncio.run(serve(sys.argv[1]))


if __name__ == "__main__":
    main()
