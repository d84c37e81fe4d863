"""Is a scenario the same every time, and does everybody do what is theirs, and no more?"""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from deploy.demo.scenario import assessors, board, contact, coordinators, leads, managers, screeners
from deploy.demo.scenario.arrivals import Arrival, arrivals
from deploy.demo.scenario.days import (
    COARSE,
    FINE,
    Pace,
    in_the_office,
    instant,
    is_working,
    local,
    rounds,
)
from deploy.demo.scenario.parts import BOARD, CONTACT, DUTY, LEADS, LOOKS, SCREENERS, STAFF
from deploy.demo.scenario.plan import (
    DERBY,
    JANUARY,
    WEEK,
    Rate,
    dice_of,
    due_by,
    key_of,
    scaled,
    shortened,
)
from deploy.demo.scenario.play import shift
from tests.demo.parts import concern, enquiry, town

TUESDAY, SUNDAY = date(2026, 4, 28), date(2026, 5, 3)
AT_WORK = instant(TUESDAY, time(11))
AT_NIGHT = instant(TUESDAY, time(21))
SHORT = shortened(WEEK, 7)


def key_figures(sent: list[Arrival]) -> Counter[str]:
    return Counter(it.kind for it in sent)


def test_the_same_seed_sends_the_same_bytes_under_the_same_keys() -> None:
    assert arrivals(7, SHORT) == arrivals(7, SHORT)
    keys = [it.key for it in arrivals(7, SHORT)]
    assert len(keys) == len(set(keys))
    assert not set(keys) & {it.key for it in arrivals(8, SHORT)}


def test_partners_send_as_many_as_the_plan_says_in_order_and_add_only_later() -> None:
    sent = list(arrivals(1, SHORT))
    counts = key_figures(sent)
    assert counts["referral"] == SHORT.referrals[0].count == 100
    assert counts["dols-request"] == SHORT.dols[0].count == 21
    assert [it.at for it in sent] == sorted(it.at for it in sent)
    began = {it.key: it.at for it in sent if it.of is None}
    later = [it for it in sent if it.of is not None]
    assert {"amendment", "circumstances"} <= {it.kind for it in later}
    assert all(it.at > began[it.of or ""] for it in later)


def test_nobodys_throw_moves_anothers() -> None:
    throws = {who: dice_of(1, who, "case").below(10**9) for who in ("anil", "bridget", "chidi")}
    assert {who: dice_of(1, who, "case").below(10**9) for who in reversed(throws)} == throws
    assert len(set(throws.values())) == 3
    assert key_of(1, "a", "b") != key_of(1, "b", "a") != key_of(2, "b", "a")


def test_the_year_sends_what_derby_received() -> None:
    nine_months, rest = DERBY.referrals
    year, april = DERBY.dols
    assert nine_months.count == 3_931
    assert nine_months.first_day + timedelta(days=nine_months.days) == rest.first_day == JANUARY
    assert year.count == 1_094
    assert (april.first_day - year.first_day).days == year.days == 366
    assert DERBY.chances.duty == round(1_866 / 3_931 * 1000)
    small = scaled(DERBY, 0.1)
    assert [it.count for it in (*small.referrals, *small.dols)] == [393, 173, 109, 9]


def test_capacity_steps_up_on_its_day_and_is_counted_week_by_week() -> None:
    rates = (Rate(since=date(2026, 4, 27), a_week=7), Rate(since=date(2026, 5, 4), a_week=70))
    assert due_by(rates, date(2026, 4, 26)) == 0
    assert due_by(rates, date(2026, 5, 3)) == 7
    assert due_by(rates, date(2026, 5, 4)) == 17
    assert due_by(rates, date(2026, 5, 10)) == 77


def test_offices_are_closed_at_night_on_sundays_and_on_bank_holidays() -> None:
    assert in_the_office(AT_WORK)
    assert not in_the_office(AT_NIGHT)
    assert not is_working(SUNDAY)
    assert not is_working(date(2026, 5, 4))
    assert is_working(date(2026, 5, 5))


def test_the_play_stops_after_each_close_and_each_midnight_of_london_summer_or_winter() -> None:
    for first in (date(2026, 4, 27), date(2024, 1, 15)):
        told = [f"{local(at):%H:%M}" for at in rounds(FINE, first, 1)]
        assert told == ["00:01", "09:00", "11:00", "13:00", "15:00", "16:30", "17:01", "21:00",
                        "00:01", "00:02"]  # fmt: skip
    at = list(rounds(FINE, TUESDAY, 14))
    assert at == sorted(set(at))


@pytest.mark.parametrize("pace", [FINE, COARSE])
def test_everybody_works_once_a_working_day_whatever_the_pace(pace: Pace) -> None:
    looks = [look for at in pace.office for look in shift(pace, at)]
    assert len(looks) == len(set(looks)) == 6
    assert looks.index(coordinators.look) < looks.index(assessors.answer)
    asks = next(at for at in pace.office if coordinators.look in shift(pace, at))
    assert assessors.answer not in shift(pace, asks)  # an offer is seen once it was made
    assert all(in_the_office(instant(TUESDAY, at)) for at in pace.office)
    assert not any(in_the_office(instant(SUNDAY, at)) for at in pace.others)


def test_screeners_take_the_queue_as_it_comes_and_no_more_than_they_can(tmp_path: Path) -> None:
    rows = [concern(n) for n in range(100)]
    acts = screeners.choose(town(tmp_path), rows, AT_WORK)
    most = WEEK.crew.screened_a_round * len(SCREENERS)
    assert [act.case for act in acts] == [row["concern"] for row in rows[:most]]
    assert Counter(act.who for act in acts) == dict.fromkeys(SCREENERS, most // 2)


def test_at_night_the_duty_takes_what_is_red_and_leaves_the_rest(tmp_path: Path) -> None:
    rows = [concern(1), concern(2, band="risk-band@1:red"), concern(3, band="risk-band@1:amber")]
    acts = screeners.choose(town(tmp_path), rows, AT_NIGHT)
    assert [(act.case, act.who) for act in acts] == [("concern-0002", "nadia-duty")]
    ready = [{**row, "scored_by": "scorer@1:screener"} for row in rows]
    decided = managers.choose(town(tmp_path), ready, AT_NIGHT)
    assert [act.case for act in decided] == ["concern-0002"]


def test_who_still_waits_is_scored_afresh_after_the_days_of_the_band(tmp_path: Path) -> None:
    seen = concern(1, band="risk-band@1:amber", scored_by="scorer@1:screener")
    mornings = [instant(TUESDAY + timedelta(days=n), time(9))
                for n in range(8)]  # fmt: skip
    again = [bool(screeners.choose(town(tmp_path), [seen], at)) for at in mornings]
    # Since Monday 27 April: working days 1, 2, 3 (Thursday), 4, the weekend, a bank holiday, 5
    assert again == [False, False, True, False, False, False, False, False]


def test_managers_decide_what_was_looked_at_and_consider_what_was_told_since(
    tmp_path: Path,
) -> None:
    rows = [concern(1), concern(2, scored_by="scorer@1:screener"),
            concern(3, scored_by="scorer@1:screener", news=1),
            concern(4, after_decision=True, news=1)]  # fmt: skip
    acts = managers.choose(town(tmp_path), rows, AT_WORK)
    assert [(act.case, act.did) for act in acts] == [
        ("concern-0002", "decision"), ("concern-0004", "consideration")]  # fmt: skip
    assert all(act.etag for act in acts)  # or triage asks what they have seen
    assert not {act.case for act in screeners.choose(town(tmp_path), rows, AT_WORK)} & {
        act.case for act in acts
    }


def test_the_duty_is_found_as_often_as_in_derby_and_no_decision_contradicts_its_answers(
    tmp_path: Path,
) -> None:
    here, duty = town(tmp_path), 0
    for number in range(4000):
        said = managers.decision(here, f"{number}")
        answers = {test["answer"] for test in said["tests"].values()}
        outcome = said["outcome"].rpartition(":")[2]
        duty += outcome.startswith("s42")
        assert outcome.startswith("s42") == (answers == {"met"})
        assert "unknown" not in answers or outcome == "other-enquiry"
        assert ("route" in said) == (outcome == "nfa-signpost")
    assert duty / 4000 == pytest.approx(0.475, abs=0.025)


def test_a_child_goes_to_childrens_services_whoever_asks(tmp_path: Path) -> None:
    reasons = ["hold@1:under-18", *["hold@1:nothing-readable"] * 30]
    rows = [
        {"adult": f"{n}", "contact": "c", "waiting_since": "t", "reason": reason}
        for n, reason in enumerate(reasons)
    ]
    acts = contact.choose(town(tmp_path), rows, AT_WORK, {"c": '"3"'})
    assert (acts[0].did, b"children" in acts[0].body) == ("redirection", True)
    assert {act.did for act in acts[1:]} == {"redirection", "promotion"}
    assert {act.etag for act in acts} == {'"3"'}
    assert {act.who for act in acts} == {CONTACT}


def test_out_of_hours_duty_looks_at_who_is_held_in_danger(tmp_path: Path) -> None:
    rows = [
        {"adult": f"{n}", "contact": "c", "waiting_since": "t", "reason": "hold@1:under-18",
         "within_the_hour": n == 1}
        for n in range(3)
    ]  # fmt: skip
    assert contact.theirs(rows, AT_WORK) == rows
    assert contact.theirs(rows, AT_NIGHT) == rows[1:2]
    (act,) = contact.choose(town(tmp_path), rows[1:2], AT_NIGHT, {})
    assert act.who == DUTY
    assert LOOKS in STAFF[DUTY], "or the door is shut"


@pytest.mark.parametrize(
    ("owed", "did"),
    [
        (("lead", "plan"), {"lead"}),
        (("plan",), {"plan"}),
        (("report", "conclusion"), {"caused-enquiry/answer"}),
        (("report-answer", "conclusion"), {"caused-enquiry/assessment"}),
        (("findings", "closure"), {"outcomes-achieved", "conclusion"}),
        (("conclusion",), {"caused-enquiry", "outcomes-achieved", "conclusion"}),
        (("safety-plan", "closure"), {"safety-plan"}),
        (("action", "review"), {"safety-plan/endings"}),
        (("review",), set()),
        (("closure",), {"closure"}),
        (("look", "closure"), {"decision-review"}),
        (("information", "closure"), {"consideration"}),
        (("information", "lead"), {"consideration"}),
        (("doubt", "review"), {"decision-review"}),
    ],
)
def test_an_enquiry_goes_on_by_what_it_is_owed(
    tmp_path: Path, owed: tuple[str, ...], did: set[str]
) -> None:
    rows = [enquiry(number, *owed) for number in range(300)]
    acts = leads.choose(town(tmp_path), rows, AT_WORK)
    assert {act.did for act in acts} == did


def test_what_a_sender_told_is_considered_by_the_lead_who_saw_it(tmp_path: Path) -> None:
    """And it changes nothing of what is concluded, or somebody would have to conclude again."""
    made = [enquiry(n, "information", missing=[leads.NOT_CONCLUDED]) for n in range(100)]
    over = [enquiry(n, "information") for n in range(100)]
    acts = leads.choose(town(tmp_path), made, AT_WORK)
    assert {act.etag for act in acts} == {'"3"'}
    assert all(act.who in LEADS for act in acts)
    effects = {json.loads(act.body)["effect"] for act in acts}
    assert effects == {"information-effect@1:none", "information-effect@1:findings"}
    after = leads.choose(town(tmp_path), over, AT_WORK)
    assert {json.loads(act.body)["effect"] for act in after} == {"information-effect@1:none"}


def test_the_boards_lead_takes_note_of_most_that_waits_for_them(tmp_path: Path) -> None:
    rows = [enquiry(n) for n in range(200)]
    acts = board.choose(town(tmp_path), rows, AT_WORK)
    assert 80 < len(acts) < 160
    assert {(act.did, act.who) for act in acts} == {("escalation-note", BOARD)}
    assert board.choose(town(tmp_path), rows, AT_WORK) == acts
    later = board.choose(town(tmp_path), rows, AT_WORK, "another day")
    assert {act.case for act in later} != {act.case for act in acts}


def test_nothing_is_closed_as_long_as_something_is_missing(tmp_path: Path) -> None:
    rows = [enquiry(n, "closure", missing=["closing-guard@1:action-live"]) for n in range(100)]
    assert not leads.choose(town(tmp_path), rows, AT_WORK)


def test_the_adult_is_asked_what_they_want_before_it_is_planned(tmp_path: Path) -> None:
    rows = [enquiry(n, "plan", missing=[leads.NOT_ASKED]) for n in range(20)]
    acts = leads.choose(town(tmp_path), rows, AT_WORK)
    assert [act.did for act in acts[:2]] == ["desired-outcomes", "plan"]


def test_whether_an_advocate_is_needed_is_looked_at_before_it_is_planned_or_concluded(
    tmp_path: Path,
) -> None:
    rows = [enquiry(n, "plan", missing=[leads.NO_ADVOCACY]) for n in range(200)]
    acts = leads.choose(town(tmp_path), rows, AT_WORK)
    assert [act.did for act in acts[:2]] == ["advocacy", "plan"]
    found = [json.loads(act.body) for act in acts if act.did == "advocacy"]
    needed = [it for it in found if it.get("individual") == "appropriate-individual@1:no"]
    assert 0 < len(needed) < len(found)
    for it in found:
        arranged = it.get("advocate") == "independent-advocate@1:arranged"
        assert arranged == (it in needed)
    late = [enquiry(n, "findings", missing=[leads.NO_ADVOCACY]) for n in range(100)]
    done = [act.did for act in leads.choose(town(tmp_path), late, AT_WORK)]
    assert done.count("advocacy") == done.count("conclusion") > 0


def test_where_one_step_is_taken_at_a_time_an_enquiry_is_concluded_all_the_same(
    tmp_path: Path,
) -> None:
    """In a town that lives on, each turn takes the first act that was not done."""
    rows = [enquiry(n, "findings") for n in range(100)]
    acts = leads.choose(town(tmp_path), rows, AT_WORK)
    later = leads.choose(town(tmp_path), [{**row, "version": 99} for row in rows], AT_WORK)
    first, second = (
        {act.key for act in them if act.did == "outcomes-achieved"} for them in (acts, later)
    )
    assert first
    assert first == second


def test_only_partners_who_were_listed_on_the_first_day_are_asked(tmp_path: Path) -> None:
    here = town(tmp_path)
    listed = {json.loads(act.body)["partner"] for act in leads.entries(here)}
    acts = leads.choose(here, [enquiry(n, "conclusion") for n in range(300)], AT_WORK)
    asked = {json.loads(act.body)["partner"] for act in acts if act.did == "caused-enquiry"}
    assert asked == listed


def test_another_seed_decides_otherwise(tmp_path: Path) -> None:
    here, there = town(tmp_path), replace(town(tmp_path), seed=2)
    cases = [f"{number}" for number in range(50)]
    assert [managers.decision(here, it) for it in cases] != [
        managers.decision(there, it) for it in cases
    ]
