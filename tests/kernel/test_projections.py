"""Do the lists of every service keep their answers, also when a person's key is gone?"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import partial
from typing import Any, get_args, get_type_hints
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.dols.app import dols
from services.dols.decisions import request
from services.dols.projections import figures as dols_figures
from services.dols.projections import queue as dols_queue
from services.dols.projections.assessors import standing_of
from services.enquiry.app import enquiry
from services.enquiry.decisions import enquiry as enquiries
from services.enquiry.projections.open import who_is_owed
from services.intake.app import intake
from services.intake.decisions import referral
from services.intake.projections import referrals
from services.notify.app import notify
from services.notify.decisions import correspondence
from services.notify.projections.obligations import who_owes
from services.triage.app import triage
from services.triage.decisions import concern
from services.triage.projections import figures, queue
from shared.decider import Decider
from shared.facts import Code
from shared.log.log import Log
from shared.projections.projection import Projection
from shared.refusals import KeyGone
from shared.sealed import Sealed, sections
from shared.sealed.vault import Open
from shared.service import Service
from tests.kernel import a
from tests.kernel.folds import asking, everything, folded, keeping, rows_of
from tests.kernel.golden.dols_samples import ON, of_dols
from tests.kernel.golden.enquiry_samples import of_enquiry
from tests.kernel.golden.notify_samples import of_notify
from tests.kernel.golden.samples import DETAILS, IDENTITY, SENDER, SOURCE, of_intake, of_triage
from tests.support.house import House


@dataclass(frozen=True)
class Room:
    """A service, and what may happen in it."""

    service: Service
    decider: Decider[Any, Any, Any]
    story: Callable[..., Sequence[Any]]
    begins: int
    """So many facts of its story come first, in their order."""


ROOMS = {
    "intake": Room(intake, referral, of_intake, 3),
    "triage": Room(triage, concern, of_triage, 2),
    "enquiry": Room(enquiry, enquiries, of_enquiry, 1),
    "dols": Room(dols, request, of_dols, 2),
    "notify": Room(notify, correspondence, of_notify, 1),
}
PROJECTIONS = [
    pytest.param(room, projection, id=projection.name)
    for room in ROOMS.values()
    for projection in room.service.projections
]
NOBODY = {UUID, Code, int, bool, date, datetime, type(None)}
"""Kinds of columns that tell nobody's name."""
CLEAR = {
    ("referrals", "sender"), ("enquiries", "state"),
    ("enquiry_figures", "state"), ("enquiry_figures", "overdue"),
    ("senders", "partner"), ("obligations", "partner"),
    ("dols_requests", "sender"), ("dols_queue", "state"), ("dols_assessors", "state"),
    ("dols_assessors", "requests"),
}  # fmt: skip
"""Columns of text, and why: the partner organisation whose it is; a state, without words, or an
assessor of the register; kinds of what is overdue."""


def shut(subject: UUID, audience: str, words: Any) -> Sealed[Any]:
    return Open(subject=subject, audience=audience, value=words)


@asynccontextmanager
async def log_of(house: House, room: Room) -> AsyncIterator[Log]:
    async with a.log_of(house, room.service.name, room.service.codec()) as log:
        yield log


async def tell(log: Log, room: Room, case: UUID, facts: Sequence[Any]) -> None:
    """Let `facts` happen to a case, one after the other."""
    stream = room.decider.stream(case)
    begun = len(await log.history(stream))
    for at, fact in enumerate(facts, begun):
        await log.append(stream, [fact], a.act(), after=at)


@pytest.mark.parametrize(("room", "projection"), PROJECTIONS)
def test_no_column_is_of_a_kind_that_could_name_a_person(
    room: Room, projection: Projection[Any]
) -> None:
    hints = get_type_hints(projection.row)
    kinds = {
        it.name: set(get_args(hints[it.name]) or (hints[it.name],)) for it in fields(projection.row)
    }
    question = projection.name.rpartition("_v")[0]
    open_to_text = {(question, name) for name, them in kinds.items() if them - NOBODY}
    assert open_to_text <= CLEAR
    assert room.service.projections


