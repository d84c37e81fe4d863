"""Is a value read where it can be, and kept where it cannot?"""

import unicodedata

import pytest

from services.intake.rules.checks import Check, Problem
from services.intake.rules.fields import RISK, Field
from services.intake.rules.reading import read
from services.intake.rules.values import LONGEST, MOST_WORDS
from tests.intake.referrals import TODAY, adult, but_missing, checks, signal


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("name", 7, None),
        ("name", True, None),
        ("name", ["Ann"], None),
        ("nhs_number", "999 000 0019", "999 000 0019"),
        ("nhs_number", 9990000019, "9990000019"),
        ("nhs_number", 1.5, None),
        ("nhs_number", -1, None),
        ("nhs_number", float("inf"), None),
        ("nhs_number", float("nan"), None),
        pytest.param("nhs_number", 10**5000, None, id="a number without end"),
        ("postcode", "near the church", "near the church"),
        ("uprn", "none", "none"),
        ("phone", "ask the ward", "ask the ward"),
        ("date_of_birth", "6 June 1944", "6 June 1944"),
        ("date_of_birth", 1944, None),
        ("approximate_age", "about 80", "about 80"),
        ("approximate_age", 121, "121"),
        ("approximate_age", True, None),
        ("aware", "she thinks so", "she thinks so"),
        ("aware", 1, None),
        ("sharing_ground", "because", "because"),
    ],
)
def test_what_cannot_be_read_is_kept_as_given_where_it_is_text(
    name: str, sent: object, kept: str | None
) -> None:
    got = read(adult(**{name: sent}), TODAY)
    assert Check(code="unreadable", field=f"adults[0].{name}", index=0) in got.checks
    assert getattr(got.adults[0].details, name) == kept
    assert ("missing", f"adults[0].{name}") not in checks(adult(**{name: sent}))


@pytest.mark.parametrize(
    ("name", "sent", "read_as"),
    [
        ("nhs_number", 9990000018, "9990000018"),
        ("uprn", 10023.0, "10023"),
        ("phone", 7700900123, "+447700900123"),
        ("approximate_age", "+082", "82"),
        ("approximate_age", 80.0, "80"),
        ("aware", "TRUE", "yes"),
        ("aware", " Not known ", "unknown"),
        ("sharing_ground", "Vital interest", "vital-interest"),
        ("name", "  Zoe\u0308\x00\u200d\ud800\r\nB\rC\t ", "Zoë\u200d\nB\nC"),
        ("name", "\x00 \ud800", None),
        ("approximate_age", "unknown", None),
    ],
)
def test_what_can_be_read_is_read_without_a_word(
    name: str, sent: object, read_as: str | None
) -> None:
    got = read(adult(**{name: sent}), TODAY)
    assert getattr(got.adults[0].details, name) == read_as
    assert not but_missing(adult(**{name: sent}))


@pytest.mark.parametrize("scale", RISK.fields[:-1], ids=lambda field: field.name)
def test_a_scale_is_taken_to_its_end_and_no_further(scale: Field) -> None:
    for sent in (0, scale.most, str(scale.most)):
        got = read(adult(risk={scale.name: sent}), TODAY)
        assert getattr(got.adults[0].answers, scale.name) == int(sent)
    for wrong in (-1, scale.most + 1, "high", True, 0.5, [1]):
        got = read(adult(risk={scale.name: wrong}), TODAY)
        assert getattr(got.adults[0].answers, scale.name) is None
        path = f"adults[0].risk.{scale.name}"
        assert Check(code="unreadable", field=path, index=0) in got.checks
    for unanswered in ("unknown", None, ""):
        assert not but_missing(adult(risk={scale.name: unanswered}))


