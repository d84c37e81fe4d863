"""Is whoever asks for an extension of an urgent authorisation answered before it ends?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import LONDON, calendar, london_date
from tests.dols import a
from tests.support.story import SOMEBODY, Story

CALENDAR = calendar()
story: Story[Any, Request, RequestFact] = Story(request)
asked = story.given(a.asking, a.low)
ENDS_ON = date(2026, 11, 8)
DUE, END = a.at("2026-11-03T17:00:00+00:00"), a.at("2026-11-08T23:59:00+00:00")


def due(of: Story[Any, Request, RequestFact]) -> datetime | None:
    assert of.state
    found = [it.due_at for it in request.owed(of.state, CALENDAR) if it.kind == "extension"]
    assert len(found) <= 1
    return found[0] if found else None


def missed(at: datetime) -> RequestFact:
    return replace(a.missed, kind=Code("dols-deadline@1:extension"), due_at=at)


def timer(at: datetime) -> Act:
    return replace(SOMEBODY, role="timer", effective_at=at)


def test_an_extension_that_is_asked_for_is_answered_within_a_working_day() -> None:
    assert due(asked) == DUE
    later = story.given(a.urgent, a.low)
    assert due(later) is None
    assert due(later.given(a.asks, act=a.later(days=1))) == DUE + timedelta(days=1)
    assert due(asked.given(a.asks, act=a.later(days=1))) == DUE, "to ask again gains no time"


def test_and_always_before_the_urgent_authorisation_ends() -> None:
    friday = replace(SOMEBODY, effective_at=a.at("2026-11-06T16:00:00+00:00"))
    on_friday = story.given(a.urgent, a.low).given(a.asks, act=friday)
    assert due(on_friday) == a.at("2026-11-07T19:59:30+00:00"), "half of what is left"
    at_last = replace(SOMEBODY, effective_at=a.at("2026-11-08T23:59:30+00:00"))
    assert due(story.given(a.urgent, a.low).given(a.asks, act=at_last)) == at_last.effective_at


def test_one_that_nobody_answered_is_missed_as_a_fact_and_owed_until_the_end() -> None:
    asked.when(DeadlinePassed(Deadline("extension", DUE)), act=timer(DUE)).then(missed(DUE))
    late = asked.given(missed(DUE), act=timer(DUE))
    assert due(late) == END
    assert due(late.given(missed(END), act=timer(END))) is None, "no answer helps any more"
    assert due(late.given(a.lapsed, act=timer(END))) is None
    late.when(a.extending).then(
        a.extended, a.prioritised(by="time", urgent_ends_on=date(2026, 11, 15))
    )


ANSWERS: dict[str, RequestFact] = {
    "it is extended": a.extended,
    "it is not extended": a.not_extended,
    "it was taken back": a.withdrawn,
    "the person is gone": replace(a.told, still_here="no"),
    "it was granted": a.granted,
    "it was not granted": a.not_granted,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_it_is_owed_until_it_is_answered_or_makes_no_sense_any_more(answer: RequestFact) -> None:
    assert due(asked.given(answer)) is None


def test_a_signatory_says_that_it_is_not_extended() -> None:
    asked.when(a.not_extending, act=a.SIGNATORY).then(a.not_extended)
    no = asked.given(a.not_extended)
    assert due(no) is None
    for command in (a.not_extending, a.extending):
        no.when(command, act=a.SIGNATORY).then_refused(refusals.ExtensionRefusedBefore)


REFUSED, EXTENDED = asked.given(a.not_extended), asked.given(a.extended)


@pytest.mark.parametrize(
    ("of", "refusal"),
    [(REFUSED, refusals.ExtensionRefusedBefore), (EXTENDED, refusals.UrgentExtendedBefore)],
    ids=["refused", "extended"],
)
def test_an_extension_is_asked_for_once_only_whatever_became_of_it(
    of: Story[Any, Request, RequestFact], refusal: Any
) -> None:
    assert of.state
    for facts in ((a.asks,), (a.asks, a.considered, a.asks)):
        again = of.given(*facts, act=a.later(days=2))
        assert due(again) is None, "no answer is owed to what may not be asked"
        assert again.state
        assert again.state.urgent == of.state.urgent
        for command in (a.extending, a.not_extending):
            again.when(command).then_refused(refusal)


def test_whoever_asks_again_is_kept_and_scored_like_any_other_news() -> None:
    news = a.prioritised(by="circumstances", urgent_ends_on=ENDS_ON)
    asks = replace(a.telling, told=a.asks)
    REFUSED.when(asks).then(a.asks, news)
    state = REFUSED.given(a.asks).state
    assert state
    assert state.told_at, "a person looks"


def test_an_extension_that_was_given_on_a_second_request_once_stays_given() -> None:
    stands = REFUSED.given(a.asks, a.extended).state
    assert stands
    assert stands.urgent
    assert (stands.urgent.extended, stands.urgent.ends_on) == (True, a.extended.ends_on)


def test_what_cannot_be_extended_needs_no_refusal() -> None:
    story.given(*a.waiting).when(a.not_extending).then_refused(refusals.NoUrgentAuthorisation)
    asked.given(a.extended).when(a.not_extending).then_refused(refusals.UrgentExtendedBefore)
    asked.given(a.lapsed).when(a.not_extending).then_refused(refusals.UrgentHasEnded)
    back = replace(a.not_extending, recorded_at=a.later(days=1).effective_at)
    asked.when(back).then_refused(refusals.DecisionDatedBack)


instants = some.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=some.just(LONDON))  # noqa: DTZ001


@given(instants, some.integers(1, 7))
def test_whenever_it_is_asked_for_its_time_lies_before_the_end(
    asked_at: datetime, days: int
) -> None:
    ends_on = clocks.urgent_ends(london_date(asked_at), days)
    found = clocks.extension_due(asked_at, ends_on, CALENDAR)
    if asked_at < clocks.end_of(ends_on):
        assert asked_at < found < clocks.end_of(ends_on)
    else:
        assert found == asked_at
