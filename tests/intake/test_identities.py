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
        ([{"known_as": "Bobby"}], {}),  # not Edith, and no name of anybody as it stands
        ([NOBODY, {"known_as": "Bobby"}], {0: 0, 1: 1}),
        ([NOBODY, {"name": "Finch"}, NOBODY], {0: 0, 1: 1, 2: 2}),
        ([EDITH | {"nhs_number": "9990000123"}], {0: 0}),  # name and date of birth outweigh a slip
        ([{"nhs_number": "9990000107", "name": "Edie H", "date_of_birth": "1914-05-02"}], {0: 0}),
        ([{"name": "Edith Hollowell", "date_of_birth": "1969-05-02"}], {}),  # her daughter's name
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


@pytest.mark.parametrize("slip", ["9990000108", "0000000000", "none", ""])
def test_a_number_that_cannot_be_one_tells_nobody_apart(slip: str) -> None:
    assert whose(known({"nhs_number": slip}), known({"nhs_number": "9990000107"})) == {0: 0}
    assert identity(AdultDetails(nhs_number=slip, date_of_birth="in May")) == Identity()


def test_of_whom_nothing_can_be_read_any_more_is_known_by_their_place() -> None:
    gone = [identity(None), identity(None)]
    assert whose(gone, known(BO, EDITH)) == {0: 0, 1: 1}


def test_who_is_alike_is_known_by_their_place_or_not_at_all() -> None:
    ann = {"name": "Ann Marsh"}
    assert whose(known(ann, ann, BO), known(ann, ann)) == {0: 0, 1: 1}
    assert whose(known(BO, ann, ann), known(ann)) == {}


letters = some.text("abcde", min_size=3, max_size=5)
people = some.lists(
    some.builds(
        Identity,
        number=some.none() | some.sampled_from(["9990000107", "9990000115", "9990000123"]),
        born=some.none() | some.dates(),
        name=some.frozensets(letters, max_size=2),
    ),
    max_size=6,
)


@given(people, people)
def test_no_two_are_the_same_and_no_two_numbers_are_one_person_unless_all_else_is(
    there: Sequence[Identity], named: Sequence[Identity]
) -> None:
    found = whose(there, named)
    assert len({*found.values()}) == len(found)
    for at, place in found.items():
        one, other = named[at], there[place]
        if one.number and other.number and one.number != other.number:
            assert (one.name, one.born) == (other.name, other.born)


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
