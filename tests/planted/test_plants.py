"""Can every fault on the list still be planted?"""

import pytest

from tests.planted.plants import PLANTS, Plant


@pytest.mark.parametrize("plant", PLANTS, ids=lambda it: it.name)
def test_a_plant_changes_one_line_that_is_there_and_names_a_test_that_is_there(
    plant: Plant,
) -> None:
    assert plant.applies() is None
    assert plant.old != plant.new


def test_no_two_plants_have_one_name_and_there_are_a_dozen_at_least() -> None:
    assert len({it.name for it in PLANTS}) == len(PLANTS) >= 12
