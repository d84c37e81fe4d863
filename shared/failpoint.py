"""Where may a test let the work end, or stand still, in the middle?"""

import os
import signal

armed = os.environ.get("SAFEGUARDING_FAILPOINT", "")
"""`relay.after_send:exit` ends the process there, `:freeze` stops it, `:raise` ends the work."""


class Struck(Exception):
    """A test wanted the work to end here."""


def failpoint(name: str) -> None:
    """Do nothing, unless a test armed this point."""
    global armed
    if armed and armed.partition(":")[0] == name:
        how, armed = armed.partition(":")[2], ""
        if how == "exit":
            os._exit(70)
        if how == "raise":
            raise Struck(name)
        os.kill(os.getpid(), signal.SIGSTOP)
