"""Which faults were tried, how often, and what came of them?"""

import os
import platform
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

HEAD = """# Reliability

Each fault below is made on purpose by a test, under load, on real processes and a real PostgreSQL
with durability on; afterwards an oracle reads the logs, the bus and the rows, and compares them
with what callers were told. The tests write this page themselves (`tests/faults/report.py`).

| | holds |
|---|---|
| I1 | what was acknowledged survives |
| I2 | a request is recorded whole or not at all |
| I3 | positions have no gap |
| I4 | versions, and the numbers of what is told, have no gap, in the order of positions |
| I5 | the chain of hashes verifies |
| I6 | of several on one version one wins, and the others are told |
| I7 | the same command has one effect, and gets its first answer |
| I8 | a reader sees every position once, in order |
| I9 | a projection is the fold of its log |
| I10 | what is told of a case keeps its order, repeats aside |
| I11 | a message takes effect once; then its place moves |
| I12 | a block holds up its own case and no other |
| I15 | a list is never older than its token |
| I16 | `recorded_at` rises between two steps of the clock |
| I17 | any interleaving of topics ends in the same state |
"""

BY_HAND = Path(__file__).with_name("by_hand.md")
"""What takes too long for a suite: written by whoever did it."""


@dataclass
class Tried:
    """A fault, as often as it was tried."""

    invariants: str
    module: str
    rounds: int = 0
    outcomes: list[str] = field(default_factory=list)
    figures: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def row(self, what: str) -> str:
        """Give the row of the table."""
        bad = [it for it in self.outcomes if it != "passed"]
        outcome = "holds" if not bad else f"**{', '.join(sorted(set(bad)))}**"
        figures = "; ".join(f"{name} {_most(found)}" for name, found in self.figures.items())
        return f"| {what} | {self.invariants} | {self.rounds} | {outcome} | {figures} |"


def _most(found: Sequence[float]) -> str:
    return f"{max(found):g}" if len(found) == 1 else f"{max(found):g} at most"


class Report:
    """A plugin that writes down the faults that were tried."""

    def __init__(self, file: Path) -> None:
        self._file, self._tried = file, dict[str, Tried]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what came of a test."""
        found: dict[str, Any] = dict(report.user_properties)
        if "fault" not in found or (report.when != "call" and report.passed):
            return
        what, invariants = found.pop("fault")
        module = report.nodeid.partition("::")[0]
        tried = self._tried.setdefault(what, Tried(invariants, module))
        tried.rounds += int(found.pop("rounds", 1))
        tried.outcomes.append(report.outcome)
        for name, figure in found.items():
            tried.figures[name].append(float(figure))

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        self._file.write_text(self._page(), "utf-8")

    def _page(self) -> str:
        modules = defaultdict[str, list[str]](list)
        for what, tried in self._tried.items():
            modules[tried.module].append(tried.row(what))
        parts = [HEAD, _machine()]
        for module, rows in sorted(modules.items()):
            parts.append(f"\n## {_question(module)}\n\n`{module}`\n")
            parts.append(
                "| fault | invariants | rounds | outcome | seconds |\n|---|---|---|---|---|"
            )
            parts += sorted(rows)
        return "\n".join(parts) + "\n" + BY_HAND.read_text("utf-8")


def _question(module: str) -> str:
    found = import_module(module.removesuffix(".py").replace("/", ".")).__doc__ or module
    return found.partition("\n")[0]


def _machine() -> str:
    return (
        f"Last run: Python {sys.version.split()[0]}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores."
    )
