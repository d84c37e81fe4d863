"""Are identifiers used only where they can be right?"""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nhs_number import validate as oracle

from services.intake.rules import identifiers
from services.intake.rules.identifiers import Unusable

TODAY = date(2026, 11, 23)
SCOTTISH = range(100_000_000, 3_113_000_000)


@settings(max_examples=300)
@given(st.integers(0, 10**10 - 1), st.sampled_from(["", " ", "-"]))
def test_nhs_numbers_are_judged_as_the_nhs_number_package_does(number: int, gap: str) -> None:
    # Scotland's numbers start with a date, which the package judges too: we take them as they are.
    assume(number not in SCOTTISH)
    digits = f"{number:010}"
    assume(len(set(digits)) > 1)
    text = gap.join((digits[:3], digits[3:6], digits[6:]))
    assert (identifiers.nhs_number(text) == digits) is oracle.is_valid(digits)


@given(st.integers(0, 999_999_999))
def test_each_nine_digits_have_at_most_one_check_digit(nine: int) -> None:
    assume(len({*f"{nine:09}"}) > 1)
    fits = [end for end in range(10) if isinstance(identifiers.nhs_number(f"{nine:09}{end}"), str)]
    check = oracle.calculate_checksum(f"{nine:09}")
    assert fits == ([] if check == 10 else [check])


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("9990000018", "9990000018"),
        ("999 000 0026", "9990000026"),
        ("999-000-0034", "9990000034"),
        ("9990000042", "9990000042"),
        ("9990000050", "9990000050"),
        ("9990000019", Unusable("wrong-check-digit")),
        ("999000001", Unusable("not-ten-digits")),
        ("99900000180", Unusable("not-ten-digits")),
        ("٩٩٩٠٠٠٠٠١٨", Unusable("not-ten-digits")),
        ("", Unusable("not-ten-digits")),
        *((digit * 10, Unusable("placeholder")) for digit in "0123456789"),
    ],
)
def test_an_nhs_number_fits_or_is_not_used(text: str, means: str | Unusable) -> None:
    assert identifiers.nhs_number(text) == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("de12ab", "DE1 2AB"),
        (" DE1  2AB ", "DE1 2AB"),
        ("M1 1AA", "M1 1AA"),
        ("m601nw", "M60 1NW"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"),
        ("gir0aa", "GIR 0AA"),
        ("zz993vz", "ZZ99 3VZ"),
        ("ZZ99 3WZ", "ZZ99 3WZ"),
        ("ZZ99 9ZZ", Unusable("not-a-postcode")),
        ("DE1", Unusable("not-a-postcode")),
        ("DE1 2ABC", Unusable("not-a-postcode")),
        ("12345", Unusable("not-a-postcode")),
        ("DE¹ 2AB", Unusable("not-a-postcode")),
        ("", Unusable("not-a-postcode")),
    ],
)
def test_a_postcode_has_one_form(text: str, means: str | Unusable) -> None:
    assert identifiers.postcode(text) == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("100023336956", "100023336956"),
        ("000010023", "10023"),
        ("1234567890123", Unusable("not-a-uprn")),
        ("0000", Unusable("not-a-uprn")),
        ("12a", Unusable("not-a-uprn")),
        ("-1", Unusable("not-a-uprn")),
    ],
)
def test_a_uprn_has_no_leading_zeros(text: str, means: str | Unusable) -> None:
    assert identifiers.uprn(text) == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("07700 900123", "+447700900123"),
        ("(01632) 960-001", "+441632960001"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("447700900123", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("tel:+447700900123", "+447700900123"),
        ("0800 1111", "+448001111"),
        ("+353 1 679 0000", "+35316790000"),
        ("999", Unusable("not-a-phone-number")),
        ("+440007700900123", Unusable("not-a-phone-number")),
        ("07700 900123 ext 4", Unusable("not-a-phone-number")),
        ("ring her son", Unusable("not-a-phone-number")),
        ("", Unusable("not-a-phone-number")),
    ],
)
def test_a_telephone_number_is_british_unless_it_says_otherwise(
    text: str, means: str | Unusable
) -> None:
    assert identifiers.phone(text) == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1-123456789", "1-123456789"),
        ("1-1234567890123", Unusable("not-a-location-id")),
        ("1-12345", Unusable("not-a-location-id")),
        ("rtgfg", "RTGFG"),
        ("Rosewood", Unusable("not-a-location-id")),
    ],
)
def test_a_cqc_location_is_an_id_or_a_trusts_code(text: str, means: str | Unusable) -> None:
    assert identifiers.cqc_location(text) == means


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("duty.desk@rosewood.example", True),
        ("o'neill+ward@nhs.example", True),
        ("nobody", False),
        ("a@b", False),
        ("a@@b.example", False),
        ("a b@c.example", False),
        ("a@b..example", False),
        (f"{'a' * 65}@b.example", False),
        (f"a@{'b.' * 130}example", False),
        ("", False),
    ],
)
def test_an_email_address_is_judged_by_its_syntax(text: str, *, usable: bool) -> None:
    means = identifiers.email(text)
    assert means == (text if usable else Unusable("not-an-email-address"))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1944-06-06", date(1944, 6, 6)),
        ("2026-11-23", date(2026, 11, 23)),
        ("2026-11-24", Unusable("in-the-future")),
        ("1900-01-01", Unusable("placeholder")),
        ("1906-11-23", date(1906, 11, 23)),
        ("1905-11-24", date(1905, 11, 24)),
        ("1905-11-23", Unusable("too-long-ago")),
        ("1944-02-30", Unusable("not-a-date")),
        ("06/06/1944", Unusable("not-a-date")),
        ("19440606", Unusable("not-a-date")),
        ("1944-W23-2", Unusable("not-a-date")),
        ("0000-01-01", Unusable("not-a-date")),
        ("", Unusable("not-a-date")),
    ],
)
def test_a_date_of_birth_can_be_right_or_is_not_used(text: str, means: date | Unusable) -> None:
    assert identifiers.date_of_birth(text, TODAY) == means


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 11, 23), date(2026, 11, 22), 17),
        (date(2008, 11, 23), date(2026, 11, 23), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_changes_on_the_birthday(born: date, on: date, years: int) -> None:
    assert identifiers.age(born, on) == years


@given(st.dates(date(1907, 1, 1), TODAY))
def test_every_day_of_a_possible_life_is_read_back(born: date) -> None:
    assume(born != identifiers.PLACEHOLDER_BIRTH)
    assert identifiers.date_of_birth(born.isoformat(), TODAY) == born
    after = TODAY + timedelta(days=1)
    assert identifiers.age(born, TODAY) <= identifiers.age(born, after)


@given(st.text())
def test_no_text_raises_and_what_is_usable_stays_as_it_is(text: str) -> None:
    for form in (
        identifiers.nhs_number,
        identifiers.postcode,
        identifiers.uprn,
        identifiers.phone,
        identifiers.cqc_location,
        identifiers.email,
    ):
        means = form(text)
        assert isinstance(means, Unusable) or form(means) == means
    assert isinstance(identifiers.date_of_birth(text, TODAY), date | Unusable)
