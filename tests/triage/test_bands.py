"""Who may set a band above or below what the tool says?"""

from dataclasses import replace

import pytest

from services.triage.decisions import (
    BandUnknown,
    RoleMayNotLower,
    SecondPersonIsTheFirst,
    Waiting,
    concern,
)
from services.triage.events import ConcernFact
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from shared.facts import Act, Code
from shared.refusals import Refusal
from tests.support.story import SOMEBODY, Story
from tests.triage import a
from tests.triage.risk import answered

story = Story(concern)


def test_any_worker_sets_a_band_higher() -> None:
    story.given(*a.waiting).when(a.override, act=a.SCREENS).then(a.overridden)


def test_the_same_band_again_is_no_news() -> None:
    story.given(*a.waiting).when(replace(a.override, band=AMBER), act=a.SCREENS).then()


@pytest.mark.parametrize(
    ("band", "second", "act", "refused"),
    [
        (AMBER, "kim", a.SCREENS, RoleMayNotLower),
        (GREEN, None, a.SCREENS, RoleMayNotLower),
        (GREEN, "Sam", SOMEBODY, SecondPersonIsTheFirst),
        (Code("band@1:purple"), "kim", SOMEBODY, BandUnknown),
    ],
)
def test_out_of_red_goes_nobody_but_by_a_manager_and_a_second_person(
    band: Code, second: str | None, act: Act, refused: type[Refusal]
) -> None:
    lower = replace(a.override, band=band, second_person=second)
    story.given(a.recognised, a.scored(a.red)).when(lower, act=act).then_refused(refused)


def band(*facts: ConcernFact) -> Code:
    state = story.given(*facts).state
    assert isinstance(state, Waiting)
    return state.band


def test_red_by_score_and_by_a_manager_stays_red_though_a_screener_alone_scores_green() -> None:
    """SRT, worked example 13': out of Red goes nobody but by a manager and a second person."""
    raised = (*a.waiting, a.screened(a.red), replace(a.overridden, was=RED))
    assert band(*raised, a.screened(a.green)) == RED
    assert band(*raised, a.screened(a.green), replace(a.overridden, was=RED, band=GREEN)) == GREEN


def test_a_son_moved_out_scores_amber_and_two_persons_take_it_out_of_red() -> None:
    """SRT, worked example 13: S3 L4 V1 A2 C2; 13': S3 L2 V1 A1 C2 P3, SAM and second."""
    before, after = answered("S3 L4 V1 A2 C2"), answered("S3 L2 V1 A1 C2 P3")
    calmed = story.given(a.recognised, a.scored(before), a.screened(after))
    assert a.scored(after).score.band == AMBER
    assert isinstance(calmed.state, Waiting)
    assert calmed.state.band == RED
    calmed.when(a.lowering, act=a.SCREENS).then_refused(RoleMayNotLower)
    calmed.when(a.lowering).then(a.proposed)
    proposed = calmed.given(a.proposed)
    assert isinstance(proposed.state, Waiting)
    assert proposed.state.band == RED
    proposed.when(a.agreement, act=a.SECOND).then(a.agreed, a.lowered)


def test_a_third_discharge_scores_amber_and_is_amber_at_once() -> None:
    """SRT, worked example 6': up by score, with nobody asked."""
    third = answered("S3 L3 V1 R2", "F3")
    assert band(a.recognised, a.scored(answered("S2 L2 V1 R1 P1")), a.screened(third)) == AMBER


def test_what_a_person_set_stands_against_a_lower_score_until_it_is_lowered() -> None:
    raised = (a.recognised, a.scored(a.green), replace(a.overridden, band=AMBER))
    assert band(*raised, a.screened(a.green)) == AMBER
    assert band(*raised, a.decided, a.reopened, a.screened(a.green)) == AMBER
    lowered = replace(a.overridden, band=GREEN)
    assert band(*raised, lowered, a.screened(a.amber), a.screened(a.green)) == GREEN


def test_where_no_person_set_a_band_a_screeners_score_replaces_the_referrers() -> None:
    assert band(*a.waiting, a.screened(a.green)) == GREEN


def test_a_decision_is_told_in_the_band_that_stands() -> None:
    calmed = story.given(a.recognised, a.scored(a.red), a.screened(a.green))
    calmed.when(a.decision).then(replace(a.decided, band=RED))


@pytest.mark.parametrize("band", [AMBER, RED])
def test_nobody_stands_behind_themselves(band: Code) -> None:
    alone = replace(a.override, band=band, second_person="Sam")
    story.given(*a.waiting).when(alone).then_refused(SecondPersonIsTheFirst)


def test_what_counts_is_the_band_that_a_person_set_not_the_tools() -> None:
    raised = story.given(*a.waiting, a.overridden)
    back = replace(a.override, band=AMBER)
    raised.when(back, act=a.SCREENS).then_refused(RoleMayNotLower)
    raised.when(back).then(replace(a.proposed, reasons=back.reasons))
