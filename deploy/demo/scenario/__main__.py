"""How does the council get a process of its own? `python -m deploy.demo.scenario ACCESS NAME`."""

import argparse
import json
import sys
from pathlib import Path

from deploy.demo.scenario.closing import Ending
from deploy.demo.scenario.plan import SCENARIOS, scaled, shortened
from deploy.demo.scenario.play import Wanted, play


def main(arguments: list[str]) -> int:
    """Play a scenario; 0 where every figure balanced."""
    asked = _parser().parse_args(arguments)
    plan = SCENARIOS[asked.name]
    plan = plan if asked.scale == 1 else scaled(plan, asked.scale)
    plan = shortened(plan, asked.days) if asked.days else plan
    about = {"scenario": asked.name, "seed": asked.seed, "scale": asked.scale, "days": plan.days}
    wanted = Wanted(
        access=json.loads(asked.access.read_text("utf-8")),
        plan=plan,
        seed=asked.seed,
        say=_say,
        ledger=asked.access.with_name("ledger.jsonl"),
        about=about,
    )
    ending = Ending(_say, asked.access.parent, check=asked.check, report=asked.report)
    return 0 if play(ending.of, wanted) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy.demo.scenario")
    parser.add_argument("access", type=Path)
    parser.add_argument("name", choices=list(SCENARIOS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--days", type=int)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--report", action="store_true")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
