"""Can the account of a scenario be wrong, and does it then say where?"""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo import calls
from deploy.demo.calls import Door
from deploy.demo.scenario import town as towns
from deploy.demo.scenario.account import Counted, balance
from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.plan import JANUARY, SPRING
from deploy.demo.scenario.report import Asked, Facts, rows
from deploy.demo.scenario.town import Act, StandsStill
from deploy.demo.scenario.watch import Watch
from tests.demo.parts import ABOUT, town

GOOD = Counted(
    acts={"referral": 100, "amendment": 5, "withdrawal": 2, "decision": 60, "dols-request": 20,
          "dols-decision": 8},
    adults=110,
    refused=0,
    intake={"referrals": 100, "adults": 110, "promoted": 104, "held": 2, "redirected": 4,
            "decided": 60, "amended": 5, "withdrawn": 2},
    triage={"concerns": 104, "scored": 104, "waiting": 44, "decided": 60,
            "by_outcome": {"s42-enquiry": 25, "s42-met-response-sufficient": 3,
                           "other-enquiry": 6, "nfa-signpost": 26}},
    enquiry={"enquiries": 34, "overdue": 4, "told_more": 2, "in_doubt": 3, "to_be_noted": 1,
             "noted": 3},
    dols={"received": 20, "waiting": 12, "decided": 8, "granted": 3,
          "received_by_setting": {"care-home": 17, "hospital": 3},
          "not_granted_by_reason": {"died": 4, "withdrawn": 1}},
    referrals_listed=100,
    requests_listed=20,
    concerns_queued=44,
    requests_queued=12,
    enquiries=34,
    enquiries_overdue=4,
    enquiries_told_more=2,
    enquiries_in_doubt=3,
    escalations_listed=1,
    events=Counter({"referral.received": 100, "concern.recognised": 104, "decision.made": 60,
                    "enquiry.opened": 34, "dols.received": 20, "dols.granted": 3,
                    "dols.not-granted": 5}),
    hooked={"rosewood-house": {"e-1", "e-2"}, "mercia-police": {"e-3"}},
    brought={"rosewood-house": {"e-1", "e-2"}, "mercia-police": {"e-3"}},
)  # fmt: skip


def wrong(it: Counted) -> list[str]:
    return [line.says for line in balance(it) if not line.agrees]


