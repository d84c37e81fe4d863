"""Who waits for a section 42 decision, and who is next?"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.decisions import Decided, concern
from services.triage.events import (
    ConcernFact,
    ConcernReopened,
    DeadlineMissed,
    InformationAdded,
    InformationConsidered,
)
from services.triage.projections.concern import view
from services.triage.projections.queue import Row, Waiting, queue, stale_since, who_is_next
from services.triage.rules.clocks import decision_due
from services.triage.rules.risk_tool import AMBER, GREEN, RANK, RED
from services.triage.rules.score import score
from shared.facts import Code, Recorded
from shared.time.calendar import calendar
from tests.support.story import SOMEBODY, keep, rows
from tests.triage import a
from tests.triage.risk import answered

ONE, TWO, THREE = UUID(int=101), UUID(int=102), UUID(int=103)


def row(*history: Recorded[ConcernFact]) -> Waiting:
    """Give the only row that `history` leads to."""
    (found,) = rows(queue, history).values()
    assert isinstance(found, Waiting)
    return found


def came(case: UUID, answers: Any, when: str = "2026-11-02T09:00:00Z") -> Sequence[Recorded[Any]]:
    """Give a concern that was received and scored then."""
    act = replace(SOMEBODY, effective_at=a.at(when), correlation=UUID(int=case.int + 1000))
    return a.recorded(a.recognised, a.scored(answers), case=case, act=act)


async def shown(db: AsyncConnection, *history: Sequence[Recorded[Any]]) -> Sequence[Row]:
    await keep(db, queue, [it for part in history for it in part])
    found, more = await who_is_next(db, 200)
    assert more is None
    return found


async def order(db: AsyncConnection, *history: Sequence[Recorded[Any]]) -> Sequence[UUID]:
    return [it.concern for it in await shown(db, *history)]


# Rows


def test_a_concern_waits_from_when_its_referral_was_received() -> None:
    waits = row(*a.recorded(*a.waiting))
    assert (waits.band, waits.total, waits.version) == (AMBER, 8, 2)
    assert (waits.waiting_since, waits.due_at) == (a.NOON, a.at("2026-11-04T17:00:00Z"))
    assert (waits.decided, waits.withdrawn, waits.news) == (False, False, 0)
    assert waits.correlation == SOMEBODY.correlation


def test_who_is_rescored_to_red_is_due_from_that_moment() -> None:
    later = a.later(days=1, hours=5)  # Tuesday 14:00
    waits = row(*a.recorded(*a.waiting), *a.recorded(a.screened(a.red), act=later, since=2))
    assert (waits.band, waits.rank, waits.total, waits.version) == (RED, 0, 17, 3)
    assert waits.due_at == a.at("2026-11-03T17:00:00Z")
    assert waits.sort_at == a.NOON, "among the Red, who was received first goes first"


def test_the_same_band_again_gives_nobody_more_time() -> None:
    again = a.recorded(a.screened(answered("S3 L3 V1")), act=a.later(days=1), since=2)
    waits = row(*a.recorded(*a.waiting), *again)
    assert (waits.total, waits.due_at) == (10, a.at("2026-11-04T17:00:00Z"))


def test_a_band_that_a_person_set_ranks_and_the_total_stays_the_tools() -> None:
    waits = row(*a.recorded(*a.waiting, a.overridden))
    assert (waits.band, waits.rank, waits.total) == (RED, 0, 8)


def test_news_are_counted_until_a_person_has_scored_with_them() -> None:
    more = a.scored(a.amber, Code("scorer@1:added-information"))
    told = a.recorded(*a.waiting, a.added, more, a.added)
    assert row(*told).news == 2
    assert row(*told, *a.recorded(a.screened(), since=5)).news == 0


def test_a_withdrawn_referrals_concern_still_waits() -> None:
    waits = row(*a.recorded(*a.waiting, a.withdrawn))
    assert (waits.withdrawn, waits.decided) == (True, False)


def test_decided_it_leaves_and_opened_again_its_time_runs_anew() -> None:
    decided = [*a.recorded(*a.waiting), *a.recorded(a.decided, act=a.later(hours=4), since=2)]
    assert row(*decided).decided
    later = a.later(days=14)  # Monday 16 November
    again = row(*decided, *a.recorded(a.reopened, act=later, since=3))
    assert not again.decided
    assert again.due_at == a.at("2026-11-18T17:00:00Z")
    assert again.waiting_since == a.NOON


def test_recognised_twice_it_stands_as_it_stood() -> None:
    once = a.recorded(*a.waiting)
    twice = row(*once, *a.recorded(a.recognised, act=a.later(days=3), since=2))
    assert twice == replace(row(*once), version=3)


def test_no_row_begins_with_anything_but_a_recognition() -> None:
    with pytest.raises(TypeError):
        rows(queue, a.recorded(a.decided))


def test_a_row_has_no_place_for_anybodys_words() -> None:
    kinds = {get_type_hints(Waiting)[it.name] for it in fields(Waiting)}
    assert kinds == {UUID, Code, Code | None, int, datetime, datetime | None, bool}


# The order


async def test_red_goes_first_by_received_time(db: AsyncConnection) -> None:
    late, early = came(ONE, a.red, "2026-11-03T09:00:00Z"), came(TWO, a.red)
    overdue = came(THREE, a.green, "2026-10-01T09:00:00Z")
    assert await order(db, late, early, overdue) == [TWO, ONE, THREE]


async def test_a_row_says_what_it_scored_and_why_it_is_not_there(db: AsyncConnection) -> None:
    calmed = [*came(ONE, a.red), *a.recorded(a.screened(a.green), case=ONE, since=2)]
    raised = [
        *came(TWO, a.green),
        *a.recorded(replace(a.overridden, band=AMBER), case=TWO, since=2),
    ]
    lowered = [
        *came(THREE, a.red),
        *a.recorded(replace(a.overridden, band=AMBER), case=THREE, since=2),
    ]
    red, two, three = await shown(db, calmed, raised, lowered)
    assert [it.concern for it in (red, two, three)] == [ONE, THREE, TWO]
    assert (red.band, red.scored_band, red.total) == (RED, GREEN, 1)
    assert [it.rank_reason.partition("; ")[2] for it in (red, two, three)] == [
        "scored Green, and Red until a safeguarding adults manager and a second person lower it",
        "scored Red, and set lower by a person",
        "scored Green, and Amber until a safeguarding adults manager lowers it",
    ]


async def test_a_green_nearly_due_passes_a_fresh_amber(db: AsyncConnection) -> None:
    green = came(ONE, a.green, "2026-11-02T09:00:00Z")  # due Monday 9th
    amber = came(TWO, a.amber, "2026-11-06T09:00:00Z")  # due Tuesday 10th
    fresh = came(THREE, a.amber, "2026-11-05T09:00:00Z")  # due Monday 9th as well
    found = await shown(db, green, amber, fresh)
    assert [it.concern for it in found] == [THREE, ONE, TWO], "a tie goes to the higher score"
    assert found[1].rank_reason == "Green, due Mon 9 Nov 17:00: Amber and Green go by due time"


async def test_a_late_red_passes_all_that_is_not_red(db: AsyncConnection) -> None:
    amber, red = came(ONE, a.amber), came(TWO, a.red, "2026-11-30T16:59:00Z")
    found = await shown(db, amber, red)
    assert [it.concern for it in found] == [TWO, ONE]
    assert found[0].rank_reason.startswith("Red, received Mon 30 Nov 16:59")


async def test_the_decided_are_not_shown(db: AsyncConnection) -> None:
    gone = [*came(ONE, a.red), *a.recorded(a.decided, case=ONE, since=2)]
    assert await order(db, gone, came(TWO, a.green)) == [TWO]


SCALES = [a.green, a.amber, a.red, answered("S2 L2 V1"), answered("S3 L3"), answered("S4 L4 V2")]
lives = some.lists(
    some.tuples(
        some.integers(0, 14 * 24 * 4),  # received, in quarters of an hour
        some.sampled_from(SCALES),
        some.sampled_from([None, *SCALES]),  # scored again, a day later
        some.sampled_from([None, GREEN, AMBER, RED]),  # then its band set by a person
        some.booleans(),  # then decided
        some.booleans(),  # and opened again, if so
    ),
    min_size=1,
    max_size=25,
)


def lived(at: int, life: Any) -> Sequence[Recorded[Any]]:
    quarters, first, second, band, decided, again = life
    case, since = UUID(int=at + 1), a.later(minutes=15 * quarters)
    facts: list[ConcernFact] = [a.scored(second)] if second else []
    facts += [replace(a.overridden, band=band)] if band else []
    facts += [a.decided] if decided else []
    facts += [a.reopened] if decided and again else []
    return [
        *a.recorded(a.recognised, a.scored(first), case=case, act=since),
        *a.recorded(*facts, case=case, act=a.later(since, days=1), since=2),
    ]


def ranked(lived: Sequence[Any]) -> Sequence[UUID]:
    """Give who is next by the rule as it is written, from what befell them."""
    places: list[tuple[Any, ...]] = []
    for at, (quarters, first, second, set_to, decided, again) in enumerate(lived):
        received = a.later(minutes=15 * quarters).effective_at
        later = a.later(minutes=15 * quarters, days=1).effective_at
        scored = [score(it).band for it in (first, second) if it]
        bands = [
            scored[0],
            *([] if scored[0] == RED else scored[1:]),
            *([set_to] if set_to else []),
        ]
        due = decision_due(bands[0], received, calendar())
        for was, band in pairwise(bands):
            if RANK[band] > RANK[was]:
                due = min(due, decision_due(band, later, calendar()))
            elif RANK[band] < RANK[was]:
                due = max(due, decision_due(band, received, calendar()))
        if decided and again:
            due = decision_due(bands[-1], later, calendar())
        first_key = (0, received) if bands[-1] == RED else (1, due)
        if not decided or again:
            places.append((*first_key, -score(second or first).total, UUID(int=at + 1)))
    return [it[-1] for it in sorted(places)]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(befell=lives, size=some.integers(1, 7))
async def test_page_by_page_the_queue_is_the_rule(
    db: AsyncConnection, befell: Sequence[Any], size: int
) -> None:
    await keep(db, queue, [it for at, life in enumerate(befell) for it in lived(at, life)])
    found: list[UUID] = []
    page, more = await who_is_next(db, size)
    found += [it.concern for it in page]
    while more is not None:
        page, more = await who_is_next(db, size, more)
        assert page, "a next page is never empty"
        found += [it.concern for it in page]
    assert found == ranked(befell)


# Stale


async def block(db: AsyncConnection, case: UUID, correlation: UUID | None = None) -> None:
    await db.execute(
        text(
            "insert into work.blocked (topic, case_id, part, next, reason, error, correlation,"
            " since) values ('t', :case, 0, 0, 'broken', 'Broken', :correlation,"
            " '2026-11-02 10:00+00')"
        ),
        {"case": case, "correlation": correlation},
    )


async def test_a_row_is_stale_where_its_own_case_is_blocked(db: AsyncConnection) -> None:
    await block(db, ONE)
    one, two = await shown(db, came(ONE, a.amber), came(TWO, a.amber))
    assert (one.stale_since, two.stale_since) == (a.at("2026-11-02T10:00:00Z"), None)


async def test_a_row_is_stale_where_its_contacts_message_is_blocked(db: AsyncConnection) -> None:
    await block(db, UUID(int=999), correlation=UUID(int=TWO.int + 1000))
    one, two = await shown(db, came(ONE, a.amber), came(TWO, a.amber))
    assert (one.stale_since, two.stale_since) == (None, a.at("2026-11-02T10:00:00Z"))


@pytest.mark.parametrize(
    ("stream", "since", "stale"),
    [
        (f"referral-{a.CONTACT}", "2026-11-02 10:00+00", "2026-11-02T10:00:00Z"),
        (f"concern-{ONE}", "2026-11-02 10:00+00", "2026-11-02T10:00:00Z"),
        (f"concern-{TWO}", "2026-11-02 10:00+00", None),
        (f"referral-{a.CONTACT}", "now", None),  # the resend is under way
    ],
)
async def test_a_row_is_stale_while_a_message_of_its_case_is_missing(
    db: AsyncConnection, stream: str, since: str, stale: str | None
) -> None:
    at = "cast(cast(:since as text) as timestamptz)"
    gap = f"insert into work.heard values ('/x', :stream, 3, {at})"  # noqa: S608 - ours
    await db.execute(text(gap), {"stream": stream, "since": since})
    (one,) = await shown(db, came(ONE, a.amber))
    assert one.stale_since == (a.at(stale) if stale else None)
    assert await stale_since(db, ONE) == one.stale_since


async def test_a_row_is_stale_where_its_fold_failed_and_in_no_other_list(
    db: AsyncConnection,
) -> None:
    stale = text(
        "insert into work.stale (projection, case_id, position, error, since) values"
        " (:name, :case, 0, 'fold', '2026-11-02 11:00+00')"
    )
    await db.execute(stale, {"name": queue.name, "case": ONE})
    await db.execute(stale, {"name": "another_v1", "case": TWO})
    one, two = await shown(db, came(ONE, a.amber), came(TWO, a.amber))
    assert (one.stale_since, two.stale_since) == (a.at("2026-11-02T11:00:00Z"), None)


def test_what_the_sender_adds_moves_nobody_by_itself() -> None:
    before = row(*a.recorded(*a.waiting))
    after = row(*a.recorded(*a.waiting, InformationAdded(words=a.words())))
    assert replace(after, news=0, version=2) == before


def test_a_decided_concern_stands_in_the_order_again_when_its_sender_tells_more() -> None:
    decided = row(*a.recorded(*a.waiting, a.decided))
    assert (decided.decided, decided.news) == (True, 0)
    told = row(*a.recorded(*a.waiting, a.decided, a.added))
    assert (told.decided, told.after_decision, told.news) == (False, True, 1)
    again = row(*a.recorded(*a.waiting, a.decided, a.added, a.reopened, a.decided))
    assert (again.decided, again.news) == (True, 0)
    looked = row(*a.recorded(*a.waiting, a.decided, a.added, a.missed_look, a.considered))
    assert (looked.decided, looked.news, looked.missed) == (True, 0, 0)
    once_more = row(*a.recorded(*a.waiting, a.decided, a.added, a.considered, a.added))
    assert (once_more.decided, once_more.news) == (False, 1)


async def test_a_row_is_stale_where_an_addition_to_its_contact_is_blocked(
    db: AsyncConnection,
) -> None:
    (first, *_) = came(ONE, a.amber)
    await block(db, first.fact.contact, correlation=UUID(int=31337))
    (one,) = await shown(db, came(ONE, a.amber))
    assert one.stale_since == a.at("2026-11-02T10:00:00Z")


def test_a_row_counts_what_was_missed_and_says_who_was_told_until_it_is_decided() -> None:
    waits = row(*a.recorded(*a.waiting, a.missed_look, a.missed_look, a.escalated))
    assert (waits.missed, waits.escalated_to) == (2, a.escalated.to)
    done = row(*a.recorded(*a.waiting, a.missed_look, a.escalated, a.decided))
    assert (done.missed, done.escalated_to) == (0, None)


def test_whoever_is_told_of_again_and_again_does_not_sink_in_the_queue() -> None:
    told = [*a.recorded(*a.waiting, a.decided)]
    for day in (14, 15, 16):
        told += a.recorded(a.added, act=a.later(days=day), since=len(told))
    assert row(*told).news == 3
    assert row(*told).due_at == a.at("2026-11-17T17:00:00Z"), "counted from the first, a Monday"


MISSED = replace(a.missed_look, kind=Code("deadline@1:decision"))
befalls = some.lists(
    some.tuples(
        some.sampled_from([*a.EVERY_FACT[2:], MISSED, a.screened(a.green), *map(a.scored, SCALES)]),
        some.integers(0, 20),
    ),
    max_size=12,
)


@given(befalls)
def test_the_queue_promises_what_is_owed(befell: Sequence[tuple[Any, int]]) -> None:
    """The look at what was told of a decided concern, else the decision, unless it is missed."""
    history, state = [*a.recorded(*a.waiting)], concern.fold(a.recorded(*a.waiting))
    for fact, days in befell:
        if isinstance(state, Decided) and not isinstance(fact, AFTER_A_DECISION):
            continue
        if isinstance(fact, ConcernReopened | InformationConsidered) and not isinstance(
            state, Decided
        ):
            continue
        history += a.recorded(fact, act=a.later(days=days), since=len(history))
        state = concern.fold(history)
    due, kind = row(*history).due_at, "decision"
    if isinstance(state, Decided):
        assert row(*history).decided is (state.told_more is None)
        kind = "look"
    promised = [it.due_at for it in concern.owed(state, calendar()) if it.kind == kind]  # type: ignore[arg-type]
    known = view(a.ADULT, history)
    assert known
    if not row(*history).decided:
        assert due == (known.look_due_at if kind == "look" else known.decision_due_at)
    missed = any(isinstance(it.fact, DeadlineMissed) for it in history)
    assert promised in ([], [due]) or (missed and promised[0] > due)


AFTER_A_DECISION = InformationAdded | InformationConsidered | ConcernReopened | DeadlineMissed
