"""What does a request cost by itself? Intake's routes, whose loops another process runs."""

import asyncio
import gc

import uvicorn
import uvloop
from sqlalchemy.ext.asyncio import create_async_engine

from services.intake.app import intake
from shared import telemetry
from shared.access.tokens import Tokens
from shared.http.application import application
from shared.http.limits import Limit
from shared.http.parts import Runtime
from shared.lease import pool_of
from shared.log.log import Log
from shared.run import Server, Settings
from shared.sealed.vault import FileKey, Vault
from shared.way import Way


async def serve() -> None:
    """Serve until told to stop, as `shared.run` does but for relay, consumer and projections."""
    told = Settings()
    telemetry.configure(intake.name)
    pool = await pool_of(told.database_url, 8)
    vault = Vault(Way(told.vault_url), FileKey(told.key_file))
    await vault.prepare()
    async with Log(intake.name, told.database_url, pool, vault, intake.codec()) as log:
        await _serve(told, log)


async def _serve(told: Settings, log: Log) -> None:
    app = application(intake)
    app.state.runtime, app.state.simulated = _runtime(told, log), log.simulated
    config = uvicorn.Config(
        app,
        host=told.host,
        port=told.port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        http="httptools",
    )
    gc.collect()
    gc.freeze()
    await Server(config).serve()


def _runtime(told: Settings, log: Log) -> Runtime:
    dsn = told.database_url.replace("postgresql:", "postgresql+asyncpg:", 1)
    return Runtime(
        log=log,
        engine=create_async_engine(dsn),
        tokens=Tokens.of(told.jwks_file, told.issuer, told.audience),
        limit=Limit(),
        ready={},
    )


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(serve())
