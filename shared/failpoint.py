"""Where may a test let the work end in the middle?"""

import os

armed = os.environ.get("SAFEGUARDING_FAILPOINT", "")
"""`relay.after_send:exit` ends the process there, `:raise` the work, once. Empty but in tests."""


class Struck(Exception):
    """A test wanted the work to end here."""


def failpoint(name: str) -> None:
    """Do nothing, unless a test armed this point."""
    global armed  # noqa: PLW0603 - what is armed strikes once
    if armed and armed.partition(":")[0] == name:
        if armed.endswith(":exit"):
            os._exit(70)
        armed = ""
        raise Struck(name)
