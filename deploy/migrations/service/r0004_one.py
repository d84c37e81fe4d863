"""How is a request that comes alone appended by a function of its own?"""

from deploy.migrations import run_beside

revision = "service_0004"
down_revision = "service_0003"


def upgrade() -> None:
    """Append one request; many that touch one another go the same way, one after the other."""
    run_beside(__file__)
