"""Can a name, a number or a narrative reach a log line?"""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as some
from prometheus_client import REGISTRY

from shared.bus.relay import Forked
from shared.lease import Loop
from shared.telemetry import ALLOWED, only_what_is_allowed
from tests.kernel import a

SCRIPT = """\
import logging

from shared import telemetry

telemetry.configure("triage")
telemetry.log.info("serving", port=8000, name=WORDS, adult={"name": WORDS}, case=7)
try:
    raise ValueError(WORDS)
except ValueError:
    telemetry.log.error("failed", place="consumer", exc_info=True, detail=WORDS)
try:
    {}[WORDS]
except KeyError as error:
    telemetry.log.error("stale", exc_info=error, exception=WORDS)
logging.getLogger("some.library").warning("cannot read %s", WORDS)
logging.getLogger("some.library").info("not asked for: %s", WORDS)
try:
    raise OSError(WORDS)
except OSError:
    logging.getLogger("other.library").exception(WORDS, stack_info=True, extra={"adult": WORDS})
""".replace("WORDS", repr(a.WORDS))


def test_lines_carry_listed_members_and_of_errors_and_libraries_kind_and_place_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert a.WORDS not in done.stdout + done.stderr
    assert "Edith" not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(line.pop("at").endswith("Z") for line in lines)
    assert all(line.pop("service") == "triage" for line in lines)
    assert lines == [
        {"level": "info", "event": "serving", "port": 8000, "case": 7},
        {"level": "error", "event": "failed", "error": "ValueError", "place": "__main__:8"},
        {"level": "error", "event": "stale", "error": "KeyError", "place": "__main__:12"},
        {"level": "warning", "event": "library", "place": "some.library"},
        {"level": "error", "event": "library", "error": "OSError", "place": "__main__:18"},
    ]
    assert done.stderr == ""


names = some.sampled_from(sorted(ALLOWED)) | some.text(max_size=20)


@settings(max_examples=40)
@given(some.dictionaries(names.filter(lambda it: it != "exc_info"), some.text()))
def test_what_is_not_listed_is_dropped(line: dict[str, Any]) -> None:
    kept = only_what_is_allowed(None, "info", dict(line))
    assert kept == {name: value for name, value in line.items() if name in ALLOWED}


def test_no_listed_member_is_one_of_a_persons() -> None:
    assert not ALLOWED & {
        "name", "adult", "subject", "body", "words", "text", "message", "exception", "detail",
        "nhs_number", "phone", "address", "actor", "url", "path", "query", "traceback",
    }  # fmt: skip


def test_an_error_never_raised_has_a_kind_and_no_place() -> None:
    kept = only_what_is_allowed(None, "error", {"event": "x", "exc_info": ValueError(a.WORDS)})
    assert kept == {"event": "x", "error": "ValueError", "place": "unknown"}


@pytest.mark.parametrize("error", [Forked(), ConnectionResetError()])
async def test_each_failure_of_a_loop_is_counted_by_its_kind(error: Exception) -> None:
    kind = {"service": "of-this-test", "loop": "relay", "error": type(error).__name__}

    def counted() -> float:
        return REGISTRY.get_sample_value("safeguarding_loop_failures_total", kind) or 0

    async def work(loop: Loop) -> None:
        if counted() == before + 2:
            loop.stop()
        else:
            raise error

    before = counted()
    with structlog.contextvars.bound_contextvars(service="of-this-test"):
        await asyncio.wait_for(Loop("relay", work).run(), 10)
    assert counted() == before + 2
