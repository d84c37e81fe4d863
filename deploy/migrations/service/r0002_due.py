"""How is what is due found, where many times are due at once?"""

from deploy.migrations import run_beside

revision = "service_0002"
down_revision = "service_0001"


def upgrade() -> None:
    """Index what is due in the order in which it is asked for."""
    run_beside(__file__)
