"""Does the closing screen of a scenario show what moves, and does the town live on?"""

import json
import os
import subprocess
from itertools import islice
from pathlib import Path

from deploy.demo.scenario import closing, trickle
from deploy.demo.scenario.parts import SCOPES, STAFF
from deploy.demo.scenario.pasted import lines
from deploy.demo.scenario.recount import Found
from deploy.demo.scenario.trickle import to_come
from deploy.demo.screen import plain
from tests.demo.parts import town
from tests.demo.test_account import GOOD
from tests.demo.test_scenario import TUESDAY

ENQUIRY = {"enquiry": {"id": "e-1", "stage": "enquiry-stage@1:planning", "version": 4,
                       "opened_at": "2026-04-27T10:00:00Z",
                       "missed": [{"kind": "plan", "due_at": "2026-05-05T16:00:00Z"}]}}  # fmt: skip
SEEN = Found(referrals=[], requests=[], concerns=[], queue=[], enquiries=[ENQUIRY],
             escalations=[], told={})  # fmt: skip
SERVICES = ("intake", "triage", "enquiry", "dols", "notify")


def test_every_services_figures_are_shown_and_what_was_missed() -> None:
    drawn = plain(closing.counts(GOOD, SEEN))
    for words in ("referrals", "by outcome other-enquiry", "planning", "deadlines missed, plan",
                  "not granted by reason died", "by webhook to mercia-police", "overdue",
                  "told more of, not considered", "conclusions in doubt",
                  "noted by the Board"):  # fmt: skip
        assert words in drawn


def test_who_waited_longest_is_named_where_somebody_waits() -> None:
    drawn = plain(closing.longest(SEEN))
    assert "2026-04-27 11:00" in drawn, "as clocks in England showed it"
    assert drawn.count("nobody") == 2


def test_the_lines_to_paste_reach_every_service_in_a_shell(tmp_path: Path) -> None:
    access = {name: f"http://{name}" for name in SERVICES}
    tokens = {name: f"token-of-{name}" for name in (*SCOPES, *STAFF)}
    (tmp_path / "access.json").write_text(json.dumps({**access, "tokens": tokens}))
    (tmp_path / "posted.json").write_text('{"id": "the-id"}')
    curl = tmp_path / "curl"
    curl.write_text("#!/usr/bin/env python3\nimport sys, json\nprint(json.dumps(sys.argv))\n")
    curl.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = ""
    *asking, receiver = lines(access, tmp_path)[2:]
    for line in (*asking, receiver.replace("python3 -m deploy.demo.receiver", "curl receiver")):
        done = subprocess.run(["/bin/sh", "-ec", line], env=environment, capture_output=True,
                              check=True, timeout=30, text=True)  # fmt: skip
        assert not done.stderr
        asked += done.stdout
    assert all(f"http://{name}/v1/" in asked for name in SERVICES[1:])
    assert "Bearer token-of-ruth-adults" in asked
    assert "receiver" in asked
    assert "token-of-rosewood-house" in asked.splitlines()[-1]


def test_what_comes_later_is_new_each_time_and_never_sent_twice(tmp_path: Path) -> None:
    here = town(tmp_path)
    first = list(islice(to_come(here, TUESDAY), 20))
    assert {it.kind for it in first} == {"referral", "dols-request"}
    assert all(it.at.date() < TUESDAY for it in first)
    for it in first[:10]:
        here.ledger.keep(key=it.key, did=it.kind, case=it.key)
    again = list(islice(to_come(here, TUESDAY), 10))
    assert again == first[10:20]


def test_everybody_has_a_turn(tmp_path: Path) -> None:
    here = trickle.turns(town(tmp_path), TUESDAY)
    assert len(here) == 10
    assert {
        trickle.screener, trickle.manager, trickle.lead, trickle.coordinator, trickle.board_lead
    } < {*here}  # fmt: skip
