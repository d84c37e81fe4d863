"""Is a log whole, and does the town agree with what its callers were told?"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from deploy.demo.screen import Sent, balance
from shared.bus.choice import bus_of
from shared.bus.message import Speaker, headers_of
from shared.bus.port import Bus
from tests.kernel.bus.contract import all_of
from tests.support.house import SERVICES
from tests.support.patience import until
from tests.survival.callers import Manager, Partners
from tests.survival.conftest import owner_of
from tests.survival.town import Town
from tests.survival.writer import Told

COLUMNS = "position, stream, version, said, command, ordinal, fingerprint"


async def whole(db: asyncpg.Connection) -> Sequence[asyncpg.Record]:
    """See that the log behind `db` has no gap, no half act and no broken chain; give its rows."""
    assert await db.fetch("select * from log.verify()") == []
    rows: Sequence[asyncpg.Record] = await db.fetch(
        f"select {COLUMNS} from log.event order by position"  # noqa: S608 - our own names
    )
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    streams: defaultdict[str, list[asyncpg.Record]] = defaultdict(list)
    commands: defaultdict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        streams[row["stream"]].append(row)
        commands[row["command"]].append(row)
    for events in streams.values():
        assert [it["version"] for it in events] == list(range(1, len(events) + 1))
        said = [it["said"] for it in events if it["said"] is not None]
        assert said == list(range(1, len(said) + 1))
    for events in commands.values():
        first = events[0]
        assert [it["ordinal"] for it in events] == list(range(len(events)))
        assert [it["position"] - first["position"] for it in events] == list(range(len(events)))
        assert {it["stream"] for it in events} == {first["stream"]}
    return rows


def holds(rows: Sequence[asyncpg.Record], told: Sequence[Told]) -> None:
    """See that the log holds what was acknowledged, where it was said to lie, and nothing else."""
    last: dict[str, tuple[object, ...]] = {}
    for row in rows:
        last[str(row["command"])] = (
            row["stream"], row["version"], row["position"], row["ordinal"] + 1,
            row["fingerprint"].hex(),
        )  # fmt: skip
    asked = Counter(it.command for it in told)
    assert max(asked.values()) == 1
    assert last == {
        it.command: (it.stream, it.version, it.position, it.count, it.fingerprint) for it in told
    }


async def facts(db: asyncpg.Connection, kind: str) -> Sequence[tuple[UUID, Mapping[str, Any]]]:
    """Give case and fact of each event of a type, read as people read it."""
    query = "select case_id, (text -> 'fact')::text as fact from log.readable where type = $1"
    return [(row["case_id"], orjson.loads(row["fact"])) for row in await db.fetch(query, kind)]


async def settled(town: Town, seconds: float = 60.0) -> None:
    """Wait until everything recorded is relayed, heard and folded, and nothing follows any more."""
    last: list[object] = []

    async def still() -> bool:
        now = [await _behind(town, name) for name in SERVICES]
        found = now == last and all(behind == [0, 0, 0] for _, behind in now)
        last[:] = now
        await asyncio.sleep(0.1)
        return found

    await until(still, seconds)


async def _behind(town: Town, service: str) -> tuple[int, list[int]]:
    """Give a log's head, and how far relay, consumer and the slowest projection are behind."""
    async with owner_of(town.house, service) as db:
        head = await db.fetchval("select coalesce(max(position), 0) from log.event")
        relayed = await db.fetchval("select coalesce(max(position), 0) from work.relay")
        folded = await db.fetchval("select coalesce(min(position), 0) from work.projection")
        heard = await db.fetchval("select coalesce(sum(next), 0) from work.place")
        topics = [row[0] for row in await db.fetch("select distinct topic from work.place")]
    async with bus_in(town) as bus:
        lies = sum((await bus.ends(topics)).values())
    return head, [head - relayed, lies - heard, head - folded]


