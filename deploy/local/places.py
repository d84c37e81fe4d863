"""Where does everything lie, and who may read it?"""

import hashlib
import json
import os
import secrets
import socket
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from deploy.local import Trouble

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = Path("/var/tmp")  # noqa: S108 - every entry is checked for its owner before it is used
PRIVATE = 0o600
_HELD = set[int]()
"""Ports that are kept for this process."""


def data() -> Path:
    """Give the folder of all state, made if absent; SAFEGUARDING_DATA moves it."""
    folder = Path(os.environ.get("SAFEGUARDING_DATA") or ROOT / ".data").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Trouble(
            f"Cannot write in {folder} ({error.strerror}). It may belong to somebody else: "
            "remove it, or name another folder in SAFEGUARDING_DATA."
        ) from error


def stands(folder: Path) -> None:
    """Keep that the council in `folder` is the one that was started last."""
    remember(data() / "stands.json", {"folder": str(folder)})


def council() -> Path:
    """Give the folder of the council that was started last, be it a scenario's or our own."""
    return Path(remembered(data() / "stands.json").get("folder") or data())


def runtime(about: str) -> Path:
    """Give a folder outside the checkout that belongs to us, the same for the same `about`."""
    folder = RUNTIME / f"safeguarding-{hashlib.sha256(about.encode()).hexdigest()[:12]}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise Trouble(f"{folder} is not ours. Remove it and try again.")
    folder.chmod(0o755)
    return folder


def services() -> list[str]:
    """Give the names of all services in the tree."""
    return sorted(app.parent.name for app in (ROOT / "services").glob("*/app.py"))


def write(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Write all of `text` or nothing; nobody reads it half written, or before `mode` holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(made, mode)
        hand_over(made, path.parent)
        file.flush()
        os.fsync(made)  # a key that a power cut takes away takes all that it shut with it
    Path(name).replace(path)


def hand_over(file: int, folder: Path) -> None:
    """Let a file that root made belong to the owner of its folder, who comes back as themselves."""
    if os.getuid() == 0:
        owner = folder.stat()
        os.fchown(file, owner.st_uid, owner.st_gid)


def remembered(path: Path) -> dict[str, Any]:
    """Give what was written to `path` as JSON, or nothing."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remember(path: Path, values: Mapping[str, Any]) -> None:
    """Write `values` to `path` as JSON that only we read."""
    write(path, json.dumps(values, indent=2, sort_keys=True) + "\n")


def once(path: Path) -> str:
    """Give the random 32 bytes (hex) kept in `path`, made at the first call."""
    if not path.exists():
        write(path, secrets.token_hex(32) + "\n")
    return path.read_text("utf-8").strip()


def free_port(wanted: int | None = None) -> int:
    """Give `wanted` where that port of this machine is free, else another that is.

    It is kept for this process and its children: nobody else is given it before they listen.
    """
    for port in (wanted or 0, 0):
        with socket.socket() as probe, suppress(OSError, OverflowError):
            # As the servers do: the end of an earlier connection is no reason to move.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found = int(probe.getsockname()[1])
            if found not in _HELD:  # a server that is started again and again asks each time
                _HELD.add(found)
                probe.detach()  # stays bound until this process ends, which keeps it from others
            return found
    raise Trouble("No free port on 127.0.0.1.")