@pytest.mark.parametrize(
    ("sent", "known", "problems"),
    [
        (["third-concern", "third-concern"], ["third-concern"], set()),
        ("third-concern", ["third-concern"], {"looks-wrong"}),
        (["third-concern", "murder"], ["third-concern"], {"unreadable"}),
        (["third-concern", 3, None, ["x"], {}], ["third-concern"], {"unreadable"}),
        ({"third-concern": True}, [], {"unreadable"}),
        (5, [], {"unreadable"}),
        ([], [], set()),
        (["third-concern"] * MOST_WORDS, ["third-concern"], set()),
        (["third-concern"] * MOST_WORDS + ["immediate-danger"], ["third-concern"], {"too-many"}),
    ],
)
def test_signals_are_taken_where_we_know_them(
    sent: object, known: list[str], problems: set[Problem]
) -> None:
    got = read(adult(risk={"signals": sent}), TODAY)
    assert got.adults[0].answers.signals == signal(*known)
    path = "adults[0].risk.signals"
    assert but_missing(adult(risk={"signals": sent})) == {(code, path) for code in problems}


def test_types_of_abuse_we_do_not_know_are_kept_in_the_senders_words() -> None:
    sent = {"types_of_abuse": ["Shouting", "self-neglect", "Shouting", "fgm"]}
    got = read(sent, TODAY)
    assert got.circumstances.types_of_abuse == ("self-neglect", "fgm", "Shouting")
    assert but_missing(sent) == {("unreadable", "types_of_abuse")}


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("2026-11-23", None),
        ("2026-11-24", "looks-wrong"),
        ("2026-11-23T23:30:00+00:00", None),
        ("2026-11-24T00:30:00+01:00", None),
        ("2026-11-24T00:30:00Z", "looks-wrong"),
        ("2026-11-20T14:30", "looks-wrong"),
        ("2026-11-20 14:30z", None),
        ("9999-12-31T23:59:59-23:00", "unreadable"),
        ("2026-11-20T25:00Z", "unreadable"),
        ("2026-02-30", "unreadable"),
        ("last Tuesday", "unreadable"),
        (20261120, "unreadable"),
    ],
)
def test_an_incident_lies_before_its_referral_and_a_time_names_its_zone(
    sent: object, problem: Problem | None
) -> None:
    got = read({"happened_at": sent}, TODAY)
    assert got.circumstances.happened_at == (sent if isinstance(sent, str) else None)
    assert but_missing({"happened_at": sent}) == ({(problem, "happened_at")} if problem else set())


def test_a_text_is_cut_at_its_limit_and_said_to_be() -> None:
    whole, long = "é" * LONGEST, "é" * LONGEST + "é"
    assert ("too-long", "what_happened") not in checks({"what_happened": whole})
    got = read({"what_happened": long}, TODAY)
    assert got.circumstances.what_happened == whole
    assert ("too-long", "what_happened") in checks({"what_happened": long})


def test_a_text_that_grows_when_normalised_is_cut_too() -> None:
    got = read({"what_happened": "\U0001d15e" * LONGEST}, TODAY)
    assert len(got.circumstances.what_happened or "") == LONGEST
    assert Check(code="too-long", field="what_happened") in got.checks


def test_a_text_too_long_for_its_field_is_both_cut_and_unreadable() -> None:
    problems = but_missing(adult(nhs_number="9" * (LONGEST + 1)))
    assert problems == {(code, "adults[0].nhs_number") for code in ("too-long", "unreadable")}


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73"])
def test_a_pile_of_marks_is_made_small_before_it_takes_seconds(marks: str) -> None:
    got = read({"what_happened": "a" + marks * 9_000 + " helped", "how_known": "saw"}, TODAY)
    text = got.circumstances.what_happened or ""
    assert len(text) < 100
    assert text.endswith(" helped")
    assert unicodedata.is_normalized("NFC", text)


def test_accents_in_every_script_stay() -> None:
    words = "Zoë Nguyễn Łukasz สวัสดี नमस्ते שָׁלוֹם"
    for form in ("NFC", "NFD"):
        sent = {"what_happened": unicodedata.normalize(form, words)}
        got = read(sent, TODAY).circumstances.what_happened
        assert got == unicodedata.normalize("NFC", words)
