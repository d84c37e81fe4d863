"""Which adult of a referral is it of whom an addition speaks?"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.intake.rules.additions import says_nothing
from services.intake.rules.identities import Identity, identity, whose
from shared.contracts.intake import AdultDetails
from tests.intake.asking import BO, CAL, EDITH

NOBODY: dict[str, str] = {}


def known(*adults: dict[str, str]) -> list[Identity]:
    return [identity(AdultDetails(**it)) for it in adults]


@pytest.mark.parametrize(
    ("named", "are"),
    [
        ([EDITH, BO, CAL], {0: 0, 1: 1, 2: 2}),
        ([CAL, EDITH], {0: 2, 1: 0}),
        ([{"nhs_number": "9990000115"}, BO], {0: 2, 1: 1}),
        ([{"name": "finch, MR Bo"}, {"name": "Hollowell Edith"}], {0: 1, 1: 0}),
        ([{"known_as": "Bobby"}], {0: 1}),
        ([{"name": "Bo"}, {"name": "Edith"}], {0: 1, 1: 0}),
        ([NOBODY, {"name": "Finch"}, NOBODY], {0: 0, 1: 1, 2: 2}),
        ([{"name": "Finch"}], {}),  # Bo or Cal
        ([EDITH | {"nhs_number": "9990000123"}], {0: 0}),  # name and date of birth outweigh a slip
        ([{"nhs_number": "9990000107", "name": "Edie H", "date_of_birth": "1914-05-02"}], {0: 0}),
        ([BO | {"nhs_number": "9990000107"}], {0: 1}),  # with Edith's number, by copy
        ([{"name": "Edith Hollowell", "date_of_birth": "1969-05-02"}], {}),  # her daughter's name
        ([{"name": "John Hollowell"}], {}),
        ([NOBODY, {"name": "Bo Finch", "nhs_number": "9990000123"}], {0: 0, 1: 1}),
        ([NOBODY, NOBODY, {"name": "Cal Finch", "nhs_number": "9990000123"}], {0: 0, 1: 1}),
        ([{"name": "Dina Roe"}], {}),
        ([NOBODY, NOBODY, NOBODY, {"name": "Dina Roe"}], {0: 0, 1: 1, 2: 2}),
        ([EDITH, EDITH], {0: 0}),  # told twice of her, and nothing of Bo
        ([], {}),
    ],
)  # fmt: skip
def test_each_is_known_by_what_cannot_be_two_peoples_then_by_name_then_by_order(
    named: list[dict[str, str]], are: dict[int, int]
) -> None:
    assert whose(known(EDITH, BO, CAL), known(*named)) == are


@pytest.mark.parametrize(
    ("there", "named", "are"),
    [
        (["Mr Finch", "Mrs Finch"], ["Mrs Finch"], {0: 1}),
        (["Mr Finch", "Mrs Finch"], ["Mrs Finch", "Mr Finch"], {0: 1, 1: 0}),
        (["Edith Roe", "Mr Finch"], ["Mrs Finch"], {}),
        (["Resident 1", "Resident 2"], ["Resident 2"], {0: 1}),
        (["Margaret Roe", "John Roe"], ["John Peter Roe", "Margaret Anne Roe"], {0: 1, 1: 0}),
        (["Mary O'Brien"], ["Tom O'Neill"], {}),
        (["Ann van der Berg"], ["van Dyk"], {}),
        (["John Roe", "John Roe"], ["John Roe"], {}),
        (["John Roe", "John Roe"], ["John Roe", "John Roe"], {0: 0, 1: 1}),
        (["Bo Finch", "Ann Marsh", "Ann Marsh"], ["Ann Marsh"], {}),
        (["Margaret Roe"], ["Dr Margaret Roe"], {0: 0}),
    ],
)
def test_people_of_one_house_and_of_one_name_are_not_taken_for_each_other(
    there: list[str], named: list[str], are: dict[int, int]
) -> None:
    names = [known(*({"name": it} for it in some)) for some in (there, named)]
    assert whose(*names) == are


def test_of_whom_nothing_was_known_takes_a_name_only_at_first() -> None:
    """Afterwards it may be another who is named: what was added since is not read again."""
    assert whose(known(NOBODY), known(BO)) == {0: 0}
    assert whose(known(NOBODY), known(BO), first=False) == {}
    assert whose(known(NOBODY), known(NOBODY), first=False) == {0: 0}
    assert whose(known(BO), known(NOBODY), first=False) == {0: 0}


def test_a_placeholder_for_a_date_of_birth_is_none() -> None:
    ann = {"name": "Ann Marsh", "date_of_birth": "1900-01-01"}
    assert whose(known(ann), known(ann | {"date_of_birth": "1941-05-02"})) == {0: 0}
    one, other = ann | {"nhs_number": "9990000107"}, ann | {"nhs_number": "9990000115"}
    assert whose(known(one), known(other)) == {}


@pytest.mark.parametrize("slip", ["9990000108", "0000000000", "none", ""])
def test_a_number_that_cannot_be_one_tells_nobody_apart(slip: str) -> None:
    assert whose(known({"nhs_number": slip}), known({"nhs_number": "9990000107"})) == {0: 0}
    assert identity(AdultDetails(nhs_number=slip, date_of_birth="in May")) == Identity()


def test_of_whom_nothing_can_be_read_any_more_is_known_by_their_place() -> None:
    gone = [identity(None), identity(None)]
    assert whose(gone, known(BO, EDITH)) == {0: 0, 1: 1}


letters = some.sampled_from(["ann", "bo", "finch", "roe", "mr", "mrs"])
people = some.lists(
    some.builds(
        AdultDetails,
        nhs_number=some.none() | some.sampled_from(["9990000107", "9990000115", "9990000123"]),
        date_of_birth=some.none() | some.sampled_from(["1941-05-02", "1938-11-30"]),
        name=some.none() | some.lists(letters, max_size=2).map(" ".join),
        known_as=some.none() | letters,
    ).map(identity),
    max_size=6,
)


@given(there=people, named=people, first=some.booleans())
def test_no_two_are_the_same_and_nobody_is_taken_for_another(
    there: Sequence[Identity], named: Sequence[Identity], *, first: bool
) -> None:
    found = whose(there, named, first=first)
    assert len({*found.values()}) == len(found)
    for at, place in found.items():
        one, other = named[at], there[place]
        if one.number and other.number:
            who = (one.born, one.name)
            assert one.number == other.number or (all(who) and who == (other.born, other.name))
        elif one.called and other.called:
            assert one.called <= other.called or other.called <= one.called


@given(some.permutations(range(5)), some.integers(0, 5))
def test_who_can_be_told_apart_is_known_in_whatever_order_they_are_named(
    order: Sequence[int], most: int
) -> None:
    adults = [Identity(number=f"999000{at:04}") for at in range(5)]
    named = [adults[at] for at in order[:most]]
    assert whose(adults, named) == dict(enumerate(order[:most]))


@pytest.mark.parametrize(
    "said",
    [None, {}, "  ", [], {"name": "", "risk": {"signals": []}}, {"name": None, "aliases": [""]}],
)
def test_a_form_that_fills_up_its_list_says_nothing(said: Any) -> None:
    assert says_nothing(said)


@pytest.mark.parametrize(
    "said",
    [{"name": "Bo"}, "Bo", 0, {"aware": False}, {"risk": {"severity": 0}}, [{"risk": {"x": "y"}}]],
)
def test_whatever_is_written_says_something(said: Any) -> None:
    assert not says_nothing(said)
