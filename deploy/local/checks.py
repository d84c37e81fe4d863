"""Which tools must agree before anything is committed, and how do the tests run?"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from deploy.local import Say, Trouble
from deploy.local.places import ROOT, data
from deploy.local.sizes import sizes

# ruff: noqa: S603 - every word of every command is ours

BIN = Path(sys.executable).parent
LOCK_FORM = (
    *(
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-header",
        "--universal",
        "--quiet",
    ),
    *("--python-version", "3.11"),
)
FAST_TESTS = ("tests", "-m", "not slow", "-q", "-n", "2")
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("ruff", "format", "--check", ".", "run")),
    ("lint", ("ruff", "check", ".", "run")),
    ("types", ("mypy",)),
    ("rooms", ("lint-imports",)),
)
FAST = ("fast tests", ("pytest", *FAST_TESTS))


def check(say: Say, *, static: bool = False) -> bool:
    """Run every step, say a line for each, show what a red one said; True where all are green.

    What is `static` runs no test.
    """
    steps = STEPS if static else (*STEPS, FAST)
    green = [_step(name, command, say) for name, command in steps]
    for measure, holds in sizes():
        say(f"{'ok  ' if holds else 'RED '} size        {measure}")
        green.append(holds)
    say("All green." if all(green) else "Not green: see the lines marked RED.")
    return all(green)


def fmt() -> int:
    """Put all code into its form, and cure what cures itself."""
    _tool("ruff", "check", "--fix", "--quiet", ".", "run")
    return _tool("ruff", "format", ".", "run")


def bench(arguments: Sequence[str]) -> int:
    """Measure ratios against a baseline in the same run."""
    if not (ROOT / "tests" / "bench" / "__main__.py").exists():
        raise Trouble("There is no benchmark in tests/bench yet.")
    return subprocess.call([sys.executable, "-m", "tests.bench", *arguments], cwd=ROOT)


def lock() -> int:
    """Make both locks anew from what they are made of, hash-pinned and without an index address."""
    for made, options in (("requirements", ()), ("bench", ("-c", "requirements.lock"))):
        words = ("uv", "pip", "compile", *LOCK_FORM, f"{made}.in", "-o", f"{made}.lock", *options)
        try:
            code = subprocess.call(words, cwd=ROOT)
        except FileNotFoundError:
            raise Trouble("Making the locks needs uv on the PATH.") from None
        if code:
            return code
    return 0


def soak(arguments: Sequence[str]) -> int:
    """Kill and freeze a town at random, and see that it keeps its promises."""
    return subprocess.call([sys.executable, "-m", "tests.survival.soak", *arguments], cwd=ROOT)


def test(arguments: Sequence[str], say: Say) -> int:
    """Run pytest with these arguments, then sum up in words; give pytest's exit code.

    With `--planted` see instead that one-line faults in a copy of the tree turn tests red.
    """
    if "--planted" in arguments:
        words = [word for word in arguments if word != "--planted"]
        return subprocess.call([sys.executable, "-m", "tests.planted", *words], cwd=ROOT)
    report = data() / "test" / "report.xml"
    report.unlink(missing_ok=True)
    parallel = (
        ()
        if any(word.startswith(("-n", "--numprocesses")) for word in arguments)
        else ("-n2", "--dist=worksteal")
    )
    code = _tool("pytest", *parallel, f"--junitxml={report}", *arguments)
    if report.exists():
        for line in summary(report):
            say(line)
    return code


def summary(report: Path) -> list[str]:
    """Say what ran, and what could not run and why."""
    root = ET.parse(report).getroot()  # noqa: S314 - pytest wrote it a moment ago
    cases = list(root.iter("testcase"))
    skipped = Counter(
        found.get("message", "no reason given") for case in cases for found in case.iter("skipped")
    )
    bad = sum(1 for case in cases if [*case.iter("failure"), *case.iter("error")])
    ran = len(cases) - skipped.total()
    lines = [f"Ran {ran:,} tests: {ran - bad:,} passed, {bad:,} failed."]
    kafka = [case for case in cases if "test_kafka_real" in case.get("classname", "")]
    done = sum(1 for case in kafka if case.find("skipped") is None)
    lines += [f"On a real Kafka: {done:,} of {len(kafka):,} tests ran."] if kafka else []
    lines += [f"Could not run {count}: {reason}" for reason, count in skipped.most_common()]
    return lines if skipped else [*lines, "Nothing was left out."]


def _step(name: str, command: Sequence[str], say: Say) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    holds = done.returncode == 0
    # The last line of a tool that is content says how much it looked at, and what it left out.
    words = done.stdout.strip()
    told = words.rpartition("\n")[2].strip("= ") if holds else f"see below\n{words}"
    say(f"{'ok  ' if holds else 'RED '} {name:<11} {time.monotonic() - began:5.1f} s  {told}")
    return holds


def _tool(name: str, *arguments: str) -> int:
    return subprocess.call([BIN / name, *arguments], cwd=ROOT)
