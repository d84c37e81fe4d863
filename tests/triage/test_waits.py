"""Is whoever waits owed something always, and does each time pass once?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.triage.decisions import Concern, Decided, NothingToConsider, Waiting, concern
from services.triage.events import ConcernEscalated, ConcernFact, DeadlineMissed
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from services.triage.rules.waits import Wait, owed
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.refusals import NotFound
from shared.time.calendar import calendar
from tests.support.story import SOMEBODY, Story
from tests.triage import a

CALENDAR = calendar()
story: Story[object, Concern, ConcernFact] = Story(concern)  # type: ignore[arg-type]
OF_WHAT_IS_TOLD_AGAIN = {
    "look",
    "re-check",
    "escalation-to-safeguarding-adults-manager",
    "escalation-to-head-of-service",
}
FRIDAY = datetime(2026, 10, 30, 16, 50, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def promised(band: Code, since: datetime) -> dict[str, datetime]:
    return {it.kind: it.due_at for it in owed(Wait.begun(band, since), CALENDAR)}


def test_what_amber_is_promised() -> None:
    assert promised(AMBER, at("2026-11-02T09:00Z")) == {  # a Monday
        "look": at("2026-11-03T17:00Z"),
        "decision": at("2026-11-04T17:00Z"),
        "re-check": at("2026-11-05T17:00Z"),
        "escalation-to-safeguarding-adults-manager": at("2026-11-04T17:00Z"),
        "escalation-to-head-of-service": at("2026-11-09T17:00Z"),
    }


def test_what_red_is_promised_runs_day_and_night() -> None:
    assert promised(RED, FRIDAY) == {
        "look": at("2026-10-30T17:50Z"),
        "decision": at("2026-10-30T17:50Z"),
        "re-check": at("2026-11-02T17:00Z"),
        "escalation-to-safeguarding-adults-manager": at("2026-10-30T17:50Z"),
        "escalation-to-head-of-service": at("2026-10-30T17:50Z"),
    }


def test_what_green_is_promised() -> None:
    assert promised(GREEN, at("2026-12-23T10:00Z")) == {  # Christmas lies between
        "look": at("2026-12-29T17:00Z"),
        "decision": at("2027-01-04T17:00Z"),
        "re-check": at("2027-01-04T17:00Z"),
        "escalation-to-safeguarding-adults-manager": at("2027-01-04T17:00Z"),
        "escalation-to-head-of-service": at("2027-01-11T17:00Z"),
    }


def test_a_look_that_nobody_took_is_missed_and_is_owed_no_more() -> None:
    waits = story.given(*a.waiting)
    passed = DeadlinePassed(Deadline("look", a.LOOK_DUE))
    waits.when(passed).then(a.missed_look)
    after = waits.given(a.missed_look)
    assert "look" not in kinds(after)
    after.when(passed).then()


def test_what_passed_while_the_service_stood_still_says_so() -> None:
    late = DeadlinePassed(Deadline("look", a.LOOK_DUE), late=True)
    story.given(*a.waiting).when(late).then(replace(a.missed_look, late=True))


def test_a_wait_that_grows_is_told_to_those_above_once() -> None:
    waits = story.given(*a.waiting)
    passed = DeadlinePassed(Deadline("escalation-to-head-of-service", a.HEAD_DUE))
    waits.when(passed).then(a.escalated)
    waits.given(a.escalated).when(passed).then()


@pytest.mark.parametrize("fact", [a.screened(), a.overridden])
def test_a_person_who_acts_has_looked(fact: ConcernFact) -> None:
    assert "look" not in kinds(story.given(*a.waiting, fact))


def test_what_a_sender_adds_is_no_look_and_after_a_rise_a_look_is_owed_anew() -> None:
    raised = a.scored(a.red, Code("scorer@1:added-information"))
    waits = story.given(*a.waiting, a.screened()).given(raised, act=a.later(days=1))
    assert "look" in kinds(waits)
    look = next(it for it in due(waits) if it.kind == "look")
    assert look.due_at == a.later(days=1, hours=1).effective_at


def test_a_re_check_comes_again_after_one_that_was_missed_and_after_a_full_score() -> None:
    waits = story.given(*a.waiting)
    first = next(it for it in due(waits) if it.kind == "re-check")
    missed = DeadlineMissed(
        kind=Code("deadline@1:re-check"), due_at=first.due_at, band=AMBER, late=False
    )
    waits.when(DeadlinePassed(first)).then(missed)
    (again,) = [it for it in due(waits.given(missed)) if it.kind == "re-check"]
    assert again.due_at == at("2026-11-10T17:00Z"), "three working days after the 5th"
    (later,) = [
        it for it in due(waits.given(a.screened(), act=a.later(days=1))) if it.kind == "re-check"
    ]
    assert later.due_at == at("2026-11-06T17:00Z")


def test_a_red_concern_that_nobody_re_checks_misses_one_each_working_day() -> None:
    waits, missed = story.given(a.recognised, a.scored(a.red)), list[datetime]()
    for _ in range(5):
        (one,) = [it for it in due(waits) if it.kind == "re-check"]
        missed.append(one.due_at)
        waits = waits.given(*passed(waits, one))
    assert [it.day for it in missed] == [3, 4, 5, 6, 9], "from Tuesday on, but for the weekend"
    assert {it.time() for it in missed} == {time(17)}


def test_nothing_is_owed_once_it_is_decided_until_its_sender_tells_more() -> None:
    decided = story.given(*a.waiting, a.decided)
    assert not due(decided)
    told = decided.given(a.added, act=a.later(days=30))
    assert isinstance(told.state, Decided)
    assert kinds(told) == OF_WHAT_IS_TOLD_AGAIN
    assert not due(told.given(a.reopened, a.decided))


def test_what_was_told_is_looked_at_and_changes_nothing_until_more_is_told() -> None:
    told = story.given(*a.waiting, a.decided).given(a.added, act=a.later(days=30))
    told.when(a.consideration, act=a.later(days=30)).then(a.considered)
    looked = told.given(a.considered)
    assert not due(looked)
    looked.when(a.consideration).then_refused(NothingToConsider)
    story.given(*a.waiting).when(a.consideration).then_refused(NothingToConsider)
    story.when(a.consideration).then_refused(NotFound)
    assert kinds(looked.given(a.added)) == OF_WHAT_IS_TOLD_AGAIN


def test_danger_told_after_the_decision_is_promised_a_look_within_the_hour() -> None:
    raised = a.scored(a.red, Code("scorer@1:added-information"))
    told = story.given(a.recognised, a.scored(a.green), a.decided).given(
        a.added, raised, act=a.later(days=30)
    )
    (look,) = [it for it in due(told) if it.kind == "look"]
    assert look.due_at == a.later(days=30, hours=1).effective_at
    worse = told.given(a.added, raised, act=a.later(days=31))
    assert look in due(worse), "more of the same gives nobody more time"


def test_opened_again_it_is_promised_everything_again() -> None:
    again = story.given(*a.waiting, a.missed_look, a.decided, a.reopened)
    assert isinstance(again.state, Waiting)
    assert "look" in kinds(again)


def test_of_what_was_told_after_the_decision_those_above_hear_where_nobody_looks() -> None:
    """It was silent for ever: neither the manager nor the head of service heard."""
    told = story.given(*a.waiting, a.decided).given(a.added, act=a.later(days=14))  # a Monday
    happened = list[tuple[str, datetime]]()
    for _ in range(6):
        one = min(due(told), key=lambda it: (it.due_at, it.kind))
        happened.append((one.kind.removeprefix("escalation-to-"), one.due_at))
        told = told.given(*passed(told, one))
    assert happened == [
        ("look", at("2026-11-17T17:00Z")),
        ("safeguarding-adults-manager", at("2026-11-18T17:00Z")),
        ("re-check", at("2026-11-19T17:00Z")),
        ("head-of-service", at("2026-11-23T17:00Z")),
        ("re-check", at("2026-11-24T17:00Z")),
        ("re-check", at("2026-11-27T17:00Z")),
    ]
    assert not due(told.given(a.considered))


def test_a_time_of_another_state_passes_without_a_trace() -> None:
    passed = DeadlinePassed(Deadline("look", a.LOOK_DUE + timedelta(hours=1)))
    story.given(*a.waiting).when(passed).then()
    story.when(passed).then()
    story.given(*a.waiting, a.decided).when(DeadlinePassed(Deadline("look", a.LOOK_DUE))).then()


@given(some.lists(some.sampled_from(a.EVERY_FACT[2:]), max_size=8), some.data())
def test_whoever_waits_is_owed_something_and_what_passed_is_owed_no_more(
    happened: list[ConcernFact], data: some.DataObject
) -> None:
    waits = story.given(*a.waiting).given(*happened)
    open_ = isinstance(waits.state, Waiting)
    for _ in range(5):
        owes = sorted(due(waits), key=lambda it: (it.due_at, it.kind))
        assert owes or not open_
        if not owes:
            return
        one = data.draw(some.sampled_from(owes))
        waits = waits.given(*passed(waits, one))
        assert one not in due(waits)


def passed(waits: Story[object, Concern, ConcernFact], one: Deadline) -> tuple[ConcernFact, ...]:
    by = Act(**{**vars(SOMEBODY), "effective_at": one.due_at, "role": "timer"})
    (fact,) = concern.decide(DeadlinePassed(one), waits.state, by)
    assert isinstance(fact, DeadlineMissed | ConcernEscalated)
    assert (fact.due_at, fact.late) == (one.due_at, False)
    return (fact,)


def due(waits: Story[object, Concern, ConcernFact]) -> frozenset[Deadline]:
    return concern.owed(waits.state, CALENDAR) if waits.state else frozenset()


def kinds(waits: Story[object, Concern, ConcernFact]) -> set[str]:
    return {it.kind for it in due(waits)}
