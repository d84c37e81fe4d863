"""Does the whole demo balance, start again soon, answer questions beside, and stop when told?"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from deploy.local.places import ROOT
from deploy.local.standing import INTERRUPTED
from tests.local.conftest import ask, surroundings

WEEK, RUSH = ("demo", "--days", "1"), ("demo", "--referrals", "20")
SECONDS_TO_START, SECONDS_TO_STOP = 15, 5
"""The first of CPU: eight on the clock, of two processors, one of which waits now and then."""


def used(process: psutil.Process) -> float:
    """Give the CPU seconds of a process and its children; the wall's depend on others."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(each.cpu_times()[:4]) for each in family)


def said_until(demo: "subprocess.Popen[str]", last: str) -> str:
    heard = ""
    assert demo.stdout
    for line in demo.stdout:
        heard += line
        if last in line:
            return heard
    raise AssertionError(heard)


@pytest.mark.slow
def test_the_demo_balances_starts_again_soon_and_stops_when_told(home: Path) -> None:
    code, said = ask(*WEEK, "--check", data=home)
    assert code == 0, said
    demo = subprocess.Popen(
        [sys.executable, "-m", "deploy.local", *WEEK],
        cwd=ROOT,
        env=surroundings(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said_until(demo, "Everything is up")
        assert used(psutil.Process(demo.pid)) < SECONDS_TO_START
        said_until(demo, "Ctrl-C stops everything")
        code, said = ask("db", "verify", data=home)
        assert code == 0, said
        assert said.count("sound") == said.count("\n") >= 2
        code, said = ask("projections", data=home)
        assert code == 0, said
        assert "in use" in ask(*WEEK, data=home)[1]
        children = psutil.Process(demo.pid).children(recursive=True)
        began = time.monotonic()
        demo.send_signal(signal.SIGINT)
        demo.wait(30)
        assert time.monotonic() - began < SECONDS_TO_STOP
        assert demo.returncode == INTERRUPTED
        assert not [child for child in children if child.is_running()]
    finally:
        demo.terminate()
        demo.communicate(timeout=60)


@pytest.mark.slow
def test_a_rush_of_referrals_balances_on_a_real_clock(home: Path) -> None:
    code, said = ask(*RUSH, "--check", data=home)
    assert code == 0, said
    assert "clock of its own" not in said
