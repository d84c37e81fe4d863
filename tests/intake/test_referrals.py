"""Which referrals did a sender send, and how many are there in all?"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.decisions import BY_A_PERSON, HELD, REDIRECTED
from services.intake.projections.referrals import Figures, Sent, how_many, referrals, sent_by
from shared.facts import Recorded
from tests.intake import a
from tests.support.story import keep, rows

by_a_person = replace(a.promoted, policy=BY_A_PERSON, was=HELD, reasons=a.why)


def row(*facts: Any) -> Sent:
    (found,) = rows(referrals, a.recorded(*facts)).values()
    assert isinstance(found, Sent)
    return found


def where(sent: Sent) -> tuple[int, int, int]:
    assert sent.promoted + sent.held + sent.redirected == sent.adults
    return sent.promoted, sent.held, sent.redirected


def test_a_referral_is_its_senders_from_when_it_came() -> None:
    sent = row(a.received, a.promoted)
    assert (sent.sender, sent.received_at) == ("rosewood-house", a.ROSEWOOD.effective_at)
    assert (sent.adults, where(sent)) == (1, (1, 0, 0))


@pytest.mark.parametrize(
    ("facts", "at"),
    [
        ((), (0, 2, 0)),
        ((by_a_person,), (1, 1, 0)),
        ((a.redirected,), (0, 1, 1)),
        ((a.redirected, replace(a.redirected, was=REDIRECTED, to=a.advice)), (0, 1, 1)),
        ((a.redirected, replace(by_a_person, was=REDIRECTED)), (1, 1, 0)),
    ],
)
def test_who_is_moved_by_a_person_is_counted_once(facts: Any, at: tuple[int, int, int]) -> None:
    assert where(row(a.two_received, a.held, a.held_too, *facts)) == at


def test_an_adult_decided_twice_is_one_decided_adult() -> None:
    both = (a.two_received, a.promoted, a.promoted_too, a.heard)
    assert row(*both).decided == 1
    assert row(*both, replace(a.heard, again=True)).decided == 1
    assert row(*both, replace(a.heard, adult=a.TWO)).decided == 2
    assert row(*both, a.not_standing).decided == 0
    assert row(*both, a.not_standing, a.heard).decided == 1


def test_what_was_added_and_taken_back_is_counted() -> None:
    sent = row(a.received, a.held, a.amended, a.kept(), a.amended, a.kept(), a.withdrawn)
    assert (sent.amendments, sent.withdrawn) == (2, True)
    told = row(a.received, a.promoted, a.amended, a.passed_on(), a.withdrawal_passed_on)
    assert (told.amendments, told.withdrawn) == (1, False)


def test_no_row_begins_with_anything_but_a_receipt() -> None:
    with pytest.raises(TypeError):
        rows(referrals, a.recorded(a.promoted))


def test_a_row_names_nobody() -> None:
    kinds = {get_type_hints(Sent)[it.name] for it in fields(Sent)}
    assert kinds == {UUID, str, int, bool, datetime}
    texts = [it.name for it in fields(Sent) if get_type_hints(Sent)[it.name] is str]
    assert texts == ["sender"], "the partner's id, no person's name"


def came(number: int, days: int, act: Any = a.ROSEWOOD) -> Sequence[Recorded[Any]]:
    return a.recorded(a.received, a.promoted, case=UUID(int=number), act=a.later(act, days=days))


async def test_a_sender_sees_their_own_the_first_first_page_by_page(db: AsyncConnection) -> None:
    parts = [came(1, 2), came(2, 0), came(3, 1), came(4, 1), came(5, 0, a.ELSEWHERE)]
    await keep(db, referrals, [it for part in parts for it in part])
    found: list[int] = []
    page, more = await sent_by(db, "rosewood-house", 2)
    found += [it.referral.int for it in page]
    assert more is not None
    page, more = await sent_by(db, "rosewood-house", 2, more)
    assert (found + [it.referral.int for it in page], more) == ([2, 3, 4, 1], None)

    theirs, _ = await sent_by(db, "st-anns-hospital", 9)
    assert [it.referral.int for it in theirs] == [5]
    assert await sent_by(db, "nobody", 9) == ([], None)


async def test_every_adult_is_promoted_held_or_redirected(db: AsyncConnection) -> None:
    await keep(db, referrals, [])
    nought = await how_many(db)
    assert nought == Figures(**dict.fromkeys(Figures.__dataclass_fields__, 0))

    one = a.recorded(
        a.two_received,
        a.promoted,
        a.held_too,
        a.amended,
        a.heard,
        a.missed,
        a.escalated,
        case=UUID(int=1),
    )
    two = a.recorded(a.received, a.held, a.redirected, a.withdrawn, case=UUID(int=2))
    three = a.recorded(a.received, a.promoted, a.amended, a.named_later, case=UUID(int=3))
    await keep(db, referrals, [*one, *two, *three])
    assert await how_many(db) == Figures(
        referrals=3,
        adults=5,
        promoted=2,
        held=2,
        redirected=1,
        decided=1,
        amended=2,
        withdrawn=1,
        deadlines_missed=1,
        escalated=1,
    )
