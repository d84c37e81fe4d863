"""Is the house still small enough to be read?"""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

from deploy.local.places import ROOT

PRODUCT = ("services", "shared", "deploy")
SHARED_LINES = 3_000
FILE_LINES = 400
FUNCTION_LINES = 10


def sizes(root: Path = ROOT) -> list[tuple[str, bool]]:
    """Give each measure in words, and whether it holds."""
    kernel = {file: _code(file) for file in _files(root / "shared", "*.py")}
    told = sum(lines for file, lines in kernel.items() if "contracts" in file.parts)
    shared = sum(kernel.values()) - told
    everything = [file for part in (*PRODUCT, "tests") for file in _files(root / part, "*.py")]
    length, longest = max((_lines(file), file) for file in everything)
    middle = median(_function_lines(root))
    return [
        (
            f"shared/ has {shared:,} of {SHARED_LINES:,} lines of code, and {told} of contracts",
            shared <= SHARED_LINES,
        ),
        (
            f"the longest file, {longest.relative_to(root)}, has {length} of {FILE_LINES} lines",
            length <= FILE_LINES,
        ),
        (
            f"half of the functions have at most {middle:.0f} of {FUNCTION_LINES} lines",
            middle <= FUNCTION_LINES,
        ),
    ]


def _files(folder: Path, *patterns: str) -> list[Path]:
    return [file for pattern in patterns for file in sorted(folder.rglob(pattern))]


def _lines(file: Path) -> int:
    return len(file.read_text("utf-8").splitlines())


def _code(file: Path) -> int:
    """Count the lines that are code: not blank, no comment, no docstring (decision 013)."""
    text = file.read_text("utf-8")
    words = set[int]()
    with suppress(SyntaxError):  # lint names it, and is red
        words = {line for node in ast.walk(ast.parse(text)) for line in _docstring(node)}
    lines = enumerate(map(str.strip, text.splitlines()), 1)
    return sum(at not in words and bool(line) and line[0] != "#" for at, line in lines)


def _docstring(node: ast.AST) -> range:
    match node:
        case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=int(last)):
            return range(first, last + 1)
        case _:
            return range(0)


def _function_lines(root: Path) -> Iterator[int]:
    for file in (file for part in PRODUCT for file in _files(root / part, "*.py")):
        with suppress(SyntaxError):  # lint names it, and is red
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield (node.end_lineno or node.lineno) - node.lineno + 1
