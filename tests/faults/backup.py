"""How is a running server copied, and the copy started, as after a restore?"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy.local import binaries, silent
from deploy.local.postgres import Postgres


@asynccontextmanager
async def backup_of(server: Postgres) -> AsyncIterator[Postgres]:
    """Give a base backup of a running server, not yet started; it leaves nothing behind."""
    asked = Path(tempfile.mkdtemp(prefix="safeguarding-"))
    copy = Postgres(asked)
    try:
        for name in ("password", "port"):
            shutil.copy(server.home / name, copy.home / name)
        account = binaries.server_account(server.home / "data")
        (copy.home / "data").mkdir(mode=0o700)
        os.chown(copy.home / "data", account.uid, account.gid)
        await _copied(server, copy.home / "data", account)
        yield copy
    finally:
        copy.stop()
        for home in (asked, copy.home):
            shutil.rmtree(home, ignore_errors=True)


async def _copied(server: Postgres, to: Path, account: binaries.Account) -> None:
    program = binaries.binaries(account, silent) / "pg_basebackup"
    copying = await asyncio.create_subprocess_exec(
        program, "-D", to, "-d", server.dsn("postgres"), "-X", "stream", "-c", "fast", "--no-sync",
        cwd="/", stderr=asyncio.subprocess.PIPE, **account.run(),
    )  # fmt: skip
    _, said = await copying.communicate()
    assert copying.returncode == 0, said.decode()


def there(dsn: str, copy: Postgres) -> str:
    """Give the address of the same database in the copy."""
    parts = urlsplit(dsn)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.hostname}:{copy.port}"))