def bus_in(town: Town) -> AbstractAsyncContextManager[Bus]:
    """Give the bus over which the town's services speak, as one who may read all of it."""
    told = town.house.settings[SERVICES[0]]["SAFEGUARDING_BUS_URL"]
    return bus_of(told if told.startswith("kafka") else town.house.owner("bus"), "oracle")


def topics_of(town: Town) -> list[str]:
    """Give the topics on which the town's services speak."""
    return [Speaker(town.house.told(it).authority, it).topic for it in SERVICES]


async def agrees(town: Town, partners: Partners, manager: Manager | None = None) -> None:
    """See that each yes took effect once, from the referral to what its sender hears."""
    await settled(town)
    yes = {answer.json()["id"] for answer in partners.answers.values()}
    assert len(partners.answers) == partners.begun == len(yes)
    async with owner_of(town.house, "intake") as intake, owner_of(town.house, "triage") as triage:
        for db in (intake, triage):
            await whole(db)
            assert await db.fetch("select * from work.blocked") == []
            assert await db.fetch("select * from work.stale") == []
            assert await db.fetch("select * from work.heard where gap_since is not null") == []
        received = Counter(
            str(case) for case, _ in await facts(intake, "intake.referral-received/1")
        )
        assert received == dict.fromkeys(yes, 1)
        await _scored_once(intake, triage)
        await _decided_once(intake, triage, manager.decided if manager else [])
    await _told_in_order(town)
    await _figures_balance(town, partners)


async def _scored_once(intake: asyncpg.Connection, triage: asyncpg.Connection) -> None:
    promoted = [it["part"]["adult"] for _, it in await facts(intake, "intake.contact-promoted/1")]
    concerns = Counter(str(case) for case, _ in await facts(triage, "triage.concern-recognised/1"))
    assert promoted
    assert concerns == dict.fromkeys(promoted, 1)
    first = Counter(
        str(case)
        for case, it in await facts(triage, "triage.concern-scored/1")
        if it["scored_by"] == "scorer@1:referrer"
    )
    assert first == concerns


async def _decided_once(
    intake: asyncpg.Connection, triage: asyncpg.Connection, yes: Sequence[str]
) -> None:
    decided = Counter(str(case) for case, _ in await facts(triage, "triage.section-42-decided/2"))
    assert decided == dict.fromkeys(decided, 1)
    assert set(yes) <= set(decided)
    heard = Counter(it["adult"] for _, it in await facts(intake, "intake.outcome-heard/1"))
    assert heard == decided


async def _told_in_order(town: Town) -> None:
    """See that what is public lies on the bus, in order but for repeats, and nothing else does."""
    told: defaultdict[str, list[int]] = defaultdict(list)
    async with bus_in(town) as bus:
        for topic in topics_of(town):
            for headers in [headers_of(it) for it in await all_of(bus, topic)]:
                told[headers["ce_stream"]].append(int(headers["ce_sequence"]))
    public = Counter[str]()
    for service in SERVICES:
        async with owner_of(town.house, service) as db:
            query = "select stream, max(said) from log.event where said > 0 group by stream"
            public.update({row[0]: row[1] for row in await db.fetch(query)})
    assert {stream: sorted(set(said)) for stream, said in told.items()} == {
        stream: list(range(1, last + 1)) for stream, last in public.items()
    }
    for said in told.values():  # the first time that each is told, all before it have been told
        assert list(dict.fromkeys(said)) == sorted(set(said))


async def _figures_balance(town: Town, partners: Partners) -> None:
    who = ("ruth-adults", "safeguarding-adults-manager")
    intake, triage = [await town.asked(name, "/v1/figures", *who) for name in ("intake", "triage")]
    adults = sum(len(answer.json()["adults"]) for answer in partners.answers.values())
    lines = balance(Sent(referrals=partners.begun, adults=adults), intake, triage)
    assert [line.says for line in lines if not line.agrees] == []
