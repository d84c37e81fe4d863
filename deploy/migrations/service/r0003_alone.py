"""How does a request that comes alone cost less?"""

from deploy.migrations import run_beside

revision = "service_0003"
down_revision = "service_0002"


def upgrade() -> None:
    """Append the facts of each request at once, and ask nothing of one that only many need."""
    run_beside(__file__)
