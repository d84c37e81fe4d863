"""How do keys for people nobody has heard of cost less?"""

from deploy.migrations import run_beside

revision = "vault_0003"
down_revision = "vault_0002"


def upgrade() -> None:
    """Take them as they come, and look for the keys that were there only where one was."""
    run_beside(__file__)
