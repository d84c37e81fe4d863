"""Which instance does which job?"""

from collections.abc import Mapping
from contextlib import suppress

import asyncpg
import psutil

from tests.survival.town import Town

JOBS = """
select l.classid || ' ' || l.objid as job, a.client_port as port
from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and a.datname = 'triage'
and l.classid in (8113, 8114)
"""
"""Who relays, hears and folds for triage, by the port of its connection."""


async def owners(town: Town, db: asyncpg.Connection) -> Mapping[str, str]:
    """Give the instance that does each job."""
    ports: dict[int, str] = {}
    for name in town.urls.keys() & town.supervisors.keys():
        with suppress(psutil.NoSuchProcess):  # it was killed, or is about to be started again
            for found in psutil.Process(town.process(name).pid).net_connections("tcp"):
                ports[found.laddr.port] = name
    return {row["job"]: ports.get(row["port"], "nobody") for row in await db.fetch(JOBS)}
