"""Where do the bytes of every type of fact lie, and how is one added?

`python -m tests.kernel.golden.corpus` writes a file for each stored type that has none, and a line
for it in `sha256sums`. It overwrites nothing: what was once written must be read for ever.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.dols.app import dols
from services.enquiry.app import enquiry
from services.intake.app import intake
from services.notify.app import notify
from services.triage.app import triage
from shared.facts import Act, Recorded
from shared.log.codec import Codec
from shared.sealed import sections
from tests.kernel.golden.samples import AT, OF_THE_KERNEL, samples

HERE = Path(__file__).parent
SUMS = HERE / "sha256sums"
CODECS = {service.name: service.codec() for service in (intake, triage, enquiry, dols, notify)}
CODECS["log"] = Codec(tuple(map(type, OF_THE_KERNEL)), lambda _happened, _act: None)
ACT = Act(
    id=UUID(int=1), actor="sam", role="screener", purpose="safeguarding", effective_at=AT,
    correlation=UUID(int=2), causation=UUID(int=3),
)  # fmt: skip


def file_of(name: str) -> Path:
    """Give the file for a stored type: context.what-happened/1 lies in context.what-happened.1."""
    return HERE / f"{name.replace('/', '.')}.json"


def listed() -> dict[str, str]:
    """Give the digest of every committed file, by its name."""
    lines = SUMS.read_text().splitlines() if SUMS.exists() else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def read(name: str, body: bytes) -> Recorded[Any]:
    """Give what today's code reads in the bytes of a stored type."""
    row: Any = {
        "type": name, "body": body, "command": ACT.id, "effective_at": AT, "recorded_at": AT,
        "fingerprint": None, "case_id": UUID(int=4), "stream": "case-4", "version": 1,
        "position": 1, "said": None, "ordinal": 0, "hash": sha256(name.encode() + body).digest(),
    }  # fmt: skip
    return CODECS[name.partition(".")[0]].read(row)


def described(name: str, body: bytes) -> dict[str, Any]:
    """Give all that is read in `body`, as text."""
    it = read(name, body)
    return {
        "type": name,
        "sha256": sha256(body).hexdigest(),
        "fact": repr(it.fact),
        "boxes": [section.box.hex() for section in sections(it.fact)],
        "envelope": [it.act.actor, it.act.role, it.act.purpose, str(it.act.correlation),
                     str(it.act.causation)],
        "body": body.decode(),
    }  # fmt: skip


def add_missing() -> list[str]:
    """Write what is missing, and give the names of the types it is for."""
    added = []
    for name, fact in samples().items():
        if not file_of(name).exists():
            body = CODECS[name.partition(".")[0]].written(fact, ACT)
            file_of(name).write_bytes(
                orjson.dumps(described(name, body), option=orjson.OPT_INDENT_2)
            )
            with SUMS.open("a") as sums:
                digest = sha256(file_of(name).read_bytes()).hexdigest()
                sums.write(f"{digest}  {file_of(name).name}\n")
            added.append(name)
    return added


if __name__ == "__main__":
    add_missing()
