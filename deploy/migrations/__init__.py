"""How does a database come to have the tables that this build expects?

One Alembic tree with three branches of its own: `service` (log and work tables, one database for
each service), `bus` and `vault`. A revision only runs the .sql that lies beside it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from sqlalchemy.util import await_only

HERE = Path(__file__).parent
EACH = "-- each role\n"
Kind = Literal["service", "bus", "vault"]
Clock = Literal["real", "simulated"]


def migrate(dsn: str, kind: Kind, roles: Sequence[str], *, clock: Clock = "real") -> None:
    """Bring the database at `dsn` (a superuser's) to this build's tables, for login `roles`.

    An installation keeps the clock it was created with for ever; a second run changes nothing.
    """
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(HERE / kind))
    config.attributes.update(dsn=dsn, kind=kind, roles=tuple(roles), clock=clock)
    command.upgrade(config, "head")


def run_beside(revision: str) -> None:
    """Run the .sql beside `revision`, up to its `-- each role` mark."""
    once, _, _ = Path(revision).with_suffix(".sql").read_text().partition(EACH)
    _run(once.replace("{clock}", context.config.attributes["clock"]))


def grant() -> None:
    """Run what stands behind the marks for each role: one may be newer than the revisions."""
    wanted = context.config.attributes
    for script in sorted((HERE / wanted["kind"]).glob("*.sql")):
        _, _, each = script.read_text().partition(EACH)
        for role in wanted["roles"] if each else ():  # an empty script is no statement
            _run(each.replace("{role}", f'"{role}"'))


def _run(script: str) -> None:
    connection: Any = context.get_bind().connection.driver_connection
    await_only(connection.execute(script))
