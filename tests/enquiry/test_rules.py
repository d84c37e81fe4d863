"""Do the lists and the checks say what law and the collection say?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.rules import clocks, codes
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.advocacy import problem as advocacy_problem
from services.enquiry.rules.closing import GUARDS, Standing, missing
from services.enquiry.rules.findings import NOTHING_RECORDED, Findings, Risk, problem
from services.enquiry.rules.opening import OPENINGS
from services.triage.rules.section42 import OUTCOMES
from shared.facts import Code
from shared.time.calendar import calendar, london_date
from tests.enquiry import a

# Opening


def test_what_opens_an_enquiry_in_triage_opens_one_here() -> None:
    opening = {code for code, it in OUTCOMES.items() if it.opens_enquiry}
    assert opening == {*OPENINGS}
    for code, it in OPENINGS.items():
        assert it.concludes_at_once is OUTCOMES[code].concludes_at_once


# Findings


@pytest.mark.parametrize(
    ("listed", "rows"),
    [
        (codes.RISK_TYPES, 11),
        (codes.RISK_SOURCES, 3),
        (codes.RISK_LOCATIONS, 9),
        (codes.RISK_OUTCOMES, 7),
        (codes.RISK_RESULTS, 3),
        (codes.CAPACITIES, 4),
        (codes.ACHIEVED, 3),
    ],
)
def test_lists_have_the_rows_of_the_collection(listed: dict[str, str], rows: int) -> None:
    assert len(listed) == len(set(listed.values())) == rows


risks = some.builds(
    Risk,
    type=some.sampled_from([*codes.RISK_TYPES]),
    source=some.sampled_from([*codes.RISK_SOURCES]),
    location=some.sampled_from([*codes.RISK_LOCATIONS]),
)
anything = some.builds(
    Findings,
    risks=some.lists(risks, max_size=3).map(tuple),
    outcome=some.sampled_from([*codes.RISK_OUTCOMES, codes.RISK_NOT_RECORDED]),
    result=some.sampled_from([*codes.RISK_RESULTS, codes.RESULT_NOT_APPLICABLE]),
    capacity=some.sampled_from([*codes.CAPACITIES]),
    advocate=some.sampled_from([*codes.SUPPORT, codes.SUPPORT_NOT_APPLICABLE]),
)


@given(anything)
def test_what_may_be_concluded_adds_up_in_a_return(found: Findings) -> None:
    if problem(found) is None:
        assert found.risks
        assert found.outcome in codes.RISK_OUTCOMES
        assert (found.outcome in codes.IDENTIFIED) is (found.result in codes.RISK_RESULTS)
        assert (found.advocate in codes.SUPPORT) is (found.capacity == codes.LACKED)


def test_each_outcome_has_a_conclusion() -> None:
    for outcome, capacity in product(codes.RISK_OUTCOMES, codes.CAPACITIES):
        result = next(iter(codes.RISK_RESULTS))
        if outcome not in codes.IDENTIFIED:
            result = codes.RESULT_NOT_APPLICABLE
        advocate = codes.SUPPORTED if capacity == codes.LACKED else codes.SUPPORT_NOT_APPLICABLE
        found = replace(
            a.findings, outcome=outcome, result=result, capacity=capacity, advocate=advocate
        )
        assert problem(found) is None


@pytest.mark.parametrize("member", ["type", "source", "location"])
def test_a_risk_is_described_in_words_of_the_lists(member: str) -> None:
    parts = {
        "type": a.findings.risks[0].type,
        "source": a.findings.risks[0].source,
        "location": a.findings.risks[0].location,
    }
    wrong = Risk(**(parts | {member: codes.CLEAR}))
    assert problem(replace(a.findings, risks=(wrong,))) == "code-unknown"


def test_nothing_recorded_is_no_conclusion() -> None:
    assert problem(NOTHING_RECORDED) == "risk-missing"


# Partners


def test_a_partner_who_may_have_a_stake_is_checked() -> None:
    assert {*codes.PARTNERS} > codes.UNCHECKED


# What was told


def test_what_changes_a_conclusion_is_of_the_list_and_nothing_is_not_a_change() -> None:
    assert {*codes.EFFECTS} - {codes.UNCHANGED} > codes.IN_DOUBT
    assert codes.UNCHANGED in codes.EFFECTS


# Advocates: Care Act 2014 s68

advocacy = some.builds(
    Advocacy,
    difficulty=some.sampled_from([*codes.DIFFICULTIES, codes.CLEAR]),
    individual=some.sampled_from([*codes.INDIVIDUALS, codes.CLEAR]),
    advocate=some.sampled_from([*codes.ADVOCATES, codes.CLEAR]),
)


@pytest.mark.parametrize(
    ("difficulty", "individual", "needed"),
    [
        ("yes", "no", True),
        ("yes", "unknown", True),
        ("yes", "yes", False),
        ("no", "no", False),
        ("unknown", "no", False),
    ],
)
def test_an_advocate_is_needed_by_who_has_difficulty_and_nobody_suitable(
    difficulty: str, individual: str, *, needed: bool
) -> None:
    it = Advocacy(
        difficulty=Code(f"substantial-difficulty@1:{difficulty}"),
        individual=Code(f"appropriate-individual@1:{individual}"),
    )
    assert (it.needed, it.missing) == (needed, needed)
    for done in (codes.ARRANGED, codes.DECLINES):
        assert not replace(it, advocate=done).missing


@given(it=advocacy, worded=some.booleans())
def test_what_cannot_be_known_and_what_is_not_wanted_is_explained(
    it: Advocacy, *, worded: bool
) -> None:
    unlisted = codes.CLEAR in {it.difficulty, it.individual, it.advocate}
    silent = it.difficulty == codes.DIFFICULTY_UNKNOWN or it.advocate == codes.DECLINES
    found = "code-unknown" if unlisted else "reason-missing" if silent and not worded else None
    assert advocacy_problem(it, worded=worded) == found


# Closing

NOTHING = Standing(
    decision_changed=False,
    caused_enquiry_open=False,
    late_report_waits=False,
    information_waits=False,
    desired_outcomes_asked=True,
    advocacy_asked=True,
    advocate_missing=False,
    concluded=True,
    findings_complete=True,
    wishes_since=False,
    conclusion_in_doubt=False,
    plan_needed=False,
    plan_recorded=False,
    actions_without_owner=False,
    actions_live=False,
    review_set=False,
)


def test_what_was_concluded_before_advocates_were_asked_for_is_not_asked_again() -> None:
    before = replace(NOTHING, advocacy_asked=False)
    assert missing(before) == ()
    assert missing(replace(before, findings_complete=False)) == (
        "closing-guard@1:advocacy-not-asked", "closing-guard@1:findings-incomplete"
    )  # fmt: skip


def test_without_a_plan_nobody_asks_for_its_review() -> None:
    assert missing(NOTHING) == ()


def test_all_that_is_missing_is_named_in_order() -> None:
    worst = replace(
        NOTHING,
        decision_changed=True,
        caused_enquiry_open=True,
        late_report_waits=True,
        information_waits=True,
        desired_outcomes_asked=False,
        advocacy_asked=False,
        advocate_missing=True,
        findings_complete=False,
        wishes_since=True,
        conclusion_in_doubt=True,
        plan_recorded=True,
        actions_without_owner=True,
        actions_live=True,
    )
    named = missing(worst)
    assert [it for it in GUARDS if it in named] == [*named]
    assert len(named) == 13
    assert missing(replace(NOTHING, concluded=False)) == ("closing-guard@1:not-concluded",)
    assert missing(replace(NOTHING, plan_needed=True)) == ("closing-guard@1:safety-plan-missing",)


# Clocks


def test_every_kind_of_deadline_has_its_words_and_its_target() -> None:
    kinds = {it.rpartition(":")[2] for it in clocks.KINDS}
    assert kinds == {*clocks.CURRENT.working_days}
    assert {*clocks.CURRENT.again} <= kinds
    assert clocks.CLOCKS[clocks.CURRENT.code] is clocks.CURRENT
    assert {*clocks.CURRENT.ladders} <= kinds
    assert {*clocks.CURRENT.of_red} <= kinds
    ladders = [*clocks.CURRENT.ladders.values()]
    assert {to for ladder in ladders for _, to in ladder} <= {*clocks.ABOVE}


@pytest.mark.parametrize(
    ("due", "reminder"),
    [
        ("2026-11-16", "2026-11-12"),  # Monday: the Thursday before
        ("2026-11-18", "2026-11-16"),
        ("2026-12-29", "2026-12-23"),  # over Christmas: Friday and Monday are bank holidays
    ],
)
def test_a_partner_is_reminded_two_working_days_before(due: str, reminder: str) -> None:
    found = clocks.reminder_due(a.at(f"{due}T17:00:00+00:00"), calendar())
    assert found == a.at(f"{reminder}T17:00:00+00:00")


NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
times = some.integers(0, 4 * 365 * 24 * 60).map(lambda it: NEW_YEAR + timedelta(minutes=it))


@given(some.sampled_from([it.rpartition(":")[2] for it in clocks.KINDS]), times, times)
def test_what_was_missed_is_always_owed_later_and_each_who_has_to_know_is_told_once(
    kind: str, some_day: datetime, missed: datetime
) -> None:
    due = clocks.on_day(london_date(some_day), calendar())
    assert clocks.again(kind, due, missed, calendar()) > missed
    told, at = list[Code](), due
    for _ in range(6):
        told += [to for when, to in clocks.escalations(kind, due, calendar()) if when == at]
        at = clocks.again(kind, due, at, calendar())
    assert told == [to for _, to in clocks.CURRENT.ladders.get(kind, ((0, clocks.MANAGER),))]


@given(times, some.none() | times)
def test_what_was_red_is_planned_at_least_as_soon(
    begun: datetime, red_since: datetime | None
) -> None:
    ordinary = clocks.plan_due(begun, None, calendar())
    assert begun < clocks.plan_due(begun, red_since, calendar()) <= ordinary
