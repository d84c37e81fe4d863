"""Can an installation that spoke over PostgreSQL go on over Kafka, as the runbook says?"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.places import ROOT
from tests.support.house import SERVICES, House
from tests.support.kafka import real
from tests.survival.callers import Partners
from tests.survival.conftest import owner_of
from tests.survival.oracle import agrees, settled
from tests.survival.town import town_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def statements() -> str:
    """Give what the runbook lets an operator run in the database of each service."""
    (told,) = re.findall(
        r"### Moving from PostgreSQL to Kafka.*?```sql\n(.*?)```",
        (ROOT / "docs" / "operations.md").read_text("utf-8"),
        re.DOTALL,
    )
    return str(told)


@pytest.mark.fault("a running installation is moved from the PostgreSQL bus to Kafka")
async def test_an_installation_moves_to_kafka_and_loses_and_repeats_nothing(
    own_house: House, tmp_path: Path
) -> None:
    with real() as broker:
        async with town_in(own_house, tmp_path) as town:
            partners = Partners(town, seed=51)
            await partners.send(20, pause=0)
            await agrees(town, partners)
            await partners.send(10, pause=0)  # and not all of it was told when it stopped
        for service in SERVICES:
            async with owner_of(own_house, service) as db:
                await db.execute(statements())
        bus = {"SAFEGUARDING_BUS_URL": f"kafka://{broker.servers}"}
        settings = {name: {**it, **bus} for name, it in own_house.settings.items()}
        async with town_in(replace(own_house, settings=settings), tmp_path) as moved:
            partners.town = moved
            await partners.send(10, pause=0)
            await settled(moved)
            await agrees(moved, partners)
