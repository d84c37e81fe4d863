"""In which council does a journey begin?"""

from collections.abc import Iterator

import pytest

from tests.support.house import House, house


@pytest.fixture
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house whose clock the test moves; it only moves forward, so each has its own."""
    with house(tmp_path_factory.mktemp("simulated"), clock="simulated") as found:
        yield found
