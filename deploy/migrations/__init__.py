"""How does a database come to have the tables that this build expects?

One Alembic tree with three branches of its own: `service` (log and work tables, one database for
each service), `bus` and `vault`. A revision only runs the .sql that lies beside it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy.util import await_only

HERE = Path(__file__).parent
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
    config.attributes.update(dsn=dsn, roles=tuple(roles), clock=clock)
    command.upgrade(config, "head")


def run_beside(revision: str) -> None:
    """Run the .sql beside `revision`, then its part between `-- each role` marks once a role."""
    once, _, each = Path(revision).with_suffix(".sql").read_text().partition("-- each role\n")
    wanted = context.config.attributes
    _run(once.replace("{clock}", wanted["clock"]))
    for role in wanted["roles"]:
        _run(each.replace("{role}", f'"{role}"'))


def _run(script: str) -> None:
    connection: Any = op.get_bind().connection.driver_connection
    await_only(connection.execute(script))