def test_everything_adds_up() -> None:
    assert wrong(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"acts": {**GOOD.acts, "referral": 101}}, ["referrals sent = kept"]),
        ({"acts": {**GOOD.acts, "amendment": 4}}, ["referrals amended = kept so"]),
        ({"acts": {**GOOD.acts, "withdrawal": 3}}, ["referrals withdrawn = kept so"]),
        ({"acts": {**GOOD.acts, "decision": 61}}, ["decisions sent = decided"]),
        ({"acts": {**GOOD.acts, "dols-request": 21}}, ["DoLS requests sent = kept"]),
        ({"acts": {**GOOD.acts, "dols-decision": 9}}, ["signed = decided"]),
        ({"adults": 111}, ["adults in receipts = kept"]),
        ({"referrals_listed": 99}, ["referrals = rows in senders' lists"]),
        ({"requests_listed": 21}, ["requests = rows in senders' lists"]),
        ({"concerns_queued": 43}, ["waiting = rows in the queue"]),
        ({"requests_queued": 13}, ["waiting = rows in the DoLS queue"]),
        ({"enquiries": 33}, ["decided with enquiry = enquiries opened",
                             "enquiries, as counted = found one by one",
                             "enquiry.opened: owed = told in feeds"]),
        ({"enquiry": {**GOOD.enquiry, "enquiries": 35}},
         ["enquiries, as counted = found one by one"]),
        ({"enquiry": {**GOOD.enquiry, "overdue": 3}}, ["enquiries overdue = as each says"]),
        ({"enquiries_told_more": 1}, ["told more of, not considered = as each says"]),
        ({"enquiries_in_doubt": 4}, ["conclusions in doubt = as each says"]),
        ({"escalations_listed": 0}, ["for the Board to note = rows in its lead's list"]),
        ({"events": {**GOOD.events, "decision.made": 59}}, ["decision.made: owed = told in feeds"]),
        ({"brought": {**GOOD.brought, "mercia-police": set()}},
         ["mercia-police: events in the feed = received by webhook"]),
        ({"brought": {**GOOD.brought, "mercia-police": {"e-4"}}},  # as many, and another
         ["mercia-police: events in the feed = received by webhook"]),
        ({"brought": {}}, ["rosewood-house: events in the feed = received by webhook",
                           "mercia-police: events in the feed = received by webhook"]),
        ({"forged": 1}, ["webhooks with a wrong signature"]),
        ({"refused": 1}, ["refused"]),
        ({"blocked": 1}, ["blocked cases"]),
        ({"intake": {**GOOD.intake, "held": 1}}, ["adults = promoted + held + redirected"]),
        ({"intake": {**GOOD.intake, "promoted": 105, "held": 1}}, ["promoted = concerns"]),
        ({"intake": {**GOOD.intake, "decided": 59}}, ["decided, as their senders' status says"]),
        ({"triage": {**GOOD.triage, "scored": 103}}, ["concerns = scored"]),
        ({"triage": {**GOOD.triage, "waiting": 43}}, ["concerns = waiting + decided",
                                                      "waiting = rows in the queue"]),
        ({"dols": {**GOOD.dols, "not_granted_by_reason": {}}},
         ["decided = granted + not granted, by reason"]),
        ({"dols": {**GOOD.dols, "received_by_setting": {}}},
         ["received = from hospitals + care homes"]),
    ],
)  # fmt: skip
def test_a_figure_that_is_off_is_named(change: dict[str, Any], says: list[str]) -> None:
    assert wrong(replace(GOOD, **change)) == says


def test_after_it_balanced_others_may_send_more_but_nothing_may_vanish() -> None:
    later = replace(GOOD, others_may=True, acts={**GOOD.acts, "referral": 99}, adults=108)
    assert wrong(later) == []
    more = replace(later, brought={**GOOD.brought, "mercia-police": {"e-3", "e-9"}})
    assert wrong(more) == []
    lost = replace(later, acts={**GOOD.acts, "referral": 101})
    assert wrong(lost) == ["referrals sent = kept"]


def asked(day: int, *, decided: date | None = None, granted: bool = False) -> Asked:
    return Asked(date(2023, 12, day), hospital=False, decided_on=decided, granted=granted)


def test_who_waits_on_a_day_came_before_it_and_was_not_decided_before_it() -> None:
    assert asked(31).waits_on(JANUARY)
    assert asked(1, decided=JANUARY).waits_on(JANUARY)
    assert not asked(1, decided=date(2023, 12, 31)).waits_on(JANUARY)
    assert not asked(1).waits_on(date(2023, 12, 1))


def test_the_report_recounts_what_the_services_count() -> None:
    figures = {
        "intake": {"referrals": 4},
        "triage": {"decided": 4, "by_outcome": {"s42-enquiry": 1, "not-a-concern": 3}},
        "dols": {"received": 3, "waiting": 2, "granted": 1, "waiting_over_180_days": 0,
                 "received_by_setting": {"hospital": 1, "care-home": 2}},
    }  # fmt: skip
    raw = Facts(
        referred_on=[date(2023, 5, 1)] * 4 + [date(2024, 1, 1)],
        outcomes=["s42-met-response-sufficient", *["nfa-signpost"] * 3],
        requests=[asked(1, decided=date(2023, 12, 9), granted=True), asked(2), asked(3)],
    )
    found = rows({f"{JANUARY}": figures, f"{SPRING}": figures}, figures, raw)
    by_name = {row.says: (row.counted, row.recounted) for row in found}
    assert by_name["referrals, April to December 2023"] == ("4", "4")
    assert by_name["of those decided: the section 42 duty arises"] == (
        "25.0 % (1 of 4)", "25.0 % (1 of 4)")  # fmt: skip
    assert by_name["DoLS backlog at the turn of the year"] == ("2", "2")
    assert by_name["of the year's requests: granted"][1] == "33.3 % (1 of 3)"
    assert by_name["DoLS requests granted until the end of April 2024"] == ("1", "1")


