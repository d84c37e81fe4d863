"""Which adults did the policy leave to a person, and who has waited longest?"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.decisions import BY_A_PERSON, HELD
from services.intake.projections.screening import Waiting, screening, who_waits
from services.intake.rules.promotion import HOLDS, TOLD_MORE
from shared.contracts.intake import RiskAnswers
from shared.facts import Code, Recorded
from tests.intake import a
from tests.support.story import keep, rows

in_danger = replace(a.held, part=a.part(a.TWO, answers=RiskAnswers(signals=(a.danger,))))
by_a_person = replace(a.promoted, policy=BY_A_PERSON, was=HELD, reasons=a.why)


def waiting(*facts: Any) -> dict[Any, Waiting]:
    return rows(screening, a.recorded(*facts))


def test_who_was_held_waits_from_when_the_referral_came() -> None:
    (row,) = waiting(a.received, a.held).values()
    assert (row.adult, row.contact, row.reason) == (a.ONE, a.REFERRAL, "hold@1:under-18")
    assert (row.waiting_since, row.calm) == (a.ROSEWOOD.effective_at, True)
    assert row.due_at == datetime.fromisoformat("2026-11-02T11:00:00Z"), "two office hours later"


def test_who_goes_on_by_policy_waits_for_nobody_here() -> None:
    assert waiting(a.two_received, a.promoted, a.held_too).keys() == {a.TWO}


@pytest.mark.parametrize("moved", [by_a_person, a.redirected])
def test_who_was_looked_at_waits_no_more_and_the_other_still_does(moved: Any) -> None:
    assert waiting(a.two_received, a.held, a.held_too, moved).keys() == {a.TWO}


def test_who_was_passed_on_and_then_promoted_is_not_back_in_the_list() -> None:
    assert not waiting(a.received, a.held, a.redirected, a.kept(), by_a_person)


@pytest.mark.parametrize(
    "fact", [a.amended, a.withdrawn, a.passed_on(), a.withdrawal_passed_on, a.heard, a.not_standing]
)
def test_what_else_happens_takes_nobody_out(fact: Any) -> None:
    assert waiting(a.received, a.held, fact) == waiting(a.received, a.held)


def test_danger_told_later_brings_an_adult_to_the_front() -> None:
    (told,) = waiting(a.received, a.held_too, a.amended, a.kept(a.TWO)).values()
    assert (told.calm, told.danger, told.news) == (False, True, 1)
    (calm,) = waiting(a.received, a.held, a.amended, a.kept()).values()
    assert (calm.calm, calm.news) == (True, 1)
    (still,) = waiting(
        a.received, in_danger, replace(a.kept(a.TWO), answers=RiskAnswers())
    ).values()
    assert not still.calm, "danger once told is not taken back by saying nothing of it"


def test_a_row_has_no_place_for_anybodys_words() -> None:
    hints = [get_type_hints(Waiting)[it.name] for it in fields(Waiting)]
    kinds = {kind for hint in hints for kind in get_args(hint) or (hint,)}
    assert kinds == {UUID, Code, bool, datetime, int, NoneType}


def came(number: int, days: int, fact: Any = a.held) -> Sequence[Recorded[Any]]:
    adult = UUID(int=number)
    held = replace(fact, part=replace(fact.part, adult=adult))
    act = replace(a.later(days=days), correlation=UUID(int=number + 1000))
    return a.recorded(a.received, held, case=UUID(int=number + 500), act=act)


async def test_danger_first_then_the_oldest_page_by_page(db: AsyncConnection) -> None:
    parts = [came(1, 1), came(2, 0), came(3, 2, in_danger), came(4, 1)]
    await keep(db, screening, [it for part in parts for it in part])
    found: list[int] = []
    page, more = await who_waits(db, 2)
    first = page[0]
    found += [it.adult.int for it in page]
    assert more is not None
    page, more = await who_waits(db, 2, more)
    assert (found + [it.adult.int for it in page], more) == ([3, 2, 1, 4], None)

    assert first.immediate_danger
    assert first.within_the_hour
    assert not page[0].immediate_danger
    assert not page[0].within_the_hour
    assert first.what_to_do == HOLDS[a.held.reason]


@pytest.mark.parametrize("case", [UUID(int=1), UUID(int=501)])
async def test_a_row_is_stale_where_its_adult_or_its_referral_is_blocked(
    db: AsyncConnection, case: UUID
) -> None:
    blocked = text(
        "insert into work.blocked (topic, case_id, part, next, reason, error, since)"
        " values ('t', :case, 0, 0, 'broken', 'Broken', '2026-11-02 10:00+00')"
    )
    await db.execute(blocked, {"case": case})
    await keep(db, screening, [*came(1, 0), *came(2, 1)])
    (one, two), _ = await who_waits(db, 9)
    assert (one.stale_since, two.stale_since) == (
        datetime.fromisoformat("2026-11-02T10:00:00Z"),
        None,
    )


async def test_a_row_is_stale_where_its_fold_failed(db: AsyncConnection) -> None:
    stale = text(
        "insert into work.stale (projection, case_id, position, error, since) values"
        " (:name, :case, 0, 'fold', '2026-11-02 11:00+00')"
    )
    await db.execute(stale, {"name": screening.name, "case": UUID(int=501)})
    await keep(db, screening, [*came(1, 0), *came(2, 1)])
    (one, two), _ = await who_waits(db, 9)
    assert one.stale_since is not None
    assert two.stale_since is None


def test_who_was_passed_on_is_looked_at_again_when_the_sender_tells_more() -> None:
    (row,) = waiting(a.received, a.held, a.redirected, a.kept()).values()
    assert (row.reason, row.news) == (TOLD_MORE, 1)
    assert not waiting(a.received, a.held, a.redirected, a.kept(), a.redirected)


def test_a_signal_that_is_red_in_triage_stands_first_and_is_called_no_danger_that_nobody_told() -> (
    None
):
    weapon = Code("risk-signal@1:strangulation-weapon-or-threat-to-kill")
    part = a.part(answers=RiskAnswers(signals=(weapon,)))
    (row,) = waiting(a.received, replace(a.held, part=part)).values()
    assert (row.calm, row.danger) == (False, False)
    third = a.part(answers=RiskAnswers(signals=(Code("risk-signal@1:third-concern"),)))
    (row,) = waiting(a.received, replace(a.held, part=third)).values()
    assert row.calm


def test_a_look_that_was_missed_stands_in_the_row_with_what_was_promised_and_what_is_owed() -> None:
    (row,) = waiting(a.received, a.held, a.missed).values()
    assert (row.missed, row.due_at) == (1, a.missed.due_at)
    assert row.owed_at == datetime.fromisoformat("2026-11-02T17:00:00Z"), "the close of that day"
    again = replace(a.missed, due_at=row.owed_at)
    (row,) = waiting(a.received, a.held, a.missed, again).values()
    assert (row.missed, row.due_at) == (2, a.missed.due_at), "what was promised stays"
    assert not waiting(a.received, a.held, a.missed, a.redirected)
    (row,) = waiting(a.received, a.held, a.missed, a.redirected, a.kept()).values()
    assert row.missed == 0, "it waits anew"


def test_what_is_missed_of_nobody_who_waits_makes_no_row() -> None:
    assert not waiting(a.received, a.missed)


async def test_staff_see_what_was_missed(db: AsyncConnection) -> None:
    act = replace(a.later(days=0), correlation=UUID(int=9))
    await keep(db, screening, a.recorded(a.received, a.held, a.missed, act=act))
    (row,), _ = await who_waits(db, 9)
    assert (row.missed, row.due_at) == (1, a.missed.due_at)
    assert row.owed_at > row.due_at
    assert row.escalated_to is None


async def test_staff_see_who_above_had_to_be_told_that_nobody_looks(db: AsyncConnection) -> None:
    act = replace(a.later(days=0), correlation=UUID(int=9))
    await keep(db, screening, a.recorded(a.received, a.held, a.missed, a.escalated, act=act))
    (row,), _ = await who_waits(db, 9)
    assert row.escalated_to == a.escalated.to
    assert not waiting(a.received, a.escalated), "of nobody who waits there is no row"
