"""Is every answer the fold of its log, and does nobody hold a lock who should not?"""

import asyncpg

from shared.run import find
from tests.kernel.folds import folded
from tests.support.house import SERVICES
from tests.support.patience import until
from tests.survival.conftest import owner_of
from tests.survival.town import Town

LOCKS = """
select l.classid, l.objid, count(*) from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and a.datname = current_database()
group by 1, 2 having count(*) > 1 or l.classid not in (8113, 8114)"""
"""Those of the jobs are held by one each; that of an append by nobody, once all is settled."""

OPEN = """
select count(*) from pg_stat_activity
where datname = current_database() and state like 'idle in transaction%'"""


async def fold_and_tables_agree(town: Town) -> None:
    """See that each projection's table is what its fold makes of the log."""
    for name in SERVICES:
        service = find(f"services.{name}")
        codec = service.codec()
        async with owner_of(town.house, name) as db:
            events = [codec.read(it) for it in await db.fetch("select * from log.read(0, 9999999)")]
            for it in service.projections:
                found = await db.fetch(f'select * from projection."{it.name}"')  # noqa: S608 - ours
                rows = {row[0]: it.row(**dict(row)) for row in found}
                assert (rows, set()) == folded(it, events), it.name


async def no_lock_is_left(town: Town) -> None:
    """See that nobody holds what would keep others waiting."""
    for name in SERVICES:
        async with owner_of(town.house, name) as db:

            async def free(db: asyncpg.Connection = db) -> bool:
                return not await db.fetch(LOCKS) and not await db.fetchval(OPEN)

            await until(free, 20)
