"""How are figures told? A table for people, and `.data/bench/latest.json` for comparison."""

import json
import os
import platform
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import psutil

from tests.bench.cost import Row

LIBRARIES = ("asyncpg", "fastapi", "pydantic", "starlette", "uvicorn", "uvloop", "sqlalchemy")


def table(rows: Sequence[Row]) -> list[str]:
    """Give the rows as lines to read."""
    lines = [f"{'figure':<70}{'ours':>10}{'baseline':>10}{'ratio':>8}  {'hold':<9}holds"]
    for row in rows:
        figures = f"{row.ours:>10,.4g}{row.theirs:>10,.4g}{row.ratio:>7.2f}x"
        lines.append(f"{f'{row.figure} ({row.unit})':<70}{figures}  {_hold(row)}")
        lines.append(f"    beside: {row.baseline}{f'; {row.note}' if row.note else ''}")
    return lines


def _hold(row: Row) -> str:
    if row.hold is None:
        return "told, not held"
    bound = f"{'<=' if row.bound == 'at most' else '>='} {row.hold:g}x"
    return f"{bound:<9}{'yes' if row.holds else 'NO'}"


def told(rows: Sequence[Row], server: str, *, quick: bool) -> dict[str, Any]:
    """Give the rows and what they were measured on."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),  # noqa: TID251 - no council's time
        "quick": quick,
        "commit": _commit(),
        "machine": _machine(),
        "versions": {"python": platform.python_version(), "postgresql": server}
        | {name: version(name) for name in LIBRARIES},
        "rows": [
            {
                "figure": row.figure,
                "baseline": row.baseline,
                "unit": row.unit,
                "ours": round(row.ours, 4),
                "theirs": round(row.theirs, 4),
                "ratio": round(row.ratio, 3),
                "hold": row.hold,
                "bound": row.bound,
                "holds": row.holds,
                "note": row.note,
            }
            for row in rows
        ],
    }


def joined(earlier: dict[str, Any], report: dict[str, Any]) -> dict[str, Any]:
    """Give a report of some figures with those of an earlier one that it did not measure anew."""
    if earlier["quick"] != report["quick"]:
        return report
    anew, rows = defaultdict[str, list[Any]](list), list[Any]()
    for row in report["rows"]:  # a figure may be told beside several baselines
        anew[row["figure"]].append(row)
    measured = set(anew)
    for row in earlier["rows"]:
        rows += anew.pop(row["figure"], []) if row["figure"] in measured else [row]
    return report | {"rows": [*rows, *chain(*anew.values())]}


def write(file: Path, report: dict[str, Any]) -> None:
    """Keep the report as the latest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n")


def _machine() -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load": [round(it, 2) for it in os.getloadavg()],
    }


def _commit() -> str | None:
    words, here = ("git", "rev-parse", "HEAD"), Path(__file__).parent
    try:
        found = subprocess.run(words, cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # no git, or no clone
        return None
    return found.stdout.strip()


PAGE = Path(__file__).with_name("page.md")


def page(report: dict[str, Any]) -> str:
    """Give the report as the page that is kept in `docs/performance.md`."""
    machine, rows = report["machine"], report["rows"]
    held = [row for row in rows if row["hold"] is not None]
    failing = [row for row in held if not row["holds"]]
    pieces = [row for row in rows if row["figure"].startswith("of a POST")]
    size = "small sizes (`--quick`)" if report["quick"] else "full sizes"
    versions = ", ".join(f"{name} {it}" for name, it in report["versions"].items())
    return PAGE.read_text("utf-8").format(
        machine=f"{report['at'][:10]}: {machine['processors']} processors,"
        f" {machine['memory_gib']} GiB, {machine['system']}; load {machine['load']} when it"
        f" ended; {size}.\n\n{versions}.",
        figures=_markdown([row for row in rows if row not in pieces]),
        broken=_broken(failing, len(held)),
        pieces=_markdown(pieces),
    )


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    lines = ["| figure | beside | ours | baseline | ratio | hold |", "|---|---|---|---|---|---|"]
    for row in rows:
        sign = "<=" if row["bound"] == "at most" else ">="
        hold = "told, not held" if row["hold"] is None else f"{sign} {row['hold']:g}x"
        beside = "; ".join(filter(None, (row["baseline"], row["note"])))
        lines.append(
            f"| {row['figure']} ({row['unit']}) | {beside} | {row['ours']:,.4g}"
            f" | {row['theirs']:,.4g} | {row['ratio']:.2f}x"
            f" | {hold}{'' if row['holds'] else ' **does not hold**'} |"
        )
    return "\n".join(lines)


def _broken(failing: Sequence[dict[str, Any]], held: int) -> str:
    if not failing:
        return f"All {held} held figures hold.\n"
    names = "\n".join(f"- {row['figure']}: {row['ratio']:.2f}x" for row in failing)
    return f"{held - len(failing)} of {held} held figures hold. These do not:\n\n{names}\n"
