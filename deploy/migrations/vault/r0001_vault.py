"""What holds the keys of people?"""

from deploy.migrations import run_beside

revision = "vault_0001"
down_revision = None


def upgrade() -> None:
    """Make it."""
    run_beside(__file__)
