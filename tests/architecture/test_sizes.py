"""Is the house small, and made of what we chose?"""

import ast
from pathlib import Path
from statistics import median

import pytest

from tests.architecture.doors import ROOT

PRODUCT = sorted(
    file for part in ("services", "shared", "deploy") for file in ROOT.glob(f"{part}/**/*.py")
)
SERVED = [file for file in PRODUCT if file.is_relative_to(ROOT / "services")]
SERVED += [file for file in PRODUCT if file.is_relative_to(ROOT / "shared")]
LONGEST_FILE = 400
MIDDLE_FUNCTION = 10
EGRESS = ROOT / "services" / "notify" / "gateways" / "egress.py"
"""The one place that speaks to addresses which others named."""

CLIENTS = {"httpx", "httpcore", "requests", "aiohttp", "urllib3", "http", "urllib", "smtplib"}


def imported(file: Path) -> set[str]:
    """Give every module that a file imports, and every name from one."""
    found = set[str]()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("file", PRODUCT, ids=lambda it: str(it.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_half_of_the_functions_fit_in_ten_lines() -> None:
    lengths = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for file in PRODUCT
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert median(lengths) <= MIDDLE_FUNCTION


@pytest.mark.parametrize("file", SERVED, ids=lambda it: str(it.relative_to(ROOT)))
def test_nothing_calls_out_and_no_middleware_is_of_the_slow_kind(file: Path) -> None:
    found = imported(file)
    clients = {name.partition(".")[0] for name in found} & (CLIENTS - {"http"})
    assert clients <= ({"httpx", "httpcore"} if file == EGRESS else set())
    assert not {name for name in found if name.startswith("http.client")}
    assert not {name for name in found if name.endswith("BaseHTTPMiddleware")}