NOW = datetime(2026, 4, 28, 9, tzinfo=UTC)


def test_a_ledger_is_found_again_after_a_stop_with_what_was_wanted_and_not_done(
    tmp_path: Path,
) -> None:
    kept = Ledger(tmp_path / "demo" / "ledger.jsonl", ABOUT)
    act = Act(did="lead", who="ruth", case="c", service="enquiry", path="/p", body=b"{}", key="k")
    kept.keep(clock=NOW.isoformat())
    kept.keep(planned=NOW.isoformat(), acts=[act.written()])
    kept.keep(key="k0", did="referral", case="c", id="id", adults=2)
    with (tmp_path / "demo" / "ledger.jsonl").open("a") as file:
        file.write('{"key": "cut", "did"')
    again = Ledger(tmp_path / "demo" / "ledger.jsonl", ABOUT)
    again.keep(key="k1", did="referral", case="c", id="id2", adults=1)
    last = Ledger(tmp_path / "demo" / "ledger.jsonl", ABOUT)
    assert set(last.yes) == {"k0", "k1"}
    assert last.stands == NOW
    assert last.done is None
    assert last.planned is not None
    assert [Act.of(it) for it in last.planned[1]] == [act]


def test_another_scenario_does_not_go_on_with_a_ledger_that_is_not_its_own(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.jsonl", ABOUT)
    with pytest.raises(ValueError, match="another scenario"):
        Ledger(tmp_path / "ledger.jsonl", {**ABOUT, "seed": 2})


class Remote(httpx.AsyncBaseTransport):
    """A service that answers as it is told, and remembers what it was asked."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers, self.asked = list(answers), list[httpx.Request]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, content=json.dumps({"id": "i"}) if answer == 201 else b"")


def acts(*cases: str) -> list[Act]:
    return [
        Act(did="lead", who="ruth", case=case, service="enquiry", path=f"/{n}", body=b"{}",
            key=f"{n}")
        for n, case in enumerate(cases)
    ]  # fmt: skip


async def performed(folder: Path, remote: Remote, *cases: str) -> Ledger:
    async with httpx.AsyncClient(transport=remote) as client:
        access = {"enquiry": "http://enquiry", "tokens": {"ruth": "t"}}
        here = town(folder, doors=[Door(access, client)])
        await here.perform(acts(*cases))
        return here.ledger


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "PAUSES", (0, 0))
    monkeypatch.setattr(towns, "PATIENCE", 0.0)


async def test_what_was_answered_is_not_asked_again_and_what_was_lost_is_under_its_key(
    tmp_path: Path,
) -> None:
    first = Remote(204, httpx.ReadError("cut"), 204)
    assert set((await performed(tmp_path, first, "a", "b")).yes) == {"0", "1"}
    assert [it.headers["idempotency-key"] for it in first.asked] == ["0", "1", "1"]
    again = Remote(204)
    assert set((await performed(tmp_path, again, "a", "b", "b")).yes) == {"0", "1", "2"}
    assert [it.url.path for it in again.asked] == ["/2"]


async def test_a_refusal_is_kept_and_counted(tmp_path: Path) -> None:
    ledger = await performed(tmp_path, Remote(422, 204), "a", "a")
    assert [it["status"] for it in ledger.refused] == [422]
    assert set(ledger.yes) == {"1"}


async def test_services_that_do_not_hear_end_the_play_and_say_where(tmp_path: Path) -> None:
    class Deaf(Watch):
        async def left(self) -> dict[str, int]:
            return {"enquiry consumer": 3}

    here = replace(town(tmp_path), watch=Deaf({}))
    with pytest.raises(StandsStill, match="enquiry consumer"):
        await here.caught_up()
