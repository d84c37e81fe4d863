"""Does a look count for what was told or found after it?"""

from dataclasses import replace
from typing import Any

import pytest

from services.triage.decisions import (
    JudgedSince,
    NotDecided,
    SignalUnknown,
    ToldMoreSince,
    Waiting,
    concern,
    unseen_since,
)
from services.triage.events import ConcernFact
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from services.triage.rules.score import Answers
from shared.facts import Code
from tests.support.story import Story
from tests.triage import a

story = Story(concern)
NOON, ONE_O_CLOCK, TWO = a.later(hours=3), a.later(hours=4), a.later(hours=5)
heard = a.scored(replace(a.amber, signals=(a.danger,)), Code("scorer@1:added-information"))
lowering = replace(a.override, band=AMBER, second_person="kim")


@pytest.mark.parametrize("news", [(a.added,), (a.added, heard), (a.withdrawn,)])
@pytest.mark.parametrize("command", [a.scoring, a.decision])
def test_what_came_at_one_was_not_seen_at_noon(news: tuple[ConcernFact, ...], command: Any) -> None:
    told = story.given(*a.waiting).given(*news, act=ONE_O_CLOCK)
    told.when(command, act=NOON).then_refused(ToldMoreSince)
    assert told.when(command, act=ONE_O_CLOCK).outcome


def test_a_band_is_not_lowered_on_what_was_known_before_danger_was_told() -> None:
    told = story.given(*a.waiting).given(a.added, heard, act=ONE_O_CLOCK)
    told.when(lowering, act=NOON).then_refused(ToldMoreSince)
    assert told.when(lowering, act=TWO).outcome


def test_to_set_a_band_higher_it_is_never_too_late() -> None:
    told = story.given(*a.waiting).given(a.screened(), a.added, act=ONE_O_CLOCK)
    told.when(a.override, act=NOON).then(a.overridden)


def test_what_was_told_last_was_not_considered_before_that() -> None:
    told = story.given(*a.waiting, a.decided, a.added).given(a.added, act=ONE_O_CLOCK)
    told.when(a.consideration, act=NOON).then_refused(ToldMoreSince)
    told.when(a.consideration, act=ONE_O_CLOCK).then(a.considered)


def test_an_earlier_date_of_what_was_told_last_makes_nothing_seen() -> None:
    told = story.given(*a.waiting).given(a.added, act=ONE_O_CLOCK).given(a.added)
    told.when(a.decision, act=NOON).then_refused(ToldMoreSince)


@pytest.mark.parametrize(
    "look", [(a.screened(),), (a.decided,), (a.decided, a.added, a.considered)]
)
def test_what_a_person_looked_at_is_seen(look: tuple[ConcernFact, ...]) -> None:
    told = story.given(*a.waiting, a.added)
    assert unseen_since(told.state) == a.NOON
    assert unseen_since(told.given(*look).state) is None


@pytest.mark.parametrize("fact", [heard, a.overridden, a.missed_look])
def test_what_nobody_read_stays_unseen(fact: ConcernFact) -> None:
    assert unseen_since(story.given(*a.waiting, a.added, fact).state) == a.NOON
    assert unseen_since(story.given(*a.waiting, a.decided, a.added, a.reopened).state) == a.NOON


def test_of_a_concern_that_nobody_told_more_of_there_is_nothing_unseen() -> None:
    assert unseen_since(None) is None
    assert unseen_since(story.given(a.recognised).state) is None


@pytest.mark.parametrize("judged", [a.screened(a.red), a.overridden])
def test_notes_entered_late_put_nothing_out_of_the_way_that_was_found_since(
    judged: ConcernFact,
) -> None:
    """Entered on Tuesday, Monday's calm would take away the danger found on Tuesday."""
    found = story.given(*a.waiting).given(judged, act=ONE_O_CLOCK)
    calm = replace(a.scoring, answers=a.green)
    found.when(calm, act=NOON).then_refused(JudgedSince)
    found.when(lowering, act=NOON).then_refused(JudgedSince)
    found.when(replace(lowering, band=GREEN), act=NOON).then_refused(JudgedSince)
    assert found.when(calm, act=TWO).outcome
    assert found.when(lowering, act=TWO).outcome


@pytest.mark.parametrize("judged", [a.screened(a.red), a.overridden])
def test_nothing_was_decided_on_less_than_was_found_by_then(judged: ConcernFact) -> None:
    found = story.given(*a.waiting).given(judged, act=ONE_O_CLOCK)
    found.when(a.decision, act=NOON).then_refused(JudgedSince)
    found.when(a.decision, act=TWO).then(replace(a.decided, band=RED))


def test_a_person_who_sets_a_band_higher_may_have_seen_it_earlier() -> None:
    found = story.given(*a.waiting).given(a.screened(), act=ONE_O_CLOCK)
    found.when(a.override, act=NOON).then(a.overridden)
    raised = found.given(a.overridden, act=NOON)
    assert isinstance(raised.state, Waiting)
    assert (raised.state.band, raised.state.judged_at) == (RED, ONE_O_CLOCK.effective_at)


def test_nothing_is_opened_again_before_it_was_decided() -> None:
    """All its times would run from that day, and pass at once."""
    decided = story.given(*a.waiting).given(a.decided, act=ONE_O_CLOCK)
    decided.when(a.reopening, act=NOON).then_refused(NotDecided)
    decided.when(a.reopening, act=ONE_O_CLOCK).then(a.reopened)


def test_a_danger_that_a_screener_misspelt_does_not_pass_for_none() -> None:
    misspelt = Answers(severity=1, likelihood=1, signals=(Code("risk-signal@1:imediate-danger"),))
    scoring = replace(a.scoring, answers=misspelt)
    story.given(*a.waiting).when(scoring).then_refused(SignalUnknown)
