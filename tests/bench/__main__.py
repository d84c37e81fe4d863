"""Which figures are measured? `./run bench [--only NAME] [--quick]`; 1 where one does not hold."""

import json
import sys
from asyncio import Runner
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import asyncpg
import typer
import uvloop

from deploy.local.places import ROOT, data
from tests.bench import (
    appending,
    council,
    delivering,
    grouping,
    latency,
    loading,
    piping,
    posting,
    projecting,
    queueing,
    relaying,
    report,
    scoring,
    waiting,
)
from tests.bench.cost import Row
from tests.bench.world import FULL, QUICK, World
from tests.support.house import house

FIGURES: Mapping[str, Callable[[World], Awaitable[list[Row]]]] = {
    "append": appending.measure,
    "group": grouping.measure,
    "rival": grouping.measure_rival,
    "snapshot": grouping.measure_snapshot,
    "load": loading.measure,
    "build": projecting.measure_build,
    "live": projecting.measure_live,
    "score": scoring.measure,
    "queue": queueing.measure,
    "post": posting.measure,
    "latency": latency.measure,
    "relay": relaying.measure,
    "pipe": piping.measure_whole,
    "backlog": piping.measure_backlog,
    "wait": waiting.measure,
    "deliver": delivering.measure,
    "council": council.measure,
}


def bench(
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"Of: {', '.join(FIGURES)}.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Less of it: a glance.")] = False,
    page: Annotated[bool, typer.Option("--page", help="Write docs/performance.md too.")] = False,
) -> None:
    """Measure each figure against a baseline in the same run, round by round."""
    names = only or list(FIGURES)
    if unknown := set(names) - set(FIGURES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: of {', '.join(FIGURES)}")
    with TemporaryDirectory() as folder, house(Path(folder)) as at:
        world = World(at, Path(folder), QUICK if quick else FULL)
        server = _run(_version(at.owner("postgres")))
        rows = [row for name in names for row in _measured(name, world)]
    for line in report.table(rows):
        typer.echo(line)
    file = data() / "bench" / "latest.json"
    told = report.told(rows, server, quick=quick)
    if only and file.exists():  # what was not measured now stands as it was measured last
        told = report.joined(json.loads(file.read_text("utf-8")), told)
    report.write(file, told)
    if page:
        (ROOT / "docs" / "performance.md").write_text(report.page(told), encoding="utf-8")
    typer.echo(f"Also in {file}.")
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


def _measured(name: str, world: World) -> list[Row]:
    typer.echo(f"Measuring: {name} ...", err=True)
    rows: list[Row] = _run(FIGURES[name](world))
    for line in report.table(rows)[1:]:
        typer.echo(line, err=True)
    return rows


def _run(work: Any) -> Any:
    with Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the services run
        return runner.run(work)


async def _version(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.argv[0] = "./run bench"
    typer.run(bench)
