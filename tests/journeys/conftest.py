"""In which council does a journey begin?"""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.journeys.people import at_work, it_is
from tests.support.house import SERVICES, Home, House, house


@pytest.fixture
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house whose clock the test moves; it only moves forward, so each has its own."""
    with house(tmp_path_factory.mktemp("simulated"), clock="simulated") as found:
        yield found


@pytest.fixture
def receivers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let partners' receivers be on this machine."""
    monkeypatch.setenv("SAFEGUARDING_EGRESS_ALLOW", "127.0.0.0/8")


@pytest.fixture
async def working(shared_house: House, receivers_here: None) -> AsyncIterator[dict[str, Home]]:
    """Give every service at work, and partners who can be told."""
    async with at_work(shared_house, *SERVICES) as town:
        yield town


@pytest.fixture
async def monday(simulated: House, receivers_here: None) -> AsyncIterator[dict[str, Home]]:
    """Give every service at work on a Monday morning, and partners who can be told."""
    async with at_work(simulated, *SERVICES) as town:
        await it_is(town, "2023-06-05T09:00:00Z")
        yield town
