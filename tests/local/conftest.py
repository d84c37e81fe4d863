"""What do the tests of this machine's part need?"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import binaries, places


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that the server's user can reach; pytest's own it cannot, under root."""
    folder = Path(tempfile.mkdtemp(prefix="safeguarding-test-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def private(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that only we can enter; what must be reachable goes beside it."""
    home.chmod(0o755)
    monkeypatch.setattr(places, "RUNTIME", home)
    folder = home / "private"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def account(home: Path) -> binaries.Account:
    """Give who a server would run as."""
    return binaries.server_account(home / "data")


root_only = pytest.mark.skipif(os.getuid() != 0, reason="only root runs programs as others")
