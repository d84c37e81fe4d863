"""Who may set a band above or below what the tool says?"""

from dataclasses import replace

import pytest

from services.triage.decisions import (
    BandUnknown,
    RoleMayNotLower,
    SecondPersonIsTheFirst,
    SecondPersonMissing,
    concern,
)
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from shared.facts import Act, Code
from shared.refusals import Refusal
from tests.support.story import SOMEBODY, Story
from tests.triage import a

story = Story(concern)


def test_any_worker_sets_a_band_higher() -> None:
    story.given(*a.waiting).when(a.override, act=a.SCREENS).then(a.overridden)


def test_the_same_band_again_is_no_news() -> None:
    story.given(*a.waiting).when(replace(a.override, band=AMBER), act=a.SCREENS).then()


@pytest.mark.parametrize(
    ("band", "second", "act", "refused"),
    [
        (AMBER, "kim", a.SCREENS, RoleMayNotLower),
        (AMBER, None, SOMEBODY, SecondPersonMissing),
        (GREEN, "  ", SOMEBODY, SecondPersonMissing),
        (GREEN, "Sam", SOMEBODY, SecondPersonIsTheFirst),
        (Code("band@1:purple"), "kim", SOMEBODY, BandUnknown),
    ],
)
def test_out_of_red_goes_nobody_but_by_a_manager_and_a_second_person(
    band: Code, second: str | None, act: Act, refused: type[Refusal]
) -> None:
    lower = replace(a.override, band=band, second_person=second)
    story.given(a.recognised, a.scored(a.red)).when(lower, act=act).then_refused(refused)


def test_a_manager_and_a_second_person_take_a_concern_out_of_red() -> None:
    lower = replace(a.override, band=AMBER, second_person="kim")
    lowered = replace(a.overridden, was=RED, band=AMBER, second_person="kim")
    story.given(a.recognised, a.scored(a.red)).when(lower).then(lowered)


def test_what_counts_is_the_band_that_a_person_set_not_the_tools() -> None:
    raised = story.given(*a.waiting, a.overridden)
    back = replace(a.override, band=AMBER)
    raised.when(back, act=a.SCREENS).then_refused(RoleMayNotLower)
    raised.when(back).then_refused(SecondPersonMissing)
