"""Which commands are there?"""

import sys
from typing import Annotated

import typer

from deploy.local import Trouble

# What a command needs is imported in the command, so that help comes at once.
# ruff: noqa: PLC0415

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="Adult safeguarding on one machine: try it, test it, work on it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="Ask the databases.", no_args_is_help=True)
app.add_typer(db, name="db")


@app.command()
def demo(  # noqa: PLR0913 - each is a word of the command line
    *,
    check: Annotated[bool, typer.Option("--check", help="Without a terminal; then exit.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier demos first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before forgetting.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed, the same council.")] = 1,
    referrals: Annotated[
        int | None, typer.Option(help="A rush of so many; else of 3,931.", min=1)
    ] = None,
    port: Annotated[int | None, typer.Option(help="First port; else free ones.")] = None,
    logs: Annotated[bool, typer.Option("--logs", help="Show the services' logs.")] = False,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Over Apache Kafka (Java, Maven).")
    ] = False,
    scenario: Annotated[
        str,
        typer.Option(help="week, derby (long), or rush: referrals all at once, on a real clock."),
    ] = "week",
    report: Annotated[
        bool, typer.Option("--report", help="Of a scenario: its figures beside Derby's.")
    ] = False,
    scale: Annotated[float, typer.Option(help="Of a scenario: a smaller council.")] = 1.0,
    days: Annotated[int | None, typer.Option(help="Of a scenario: only its first days.")] = None,
) -> None:
    """Start everything and let a simulated council use it; Ctrl-C stops it."""
    from deploy.local import scenario as played
    from deploy.local.demo import NINE_MONTHS, RUSH, Wanted, forget
    from deploy.local.demo import demo as rush

    name = RUSH if referrals else scenario
    folder = played.folder_of(name)
    if fresh:
        if not (yes or check):
            typer.confirm("Forget what earlier demos of this kind stored here?", abort=True)
        forget(folder)
    if name == RUSH:
        sent = referrals or NINE_MONTHS
        wanted = Wanted(
            check=check, seed=seed, referrals=sent, first_port=port, echo=logs, kafka=kafka
        )
        raise typer.Exit(rush(wanted, typer.echo))
    asked = played.Wanted(
        name=name, check=check, report=report, seed=seed, scale=scale, days=days,
        first_port=port, echo=logs, kafka=kafka,
    )  # fmt: skip
    raise typer.Exit(played.scenario(asked, typer.echo))


@app.command(context_settings=PASS_ON)
def test(context: typer.Context) -> None:
    """Run the tests; what follows goes to pytest. With --planted: see that faults are found."""
    from deploy.local import checks

    raise typer.Exit(checks.test(context.args, typer.echo))


@app.command()
def check(
    *,
    static: Annotated[
        bool, typer.Option("--static", help="Run no test: all of them come next.")
    ] = False,
) -> None:
    """Check form, lint, types, rooms, sizes and the fast tests."""
    from deploy.local import checks

    raise typer.Exit(0 if checks.check(typer.echo, static=static) else 1)


@app.command(context_settings=PASS_ON)
def bench(context: typer.Context) -> None:
    """Measure against a baseline in the same run."""
    from deploy.local import checks

    raise typer.Exit(checks.bench(context.args))


@app.command()
def soak(
    *,
    minutes: Annotated[float | None, typer.Option(help="How long; else 5, or --rounds.")] = None,
    rounds: Annotated[int | None, typer.Option(help="How many at most.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same misfortunes.")] = 1,
    planted: Annotated[
        str | None, typer.Option(help="Plant this fault in a copy: it has to be found.")
    ] = None,
    kafka: Annotated[bool, typer.Option("--kafka", help="Over three brokers of Kafka.")] = False,
) -> None:
    """Kill and freeze processes at random, and see that every promise is kept."""
    from deploy.local import checks

    asked = {"minutes": minutes, "rounds": rounds, "seed": seed, "planted": planted}
    words = [f"--{name}={value}" for name, value in asked.items() if value is not None]
    raise typer.Exit(checks.soak([*words, *(["--kafka"] if kafka else [])]))


@app.command()
def fmt() -> None:
    """Put the code into its form."""
    from deploy.local import checks

    raise typer.Exit(checks.fmt())


@app.command()
def serve(
    name: Annotated[str, typer.Argument(help="intake, triage, ...")],
    port: Annotated[int | None, typer.Option(help="Its port; else a free one.")] = None,
) -> None:
    """Run PostgreSQL and one service here, its log on the terminal; Ctrl-C stops both."""
    from deploy.local.demo import serve as run

    raise typer.Exit(run(name, port, typer.echo))


@app.command()
def kafka(brokers: Annotated[int, typer.Option(help="How many.", min=1, max=9)] = 1) -> None:
    """Run Apache Kafka alone here; Ctrl-C stops it."""
    from deploy.local.demo import brokers as run

    raise typer.Exit(run(brokers, typer.echo))


@app.command()
def doctor() -> None:
    """Say what this machine has and what it lacks."""
    from deploy.local.doctor import examine

    raise typer.Exit(0 if examine(typer.echo) else 1)


@db.command("verify")
def verify() -> None:
    """Recompute the hash chain of every log."""
    from deploy.local import look

    raise typer.Exit(0 if look.verify(typer.echo) else 1)


@app.command()
def projections() -> None:
    """Show how far each projection is, and when it will have caught up."""
    from deploy.local import look

    typer.echo(f"{'service':<10}{'projection':<20}{'position':>10}{'head':>10}{'lag':>8}  ETA")
    for row in look.progress(typer.echo):
        figures = f"{row.position:>10,}{row.head:>10,}{row.lag:>8,}"
        rate = f" at {row.rate:,.0f} facts/s" if row.lag else ""
        typer.echo(f"{row.service:<10}{row.name:<20}{figures}  {row.eta()}{rate}")


@app.command()
def token(
    sub: Annotated[str, typer.Argument(help="Who it is for, for example rosewood-house.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="A partner's, for example referrals.write.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(help="A staff member's, for example screener.")
    ] = None,
    hours: Annotated[float, typer.Option(help="How long it lasts.")] = 12.0,
) -> None:
    """Sign a token that only this machine's development services accept."""
    from deploy.local.places import council
    from deploy.local.provision import issuer

    typer.echo(issuer(council()).mint(sub, scope or (), role or (), hours))


@app.command()
def lock() -> None:
    """Make requirements.lock and bench.lock anew (needs uv)."""
    from deploy.local import checks

    raise typer.Exit(checks.lock())


@app.command("help")
def help_(context: typer.Context) -> None:
    """Show this."""
    typer.echo(context.parent.get_help() if context.parent else "")


def main() -> None:
    """Run one command; where it cannot go on, say why in plain words."""
    try:
        app(prog_name="./run")
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
