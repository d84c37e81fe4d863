"""What do the tests of this machine's part need?"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import binaries, places
from deploy.local.places import ROOT


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that the server's user can reach; pytest's own it cannot, under root."""
    folder = Path(tempfile.mkdtemp(prefix="safeguarding-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def private(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that only we can enter; what must be reachable goes beside it."""
    monkeypatch.setattr(places, "RUNTIME", home)
    folder = home / "private"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def account(home: Path) -> binaries.Account:
    """Give who a server would run as."""
    return binaries.server_account(home / "data")


root_only = pytest.mark.skipif(os.getuid() != 0, reason="only root runs programs as others")


def surroundings(data: Path) -> dict[str, str]:
    """Give the environment that ./run gives a command: compiled code is kept."""
    inherited = {
        name: told for name, told in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    return inherited | {"SAFEGUARDING_DATA": str(data), "COLUMNS": "100"}


def ask(*words: str, data: Path) -> tuple[int, str]:
    """Run one of our commands on `data`; give its exit code and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", *words],
        cwd=ROOT,
        env=surroundings(data),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout
