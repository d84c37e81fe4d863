"""Do those who ask for, assess and sign a deprivation of liberty keep to their parts?"""

from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.scenario import assessors, coordinators, signatory
from deploy.demo.scenario.arrivals import GONE
from deploy.demo.scenario.assessors import FAILING, REQUIREMENTS, Desk, failing
from deploy.demo.scenario.coordinators import Morning, offers
from deploy.demo.scenario.days import instant
from deploy.demo.scenario.liberty import askings
from deploy.demo.scenario.parts import BEST_INTERESTS, DOCTORS, HOSPITALS
from deploy.demo.scenario.plan import DERBY, WEEK, Chances
from tests.demo.parts import request, town

MONDAY = date(2026, 4, 27)
AT_NINE = instant(date(2026, 4, 28), time(9))
REGISTER = [{"name": name, "weekly_capacity": 7, "taken_on_this_week": 0}
            for name in (*BEST_INTERESTS, *DOCTORS)]  # fmt: skip


def morning(folder: Path, rows: list[Any], register: list[Any] = REGISTER) -> Morning:
    return Morning(town(folder), rows, register, AT_NINE)


def test_thirteen_in_a_hundred_ask_from_a_hospital_and_most_have_an_urgent_authorisation() -> None:
    asked = list(askings(1, DERBY.dols[0], Chances()))
    assert len(asked) == 1_094
    wards = sum(it.partner in HOSPITALS for it in asked)
    urgent = sum("urgent" in it.body for it in asked)
    assert wards / 1_094 == pytest.approx(0.13, abs=0.03)
    assert urgent / 1_094 == pytest.approx(0.58, abs=0.05)
    numbers = [it.body["person"]["nhs_number"] for it in asked]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") for number in numbers)


def test_as_many_are_offered_as_there_are_assessors_for_in_the_order_of_the_queue(
    tmp_path: Path,
) -> None:
    acts = offers(morning(tmp_path, [request(n) for n in range(50)]))
    cases = list(dict.fromkeys(act.case for act in acts))
    assert cases == ["request-0000", "request-0001", "request-0002", "request-0003"]
    assert Counter(act.case for act in acts) == dict.fromkeys(cases, 2)


def test_nobody_is_offered_more_than_they_take_on_in_a_week(tmp_path: Path) -> None:
    full = [row | {"taken_on_this_week": 7} for row in REGISTER]
    assert not offers(morning(tmp_path, [request(1)], full))


def test_what_was_declined_is_offered_again_and_what_is_offered_is_left_alone(
    tmp_path: Path,
) -> None:
    here = morning(tmp_path, [request(n) for n in range(9)])
    here.town.ledger.keep(key="k", did="offers", case="request-0008")
    waiting = [{"kind": "offer-mental-health", "due_at": "2026-04-29T08:00:00Z"}]
    rows = [request(8, due=waiting)]
    acts = offers(Morning(here.town, rows, REGISTER, AT_NINE))
    assert [(act.case, act.body.count(b"best-interests")) for act in acts] == [("request-0008", 1)]


def test_a_decided_or_withdrawn_request_is_offered_to_nobody(tmp_path: Path) -> None:
    rows = [request(1, stage="dols-stage@1:withdrawn")]
    assert not offers(morning(tmp_path, rows))


def test_rechecks_begin_with_what_is_due_first(tmp_path: Path) -> None:
    def due(at: str) -> list[dict[str, str]]:
        return [{"kind": "re-check", "due_at": at}]

    rows = [request(1, due=due("2026-04-29T22:59:00Z")), request(2, due=due("2026-06-29T22:59Z")),
            request(3, due=due("2026-04-28T22:59:00Z"))]  # fmt: skip
    again = coordinators.rechecks(morning(tmp_path, rows))
    assert [row["request"] for row in again] == ["request-0003", "request-0001"]


def desk(folder: Path, who: str, *rows: Any) -> Desk:
    return Desk(town(folder), who, rows, AT_NINE, "once")


def test_most_offers_are_accepted_as_independent_and_some_are_declined(tmp_path: Path) -> None:
    due = [{"kind": "offer-best-interests", "due_at": "2026-04-29T08:00:00Z"}]
    rows = [request(n, due=due) for n in range(200)]
    acts = assessors.answers(desk(tmp_path, BEST_INTERESTS[0], *rows))
    declined = sum(act.did == "declines" for act in acts)
    assert len(acts) == 200
    assert 4 < declined < 32
    assert not assessors.answers(desk(tmp_path, DOCTORS[0], *rows))


