"""Does a concern leave Red only where a second person says so themselves?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.triage.decisions import (
    AlreadyDecided,
    AlreadyProposed,
    Concern,
    JudgedSince,
    NothingProposed,
    Proposal,
    SecondPersonIsTheFirst,
    ToldMoreSince,
    Waiting,
    concern,
)
from services.triage.events import BandLoweringAnswered, BandOverridden, ConcernFact, DeadlineMissed
from services.triage.projections.concern import view
from services.triage.projections.queue import Row, queue, who_is_next
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from services.triage.rules.waits import SECOND_PERSON
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import calendar
from tests.support.house import Home, House, key
from tests.support.rooms import tables_of
from tests.support.story import SOMEBODY, Story, keep
from tests.triage import a
from tests.triage.asking import history, kind, read, recognised, send

pytestmark = pytest.mark.asyncio(loop_scope="module")
story: Story[Any, Concern, ConcernFact] = Story(concern)
red = story.given(a.recognised, a.scored(a.red))
proposed = red.given(a.proposed)
TODAY = a.at("2026-11-02T17:00:00Z")
TIMER = replace(SOMEBODY, actor="triage", role="timer")
missed = DeadlineMissed(kind=Code("deadline@1:second-person"), due_at=TODAY, band=RED, late=False)


def band(here: Story[Any, Concern, ConcernFact]) -> Code:
    assert isinstance(here.state, Waiting)
    return here.state.band


def waits_for(here: Story[Any, Concern, ConcernFact]) -> Proposal | None:
    assert isinstance(here.state, Waiting)
    return here.state.proposal


def owed(here: Story[Any, Concern, ConcernFact]) -> dict[str, Any]:
    assert here.state
    return {it.kind: it.due_at for it in concern.owed(here.state, calendar())}


async def test_a_manager_proposes_and_it_stays_red_until_a_second_person_agrees() -> None:
    red.when(a.lowering).then(a.proposed)
    assert band(proposed) == RED
    for second in (a.SECOND, a.SCREENS):
        lowered = replace(a.lowered, second_person=second.actor)
        proposed.when(a.agreement, act=second).then(a.agreed, lowered)
        after = proposed.given(a.agreed, lowered)
        assert (band(after), waits_for(after)) == (AMBER, None)


async def test_nobody_agrees_with_themselves_however_they_write_their_name() -> None:
    for name in ("sam", " SAM "):
        alone = replace(SOMEBODY, actor=name)
        proposed.when(a.agreement, act=alone).then_refused(SecondPersonIsTheFirst)
    myself = replace(a.lowering, second_person="Sam")
    red.when(myself).then_refused(SecondPersonIsTheFirst)


async def test_who_does_not_agree_leaves_it_red_and_so_does_who_takes_it_back() -> None:
    for act in (a.SECOND, SOMEBODY):
        proposed.when(a.refusal, act=act).then(a.refused)
    after = proposed.given(a.refused)
    assert (band(after), waits_for(after)) == (RED, None)
    after.when(a.agreement, act=a.SECOND).then_refused(NothingProposed)


async def test_who_was_asked_is_named_and_somebody_else_may_answer() -> None:
    asking = replace(a.lowering, second_person="lee")
    red.when(asking).then(replace(a.proposed, asked="lee"))
    asked = red.given(replace(a.proposed, asked="lee"))
    asked.when(a.agreement, act=a.SECOND).then(a.agreed, a.lowered)


@pytest.mark.parametrize("known", [red, story.given(*a.waiting), red.given(a.overridden)])
async def test_where_nothing_is_proposed_nobody_agrees(known: Any) -> None:
    known.when(a.agreement, act=a.SECOND).then_refused(NothingProposed)


async def test_nobody_agreed_before_it_was_proposed() -> None:
    late = red.given(a.proposed, act=a.later(hours=2))
    late.when(a.agreement, act=a.later(a.SECOND, hours=1)).then_refused(NothingProposed)
    assert late.when(a.agreement, act=a.later(a.SECOND, hours=2)).outcome


async def test_the_same_again_is_no_news_and_another_manager_agrees_by_an_answer() -> None:
    proposed.when(a.lowering).then()
    proposed.when(a.lowering, act=a.SECOND).then_refused(AlreadyProposed)
    lower = replace(a.lowering, band=GREEN)
    proposed.when(lower, act=a.SECOND).then(replace(a.proposed, band=GREEN))
    instead = proposed.given(replace(a.proposed, band=GREEN), act=a.SECOND)
    instead.when(a.agreement, act=a.SECOND).then_refused(SecondPersonIsTheFirst)
    instead.when(a.agreement).then(a.agreed, replace(a.lowered, band=GREEN, second_person="sam"))


async def test_who_agrees_has_seen_what_was_told_and_found_since() -> None:
    told = proposed.given(a.added, act=a.later(hours=1))
    told.when(a.agreement, act=a.SECOND).then_refused(ToldMoreSince)
    assert told.when(a.agreement, act=a.later(a.SECOND, hours=2)).outcome
    scored = proposed.given(a.screened(a.red), act=a.later(hours=1))
    scored.when(a.agreement, act=a.SECOND).then_refused(JudgedSince)
    assert scored.when(a.agreement, act=a.later(a.SECOND, hours=2)).outcome


async def test_what_is_decided_waits_for_no_second_person_nor_does_it_once_opened_again() -> None:
    decided = proposed.given(replace(a.decided, band=RED))
    decided.when(a.agreement, act=a.SECOND).then_refused(AlreadyDecided)
    assert SECOND_PERSON not in owed(decided)
    assert waits_for(decided.given(a.reopened)) is None
    assert decided.given(a.proposed).state == decided.state


async def test_an_answer_is_owed_within_the_day_and_all_that_is_owed_to_red_as_well() -> None:
    assert owed(proposed)[SECOND_PERSON] == TODAY
    rest = owed(proposed).keys() - {SECOND_PERSON}
    assert rest == owed(red).keys() - {"look"}, "who proposes has looked"
    late = red.given(a.proposed, act=a.later(hours=7, minutes=30))
    assert owed(late)[SECOND_PERSON] == a.NOON + timedelta(hours=8, minutes=30)
    unread = red.given(a.added, a.proposed)
    assert "look" in owed(unread), "they may not have read what was told"


async def test_an_answer_that_is_missed_is_said_and_owed_again_each_working_day() -> None:
    due = Deadline(SECOND_PERSON, TODAY)
    proposed.when(DeadlinePassed(due), act=TIMER).then(missed)
    again = proposed.given(missed, act=TIMER)
    assert owed(again)[SECOND_PERSON] == TODAY + timedelta(days=1)
    again.when(DeadlinePassed(due), act=TIMER).then()
    assert SECOND_PERSON not in owed(again.given(a.refused))
    assert red.given(missed).state == red.state, "of nothing that waits, nothing was missed"


async def test_what_was_lowered_by_two_names_once_is_lowered() -> None:
    """As it was recorded before a second person answered themselves."""
    assert band(red.given(a.lowered)) == AMBER


# What staff see


async def shown(db: AsyncConnection, *facts: ConcernFact) -> Row:
    await keep(db, queue, a.recorded(a.recognised, a.scored(a.red), *facts))
    rows, _ = await who_is_next(db, 200)
    (row,) = [it for it in rows if it.concern == a.ADULT]  # a service may keep others meanwhile
    return row


async def test_the_queue_shows_what_waits_for_a_second_person_and_until_when(
    shared_house: House,
) -> None:
    async with tables_of(shared_house, "triage") as db:
        for facts, seen in (
            ((), (RED, None, None)),
            ((a.proposed,), (RED, AMBER, TODAY)),
            ((a.proposed, missed), (RED, AMBER, TODAY + timedelta(days=1))),
            ((a.proposed, a.missed_look), (RED, AMBER, TODAY)),
            ((a.proposed, a.refused), (RED, None, None)),
            ((a.proposed, a.refused, missed), (RED, None, None)),
            ((a.proposed, a.agreed, a.lowered), (AMBER, None, None)),
            ((a.proposed, a.decided, a.added), (RED, None, None)),
        ):
            row = await shown(db, *facts)
            assert (row.band, row.proposed_band, row.second_person_due_at) == seen


async def test_a_concern_tells_who_proposed_what_and_who_was_asked() -> None:
    facts = a.recorded(a.recognised, a.scored(a.red), replace(a.proposed, asked="lee"))
    known = view(a.ADULT, facts)
    assert known
    assert known.proposal
    told = known.proposal
    assert (told.band, told.proposed_by, told.asked, told.due_at) == (AMBER, "sam", "lee", TODAY)
    answered = view(a.ADULT, [*facts, *a.recorded(a.refused, since=3)])
    assert answered
    assert answered.proposal is None


# Over HTTP


async def in_red(home: Home) -> UUID:
    return await recognised(home, a.screened(a.red))


async def seen(client: httpx.AsyncClient, case: UUID) -> dict[str, str]:
    version = (await read(client, case))["concern"]["version"]
    return key() | {"If-Match": f'"{version}"'}


async def test_a_second_person_agrees_through_their_own_token(
    home: Home, manager: httpx.AsyncClient, screener: httpx.AsyncClient
) -> None:
    case = await in_red(home)
    down = {"band": str(AMBER), "second_person": "lee", "reasons": "She is at her sister's."}
    refused = await send(screener, case, "bands", **down)
    assert (refused.status_code, kind(refused)) == (409, "role-may-not-lower")
    assert (await send(manager, case, "bands", **down)).status_code == 204
    known = await read(screener, case)
    assert known["concern"]["rating"]["band"] == RED
    assert known["concern"]["proposal"]["proposed_by"] == "sam"
    assert known["words"]["proposal_reasons"] == down["reasons"]

    unseen = await send(screener, case, "second-person")
    assert (unseen.status_code, kind(unseen)) == (428, "precondition-required")
    before = await send(screener, case, "second-person", key() | {"If-Match": '"3"'})
    assert (before.status_code, kind(before)) == (412, "conflict")
    alone = await send(manager, case, "second-person", await seen(manager, case))
    assert (alone.status_code, kind(alone)) == (409, "second-person-is-the-first")
    assert "somebody else" in alone.json()["title"]
    async with home.client("jo", "customer-contact") as contact:
        other = await send(contact, case, "second-person", key() | {"If-Match": '"4"'})
        assert (other.status_code, kind(other)) == (403, "forbidden")

    once = await seen(screener, case)
    first, again = [await send(screener, case, "second-person", once) for _ in range(2)]
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["ETag"] == first.headers["ETag"]
    answer, lowered = (await history(home, case))[-2:]
    assert (type(answer.fact), type(lowered.fact)) == (BandLoweringAnswered, BandOverridden)
    assert (lowered.act.actor, lowered.fact.second_person) == ("kit", "kit")
    known = await read(screener, case)
    assert known["concern"]["rating"]["band"] == AMBER
    assert known["words"]["band_reasons"] == down["reasons"]
    assert known["words"]["second_person_reasons"] == "I rang the sister."


async def test_who_does_not_agree_says_why(
    home: Home, manager: httpx.AsyncClient, screener: httpx.AsyncClient
) -> None:
    case = await in_red(home)
    await send(manager, case, "bands", band=str(GREEN))
    said = {"agrees": False, "reasons": "He knows where she is."}
    answer = await send(screener, case, "second-person", await seen(screener, case), **said)
    assert answer.status_code == 204, answer.text
    known = await read(screener, case)
    assert (known["concern"]["rating"]["band"], known["concern"]["proposal"]) == (RED, None)
    again = await send(screener, case, "second-person", await seen(screener, case))
    assert (again.status_code, kind(again)) == (409, "nothing-proposed")
