"""May this happen to a referral, and what then is so?"""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.intake.decisions import (
    BY_A_PERSON,
    HELD,
    REDIRECTED,
    AlreadyPromoted,
    AlreadyWithdrawn,
    BeforeItWasTold,
    BeforeTheReferral,
    Promoted,
    RedirectionUnknown,
    Referral,
    referral,
)
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    InformationPassedOn,
    ReferralAmended,
    ReferralFact,
    ReferralReceived,
)
from services.intake.rules.promotion import CURRENT, NOTHING_READABLE, REDIRECTIONS
from services.intake.rules.reading import AGE_UNKNOWN, SEVENTEEN, UNDER_18
from shared.facts import Act, Code
from shared.refusals import AwaitingCause, NotFound, Refusal
from tests.intake import a
from tests.support.story import SOMEBODY, Story

story = Story(referral)
sent = story.given(a.received, a.promoted, act=a.ROSEWOOD)
held = story.given(a.received, a.held, act=a.ROSEWOOD)
by_a_person = replace(a.promoted, part=a.held.part, policy=BY_A_PERSON, was=HELD, reasons=a.why)

# Received


def test_a_referral_is_kept_and_its_adult_goes_on() -> None:
    story.when(a.receipt, act=a.ROSEWOOD).then(a.received, a.promoted)


def test_each_adult_of_a_referral_goes_their_own_way() -> None:
    both = replace(a.receipt, received=a.two_received, parts=(a.part(), a.held_too.part))
    story.when(both, act=a.ROSEWOOD).then(a.two_received, a.promoted, a.held_too)


def test_who_is_under_18_is_left_to_a_person_and_turned_away_by_nobody() -> None:
    young = replace(a.receipt, parts=(a.part(age=UNDER_18),))
    story.when(young, act=a.ROSEWOOD).then(a.received, a.held)


def test_who_is_17_goes_on_and_is_flagged() -> None:
    turning = a.part(age=SEVENTEEN)
    story.when(replace(a.receipt, parts=(turning,)), act=a.ROSEWOOD).then(
        a.received, replace(a.promoted, part=turning, transition=True)
    )


def test_who_has_no_age_that_we_know_is_taken_for_an_adult() -> None:
    somebody = a.part(age=AGE_UNKNOWN)
    story.when(replace(a.receipt, parts=(somebody,)), act=a.ROSEWOOD).then(
        a.received, replace(a.promoted, part=somebody)
    )


def test_a_referral_that_nobody_could_read_is_left_to_a_person() -> None:
    empty = replace(a.receipt, empty=True)
    nothing = replace(a.held, part=a.part(), reason=NOTHING_READABLE)
    story.when(empty, act=a.ROSEWOOD).then(a.received, nothing)


def test_a_referral_is_kept_once() -> None:
    sent.when(a.receipt, act=a.ROSEWOOD).then()


# Nothing there, or not theirs


@pytest.mark.parametrize("command", [a.promotion, a.redirection])
def test_nothing_is_dated_before_the_day_of_the_referral(command: Any) -> None:
    """Or the clocks of its concern would have run for decades."""
    before = replace(SOMEBODY, effective_at=SOMEBODY.effective_at.replace(year=1926))
    held.when(command, act=before).then_refused(BeforeTheReferral)


def test_nothing_is_taken_back_before_the_day_on_which_it_was_sent() -> None:
    sent.when(a.withdrawal, act=a.later(days=-1)).then_refused(BeforeTheReferral)
    sent.when(a.withdrawal, act=a.later(hours=-1)).then(a.withdrawn, a.withdrawal_passed_on)


@pytest.mark.parametrize("command", [a.amendment, a.withdrawal, a.promotion, a.redirection])
def test_of_a_referral_that_nobody_sent_there_is_nothing(command: Any) -> None:
    story.when(command, act=a.ROSEWOOD).then_refused(NotFound)


