"""What is the shape of each message, and which shapes are released?

`docs/events/schemas/<type>/<version>.json` is the JSON Schema of a message, made from its contract.
`docs/events/schemas/released.json` records what is released: for each type and version the digest
of its shape (descriptions do not count) and the version of the house that first had it.
`python -m tests.architecture.schemas` writes the schemas anew and adds what is new to the record;
it changes nothing there, and writes nothing where a contract has not the shape that was released.
"""

import ast
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from shared.bus.message import SCHEMAS
from shared.contracts import registry
from shared.facts import Code
from shared.sealed import Sealed
from tests.architecture.doors import ROOT
from tests.architecture.openapi import git
from tests.architecture.spoken import Version

Json = Mapping[str, Any]
FOLDER = ROOT / "docs" / "events" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
CODE = "^[a-z0-9-]+@[0-9]+:[a-z0-9._-]{1,40}$"
BOX = "^[A-Za-z0-9_-]*={0,2}$"
WORDS = {"title", "description"}
"""Keywords that say nothing of a shape."""
OPENS_TO = "x-opens-to"
"""In a sealed section: the shape of the words that those find who may open its box."""
ANEW = "run `python -m tests.architecture.schemas`"
CHANGED = "is released and never changes: any other field is the next /n, a new class beside it"
GONE = "is released and is gone: topics keep it for ever, so it is read for ever"
UNRECORDED = f"is not recorded as released: {ANEW}"


class _Strict(GenerateJsonSchema):
    """Shapes as they are written: each member is there, none besides, codes by their form."""

    def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().dataclass_schema(schema)
        members = list(made.get("properties", {}))
        return made | {"additionalProperties": False, "required": members}

    def function_after_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().function_after_schema(schema)
        is_code = getattr(schema["function"]["function"], "__wrapped__", None) is Code
        return made | {"pattern": CODE} if is_code else made

    def bytes_schema(self, schema: Any) -> JsonSchemaValue:
        return super().bytes_schema(schema) | {"pattern": BOX}

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def file_of(stored: str, folder: Path = FOLDER) -> Path:
    """Give where the schema of a stored name lies."""
    name, number = Version.of(stored)
    return folder / name / f"{number}.json"


def schema(kind: Any) -> Json:
    """Give the JSON Schema of a message; words in shut sections are described as they open."""
    parts = dict.fromkeys(reachable(kind))
    asked: Any = [(it, "serialization", TypeAdapter(it)) for it in parts]
    places, made = TypeAdapter.json_schemas(asked, schema_generator=_Strict)
    shapes: dict[str, dict[str, Any]] = made["$defs"]
    for it in parts:
        place = places[it, "serialization"]
        shape = shapes.get(str(place.get("$ref")).rpartition("/")[2], {})
        shape.pop("title", None)
        if get_origin(it) is Sealed:
            shape[OPENS_TO] = places[get_args(it)[0], "serialization"]
        for name, words in described(get_origin(it) or it).items():
            shape["properties"][name] = {"description": words, **shape["properties"][name]}
    whole = shapes.pop(places[kind, "serialization"]["$ref"].rpartition("/")[2])
    head: dict[str, Any] = {"$schema": DIALECT, "$id": SCHEMAS + kind.stored_as}
    return head | whole | ({"$defs": dict(sorted(shapes.items()))} if shapes else {})


def reachable(hint: Any) -> Iterator[Any]:
    """Give what has a shape of its own in `hint`: dataclasses, sections, and what is in those."""
    if get_origin(hint) is Sealed:
        yield hint
        yield from get_args(hint)
    for part in get_args(hint):
        yield from reachable(part)
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
        for member in get_type_hints(hint).values():
            yield from reachable(member)


def described(kind: type[Any]) -> Mapping[str, str]:
    """Give the docstring of each member that has one."""
    if not is_dataclass(kind):
        return {}
    body = ast.parse(dedent(inspect.getsource(kind))).body[0]
    lines = body.body if isinstance(body, ast.ClassDef) else []
    found = {}
    for member, after in pairwise(lines):
        words = after.value if isinstance(after, ast.Expr) else None
        if isinstance(member, ast.AnnAssign) and isinstance(words, ast.Constant):
            text = " ".join(str(words.value).split())
            found[ast.unparse(member.target)] = re.sub(r"\bNone\b", "null", text)
    return found


def written(shape: Json) -> str:
    """Give a JSON document as its file holds it."""
    return json.dumps(shape, indent=1, ensure_ascii=False) + "\n"


def digest(shape: Json) -> str:
    """Give what stands for a shape, whatever words describe it."""
    return sha256(json.dumps(_bare(shape), sort_keys=True).encode()).hexdigest()


def _bare(part: Any) -> Any:
    if isinstance(part, list):
        return [_bare(it) for it in part]
    if not isinstance(part, dict):
        return part
    # A member may have the name of a keyword; then a shape stands behind it, and not a text.
    kept = {name: it for name, it in part.items() if name not in WORDS or not isinstance(it, str)}
    return {name: _bare(it) for name, it in kept.items()}


def released(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """Give the record of what is released."""
    file = folder / "released.json"
    found: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def committed(root: Path = ROOT) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """Give the record as each commit left it; none where git is not at hand."""
    path = "docs/events/schemas/released.json"
    for commit in git(root, "log", "--format=%H", "--", path).split():
        yield json.loads(git(root, "show", f"{commit}:{path}") or "{}")


def rewritten(record: Mapping[str, Any], history: Iterable[Mapping[str, Any]]) -> set[str]:
    """Name the types whose line is no longer what it once was."""
    return {name for before in history for name, it in before.items() if record.get(name) != it}


def shapes() -> dict[str, Json]:
    """Give the schema of every message that this build has heard of."""
    return {stored: schema(kind) for stored, kind in sorted(registry().items())}


def wrong(now: Mapping[str, Json], record: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Say which shapes are not those that were released, and which are not recorded."""
    changed = [it for it in now.keys() & record if digest(now[it]) != record[it]["shape"]]
    found = [f"{it} {CHANGED}" for it in changed]
    found += [f"{it} {GONE}" for it in record.keys() - now]
    return sorted(found + [f"{it} {UNRECORDED}" for it in now.keys() - record])


def version() -> str:
    """Give the version of the house."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(told["project"]["version"])


def write(now: Mapping[str, Json], folder: Path = FOLDER) -> list[str]:
    """Write schemas and record; give what forbids it, and then write nothing."""
    record = released(folder)
    forbids = [it for it in wrong(now, record) if not it.endswith(UNRECORDED)]
    if forbids:
        return forbids
    for stored, shape in now.items():
        file_of(stored, folder).parent.mkdir(parents=True, exist_ok=True)
        file_of(stored, folder).write_text(written(shape), "utf-8")
        record.setdefault(stored, {"shape": digest(shape), "since": version()})
    (folder / "released.json").write_text(written(dict(sorted(record.items()))), "utf-8")
    return []


if __name__ == "__main__":
    refused = write(shapes())
    sys.stdout.write("".join(f"{it}\n" for it in refused))
    sys.exit(1 if refused else 0)
