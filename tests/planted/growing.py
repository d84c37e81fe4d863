"""What grows from a plant: does its test turn red, and is it green without it?"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree as ET

from tests.architecture.copies import Copy, copied
from tests.planted.plants import Plant

PARTS = ("services", "shared", "deploy", "tests", "docs")
"""Of the tree, as far as tests of the kernel read it."""

PATIENCE = 120
"""Seconds that one test may take: a fault may let it wait for what never comes."""


@dataclass(frozen=True)
class Outcome:
    """What a run of tests came to."""

    passed: int
    failed: int
    """A test that could not begin has not failed: what broke it was no finding of its own."""

    broken: int
    seconds: float
    words: str


@contextmanager
def garden() -> Iterator[Copy]:
    """Give a copy of the tree to plant in; nothing is ever planted in the tree itself."""
    with tempfile.TemporaryDirectory(prefix="safeguarding-planted-") as folder:
        Path(folder).chmod(0o755)
        yield copied(Path(folder), PARTS)


@contextmanager
def planted(copy: Copy, plant: Plant) -> Iterator[None]:
    """Have a fault in the copy for a while."""
    with copy.undone(plant.file):
        copy.change(plant.file, plant.old, plant.new)
        yield


def outcome(copy: Copy, tests: Sequence[str]) -> Outcome:
    """Run tests in the copy, and say what they came to."""
    report, began = copy.root / "report.xml", monotonic()
    report.unlink(missing_ok=True)
    words = (
        *(sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider"),
        *(f"--timeout={PATIENCE}", f"--junitxml={report}", *tests),
    )
    done = subprocess.run(
        words, cwd=copy.root, env=_alone(), text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    cases = list(ET.parse(report).getroot().iter("testcase")) if report.exists() else []  # noqa: S314 - pytest wrote it
    failed = sum(1 for case in cases if case.find("failure") is not None)
    broken = sum(1 for case in cases if case.find("error") is not None)
    passed = sum(1 for case in cases if not len(case))
    return Outcome(passed, failed, broken, monotonic() - began, done.stdout)


def _alone() -> dict[str, str]:
    """Give our surroundings without what a pytest around us has put there."""
    return {name: value for name, value in os.environ.items() if "PYTEST" not in name}
