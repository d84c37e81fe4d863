"""What did we know on that day, of what was so by another? The answer is a fold from the start."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.enquiry.decisions import enquiry
from services.enquiry.projections.enquiry import view as enquiry_view
from services.intake.decisions import referral
from services.intake.projections.status import status_of
from services.triage.decisions import concern
from services.triage.projections.concern import view as concern_view
from services.triage.projections.history import lines
from shared.decider import Decider
from shared.facts import Act, Recorded
from shared.shapes import adapter
from tests.enquiry import a as of_enquiry
from tests.intake import a as of_intake
from tests.support.house import Home, House, at_home, house
from tests.support.story import SOMEBODY, ready
from tests.triage import a as of_triage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

Part = Sequence[Recorded[Any]]
MAY = ("referrals.read", "customer-contact", "safeguarding-adults-manager", "enquiry-lead")


@dataclass(frozen=True)
class Room:
    """A service: how a case of it begins, what may follow, and what it tells of one."""

    decider: Decider[Any, Any, Any]
    first: tuple[Any, ...]
    facts: Sequence[Any]
    tells: dict[str, Callable[[UUID, Part, datetime], Any]]
    """By path, what is told of a part of a history at an instant; None: nothing is there."""

    later: Any
    """A fact with words, and these."""
    words: str
    shows: str
    """The path that shows them."""


def _status(id: UUID, part: Part, now: datetime) -> Any:
    return status_of(id, part, now=now)


ROOMS = {
    "intake": Room(
        decider=referral,
        first=(of_intake.two_received, of_intake.promoted, of_intake.held_too),
        facts=of_intake.EVERY_FACT[3:],
        tells={"/v1/referrals/{}": _status},
        later=of_intake.amended,
        words="He came back.",
        shows="/v1/referrals/{}/words",
    ),
    "triage": Room(
        decider=concern,
        first=(of_triage.recognised, of_triage.scored()),
        facts=of_triage.EVERY_FACT[1:],
        tells={
            "/v1/concerns/{}": lambda id, part, _: {"concern": concern_view(id, part)},
            "/v1/concerns/{}/history": lambda _, part, __: lines(part),
        },
        later=of_triage.added,
        words="He came back on Sunday.",
        shows="/v1/concerns/{}",
    ),
    "enquiry": Room(
        decider=enquiry,
        first=(of_enquiry.opened,),
        facts=of_enquiry.EVERY_FACT[1:],
        tells={"/v1/enquiries/{}": lambda id, part, _: {"enquiry": enquiry_view(id, part)}},
        later=of_enquiry.planned,
        words="Is she fed?",
        shows="/v1/enquiries/{}",
    ),
}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give a house whose clock these tests move."""
    with house(tmp_path_factory.mktemp("simulated"), clock="simulated") as found:
        yield found


@dataclass(frozen=True)
class Desk:
    """A service that does nothing by itself, its clock, and somebody who may read all of it."""

    name: str
    home: Home
    owner: asyncpg.Connection
    client: httpx.AsyncClient

    @property
    def room(self) -> Room:
        return ROOMS[self.name]

    async def passes(self, minutes: float) -> datetime:
        """Let time pass, and give the instant."""
        query = "update log.simulated set now = now + $1 returning now"
        now: datetime = await self.owner.fetchval(query, timedelta(minutes=minutes))
        return now

    async def records(self, case: UUID, *facts: Any, after: int = 0, back: float = 0) -> None:
        """Let facts be recorded now that were so some minutes ago."""
        at = await self.passes(1) - timedelta(minutes=back)
        act = replace(SOMEBODY, actor="rosewood-house", id=uuid4(), effective_at=at)
        stream = self.room.decider.stream(case)
        await self.home.runtime.log.append(stream, facts, act, after=after)

    async def history(self, case: UUID) -> Part:
        return await self.home.runtime.log.history(self.room.decider.stream(case))

    async def asks(self, path: str, case: UUID, **at: datetime | None) -> httpx.Response:
        told = {name: it.isoformat() for name, it in at.items() if it}
        return await self.client.get(path.format(case), params=told)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ROOMS)
