"""Where do the words of an error get to? Nowhere."""

import json
import subprocess
import sys

from tests.architecture.doors import ROOT

CANARY = "Marigold-9990000018"


def test_the_text_of_an_error_reaches_nobody() -> None:
    words = [sys.executable, "-m", "tests.http.broken"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout
    assert CANARY not in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    answer, cut = done.stderr.splitlines()
    assert answer.startswith("500 ")
    assert '"type":"/problems/internal"' in answer
    assert "x-correlation-id" in answer
    assert "'x-content-type-options': 'nosniff'" in answer
    assert "'server'" not in answer
    assert cut == "CUT OFF"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    broken = [line for line in lines if line["event"] == "broken"]
    assert [line["error"] for line in broken] == ["ValueError", "ValueError"]
    assert all(line["place"].startswith("__main__:") for line in broken)
    assert [line["status"] for line in lines if line["event"] == "request"] == [500, 200]
