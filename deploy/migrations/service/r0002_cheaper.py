"""How is the same kept, checked and found at less cost?"""

from deploy.migrations import run_beside

revision = "service_0002"
down_revision = "service_0001"


def upgrade() -> None:
    """Keep bodies as they are, check a stream's name in two steps, index what is due."""
    run_beside(__file__)
