"""Do the checks find what is too large, and does the summary say what did not run?"""

from pathlib import Path

import pytest

from deploy.local.checks import summary
from deploy.local.places import services
from deploy.local.sizes import sizes

FUNCTION = "def one() -> int:\n    return 1\n\n\n"
LONG = "def long() -> None:\n" + "    pass\n" * 11
REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure message="x"/></testcase>
<testcase name="c"><skipped message="debootstrap is not at hand"/></testcase>
<testcase name="d"><skipped message="debootstrap is not at hand"/></testcase>
</testsuite></testsuites>"""


def house(root: Path, shared: str) -> list[bool]:
    for part in ("services", "shared", "deploy", "tests"):
        (root / part).mkdir()
        (root / part / "one.py").write_text(FUNCTION)
    (root / "shared" / "two.py").write_text(shared)
    return [holds for _, holds in sizes(root)]


@pytest.mark.parametrize(
    ("shared", "holds"),
    [
        (FUNCTION, [True, True, True]),
        ("x = 1\n" * 3_000, [False, False, True]),
        ("x = 1\n" * 401, [True, False, True]),
        (LONG.replace("long", "a") + LONG * 6, [True, True, False]),
    ],
)
def test_a_house_too_large_is_found(tmp_path: Path, shared: str, holds: list[bool]) -> None:
    assert house(tmp_path, shared) == holds


def test_the_summary_says_what_could_not_run_and_why(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    assert summary(tmp_path / "report.xml") == [
        "Ran 2 tests: 1 passed, 1 failed.",
        "Could not run 2: debootstrap is not at hand",
    ]


def test_the_services_are_those_with_an_app() -> None:
    assert "triage" in services()


def test_words_that_explain_code_are_not_counted_and_contracts_are_told_beside(
    tmp_path: Path,
) -> None:
    house(tmp_path, '"""Why?\n\nBecause.\n"""\n\n# why not\nx = "a"  # code\n')
    (tmp_path / "shared" / "contracts").mkdir()
    (tmp_path / "shared" / "contracts" / "one.py").write_text("y = 2\n\nz = 3\n")
    lines = sum(bool(line) for line in FUNCTION.splitlines())
    assert sizes(tmp_path)[0] == (
        f"shared/ has {lines + 1} of 3,000 lines of code, and 2 of contracts", True,
    )  # fmt: skip
