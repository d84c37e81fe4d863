"""Is it measured how far behind a listener is, by whoever listens and by nobody else?"""

from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from shared.lease import NotOwner, leading
from shared.telemetry import CONSUMER_LAG
from tests.kernel.bus.a import Listener, at_work, never


def measured(name: str, listener: Listener) -> float:
    told = REGISTRY.get_sample_value(f"safeguarding_{name}", {"service": listener.log.name})
    return told or 0


async def test_records_taken_are_counted_until_nothing_is_left_to_hear(listener: Listener) -> None:
    before, voice = measured("records_taken_total", listener), listener.voice()
    await listener.told(*(voice.referral(uuid4(), 2) for _ in range(7)))

    async def measured_so() -> bool:
        return await listener.is_level() and not measured("consumer_lag_records", listener)

    await listener.hears(until=measured_so)
    assert measured("records_taken_total", listener) == before + 7


async def test_who_stands_by_tells_no_lag_of_former_days(listener: Listener) -> None:
    CONSUMER_LAG.labels(listener.log.name).set(12)
    async with leading(listener.dsn, 8113, 2):
        with pytest.raises(NotOwner):
            await at_work(listener.consumer().work, never)
    assert measured("consumer_lag_records", listener) == 0
