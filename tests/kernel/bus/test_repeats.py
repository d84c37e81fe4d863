"""Does a message that is said again, however late, change nothing?"""

from uuid import uuid4

import asyncpg
import pytest

from shared.bus import relay
from shared.bus.message import heading_of
from tests.kernel.bus.a import UNWELCOME, Listener
from tests.kernel.bus.test_relay import DiesThen, Teller, teller
from tests.support.house import House

__all__ = ["teller"]


async def test_what_was_discarded_stays_so_when_it_is_said_again(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    one, bad, three = (voice.referral(case, it) for it in (1, UNWELCOME, 3))
    await listener.told(one, bad, three)
    await listener.hears()
    await listener.wants(case, "discard")
    await listener.hears(until=listener.is_free)
    await listener.told(one, bad, three)
    await listener.hears()
    assert await listener.notes(case) == [1, 3]
    assert await listener.is_free()


async def test_after_late_repeats_what_comes_next_is_what_comes_next(listener: Listener) -> None:
    voice, case = listener.voice(), uuid4()
    said = [voice.referral(case, it) for it in range(4)]
    await listener.told(*said[:3])
    await listener.hears()
    await listener.told(*said[:2])
    await listener.hears()
    await listener.told(said[3])
    await listener.hears()
    assert await listener.notes(case) == [0, 1, 2, 3]
    assert await listener.gaps() == []


async def test_a_relay_that_dies_again_and_again_before_its_checkpoint_goes_on_in_the_end(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH", 3)
    case = await teller.records(2)
    await teller.tells()
    await teller.records(4, 6, 8, case=case)
    for _ in range(5):  # each time the same batch comes to lie on the same part once more
        with pytest.raises(ConnectionError):
            await teller.stops(DiesThen(teller.bus))
    await teller.tells()
    told = [heading_of(it).said for it in await teller.topic()]
    assert told == [1, *(2, 3, 4) * 6]


async def test_a_topic_that_lost_what_was_told_is_noticed_and_told_no_more(
    teller: Teller, shared_house: House
) -> None:
    await teller.records(2, 4)
    await teller.tells()
    db = await asyncpg.connect(shared_house.owner("bus"))
    assert (
        await db.execute("delete from bus.record where topic = $1", teller.by.topic) != "DELETE 0"
    )
    await db.close()
    await teller.records(6)
    with pytest.raises(relay.Forked):
        await teller.stops()
    assert await teller.topic() == []
