"""Do the two commands of the README work on a machine with Python, venv and nothing else?"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deploy.local.places import ROOT

RELEASE = "bookworm"
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".data", "__pycache__", ".*_cache", ".hypothesis"
)
NETWORK = ("PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_", "https_", "no_proxy")
DAYS = "2"


def cannot() -> str | None:
    """Say why there can be no bare machine here."""
    if os.getuid() != 0:
        return "a bare machine needs root"
    for tool in ("debootstrap", "unshare"):
        if shutil.which(tool) is None:
            return f"{tool} is not at hand"
    mount = [shutil.which("unshare") or "unshare", "--mount", "true"]
    tried = subprocess.run(mount, capture_output=True, check=False)
    return "mounting is not allowed here" if tried.returncode else None


@pytest.fixture
def machine() -> Iterator[Path]:
    reason = cannot()
    if reason:
        pytest.skip(reason)
    root = Path(tempfile.mkdtemp(prefix="safeguarding-bare-", dir="/var/tmp"))
    root.chmod(0o755)
    made = ["debootstrap", "--variant=minbase", "--include=python3,python3-venv", RELEASE]
    done = subprocess.run([*made, root], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        bring(root)
        yield root
    assert str(root) not in Path("/proc/mounts").read_text()
    shutil.rmtree(root)
    if done.returncode:
        pytest.skip(f"debootstrap found no {RELEASE}: {done.stdout.strip().splitlines()[-1:]}")


def bring(root: Path) -> None:
    """Bring the tree, and what this network asks of whoever installs packages."""
    shutil.copytree(ROOT, root / "house", ignore=LEFT_BEHIND, symlinks=True)
    wanted = {"/etc/resolv.conf", *(value for _, value in network() if value.startswith("/"))}
    for path in (Path(each) for each in wanted):
        there = root / path.relative_to("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not there.exists():
            shutil.copytree(path, there)
        elif path.is_file():
            there.unlink(missing_ok=True)  # a link in there may point at a file of ours
            shutil.copy(path, there)


def network() -> list[tuple[str, str]]:
    return [(name, value) for name, value in os.environ.items() if name.startswith(NETWORK)]


def inside(root: Path, user: str, words: Sequence[str]) -> str:
    """Run on the bare machine; its mounts end with the command, so that nothing of ours is lost."""
    mounts = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec "$@"'
    environment = [f"{name}={value}" for name, value in network()]
    done = subprocess.run(
        [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *("sh", "-c", mounts, str(root)),
            *("chroot", f"--userspec={user}", str(root)),
            *("env", "-i", "HOME=/tmp", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment),
            *("/house/run", *words),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_both_commands_work_as_root_and_as_an_ordinary_user(machine: Path) -> None:
    check = ("demo", "--check", "--days", DAYS)
    first = inside(machine, "root", check)
    assert "Installing" in first
    assert "Installing" not in inside(machine, "root", check)
    for folder, _, files in os.walk(machine / "house"):
        for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118
            shutil.chown(path, "games", "games")
    inside(machine, "games", check)
    assert " passed" in inside(machine, "games", ("test", "-m", "not slow"))
