"""What holds the log, and what loops remember?"""

from deploy.migrations import run_beside

revision = "service_0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    run_beside(__file__)