@pytest.mark.parametrize("command", [a.amendment, a.withdrawal])
def test_nobody_adds_to_or_takes_back_what_another_sent(command: Any) -> None:
    sent.when(command, act=a.ELSEWHERE).then_refused(NotFound)


@pytest.mark.parametrize("command", [a.promotion, a.redirection])
def test_nobody_moves_an_adult_who_is_not_in_the_referral(command: Any) -> None:
    held.when(replace(command, adult=UUID(int=99))).then_refused(NotFound)


# Promoted and redirected by a person


def test_a_person_lets_a_held_adult_go_on() -> None:
    held.when(a.promotion).then(by_a_person)


def test_who_is_17_and_promoted_by_a_person_is_flagged_as_well() -> None:
    empty = story.given(a.received, a.held_empty, act=a.ROSEWOOD)
    empty.when(a.promotion).then(replace(by_a_person, part=a.held_empty.part, transition=True))


def test_a_person_passes_a_held_adult_on() -> None:
    held.when(a.redirection).then(a.redirected)


def test_there_are_only_so_many_places_to_pass_on_to() -> None:
    nowhere = replace(a.redirection, to=Code("redirection@1:the-moon"))
    held.when(nowhere).then_refused(RedirectionUnknown)
    held.given(a.redirected).when(nowhere).then_refused(RedirectionUnknown)


def test_passed_on_to_the_same_place_again_is_no_news() -> None:
    held.given(a.redirected).when(a.redirection).then()


def test_who_was_passed_on_by_mistake_is_passed_on_elsewhere() -> None:
    elsewhere = replace(a.redirected, was=REDIRECTED, to=a.advice)
    held.given(a.redirected).when(replace(a.redirection, to=a.advice)).then(elsewhere)


def test_who_was_redirected_by_mistake_is_promoted_after_all() -> None:
    mended = replace(by_a_person, was=REDIRECTED)
    held.given(a.redirected).when(a.promotion).then(mended)
    held.given(a.redirected, mended).when(a.promotion).then_refused(AlreadyPromoted)


@pytest.mark.parametrize("command", [a.promotion, a.redirection])
def test_what_becomes_of_a_promoted_adult_is_decided_in_triage(command: Any) -> None:
    sent.when(command).then_refused(AlreadyPromoted)


# Amended


def test_what_a_sender_adds_is_kept_and_told_to_triage() -> None:
    sent.when(a.amendment, act=a.ROSEWOOD).then(a.amended, a.passed_on())


def test_what_a_sender_adds_reaches_each_adult_where_they_are() -> None:
    mixed = story.given(a.two_received, a.promoted, a.held_too, act=a.ROSEWOOD)
    mixed.when(a.amendment, act=a.ROSEWOOD).then(a.amended, a.passed_on(), a.kept(a.TWO))
    both = story.given(a.two_received, a.promoted, a.promoted_too, act=a.ROSEWOOD)
    both.when(a.amendment, act=a.ROSEWOOD).then(a.amended, a.passed_on(), a.passed_on(a.TWO))


def test_what_was_added_while_an_adult_was_held_goes_along_when_they_go_on() -> None:
    added = held.given(a.amended, a.kept(), a.amended, a.kept())
    added.when(a.promotion).then(by_a_person, a.passed_on(), a.passed_on())


def test_what_was_added_is_not_lost_by_a_mistaken_redirection() -> None:
    astray = held.given(a.amended, a.kept(), a.redirected, a.amended, a.kept())
    mended = replace(by_a_person, was=REDIRECTED)
    astray.when(a.promotion).then(mended, a.passed_on(), a.passed_on())


@pytest.mark.parametrize("since", [(), (a.amended,), (a.redirected,)])
def test_a_sender_who_asks_later_not_to_be_named_is_not_named_to_triage(since: Any) -> None:
    asked = held.given(replace(a.amended, anonymous=True), *since)
    was = REDIRECTED if a.redirected in since else HELD
    unnamed = replace(by_a_person, part=replace(a.held.part, referrer=None), was=was)
    asked.when(a.promotion).then(unnamed)


