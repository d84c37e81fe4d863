"""Does what is escalated to the Board's partner lead reach them, and is it seen if it does not?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.looking import NothingToNote
from services.enquiry.decisions.owing import overdue, to_note, who_has_to_know
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import DeadlineMissed, EnquiryEscalated, EnquiryFact
from services.enquiry.projections.board import Escalation, what_to_note
from services.enquiry.projections.open import enquiries
from services.enquiry.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import Story, keep

Told = Story[Any, Enquiry, EnquiryFact]
story: Told = Story(enquiry)
told = story.given(*a.with_the_board)
NOTE = Code("enquiry-deadline@1:escalation-note")
NOTE_DUE = a.at("2026-12-01T17:00:00+00:00")  # told on the 23rd at 17:00: five working days
not_noted = DeadlineMissed(kind=NOTE, due_at=NOTE_DUE, late=False)
the_manager = EnquiryEscalated(kind=NOTE, to=clocks.MANAGER, due_at=NOTE_DUE, late=False)


def owes(here: Told) -> dict[str, datetime]:
    assert here.state
    return {it.kind: it.due_at for it in enquiry.owed(here.state, calendar())}


def late(here: Told) -> set[str]:
    assert here.state
    return {*overdue(here.state, calendar())}


def test_the_boards_lead_takes_note_and_then_owes_nothing_more() -> None:
    assert owes(told)["escalation-note"] == NOTE_DUE
    told.when(a.noting).then(a.noted)
    silent = replace(a.noting, words=None)
    told.when(silent).then(replace(a.noted, words=None))
    noted = told.given(a.noted)
    assert "escalation-note" not in owes(noted)
    noted.when(a.noting).then_refused(NothingToNote)


def test_that_they_took_note_settles_nothing_of_what_the_partner_owes() -> None:
    noted = told.given(a.noted)
    assert late(noted) == {"report"}
    assert noted.state
    assert clocks.PARTNER_LEAD in who_has_to_know(noted.state, calendar())
    assert "report" in owes(noted)


def test_if_they_take_no_note_the_manager_hears_once_and_it_stays_owed() -> None:
    told.when(DeadlinePassed(Deadline("escalation-note", NOTE_DUE))).then(not_noted, the_manager)
    unseen = told.given(not_noted, the_manager)
    assert late(unseen) == {"report", "escalation-note"}
    assert unseen.state
    assert who_has_to_know(unseen.state, calendar()) == [clocks.MANAGER, clocks.PARTNER_LEAD]
    again = owes(unseen)["escalation-note"]
    assert again == a.at("2026-12-09T17:00:00+00:00")
    unseen.when(DeadlinePassed(Deadline("escalation-note", again))).then(
        replace(not_noted, due_at=again)
    )
    assert late(unseen.given(a.noted)) == {"report"}


def test_who_took_note_in_time_is_not_missed() -> None:
    passed = DeadlinePassed(Deadline("escalation-note", NOTE_DUE))
    told.given(a.noted).when(passed).then()
    told.given(a.reported).when(passed).then()


def test_what_is_settled_before_they_looked_needs_no_note() -> None:
    for settled in (a.reported, a.declined, a.recalled):
        here = told.given(settled)
        assert "escalation-note" not in owes(here)
        here.when(a.noting).then_refused(NothingToNote)


def test_what_is_for_the_manager_alone_is_not_theirs_to_note() -> None:
    manager = replace(a.told_the_board, to=clocks.MANAGER)
    for facts in ((a.opened, a.led), (a.opened, a.led, a.missed, a.escalated)):
        story.given(*facts).when(a.noting).then_refused(NothingToNote)
    early = story.given(*a.under_way, a.caused, a.report_missed, manager)
    early.when(a.noting).then_refused(NothingToNote)
    assert "escalation-note" not in owes(early)
    assert "escalation-note" in owes(early.given(a.told_the_board))


def test_a_later_failure_of_the_same_partner_is_noted_anew() -> None:
    returned = replace(a.returned, due_at=a.at("2026-12-04T17:00:00+00:00"))
    at = a.at("2026-12-11T17:00:00+00:00")
    back = told.given(a.noted, a.reported, returned)
    assert "escalation-note" not in owes(back)
    again = back.given(
        replace(a.report_missed, due_at=at), replace(a.told_the_board, due_at=at)
    )  # fmt: skip
    assert owes(again)["escalation-note"] == a.at("2026-12-21T17:00:00+00:00")
    again.when(a.noting).then(a.noted)


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=14))
def test_all_that_they_have_to_know_is_noted_or_owed(happened: list[EnquiryFact]) -> None:
    here = story.given(*a.with_the_board).given(*happened)
    assert here.state
    waits = to_note(here.state, calendar())
    assert bool(waits) is ("escalation-note" in owes(here))
    assert {it.kind for it in waits} <= late(here)
    if waits:
        facts = enquiry.decide(a.noting, here.state, a.LEADS)
        assert len(facts) == len(waits)
        after = here.given(*facts)
        assert "escalation-note" not in owes(after)


# The list of their own

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)
LISTED = {a.listed.partner: a.listed}


async def listed(
    db: AsyncConnection, *histories: Sequence[Any], names: Any = LISTED
) -> Sequence[Escalation]:
    await keep(db, enquiries, [it for part in histories for it in part])
    found, more = await what_to_note(db, names, 200)
    assert more is None
    return found


async def test_the_boards_lead_sees_what_waits_for_them_and_nothing_else(
    db: AsyncConnection,
) -> None:
    (only,) = await listed(
        db,
        a.recorded(*a.with_the_board, case=ONE),
        a.recorded(*a.with_the_board, a.noted, case=TWO),
        a.recorded(*a.under_way, a.caused, case=THREE),
    )
    assert (only.enquiry, only.organisation) == (ONE, "Royal Derby Hospital")
    assert [(it.kind, it.due_at) for it in only.missed] == [("report", a.REPORT_DUE)]
    assert (only.note_due_at, only.overdue_since) == (NOTE_DUE, None)
    assert (only.version, only.stale_since) == (len(a.with_the_board), None)


async def test_what_they_have_not_noted_in_time_says_since_when(db: AsyncConnection) -> None:
    (row,) = await listed(db, a.recorded(*a.with_the_board, not_noted, the_manager, case=ONE))
    assert row.overdue_since == NOTE_DUE
    assert row.note_due_at > NOTE_DUE


async def test_a_partner_who_is_listed_no_more_is_still_escalated(db: AsyncConnection) -> None:
    (row,) = await listed(db, a.recorded(*a.with_the_board, case=ONE), names={})
    assert row.organisation is None


async def test_what_is_due_first_comes_first_page_by_page(db: AsyncConnection) -> None:
    later = replace(a.told_the_board, due_at=a.at("2026-11-24T17:00:00+00:00"))
    slow = (*a.with_the_board[:-1], replace(a.report_missed, due_at=later.due_at), later)
    history = [
        *a.recorded(*slow, case=ONE),
        *a.recorded(*a.with_the_board, case=TWO),
        *a.recorded(*a.with_the_board, case=THREE),
    ]
    await keep(db, enquiries, history)
    first, place = await what_to_note(db, LISTED, 2)
    assert [it.enquiry for it in first] == [TWO, THREE]
    second, more = await what_to_note(db, LISTED, 2, place)
    assert ([it.enquiry for it in second], more) == ([ONE], None)
