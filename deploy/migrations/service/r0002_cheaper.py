"""How is the same found, and checked, at less cost?"""

from deploy.migrations import run_beside

revision = "service_0002"
down_revision = "service_0001"


def upgrade() -> None:
    """Index what is due as it is asked for, and check a stream's name in two steps."""
    run_beside(__file__)
