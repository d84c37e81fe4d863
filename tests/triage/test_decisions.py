"""May this happen to a concern, and what then is so? Care Act 2014 s42(1)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import datetime
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.triage.decisions import (
    ADDED_INFORMATION,
    SCREENER,
    AlreadyDecided,
    AnswerUnknown,
    BeforeItsReceipt,
    Concern,
    Decided,
    NotDecided,
    OutcomeContradictsTests,
    OutcomeUnknown,
    Recognised,
    RouteMissing,
    RouteUnknown,
    Waiting,
    concern,
)
from services.triage.events import ConcernFact, ConcernRecognised, ConcernScored, InformationAdded
from services.triage.rules.risk_tool import AMBER, RANK, RED
from services.triage.rules.score import Answers, score
from services.triage.rules.section42 import OUTCOMES, ROUTES, Answer, ThreeTests
from shared.facts import Act, Code, Recorded
from shared.refusals import AwaitingCause, NotFound, Refusal
from shared.time.calendar import calendar
from tests.support.story import SOMEBODY, Story
from tests.triage import a
from tests.triage.risk import all_answers, answered

story = Story(concern)


def times(waits: Story[Any, Any, Any]) -> dict[str, datetime]:
    """Give what is owed, and when."""
    return {it.kind: it.due_at for it in concern.owed(waits.state, calendar())}  # type: ignore[arg-type]


def unseen(facts: Sequence[ConcernFact]) -> Answers:
    """Give what the last score of `facts` rests on."""
    return [it for it in facts if isinstance(it, ConcernScored)][-1].score.answers


# Recognised


def test_a_concern_is_scored_in_the_act_that_recognises_it() -> None:
    story.when(a.recognition).then(a.recognised, a.scored())


@given(all_answers)
def test_whatever_the_referrer_answered_a_concern_has_its_place_at_once(answers: Answers) -> None:
    recognition = replace(a.recognition, answers=answers)
    story.when(recognition).then(a.recognised, a.scored(answers))


def test_a_concern_of_which_nothing_is_known_is_amber_and_not_forgotten() -> None:
    (_, first) = concern.decide(replace(a.recognition, answers=Answers()), None, SOMEBODY)
    assert isinstance(first, ConcernScored)
    assert (first.score.band, first.score.confidence) == (AMBER, "confidence@1:low")


def test_a_concern_is_counted_once_however_often_we_hear_of_it() -> None:
    story.given(*a.waiting).when(a.recognition).then()
    story.given(*a.waiting, a.decided).when(a.recognition).then()


# What is not there, what is decided


@pytest.mark.parametrize("command", [a.scoring, a.override, a.decision, a.reopening])
def test_of_a_concern_that_nobody_recognised_there_is_nothing(command: Any) -> None:
    story.when(command).then_refused(NotFound)


@pytest.mark.parametrize("command", [a.addition, a.withdrawal])
def test_what_is_told_before_its_concern_waits_for_it(command: Any) -> None:
    story.when(command).then_refused(AwaitingCause)


@pytest.mark.parametrize("command", [a.scoring, a.override, a.decision])
def test_what_is_decided_is_decided_once(command: Any) -> None:
    story.given(*a.waiting, a.decided).when(command).then_refused(AlreadyDecided)


@pytest.mark.parametrize("command", [a.scoring, a.override, a.decision])
def test_nothing_is_asked_of_a_concern_before_its_first_score(command: Any) -> None:
    story.given(a.recognised).when(command).then_refused(NotFound)


# Scored


def test_a_screener_scores_again_and_says_on_what() -> None:
    scored = a.scored(a.red, SCREENER, a.scoring.evidence)  # type: ignore[arg-type]
    story.given(*a.waiting).when(a.scoring).then(scored)


def test_a_score_of_the_same_band_changes_no_time() -> None:
    again = story.given(*a.waiting).given(a.screened(answered("S3 L3 V1")), act=a.later(days=1))
    assert times(again)["decision"] == a.at("2026-11-04T17:00:00+00:00")
    assert isinstance(again.state, Waiting)
    assert again.state.received_at == a.NOON


# Added information


def test_what_the_sender_adds_is_kept_and_scored_on_all_that_is_known() -> None:
    more = replace(a.addition, answers=Answers(likelihood=4, signals=(a.child,)))
    together = replace(a.amber, likelihood=4, signals=(a.child,))
    story.given(*a.waiting).when(more).then(a.added, a.scored(together, ADDED_INFORMATION))


def test_words_without_an_answer_change_no_score() -> None:
    story.given(*a.waiting).when(a.addition).then(a.added)


def test_the_same_answers_again_are_not_scored_again() -> None:
    story.given(*a.waiting).when(replace(a.addition, answers=a.amber)).then(a.added)


def test_what_a_sender_plays_down_lowers_no_band() -> None:
    calm = replace(a.addition, answers=a.green)
    story.given(a.recognised, a.scored(a.red)).when(calm).then(a.added)


def test_what_a_screener_scored_stands_against_what_the_sender_answers_later() -> None:
    worse = replace(a.addition, answers=a.red)
    story.given(*a.waiting, a.screened(a.green)).when(worse).then(a.added)


def test_danger_told_after_a_screeners_score_is_heard() -> None:
    told = replace(a.addition, answers=Answers(signals=(a.danger,)))
    heard = a.scored(replace(a.green, signals=(a.danger,)), ADDED_INFORMATION)
    assert heard.score.band == RED
    story.given(*a.waiting, a.screened(a.green)).when(told).then(a.added, heard)


def test_after_danger_was_heard_a_persons_judgement_still_stands() -> None:
    heard = a.scored(replace(a.green, signals=(a.danger,)), ADDED_INFORMATION)
    judged = story.given(*a.waiting, a.screened(a.green), a.added, heard)
    judged.when(replace(a.addition, answers=a.red)).then(a.added)


def test_what_raises_nothing_is_left_to_the_screener_who_reads_it() -> None:
    told = replace(a.addition, answers=Answers(signals=(a.child,)))
    story.given(*a.waiting, a.screened(a.amber)).when(told).then(a.added)


def test_a_band_that_a_person_set_is_not_moved_by_the_senders_answers() -> None:
    raised = story.given(*a.waiting, a.overridden)
    raised.when(replace(a.addition, answers=answered("S2 L4 V1"))).then(a.added)
    lowered = story.given(a.recognised, a.scored(a.red), replace(a.overridden, was=RED, band=AMBER))
    lowered.when(replace(a.addition, answers=answered("S3 L4 V2 A2 C2"))).then(a.added)


def test_danger_told_again_is_danger_again() -> None:
    once = replace(a.green, signals=(a.danger,))
    lowered = replace(a.overridden, was=RED, band=AMBER)
    calmed = story.given(a.recognised, a.scored(once), lowered)
    told = replace(a.addition, answers=Answers(signals=(a.danger,)))
    calmed.when(told).then(a.added, a.scored(once, ADDED_INFORMATION))


def test_danger_told_after_a_decision_is_scored_and_the_decision_stands() -> None:
    told = replace(a.addition, answers=Answers(signals=(a.danger,)))
    heard = a.scored(replace(a.amber, signals=(a.danger,)), ADDED_INFORMATION)
    decided = story.given(*a.waiting, a.decided)
    decided.when(told).then(a.added, heard)

    still = decided.given(a.added, heard)
    assert isinstance(still.state, Decided)
    again = still.given(a.reopened)
    assert isinstance(again.state, Waiting)
    assert again.state.band == RED, "reopened, it stands where the danger puts it"


@given(all_answers, all_answers, some.booleans())
def test_what_a_sender_adds_never_lowers_a_band(first: Answers, more: Answers, by: bool) -> None:  # noqa: FBT001 - drawn
    known = a.screened(first) if by else a.scored(first)
    before = story.given(a.recognised, known)
    facts = concern.decide(replace(a.addition, answers=more), before.state, SOMEBODY)
    after = before.given(*facts)

    assert isinstance(before.state, Waiting)
    assert isinstance(after.state, Waiting)
    assert isinstance(facts[0], InformationAdded)
    assert RANK[after.state.band] >= RANK[before.state.band]


@given(all_answers, some.booleans(), some.sampled_from(list(RANK)))
def test_immediate_danger_always_reaches_red(first: Answers, by: bool, band: Code) -> None:  # noqa: FBT001 - drawn
    known = a.screened(first) if by else a.scored(first)
    set_by_a_person = replace(a.overridden, was=known.score.band, band=band)
    waits = story.given(a.recognised, known, *([set_by_a_person] if by else []))
    told = replace(a.addition, answers=Answers(signals=(a.danger,)))
    after = waits.given(*concern.decide(told, waits.state, SOMEBODY))
    assert isinstance(after.state, Waiting)
    assert after.state.band == RED


# Withdrawn


def test_a_withdrawal_is_noted_and_closes_nothing() -> None:
    waits = story.given(*a.waiting)
    waits.when(a.withdrawal).then(a.withdrawn)
    after = waits.given(a.withdrawn).state
    assert isinstance(after, Waiting)
    assert replace(after, told_at=None) == waits.state
    waits.given(a.withdrawn).when(a.decision).then(a.decided)


def test_a_withdrawal_after_the_decision_is_noted_too() -> None:
    decided = story.given(*a.waiting, a.decided)
    decided.when(a.withdrawal).then(a.withdrawn)
    assert decided.given(a.withdrawn).state == decided.state


# Decided


def test_an_enquiry_follows_when_all_three_tests_are_met() -> None:
    story.given(*a.waiting).when(a.decision).then(a.decided)


def test_a_decision_says_in_which_band_the_concern_waited() -> None:
    """Whoever makes the enquiry plans by it, so it is the one that a person set."""
    raised = story.given(*a.waiting, a.overridden)
    raised.when(a.decision).then(replace(a.decided, band=a.overridden.band))
    again = raised.given(a.decided, a.reopened)
    again.when(a.decision).then(replace(a.decided, band=a.overridden.band))


@pytest.mark.parametrize("limb", [field.name for field in fields(ThreeTests)])
@pytest.mark.parametrize("answer", [answer for answer in get_args(Answer) if answer != "met"])
def test_two_tests_out_of_three_are_no_duty(limb: str, answer: Answer) -> None:
    tests = replace(a.all_met, **{limb: answer})
    story.given(*a.waiting).when(replace(a.decision, tests=tests)).then_refused(
        OutcomeContradictsTests
    )


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"outcome": Code("section-42-outcome@1:s42-enquirey")}, OutcomeUnknown),
        ({"outcome": a.signpost, "route": a.varm}, OutcomeContradictsTests),
        ({"tests": a.two_met, "outcome": a.signpost}, RouteMissing),
        (
            {"tests": a.two_met, "outcome": a.signpost, "route": Code("signpost-route@1:the-moon")},
            RouteUnknown,
        ),
        (
            {
                "tests": replace(a.two_met, at_risk_of_abuse_or_neglect="unknown"),
                "outcome": a.signpost,
                "route": a.varm,
            },
            AnswerUnknown,
        ),
    ],
)
def test_a_decision_that_does_not_hold_is_refused_and_says_why(
    changed: dict[str, Any], refused: type[Refusal]
) -> None:
    story.given(*a.waiting).when(replace(a.decision, **changed)).then_refused(refused)


def test_an_adult_is_pointed_to_a_named_route() -> None:
    signposted: dict[str, Any] = {"tests": a.two_met, "outcome": a.signpost, "route": a.varm}
    decision = replace(a.decision, **signposted)
    story.given(*a.waiting).when(decision).then(replace(a.decided, **signposted))


ALL_ANSWERS = list(product(get_args(Answer), repeat=3))


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("answers", ALL_ANSWERS, ids="/".join)
def test_no_decision_without_an_enquiry_rests_on_an_unknown_answer(
    outcome: Code, answers: tuple[Answer, Answer, Answer]
) -> None:
    limbs = (field.name for field in fields(ThreeTests))
    tests = ThreeTests(**dict(zip(limbs, answers, strict=True)))
    decision = replace(a.decision, tests=tests, outcome=outcome, route=a.varm)
    with suppress(Refusal):
        concern.decide(decision, story.given(*a.waiting).state, SOMEBODY)
        assert "unknown" not in answers or OUTCOMES[outcome].opens_enquiry
        assert (tests.duty_arises, OUTCOMES[outcome].duty) != (True, False)


# Reopened


def test_a_decided_concern_is_opened_again_and_decided_anew() -> None:
    decided = story.given(*a.waiting, a.decided)
    decided.when(a.reopening).then(a.reopened)
    again = decided.given(a.reopened, act=a.later(days=30))
    again.when(a.decision).then(a.decided)
    assert isinstance(again.state, Waiting)
    assert times(again)["decision"] == a.at("2026-12-04T17:00:00+00:00"), "its time runs anew"
    assert again.state.received_at == a.NOON


def test_what_waits_cannot_be_opened_again() -> None:
    story.given(*a.waiting).when(a.reopening).then_refused(NotDecided)
    story.given(*a.waiting, a.decided, a.reopened).when(a.reopening).then_refused(NotDecided)


# Whatever comes

tests_answered = some.builds(
    ThreeTests, **{it.name: some.sampled_from(get_args(Answer)) for it in fields(ThreeTests)}
)
bands = some.sampled_from([*RANK, Code("band@1:purple")])
commands: some.SearchStrategy[Any] = some.one_of(
    some.builds(lambda answers: replace(a.recognition, answers=answers), all_answers),
    some.builds(lambda answers: replace(a.addition, answers=answers), all_answers),
    some.just(a.withdrawal),
    some.builds(lambda answers: replace(a.scoring, answers=answers), all_answers),
    some.builds(
        lambda band, second: replace(a.override, band=band, second_person=second),
        bands,
        some.sampled_from([None, "", "kim", "sam"]),
    ),
    some.builds(
        lambda tests, outcome, route: replace(
            a.decision, tests=tests, outcome=outcome, route=route
        ),
        tests_answered,
        some.sampled_from([*OUTCOMES, Code("section-42-outcome@1:none")]),
        some.none() | some.sampled_from([*ROUTES, Code("signpost-route@1:the-moon")]),
    ),
    some.sampled_from([a.reopening, a.agreement, a.refusal]),
)
acts = some.sampled_from([SOMEBODY, a.SCREENS, a.SECOND])


@given(some.lists(some.tuples(commands, acts), max_size=12))
def test_whatever_is_asked_is_done_or_refused_and_what_was_done_can_be_told(
    asked: list[tuple[Any, Act]],
) -> None:
    state: Concern | None = None
    history, told = list[ConcernFact](), list[Recorded[ConcernFact]]()
    for command, act in asked:
        with suppress(Refusal):
            facts = concern.decide(command, state, act)
            for fact in facts:
                state = concern.evolve(state, fact, act)
            history += facts
            told += a.recorded(*facts, act=act)
            assert not isinstance(state, Recognised), "recognised and scored are one act"
    assert concern.fold(told) == state
    assert sum(isinstance(it, ConcernRecognised) for it in history) <= 1
    if isinstance(state, Waiting):
        assert state.score == score(unseen(history))


@pytest.mark.parametrize("fact", [it for it in a.EVERY_FACT if it is not a.recognised])
def test_no_history_begins_with_anything_but_a_recognition(fact: ConcernFact) -> None:
    with pytest.raises(ValueError, match="nothing is recorded"):
        concern.evolve(None, fact, SOMEBODY)


@pytest.mark.parametrize(
    "command", [a.scoring, a.override, a.agreement, a.decision, a.reopening, a.consideration]
)
def test_nothing_is_dated_before_the_day_of_the_receipt(command: Any) -> None:
    """A slip of the year would let thousands of re-checks pass at once."""
    before = SOMEBODY.at(a.at("1926-11-02T09:00:00+00:00"))
    for known in (a.waiting, (*a.waiting, a.decided, a.added)):
        story.given(*known).when(command, act=before).then_refused(BeforeItsReceipt)
    same_day = SOMEBODY.at(a.at("2026-11-02T00:00:00+00:00"))
    story.given(*a.waiting).when(a.decision, act=same_day).then(a.decided)


def test_before_the_first_score_nothing_else_counts() -> None:
    """So it looks as at a time when the score was not known, or not so."""
    for fact in a.EVERY_FACT[2:]:
        if not isinstance(fact, ConcernScored):
            assert isinstance(story.given(a.recognised, fact).state, Recognised)
