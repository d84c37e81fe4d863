"""What does the closing screen show, and how does the play end?"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from deploy.demo import screen
from deploy.demo.scenario import recount
from deploy.demo.scenario.account import Counted, balance
from deploy.demo.scenario.parts import MANAGERS
from deploy.demo.scenario.pasted import lines
from deploy.demo.scenario.recount import Found
from deploy.demo.scenario.report import report
from deploy.demo.scenario.town import Town
from deploy.demo.scenario.trickle import live
from deploy.demo.screen import clock, table

HEAD = 5


@dataclass(frozen=True)
class Ending:
    """What is done when the last day is over."""

    say: Callable[[str], None]
    folder: Path
    check: bool
    report: bool

    async def of(self, town: Town) -> bool:
        """Show what became of it all; then, unless only checked or reported, let the town live."""
        await town.caught_up()
        seen = await recount.found(town)
        said = await recount.counted(town, seen)
        account = balance(said)
        balanced = all(line.agrees for line in account)
        for drawn in (counts(said, seen), *await _waits(town, seen), screen.account(account, 0)):
            self.show(drawn)
        if not balanced:
            for no in town.ledger.refused[:5]:
                self.say(f"Refused: {no}")
        elif "balanced" not in town.ledger.marks:
            town.ledger.keep(mark="balanced")
        if self.report:
            self.show(await report(town, seen))
        if self.check or self.report:
            return balanced
        for drawn in screen.pointers(town.access, lines(town.access, self.folder)):
            self.show(drawn)
        self.say("The town lives on: its clock follows yours. Ctrl-C stops everything.")
        await live(town, self.say)
        return balanced

    def show(self, drawn: RenderableType) -> None:
        """Show something, on a terminal or where there is none."""
        console = Console()
        shown = console if console.is_terminal and not self.check else None
        screen.show(drawn, shown, self.say)


def counts(said: Counted, seen: Found) -> RenderableType:
    """Draw the figures of each service."""
    drawn = table("The figures", "service", "what", "")
    for service, figures in _figures(said, seen).items():
        for name, figure in figures.items():
            drawn.add_row(service, name.replace("_", " "), f"{figure:,}")
    return drawn


def _figures(said: Counted, seen: Found) -> Mapping[str, Mapping[str, int]]:
    stages = Counter(_word(it["enquiry"]["stage"]) for it in seen.enquiries)
    missed = Counter(
        f"deadlines missed, {due['kind']}"
        for it in seen.enquiries
        for due in it["enquiry"]["missed"]
    )
    return {
        "intake": said.intake,
        "triage": _flat(said.triage),
        "enquiry": {"enquiries": said.enquiries, **_of_a_lead(said.enquiry), **stages, **missed},
        "dols": _flat(said.dols),
        "notify": {
            "events told in feeds": sum(said.events.values()),
            **said.events,
            **{f"by webhook to {name}": len(came) for name, came in said.brought.items()},
        },
    }


def _of_a_lead(figures: Mapping[str, Any]) -> Mapping[str, int]:
    """Give what a safeguarding lead asks for first."""
    return {
        "overdue": figures["overdue"],
        "told more of, not considered": figures["told_more"],
        "conclusions in doubt": figures["in_doubt"],
        "for the Board's partner lead to note": figures["to_be_noted"],
        "noted by the Board's partner lead": figures["noted"],
    }


def _flat(figures: Mapping[str, Any]) -> Mapping[str, int]:
    flat = dict[str, int]()
    for name, figure in figures.items():
        if isinstance(figure, Mapping):
            flat |= {f"{name} {inner}": count for inner, count in figure.items()}
        else:
            flat[name] = figure
    return flat


def _word(code: str) -> str:
    return code.rpartition(":")[2]


async def _waits(town: Town, seen: Found) -> Sequence[RenderableType]:
    """Draw who is next, who waited longest, and the history of one case."""
    drawn: list[RenderableType] = [screen.queue(seen.concerns[:HEAD]), _dols(seen.queue)]
    drawn.append(longest(seen))
    case = _told(seen)
    if case:
        paths = (("triage", f"/v1/concerns/{case}"), ("enquiry", f"/v1/enquiries/{case}"))
        told = [await town.read(at, f"{path}/history", MANAGERS[0]) for at, path in paths]
        drawn.append(_history(case, [line for lines_ in told for line in lines_]))
    return drawn


def _history(case: str, told: Sequence[Any]) -> RenderableType:
    drawn = table(f"The history of concern {case}", "when", "by", "what")
    for it in told:
        drawn.add_row(clock(it["effective_at"]), str(it["by"]), str(it["says"]))
    return drawn


def _told(seen: Found) -> str | None:
    """Give the case of which most can be told."""
    long = max(seen.enquiries, key=lambda it: int(it["enquiry"]["version"]), default=None)
    return str(long["enquiry"]["id"]) if long else None


def _dols(rows: Sequence[Any]) -> RenderableType:
    drawn = table("Who is next for an assessor", "request", "band", "points", "days", "why here")
    for row in rows[:HEAD]:
        drawn.add_row(str(row["request"])[:8], _word(row["band"]), str(row["total"]),
                      str(row["days_waited"]), str(row["rank_reason"]))  # fmt: skip
    return drawn


def longest(seen: Found) -> RenderableType:
    """Draw who has waited longest, and where."""
    drawn = table("Who has waited longest", "where", "case", "since")
    concern = _oldest(seen.concerns, "concern", "waiting_since")
    request = _oldest(seen.queue, "request", "received_at")
    open_ = [it["enquiry"] for it in seen.enquiries if _word(it["enquiry"]["stage"]) != "closed"]
    for where, found in (
        ("for a section 42 decision", concern),
        ("in an enquiry", _oldest(open_, "id", "opened_at")),
        ("for a DoLS decision", request),
    ):
        drawn.add_row(where, *(found or ("nobody", "")))
    return drawn


def _oldest(rows: Iterable[Any], name: str, since: str) -> tuple[str, str] | None:
    first = min(rows, key=lambda row: (row[since], row[name]), default=None)
    return (str(first[name])[:8], clock(first[since])) if first else None
