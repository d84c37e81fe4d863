"""Who writes the log?"""

import re
from pathlib import Path

import pytest

from tests.architecture.doors import ROOT

# What the database forbids as well; here it is seen before anything runs.
WRITES = re.compile(
    r"\b(insert\s+into|update|delete\s+from|truncate(\s+table)?|merge\s+into|copy)\s+(only\s+)?"
    r"\"?log\"?\.",
    re.IGNORECASE,
)
FILES = sorted(
    file.relative_to(ROOT)
    for part in ("services", "shared", "deploy/local", "deploy/demo")
    for pattern in ("*.py", "*.sql")
    for file in (ROOT / part).rglob(pattern)
)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_nothing_but_append_writes_the_log(file: Path) -> None:
    assert not WRITES.findall((ROOT / file).read_text("utf-8"))


FORBIDDEN = (
    "update log.event set", "DELETE FROM log.event", "truncate log.event", 'update "log".event',
    "insert\n  into log.epoch", "truncate table log.event", "update only log.event",
    "copy log.event from",
)  # fmt: skip


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_a_write_would_be_found(sql: str) -> None:
    assert WRITES.search(sql)
