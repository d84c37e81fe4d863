"""What did the services say yes to?

One JSON line each, written before the play goes on. Started again, the play goes on from here: what
was said yes to is not asked again, and what was begun is asked again under the same key.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demo.receipts import lines_of


class Ledger:
    """Acts that were answered, by their keys; figures kept on some days; where the clock stands."""

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        """Go on with the file at `path`.

        Raises:
            ValueError: it is about another scenario, seed or size.
        """
        self.yes: dict[str, Mapping[str, Any]] = {}
        self.refused: list[Mapping[str, Any]] = []
        self.milestones: dict[str, Mapping[str, Any]] = {}
        self.marks: set[str] = set()
        self.stands: datetime | None = None
        self.done: datetime | None = None
        """The last instant at which everybody had done what they wanted."""

        self.planned: tuple[datetime, Sequence[Mapping[str, Any]]] | None = None
        """What staff wanted to do at an instant: done whole or not, it is not thought over."""

        self.port: int | None = None
        """Where partners' receivers are."""

        self.secrets: dict[str, str] = {}
        """By partner: what their events are signed with."""

        self.webhooks: dict[str, Counter[str]] = defaultdict(Counter)
        """By partner: how often each event came, by its id, with a signature that was right."""

        self.forged = 0
        """Of those that came: whose signature was not."""

        self._path = path
        lines = lines_of(path)
        if lines and lines[0].get("about") != dict(about):
            raise ValueError(
                "its folder holds another scenario, seed or size: begin anew with --fresh"
            )
        for line in lines:
            self._take(line)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A line cut short by a crash must not swallow the next one.
        self._write("" if lines else json.dumps({"about": dict(about)}))

    def keep(self, **line: Any) -> None:
        """Write one line."""
        self._take(line)
        self._write(json.dumps(line, default=str))

    def did(self, what: str) -> list[Mapping[str, Any]]:
        """Give the acts of one kind."""
        return [it for it in self.yes.values() if it["did"] == what]

    def counts(self) -> Counter[str]:
        """Count the acts by their kinds."""
        return Counter(it["did"] for it in self.yes.values())

    def _write(self, line: str) -> None:
        with self._path.open("a") as file:
            file.write(line + "\n")

    def _take(self, line: Mapping[str, Any]) -> None:
        match line:
            case {"key": key, "did": _}:
                self.yes[key] = line
            case {"refused": _} if "balanced" in self.marks:
                pass  # in a town that lives anybody may be quicker
            case {"refused": _}:
                self.refused.append(line)
            case {"milestone": day}:
                self.milestones[day] = line
            case {"mark": mark}:
                self.marks.add(mark)
            case {"clock": at}:
                self.stands = datetime.fromisoformat(str(at))
            case {"done": at}:
                self.done = datetime.fromisoformat(str(at))
            case {"port": port}:
                self.port = port
            case {"endpoint": partner, "secret": secret}:
                self.secrets[partner] = secret
            case {"webhook": id, "to": partner, "right": True}:
                self.webhooks[partner][id] += 1
            case {"webhook": _}:
                self.forged += 1
            case {"planned": at, "acts": acts}:
                self.planned = datetime.fromisoformat(str(at)), acts
            case _:
                pass  # what it is about, or a later play's line
