"""Is a request that waits owed something always, and does each time pass once?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact, RequestPrioritised, UrgentLapsed
from services.dols.rules import codes
from services.dols.rules.legal_test import AGNI_2026, CW_2014
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import SOMEBODY, Story

CALENDAR = calendar()
story: Story[Any, Request, RequestFact] = Story(request)
LAW, RE_CHECK = "2026-11-22T23:59", "2027-01-25T23:59"
ALLOCATE = "2027-01-01T23:59"
ENDS = {"end": "2027-04-30T22:59", "end-reminder": "2027-03-19T00:00"}
"""What is left once it is granted."""


def owes(of: Story[Any, Request, RequestFact]) -> dict[str, str]:
    assert of.state
    return {it.kind: f"{it.due_at:%Y-%m-%dT%H:%M}" for it in request.owed(of.state, CALENDAR)}


OWED: dict[str, tuple[tuple[RequestFact, ...], dict[str, str]]] = {
    "low": (a.waiting, {"decision": LAW, "re-check": RE_CHECK, "allocation": ALLOCATE}),
    "high": (
        (a.received, a.high),
        {
            "decision": LAW, "re-check": "2026-11-09T23:59",
            "allocation": "2026-11-04T17:00",
        },
    ),
    "half staffed": (
        (*a.waiting, a.allocated),
        {"decision": LAW, "re-check": RE_CHECK, "allocation": ALLOCATE},
    ),
    "staffed": (a.staffed, {"decision": LAW, "re-check": RE_CHECK}),
    "offered": (
        (*a.waiting, a.offered),
        {
            "decision": LAW, "re-check": RE_CHECK, "allocation": ALLOCATE,
            "offer-best-interests": "2026-11-04T09:00",
        },
    ),
    "declined": (
        (*a.waiting, a.offered, a.declined),
        {"decision": LAW, "re-check": RE_CHECK, "allocation": ALLOCATE},
    ),
    "assessed": (a.ready, {"decision": LAW, "re-check": RE_CHECK, "sign-off": "2026-11-09T17:00"}),
    "one failed": (
        (*a.staffed, a.assessed(codes.CAPACITY, codes.NOT_SATISFIED)),
        {"decision": LAW, "re-check": RE_CHECK, "sign-off": "2026-11-09T17:00"},
    ),
    "withdrawn": (
        (*a.staffed, a.withdrawn),
        {"decision": LAW, "re-check": RE_CHECK, "sign-off": "2026-11-09T17:00"},
    ),
    "no longer needed": (
        (*a.staffed, replace(a.told, still_needed="no")),
        {
            "decision": LAW, "re-check": RE_CHECK, "sign-off": "2026-11-09T17:00",
            "look": "2026-11-04T17:00",
        },
    ),
    "needed after all": (
        (*a.staffed, replace(a.told, still_needed="no"), a.told, a.considered),
        {"decision": LAW, "re-check": RE_CHECK},
    ),
    "told": (
        (*a.staffed, a.told),
        {"decision": LAW, "re-check": RE_CHECK, "look": "2026-11-04T17:00"},
    ),
    "granted": ((*a.ready, a.granted), ENDS),
    "told after a decision": (
        (*a.ready, a.granted, a.told), ENDS | {"look": "2026-11-04T17:00"}
    ),
    "urgent": (
        (a.urgent, replace(a.low, by=Code("priority-by@1:receipt")), a.allocated, a.doctor),
        {
            "decision": "2026-11-08T23:59", "re-check": RE_CHECK, "urgent": "2026-11-08T23:59",
            "score": "2026-11-06T00:00",
        },
    ),
    "a renewal": (
        (replace(a.received, authorisation_ends_on=date(2026, 12, 31)), a.low, a.allocated,
         a.doctor),
        {
            "decision": LAW, "re-check": RE_CHECK, "score": "2026-12-03T00:00",
            "authorisation": "2026-12-31T23:59",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "due"), OWED.values(), ids=OWED)
def test_what_is_owed_and_by_when(facts: tuple[RequestFact, ...], due: dict[str, str]) -> None:
    assert owes(story.given(*facts)) == due


def passes(kind: str, at: str, late: bool = False) -> DeadlinePassed:  # noqa: FBT001, FBT002
    return DeadlinePassed(Deadline(kind, a.at(f"{at}:00+00:00")), late=late)


def timer(at: str) -> Act:
    return replace(SOMEBODY, role="timer", effective_at=a.at(f"{at}:00+00:00"))


def test_the_21_days_that_passed_are_a_fact_and_stay_owed_week_by_week() -> None:
    now = story.given(*a.staffed)
    now.when(passes("decision", LAW), act=timer(LAW)).then(a.missed)
    after = now.given(a.missed)
    assert owes(after)["decision"] == "2026-11-29T23:59"
    assert after.state
    assert after.state.overdue
    after.when(passes("decision", LAW)).then()


def test_a_re_check_that_was_missed_is_owed_again_after_the_time_of_its_band() -> None:
    due = "2026-11-09T23:59"
    missed = replace(
        a.missed, kind=Code("dols-deadline@1:re-check"), due_at=a.at(f"{due}:00+00:00"), late=True
    )
    high = story.given(a.received, a.high)
    high.when(passes("re-check", due, late=True)).then(missed)
    assert owes(high.given(missed))["re-check"] == "2026-11-16T23:59"


def test_a_person_who_scores_afresh_has_made_the_re_check() -> None:
    scored = a.prioritised(a.OBJECTS, by="staff")
    anew = story.given(a.received, a.high).given(scored, act=a.later(days=5))
    assert owes(anew)["re-check"] == "2026-11-14T23:59"
    told = story.given(a.received, a.high).given(a.told, act=a.later(days=5))
    assert owes(told)["re-check"] == "2026-11-14T23:59"
    by_time = story.given(a.received, a.high).given(a.high, act=a.later(days=5))
    assert owes(by_time)["re-check"] == "2026-11-09T23:59", "no person looked"


def test_what_was_told_is_looked_at_by_a_person_though_it_was_scored_at_once() -> None:
    told = story.given(*a.staffed, a.told, a.prioritised(by="circumstances"))
    assert owes(told)["look"] == "2026-11-04T17:00"


LOOKS: dict[str, RequestFact] = {
    "considered": a.considered, "scored": a.prioritised(by="staff")
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_look_that_is_dated_back_has_not_seen_what_was_told_since(look: RequestFact) -> None:
    told = story.given(*a.staffed, a.told)
    for days in (2, 3):
        told = told.given(a.told, act=a.later(days=days))
    for days, due in ((0, "2026-11-06"), (1, "2026-11-06"), (2, "2026-11-09")):
        looked = told.given(look, act=a.later(days=days))
        assert owes(looked)["look"] == f"{due}T17:00", "from the first that nobody has seen"
    assert "look" not in owes(told.given(look, act=a.later(days=3)))


def test_who_fails_one_requirement_waits_no_longer_since_another_is_recorded() -> None:
    fails = story.given(*a.staffed, a.assessed(codes.CAPACITY, codes.NOT_SATISFIED))
    for days, another in enumerate((codes.AGE, codes.NO_REFUSALS, codes.DISORDER), 1):
        fails = fails.given(a.assessed(another), act=a.later(days=days))
        assert owes(fails)["sign-off"] == "2026-11-09T17:00", another
    both = fails.given(a.assessed(codes.INTERESTS, codes.NOT_SATISFIED), act=a.later(days=7))
    assert owes(both)["sign-off"] == "2026-11-09T17:00"
    met = fails.given(a.assessed(codes.CAPACITY), act=a.later(days=7))
    assert "sign-off" not in owes(met), "two are not assessed yet"


def test_who_meets_all_six_waits_for_a_signatory_since_the_last_was_found() -> None:
    five = story.given(*a.staffed, *a.six[:-1])
    assert "sign-off" not in owes(five)
    assert owes(five.given(a.six[-1], act=a.later(days=7)))["sign-off"] == "2026-11-16T17:00"


def test_a_score_that_changes_no_band_takes_no_time_away_from_it() -> None:
    high = story.given(a.received, a.high).given(a.high, act=a.later(days=1))
    assert owes(high)["allocation"] == "2026-11-04T17:00"
    fresh = story.given(*a.waiting).given(a.high, act=a.later(days=1))
    assert owes(fresh)["allocation"] == "2026-11-05T17:00", "High counts from when it became so"


def test_a_lapsed_authorisation_nears_its_end_no_more_whenever_a_score_is_dated() -> None:
    scored = a.prioritised(by="staff", urgent_ends_on=date(2026, 11, 8), urgent_lapsed=True)
    assert "score" not in owes(story.given(a.urgent, a.low, a.lapsed, scored))


def test_no_change_of_bands_pushes_a_low_wait_on() -> None:
    now = story.given(*a.waiting).given(a.high, a.low, act=a.later(days=10))
    assert owes(now)["allocation"] == ALLOCATE


def test_an_urgent_authorisation_lapses_and_who_objects_is_high_from_then_on() -> None:
    objects = replace(a.CONTENT, objection="intermittent")
    first = replace(a.urgent, answers=objects)
    now = story.given(first, a.prioritised(objects, urgent_ends_on=date(2026, 11, 8)))
    ends = "2026-11-08T23:59"
    scored = a.prioritised(
        objects, by="lapse", today=date(2026, 11, 8), urgent_ends_on=date(2026, 11, 8),
        urgent_lapsed=True,
    )  # fmt: skip
    assert scored.priority.overrides == ("priority-override@1:h6",)
    now.when(passes("urgent", ends), act=timer(ends)).then(a.lapsed, scored)
    after = now.given(a.lapsed, scored, act=timer(ends))
    assert after.state
    assert after.state.unprotected(a.TODAY)
    assert not after.given(a.granted).state.unprotected(a.TODAY)  # type: ignore[union-attr]
    assert "urgent" not in owes(after)


def test_who_objects_is_high_when_their_urgent_authorisation_is_about_to_end() -> None:
    objects = replace(a.CONTENT, objection="intermittent")
    first = replace(a.urgent, answers=objects)
    now = story.given(first, a.prioritised(objects, urgent_ends_on=date(2026, 11, 8)))
    soon = "2026-11-06T00:00"
    scored = a.prioritised(
        objects, by="time", today=date(2026, 11, 6), urgent_ends_on=date(2026, 11, 8)
    )
    assert scored.priority.overrides == ("priority-override@1:h3",)
    now.when(passes("score", soon), act=timer(soon)).then(scored)


def test_who_waited_when_the_law_changed_is_scored_again_under_the_new_test() -> None:
    before = replace(SOMEBODY, effective_at=a.at("2026-05-01T09:00:00+00:00"))
    old = replace(a.low, legal_test=CW_2014)
    now = story.given(replace(a.received, received_on=date(2026, 5, 1)), old, act=before)
    changed = "2026-06-02T09:00"
    assert owes(now)["score"] == changed
    outcome = now.when(passes("score", changed), act=timer(changed)).outcome
    assert isinstance(outcome, tuple)
    (scored,) = outcome
    assert isinstance(scored, RequestPrioritised)
    assert (scored.legal_test, scored.priority) == (AGNI_2026, a.low.priority)
    assert "score" not in owes(now.given(scored, act=timer(changed)))


def test_an_urgent_authorisation_of_long_ago_lapses_on_receipt_and_nobody_was_late() -> None:
    ago = replace(a.urgent, urgent_given_on=date(1906, 11, 2), urgent_ends_on=date(1906, 11, 8))
    now, at_once = story.given(ago, a.low), "2026-11-02T09:00"
    act = timer(at_once)
    assert owes(now)["urgent"] == at_once
    lapsed, scored = request.decide(passes("urgent", at_once), now.state, act)
    assert isinstance(lapsed, UrgentLapsed)
    assert lapsed.ended_on == date(1906, 11, 8)
    assert isinstance(scored, RequestPrioritised)
    assert scored.legal_test == AGNI_2026, "it is scored as it is now"
    high = replace(scored, priority=a.high.priority)
    assert owes(now.given(lapsed, high, act=act)) == {
        "decision": LAW, "re-check": "2026-11-09T23:59", "allocation": "2026-11-04T17:00"
    }  # fmt: skip


def unprotected(of: Story[Any, Request, RequestFact], on: str) -> bool:
    assert of.state
    return of.state.unprotected(date.fromisoformat(on))


def test_a_renewal_that_still_waits_when_the_authorisation_ends_leaves_the_person_unprotected() -> (
    None
):
    now, ends = story.given(a.renewal, a.low), "2026-11-10T23:59"
    assert owes(now)["authorisation"] == ends
    assert not unprotected(now, "2026-11-10")
    now.when(passes("authorisation", ends), act=timer(ends)).then(a.renewal_lapsed)
    after = now.given(a.renewal_lapsed, act=timer(ends))
    assert unprotected(after, "2026-11-11")
    assert "authorisation" not in owes(after)


def test_what_had_ended_before_its_renewal_was_asked_for_counts_from_receipt() -> None:
    ago = replace(a.renewal, authorisation_ends_on=date(2026, 10, 10))
    now, at_once = story.given(ago, a.low), "2026-11-02T09:00"
    assert owes(now)["authorisation"] == at_once
    lapsed = replace(a.renewal_lapsed, ended_on=date(2026, 10, 10))
    now.when(passes("authorisation", at_once), act=timer(at_once)).then(lapsed)


@pytest.mark.parametrize("day", [date(1926, 11, 10), date(2126, 11, 10)])
def test_no_authorisation_that_cannot_be_is_relied_on_though_it_was_kept(day: date) -> None:
    now = story.given(replace(a.renewal, authorisation_ends_on=day), a.low)
    assert owes(now) == owes(story.given(*a.waiting))
    assert now.state
    assert now.state.authorisation_ends_on is None
    assert not unprotected(now, "2026-11-11")
    assert not unprotected(now.given(a.renewal_lapsed), "2026-11-11"), "as an older build had it"


def test_an_urgent_authorisation_protects_after_the_one_to_be_renewed_has_ended() -> None:
    both = replace(a.urgent, authorisation_ends_on=date(2026, 11, 5))
    now = story.given(both, a.low, replace(a.renewal_lapsed, ended_on=date(2026, 11, 5)))
    assert not unprotected(now, "2026-11-06")
    assert unprotected(now.given(a.lapsed), "2026-11-09")


GAPS: dict[str, tuple[RequestFact, RequestFact, str, str]] = {
    "urgent": (a.urgent, a.lapsed, "urgent", "2026-11-08"),
    "renewal": (a.renewal, a.renewal_lapsed, "authorisation", "2026-11-10"),
}


@pytest.mark.parametrize(("first", "lapsed", "kind", "day"), GAPS.values(), ids=GAPS)
def test_who_was_granted_an_authorisation_that_begins_later_is_unprotected_until_then(
    first: RequestFact, lapsed: RequestFact, kind: str, day: str
) -> None:
    starts_on = date.fromisoformat(day) + timedelta(days=2)
    granted = replace(a.granted, starts_on=starts_on)
    now, ends = story.given(first, *a.ready[1:], granted), f"{day}T23:59"
    assert owes(now) == ENDS | {kind: ends}
    now.when(passes(kind, ends), act=timer(ends)).then(lapsed)
    gap = now.given(lapsed, act=timer(ends))
    assert unprotected(gap, f"{starts_on - timedelta(days=1)}")
    assert not unprotected(gap, f"{starts_on}")
    assert owes(gap) == ENDS


@pytest.mark.parametrize(("first", "lapsed", "kind", "day"), GAPS.values(), ids=GAPS)
def test_what_begins_on_the_day_after_leaves_no_gap(
    first: RequestFact, lapsed: RequestFact, kind: str, day: str
) -> None:
    next_day = date.fromisoformat(day) + timedelta(days=1)
    now = story.given(first, *a.ready[1:], replace(a.granted, starts_on=next_day))
    assert owes(now) == ENDS
    now.when(passes(kind, f"{day}T23:59")).then()
    ended = story.given(first, a.low, lapsed, a.not_granted)
    assert not unprotected(ended, f"{next_day}"), "no request waits any more"


def test_an_offer_that_nobody_answered_expires() -> None:
    asked = story.given(*a.waiting, a.offered)
    asked.when(passes("offer-best-interests", "2026-11-04T09:00")).then(a.expired)
    assert "offer-best-interests" not in owes(asked.given(a.expired))


def test_a_time_of_another_state_passes_without_a_trace() -> None:
    story.when(passes("decision", LAW)).then()
    story.given(*a.ready, a.granted).when(passes("decision", LAW)).then()


@given(
    some.sampled_from([a.received, a.urgent, a.asking, a.renewal]),
    some.lists(some.sampled_from((*a.EVERY_FACT[2:], a.asks)), max_size=12),
    some.data(),
)
def test_who_waits_is_owed_something_and_what_passed_is_owed_no_more(
    first: RequestFact, happened: list[RequestFact], data: some.DataObject
) -> None:
    now = story.given(first).given(*happened)
    for _ in range(4):
        assert now.state
        due = sorted(request.owed(now.state, CALENDAR), key=lambda it: (it.due_at, it.kind))
        assert due or now.state.ended
        if not due:
            return
        one: Deadline = data.draw(some.sampled_from(due))
        by = replace(SOMEBODY, effective_at=one.due_at, role="timer")
        facts = request.decide(DeadlinePassed(one), now.state, by)
        assert facts
        now = now.given(*facts, act=by)
        assert now.state
        assert one not in request.owed(now.state, CALENDAR)


def test_an_hour_in_summer_is_counted_in_london() -> None:
    summer = replace(SOMEBODY, effective_at=datetime.fromisoformat("2026-07-01T09:00:00+00:00"))
    july = replace(a.received, received_on=date(2026, 7, 1), due_on=date(2026, 7, 21))
    assert owes(story.given(july, a.low, act=summer))["decision"] == "2026-07-21T22:59"
