"""Does a change of band, or news, ever let anybody wait longer or unseen?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.triage.decisions import ADDED_INFORMATION, REFERRER, SCREENER, Waiting, concern
from services.triage.events import BandOverridden, ConcernFact, DeadlineMissed
from services.triage.projections.concern import view
from services.triage.rules.clocks import CLOCKS
from services.triage.rules.risk_tool import AMBER, GREEN, RANK, RED
from services.triage.rules.waits import ABOVE, ESCALATION, Wait, owed
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar
from tests.support.story import SOMEBODY, Story
from tests.triage import a

MONDAY = a.NOON  # 2 November 2026, 9:00
SAM, HEAD = f"{ESCALATION}safeguarding-adults-manager", f"{ESCALATION}head-of-service"
story: Any = Story(concern)
green = story.given(a.recognised, a.scored(a.green))


def set_to(band: Code) -> BandOverridden:
    return BandOverridden(was=GREEN, band=band, second_person="kim", reasons=a.words())


def times(waits: Story[Any, Any, Any]) -> dict[str, datetime]:
    return {it.kind: it.due_at for it in concern.owed(waits.state, calendar())}  # type: ignore[arg-type]


def close(day: int) -> datetime:
    return a.at(f"2026-11-{day:02}T17:00:00+00:00")


def test_a_rise_on_the_last_day_gives_no_more_time() -> None:
    """Green of 2 November, due on the 9th, raised to Amber on the 9th: it was due on the 11th."""
    raised = green.given(set_to(AMBER), act=a.later(days=7))
    assert times(raised) == {
        "decision": close(9),
        "re-check": close(9),
        SAM: close(9),
        HEAD: close(16),
    }


def test_a_rise_gives_less_time_where_the_higher_band_is_due_earlier() -> None:
    raised = green.given(set_to(AMBER), act=a.later(days=1))  # Tuesday
    assert (times(raised)["decision"], times(raised)[HEAD]) == (close(5), close(10))


def test_a_concern_that_is_flipped_every_two_days_still_reaches_the_head_of_service() -> None:
    flipped = green
    for day in range(2, 15, 2):
        band = AMBER if day % 4 else GREEN
        flipped = flipped.given(set_to(band), act=a.later(days=day))
        assert times(flipped)["decision"] <= close(9)
        assert times(flipped)[HEAD] <= close(16)


def test_a_fall_gives_what_the_lower_band_would_have_given_from_the_beginning() -> None:
    fallen = story.given(a.recognised, a.scored(a.red)).given(set_to(GREEN), act=a.later(days=1))
    assert (times(fallen)["decision"], times(fallen)[HEAD]) == (close(9), close(16))


def test_a_fall_does_not_make_late_what_is_in_time() -> None:
    raised = green.given(a.screened(a.red), act=a.later(days=3))  # Thursday
    fallen = raised.given(set_to(AMBER), act=a.later(days=3, hours=1))
    assert times(fallen)["decision"] == close(5), "as it had it; Amber from Monday was due on 4th"


def test_what_passed_in_a_lower_band_is_promised_again_in_a_higher_one() -> None:
    """The manager heard of a Green that waits; that it is Red now they have not heard."""
    late = passes(green, "look", "decision", SAM)
    assert "decision" not in times(late)
    assert SAM not in times(late)
    raised = late.given(a.scored(a.red, ADDED_INFORMATION), act=a.later(days=8))  # Tuesday
    assert times(raised)["look"] == times(raised)[SAM] == a.later(days=8, hours=1).effective_at
    assert times(raised)["decision"] == times(raised)[HEAD] == close(10)
    fallen = passes(raised, "decision", SAM, HEAD).given(set_to(GREEN), act=a.later(days=9))
    assert "decision" not in times(fallen), "missed twice, and due on no later day"
    assert times(fallen)[HEAD] == close(16)


def test_what_was_missed_stays_the_first_time_that_a_concern_shows() -> None:
    missed = DeadlineMissed(
        kind=Code("deadline@1:decision"), due_at=close(9), band=GREEN, late=False
    )
    history = [
        *a.recorded(a.recognised, a.scored(a.green)),
        *a.recorded(missed, act=a.later(days=7, hours=8), since=2),
        *a.recorded(set_to(AMBER), act=a.later(days=8), since=3),
    ]
    known = view(a.ADULT, history)
    assert known
    assert known.decision_due_at == close(9)
    assert [it.due_at for it in known.due if it.kind == "decision"] == [close(12)]


def test_a_band_set_by_a_person_is_no_re_check() -> None:
    """A re-check is a fresh full score, not a tick."""
    raised = green.given(set_to(AMBER), act=a.later(days=4))  # Friday
    assert times(raised)["re-check"] == close(9), "as for Green; for Amber of Friday on the 11th"
    assert times(raised.given(a.screened(), act=a.later(days=4)))["re-check"] == close(11)


# News


@pytest.mark.parametrize(("facts", "due"), [((a.green,), 6), ((a.amber,), 5)])
def test_what_is_told_of_a_concern_that_was_looked_at_is_owed_a_look(facts: Any, due: int) -> None:
    looked = story.given(a.recognised, a.scored(*facts), a.screened(*facts))
    assert "look" not in times(looked)
    told = looked.given(a.added, act=a.later(days=2))  # Wednesday
    assert times(told)["look"] == close(due)
    assert times(told)["decision"] == times(looked)["decision"]
    more = told.given(a.added, act=a.later(days=3))
    assert times(more)["look"] == close(due), "more of the same gives nobody more time"
    assert "look" not in times(more.given(a.screened(*facts), act=a.later(days=3)))
    assert not times(more.given(a.decided, act=a.later(days=3)))


def test_of_what_is_told_of_a_red_concern_somebody_looks_within_the_hour() -> None:
    looked = story.given(a.recognised, a.scored(a.red), a.screened(a.red))
    told = looked.given(a.added, act=a.later(hours=2))
    assert times(told)["look"] == a.later(hours=3).effective_at
    history = [
        *a.recorded(a.recognised, a.scored(a.red), a.screened(a.red)),
        *a.recorded(a.added, act=a.later(hours=2), since=3),
    ]
    known = view(a.ADULT, history)
    assert known
    assert known.look_due_at == a.later(hours=3).effective_at


def test_a_band_set_without_reading_what_was_told_is_no_look_at_it() -> None:
    told = story.given(*a.waiting, a.screened()).given(a.added, act=a.later(days=1))
    assert "look" in times(told.given(set_to(RED), act=a.later(days=1)))
    assert "look" in times(told.given(set_to(GREEN), act=a.later(days=1)))
    assert "look" not in times(story.given(*a.waiting, set_to(RED)))


def test_a_look_that_was_missed_is_owed_again_when_more_is_told() -> None:
    missed = passes(story.given(*a.waiting), "look")
    assert "look" not in times(missed)
    assert times(missed.given(a.added, act=a.later(days=2)))["look"] == close(5)
    again = story.given(*a.waiting, a.decided).given(a.added, act=a.later(days=1))
    more = passes(again, "look").given(a.added, act=a.later(days=7))
    assert times(more)["look"] == close(10)


def test_however_often_more_is_told_before_somebody_looks_one_look_is_owed() -> None:
    told = story.given(*a.waiting, a.screened()).given(a.added, act=a.later(days=1))
    again = told.given(*[a.added] * 50, act=a.later(days=1, hours=1))
    assert isinstance(again.state, Waiting)
    assert isinstance(told.state, Waiting)
    assert again.state.wait == told.state.wait, "and what is counted grows no longer"


# Whatever comes

SCALES = (a.green, a.amber, a.red)
BYS = (REFERRER, SCREENER, ADDED_INFORMATION)
changes = some.one_of(
    some.builds(set_to, some.sampled_from(list(RANK))),
    some.builds(a.scored, some.sampled_from(SCALES), some.sampled_from(BYS)),
)


@given(some.sampled_from(SCALES), some.lists(some.tuples(changes, some.integers(0, 72))))
def test_no_change_of_band_gives_more_than_its_band_gave_from_the_beginning(
    first: Any, befell: Sequence[tuple[ConcernFact, int]]
) -> None:
    waits, hours = story.given(a.recognised, a.scored(first)), 0
    for fact, more in befell:
        hours += more
        before, was = times(waits), band(waits)
        waits = waits.given(fact, act=a.later(hours=hours))
        after = times(waits)
        whole = {it.kind: it.due_at for it in owed(Wait.begun(band(waits), MONDAY), calendar())}
        for kind in ("decision", SAM, HEAD):
            assert after[kind] <= max(before[kind], whole[kind])
            if RANK[band(waits)] >= RANK[was]:
                assert after[kind] <= before[kind]


@pytest.mark.parametrize("clocks", CLOCKS.values(), ids=CLOCKS)
def test_in_every_band_all_above_hear(clocks: Any) -> None:
    for targets in clocks.bands.values():
        told = {ESCALATION + it.to.rpartition(":")[2] for it in targets.escalations}
        assert told == {*ABOVE}


def band(waits: Story[Any, Any, Any]) -> Code:
    assert isinstance(waits.state, Waiting)
    return waits.state.band


def passes(waits: Any, *kinds: str) -> Any:
    """Let the times of these kinds pass."""
    for kind in kinds:
        due_at = times(waits)[kind]
        by = Act(**{**vars(SOMEBODY), "effective_at": due_at, "role": "timer"})
        deadline = DeadlinePassed(Deadline(kind, due_at))
        waits = waits.given(*concern.decide(deadline, waits.state, by), act=by)
    return waits
