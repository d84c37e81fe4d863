"""What did the services say yes to, and what may not be sent twice?

One JSON line each, written before the lane goes on: after a crash on either side, every line here
must be found in the services.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Receipts:
    """Every 2xx that came back, by the number of its referral, and what the staff did."""

    def __init__(self, path: Path, plan: Mapping[str, Any]) -> None:
        """Go on with the file at `path` where it is about the same plan."""
        self._path = path
        self._forget()
        lines = lines_of(path)
        if lines and lines[0].get("plan") == dict(plan):
            for line in lines:
                self._take(line)
        self._plan = plan

    def _forget(self) -> None:
        self.before: Mapping[str, int] = {}
        self.sent: dict[int, Mapping[str, Any]] = {}
        self.tried: set[int] = set()
        self.refused: list[Mapping[str, Any]] = []
        self.done: list[Mapping[str, Any]] = []
        self.marks: set[str] = set()

    @property
    def unknown(self) -> int:
        """Count the referrals of which nobody can say whether they arrived."""
        return len(self.tried - self.sent.keys() - {line.get("n") for line in self.refused})

    @property
    def adults(self) -> int:
        """Count the adults of all that were received, as the receipts name them."""
        return sum(line["adults"] for line in self.sent.values())

    def begin(self, figures: Mapping[str, int]) -> None:
        """Start over where nothing was sent yet, or where the installation is a new one."""
        if self.sent and figures["referrals"]:
            # A line cut short by a crash must not swallow the next one.
            with self._path.open("a") as file:
                file.write("\n")
            return
        self._forget()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("")
        before = {"referrals": figures["referrals"], "adults": figures["adults"]}
        self.keep(plan=dict(self._plan), before=before)

    def keep(self, **line: Any) -> None:
        """Write one line."""
        self._take(line)
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _take(self, line: Mapping[str, Any]) -> None:
        match line:
            case {"before": before}:
                self.before = before
            case {"trying": number} | {"gave_up": number}:
                self.tried.add(number)
            case {"refused": _}:
                self.refused.append(line)
            case {"mark": mark}:
                self.marks.add(mark)
            case {"did": _}:
                self.done.append(line)
            case {"n": number}:
                self.sent[number] = line
            case _:
                pass  # a later demo's line


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Give the lines of a file that was written line by line, and may have been cut short."""
    lines: list[dict[str, Any]] = []
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            # Cut short when we were stopped: what it tells was not acknowledged to anybody yet.
            continue
    return lines
