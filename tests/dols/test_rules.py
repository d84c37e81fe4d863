"""What do law, clocks and the priority tool say?"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.rules import clocks, codes, legal_test
from services.dols.rules.independence import Declared, Place, Standing, in_date_until, problem
from services.dols.rules.priority import Answers, Timing, explained, score
from services.dols.rules.priority_tool import DPT_1_0_0
from services.dols.rules.receipt import of_urgent, reference
from services.dols.rules.requirements import Assessing, all_met, failed, may_assess, may_be_refused
from shared.facts import Code
from shared.time.calendar import LONDON, calendar, london_date
from tests.dols import a

ONE_JUNE = date(2026, 6, 1)
days = some.dates(date(2015, 1, 1), date(2035, 1, 1))

# The clocks of law


def test_a_request_of_the_first_of_june_is_due_by_the_end_of_the_twenty_first() -> None:
    assert clocks.standard_due(ONE_JUNE) == date(2026, 6, 21)


@pytest.mark.parametrize(("day", "counts"), [(21, True), (22, True), (23, False)])
def test_the_return_counts_a_sign_off_within_21_days_of_receipt(day: int, counts: bool) -> None:  # noqa: FBT001
    assert clocks.in_time(ONE_JUNE, date(2026, 6, day)) is counts


def test_an_urgent_authorisation_of_the_first_of_june_ends_with_the_seventh() -> None:
    assert clocks.urgent_ends(ONE_JUNE, 7) == date(2026, 6, 7)
    assert clocks.urgent_ends(ONE_JUNE, 1) == ONE_JUNE


def test_extended_it_ends_with_the_fourteenth_and_never_later() -> None:
    assert clocks.extended_until(ONE_JUNE, date(2026, 6, 7), 7) == date(2026, 6, 14)
    assert clocks.extended_until(ONE_JUNE, date(2026, 6, 7), 99) == date(2026, 6, 14)
    assert clocks.extended_until(ONE_JUNE, date(2026, 6, 3), 2) == date(2026, 6, 5)


@given(days, some.integers(-5, 400), some.integers(-5, 400))
def test_no_form_makes_an_urgent_authorisation_longer_than_law_allows(
    given_on: date, asked: int, more: int
) -> None:
    ends = clocks.urgent_ends(given_on, asked)
    assert 0 <= (ends - given_on).days <= 6
    assert ends <= clocks.extended_until(given_on, ends, more)
    assert (clocks.extended_until(given_on, ends, more) - given_on).days <= 13


@pytest.mark.parametrize(
    ("starts_on", "last"),
    [
        ("2026-06-01", "2027-05-31"),
        ("2027-03-01", "2028-02-29"),
        ("2028-02-29", "2029-02-27"),  # the earlier of the two that leap day allows
        ("2028-02-28", "2029-02-27"),
        ("2028-01-01", "2028-12-31"),
    ],
)
def test_a_standard_authorisation_ends_the_day_before_its_anniversary(
    starts_on: str, last: str
) -> None:
    assert clocks.last_day_of_a_year(date.fromisoformat(starts_on)) == date.fromisoformat(last)


@given(days, some.integers(1, 366))
def test_it_is_never_longer_than_recommended_nor_than_a_year(starts_on: date, days: int) -> None:
    ends = clocks.longest_end(starts_on, days)
    assert (ends - starts_on).days < days
    assert ends <= clocks.last_day_of_a_year(starts_on) == clocks.longest_end(starts_on, None)


@given(days)
def test_a_day_ends_in_london(day: date) -> None:
    assert london_date(clocks.end_of(day)) == london_date(clocks.start_of(day)) == day
    assert clocks.end_of(day).astimezone(LONDON).strftime("%H:%M") == "23:59"


# The council's targets

MONDAY = a.at("2026-11-02T09:00:00+00:00")


@pytest.mark.parametrize(
    ("band", "allocated", "rechecked", "offered"),
    [
        (codes.HIGH, "2026-11-04T17:00:00+00:00", 7, 24),
        (codes.MEDIUM, "2026-11-17T23:59:00+00:00", 28, 48),
        (codes.LOW, "2027-01-01T23:59:00+00:00", 84, 48),
    ],
)
def test_each_band_has_its_own_times(
    band: Code, allocated: str, rechecked: int, offered: int
) -> None:
    assert clocks.allocation_due(band, MONDAY, MONDAY, calendar()) == a.at(allocated)
    assert (clocks.recheck_due(band, MONDAY).date() - MONDAY.date()).days == rechecked
    assert (clocks.offer_expires(band, MONDAY) - MONDAY).total_seconds() == offered * 3600


# The legal test


@pytest.mark.parametrize(
    ("at", "test"),
    [
        ("2026-06-02T09:59:59+01:00", legal_test.CW_2014),
        ("2026-06-02T10:00:00+01:00", legal_test.AGNI_2026),
        ("2026-06-02T09:00:00+00:00", legal_test.AGNI_2026),
        ("2014-03-19T00:00:00+00:00", legal_test.CW_2014),
    ],
)
def test_the_law_changed_at_ten_in_london(at: str, test: Code) -> None:
    assert legal_test.in_force(datetime.fromisoformat(at)) == test
    assert legal_test.CITED[test]


# Priority: the ten worked examples


def on_the_day(**when: Any) -> Timing:
    told: Any = {"today": a.TODAY, "setting": codes.CARE_HOME} | when
    return Timing(**told)


SOON = {"authorisation_ends_on": date(2026, 11, 23)}
URGENT = {"urgent_ends_on": date(2026, 11, 7)}
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], int, str, list[str]]] = {
    "settled 3 years, content, renewal in 21 days": ({}, SOON, 1, "low", []),
    "intensive care, sedated for treatment, urgent in force": (
        {"short_physical_treatment": "yes"}, URGENT | {"setting": codes.HOSPITAL}, 0, "low", [],
    ),
    "learning disability, 2:1, as-needed medicine, monthly restraint, content": (
        {"supervision": "one-to-one", "medication": "as-needed", "restraint": "occasional"}, {},
        3, "medium", [],
    ),
    "unsettled at dusk, no family": (
        {"objection": "intermittent", "unbefriended": "yes"}, {}, 3, "medium", [],
    ),
    "renewal, a condition unmet, family unhappy": (
        {"condition_unmet": "yes", "dispute": "yes"}, SOON, 5, "medium", [],
    ),
    "bedroom locked at night, an open section 42 enquiry, new": (
        {"supervision": "locked-in-or-segregated", "safeguarding_enquiry": "yes",
         "placement": "new-or-unstable"}, {}, 6, "high", ["h7"],
    ),
    "two weeks in, asks to go home daily, urgent": (
        {"objection": "consistent", "placement": "new-or-unstable"}, URGENT, 7, "high", [],
    ),
    "her daughter's visits barred, who objects": (
        {"contact": "barred-or-supervised", "dispute": "yes"}, {}, 7, "high", [],
    ),
    "mental health ward, objects to treatment, urgent": (
        {"objection": "consistent", "objects_to_treatment": "yes"},
        URGENT | {"setting": codes.MENTAL_HEALTH_WARD}, 6, "high", ["h5"],
    ),
    "delirium on a new ward, mitts, trying to leave, urgent": (
        {"objection": "consistent", "restraint": "regular", "placement": "new-or-unstable"},
        URGENT | {"setting": codes.HOSPITAL}, 10, "high", ["h2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "when", "total", "band", "forced"), EXAMPLES.values(), ids=EXAMPLES
)
def test_the_ten_worked_examples(
    answers: dict[str, Any], when: dict[str, Any], total: int, band: str, forced: list[str]
) -> None:
    timing = on_the_day(**when)
    found = score(replace(a.CONTENT, **answers), timing)
    assert (found.total, found.band) == (total, f"priority-band@1:{band}")
    assert [it.rpartition(":")[2] for it in found.overrides] == forced
    assert found.confidence == "confidence@1:full"


ENDS_IN_TWO = {"urgent_ends_on": date(2026, 11, 4)}
OVERRIDES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "h1": ({"court": "yes"}, {}),
    "h2": ({"objection": "consistent", "restraint": "regular"}, {}),
    "h3": ({"objection": "intermittent"}, ENDS_IN_TWO),
    "h4": ({"contact": "total-bar"}, {}),
    "h5": ({"objects_to_treatment": "yes"}, {"setting": codes.MENTAL_HEALTH_WARD}),
    "h6": ({"objection": "consistent"}, ENDS_IN_TWO | {"urgent_lapsed": True}),
    "h7": ({"supervision": "locked-in-or-segregated"}, {}),
}


@pytest.mark.parametrize(("answers", "when"), OVERRIDES.values(), ids=OVERRIDES)
def test_each_override_alone_makes_it_high(
    answers: dict[str, Any], when: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    timing = on_the_day(**when)
    found = score(replace(a.CONTENT, **answers), timing)
    name = request.node.callspec.id
    assert (found.band, [*found.overrides]) == (codes.HIGH, [f"priority-override@1:{name}"])
    assert explained(found)[-1].startswith(f"{name.upper()}: ")


def test_nobody_who_does_not_object_is_high_for_the_end_of_an_urgent_authorisation() -> None:
    assert score(a.CONTENT, on_the_day(**ENDS_IN_TWO)).band == codes.LOW


def test_an_unmet_condition_and_an_open_enquiry_count_for_two_at_most() -> None:
    both = replace(a.CONTENT, condition_unmet="yes", safeguarding_enquiry="yes")
    assert score(both, Timing(today=a.TODAY, setting=codes.CARE_HOME)).total == 2


def test_what_is_not_known_adds_nothing_and_is_said() -> None:
    timing = Timing(today=a.TODAY, setting=codes.SETTING_UNKNOWN)
    nothing = score(Answers(), timing)
    assert (nothing.total, nothing.confidence) == (0, "confidence@1:low")
    assert "Objection (not known): +0." in explained(nothing)
    few: Any = dict.fromkeys(["objection", "restraint", "dispute"])
    assert score(replace(a.CONTENT, **few), timing).confidence == "confidence@1:partial"
    more = replace(a.CONTENT, **few, contact=None)
    assert score(more, timing).confidence == "confidence@1:low"


answered = some.builds(
    Answers,
    **{
        name: some.sampled_from([None, *it.points])
        for name, it in DPT_1_0_0.factors.items()
    },
    short_physical_treatment=some.sampled_from([None, "yes", "no"]),
    court=some.sampled_from([None, "yes", "no"]),
    objects_to_treatment=some.sampled_from([None, "yes", "no"]),
)  # fmt: skip


@given(answered, some.none() | days, some.none() | days, some.booleans())
def test_every_score_adds_up_and_explains_itself(
    answers: Answers, urgent: date | None, ends: date | None, lapsed: bool  # noqa: FBT001
) -> None:  # fmt: skip
    timing = Timing(
        today=a.TODAY, setting=codes.MENTAL_HEALTH_WARD, urgent_ends_on=urgent,
        urgent_lapsed=lapsed, authorisation_ends_on=ends,
    )  # fmt: skip
    found = score(answers, timing)
    assert found.total == sum(it.points for it in found.terms)
    assert (found.band == codes.HIGH) == bool(found.overrides or found.total >= 7)
    assert f"Total: {found.total}." in explained(found)
    assert answers.with_news(Answers()) == answers == Answers().with_news(answers)


# Who may assess

BOTH = Assessing(role=codes.BEST_INTERESTS, kinds=(codes.BIA, codes.AMHP))
BIA = replace(BOTH, kinds=(codes.BIA,))
DOCTOR = Assessing(role=codes.MENTAL_HEALTH, kinds=(codes.SECTION_12,))
MAY = {
    codes.AGE: (True, True, False),
    codes.NO_REFUSALS: (True, True, False),
    codes.CAPACITY: (True, True, True),
    codes.DISORDER: (False, False, True),
    codes.ELIGIBILITY: (True, False, True),
    codes.INTERESTS: (True, True, False),
    Code("requirement@1:other"): (False, False, False),
}


@pytest.mark.parametrize(("requirement", "may"), MAY.items(), ids=MAY)
def test_who_may_assess_which_requirement(requirement: Code, may: tuple[bool, ...]) -> None:
    assert tuple(may_assess(requirement, it) for it in (BOTH, BIA, DOCTOR)) == may


def test_only_the_mental_health_assessor_of_the_case_or_an_amhp_says_who_is_eligible() -> None:
    other = Assessing(role=codes.BEST_INTERESTS, kinds=(codes.BIA, codes.SECTION_12))
    assert not may_assess(codes.ELIGIBILITY, other)
    assert not may_assess(codes.DISORDER, other)


def test_all_six_are_needed_and_an_equivalent_one_counts() -> None:
    results = dict.fromkeys(codes.REQUIREMENTS, codes.SATISFIED)
    assert all_met(results)
    assert all_met(results | {codes.AGE: codes.EQUIVALENT})
    for wrong in (codes.NOT_ASSESSED, codes.NOT_SATISFIED):
        assert not all_met(results | {codes.AGE: wrong})
    assert failed(results | {codes.AGE: codes.NOT_SATISFIED}) == [codes.AGE]


@pytest.mark.parametrize(("reason", "requirement"), codes.REASONS.items(), ids=codes.REASONS)
def test_a_requirement_is_a_reason_only_where_it_failed(
    reason: Code, requirement: Code | None
) -> None:
    assert may_be_refused(reason, {}) is (requirement is None)
    if requirement:
        assert may_be_refused(reason, {requirement: codes.NOT_SATISFIED})
        assert not may_be_refused(reason, {requirement: codes.SATISFIED})


# Independence

HOME = Place(location="1-101000001", run_by_council="no")
BARS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "suspended": ({"suspended": True}, {}, {}),
    "not-eligible": ({"kinds": (codes.AMHP,)}, {}, {}),
    "training-out-of-date": ({"trained_on": date(2025, 11, 1)}, {}, {}),
    "related": ({}, {"related": "yes"}, {}),
    "financial-interest": ({}, {"financial_interest": "yes"}, {}),
    "involved-in-care": ({}, {"involved_in_care": "yes"}, {}),
    "employed-by-both": ({}, {}, {"run_by_council": "yes"}),
    "place-unknown": ({}, {}, {"run_by_council": "unknown"}),
    "not-declared": ({}, {"related": "unknown"}, {}),
}


@pytest.mark.parametrize(("standing", "declared", "place"), BARS.values(), ids=BARS)
def test_each_bar_is_hard(
    standing: Any, declared: Any, place: Any, request: pytest.FixtureRequest
) -> None:
    it, said = replace(a.bea, **standing), replace(a.NO_BAR, **declared)
    where = replace(HOME, **place)
    found = problem(codes.BEST_INTERESTS, it, said, where, a.TODAY, both=False, final=True)
    assert found == request.node.callspec.id


def of(it: Standing, role: Code = codes.BEST_INTERESTS, **more: Any) -> str | None:
    told: dict[str, Any] = {"both": False, "final": True} | more
    return problem(role, it, a.NO_BAR, HOME, a.TODAY, **told)


def test_who_is_free_of_bars_may_assess() -> None:
    assert of(a.bea) is None
    assert of(a.dan, codes.MENTAL_HEALTH) is None
    assert of(a.bea, both=True) == "both-roles"
    assert of(a.bea, Code("assessor-role@1:friend")) == "role-unknown"
    assert of(replace(a.bea, interests=("1-101000001",))) == "financial-interest"
    assert of(replace(a.bea, trained_on=date(2026, 11, 3))) == "training-out-of-date"


def test_a_doctor_of_the_council_may_assess_where_the_council_runs_the_place() -> None:
    council = replace(HOME, run_by_council="yes")
    for where in (council, replace(HOME, run_by_council="unknown")):
        found = problem(
            codes.MENTAL_HEALTH, a.dan, a.NO_BAR, where, a.TODAY, both=False, final=True
        )
        assert found is None


def test_who_is_in_nobodys_employ_may_assess_though_nobody_knows_who_runs_the_place() -> None:
    free = replace(a.bea, employer=Code("assessor-employer@1:independent"))
    where = replace(HOME, run_by_council="unknown")
    found = problem(codes.BEST_INTERESTS, free, a.NO_BAR, where, a.TODAY, both=False, final=True)
    assert found is None


def test_an_offer_may_leave_a_declaration_open() -> None:
    found = problem(codes.BEST_INTERESTS, a.bea, Declared(), HOME, a.TODAY, both=False, final=False)
    assert found is None


def test_a_refresher_lasts_twelve_months() -> None:
    assert in_date_until(date(2025, 11, 2)) == a.TODAY
    assert in_date_until(date(2024, 2, 29)) == date(2025, 2, 28)


# What a sender is told


def test_the_end_of_an_urgent_authorisation_is_explained_until_it_is_decided() -> None:
    before = of_urgent(a.TODAY, lapsed=False, decided=False)
    after = of_urgent(a.TODAY, lapsed=True, decided=False)
    assert before and "ends at the end of 02 November 2026" in before  # noqa: PT018
    assert after and "since then nothing authorises" in after  # noqa: PT018
    assert of_urgent(a.TODAY, lapsed=True, decided=True) is None
    once = of_urgent(a.TODAY, lapsed=False, decided=False, asked_before=True)
    assert before
    assert once
    assert ("extend it once" in before, "extend" in once) == (True, False)


def test_a_reference_can_be_said() -> None:
    assert reference(a.CASE).startswith("DR-")
    assert reference(a.CASE) != reference(a.ADULT)
