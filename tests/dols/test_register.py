"""What may be entered in the register of assessors?"""

from dataclasses import replace
from typing import Any

import pytest

from services.dols.decisions import assessor
from services.dols.decisions.register import (
    AlreadyRegistered,
    Assessor,
    ChangeAssessor,
    KindNotListed,
)
from services.dols.events import AssessorFact
from shared.facts import Code
from shared.refusals import NotFound
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Assessor, AssessorFact] = Story(assessor)
known = story.given(a.registered)
changing = ChangeAssessor(changed=a.changed)


def test_an_assessor_is_registered_once() -> None:
    story.when(a.registering).then(a.registered)
    known.when(a.registering).then_refused(AlreadyRegistered)


def test_what_the_register_says_changes_as_a_whole() -> None:
    known.when(changing).then(a.changed)
    known.given(a.changed).when(changing).then()
    state = known.given(a.changed).state
    assert state
    assert (state.name, state.kinds, state.interests) == ("bea", a.changed.kinds, ("1-101000002",))


def test_nobody_is_changed_who_is_not_there() -> None:
    story.when(changing).then_refused(NotFound)
    with pytest.raises(ValueError, match="begins"):
        story.given(a.changed)


def test_kinds_and_employers_are_of_the_lists() -> None:
    for wrong in (
        {"kinds": (Code("assessor-kind@1:friend"),)}, {"kinds": ()},
        {"employer": Code("assessor-employer@1:circus")},
    ):  # fmt: skip
        fact: Any = replace(a.registered, **wrong)
        story.when(replace(a.registering, registered=fact)).then_refused(KindNotListed)


def test_an_entry_said_again_changes_nothing() -> None:
    assert known.given(a.registered).state == known.state
