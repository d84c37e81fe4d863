"""A copy of the house, to try a change on with the real tools."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.doors import ROOT

PARTS = ("services", "shared", "deploy", "tests", "docs", ".mypy_cache")
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Copy:
    """Everything that the tools look at, and nothing that a service runs on."""

    root: Path

    def change(self, file: str, old: str, new: str) -> None:
        """Put `new` in place of `old`, or at the end; a file that is not there is made."""
        path = self.root / file
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text, f"{file} no longer has the place where the change goes"
        path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")

    @contextmanager
    def undone(self, *files: str) -> Iterator[None]:
        """Have these files afterwards as they were before."""
        was = {
            it: it.read_bytes() if it.exists() else None for it in map(self.root.joinpath, files)
        }
        try:
            yield
        finally:
            for path, content in was.items():
                path.write_bytes(content) if content is not None else path.unlink(missing_ok=True)

    def run(self, *command: str) -> tuple[bool, str]:
        """Run a tool of ours here: whether it was content, and what it said."""
        words: Sequence[str | Path] = (BIN / command[0], *command[1:])
        alone = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        alone["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        done = subprocess.run(
            words, cwd=self.root, env=alone, text=True, check=False, timeout=280,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode == 0, done.stdout


def copied(to: Path, parts: Sequence[str] = PARTS) -> Copy:
    """Give a copy of the house as it stands, with all that spares a tool to look again."""
    for part in parts:
        if (ROOT / part).exists():
            shutil.copytree(ROOT / part, to / part)
    shutil.copy2(ROOT / "pyproject.toml", to)
    return Copy(to)
