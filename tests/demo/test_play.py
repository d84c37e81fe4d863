"""Does the closing screen count honestly, and do its lines work when pasted?"""

import json
import os
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo import calls, screen
from deploy.demo.calls import Door
from deploy.demo.play import STAFF, play
from deploy.demo.receipts import Receipts
from deploy.demo.screen import Sent, balance, curl_lines, plain
from deploy.demo.staff import DECIDED, EVIDENCE, STAFF_TEXTS, decision

INTAKE = {"referrals": 100, "adults": 110, "promoted": 104, "held": 2, "redirected": 4,
          "amended": 0, "withdrawn": 0, "position": 900}  # fmt: skip
TRIAGE = {"concerns": 104, "scored": 104, "by_band": {"red": 12, "amber": 42, "green": 50},
          "waiting": 100, "decided": 4, "position": 700,
          "by_outcome": {"section-42-outcome@1:s42-enquiry": 3,
                         "section-42-outcome@1:nfa-signpost": 1}}  # fmt: skip
SENT = Sent(referrals=100, adults=110, decisions=4)
ACCESS = {"intake": "http://127.0.0.1:8101", "triage": "http://127.0.0.1:8102",
          "tokens": {"rosewood-house": "home.token", "joan-screener": "joan.token"},
          "docs": {"intake": "http://127.0.0.1:8101/docs"}}  # fmt: skip


def wrong(sent: Sent, intake: dict[str, Any], triage: dict[str, Any]) -> list[str]:
    return [line.says for line in balance(sent, intake, triage) if not line.agrees]


def test_everything_adds_up() -> None:
    assert wrong(SENT, INTAKE, TRIAGE) == []


@pytest.mark.parametrize(
    ("intake", "triage", "says"),
    [
        ({"referrals": 99}, {}, "referrals sent = received"),
        ({"referrals": 101}, {}, "referrals sent = received"),
        ({"adults": 109, "held": 1}, {}, "adults in receipts = received"),
        ({"held": 1}, {}, "adults received = promoted + held + redirected"),
        ({"promoted": 105, "held": 1}, {}, "adults promoted = concerns"),
        ({}, {"scored": 103}, "concerns = scored"),
        ({}, {"waiting": 99}, "concerns = waiting + decided"),
        ({}, {"by_outcome": {"s42-enquiry": 3}}, "decided = sum of the outcomes"),
        ({}, {"decided": 3, "waiting": 101, "by_outcome": {"a": 3}}, "decisions sent <= decided"),
    ],
)
def test_a_figure_that_is_off_by_one_is_named(
    intake: dict[str, Any], triage: dict[str, Any], says: str
) -> None:
    assert wrong(SENT, INTAKE | intake, TRIAGE | triage) == [says]


def test_one_refusal_is_one_too_many() -> None:
    assert wrong(replace(SENT, refused=1), INTAKE, TRIAGE) == ["refused"]


def test_a_lost_answer_may_have_arrived_or_not_but_no_more_than_that() -> None:
    doubtful = replace(SENT, referrals=99, adults=109, unknown=1)
    arrived, not_arrived = INTAKE, INTAKE | {"referrals": 99, "adults": 109, "held": 1}
    assert wrong(doubtful, arrived, TRIAGE) == []
    assert wrong(doubtful, not_arrived, TRIAGE) == []
    assert wrong(replace(doubtful, referrals=98), arrived, TRIAGE) == ["referrals sent = received"]
    lost = INTAKE | {"referrals": 98, "adults": 108, "held": 0}
    assert wrong(doubtful, lost, TRIAGE)[:2] == [
        "referrals sent = received", "adults in receipts = received"]  # fmt: skip


def test_what_was_there_before_the_demo_is_not_counted_as_sent() -> None:
    ours = Sent(referrals=90, adults=95, before={"referrals": 10, "adults": 15})
    assert wrong(ours, INTAKE, TRIAGE) == []
    assert wrong(replace(ours, before=None), INTAKE, TRIAGE) != []


