"""Is an open enquiry owed something always, and does each time pass once?"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.caused import AWAITED, REPORTED
from services.enquiry.decisions.owing import overdue, to_note
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import DeadlineMissed, EnquiryFact, PartnerReminded
from services.enquiry.rules import codes
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

CALENDAR = calendar()
story: Story[Any, Enquiry, EnquiryFact] = Story(enquiry)


def owes(story: Story[Any, Enquiry, EnquiryFact]) -> dict[str, datetime]:
    assert story.state
    return {it.kind: it.due_at for it in enquiry.owed(story.state, CALENDAR)}


def close(day: str) -> datetime:
    return a.at(f"{day}T17:00:00+00:00")


OWED: dict[str, tuple[tuple[EnquiryFact, ...], dict[str, str]]] = {
    "opened": ((a.opened,), {"lead": "2026-11-03", "plan": "2026-11-09"}),
    "led": ((a.opened, a.led), {"plan": "2026-11-09"}),
    "planned": (a.under_way, {"conclusion": "2026-11-30"}),
    "a partner is asked": (
        (*a.under_way, a.caused),
        {"conclusion": "2026-11-30", "report": "2026-11-16", "report-reminder": "2026-11-12"},
    ),
    "a partner was reminded": (
        (*a.under_way, a.caused, a.reminded),
        {"conclusion": "2026-11-30", "report": "2026-11-16"},
    ),
    "an advocate is needed": (
        (*a.under_way, a.unsupported),
        {"conclusion": "2026-11-30", "advocate": "2026-11-09"},
    ),
    "an advocate is arranged": (
        (*a.under_way, a.unsupported, a.supported),
        {"conclusion": "2026-11-30"},
    ),
    "it was Red": ((a.red, a.led), {"plan": "2026-11-03"}),
    "its report is here": (
        (*a.under_way, a.caused, a.reported),
        {"conclusion": "2026-11-30", "report-answer": "2026-11-09"},
    ),
    "another came before it was answered": (
        (*a.under_way, a.caused, a.reported, a.reported),
        {"conclusion": "2026-11-30", "report-answer": "2026-11-09"},
    ),
    "a report came late": (
        (*a.under_way, a.caused, a.recalled, a.late),
        {"conclusion": "2026-11-30", "report-answer": "2026-11-09"},
    ),
    "a report came late and was looked at": (
        (*a.under_way, a.caused, a.recalled, a.late, a.considered),
        {"conclusion": "2026-11-30"},
    ),
    "a report came after it was closed": (
        (*a.ready, a.caused, a.recalled, a.closed, a.late),
        {"report-answer": "2026-11-09", "review": "2026-12-07"},
    ),
    "it is returned": (
        (*a.under_way, a.caused, a.reported, a.returned),
        {"conclusion": "2026-11-30", "report": "2026-11-16", "report-reminder": "2026-11-12"},
    ),
    "the partner declined": ((*a.under_way, a.caused, a.declined), {"conclusion": "2026-11-30"}),
    "concluded at once": (
        (a.opened, a.at_once),
        {"findings": "2026-11-09", "closure": "2026-11-09"},
    ),
    "a plan is needed": (a.found, {"safety-plan": "2026-11-09", "closure": "2026-11-09"}),
    "no plan is needed": (
        (*a.under_way, replace(a.concluded, plan=codes.NOT_NEEDED)),
        {"closure": "2026-11-09"},
    ),
    "the plan is live": ((*a.found, a.safe), {"action": "2026-11-02", "review": "2026-12-07"}),
    "no review is set": (
        (*a.found, replace(a.safe, review_on=None)),
        {"action": "2026-11-02", "closure": "2026-11-09"},
    ),
    "the plan was reviewed": (
        (*a.found, a.safe, a.reviewed),
        {"action": "2026-11-02", "review": "2027-01-11"},
    ),
    "a plan is live before anything is concluded": (
        (*a.under_way, a.safe),
        {"action": "2026-11-02", "conclusion": "2026-11-30", "review": "2026-12-07"},
    ),
    "what was done at first is not the plan that is needed": (
        (*a.under_way, a.assessed, a.safe, a.ended, a.concluded),
        {"closure": "2026-11-09", "safety-plan": "2026-11-09", "review": "2026-12-07"},
    ),
    "its actions ended": (a.ready, {"closure": "2026-11-09", "review": "2026-12-07"}),
    "closed": ((*a.ready, a.closed), {"review": "2026-12-07"}),
    "more was told of a closed one": (
        (*a.ready, a.closed, a.added),
        {"review": "2026-12-07", "look": "2026-11-03"},
    ),
    "more was told of an open one": (
        (*a.under_way, a.added),
        {"conclusion": "2026-11-30", "information": "2026-11-03"},
    ),
    "opened again, and more was told while it was closed": (
        (*a.ready, a.closed, a.added, a.carried, a.reopened),
        {
            "closure": "2026-11-09",
            "doubt": "2026-11-09",
            "information": "2026-11-03",
            "review": "2026-12-07",
        },
    ),
    "its lead considered it": ((*a.under_way, a.added, a.weighed), {"conclusion": "2026-11-30"}),
    "the Board's lead was told": (
        (*a.with_the_board, a.reminded),
        {"conclusion": "2026-11-30", "report": "2026-12-01", "escalation-note": "2026-12-01"},
    ),
    "the Board's lead took note": (
        (*a.with_the_board, a.reminded, a.noted),
        {"conclusion": "2026-11-30", "report": "2026-12-01"},
    ),
    "the report came before the Board's lead took note": (
        (*a.with_the_board, a.reported),
        {"conclusion": "2026-11-30", "report-answer": "2026-11-09"},
    ),
    "closed and reviewed": ((*a.ready, a.closed, replace(a.reviewed, next_review_on=None)), {}),
    "opened again": (
        (*a.ready, a.closed, a.reopened),
        {"closure": "2026-11-09", "doubt": "2026-11-09", "review": "2026-12-07"},
    ),
    "its conclusion is in doubt beside a live plan": (
        (*a.found, a.safe, a.caused, a.reported, a.good),
        {"action": "2026-11-02", "doubt": "2026-11-09", "review": "2026-12-07"},
    ),
    "more was told of what nobody leads": (
        (a.opened, a.at_once, a.added),
        {
            "closure": "2026-11-09",
            "findings": "2026-11-09",
            "information": "2026-11-03",
            "lead": "2026-11-03",
        },
    ),
    "nobody leads it, and it was considered": (
        (a.opened, a.at_once, a.added, a.weighed),
        {"closure": "2026-11-09", "findings": "2026-11-09"},
    ),
    "the decision changed": (
        (*a.under_way, a.undone),
        {"conclusion": "2026-11-30", "look": "2026-11-03"},
    ),
    "a manager looked": ((*a.under_way, a.undone, a.looked), {"conclusion": "2026-11-30"}),
}


@pytest.mark.parametrize(("facts", "due"), OWED.values(), ids=OWED)
def test_what_is_owed_and_by_when(facts: tuple[EnquiryFact, ...], due: dict[str, str]) -> None:
    assert owes(story.given(*facts)) == {kind: close(day) for kind, day in due.items()}


def test_a_late_report_gives_five_working_days_to_conclude() -> None:
    late = story.given(*a.under_way, a.caused, a.reported)
    late = late.given(a.good, act=a.later(days=30))  # Wednesday 2 December
    assert owes(late) == {"conclusion": close("2026-12-09")}


def test_of_two_reports_the_one_that_came_first_is_owed_first() -> None:
    other = story.given(*a.under_way, a.caused, a.reported)
    late = other.given(a.late_of_another, act=a.later(days=3))
    assert owes(late)["report-answer"] == close("2026-11-09")
    assert owes(late.given(a.good))["report-answer"] == close("2026-11-12")
    early = story.given(*a.under_way, a.caused, a.late_of_another)
    both = early.given(a.reported, act=a.later(days=3))
    assert owes(both)["report-answer"] == close("2026-11-09")
    assert owes(both.given(a.considered))["report-answer"] == close("2026-11-12")
    late_again = early.given(a.late_of_another, act=a.later(days=3))
    assert owes(late_again)["report-answer"] == close("2026-11-09")


def test_an_early_report_takes_no_time_away() -> None:
    early = story.given(*a.under_way, a.caused, a.reported, a.good)
    assert owes(early) == {"conclusion": close("2026-11-30")}


def test_a_review_on_a_day_that_does_not_work_is_due_at_the_next_that_does() -> None:
    christmas = replace(a.safe, review_on=date(2026, 12, 25))
    assert owes(story.given(*a.found, christmas, a.ended))["review"] == close("2026-12-29")


def test_each_action_has_its_day_the_first_one_first_until_it_is_done() -> None:
    days = (date(2026, 11, 16), date(2026, 11, 9), date(2026, 11, 28))  # the last a Saturday
    plan = replace(a.safe, actions=tuple(replace(a.weigh, due_on=it) for it in days))
    live = story.given(*a.found, plan)
    assert owes(live)["action"] == close("2026-11-09")
    missed = replace(a.missed, kind=Code("enquiry-deadline@1:action"), due_at=close("2026-11-09"))
    told = replace(a.escalated, kind=missed.kind, due_at=missed.due_at)
    live.when(DeadlinePassed(Deadline("action", close("2026-11-09")))).then(missed, told)
    late = live.given(missed)
    assert owes(late)["action"] == close("2026-11-16"), "the next one, though one is late"
    assert owes(late.given(replace(a.ended, action=1)))["action"] == close("2026-11-17")
    left = late.given(a.ended, replace(a.ended, action=2))
    assert owes(left)["action"] == close("2026-11-30")
    assert "action" not in owes(left.given(replace(a.ended, action=3)))


def test_an_enquiry_that_is_owed_in_full_after_all_has_its_full_time() -> None:
    duty = replace(a.again, outcome=a.s42, kind=a.opened.kind)
    at_once = story.given(a.opened, a.at_once).given(a.undone, duty, act=a.later(days=21))
    assert owes(at_once) == {  # since Monday 23 November
        "lead": close("2026-11-24"), "plan": close("2026-11-30"), "look": close("2026-11-24")
    }  # fmt: skip


def test_a_plan_that_is_found_to_be_needed_later_has_its_full_time() -> None:
    later = story.given(a.opened, a.at_once, a.asked, a.assessed)
    later = later.given(a.concluded, act=a.later(days=7))
    assert owes(later)["safety-plan"] == close("2026-11-16")
    again = later.given(a.concluded, act=a.later(days=14))
    assert owes(again)["safety-plan"] == close("2026-11-16"), "said again it is due as it was"


def test_what_is_dated_back_takes_back_no_step_that_was_taken_later() -> None:
    long_ago = a.later(days=-4000)
    ended = story.given(*a.found, a.safe).given(a.ended, act=long_ago)
    assert owes(ended)["closure"] == close("2026-11-09")
    undone = story.given(a.opened).given(a.undone, act=long_ago)
    assert owes(undone)["look"] == close("2026-11-03")


def test_what_was_missed_is_a_fact_and_is_owed_again() -> None:
    led = story.given(a.opened, a.led)
    passed = DeadlinePassed(Deadline("plan", a.PLAN_DUE))
    led.when(passed).then(a.missed, a.escalated)
    after = led.given(a.missed)
    assert owes(after) == {"plan": close("2026-11-17")}, "five working days after 17:00 on the 9th"
    after.when(passed).then()
    assert owes(after.given(a.planned)) == {"conclusion": close("2026-11-30")}


def test_what_passed_while_the_service_stood_still_says_so() -> None:
    passed = DeadlinePassed(Deadline("plan", a.PLAN_DUE), late=True)
    story.given(a.opened).when(passed).then(
        replace(a.missed, late=True), replace(a.escalated, late=True)
    )


def test_what_is_due_anew_after_it_was_missed_has_its_full_time() -> None:
    missed = replace(a.missed, kind=Code("enquiry-deadline@1:report"), due_at=a.REPORT_DUE)
    back = replace(a.returned, due_at=close("2026-12-18"))
    again = story.given(*a.under_way, a.caused, missed, a.reported, back)
    assert owes(again)["report"] == close("2026-12-18")


def test_a_time_of_another_state_passes_without_a_trace() -> None:
    passed = DeadlinePassed(Deadline("plan", a.PLAN_DUE))
    story.when(passed).then()
    story.given(*a.under_way).when(passed).then()
    story.given(*a.ready, a.closed).when(passed).then()


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=12), some.data())
def test_an_open_enquiry_owes_something_and_what_passed_is_owed_no_more(
    happened: list[EnquiryFact], data: some.DataObject
) -> None:
    now = story.given(a.opened).given(*happened)
    assert now.state
    for _ in range(4):
        due = sorted(enquiry.owed(now.state, CALENDAR), key=lambda it: (it.due_at, it.kind))
        assert due or now.state.closed
        if not due:
            return
        one = data.draw(some.sampled_from(due))
        by = Act(**{**vars(SOMEBODY), "effective_at": one.due_at, "role": "timer"})
        facts = enquiry.decide(DeadlinePassed(one), now.state, by)
        now = now.given(*facts, act=by)
        assert now.state
        left = enquiry.owed(now.state, CALENDAR)
        assert one not in left
        if one.kind == "report-reminder":
            assert [type(it) for it in facts] == [PartnerReminded]
            continue  # what it reminds of is owed still
        (fact,) = [it for it in facts if isinstance(it, DeadlineMissed)]
        assert (fact.due_at, fact.late) == (one.due_at, False)
        assert [it for it in left if it.kind == one.kind and it.due_at > one.due_at]
        assert one.kind in overdue(now.state, CALENDAR)


@given(some.lists(some.sampled_from(a.EVERY_FACT[1:]), max_size=12))
def test_every_open_item_of_an_enquiry_has_a_due_time(happened: list[EnquiryFact]) -> None:
    now = story.given(a.opened).given(*happened)
    it = now.state
    assert it
    open_now = not it.closed
    working, ending = open_now and it.concluded is None, open_now and it.concluded is not None
    has_to = {
        "lead": open_now
        and not it.led
        and (working or it.reopened_at is not None or it.told_more_at is not None),
        "doubt": it.doubted_at is not None,
        "plan": working and it.planned_at is None,
        "conclusion": working and it.planned_at is not None,
        "advocate": open_now and it.advocacy is not None and it.advocacy.missing,
        "report": open_now and it.caused is not None and it.caused.stage in AWAITED,
        "report-answer": it.late is not None
        or (it.caused is not None and it.caused.stage == REPORTED),
        "action": it.plan is not None and bool(it.plan.live),
        "review": it.plan is not None and it.plan.review_on is not None,
        "look": it.changed_at is not None or (it.told_more_at is not None and it.closed),
        "information": it.told_more_at is not None and open_now,
        "escalation-note": bool(to_note(it, CALENDAR)),
        "findings": ending and it.concluded is not None and not it.concluded.complete,
        "safety-plan": ending
        and it.concluded is not None
        and it.concluded.plan == codes.NEEDED
        and (it.plan is None or it.plan.spent),
    }
    due = owes(now)
    assert {kind for kind, holds in has_to.items() if holds} == due.keys() & has_to.keys()
    assert not ending or due.keys() & {"closure", "review"}, "it ends, or its plan is looked at"