@pytest.mark.parametrize("amended", [a.amended, a.amended_before])
def test_a_sender_who_does_not_ask_for_it_is_named(amended: ReferralFact) -> None:
    """Also where what they added was recorded before it was asked."""
    added = held.given(amended)
    added.when(a.promotion).then(by_a_person)
    assert added.state
    assert added.state.amendments == 1


def test_more_may_be_added_to_what_was_withdrawn_and_decided() -> None:
    late = sent.given(a.withdrawn, a.withdrawal_passed_on, a.heard)
    late.when(a.amendment, act=a.ROSEWOOD).then(a.amended, a.passed_on())


def test_additions_and_their_checks_are_counted() -> None:
    state = sent.given(replace(a.amended, checks=a.received.checks), a.amended).state
    assert state is not None
    assert (state.amendments, state.checks) == (2, a.received.checks * 2)


# Withdrawn


def test_a_withdrawal_tells_triage_and_takes_nobody_out() -> None:
    sent.when(a.withdrawal, act=a.ROSEWOOD).then(a.withdrawn, a.withdrawal_passed_on)
    state = sent.given(a.withdrawn, a.withdrawal_passed_on).state
    assert state is not None
    assert state.withdrawn
    assert state.contacts == {a.ONE: Promoted()}


def test_a_referral_is_withdrawn_once() -> None:
    sent.given(a.withdrawn).when(a.withdrawal, act=a.ROSEWOOD).then_refused(AlreadyWithdrawn)


def test_a_held_adult_of_a_withdrawn_referral_may_still_go_on_and_triage_knows() -> None:
    held.when(a.withdrawal, act=a.ROSEWOOD).then(a.withdrawn)
    held.given(a.withdrawn).when(a.promotion).then(by_a_person, a.withdrawal_passed_on)


# The outcome


def test_a_decision_that_was_opened_again_no_longer_stands() -> None:
    reopened = sent.given(a.heard).when(a.reopening, act=a.TRIAGE)
    reopened.then(a.not_standing)
    again = sent.given(a.heard, a.not_standing)
    again.when(a.outcome, act=a.TRIAGE).then(a.heard)


def test_a_reopening_waits_for_the_referral_that_it_is_about() -> None:
    story.when(a.reopening, act=a.TRIAGE).then_refused(AwaitingCause)
    held.when(a.reopening, act=a.TRIAGE).then_refused(AwaitingCause)


def test_a_decision_that_we_never_heard_of_is_not_taken_off_those_counted() -> None:
    sent.when(a.reopening, act=a.TRIAGE).then()
    sent.given(a.heard, a.not_standing).when(a.reopening, act=a.TRIAGE).then()


def test_what_became_of_an_adult_is_heard() -> None:
    sent.when(a.outcome, act=a.TRIAGE).then(a.heard)


def test_a_second_decision_takes_the_place_of_the_first() -> None:
    second = replace(a.outcome, outcome_class=a.passed, decided_on=date(2026, 12, 1))
    again = replace(a.heard, again=True, outcome_class=a.passed, decided_on=date(2026, 12, 1))
    decided = sent.given(a.heard)
    decided.when(second, act=a.TRIAGE).then(again)
    state = decided.given(again).state
    assert state is not None
    assert state.contacts[a.ONE] == Promoted(outcome_class=a.passed, decided_on=date(2026, 12, 1))


@pytest.mark.parametrize(
    "known", [story, held, story.given(a.received, a.promoted_too, act=a.ROSEWOOD)]
)
def test_an_outcome_told_before_its_adult_went_on_waits(known: Any) -> None:
    known.when(a.outcome, act=a.TRIAGE).then_refused(AwaitingCause)


# Whatever comes

