"""Who waits, who is next, what is counted, and who is in the register?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.projections.assessors import Entry, all_of_them, assessors, taken
from services.dols.projections.figures import figures, how_many
from services.dols.projections.queue import (
    Kept,
    in_order,
    in_the_hands_of,
    queue,
    stale_since,
    who_is_next,
)
from services.dols.projections.requests import made_by, requests
from services.dols.rules import clocks, codes
from services.dols.rules.independence import Standing
from shared.facts import Act, Code, Recorded
from shared.shapes import adapter
from tests.dols import a
from tests.support import story
from tests.support.story import SOMEBODY, keep, rows

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)
MEDIUM = a.prioritised(replace(a.CONTENT, dispute="yes"))


def came(
    case: UUID, *more: RequestFact, when: str = "2026-11-02T09:00:00Z", first: Any = a.received
) -> Sequence[Recorded[Any]]:
    """Give a request that was received then."""
    instant = a.at(when)
    act = replace(SOMEBODY, effective_at=instant, correlation=UUID(int=case.int + 1000))
    received = replace(first, received_on=instant.date())
    return a.recorded(received, *more, case=case, act=act)


def entered(*facts: Any) -> Sequence[Recorded[Any]]:
    return story.recorded(*facts, kind="assessor", case=a.bea.assessor, act=SOMEBODY)


async def nobody(_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
    """Give a register that is empty."""
    return {}


async def order(db: AsyncConnection, *history: Sequence[Recorded[Any]]) -> Sequence[UUID]:
    await keep(db, queue, [it for part in history for it in part])
    found, more = await who_is_next(db, nobody, a.TODAY, 200)
    assert more is None
    return [it.request for it in found]


def test_a_row_holds_no_words_and_nobodys_name() -> None:
    (row,) = rows(queue, a.recorded(*a.EVERY_FACT)).values()
    assert isinstance(row, Kept)
    for word in ("bea", "sam", "Hollowell", "Priya", "walks"):
        assert word not in row.state


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=12))
def test_a_row_is_the_request_as_it_stands(happened: list[RequestFact]) -> None:
    history = a.recorded(a.received, *happened)
    (row,) = rows(queue, history).values()
    state = request.fold(history)
    assert state
    assert adapter(Request).validate_json(row.state) == state
    assert row.decided == (state.ended is not None)
    promised = {Code(f"dols-deadline@1:{it.kind}") for it in in_order(state)} & clocks.KINDS.keys()
    assert row.listed == (not row.decided or bool(promised)), "what somebody owes is in the list"


async def test_high_goes_first_then_who_is_due_first(db: AsyncConnection) -> None:
    low = came(ONE, a.low, when="2026-09-10T09:00:00Z")  # due on 9 November
    medium = came(TWO, MEDIUM)  # due on 17 November
    high = came(THREE, a.high, when="2026-11-02T12:00:00Z")
    assert await order(db, medium, low, high) == [THREE, ONE, TWO]


async def test_a_low_wait_passes_a_fresh_medium_one(db: AsyncConnection) -> None:
    fresh, old = came(ONE, MEDIUM), came(TWO, a.low, when="2026-09-14T09:00:00Z")
    assert await order(db, fresh, old) == [TWO, ONE]


async def test_what_is_decided_waits_no_more(db: AsyncConnection) -> None:
    assert await order(db, came(ONE, *a.ready[1:], a.granted), came(TWO, a.low)) == [TWO]


async def test_of_what_is_decided_nobody_has_to_be_taken_back(db: AsyncConnection) -> None:
    async def register(_ids: Collection[UUID]) -> Mapping[UUID, Standing]:
        return {a.bea.assessor: replace(a.bea, suspended=True)}

    for more, unfit in (((a.told,), 1), ((a.granted, a.told), 0)):
        await keep(db, queue, came(ONE, *a.ready[1:], *more))
        (row,), _ = await who_is_next(db, register, a.TODAY, 9)
        assert len(row.cannot_go_on) == unfit


async def test_what_is_decided_is_there_again_while_nobody_has_seen_what_came_since(
    db: AsyncConnection,
) -> None:
    granted = (*a.ready[1:], a.granted)
    due_sooner = came(ONE, a.low, when="2026-09-01T09:00:00Z")
    told, seen = came(TWO, *granted, a.told), came(THREE, *granted, a.told, a.considered)
    assert await order(db, came(UUID(int=104), a.low), told, seen, due_sooner) == [
        ONE, TWO, UUID(int=104)
    ]  # fmt: skip
    found, _ = await who_is_next(db, nobody, date(2027, 6, 1), 200)
    assert [it.after_decision for it in found] == [False, True, False]
    row = found[1]
    assert "look" in {it.kind for it in row.due}
    assert row.rank_reason == "Decided: something came since, to be seen by 04 Nov 2026."
    assert (row.days_waited, row.over_180_days) == (0, False), "it waited until it was decided"
    hands, _ = await in_the_hands_of(db, nobody, a.TODAY, a.bea.assessor, 9)
    assert hands == [], "an assessor has nothing more to do"


async def test_a_row_says_why_it_stands_there_and_for_how_long(db: AsyncConnection) -> None:
    lapsed = came(ONE, a.high, a.lapsed, when="2026-05-01T09:00:00Z", first=a.urgent)
    await keep(db, queue, [*lapsed, *entered(a.registered)])
    (row,), more = await who_is_next(db, nobody, date(2026, 11, 2), 1)
    assert more is None
    assert (row.unprotected, row.over_180_days, row.days_waited) == (True, True, 185)
    assert row.rank_reason == "High: first, by the time received, 01 May 2026."
    assert row.roles_open == (codes.BEST_INTERESTS, codes.MENTAL_HEALTH)
    assert [it.kind for it in row.due] == ["allocation", "re-check", "score", "decision"]
    assert row.stale_since is None
    assert await stale_since(db, ONE) is None
    (same,), _ = await who_is_next(db, nobody, date(2026, 10, 28), 1)
    assert (same.over_180_days, same.days_waited) == (False, 180)


async def test_pages_go_on_where_the_last_ended(db: AsyncConnection) -> None:
    await keep(db, queue, [*came(ONE, a.high), *came(TWO, a.low), *came(THREE, a.low)])
    first, place = await who_is_next(db, nobody, a.TODAY, 2)
    assert [it.request for it in first] == [ONE, TWO]
    second, more = await who_is_next(db, nobody, a.TODAY, 2, place)
    assert ([it.request for it in second], more) == ([THREE], None)


async def test_an_assessor_sees_what_they_have_in_hand_and_nothing_else(
    db: AsyncConnection,
) -> None:
    offered, has = came(ONE, a.low, a.offered), came(TWO, a.low, a.allocated)
    done, others = came(THREE, *a.ready[1:], a.granted), came(UUID(int=104), a.low, a.doctor)
    gone = came(UUID(int=105), a.low, a.offered, a.declined)
    await keep(db, queue, [*offered, *has, *done, *others, *gone])
    found, more = await in_the_hands_of(db, nobody, a.TODAY, a.bea.assessor, 2)
    assert ([it.request for it in found], more) == ([ONE, TWO], None)
    first, place = await in_the_hands_of(db, nobody, a.TODAY, a.bea.assessor, 1)
    assert [it.request for it in first] == [ONE]
    rest, more = await in_the_hands_of(db, nobody, a.TODAY, a.bea.assessor, 1, place)
    assert ([it.request for it in rest], more) == ([TWO], None)


async def test_a_sender_has_a_list_of_their_own(db: AsyncConnection) -> None:
    await keep(db, requests, [*came(ONE, *a.ready[1:], a.granted), *came(TWO, a.withdrawn)])
    (one, two), more = await made_by(db, "sam", 2)
    assert more is None
    assert (one.decided_on, one.ends_on, one.not_granted) == (a.TODAY, date(2027, 4, 30), None)
    assert (two.withdrawn, two.decided_on, two.due_on) == (True, None, a.received.due_on)
    first, place = await made_by(db, "sam", 1)
    assert [it.request for it in first] == [ONE]
    rest, _ = await made_by(db, "sam", 1, place)
    assert [it.request for it in rest] == [TWO]
    assert await made_by(db, "somebody.else", 1) == ([], None)


async def test_figures_count_what_waits_and_what_became_of_the_rest(db: AsyncConnection) -> None:
    history = [
        *came(ONE, a.low, a.lapsed, a.missed, when="2026-04-01T09:00:00Z", first=a.urgent),
        *came(TWO, *a.ready[1:], a.granted),
        *came(THREE, a.low, a.not_granted, when="2026-09-01T09:00:00Z",
              first=replace(a.received, setting=codes.HOSPITAL)),
        *came(UUID(int=104), a.high),
        *entered(a.registered, a.changed),
    ]  # fmt: skip
    await keep(db, figures, history)
    found = await how_many(db, a.TODAY)
    assert found.received_by_setting == {"care-home": 3, "hospital": 1}
    assert found.waiting_by_band == {"high": 1, "low": 1}
    assert found.not_granted_by_reason == {"died": 1}
    assert (found.received, found.waiting, found.unprotected) == (4, 2, 1)
    assert (found.waiting_over_180_days, found.deadlines_missed) == (1, 1)
    assert (found.decided, found.decided_in_21_days, found.granted) == (2, 1, 1)


async def test_a_decision_that_was_dated_back_into_the_21_days_is_not_counted_in_them(
    db: AsyncConnection,
) -> None:
    on_day_24 = a.at("2026-11-25T09:00:00+00:00")
    history = list[Recorded[Any]]()
    for case, end in ((ONE, a.granted), (TWO, a.not_granted)):
        *before, last = came(case, *a.ready[1:], end)
        history += [*before, replace(last, recorded_at=on_day_24)]
    await keep(db, figures, history)
    found = await how_many(db, a.TODAY)
    assert (found.decided, found.decided_in_21_days) == (2, 0)


async def test_a_renewal_whose_authorisation_ended_is_unprotected(db: AsyncConnection) -> None:
    both = replace(a.urgent, authorisation_ends_on=date(2026, 11, 10))
    history = [
        *came(ONE, a.low, a.renewal_lapsed, first=a.renewal),
        *came(TWO, a.low, a.renewal_lapsed, first=both),
        *came(THREE, a.low, first=a.renewal),
        *came(UUID(int=104), a.low, a.renewal_lapsed,
              first=replace(a.renewal, authorisation_ends_on=date(2126, 11, 10))),
    ]  # fmt: skip
    await keep(db, queue, history)
    found, _ = await who_is_next(db, nobody, date(2026, 11, 11), 4)
    assert {it.request for it in found if it.unprotected} == {ONE}
    assert len(found) == 4
    await keep(db, figures, history)
    assert (await how_many(db, date(2026, 11, 11))).unprotected == 1


async def test_figures_count_the_gap_before_an_authorisation_begins(db: AsyncConnection) -> None:
    granted = replace(a.granted, starts_on=date(2026, 12, 1))
    history = [
        *came(ONE, *a.ready[1:], granted, a.lapsed, first=a.urgent),
        *came(TWO, *a.ready[1:], a.lapsed, granted, first=a.urgent),
        *came(THREE, *a.ready[1:], a.lapsed, a.not_granted, first=a.urgent),
    ]
    await keep(db, figures, history)
    assert (await how_many(db, date(2026, 11, 30))).unprotected == 2
    assert (await how_many(db, date(2026, 12, 1))).unprotected == 0


async def test_what_is_suspended_or_ceased_is_counted_and_is_not_among_those_who_wait(
    db: AsyncConnection,
) -> None:
    later = replace(a.granted, starts_on=date(2026, 12, 20))
    gap = (*a.ready[1:], later, a.lapsed, a.in_suspense)
    history = [
        *came(ONE, *gap, first=a.urgent),
        *came(TWO, *gap, a.resumed, first=a.urgent),
        *came(THREE, *gap, a.elapsed, first=a.urgent),
        *came(UUID(int=104), *a.ready[1:], a.granted, a.in_suspense, a.ended),
        *came(UUID(int=105), *a.ready[1:], a.granted, a.in_suspense, a.ceased),
    ]
    await keep(db, figures, history)
    found = await how_many(db, date(2026, 12, 1))
    assert (found.granted, found.suspended, found.waiting) == (5, 1, 0)
    assert found.ceased_by_reason == {"died": 1, "suspension-elapsed": 1}
    assert found.unprotected == 2, "until it begins, and of what ceased nothing begins"
    await keep(db, queue, history)
    rows, _ = await who_is_next(db, nobody, date(2026, 12, 1), 9)
    until = {it.request: (it.suspended_until, it.stage, it.unprotected) for it in rows}
    assert until == {
        ONE: (date(2026, 11, 29), "dols-stage@1:suspended", True),
        TWO: (None, "dols-stage@1:granted", True),
        THREE: (None, "dols-stage@1:ceased", False),
        UUID(int=104): (None, "dols-stage@1:granted", False),
        UUID(int=105): (None, "dols-stage@1:ceased", False),
    }
    assert all(it.after_decision for it in rows)


async def test_an_open_review_is_counted_and_stands_in_the_queue_by_when_it_is_due(
    db: AsyncConnection,
) -> None:
    given = (*a.ready[1:], a.granted)
    reviews: dict[UUID, tuple[RequestFact, ...]] = {
        ONE: (a.asked_for_her,),
        TWO: (a.review_asked,),
        THREE: (a.asked_for_her, a.unchanged),
        UUID(int=104): (a.asked_for_her, a.terminated, a.ended_by_review),
        UUID(int=105): (a.asked_for_her, a.ended, a.considered),
        UUID(int=106): (a.asked_for_her, a.in_suspense, a.considered),
    }
    history = [it for case, more in reviews.items() for it in came(case, *given, *more)]
    await keep(db, figures, history)
    found = await how_many(db, a.TODAY)
    assert found.under_review == 3
    assert found.ceased_by_reason == {"review": 1}
    await keep(db, queue, history)
    rows, _ = await who_is_next(db, nobody, a.TODAY, 9)
    assert [(it.request, it.rank_reason) for it in rows] == [
        (TWO, "Decided: something came since, to be seen by 04 Nov 2026."),
        (ONE, "Decided: a review is open, to be completed by 23 Nov 2026."),
        (UUID(int=106), "Decided: a review is open, to be completed by 30 Nov 2026."),
    ]
    assert all(it.after_decision for it in rows)


async def test_a_senders_list_says_what_became_of_what_was_granted(db: AsyncConnection) -> None:
    given = (*a.ready[1:], a.granted, a.in_suspense)
    ends: dict[UUID, tuple[RequestFact, ...]] = {
        ONE: (), TWO: (a.resumed,), THREE: (a.elapsed,), UUID(int=104): (a.ended,)
    }  # fmt: skip
    history = [it for case, more in ends.items() for it in came(case, *given, *more)]
    await keep(db, requests, history)
    rows, _ = await made_by(db, "sam", 9)
    last = a.in_suspense.ceases_on
    assert [(it.suspended_until, it.ceased_on) for it in rows] == [
        (last, None), (None, None), (None, last), (None, None)
    ]  # fmt: skip


async def test_of_nothing_there_is_nothing_to_count(db: AsyncConnection) -> None:
    await keep(db, figures, [])
    found = await how_many(db, a.TODAY)
    assert (found.received, found.waiting, found.deadlines_missed) == (0, 0, 0)


async def test_the_register_shows_who_has_room_this_week(db: AsyncConnection) -> None:
    last_week = a.later(days=-7)
    earlier = a.recorded(*a.waiting, a.allocated, case=ONE, act=last_week)
    again = a.recorded(*a.waiting, a.allocated, a.doctor, case=TWO)
    await keep(db, assessors, [*entered(a.registered), *earlier, *again, *entered(a.changed)])
    (row,), more = await all_of_them(db, a.TODAY, 1)
    assert more is None
    assert (row.name, row.kinds, row.weekly_capacity) == ("bea", a.changed.kinds, 2)
    assert (row.taken_on_this_week, row.allocated) == (1, 2)
    assert (row.training_in_date, row.training_in_date_until) == (True, date(2027, 10, 1))
    (later,), _ = await all_of_them(db, date(2027, 10, 2), 1)
    assert (later.training_in_date, later.taken_on_this_week) == (False, 0)
    assert await all_of_them(db, a.TODAY, 1, (row.assessor,)) == ([], None)
    history = [*earlier, *again]
    assert taken(history, row.assessor, a.TODAY) == {TWO}
    assert taken(history, row.assessor, date(2026, 11, 9)) == set()
    assert taken(history, a.CASE, a.TODAY) == set()


def test_what_is_dated_back_makes_no_room_in_the_week_in_which_it_is_recorded() -> None:
    today = a.recorded(*a.waiting, a.allocated, case=ONE)
    *first, last = a.recorded(*a.waiting, a.allocated, case=TWO, act=a.later(days=-7))
    back = [*first, replace(last, recorded_at=a.NOON)]
    assert taken([*today, *back], a.bea.assessor, a.TODAY) == {ONE, TWO}


async def test_a_request_that_somebody_has_and_is_given_again_takes_no_second_room(
    db: AsyncConnection,
) -> None:
    twice = a.recorded(*a.waiting, a.allocated, a.allocated, case=ONE)
    other = a.recorded(*a.waiting, a.allocated, case=TWO)
    await keep(db, assessors, [*entered(a.registered), *twice, *other])
    (row,), _ = await all_of_them(db, a.TODAY, 1)
    assert (row.taken_on_this_week, row.allocated) == (2, 2)
    assert taken([*twice, *other], row.assessor, a.TODAY) == {ONE, TWO}


cases = some.sampled_from([ONE, TWO, THREE])
weeks = some.lists(some.tuples(cases, some.sampled_from([a.allocated, a.doctor])), max_size=6)


@given(weeks, weeks)
def test_what_is_counted_from_the_log_is_what_the_register_shows(
    last: list[tuple[UUID, RequestFact]], this: list[tuple[UUID, RequestFact]]
) -> None:
    def took(act: Act, facts: list[tuple[UUID, RequestFact]]) -> list[Recorded[Any]]:
        return [it for case, fact in facts for it in a.recorded(fact, case=case, act=act)]

    history = [*entered(a.registered), *took(a.later(days=-7), last), *took(SOMEBODY, this)]
    row = rows(assessors, history)[a.bea.assessor]
    assert isinstance(row, Entry)
    shown = row.in_week if row.week == a.TODAY else 0
    assert len(taken(history, a.bea.assessor, a.TODAY)) == shown
