"""What stands behind ./run on one machine?"""

from collections.abc import Callable

Say = Callable[[str], None]
"""Says one plain line to whoever is watching."""


class Trouble(Exception):
    """Something cannot go on; its text says why in plain words, and what to do."""


def silent(_: str) -> None:
    """Say nothing."""