adults = some.sampled_from([a.ONE, a.TWO, UUID(int=99)])
places = some.sampled_from([*REDIRECTIONS, Code("redirection@1:the-moon")])
ages = some.sampled_from([UNDER_18, SEVENTEEN, AGE_UNKNOWN])
commands: some.SearchStrategy[Any] = some.one_of(
    some.builds(
        lambda one, two, empty: replace(
            a.receipt,
            received=a.two_received,
            parts=(a.part(a.ONE, one), a.part(a.TWO, two)),
            empty=empty,
        ),
        ages,
        ages,
        some.booleans(),
    ),
    some.sampled_from([a.amendment, a.naming]),
    some.just(a.withdrawal),
    some.builds(lambda adult: replace(a.promotion, adult=adult), adults),
    some.builds(lambda adult, to: replace(a.redirection, adult=adult, to=to), adults, places),
    some.builds(lambda adult: replace(a.outcome, adult=adult), adults),
)
acts = some.sampled_from([a.ROSEWOOD, a.ROSEWOOD, a.ELSEWHERE, a.TRIAGE])


@given(some.lists(some.tuples(commands, acts), max_size=12))
def test_whatever_is_asked_is_done_or_refused_and_no_adult_and_no_word_is_lost(
    asked: list[tuple[Any, Act]],
) -> None:
    state: Referral | None = None
    history: list[ReferralFact] = []
    for command, act in asked:
        with suppress(Refusal):
            facts = referral.decide(command, state, act)
            for fact in facts:
                state = referral.evolve(state, fact, act)
            history += facts
    if state is None:
        assert not history
        return
    assert isinstance(history[0], ReferralReceived)
    named = [it.part.adult for it in history if isinstance(it, ContactHeld | ContactPromoted)]
    assert [*state.contacts] == [*dict.fromkeys(named)], "every adult is somewhere"
    assert {a.ONE, a.TWO} <= state.contacts.keys() <= {a.ONE, a.TWO, a.THREE}
    for adult in state.promoted:
        went = [it for it in history if isinstance(it, ContactPromoted) and it.part.adult == adult]
        told = [it for it in history if isinstance(it, InformationPassedOn) and it.adult == adult]
        assert len(went) == 1
        since = a.named_later in history and adult == a.THREE and history.index(a.named_later)
        added = [it for it in history[since or 0 :] if isinstance(it, ReferralAmended)]
        assert len(told) == len(added), "triage has all that the sender added"


@pytest.mark.parametrize("fact", a.EVERY_FACT[1:])
def test_no_history_begins_with_anything_but_the_receipt(fact: ReferralFact) -> None:
    with pytest.raises(ValueError, match="begins with its receipt"):
        referral.evolve(None, fact, a.ROSEWOOD)


def test_a_policy_is_named_for_what_it_did() -> None:
    assert a.promoted.policy == CURRENT.code
    assert by_a_person.policy == "promotion@1:by-a-person"


@pytest.mark.parametrize(
    ("given", "was"), [((a.held,), HELD), ((a.held, a.redirected), REDIRECTED)]
)
def test_a_look_dated_before_the_sender_told_more_has_not_seen_it(
    given: tuple[ReferralFact, ...], was: Code
) -> None:
    known = story.given(a.received, *given, act=a.ROSEWOOD)
    told = known.given(a.amended, a.kept(), act=a.later(hours=2))
    told.when(a.redirection, act=a.later(SOMEBODY, hours=1)).then_refused(BeforeItWasTold)
    told.when(a.redirection, act=a.later(SOMEBODY, hours=2)).then(replace(a.redirected, was=was))
    seen = told.given(replace(a.redirected, was=was), act=a.later(SOMEBODY, hours=3))
    elsewhere = replace(a.redirection, to=a.advice)
    seen.when(elsewhere, act=a.later(SOMEBODY, hours=1)).then(
        replace(a.redirected, was=REDIRECTED, to=a.advice)
    )


def test_who_was_passed_on_may_be_passed_on_again_once_more_was_told() -> None:
    gone = story.given(a.received, a.held, a.redirected, act=a.ROSEWOOD)
    gone.when(a.redirection).then()
    gone.given(a.kept(), act=a.ROSEWOOD).when(a.redirection).then(
        replace(a.redirected, was=Code("contact@1:redirected"))
    )
