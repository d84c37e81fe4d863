"""How does Alembic reach a database?"""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.migrations import grant


def upgrade(connection: Connection) -> None:
    """Run what is missing, and let the roles in, in one transaction."""
    context.configure(connection=connection, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
        grant()


async def _main(dsn: str) -> None:
    address = dsn.replace("postgresql:", "postgresql+asyncpg:", 1)
    engine = create_async_engine(address, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


asyncio.run(_main(context.config.attributes["dsn"]))
