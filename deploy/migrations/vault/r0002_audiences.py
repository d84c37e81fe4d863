"""For whose eyes do the two services that joined keep words?"""

from deploy.migrations import run_beside

revision = "vault_0002"
down_revision = "vault_0001"


def upgrade() -> None:
    """Let them."""
    run_beside(__file__)
