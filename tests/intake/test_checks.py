"""Is a sender told what to look at again, and nothing else?"""

from collections.abc import Mapping
from typing import get_args

import pytest

from services.intake.rules.checks import REPEATS, Check, Problem, message
from services.intake.rules.document import parse
from services.intake.rules.fields import LABELS
from services.intake.rules.reading import MOST_ADULTS, read
from shared.contracts.intake import RiskAnswers
from tests.intake.referrals import TODAY, WHOLE, adult, but_missing, checks


def test_what_matters_is_asked_for() -> None:
    assert checks({}) == {
        ("missing", name)
        for name in (
            *("immediate_danger", "what_happened", "happened_at", "how_known", "types_of_abuse"),
            *("others_at_risk", "children_at_risk", "location", "referrer", "adults"),
        )
    }
    assert {path for _, path in checks(adult()) if path.startswith("adults")} == {
        f"adults[0].{name}"
        for name in (
            *("name", "date_of_birth", "address", "care_and_support_needs", "aware"),
            *("why_cannot_protect_self", "desired_outcome", "consent_to_share"),
        )
    }
    assert ("missing", "location.type") in checks({"location": {}})


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("name", {"known_as": "Nan"}),
        ("date_of_birth", {"approximate_age": 80}),
        ("date_of_birth", {"approximate_age": "about 80"}),
        ("address", {"postcode": "DE1 2AB"}),
        ("address", {"uprn": 10023}),
        ("address", {"current_location": "Ward 4"}),
        ("desired_outcome", {"views": "Wants to go home"}),
    ],
)
def test_what_is_told_in_another_way_is_not_asked_for(
    asked: str, instead: dict[str, object]
) -> None:
    assert ("missing", f"adults[0].{asked}") in checks(adult())
    assert ("missing", f"adults[0].{asked}") not in checks(adult(**instead))


@pytest.mark.parametrize(("consent", "asked"), [("no", True), ("yes", False), (None, False)])
def test_a_ground_for_sharing_is_asked_for_where_consent_was_refused(
    consent: str | None, *, asked: bool
) -> None:
    found = checks(adult(consent_to_share=consent))
    assert (("missing", "adults[0].sharing_ground") in found) is asked


@pytest.mark.parametrize(
    ("sent", "hidden", "asked"),
    [
        (True, True, False),
        ("yes", True, False),
        ("no", False, True),
        ("unknown", False, True),
        (None, False, True),
        ("please", True, True),
    ],
)
def test_who_wants_to_stay_anonymous_stays_so_and_is_not_asked_who_they_are(
    sent: object, *, hidden: bool, asked: bool
) -> None:
    referral = {"referrer": {"anonymous": sent}}
    assert read(referral, TODAY).anonymous is hidden
    assert (("missing", "referrer.name") in checks(referral)) is asked
    assert (("missing", "referrer.phone") in checks(referral)) is asked


def test_a_referrer_is_reached_by_telephone_or_email() -> None:
    assert ("missing", "referrer.phone") not in checks({"referrer": {"email": "b@c.example"}})


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"Ann": 1}, ""),
        (adult(Ann=1), "adults[0]"),
        (adult(risk={"Ann": 1}), "adults[0].risk"),
        ({"location": {"Ann": 1}}, "location"),
        ({"source_of_risk": {"Ann": None, "Bob": 1}}, "source_of_risk"),
        ({"referrer": {"Ann": {"name": 1}}}, "referrer"),
    ],
)
def test_a_member_we_do_not_know_is_noted_by_its_place(
    sent: Mapping[str, object], where: str
) -> None:
    assert but_missing(sent) == {("unknown-member", where)}


@pytest.mark.parametrize(
    ("sent", "names", "problems"),
    [
        ({"name": "Ann"}, ["Ann"], {("looks-wrong", "adults")}),
        ("Ann", ["Ann"], {("looks-wrong", "adults"), ("unreadable", "adults[0]")}),
        (5, [None], {("looks-wrong", "adults"), ("unreadable", "adults[0]")}),
        ([{"known_as": "Nan"}, "Bob"], ["Nan", "Bob"], {("unreadable", "adults[1]")}),
        ([[{"name": "Ann"}]], [None], {("unreadable", "adults[0]")}),
        ([{"name": 5}], [None], {("unreadable", "adults[0].name")}),
        ([None], [None], set()),
        ([], [None], set()),
        (None, [None], set()),
    ],
)
def test_adults_are_found_in_whatever_stands_for_them(
    sent: object, names: list[str | None], problems: set[tuple[str, str]]
) -> None:
    got = read({"adults": sent}, TODAY)
    assert [it.details.name or it.details.known_as for it in got.adults] == names
    assert but_missing({"adults": sent}) == problems


def test_fifty_adults_are_read_and_more_are_said_to_be_there() -> None:
    many = [{"name": f"Adult {number}"} for number in range(MOST_ADULTS + 1)]
    assert ("too-many", "adults") not in checks({"adults": many[:-1]})
    got = read({"adults": many}, TODAY)
    names = [one.details.name for one in got.adults]
    assert names == [one["name"] for one in many[:-1]] + [None]
    assert ("too-many", "adults") in checks({"adults": many})


@pytest.mark.parametrize(
    ("sent", "name", "problems"),
    [
        ([{"name": "Bob"}], "Bob", {"looks-wrong"}),
        ([{"name": "Bob"}, {"name": "Jim"}], "Bob", {"too-many"}),
        ("Bob", "Bob", {"unreadable"}),
        (["Bob"], "Bob", {"looks-wrong", "unreadable"}),
        (5, None, {"unreadable"}),
        ([], None, {"looks-wrong"}),
    ],
)
def test_an_object_is_found_in_a_list_and_words_in_its_place_are_kept(
    sent: object, name: str | None, problems: set[str]
) -> None:
    got = read({"source_of_risk": sent}, TODAY)
    assert (got.source.name if got.source else None) == name
    path = "source_of_risk"
    assert but_missing({"source_of_risk": sent}) == {(code, path) for code in problems}


def test_a_place_told_in_words_is_its_description() -> None:
    got = read({"location": "Behind the shops"}, TODAY)
    assert got.circumstances.location_description == "Behind the shops"


def test_risk_answers_told_in_words_are_not_guessed_at() -> None:
    got = read(adult(risk="very high"), TODAY)
    assert got.adults[0].answers == RiskAnswers()
    assert ("unreadable", "adults[0].risk") in checks(adult(risk="very high"))


def test_what_lies_too_deep_is_noted_and_the_rest_is_read() -> None:
    deep = b"[" * 5_000 + b"]" * 5_000
    got = read(parse(b'{"adults":[{"name":"Ann"}],"extra":' + deep + b"}"), TODAY)
    assert Check(code="too-deep") in got.checks
    assert got.adults[0].details.name == "Ann"
    assert ("too-deep", "") not in checks(WHOLE)


@pytest.mark.parametrize("path", sorted(LABELS))
def test_every_check_on_every_field_is_one_plain_sentence(path: str) -> None:
    index = 1 if "[]" in path else None
    for code in get_args(Problem):
        told = message(Check(code=code, field=path.replace("[]", "[1]"), index=index))
        assert told.startswith("Adult 2: ") is (index is not None)
        assert told[0].isupper()
        assert told.count(".") == 1
        assert "{" not in told


def test_a_sender_without_a_key_is_told_that_repeats_are_not_seen() -> None:
    assert "Idempotency-Key" in message(REPEATS)
