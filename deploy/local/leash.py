"""How does a child end when its parent ends, even by kill -9?"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded here, since between fork and exec nothing may be imported.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def leash(at_the_end: signal.Signals) -> Callable[[], None] | None:
    """Give what a child runs before exec so that it gets `at_the_end` when we are gone.

    The kernel ties it to the thread that forks, and forgets it when the uid changes: fork from
    a thread that lives as long as the process. Only Linux has it; elsewhere None.
    """
    parent, libc = os.getpid(), _LIBC
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(at_the_end))
        if os.getppid() != parent:  # it died before we were tied
            os.kill(os.getpid(), signal.SIGKILL)

    return tie