def test_after_the_account_balanced_others_may_send_but_nothing_may_vanish() -> None:
    later = replace(SENT, referrals=98, adults=108, others_may=True)
    assert wrong(later, INTAKE, TRIAGE) == []
    assert wrong(replace(later, referrals=101), INTAKE, TRIAGE) == ["referrals sent = received"]


def test_the_screens_name_bands_outcomes_and_what_does_not_balance() -> None:
    counts = plain(screen.counts(INTAKE, TRIAGE))
    for words in ("scored amber", "42", "decided s42-enquiry", "redirected"):
        assert words in counts
    lines = balance(SENT, INTAKE | {"held": 1}, TRIAGE)
    account = plain(screen.account(lines, unknown=7))
    assert account.count(" NO ") == 1
    assert "answer lost" in account
    assert "answer lost" not in plain(screen.account(lines, unknown=0))


def test_the_queue_shows_why_each_stands_where_it_stands() -> None:
    row = {"concern": "0f3c9a7e-0000-4000-8000-000000000000", "band": "risk-band@1:red",
           "total": 17, "due_at": "2026-11-26T10:30:00Z", "rank_reason": "Red, received 09:30",
           }  # fmt: skip
    drawn = plain(screen.queue([row]))
    for words in ("0f3c9a7e", "red", "17", "2026-11-26 10:30", "Red, received 09:30"):
        assert words in drawn
    assert "risk-band" not in drawn


def test_the_history_is_told_line_by_line() -> None:
    told = [{"at": "2026-11-26T10:00:00Z", "words": "The concern was recognised", "by": "triage"},
            {"at": "2026-11-26T10:05:00Z", "words": "It was scored Red, 17", "by": "joan"},
            ]  # fmt: skip
    lines = plain(screen.history("0f3c", told)).splitlines()
    first, second = (next(n for n, line in enumerate(lines) if each["words"] in line)
                     for each in told)  # fmt: skip
    assert second == first + 1
    assert "2026-11-26 10:05" in lines[second]


def test_plain_screens_carry_no_escape_codes_and_break_no_line_to_paste() -> None:
    pasted = curl_lines(ACCESS, Path(".data/demo"))
    drawn = "\n".join(plain(part) for part in screen.pointers(ACCESS, pasted))
    assert "\x1b" not in drawn
    assert all(line in drawn.splitlines() for line in pasted)
    assert "http://127.0.0.1:8101/docs" in drawn


def test_the_lines_to_paste_work_in_a_shell(tmp_path: Path) -> None:
    (tmp_path / "access.json").write_text(json.dumps(ACCESS))
    curl = tmp_path / "curl"
    said = 'print(json.dumps({"id": "the-id", "a": sys.argv}))'
    curl.write_text(f"#!/usr/bin/env python3\nimport json, sys\n{said}\n")
    curl.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = []
    for line in curl_lines(ACCESS, tmp_path):
        done = subprocess.run(
            ["/bin/sh", "-ec", line], env=environment, capture_output=True, check=True, timeout=30
        )
        assert not done.stderr
        asked.append(json.loads(done.stdout)["a"])
    refer, read, queue = asked
    assert refer[-1] == "http://127.0.0.1:8101/v1/referrals"
    assert json.loads(refer[refer.index("-d") + 1])["adults"][0]["name"] == "Test Person"
    assert read[-1] == "http://127.0.0.1:8101/v1/referrals/the-id"
    assert queue[-1] == "http://127.0.0.1:8102/v1/concerns?limit=3"
    assert "Authorization: Bearer home.token" in refer
    assert "Authorization: Bearer home.token" in read
    assert "Authorization: Bearer joan.token" in queue


def test_nineteen_of_forty_decisions_find_the_duty_and_none_contradicts_its_answers() -> None:
    duty = Counter[bool]()
    for number in range(40):
        said = decision(number)
        answers = {test["answer"] for test in said["tests"].values()}
        outcome = said["outcome"].rpartition(":")[2]
        duty[outcome.startswith("s42")] += 1
        assert outcome.startswith("s42") == (answers == {"met"})
        assert "unknown" not in answers or outcome == "other-enquiry"
        assert ("route" in said) == (outcome == "nfa-signpost")
    assert duty[True] == 19


