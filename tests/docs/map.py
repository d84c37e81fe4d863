"""How do the docstrings become README's map and the index of law?

`python -m tests.docs.map` writes both. A service's docstring is its purpose, then paragraphs or
lines that begin with a word of `SAYS` and a colon.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README, LAW = ROOT / "README.md", ROOT / "docs" / "law.md"
BEGINS, ENDS = "<!-- map: made by python -m tests.docs.map -->", "<!-- end of map -->"
LAW_BEGINS = """\
# Where is which law?

Made from the docstrings by `python -m tests.docs.map`: the place that obeys a section names it.
Targets, scores and wording that rest on no law say so where they stand.

| file | law |
|---|---|"""
SAYS = ("Law", "Streams", "Hears", "Says")
ITEM = re.compile(rf"^({'|'.join(SAYS)}): ", re.MULTILINE)
CITES = re.compile(r"^Law: (.+?)(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


def told(docstring: str) -> Mapping[str, str]:
    """Give the parts of a service's docstring, its purpose under an empty name."""
    purpose, *rest = ITEM.split(docstring)
    parts = {"": purpose, **dict(zip(rest[::2], rest[1::2], strict=True))}
    return {name: _on_one_line(text) for name, text in parts.items()}


def services() -> Mapping[str, Mapping[str, str]]:
    """Give what each service's own docstring says, by its name."""
    found = sorted(app.parent for app in (ROOT / "services").glob("*/app.py"))
    return {it.name: told(_docstring(it / "__init__.py")) for it in found}


def the_map() -> str:
    """Give README's section between its marks."""
    drawn = [_drawn(name, parts) for name, parts in services().items()]
    return "\n\n".join([BEGINS, *drawn, ENDS])


def the_law() -> str:
    """Give the index of law."""
    rows = [f"| [{place}](../{place}) | {law} |" for place, law in _cited()]
    return "\n".join([LAW_BEGINS, *rows, ""])


def readme(text: str) -> str:
    """Give README's text with the map as it should be.

    Raises:
        ValueError: a mark is missing.
    """
    before, _, rest = text.partition(BEGINS)
    _, mark, after = rest.partition(ENDS)
    if not mark:
        raise ValueError(BEGINS)
    return before + the_map() + after


def _drawn(name: str, parts: Mapping[str, str]) -> str:
    lines = (f"- {item}: {parts[item]}" for item in SAYS if item in parts)
    return "\n".join([f"**{name}**: {parts['']}", "", *lines])


def _cited() -> Iterator[tuple[str, str]]:
    for room in ("services", "shared"):
        for file in sorted((ROOT / room).rglob("*.py")):
            cites = CITES.search(_docstring(file))
            if cites and not cites[1].startswith("none"):
                law = _on_one_line(ITEM.split(cites[1])[0])
                yield file.relative_to(ROOT).as_posix(), law


def _docstring(file: Path) -> str:
    return ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    README.write_text(readme(README.read_text("utf-8")), "utf-8")
    LAW.write_text(the_law(), "utf-8")
