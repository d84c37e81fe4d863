"""Does a case lie where every client of Kafka would look for it?"""

from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner

from shared.bus.port import PARTITIONS, murmur2, placed

# Kafka's own: org.apache.kafka.common.utils.UtilsTest.testMurmur2
KAFKAS_OWN = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize(("key", "signed"), KAFKAS_OWN.items())
def test_the_hash_is_kafkas(key: str, signed: int) -> None:
    assert murmur2(key.encode()) == signed % 2**32
    assert placed(key, 12) == (signed & 0x7FFFFFFF) % 12


def test_cases_spread_over_all_parts() -> None:
    assert {placed(str(uuid4())) for _ in range(500)} == set(range(PARTITIONS))


def test_cases_lie_where_aiokafka_would_put_them() -> None:
    parts = list(range(PARTITIONS))
    for key in (str(uuid4()) for _ in range(200)):
        assert placed(key) == DefaultPartitioner()(key.encode(), parts, parts)
