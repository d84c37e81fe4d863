"""To which enquiries is something owed, and what do they lack?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import missing
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import EnquiryFact
from services.enquiry.projections.open import Kept, enquiries, stale_since, who_is_owed
from shared.facts import Recorded
from shared.shapes import adapter
from tests.enquiry import a
from tests.support.story import SOMEBODY, keep, rows

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)


def came(case: UUID, *more: EnquiryFact, when: str = "2026-11-02T09:00:00Z") -> Any:
    """Give an enquiry that was opened then."""
    act = replace(SOMEBODY, effective_at=a.at(when), correlation=UUID(int=case.int + 1000))
    return a.recorded(a.opened, *more, case=case, act=act)


async def order(db: AsyncConnection, *history: Sequence[Recorded[Any]]) -> Sequence[UUID]:
    await keep(db, enquiries, [it for part in history for it in part])
    found, more = await who_is_owed(db, 200)
    assert more is None
    return [it.enquiry for it in found]


def test_a_row_holds_no_words_and_nobodys_name() -> None:
    (row,) = rows(enquiries, a.recorded(*a.EVERY_FACT)).values()
    assert isinstance(row, Kept)
    for word in ("lena", "royal-derby", "fed", "home"):
        assert word not in row.state


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=12))
def test_a_row_is_the_enquiry_as_it_stands(happened: list[EnquiryFact]) -> None:
    history = a.recorded(a.opened, *happened)
    (row,) = rows(enquiries, history).values()
    state = enquiry.fold(history)
    assert adapter(Enquiry).validate_json(row.state) == state
    assert (row.due_at is None) <= (state is not None and state.closed)
    assert (row.version, row.correlation) == (len(history), SOMEBODY.correlation)


async def test_what_is_due_first_comes_first(db: AsyncConnection) -> None:
    late = came(ONE, when="2026-11-04T09:00:00Z")
    asked = came(THREE, a.led, a.planned)  # due at the end of November
    assert await order(db, late, asked, came(TWO)) == [TWO, ONE, THREE]


async def test_what_is_closed_leaves_when_nothing_is_owed_to_it(db: AsyncConnection) -> None:
    last = replace(a.reviewed, next_review_on=None)
    gone = came(ONE, *a.ready[1:], last, a.closed)
    review = came(TWO, *a.ready[1:], a.closed)
    changed = came(THREE, *a.ready[1:], last, a.closed, a.undone)
    assert await order(db, gone, review, changed) == [THREE, TWO]


async def test_a_row_tells_all_that_is_owed_and_missing(db: AsyncConnection) -> None:
    await keep(db, enquiries, came(ONE, *a.under_way[1:], a.caused))
    (row,), more = await who_is_owed(db, 1)
    state = enquiry.fold(came(ONE, *a.under_way[1:], a.caused))
    assert more is None
    assert state
    assert [it.kind for it in row.due] == ["report", "conclusion"]
    assert (row.overdue, row.escalated_to, row.late_report_since) == ([], [], None)
    assert row.missing == missing(state) == (
        "closing-guard@1:caused-enquiry-open", "closing-guard@1:not-concluded"
    )  # fmt: skip
    assert (row.contact, row.kind, row.version) == (a.CONTACT, a.opened.kind, 6)
    assert row.stale_since is None
    assert await stale_since(db, ONE) is None


async def test_a_row_tells_since_when_its_conclusion_is_in_doubt(db: AsyncConnection) -> None:
    await keep(db, enquiries, came(ONE, *a.found[1:], a.safe, a.caused, a.reported, a.good))
    (row,), _ = await who_is_owed(db, 1)
    assert row.conclusion_in_doubt_since == a.NOON
    assert [it.kind for it in row.due] == ["action", "doubt", "review"]
    await keep(db, enquiries, came(ONE, *a.found[1:], a.safe))
    (row,), _ = await who_is_owed(db, 1)
    assert row.conclusion_in_doubt_since is None


async def test_pages_go_on_where_the_last_ended(db: AsyncConnection) -> None:
    history = [*came(ONE), *came(TWO), *came(THREE, when="2026-11-03T09:00:00Z")]
    await keep(db, enquiries, history)
    first, place = await who_is_owed(db, 2)
    assert [it.enquiry for it in first] == [ONE, TWO]
    second, more = await who_is_owed(db, 2, place)
    assert ([it.enquiry for it in second], more) == ([THREE], None)
