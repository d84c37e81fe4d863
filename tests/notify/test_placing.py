"""Does what a build could not read come in the feed later, and nothing of it out of its turn?"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from prometheus_client import REGISTRY

from services.notify.app import TABLES, notify
from services.notify.decisions import correspondence
from services.notify.decisions.correspondence import MoveTask, PlaceEvents
from services.notify.events import EventAwaited, EventPlaced, TaskMoved
from services.notify.gateways.owed import Asks, Owed, Replay
from services.notify.gateways.placing import POLL, Gap, missing
from services.notify.projections.deliveries import deliveries
from services.notify.projections.feed import feed
from services.notify.rules import replies
from services.notify.rules.body import event_id
from shared.facts import Recorded, party
from shared.projections.projection import Projection
from tests.notify import a
from tests.notify.asking import Partner
from tests.notify.builds import build, came, does, newer, partners
from tests.notify.receiver import receiving
from tests.support.house import House
from tests.support.patience import until
from tests.support.story import SOMEBODY, Story, rows

TOLD, ASKED = "referral.received", "task.assigned"
BESIDE = uuid5(a.LANE, "feed")
placed = EventPlaced(
    lane=a.LANE, partner=a.HOME, sequence=2, happening=a.recognised,
    disclosure=a.second.disclosure, owed_at=3, cause=SOMEBODY.id,
)  # fmt: skip
SECOND = event_id(a.LANE, a.HOME, 2)


def happened(fact: Any, position: int, case: UUID = a.LANE) -> Recorded[Any]:
    return Recorded(
        fact=fact, act=SOMEBODY, recorded_at=a.AT, case=case, stream="", version=1,
        position=position,
    )  # fmt: skip


owed, late = happened(a.second, 3), happened(placed, 9, BESIDE)


def test_an_event_is_placed_once() -> None:
    story, after = Story(correspondence), replace(placed, sequence=3, owed_at=4)
    story.when(PlaceEvents(events=[placed])).then(placed)
    story.given(placed).when(PlaceEvents(events=[placed, after])).then(after)


def test_an_event_stands_where_it_was_placed_whether_or_not_its_table_had_it() -> None:
    (lacked,) = rows(feed, [late]).values()
    (had,) = rows(feed, [owed, late]).values()
    assert lacked == had
    assert (had.position, had.place, had.lane) == (3, 9, a.LANE)
    (untouched,) = rows(feed, [owed]).values()
    assert replace(had, place=3) == untouched


HISTORY = [
    happened(a.known, 1), happened(a.first, 2), owed, happened(a.third, 4),
    happened(replace(a.third, sequence=4), 8),
]  # fmt: skip


@pytest.mark.parametrize(
    ("gone_past", "has", "done", "found"),
    [
        (8, {}, {}, [2, 3, 4, 8]),
        (8, {1}, {}, [3, 4, 8]),
        (3, {1}, {}, [3, 4, 8]),  # the last two would else overtake it
        (3, {1}, {3, 4, 8}, []),
        (3, {1}, {3, 4}, []),  # readers of the table that is kept now had the last in its turn
        (9, {1}, {3, 4}, [8]),
        (8, {1, 2, 3, 4}, {}, []),
        (1, {}, {}, []),
    ],
)
def test_what_readers_went_past_is_placed_and_with_it_all_that_comes_after_it_in_its_lane(
    gone_past: int, has: set[int], done: set[int], found: list[int]
) -> None:
    gap = Gap(a.LANE, gone_past, frozenset(event_id(a.LANE, a.HOME, it) for it in has))
    assert [it.owed_at for it in missing(gap, HISTORY, done)] == found


@pytest.mark.parametrize(("after", "times"), [(5, 1), (9, 0), (2, 0)])
def test_a_replay_goes_by_the_place_in_the_feed(after: int, times: int) -> None:
    since_then = Owed(rows=(), owed_to=9, tried_to=9, places={SECOND: 9})
    asks = Asks(a.ENDPOINT, a.HOME, since=8, replays=(Replay(after, 9 if after > 2 else 8, 9),))
    found = TABLES.with_lane(since_then, [asks], [owed])
    assert len(found.rows) == times


returned = MoveTask(stage=replies.RETURNED, happening=a.happened("report.assessed"))
recalled = MoveTask(stage=replies.RECALLED, happening=a.happened("task.recalled"))


async def asked_and_reported(log: Any, lane: UUID, name: str) -> None:
    await does(log, correspondence.stream(lane), replace(a.ask, partner=party(name)))
    reported = MoveTask(stage=replies.REPORTED, happening=a.happened("report.received"))
    await does(log, correspondence.stream(lane), reported)


async def hears(they: Partner, types: Sequence[str], after: str | None = None) -> Any:
    """Wait until a feed has these events, in this order, and give its page."""

    async def found() -> Any:
        page = await they.gets("events", **({"after": after} if after else {}))
        return page if len(page["items"]) >= len(types) else None

    page = await until(found)
    assert [it["type"] for it in page["items"]] == [*types]
    return page


@pytest.mark.slow
async def test_a_case_that_can_be_read_again_stands_in_the_feed_behind_all_that_was_read(
    quiet_house: House, names: tuple[str, str]
) -> None:
    lane, more = uuid4(), [ASKED, "report.received", "report.assessed"]
    async with build(quiet_house, TaskMoved) as home, partners(home, names) as (one, _):
        async with newer(home) as log:
            await asked_and_reported(log, lane, one.name)
        await one.refers()
        read = await hears(one, [TOLD])

    async with build(quiet_house) as home, partners(home, names) as (one, _):
        await hears(one, more[:2], read["next"])
        # The table keeps it stale, and what comes to it now is placed as well.
        async with newer(home) as log:
            await does(log, correspondence.stream(lane), returned)
        await hears(one, more, read["next"])
        await one.refers()
        behind = await hears(one, [*more, TOLD], read["next"])
        sequence = [it["data"]["sequence"] for it in behind["items"][:3]]
        assert sequence == [1, 2, 3]
        whole = await hears(one, [TOLD, *more, TOLD])
        assert whole["items"] == read["items"] + behind["items"]
        await replayed(one, read["next"], [*more, TOLD])

    # A table that is built anew says the same, so no cursor loses or repeats anything.
    await begin_anew(quiet_house, feed.name, deliveries.name)
    async with build(quiet_house) as home, partners(home, names) as (one, _):
        await asyncio.sleep(POLL + 0.5)
        assert (await one.gets("events"))["items"] == whole["items"]
        assert (await one.gets("events", after=read["next"]))["items"] == behind["items"]
        await replayed(one, read["next"], [*more, TOLD])


async def replayed(they: Partner, after: str, types: Sequence[str]) -> None:
    """Ask for what stands behind a place in the feed, at an endpoint that is newer than it."""
    async with receiving() as it:
        endpoint = await they.registers(it.url)
        made = (await they.does(endpoint, "replays", after=after)).json()
        assert made["events"] == len(types)
        await came(it, *types)
        await they.does(endpoint, "removal")


async def begin_anew(house: House, *tables: str) -> None:
    """Do what an operator does who has tables built anew."""
    db = await asyncpg.connect(house.told("notify").database_url)
    try:
        await db.execute("delete from work.projection where name = any ($1)", tables)
    finally:
        await db.close()


@pytest.mark.slow
async def test_what_an_earlier_table_lacked_stands_behind_what_its_readers_read(
    quiet_house: House, names: tuple[str, str]
) -> None:
    earlier = Projection("feed", version=2, row=feed.row, fold=feed.fold, key=feed.key)
    kept = tuple(it for it in notify.projections if it is not feed)
    lane, more = uuid4(), [ASKED, "report.received", "report.assessed"]
    older = build(quiet_house, TaskMoved, projections=(earlier, *kept))
    async with older as home, partners(home, names) as (one, _):
        async with newer(home) as log:
            await asked_and_reported(log, lane, one.name)
        await one.refers()
        head = await home.runtime.log.head()
        await gone_past(home.runtime.log.pool, earlier.name, head)
        for loop in home.loops:
            if loop.name == "projector":
                loop.stop()
        async with newer(home) as log:
            await does(log, correspondence.stream(lane), returned)

    async with build(quiet_house) as home, partners(home, names) as (one, _):

        async def behind() -> bool:
            items = (await one.gets("events"))["items"]
            return [it["type"] for it in items] == [TOLD, *more]

        await until(behind)
        # What comes now was never in that table, and none of its readers went past it.
        async with newer(home) as log:
            await does(log, correspondence.stream(lane), recalled)
        await one.refers()
    async with build(quiet_house) as home, partners(home, names) as (one, _):
        await asyncio.sleep(POLL + 0.5)
        await hears(one, [TOLD, *more, "task.recalled", TOLD])


async def gone_past(pool: asyncpg.Pool, table: str, position: int) -> None:
    async def there() -> bool:
        query = "select position from work.projection where name = $1 and ready"
        return (await pool.fetchval(query, table) or 0) >= position

    await until(there)


@pytest.mark.slow
async def test_a_case_that_cannot_be_read_yet_keeps_no_other_from_the_feed(
    quiet_house: House, names: tuple[str, str]
) -> None:
    first, second, failures = uuid4(), uuid4(), failed()
    oldest = build(quiet_house, TaskMoved, EventAwaited)
    async with oldest as home, partners(home, names) as (one, _):
        async with newer(home) as log:
            await does(log, correspondence.stream(second), a.tell)
            heard = replace(a.hear, partner=party(one.name))
            await does(log, correspondence.stream(second), heard)
            await asked_and_reported(log, first, one.name)
        await asyncio.sleep(POLL + 0.5)
        assert (await one.gets("events"))["items"] == []
    async with build(quiet_house, EventAwaited) as home, partners(home, names) as (one, _):
        await hears(one, [ASKED, "report.received"])
    async with build(quiet_house) as home, partners(home, names) as (one, _):
        await hears(one, [ASKED, "report.received", TOLD, "concern.recognised"])
    assert failed() == failures


def failed() -> float:
    """Give how often the loop failed."""
    samples = (it for metric in REGISTRY.collect() for it in metric.samples)
    return sum(
        it.value
        for it in samples
        if it.name == "safeguarding_loop_failures_total" and it.labels["loop"] == "placing"
    )
