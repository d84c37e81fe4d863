"""How does the simulated council get a process of its own?

`python -m deploy.local.visit ACCESS SEED REFERRALS CHECK`: so that it neither shares a lock of
the interpreter with the supervisor, nor outlives a Ctrl-C.
"""

import json
import sys
from pathlib import Path

import typer

from deploy.demo.play import play


def main(access: str, seed: str, referrals: str, check: str) -> int:
    """Play the council; 0 where every figure balanced."""
    file = Path(access)
    balanced = play(
        json.loads(file.read_text("utf-8")),
        seed=int(seed),
        referrals=int(referrals),
        check=check == "check",
        say=typer.echo,
        receipts=file.with_name("receipts.jsonl"),
    )
    return 0 if balanced else 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
