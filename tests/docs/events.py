"""How do the contracts become pages that a person reads?

`python -m tests.docs.events` writes a page for each type of message, `docs/events/<type>.md`, and
the table of them in `docs/events/README.md`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from shared.contracts import registry
from tests.architecture.asyncapi import example
from tests.architecture.schemas import OPENS_TO, Json, released, schema
from tests.architecture.spoken import Version, hearers, sayers, services
from tests.docs.map import ROOT

FOLDER = ROOT / "docs" / "events"
INDEX = FOLDER / "README.md"
BEGINS, ENDS = "<!-- events: made by python -m tests.docs.events -->", "<!-- end of events -->"
LAW = re.compile(r"\n\s*Law: (.+?)\s*\Z", re.DOTALL)
SHOWN = 24
"""Characters of a box in an example: nobody reads the rest."""
KINDS = {
    "uuid": "id", "date": "day", "date-time": "instant", "integer": "number",
    "boolean": "yes or no", "null": "null", "string": "text",
}  # fmt: skip


def names() -> list[str]:
    """Give the name of every type, without versions."""
    return sorted({Version.of(it).name for it in registry()})


def versions(name: str) -> list[str]:
    """Give the stored names of a type, the first version first."""
    return sorted((it for it in registry() if Version.of(it).name == name), key=Version.of)


def page_of(name: str) -> Path:
    """Give where the page of a type lies."""
    return FOLDER / f"{name}.md"


def page(name: str) -> str:
    """Give the page of a type."""
    latest = versions(name)[-1]
    meaning, law = _told(registry()[latest].__doc__ or "")
    facts = [("said by", ", ".join(sayers(latest))), ("heard by", _hearers(latest))]
    facts += [("law", law)] if law else []
    facts += [("topic", f"`safeguarding.<authority>.{Version.of(latest).context}.v1`")]
    facts += [("case", _case(Version.of(latest).context))]
    rows = "\n".join(f"| {what} | {it} |" for what, it in facts)
    parts = [_version(it) for it in reversed(versions(name))]
    made = "Made from its contract by `python -m tests.docs.events`. [All events](README.md)."
    return "\n\n".join([f"# {name}", meaning, f"| | |\n|---|---|\n{rows}", *parts, made]) + "\n"


def index(text: str) -> str:
    """Give the index's text with the table as it should be.

    Raises:
        ValueError: a mark is missing.
    """
    before, _, rest = text.partition(BEGINS)
    _, mark, after = rest.partition(ENDS)
    if not mark:
        raise ValueError(BEGINS)
    rows = "\n".join(_row(name) for name in names())
    head = "| event | what happened | said by | heard by |\n|---|---|---|---|"
    return f"{before}{BEGINS}\n\n{head}\n{rows}\n\n{ENDS}{after}"


def _row(name: str) -> str:
    latest = versions(name)[-1]
    meaning, _ = _told(registry()[latest].__doc__ or "")
    hears = ", ".join(hearers(latest)) or "nobody yet"
    return f"| [{name}]({name}.md) | {meaning} | {', '.join(sayers(latest))} | {hears} |"


def _told(docstring: str) -> tuple[str, str]:
    """Give meaning and law of a contract's docstring."""
    law = LAW.search(docstring)
    return _line(LAW.sub("", docstring)), _line(law[1]) if law else ""


def _line(text: str) -> str:
    return re.sub(r"\bNone\b", "null", " ".join(text.split()))


def _hearers(stored: str) -> str:
    kind = registry()[stored]
    told = [
        f"{name}: {_line(reaction.then.__doc__ or '')}"
        for name, it in services().items()
        for reaction in it.reactions
        if reaction.when is kind
    ]
    return " ".join(told) or "nobody yet: every service of this tree passes it over"


def _case(context: str) -> str:
    docstring = import_module(f"shared.contracts.{context}").__doc__ or ""
    return _line(docstring.partition("? ")[2])


def _version(stored: str) -> str:
    name, number = Version.of(stored)
    shape = schema(registry()[stored])
    since = released().get(stored, {}).get("since", "the next version")
    rows = "\n".join(_members(shape, shape, ""))
    parts = [
        f"## Version {number}",
        f"[JSON Schema](schemas/{name}/{number}.json). Part of the house since {since}.",
        f"| member | kind | meaning |\n|---|---|---|\n{rows}" if rows else "It says no more.",
        *_sections(shape),
        "An example, made up; boxes are cut short:",
        f"```json\n{json.dumps(_short(example(stored)), indent=1, ensure_ascii=False)}\n```",
    ]
    return "\n\n".join(parts)


def _members(whole: Json, shape: Json, within: str) -> Iterator[str]:
    for name, it in shape["properties"].items():
        inside = _inside(whole, it)
        parts = inside if inside and OPENS_TO not in inside else None
        words = f"{it.get('description', '')} {parts['description'] if parts else ''}"
        yield f"| `{within}{name}` | {_kind(whole, it)} | {_line(words)} |"
        if parts:
            yield from _members(whole, parts, f"{within}{name}.")


def _inside(whole: Json, shape: Json) -> Json | None:
    """Give the shape that a member refers to, if it does, or may be null instead."""
    for it in (shape, *shape.get("anyOf", ())):
        if "$ref" in it:
            found: Json = whole["$defs"][it["$ref"].rpartition("/")[2]]
            return found
    return None


def _kind(whole: Json, shape: Json) -> str:
    if choices := shape.get("anyOf"):
        return " or ".join(_kind(whole, it) for it in choices)
    if shape.get("type") == "array":
        return f"list of {_kind(whole, shape['items'])}s"
    inside = _inside(whole, shape)
    if inside:
        return "shut section" if OPENS_TO in inside else "members below"
    if "@" in shape.get("pattern", ""):
        return "code"
    return KINDS[shape.get("format", shape["type"])]


def _sections(whole: Json) -> Iterator[str]:
    """Say what each shut section holds for those who may open it."""
    shut = [(name, _inside(whole, it) or {}) for name, it in whole["properties"].items()]
    rows = [f"- `{name}`: {_opened(whole, it)}" for name, it in shut if OPENS_TO in it]
    if rows:
        yield (
            "A shut section shows its subject (an id), its audience and its box. Only who may have "
            "the subject's key for that audience opens the box, and finds:\n\n" + "\n".join(rows)
        )


def _opened(whole: Json, section: Json) -> str:
    inside = _inside(whole, section[OPENS_TO])
    if inside is None:
        return "words, as they were written."
    named = []
    for name, it in inside["properties"].items():
        part = _inside(whole, it)
        named.append(f"{name} ({', '.join(part['properties'])})" if part else name)
    return f"{_line(inside['description'])} Members: {', '.join(named)}."


def _short(part: Any) -> Any:
    if not isinstance(part, Mapping):
        return part
    return {
        name: f"{it[:SHOWN]}…" if name == "box" else _short(it) for name, it in part.items()
    }  # fmt: skip


if __name__ == "__main__":
    for each in names():
        page_of(each).write_text(page(each), "utf-8")
    INDEX.write_text(index(INDEX.read_text("utf-8")), "utf-8")
