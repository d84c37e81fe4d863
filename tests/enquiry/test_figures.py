"""How many enquiries are there, how far are they, what is overdue, and what was found?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import overdue, to_note
from services.enquiry.events import DeadlineMissed, EnquiryFact, EscalationNoted
from services.enquiry.projections.figures import Counted, Figures, figures, how_many
from shared.facts import Code
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import keep, rows


async def counted(db: AsyncConnection, *enquiries: Sequence[Any]) -> Figures:
    history = [
        it for at, facts in enumerate(enquiries, 1) for it in a.recorded(*facts, case=UUID(int=at))
    ]
    await keep(db, figures, history)
    return await how_many(db)


async def test_where_there_is_nothing_there_are_noughts(db: AsyncConnection) -> None:
    assert await counted(db) == Figures(
        enquiries=0, by_kind={}, by_stage={}, overdue=0, overdue_by_kind={},
        concluded_by_outcome={}, deadlines_missed=0, escalated=0, partners_reminded=0,
        told_more=0, in_doubt=0, to_be_noted=0, noted=0,
    )  # fmt: skip


async def test_the_counts_are_of_one_moment_whatever_is_opened_meanwhile(
    db: AsyncConnection,
) -> None:
    await counted(db, (a.opened,))
    cases = iter(range(2, 100))

    def meanwhile(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lower().startswith("insert"):  # its own
            return
        (row,) = rows(figures, a.recorded(a.opened, case=UUID(int=next(cases)))).values()
        names = [column.name for column in figures.table.columns]
        values = dict(zip(names, figures.values(row), strict=True))
        connection.execute(figures.table.insert(), values)

    event.listen(db.sync_connection, "after_cursor_execute", meanwhile)
    found = await how_many(db)
    assert next(cases) > 2, "one was opened meanwhile"
    assert found.enquiries == 1
    assert sum(found.by_kind.values()) == sum(found.by_stage.values()) == 1


async def test_enquiries_are_counted_by_stage_and_by_what_was_found(db: AsyncConnection) -> None:
    found = await counted(
        db,
        (a.opened,),
        (a.opened_1, a.led),
        (*a.under_way, a.again),
        (a.opened, a.at_once),
        a.found,
        (*a.ready, a.closed),
        (*a.ready, a.closed, a.reopened),
    )
    assert found == Figures(
        enquiries=7,
        by_kind={"other": 1, "section-42": 6},
        by_stage={"closed": 1, "concluded": 3, "in-progress": 1, "opened": 1, "planning": 1},
        overdue=0,
        overdue_by_kind={},
        concluded_by_outcome={"identified-action-taken": 3, "not-recorded": 1},
        deadlines_missed=0,
        escalated=0,
        partners_reminded=0,
        told_more=0,
        in_doubt=1,
        to_be_noted=0,
        noted=0,
    )


async def test_what_is_overdue_is_counted_by_kind_until_it_is_done(db: AsyncConnection) -> None:
    late_lead = DeadlineMissed(
        kind=Code("enquiry-deadline@1:lead"), due_at=a.at("2026-11-03T17:00:00Z"), late=False
    )
    found = await counted(
        db,
        (a.opened, late_lead, a.missed, a.escalated),
        (a.opened, a.led, a.missed, a.escalated),
        (a.opened, a.led, a.missed, a.escalated, a.planned),
        (*a.under_way, a.caused, a.reminded, a.reminded),
    )
    assert (found.overdue, found.overdue_by_kind) == (2, {"lead": 1, "plan": 2})
    assert (found.deadlines_missed, found.escalated, found.partners_reminded) == (4, 3, 2)


async def test_what_was_told_is_counted_until_somebody_considers_it(db: AsyncConnection) -> None:
    found = await counted(
        db,
        (*a.under_way, a.added),
        (*a.under_way, a.added, a.weighed),
        (*a.ready, a.closed, a.added),
        (*a.ready, a.closed, a.added, a.looked),
        (*a.ready, a.closed, a.added, a.carried, a.reopened),
        (*a.ready, a.closed, a.added, a.carried, a.reopened, a.weighed),
    )
    assert found.told_more == 3


async def test_a_conclusion_in_doubt_is_counted_until_it_is_said_again_or_said_to_stand(
    db: AsyncConnection,
) -> None:
    doubted = (*a.found, a.safe, a.caused, a.reported, a.good)
    missed = DeadlineMissed(
        kind=Code("enquiry-deadline@1:doubt"), due_at=a.at("2026-11-09T17:00:00Z"), late=False
    )
    found = await counted(
        db,
        doubted,
        (*doubted, missed),
        (*doubted, a.concluded),
        (*doubted, missed, a.looked),
        (*a.ready, a.closed, a.reopened, a.closed),
    )
    assert (found.in_doubt, found.overdue_by_kind) == (2, {"doubt": 1})


async def test_what_waits_for_the_boards_lead_is_counted_until_they_take_note(
    db: AsyncConnection,
) -> None:
    found = await counted(
        db,
        a.with_the_board,
        (*a.with_the_board, a.noted),
        (*a.with_the_board, a.noted, a.reported),
        (*a.with_the_board, a.recalled),
    )
    assert (found.escalated, found.to_be_noted, found.noted) == (4, 1, 2)


async def test_what_is_not_enough_any_more_is_not_concluded(db: AsyncConnection) -> None:
    duty = replace(a.again, outcome=a.s42, kind=a.opened.kind)
    found = await counted(db, (a.opened, a.at_once, duty))
    assert (found.concluded_by_outcome, found.by_stage) == ({}, {"opened": 1})


def test_a_row_names_nobody_so_it_stays_when_a_key_is_gone() -> None:
    (row,) = rows(figures, a.recorded(*a.EVERY_FACT)).values()
    assert isinstance(row, Counted)
    for word in ("lena", "royal-derby", "fed", "home", "Abara"):
        assert word not in row.state


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=12))
def test_a_row_counts_the_enquiry_as_it_stands(happened: list[EnquiryFact]) -> None:
    history = a.recorded(a.opened, *happened)
    (row,) = rows(figures, history).values()
    state = enquiry.fold(history)
    assert state
    assert (row.stage, row.kind) == (state.stage, state.kind)
    assert row.overdue.split() == sorted(overdue(state, calendar()))
    assert (row.outcome is None) == (state.concluded is None)
    assert row.told_more is (state.told_more_at is not None)
    assert row.in_doubt is (state.doubted_at is not None)
    assert row.to_be_noted is bool(to_note(state, calendar()))
    assert row.noted == sum(isinstance(it, EscalationNoted) for it in happened)
    assert row.missed == sum(isinstance(it, DeadlineMissed) for it in happened)
