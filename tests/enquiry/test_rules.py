"""Do the lists and the checks say what law and the collection say?"""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.rules import clocks, codes
from services.enquiry.rules.closing import GUARDS, Standing, missing
from services.enquiry.rules.findings import NOTHING_RECORDED, Findings, Risk, problem
from services.enquiry.rules.opening import OPENINGS
from services.triage.rules.section42 import OUTCOMES
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


# Closing

NOTHING = Standing(
    decision_changed=False,
    caused_enquiry_open=False,
    late_report_waits=False,
    desired_outcomes_asked=True,
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


def test_without_a_plan_nobody_asks_for_its_review() -> None:
    assert missing(NOTHING) == ()


def test_all_that_is_missing_is_named_in_order() -> None:
    worst = replace(
        NOTHING,
        decision_changed=True,
        caused_enquiry_open=True,
        late_report_waits=True,
        desired_outcomes_asked=False,
        findings_complete=False,
        wishes_since=True,
        conclusion_in_doubt=True,
        plan_recorded=True,
        actions_without_owner=True,
        actions_live=True,
    )
    named = missing(worst)
    assert [it for it in GUARDS if it in named] == [*named]
    assert len(named) == 10
    assert missing(replace(NOTHING, concluded=False)) == ("closing-guard@1:not-concluded",)
    assert missing(replace(NOTHING, plan_needed=True)) == ("closing-guard@1:safety-plan-missing",)


# Clocks


def test_every_kind_of_deadline_has_its_words_and_its_target() -> None:
    kinds = {it.rpartition(":")[2] for it in clocks.KINDS}
    assert kinds == {*clocks.CURRENT.working_days}
    assert {*clocks.CURRENT.again} <= kinds
    assert clocks.CLOCKS[clocks.CURRENT.code] is clocks.CURRENT
