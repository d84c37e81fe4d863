"""What becomes of a council that stood still for a week, in all services at once?

Two days are played; then nothing runs while a simulated week passes. Whatever came to be due in
it happens once when all start again, marked late; and standing still once more changes nothing.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.partners import Partners
from deploy.demo.scenario.plan import WEEK, shortened
from deploy.demo.scenario.play import Playing
from deploy.demo.scenario.town import Town, visited
from deploy.local import silent
from deploy.local.places import services
from deploy.local.scenario import tokens
from deploy.local.standing import Plan, Standing, standing
from shared.decider import nothing
from shared.facts import Recorded
from shared.projections.timers import LATE, Timer, armed
from shared.run import find
from shared.time.calendar import calendar
from tests.notify.receiver import Receiver, receiving, status
from tests.support.patience import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLAN = shortened(WEEK, 2)
AWAY = timedelta(days=7)
PARTNER = "rosewood-house"


@dataclass(frozen=True)
class Logs:
    """What all services have recorded."""

    facts: Mapping[str, Sequence[Recorded[Any]]]

    @property
    def heads(self) -> Mapping[str, int]:
        return {name: len(facts) for name, facts in self.facts.items()}

    def after(self, heads: Mapping[str, int]) -> Sequence[Recorded[Any]]:
        """Give what is newer than these."""
        return [it for name, facts in self.facts.items() for it in facts[heads[name] :]]

    def owed(self) -> Mapping[UUID, Timer]:
        """Give what is owed to anybody, counted from the facts alone."""
        found = [it for name, facts in self.facts.items() for it in owed_in(name, facts)]
        return {it.id: it for it in found}


def owed_in(service: str, facts: Sequence[Recorded[Any]]) -> Sequence[Timer]:
    deciders = {
        it.kind: it for it in find(f"services.{service}").deciders if it.owed is not nothing
    }
    streams = defaultdict[tuple[str, UUID], list[Recorded[Any]]](list)
    for it in facts:
        streams[it.stream, it.case].append(it)
    return [
        timer
        for (name, case), history in streams.items()
        if (decider := deciders.get(name.removesuffix(f"-{case}")))
        for timer in armed(decider.stream(case), history, calendar())
    ]


async def read(up: Standing) -> Logs:
    found = dict[str, Sequence[Recorded[Any]]]()
    for name in services():
        db, codec = await asyncpg.connect(up.server.dsn(name)), find(f"services.{name}").codec()
        try:
            rows = await db.fetch("select * from log.read(0, 1000000)")
            found[name] = [codec.read(row) for row in rows]
        finally:
            await db.close()
    return Logs(found)


@dataclass(frozen=True)
class Council:
    """A council's folder, and what it said yes to."""

    folder: Path
    ledger: Ledger

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[tuple[Standing, Town]]:
        async with standing(self.plan) as up:
            access = up.access(tokens(self.folder))
            async with visited(access, 1, PLAN, self.ledger) as town:
                yield up, town

    @property
    def plan(self) -> Plan:
        return Plan(data=self.folder, services=services(), clock="simulated")

    async def away(self) -> datetime:
        """Let a week pass while nothing runs but the databases; give the instant it is then."""
        assert self.ledger.stands
        to = self.ledger.stands + AWAY
        async with standing(replace(self.plan, services=[])) as up:
            for name in services():
                db = await asyncpg.connect(up.server.dsn(name))
                await db.execute("select log.advance($1)", to)
                await db.close()
        self.ledger.keep(clock=to.isoformat())
        return to


async def registered(town: Town, receiver: Receiver) -> None:
    door, where = town.door, ("notify", "/v1/webhook-endpoints")
    body = f'{{"url": "{receiver.url}"}}'.encode()
    answer = await door.send(where, PARTNER, body, str(uuid4()))
    assert answer is not None
    assert answer.status_code == 201, answer.text


async def feed(town: Town) -> Sequence[Any]:
    return sorted(map(event, await town.all_of("notify", "/v1/events", PARTNER)))


def event(it: Any) -> tuple[str, int]:
    """Give by what an event of the feed is the same as one that a webhook brings."""
    return it["data"]["case"], it["data"]["sequence"]


@pytest.fixture
def council(tmp_path: Path) -> Council:
    tmp_path.chmod(0o755)
    return Council(tmp_path, Ledger(tmp_path / "ledger.jsonl", {"seed": 1}))


async def test_what_was_due_in_a_week_of_standing_still_happens_once_and_late(
    council: Council,
) -> None:
    async with receiving(status(500)) as receiver:
        async with council.at_work() as (up, town):
            await registered(town, receiver)
            await Playing(town, Partners(town), silent).run()
            before = await read(up)
        refused = {got.id for got in receiver.got}
        assert refused

        now = await council.away()
        due = {it.id: it for it in before.owed().values() if it.due_at <= now}
        assert len({it.kind for it in due.values()}) > 5
        receiver.got.clear()
        receiver.answer = status(204)

        async with council.at_work() as (up, town):
            await town.caught_up()
            await heard(town, receiver)
            after = await read(up)
            owed_by_then = [it for it in after.owed().values() if it.due_at <= now]
            assert owed_by_then == []
            once_and_late(after.after(before.heads), due, now)
            assert sorted(event(got.event) for got in receiver.got) == await feed(town)

        async with council.at_work() as (up, town):
            await town.caught_up()
            await asyncio.sleep(1.5)
            assert (await read(up)).heads == after.heads


async def heard(town: Town, receiver: Receiver) -> None:
    """Wait until all of the feed came."""

    async def all_came() -> bool:
        return {event(got.event) for got in receiver.got} >= set(await feed(town))

    await until(all_came)


def once_and_late(news: Sequence[Recorded[Any]], due: Mapping[UUID, Timer], now: datetime) -> None:
    passed = [it for it in news if it.act.role == "timer"]
    assert set(due) <= {it.act.id for it in passed}, "nothing is forgotten"
    promises = Counter((it.stream, missed(it.fact), it.act.effective_at) for it in passed)
    assert promises.most_common(1)[0][1] == 1, "nothing happens twice"
    marked = [it for it in passed if hasattr(it.fact, "late")]
    assert len(marked) > len(due) / 2
    assert [it for it in marked if it.fact.late is not (now - it.act.effective_at > LATE)] == []


def missed(fact: Any) -> str:
    """Give what passed, by its own word and its own adult where there is one."""
    return f"{type(fact).__name__} {getattr(fact, 'kind', '')} {getattr(fact, 'adult', '')}"
