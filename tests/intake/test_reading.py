"""Is everything read that can be, and is nobody's referral spoilt by what cannot?"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.rules.checks import message
from services.intake.rules.fields import (
    ADULT,
    ADULTS,
    GROUPS,
    LABELS,
    REFERRAL,
    RISK,
    SIGNALS,
    Field,
)
from services.intake.rules.reading import (
    AGE_UNKNOWN,
    GROWN,
    MORE_ADULTS,
    MOST_ADULTS,
    SEVENTEEN,
    UNDER_18,
    ReadReferral,
    read,
)
from shared.contracts.intake import AdultDetails, Circumstances, Referrer, RiskAnswers, SourceOfRisk
from shared.facts import Code
from tests.intake.referrals import ADULT_SENT, TODAY, WHOLE, adult, but_missing, signal


def test_a_whole_referral_is_read_whole() -> None:
    got = read(WHOLE, TODAY)
    assert got == ReadReferral(
        partner_reference="4711",
        immediate_danger="yes",
        emergency_services_called="yes",
        anonymous=False,
        adults=got.adults,
        circumstances=Circumstances(
            what_happened="She was pushed.",
            happened_at="2026-11-20T14:30:00Z",
            how_known="told",
            types_of_abuse=("physical-abuse", "neglect-and-acts-of-omission"),
            location_type="care-home-nursing",
            cqc_location_id="1-123456789",
            location_postcode="DE1 2AB",
            location_description="Her room",
            actions_taken="Moved",
            police_reference="12/345",
            cqc_notified="yes",
            family_told="unknown",
            other_agencies="GP",
            others_at_risk="no",
            children_at_risk="no",
            previous_concerns="no",
        ),
        source=SourceOfRisk(
            name="A carer",
            relationship="carer",
            role="night staff",
            employer="Rosewood House",
            has_access="unknown",
        ),
        referrer=Referrer(
            name="B. Carer",
            organisation="Rosewood House",
            role="Nurse",
            relationship="Nurse",
            manager_name="C. Head",
            phone="+441632960001",
            email="b@rosewood.example",
            wants_outcome="yes",
            outcome_contact="By telephone",
            threshold_guidance_used="yes",
        ),
        wants_outcome="yes",
        checks=(),
        empty=False,
    )
    (one,) = got.adults
    assert one.age == GROWN
    assert one.answers == RiskAnswers(
        severity=3,
        likelihood=2,
        self_protection=1,
        access=2,
        repetition=0,
        others_at_risk=1,
        coercion=2,
        protection=3,
        signals=signal("immediate-danger", "third-concern"),
        own_rating=Code("band@1:red"),
    )
    sent = {name: value for name, value in ADULT_SENT.items() if name != "risk"}
    assert asdict(one.details) == {
        **sent,
        "approximate_age": "82",
        "nhs_number": "9990000018",
        "postcode": "DE1 2AB",
        "uprn": "10023",
        "phone": "+447700900123",
        "unsafe_to_contact": "no",
        "interpreter_needed": "no",
        "aware": "yes",
    }


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-3, 5)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["yes", "unknown", "2026-11-20", "\ud800", "9990000018", *SIGNALS])
)
names = st.sampled_from(
    sorted(
        {field.name for group in (ADULT, RISK, *GROUPS) for field in group.fields}
        | {field.name for field in REFERRAL}
        | {group.name for group in GROUPS}
        | {ADULTS, RISK.name, "extra"}
    )
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
documents = st.dictionaries(names, values, max_size=8)
slow = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


def paths(got: ReadReferral) -> set[str]:
    return {check.field.replace(f"[{check.index}]", "[]") for check in got.checks}


@slow
@given(documents)
def test_nothing_sent_raises_and_every_check_is_told_in_words(sent: dict[str, object]) -> None:
    got = read(sent, TODAY)
    assert got == read(sent, TODAY)
    assert 1 <= len(got.adults) <= MOST_ADULTS + 1
    assert len(set(got.checks)) == len(got.checks)
    assert paths(got) <= set(LABELS)
    for check in got.checks:
        assert message(check).endswith(".")


@pytest.mark.parametrize("field", [*REFERRAL, *ADULT.fields, *RISK.fields], ids=lambda f: f.name)
@settings(max_examples=8)
@given(value=values)
def test_each_field_takes_any_value(field: Field, value: object) -> None:
    sent = {field.name: value, "adults": [{field.name: value, "risk": {field.name: value}}]}
    read(sent, TODAY)
    for group in GROUPS:
        read({group.name: {field.name: value}}, TODAY)


@slow
@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(sent: dict[str, object], chance: Any) -> None:
    def shuffled(value: object) -> object:
        if isinstance(value, dict):
            members = [(name, shuffled(inner)) for name, inner in value.items()]
            chance.shuffle(members)
            return dict(members)
        return [shuffled(inner) for inner in value] if isinstance(value, list) else value

    mixed = shuffled(sent)
    assert isinstance(mixed, dict)
    assert read(mixed, TODAY) == read(sent, TODAY)


CANARY = "kanarienvogel"


def canaries() -> Iterator[Mapping[str, object]]:
    poisons = [CANARY, [CANARY], {CANARY: CANARY}, [{CANARY: [CANARY]}], CANARY * 2_000]
    for poison in poisons:
        everything = {field.name: poison for field in REFERRAL}
        yield {**everything, CANARY: poison}
        for group in GROUPS:
            yield {group.name: poison}
            yield {group.name: [{field.name: poison for field in group.fields}, poison]}
            yield {group.name: {CANARY: poison}}
        yield {"adults": poison}
        yield {"adults": [poison] * 60}
        yield {"adults": [{field.name: poison for field in ADULT.fields} | {CANARY: poison}]}
        for risk in (poison, {field.name: poison for field in RISK.fields} | {CANARY: poison}):
            yield {"adults": [{"risk": risk}]}


@pytest.mark.parametrize("sent", list(canaries()), ids=lambda _: "sent")
def test_no_check_repeats_what_was_sent(sent: Mapping[str, object]) -> None:
    got = read(sent, TODAY)
    assert got.checks
    told = json.dumps([asdict(check) for check in got.checks]) + "".join(map(message, got.checks))
    assert CANARY not in told


@pytest.mark.parametrize(
    ("sent", "age"),
    [
        ({"date_of_birth": "2008-11-23"}, GROWN),
        ({"date_of_birth": "2008-11-24"}, SEVENTEEN),
        ({"date_of_birth": "2009-11-23"}, SEVENTEEN),
        ({"date_of_birth": "2009-11-24"}, UNDER_18),
        ({"date_of_birth": "2026-11-23"}, UNDER_18),
        ({"approximate_age": 18}, GROWN),
        ({"approximate_age": 17}, SEVENTEEN),
        ({"approximate_age": "16"}, UNDER_18),
        ({"date_of_birth": "1944-06-06", "approximate_age": 12}, GROWN),
        ({"date_of_birth": "1900-01-01", "approximate_age": 80}, GROWN),
        ({"date_of_birth": "2044-06-06"}, AGE_UNKNOWN),
        ({"date_of_birth": "1844-06-06"}, AGE_UNKNOWN),
        ({"date_of_birth": "old", "approximate_age": "old"}, AGE_UNKNOWN),
        ({}, AGE_UNKNOWN),
    ],
)
def test_age_is_counted_on_the_day_the_referral_came(sent: dict[str, object], age: Code) -> None:
    assert read(adult(**sent), TODAY).adults[0].age == age


@pytest.mark.parametrize(
    ("sent", "doubtful"),
    [
        ({"date_of_birth": "2019-06-06"}, {"date_of_birth"}),
        ({"approximate_age": 7}, {"approximate_age"}),
        ({"date_of_birth": "2019-06-06", "approximate_age": 7}, {"date_of_birth"}),
        (
            {"date_of_birth": "2019-06-06", "approximate_age": 100},
            {"date_of_birth", "approximate_age"},
        ),
        ({"date_of_birth": "1944-06-06", "approximate_age": 7}, {"approximate_age"}),
        ({"date_of_birth": "1944-06-06", "approximate_age": 17}, set()),
        ({"date_of_birth": "1900-01-01"}, {"date_of_birth"}),
        ({"date_of_birth": "2044-06-06"}, {"date_of_birth"}),
        ({"date_of_birth": "1844-06-06"}, {"date_of_birth"}),
        ({"approximate_age": 17}, set()),
    ],
)
def test_an_age_that_may_not_be_right_is_checked(
    sent: dict[str, object], doubtful: set[str]
) -> None:
    got = read(adult(**sent), TODAY)
    assert but_missing(adult(**sent)) == {("looks-wrong", f"adults[0].{name}") for name in doubtful}
    assert got.adults[0].details.date_of_birth == sent.get("date_of_birth")


def test_danger_and_children_at_risk_are_signals_of_every_adult() -> None:
    sent = {"immediate_danger": "yes", "children_at_risk": True, "own_rating": "amber"}
    got = read({**sent, "adults": [{}, {"risk": {"signals": ["third-concern"]}}]}, TODAY)
    both = ("immediate-danger", "child-in-household")
    assert [one.answers.signals for one in got.adults] == [
        signal(*both),
        signal(*both, "third-concern"),
    ]
    assert {one.answers.own_rating for one in got.adults} == {Code("band@1:amber")}


@pytest.mark.parametrize("said", ["no", "unknown", "she may be", None, 1])
def test_nothing_but_yes_is_a_signal(said: object) -> None:
    got = read({"immediate_danger": said, "children_at_risk": said, "adults": [{}]}, TODAY)
    assert got.immediate_danger == ("no" if said == "no" else "unknown")
    assert got.adults[0].answers.signals == ()


def test_words_are_never_turned_into_answers() -> None:
    words = "He raped and strangled her, there is a fire, she is in immediate danger, red, 4"
    told = {field.name: words for field in (*REFERRAL, *ADULT.fields)}
    got = read({**told, "adults": [told]}, TODAY)
    assert got.adults[0].answers == RiskAnswers()


@pytest.mark.parametrize(
    ("sent", "empty"),
    [
        ({}, True),
        ({"adults": [{}]}, True),
        ({"adults": [{"risk": {}}, None], "location": {}, "source_of_risk": []}, True),
        ({"referrer": {"name": "B"}, "partner_reference": "1", "wants_outcome": "yes"}, True),
        ({"immediate_danger": "no", "emergency_services_called": "no"}, True),
        ({"hilfe": "Sie wird geschlagen"}, True),
        ({"immediate_danger": "yes"}, False),
        ({"emergency_services_called": "yes"}, False),
        ({"what_happened": "Shouting next door"}, False),
        ({"source_of_risk": {"name": "Bob"}}, False),
        ({"adults": [{}, {"phone": "ask"}]}, False),
        ({"adults": [{"risk": {"severity": 0}}]}, False),
    ],
)
def test_a_referral_is_empty_where_nothing_is_read_of_any_adult_or_event(
    sent: dict[str, object], *, empty: bool
) -> None:
    got = read(sent, TODAY)
    assert got.empty is empty
    assert got.adults


def test_every_field_has_its_place_in_a_sealed_shape() -> None:
    assert {field.name for field in ADULT.fields} == {field.name for field in fields(AdultDetails)}
    answered = {field.name for field in RISK.fields} | {"own_rating"}
    assert answered == {field.name for field in fields(RiskAnswers)}


@pytest.mark.parametrize(
    ("asked", "scale", "points"),
    [
        ({"others_at_risk": "yes"}, "others_at_risk", 1),
        ({"others_at_risk": "yes", "children_at_risk": True}, "others_at_risk", 2),
        ({"previous_concerns": "yes"}, "repetition", 1),
    ],
)
def test_what_a_form_asks_elsewhere_answers_the_risk_tool_unless_that_was_answered(
    asked: dict[str, object], scale: str, points: int
) -> None:
    (one,) = read({"adults": [{}], **asked}, TODAY).adults
    assert getattr(one.answers, scale) == points
    (one,) = read({"adults": [{"risk": {scale: 0}}], **asked}, TODAY).adults
    assert getattr(one.answers, scale) == 0


def test_adults_beyond_those_we_read_are_one_part_that_a_person_looks_at() -> None:
    many = [{"name": f"Adult {number}"} for number in range(MOST_ADULTS + 20)]
    adults = read({"adults": many, "immediate_danger": "yes"}, TODAY).adults
    assert len(adults) == MOST_ADULTS + 1
    assert adults[-1].age == MORE_ADULTS
    assert adults[-1].details == AdultDetails()
    assert adults[-1].answers.signals == signal("immediate-danger")


def test_no_danger_waits_unread_behind_fifty_others() -> None:
    some: list[object] = [{"name": "x"}] * MOST_ADULTS
    risks: list[object] = [{"signals": ["third-concern"]}, {"signals": "immediate danger"}, 5, None]
    said = read({"adults": some + [{"risk": risk} for risk in risks] + ["y"]}, TODAY)
    assert said.adults[-1].age == MORE_ADULTS
    assert said.adults[-1].answers.signals == signal("immediate-danger", "third-concern")
    assert not said.adults[0].answers.signals
    assert said.immediate_danger == "yes"
    assert {check.field for check in said.checks if check.code == "too-many"} == {"adults"}