def test_each_assesses_their_own_requirements_and_one_that_fails_is_the_last(
    tmp_path: Path,
) -> None:
    rows = [request(n, roles_open=[], stage="dols-stage@1:allocated") for n in range(400)]
    seen = set[str]()
    for who, role in ((BEST_INTERESTS[0], "best-interests"), (DOCTORS[0], "mental-health")):
        acts = assessors.assessments(desk(tmp_path, who, *rows))
        by_case: dict[str, list[bytes]] = {}
        for act in acts:
            by_case.setdefault(act.case, []).append(act.body)
        for bodies in by_case.values():
            assert len(bodies) <= len(REQUIREMENTS[role])
            assert not any(b"not-satisfied" in body for body in bodies[:-1])
            seen |= {"failed" if b"not-satisfied" in bodies[-1] else "passed"}
    assert seen == {"failed", "passed"}


def test_best_interests_are_assessed_anew_once_the_legal_test_is_another_one(
    tmp_path: Path,
) -> None:
    owed = [{"kind": "assessment", "due_at": "2026-06-23T22:59:00Z"}]
    had: dict[str, Any] = {"stage": "dols-stage@1:assessing", "roles_open": []}
    rows = [request(1, due=owed, **had), request(2, **had), request(3, due=owed)]
    (act,) = assessors.assessed_anew(desk(tmp_path, BEST_INTERESTS[0], *rows))
    assert (act.case, b"requirement@1:best-interests" in act.body) == ("request-0001", True)
    assert not assessors.assessed_anew(desk(tmp_path, DOCTORS[0], *rows))


def test_what_was_told_is_considered_as_the_list_had_it_and_looked_at_afresh_after_it(
    tmp_path: Path,
) -> None:
    told = [{"kind": it, "due_at": "2026-04-29T22:59:00Z"} for it in ("look", "re-check")]
    here = morning(tmp_path, [request(1, due=told), request(2, due=told[1:], version=7)])
    (seen,) = coordinators.considered(here)
    assert (seen.case, seen.etag) == ("request-0001", '"2"')
    case = {"priority": {"answers": {"objection": "none"}}}
    etags = [coordinators.rechecked(here, row, case).etag for row in here.queue]
    assert etags == [None, '"7"']


def test_as_many_fail_as_the_scenario_says(tmp_path: Path) -> None:
    here = town(tmp_path)
    wrong = [failing(here, f"{number}") for number in range(2000)]
    assert wrong.count(None) / 2000 == pytest.approx(WEEK.chances.granted / 1000, abs=0.04)
    assert set(wrong) == {None, *(name for name, _ in FAILING)}


def shown(stage: str = "awaiting-signature", told: str = "", **results: str) -> dict[str, Any]:
    found = [
        {"requirement": f"requirement@1:{name.replace('_', '-')}",
         "result": f"assessment-result@1:{result}",
         "recommended_days": 365 if name == "best_interests" else None}
        for name, result in results.items()
    ]  # fmt: skip
    case = {"id": "request-0001", "stage": f"dols-stage@1:{stage}", "requirements": found}
    return {"case": case, "words": [{"what": "told", "words": {"what_changed": told}}]}


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (shown("withdrawn", best_interests="satisfied"), {"withdrawn"}),
        (shown(told=GONE["died"]["what_changed"], best_interests="satisfied"), {"died"}),
        (shown(told=GONE["moved"]["what_changed"]), {"moved"}),
        (shown(mental_health="satisfied", mental_capacity="not-satisfied"), {"has-capacity"}),
        (shown(best_interests="not-satisfied"), {"not-a-deprivation", "not-in-best-interests"}),
        (shown(best_interests="satisfied"), {None}),
    ],
)
def test_the_signatory_grants_nothing_that_a_requirement_or_an_end_forbids(
    tmp_path: Path, case: dict[str, Any], why: set[str | None]
) -> None:
    assert signatory.reason(town(tmp_path), case) in why


def test_an_authorisation_is_never_longer_than_a_year(tmp_path: Path) -> None:
    act = signatory.signed(town(tmp_path), shown(best_interests="satisfied"), MONDAY)
    assert b'"ends_on": "2027-04-25"' in act.body


def test_what_was_told_is_seen_before_anything_is_signed() -> None:
    told = [{"kind": "look", "due_at": "2026-04-29T16:00:00Z"}]
    row = request(1, stage="dols-stage@1:awaiting-signature")
    assert signatory.ready(row)
    assert not signatory.ready(request(1, stage="dols-stage@1:awaiting-signature", due=told))
