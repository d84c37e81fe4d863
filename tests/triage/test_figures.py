"""How many concerns are there, by band and by outcome?"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.projections.figures import Counted, Figures, figures, how_many
from services.triage.rules.risk_tool import GREEN, RED
from tests.support.story import keep, rows
from tests.triage import a


async def counted(db: AsyncConnection, *concerns: Sequence[Any]) -> Figures:
    history = [
        it for at, facts in enumerate(concerns, 1) for it in a.recorded(*facts, case=UUID(int=at))
    ]
    await keep(db, figures, history)
    return await how_many(db)


async def test_where_there_is_nothing_there_are_noughts(db: AsyncConnection) -> None:
    assert await counted(db) == Figures(
        concerns=0,
        scored=0,
        waiting=0,
        decided=0,
        by_band={"red": 0, "amber": 0, "green": 0},
        by_outcome={},
    )


async def test_concerns_are_counted_by_band_and_outcome(db: AsyncConnection) -> None:
    found = await counted(
        db,
        a.waiting,
        (a.recognised, a.scored(a.red), a.withdrawn, a.added),
        (a.recognised, a.scored(a.red), a.decided),
        (a.recognised, a.scored(a.green), a.decided, a.reopened),
    )
    assert found == Figures(
        concerns=4,
        scored=4,
        waiting=3,
        decided=1,
        by_band={"red": 2, "amber": 1, "green": 1},
        by_outcome={"s42-enquiry": 1},
    )


def test_a_concern_is_counted_in_its_last_band() -> None:
    (set_by_a_person,) = rows(figures, a.recorded(*a.waiting, a.overridden)).values()
    assert set_by_a_person == Counted(concern=a.ADULT, band=RED, set_to=RED)
    (scored_again,) = rows(figures, a.recorded(*a.waiting, a.screened(a.green))).values()
    assert scored_again == Counted(concern=a.ADULT, band=GREEN)


def test_a_concern_that_scores_lower_is_counted_where_it_stands() -> None:
    (red,) = rows(figures, a.recorded(*a.waiting, a.overridden, a.screened())).values()
    assert red == Counted(concern=a.ADULT, band=RED, set_to=RED)


async def test_what_was_missed_is_counted_for_ever_and_escalated_concerns_once(
    db: AsyncConnection,
) -> None:
    found = await counted(
        db,
        (*a.waiting, a.missed_look, a.escalated, a.escalated, a.decided),
        (*a.waiting, a.missed_look, a.missed_look),
    )
    assert (found.deadlines_missed, found.escalated) == (3, 1)
