"""Who uses this data now?"""

import fcntl
import os
import subprocess
from contextlib import suppress
from pathlib import Path

from deploy.local import Trouble
from deploy.local.places import hand_over


class InUse(Trouble):
    """Another process uses this data."""


class Claim:
    """One claim per folder, held by one process; it ends with that process, whatever happens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> None:
        """Take the claim; ours already is no error.

        Raises:
            InUse: another process holds it.
        """
        if self._file is not None:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 20).decode() or "unknown"
            os.close(file)
            raise InUse(
                f"{self._path.parent} is in use by another ./run (process {holder}). "
                "Stop that one first, or name another folder in SAFEGUARDING_DATA."
            ) from None
        hand_over(file, self._path.parent)
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def held_elsewhere(self) -> bool:
        """Say whether another process holds it."""
        if self._file is not None or not self._path.exists():
            return False
        try:
            self.take()
        except InUse:
            return True
        self.release()
        return False


def alive(pid: int) -> bool:
    """Say whether a process of this id runs, whoever owns it."""
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        return True
    return False


def command_line(pid: int) -> str:
    """Give the words that started a process, or nothing."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    with suppress(OSError):  # no /proc on macOS
        shown = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(  # noqa: S603 - fixed words and a number
            shown, capture_output=True, text=True, check=False
        ).stdout
    return ""