stories = some.lists(
    some.lists(some.integers(0, 9), min_size=0, max_size=6), min_size=1, max_size=3
)


@pytest.mark.parametrize("name", ROOMS)
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=stories, batch=some.integers(1, 4))
async def test_what_is_followed_is_what_is_built_anew_is_the_fold(
    kernel_house: House, vault_owner: Any, name: str, stories: list[list[int]], batch: int
) -> None:
    assert vault_owner
    room = ROOMS[name]
    async with log_of(kernel_house, room) as log:
        for projection in room.service.projections:
            async with keeping(kernel_house, log, projection) as keeper:
                await keeper.build()
                for story in stories:
                    case = uuid4()
                    known = room.story(shut, case)
                    first, then = known[: room.begins], known[room.begins :]
                    rest = [then[it % len(then)] for it in story]
                    await tell(log, room, case, [*first, *rest])
                await keeper.follow(batch)
                followed = await rows_of(log, projection)
                await keeper.build()
                anew = await rows_of(log, projection)
            expected, stale = folded(projection, await everything(log))
            assert followed == anew == expected
            assert not stale


async def counts(house: House, log: Log, room: Room) -> list[object]:
    """Give what the service counts, and the head of its queue."""
    async with asking(house, log) as db:
        if room.service is intake:
            return [await referrals.how_many(db)]
        if room.service is enquiry:
            return [await who_is_owed(db, 50)]
        if room.service is notify:
            return [await who_owes(db, 50)]
        if room.service is dols:
            waits = await dols_queue.who_is_next(db, partial(standing_of, log), ON, 50)
            return [await dols_figures.how_many(db, ON), waits]
        return [await figures.how_many(db), await queue.who_is_next(db, 50)]


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("steps", [3, 99], ids=["waiting", "at its end"])
async def test_of_a_person_whose_key_is_gone_rows_and_counts_stay_and_no_identity(
    kernel_house: House, vault_owner: Any, name: str, steps: int
) -> None:
    room, case = ROOMS[name], uuid4()
    async with log_of(kernel_house, room) as log:
        await tell(log, room, case, room.story(shut, case)[:steps])
        boxes = [
            it
            for fact in await log.history(room.decider.stream(case))
            for it in sections(fact.fact)
        ]
        assert await opened(log, boxes) > 0
        before = [await built(kernel_house, log, it) for it in room.service.projections]
        counted = await counts(kernel_house, log, room)

    destroyed = "update vault.key set wrapped = null, destroyed_at = now() where subject = any ($1)"
    await vault_owner.execute(destroyed, list({it.subject for it in boxes}))

    async with log_of(kernel_house, room) as log:  # a process that remembers no key
        assert await opened(log, boxes) == 0
        assert [await rows_of(log, it) for it in room.service.projections] == before
        assert await counts(kernel_house, log, room) == counted
        assert [await built(kernel_house, log, it) for it in room.service.projections] == before
        assert await counts(kernel_house, log, room) == counted
        assert room.decider.fold(await log.history(room.decider.stream(case))) is not None
    shown = repr((before, counted))
    assert str(case) in shown
    assert not [word for word in IDENTITY if word in shown]


async def built(house: House, log: Log, projection: Projection[Any]) -> Any:
    async with keeping(house, log, projection) as keeper:
        await keeper.build()
    return await rows_of(log, projection)


async def opened(log: Log, boxes: Sequence[Sealed[Any]]) -> int:
    """Give how many boxes open to words; what is in them was said of somebody."""
    found = 0
    for box in boxes:
        for kind in (str, type(DETAILS), type(SOURCE), type(SENDER)):
            try:
                assert await log.vault.open(box, kind)
            except KeyGone:
                break
            except ValueError:
                continue
            found += 1
            break
    return found