async def desk(simulated: House, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    name = request.param
    owner = await asyncpg.connect(simulated.owner(name))
    async with at_home(simulated, name) as home, home.client("rosewood-house", *MAY) as client:
        await ready(home)
        for loop in home.loops:  # what is recorded here could not all be, and nobody need react
            loop.stop()
        yield Desk(name, home, owner, client)
    await owner.close()


def known(history: Part, known_at: datetime | None, effective_at: datetime | None) -> Part:
    """Give what of a history was known, and was so; nothing, where its beginning was not."""
    there = [
        it
        for it in history
        if (known_at is None or it.recorded_at <= known_at)
        and (effective_at is None or it.act.effective_at <= effective_at)
    ]
    return there if history[0] in there else []


def as_json(told: Any) -> Any:
    return adapter(object).dump_python(told, mode="json")


def instants(those: Iterable[datetime]) -> some.SearchStrategy[datetime | None]:
    """Draw one of `those`, the last one before it, or none."""
    before = timedelta(microseconds=1)
    return some.none() | some.sampled_from([it - by for it in those for by in (before, 0 * before)])


minutes = some.integers(1, 100_000)
"""Some weeks."""


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
async def test_a_case_as_at_any_time_is_the_fold_of_what_was_known_and_so(
    desk: Desk, data: some.DataObject
) -> None:
    room, case = desk.room, uuid4()
    assert {type(it) for it in (*room.first, *room.facts)} == {*get_args(room.decider.facts)}
    await desk.records(case, *room.first, back=data.draw(minutes))
    for fact in data.draw(some.lists(some.sampled_from(room.facts), max_size=8)):
        await desk.passes(data.draw(minutes))
        at = len(await desk.history(case))
        await desk.records(case, fact, after=at, back=data.draw(minutes))
    history, now = await desk.history(case), await desk.passes(1)
    known_at = data.draw(instants(it.recorded_at for it in history))
    effective_at = data.draw(instants(it.act.effective_at for it in history))
    part = known(history, known_at, effective_at)
    by = min(it for it in (now, known_at, effective_at) if it)
    for path, tells in room.tells.items():
        answer = await desk.asks(path, case, known_at=known_at, effective_at=effective_at)
        assert answer.status_code == (200 if part else 404)
        if part:
            expected, told = as_json(tells(case, part, by)), answer.json()
            # Beside what is folded stand opened words, of which another test speaks.
            assert (
                told if isinstance(told, list) else {it: told[it] for it in expected}
            ) == expected


async def test_words_written_later_are_not_shown_and_no_version_is_given_to_act_on(
    desk: Desk,
) -> None:
    case, room = uuid4(), desk.room
    before = await desk.passes(1)
    await desk.records(case, *room.first)
    between = await desk.passes(1)
    await desk.records(case, room.later, after=len(room.first))

    now = await desk.asks(room.shows, case)
    assert room.words in now.text
    assert now.headers["ETag"] == f'"{len(room.first) + 1}"'
    for at in ({"known_at": between}, {"effective_at": between}):
        then = await desk.asks(room.shows, case, **at)
        assert then.status_code == 200
        assert room.words not in then.text
        assert "ETag" not in then.headers
    for at in ({"known_at": before}, {"effective_at": before}):
        for path in (room.shows, *room.tells):
            assert (await desk.asks(path, case, **at)).status_code == 404, "it had not begun"
    for path in room.tells:
        assert "ETag" in (await desk.asks(path, case)).headers
        assert "ETag" not in (await desk.asks(path, case, known_at=between)).headers


@pytest.mark.parametrize(
    "at", ["2026-11-02", "2026-11-02T09:00:00", "yesterday", "", "9999-12-31T00:00:00Z"]
)
async def test_what_is_no_instant_is_refused(desk: Desk, at: str) -> None:
    case = uuid4()
    await desk.records(case, *desk.room.first)
    for path in (desk.room.shows, *desk.room.tells):
        answer = await desk.client.get(path.format(case), params={"known_at": at})
        assert answer.status_code == 422


async def test_a_referral_of_another_is_not_there_at_any_time(simulated: House) -> None:
    async with at_home(simulated, "intake") as home:
        log, case = home.runtime.log, uuid4()
        act: Act = replace(
            SOMEBODY, actor="rosewood-house", id=uuid4(), effective_at=await log.now()
        )
        await log.append(referral.stream(case), ROOMS["intake"].first, act, after=0)
        async with home.client("st-anns-hospital", "referrals.read") as other:
            for at in ({}, {"known_at": act.effective_at}, {"effective_at": act.effective_at}):
                params = {name: it.isoformat() for name, it in at.items()}
                answer = await other.get(f"/v1/referrals/{case}", params=params)
                assert answer.status_code == 404
