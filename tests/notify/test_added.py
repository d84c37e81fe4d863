"""Is everything that a partner adds owed once, wherever intake has its adult?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as some

from services.intake.decisions import Referral, referral
from services.intake.events import InformationKept, InformationPassedOn
from services.intake.published import publish
from services.notify.decisions.contribution import Contributions
from shared.contracts import triage
from shared.facts import Act, Recorded
from shared.refusals import Refusal
from tests.intake import a as of_intake
from tests.notify import a
from tests.notify.test_reactions import Notify
from tests.support.story import SOMEBODY

HELD = (of_intake.received, of_intake.held)
STEPS: Mapping[str, tuple[Any, Act]] = {
    "add": (of_intake.amendment, of_intake.ROSEWOOD),
    "promote": (of_intake.promotion, SOMEBODY),
    "redirect": (of_intake.redirection, SOMEBODY),
}
TOLD = ("referral.redirected", "contribution.received", "contribution.considered")


class Intake:
    """A referral of one adult whom the policy held, and what of it is said."""

    def __init__(self, *known: Any) -> None:
        self.said, self.facts = list[Recorded[Any]](), [*known]
        self.state: Referral | None = None
        for fact in known:
            self.state = referral.evolve(self.state, fact, of_intake.ROSEWOOD)

    def does(self, step: str) -> Sequence[Recorded[Any]]:
        """Take a step, where it can be taken; give what is said of it."""
        command, by = STEPS[step]
        act = replace(by, id=uuid4())
        try:
            facts = referral.decide(command, self.state, act)
        except Refusal:
            return ()
        at = a.RECORDED_AT + timedelta(minutes=len(self.facts))
        told = list[Recorded[Any]]()
        for ordinal, fact in enumerate(facts):
            self.state = referral.evolve(self.state, fact, act)
            self.facts.append(fact)
            if message := publish(fact, act):
                it = a.said(message, of_intake.REFERRAL, at)
                told.append(replace(it, act=act, ordinal=ordinal))
        self.said += told
        return told


def at_notify(*letters: Recorded[Any]) -> tuple[Contributions, Sequence[str]]:
    """Give what notify owes, and what it told the sender, who is known."""
    received = publish(of_intake.received, of_intake.ROSEWOOD)
    service = Notify().hear(a.said(received, of_intake.REFERRAL), *letters)
    (theirs,) = service.state(Contributions) or (Contributions(),)
    return theirs, [type_ for _, type_ in service.told(of_intake.REFERRAL)]


def spoken(*steps: str) -> tuple[Intake, Sequence[Recorded[Any]]]:
    intake = Intake(*HELD)
    return intake, [it for step in steps for it in intake.does(step)]


def test_what_is_added_while_an_adult_is_held_is_owed_until_they_are_passed_on() -> None:
    _, letters = spoken("add", "add")
    assert len(at_notify(*letters)[0].open) == 2
    _, letters = spoken("add", "add", "redirect")
    owed, told = at_notify(*letters)
    assert owed.open == []
    assert sorted(told[1:]) == sorted([TOLD[0], TOLD[2], TOLD[2]])


def test_what_goes_along_is_owed_since_it_was_told_and_until_triage_knew_of_it() -> None:
    _, letters = spoken("add", "promote", "add")
    owed, _ = at_notify(*letters)
    first, second = sorted(it.told_at for it in owed.open)
    assert first == letters[0].recorded_at < second
    arrived = (
        a.said(triage.InformationAdded(), of_intake.ONE, cause=it.act.id)
        for it in letters
        if type(it.fact).__name__ == "InformationReceived"
    )
    decided = a.said(triage.InformationConsidered(), of_intake.ONE)
    owed, told = at_notify(*letters, *arrived, decided)
    assert owed.open == []
    assert told.count("contribution.considered") == 2


def test_who_was_passed_on_by_mistake_takes_all_along_that_was_added() -> None:
    _, letters = spoken("add", "redirect", "add", "promote")
    assert len(at_notify(*letters)[0].open) == 2


def test_what_an_earlier_build_kept_without_a_word_is_owed_where_it_goes_along() -> None:
    before = Intake(*HELD, of_intake.amended, of_intake.kept())
    letters = [*before.does("add"), *before.does("promote")]
    assert len(at_notify(*letters)[0].open) == 2


@given(some.lists(some.sampled_from([*STEPS]), max_size=9))
def test_whatever_intake_does_each_addition_is_owed_once(steps: Sequence[str]) -> None:
    intake, letters = spoken(*steps)
    owed, told = at_notify(*letters)
    assert intake.state
    on = intake.state.promoted
    since = 0
    if not on and "redirect" in steps:  # what was there was looked at, and a repeat is no news
        gone = [
            at for at, it in enumerate(intake.facts) if type(it).__name__ == "ContactRedirected"
        ]
        since = gone[-1] if gone else 0
    kinds = InformationPassedOn if on else InformationKept
    expected = [it for it in intake.facts[since:] if isinstance(it, kinds)]
    assert len(owed.open) == len(expected)
    assert len({it.contribution for it in owed.open}) == len(owed.open)
    times = [it.recorded_at for it in intake.said]
    assert {it.told_at for it in owed.open} <= set(times)
    assert told.count("referral.redirected") == sum(
        type(it.fact).__name__ == "ContactRedirected" for it in letters
    )
