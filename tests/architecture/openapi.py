"""What do we promise to those who call our APIs, and does a change break it?

The document of each service is committed as `docs/api/<service>.json`. After a change of a route,
`python -m tests.architecture.openapi` writes them anew, and says what of it would break callers.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.architecture.doors import ROOT, SERVICES, document

Json = Mapping[str, Any]
VERBS = ("get", "post", "put", "patch", "delete")


def file_of(service: str) -> Path:
    """Give where the document of `service` is kept."""
    return ROOT / "docs" / "api" / f"{service}.json"


def written(service: str) -> str:
    """Give the document of `service` as its file holds it."""
    return json.dumps(document(service), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def former(service: str, root: Path = ROOT) -> Json | None:
    """Give the last committed document that says something else; None where there is none.

    Right after a commit that is the one before it, so that a break is found then as well.
    """
    path, now = f"docs/api/{service}.json", json.loads(file_of(service).read_text("utf-8"))
    for commit in git(root, "log", "--format=%H", "-n", "20", "--", path).split():
        found: Json = json.loads(git(root, "show", f"{commit}:{path}") or "{}")
        if found and found != now:
            return found
    return None


def git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return ""
    return done.stdout


def breaks(old: Json, new: Json) -> list[str]:
    """Name what callers of `old` would miss in `new`."""
    return sorted(set(_Comparison(old, new).paths()))


class _Comparison:
    """Two documents, side by side."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new
        self._seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        """Compare every path and operation."""
        for path, verbs in self.old["paths"].items():
            for verb in (verb for verb in verbs if verb in VERBS):
                now = self.new["paths"].get(path, {}).get(verb)
                door = f"{verb.upper()} {path}"
                if now is None:
                    yield f"{door} is gone"
                else:
                    yield from self._operation(door, verbs[verb], now)

    def _operation(self, door: str, old: Json, new: Json) -> Iterator[str]:
        known = {(it["in"], it["name"].lower()): it for it in old.get("parameters", ())}
        given = {(it["in"], it["name"].lower()): it for it in new.get("parameters", ())}
        for name, it in given.items():
            if it["required"] and not known.get(name, {}).get("required"):
                yield f"{door}: {name[1]} is needed now"
        for name, it in known.items():
            if name not in given:
                yield f"{door}: {name[1]} is gone"
            else:
                yield from self._shape(
                    f"{door}: {name[1]}", it["schema"], given[name]["schema"], sent=True
                )
        yield from self._bodies(
            f"{door} takes", old.get("requestBody", {}), new.get("requestBody", {}), sent=True
        )
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get(
            "required"
        ):
            yield f"{door} needs a body now"
        for status, it in old["responses"].items():
            if status not in new["responses"]:
                yield f"{door} no longer answers {status}"
            else:
                yield from self._bodies(
                    f"{door} {status}", it, new["responses"][status], sent=False
                )

    def _bodies(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        for media, it in old.get("content", {}).items():
            now = new.get("content", {}).get(media)
            if now is None:
                yield f"{place}: {media} is gone"
            else:
                yield from self._shape(
                    place, it.get("schema", {}), now.get("schema", {}), sent=sent
                )

    def _shape(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        names = (str(old.get("$ref")), str(new.get("$ref")), sent)
        if names[0] != "None" and names in self._seen:
            return
        self._seen.add(names)
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        yield from self._kinds(place, old, new, sent=sent)
        members, given = old.get("properties", {}), new.get("properties", {})
        for name, it in members.items():
            if name not in given:
                yield f"{place}: {name} is gone"
            else:
                yield from self._shape(f"{place}.{name}", it, given[name], sent=sent)
        required, was = set(new.get("required", ())), set(old.get("required", ()))
        for name in sorted(required - was if sent else (was - required) & given.keys()):
            yield f"{place}: {name} is {'needed now' if sent else 'no longer sure to be there'}"
        if "items" in old and "items" in new:
            yield from self._shape(f"{place}[]", old["items"], new["items"], sent=sent)

    def _kinds(self, place: str, old: Json, new: Json, *, sent: bool) -> Iterator[str]:
        lost = _values(old) - _values(new) if _values(new) or _values(old) else set()
        if _values(old) and lost:
            yield f"{place}: {', '.join(sorted(map(str, lost)))} is gone"
        if not _values(old) and _values(new) and sent:
            yield f"{place} takes only some values now"
        was, now = _types(self.old, old), _types(self.new, new)
        if (was - now) if sent else (now - was):
            yield f"{place} was {' or '.join(sorted(was))} and is {' or '.join(sorted(now))}"
        choices = [[it for it in one.get("anyOf", ()) if "$ref" in it] for one in (old, new)]
        for before, after in zip(*choices, strict=False):
            yield from self._shape(place, before, after, sent=sent)


def _resolved(document: Json, schema: Json) -> Json:
    if name := schema.get("$ref"):
        found: Json = document["components"]["schemas"][name.rpartition("/")[2]]
        return found
    return schema


def _values(schema: Json) -> set[Any]:
    return set(schema.get("enum", ())) | ({schema["const"]} if "const" in schema else set())


def _types(document: Json, schema: Json) -> set[str]:
    schema = _resolved(document, schema)
    if choices := schema.get("anyOf"):
        return set[str]().union(*(_types(document, choice) for choice in choices))
    kind = "number" if schema.get("type") == "number" else schema.get("type", "anything")
    return {f"{kind}:{schema['format']}" if "format" in schema else str(kind)}


def main() -> int:
    """Write every document anew."""
    broken = list[str]()
    for service in SERVICES:
        file_of(service).parent.mkdir(parents=True, exist_ok=True)
        file_of(service).write_text(written(service), "utf-8")
        if before := former(service):
            broken += [f"{service}: {it}" for it in breaks(before, document(service))]
    sys.stdout.write("".join(f"This would break callers. {it}\n" for it in broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
