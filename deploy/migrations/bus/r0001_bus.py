"""What holds the bus of one machine?"""

from deploy.migrations import run_beside

revision = "bus_0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    run_beside(__file__)
