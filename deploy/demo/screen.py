"""What does the demo show while it runs, and at its end?"""

import io
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from deploy.demo.scenario.days import local

Figures = Mapping[str, Any]
EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal."""


@dataclass(frozen=True)
class Sent:
    """What the senders hold receipts for."""

    referrals: int
    adults: int
    unknown: int = 0
    refused: int = 0
    decisions: int = 0
    before: Figures | None = None
    """What intake held before the first of ours."""
    others_may: bool = False
    """The account balanced once already; since then anybody may have sent more."""


@dataclass(frozen=True)
class Line:
    """One line of the account: two figures that must agree."""

    says: str
    left: int
    right: int
    agrees: bool


def balance(sent: Sent, intake: Figures, triage: Figures) -> tuple[Line, ...]:
    """Account for every adult: sent = received = promoted or explained = scored."""
    before = sent.before or {"referrals": 0, "adults": 0}
    received = intake["referrals"] - before["referrals"]
    adults = intake["adults"] - before["adults"]
    explained = intake["held"] + intake["redirected"]
    more = sent.others_may
    in_doubt = sent.referrals <= received and (more or received <= sent.referrals + sent.unknown)
    adults_in_doubt = adults >= sent.adults and (more or received > sent.referrals)
    outcomes = sum(triage["by_outcome"].values())
    open_or_decided = triage["waiting"] + triage["decided"]
    return (
        Line("referrals sent = received", sent.referrals, received, in_doubt),
        Line("adults in receipts = received", sent.adults, adults,
             sent.adults == adults or adults_in_doubt),
        _same("adults received = promoted + held + redirected", intake["adults"],
              intake["promoted"] + explained),
        _same("adults promoted = concerns", intake["promoted"], triage["concerns"]),
        _same("concerns = scored", triage["concerns"], triage["scored"]),
        _same("concerns = waiting + decided", triage["concerns"], open_or_decided),
        _same("decided = sum of the outcomes", triage["decided"], outcomes),
        Line("decisions sent <= decided", sent.decisions, triage["decided"],
             sent.decisions <= triage["decided"]),
        _same("refused", sent.refused, 0),
    )  # fmt: skip


def _same(says: str, left: int, right: int) -> Line:
    return Line(says, left, right, left == right)


def account(lines: Iterable[Line], unknown: int) -> RenderableType:
    """Draw the balance."""
    drawn = table("The account", "", "", "", "balances")
    for line in lines:
        mark = "yes" if line.agrees else "NO"
        drawn.add_row(line.says, f"{line.left:,}", f"{line.right:,}", mark)
    if unknown:
        drawn.add_row("sent without a key, answer lost: not sent again", f"{unknown:,}", "", "")
    return drawn


def counts(intake: Figures, triage: Figures) -> RenderableType:
    """Draw how many there are of each band and outcome."""
    drawn = table("What came in, and what became of it", "", "adults")
    for name in ("promoted", "held", "redirected"):
        drawn.add_row(name, f"{intake[name]:,}")
    for name in ("red", "amber", "green"):
        drawn.add_row(f"scored {name}", f"{triage['by_band'][name]:,}")
    drawn.add_row("waiting for a decision", f"{triage['waiting']:,}")
    for code, number in sorted(triage["by_outcome"].items()):
        drawn.add_row(f"decided {_word(code)}", f"{number:,}")
    return drawn


def queue(rows: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Draw the head of the queue, with the reason for each place."""
    drawn = table("Who is next", "concern", "band", "score", "due", "why here")
    for row in rows:
        drawn.add_row(str(row["concern"])[:8], _word(row["band"]), str(row["total"]),
                      clock(row.get("due_at")), str(row["rank_reason"]))  # fmt: skip
    return drawn