def test_what_staff_write_is_listed_among_the_sealed_texts() -> None:
    assert {EVIDENCE, DECIDED} <= set(STAFF_TEXTS)


PLAN = {"seed": 1, "referrals": 3}
EMPTY = {"referrals": 0, "adults": 0}


def test_receipts_are_found_again_after_a_stop(tmp_path: Path) -> None:
    kept = Receipts(tmp_path / "demo" / "receipts.jsonl", PLAN)
    kept.begin(EMPTY)
    kept.keep(n=0, id="a", adults=2)
    kept.keep(trying=1)
    again = Receipts(tmp_path / "demo" / "receipts.jsonl", PLAN)
    again.begin({"referrals": 1, "adults": 2})
    assert (again.adults, again.unknown, set(again.sent)) == (2, 1, {0})
    assert again.before == EMPTY


def test_a_line_cut_short_by_a_crash_loses_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "receipts.jsonl"
    kept = Receipts(path, PLAN)
    kept.begin(EMPTY)
    kept.keep(n=0, id="a", adults=1)
    with path.open("a") as file:
        file.write('{"n": 1, "id"')
    after = Receipts(path, PLAN)
    after.begin({"referrals": 2, "adults": 2})
    after.keep(n=2, id="c", adults=1)
    assert set(Receipts(path, PLAN).sent) == {0, 2}


def test_a_new_installation_or_another_plan_starts_over(tmp_path: Path) -> None:
    path = tmp_path / "receipts.jsonl"
    kept = Receipts(path, PLAN)
    kept.begin(EMPTY)
    kept.keep(n=0, id="a", adults=1)
    emptied = Receipts(path, PLAN)
    emptied.begin(EMPTY)
    assert not emptied.sent
    emptied.keep(n=0, id="b", adults=1)
    other = Receipts(path, PLAN | {"seed": 2})
    other.begin({"referrals": 1, "adults": 1})
    assert not other.sent
    assert other.before == {"referrals": 1, "adults": 1}


class Remote(httpx.AsyncBaseTransport):
    """A network that does what it is told, one answer after the other."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, json={})


async def sent(remote: Remote, key: str | None) -> int | None:
    async with httpx.AsyncClient(transport=remote) as client:
        where = ("intake", "/v1/referrals")
        answer = await Door(ACCESS, client).send(where, "rosewood-house", b"{}", key)
        return answer.status_code if answer else None


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0, 0))


async def test_a_lost_answer_is_asked_for_again_under_the_same_key() -> None:
    remote = Remote(httpx.ReadError("cut"), 503, 201)
    assert await sent(remote, "k") == 201
    assert [request.headers["idempotency-key"] for request in remote.asked] == ["k", "k", "k"]


@pytest.mark.parametrize("lost", [httpx.ReadError("cut"), httpx.ReadTimeout("slow"), 500, 503])
async def test_without_a_key_nothing_is_sent_again_after_a_lost_answer(
    lost: int | Exception,
) -> None:
    remote = Remote(lost, 201)
    assert await sent(remote, None) is None
    assert len(remote.asked) == 1


@pytest.mark.parametrize("away", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), 429])
async def test_what_never_got_in_may_be_sent_again_without_a_key(away: int | Exception) -> None:
    assert await sent(Remote(away, 201), None) == 201


async def test_a_service_that_stays_away_leaves_the_outcome_unknown() -> None:
    remote = Remote(503, 503, 503)
    assert await sent(remote, "k") is None
    assert len(remote.asked) == 3


async def test_a_refusal_is_an_answer_and_not_asked_for_again() -> None:
    remote = Remote(422)
    assert await sent(remote, "k") == 422
    assert len(remote.asked) == 1


def test_services_that_are_away_fail_the_demo_in_one_plain_line(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9"
    access = ACCESS | {"intake": nobody, "triage": nobody, "tokens": dict.fromkeys(STAFF, "t")}
    said: list[str] = []
    kept = tmp_path / "receipts.jsonl"
    assert not play(access, seed=1, referrals=3, check=True, say=said.append, receipts=kept)
    assert len(said) == 1
    assert "do not answer" in said[0]
