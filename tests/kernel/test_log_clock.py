"""When did the log come to know, if clocks are put back?"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.facts import ClockStepped, Recorded
from shared.log.log import Log
from tests.kernel import a
from tests.support.house import House


async def recorded(log: Log) -> Sequence[Recorded[Any]]:
    """Append two facts and give what the log then holds that it did not hold before."""
    head = await log.head()
    stream = a.thing.stream(uuid4())
    await log.append(stream, [a.Told(number=1), a.Kept(number=2)], a.act(), after=0)
    return await log.read(head)


async def put_clock(owner: Any, at: datetime) -> None:
    await owner.execute("update log.simulated set now = $1", at)


async def test_a_clock_put_back_by_years_is_noted_once_and_then_believed(
    log: Log, log_owner: Any
) -> None:
    began = await log.now()
    wrong = began + timedelta(days=3653)
    await put_clock(log_owner, wrong)
    await recorded(log)
    await put_clock(log_owner, began + timedelta(hours=1))

    note, *facts = await recorded(log)

    assert note.fact == ClockStepped(was=wrong, became=began + timedelta(hours=1))
    assert (note.stream, note.said) == ("log-clock", None)
    assert [it.recorded_at for it in (note, *facts)] == [began + timedelta(hours=1)] * 3
    assert [type(it.fact) for it in facts] == [a.Told, a.Kept]
    assert [it.position for it in facts] == [note.position + 1, note.position + 2]
    assert [type(it.fact) for it in await recorded(log)] == [a.Told, a.Kept]
    assert await a.first_bad(log.pool) is None


async def test_each_step_back_is_noted_in_one_stream(log: Log, log_owner: Any) -> None:
    before = len(await a.rows_of(log, "log-clock"))
    for _ in range(2):
        began = await log.now()
        await put_clock(log_owner, began + timedelta(hours=1))
        await recorded(log)
        await put_clock(log_owner, began)
        await recorded(log)
    versions = [row["version"] for row in await a.rows_of(log, "log-clock")]
    assert versions == list(range(1, before + 3))


async def test_a_clock_put_back_by_two_minutes_is_waited_for(log: Log, log_owner: Any) -> None:
    began = await log.now()
    last = (await recorded(log))[-1].recorded_at
    await put_clock(log_owner, began - timedelta(minutes=2))

    facts = await recorded(log)

    assert [type(it.fact) for it in facts] == [a.Told, a.Kept]
    assert [it.recorded_at for it in facts] == [last, last]
    await put_clock(log_owner, began)


async def test_a_simulated_clock_only_moves_forward(log: Log) -> None:
    assert log.simulated
    began = await log.now()
    later = began + timedelta(minutes=3)
    advance = "select log.advance($1)"

    assert await log.pool.fetchval(advance, later) == later
    assert await log.pool.fetchval(advance, began) == later
    assert await log.now() == later
    assert (await recorded(log))[-1].recorded_at == later


async def test_a_real_clock_is_the_worlds_and_nobodys_to_move(
    shared_house: House, pool: asyncpg.Pool
) -> None:
    async with a.log_of(shared_house, "triage") as log:
        assert not log.simulated
        now = datetime.now(UTC)  # noqa: TID251 - the clock of the world, to compare with
        for told in (await log.now(), await pool.fetchval("select log.now()")):
            assert abs(told - now) < timedelta(seconds=30)
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="real clock"):
            await pool.fetchval("select log.advance(now() + interval '1 day')")


async def test_an_installation_stays_what_it_was_created_as(
    log_owner: Any, owner: asyncpg.Connection
) -> None:
    """A later epoch row, as a restore may write one, does not change the clock."""
    for db, first, other in ((log_owner, "simulated", "real"), (owner, "real", "simulated")):
        later = db.transaction()
        await later.start()
        await db.execute("insert into log.epoch values (2, 100, $1)", other)
        assert await db.fetchval("select log.clock()") == first
        await later.rollback()


async def test_the_clock_of_an_act_is_not_the_logs(log: Log) -> None:
    """What was so in the world may be recorded late, or told ahead."""
    stream = a.thing.stream(uuid4())
    for after, at in enumerate(
        (datetime(1948, 7, 5, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
    ):
        act = a.act(effective_at=at)
        await log.append(stream, [a.Told(number=1)], act, after=after)
        assert (await log.history(stream))[-1].act.effective_at == at