def history(case: str, facts: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Draw the history of one case, line by line."""
    drawn = table(f"The history of concern {case}", "")
    for told in facts:
        drawn.add_row(_sentence(told))
    return drawn


def _sentence(told: Mapping[str, Any]) -> str:
    at = clock(told.get("recorded_at") or told.get("at"))
    times = {"at", "recorded_at", "effective_at"}
    rest = [str(each) for name, each in told.items() if name not in times]
    return "  ".join([at, *rest])


def clock(told: object) -> str:
    """Give an instant as clocks in England showed it, to the minute; nothing for none."""
    return f"{local(datetime.fromisoformat(str(told))):%Y-%m-%d %H:%M}" if told else ""


def pointers(access: Mapping[str, Any], lines: Sequence[str]) -> tuple[RenderableType, ...]:
    """Say where the documentation is, and give lines to paste."""
    drawn = table("Where to go on", "", "")
    for name, url in access["docs"].items():
        drawn.add_row(f"API of {name}", str(url))
    # A line to paste may not be broken, so it is no table's.
    pasted = [Text(line, no_wrap=True, overflow="ignore") for line in ("", *lines)]
    return drawn, *pasted


def curl_lines(access: Mapping[str, Any], folder: Path) -> tuple[str, str, str]:
    """Give three lines for a shell: refer an adult, read what became of it, read the queue."""
    referral = {
        "what_happened": "A bruise nobody can explain.",
        "adults": [{"name": "Test Person", "risk": {"severity": 2, "likelihood": 3}}],
    }
    posted = folder / "posted.json"
    number = f"""$(python3 -c 'import json; print(json.load(open("{posted}"))["id"])')"""
    partner, screener = (bearer(folder, name) for name in ("rosewood-house", "joan-screener"))
    headers = '-H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s)"'
    sent = f'-d \'{json.dumps(referral)}\' "{access["intake"]}/v1/referrals" | tee "{posted}"'
    return (
        f"curl -sS {partner} {headers} {sent}; echo",
        f'curl -sS {partner} "{access["intake"]}/v1/referrals/{number}"; echo',
        f'curl -sS {screener} "{access["triage"]}/v1/concerns?limit=3"; echo',
    )


def bearer(folder: Path, name: str) -> str:
    """Give the header that lets somebody in, read from the file of tokens."""
    return f'-H "Authorization: Bearer {token(folder, name)}"'


def token(folder: Path, name: str) -> str:
    """Give what a shell replaces by somebody's token."""
    code = f'import json; print(json.load(open("{folder / "access.json"}"))["tokens"]["{name}"])'
    return f"$(python3 -c '{code}')"


def show(drawn: RenderableType, console: Console | None, say: Callable[[str], None]) -> None:
    """Show something, on a terminal or where there is none."""
    if console:
        console.print(drawn, soft_wrap=not hasattr(drawn, "columns"))
    else:
        say(plain(drawn))


def plain(drawn: RenderableType) -> str:
    """Draw without a terminal."""
    console = Console(file=io.StringIO(), width=118, color_system=None)
    with console.capture() as capture:
        console.print(drawn, soft_wrap=isinstance(drawn, Text))
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def table(title: str, *columns: str) -> Table:
    """Give an empty table; without columns' names it shows no head."""
    made = Table(title=title, title_justify="left", box=box.ASCII2, show_header=any(columns))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def _word(code: str) -> str:
    return code.rpartition(":")[2]


class Meter:
    """How far the sending is: a bar on a terminal, elsewhere a line every five seconds."""

    def __init__(self, total: int, console: Console | None, say: Callable[[str], None]) -> None:
        self._total, self._say, self._sent = total, say, 0
        self._began = self._said = time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                   TimeRemainingColumn())  # fmt: skip
        self._bar = Progress(*columns, console=console) if console else None
        self._task = self._bar.add_task("referrals sent", total=total) if self._bar else None

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        if self._bar:
            self._bar.stop()

    def step(self) -> None:
        """Count one more."""
        self._sent += 1
        if self._bar and self._task is not None:
            self._bar.advance(self._task)
        elif time.monotonic() - self._said >= EVERY:
            self._said = time.monotonic()
            rate = self._sent / (self._said - self._began)
            left = round((self._total - self._sent) / rate)
            self._say(f"{self._sent:,} of {self._total:,} referrals sent, {rate:.0f} a second, "
                      f"about {left} s left")  # fmt: skip
