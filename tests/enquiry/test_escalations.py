"""Who hears when what was promised is not done, and is what was Red planned sooner?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from services.enquiry.decisions import enquiry
from services.enquiry.decisions.owing import overdue, who_has_to_know
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import DeadlineMissed, EnquiryEscalated, EnquiryFact
from services.enquiry.rules import clocks
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Code
from shared.time.calendar import calendar
from tests.enquiry import a
from tests.support.story import Story

Told = Story[Any, Enquiry, EnquiryFact]
story: Told = Story(enquiry)
awaited = story.given(*a.under_way, a.caused)
REPORT = Code("enquiry-deadline@1:report")


def close(day: str) -> datetime:
    return a.at(f"2026-{day}T17:00:00+00:00")


def missed(kind: Code, day: str) -> DeadlineMissed:
    return DeadlineMissed(kind=kind, due_at=close(day), late=False)


def escalated(kind: Code, to: Code, day: str) -> EnquiryEscalated:
    return EnquiryEscalated(kind=kind, to=to, due_at=close(day), late=False)


def passes(here: Told, kind: str, day: str, *facts: EnquiryFact) -> Told:
    """Let a time pass, expect these facts, and go on from there."""
    here.when(DeadlinePassed(Deadline(kind, close(day)))).then(*facts)
    return here.given(*facts)


def knows(here: Told) -> tuple[set[str], list[Code]]:
    """Give what is overdue, and who above has to know of it."""
    assert here.state
    late = overdue(here.state, calendar())
    return {*late}, [*who_has_to_know(here.state, calendar())]


def test_a_partner_is_reminded_twice_then_the_manager_hears_then_the_boards_lead() -> None:
    """Domain 1.4: two working days before and when it is due; after one, after five."""
    here = passes(awaited, "report-reminder", "11-12", a.reminded)
    assert knows(here) == (set(), [])
    here = passes(here, "report", "11-16", a.reminded, missed(REPORT, "11-16"))
    assert knows(here) == ({"report"}, [])
    here = passes(
        here, "report", "11-17",
        missed(REPORT, "11-17"), escalated(REPORT, clocks.MANAGER, "11-17"),
    )  # fmt: skip
    assert knows(here) == ({"report"}, [clocks.MANAGER])
    here = passes(
        here, "report", "11-23",
        missed(REPORT, "11-23"), escalated(REPORT, clocks.PARTNER_LEAD, "11-23"),
    )  # fmt: skip
    assert knows(here) == ({"report"}, [clocks.MANAGER, clocks.PARTNER_LEAD])
    here = passes(here, "report", "12-01", missed(REPORT, "12-01"))  # and so on, unseen by nobody
    assert knows(here.given(a.reported)) == (set(), [])


def test_who_is_no_longer_awaited_is_not_reminded() -> None:
    passed = DeadlinePassed(Deadline("report-reminder", close("11-12")))
    for facts in ((a.declined,), (a.reported,), (a.recalled,), (a.reminded,)):
        awaited.given(*facts).when(passed).then()


def test_a_partner_who_has_less_than_two_days_is_reminded_on_the_day_alone() -> None:
    tomorrow = story.given(*a.under_way, replace(a.caused, due_at=close("11-03")))
    assert tomorrow.state
    kinds = {it.kind for it in enquiry.owed(tomorrow.state, calendar())}
    assert kinds == {"report", "conclusion"}


def test_a_partner_whose_report_was_returned_is_reminded_of_the_next_one() -> None:
    back = replace(a.returned, due_at=close("12-04"))
    again = awaited.given(a.reminded, a.reported, back)
    assert again.state
    assert Deadline("report-reminder", close("12-02")) in enquiry.owed(again.state, calendar())


def test_what_a_service_that_stood_still_noticed_late_says_so_each_time() -> None:
    late = DeadlinePassed(Deadline("report-reminder", close("11-12")), late=True)
    awaited.when(late).then(replace(a.reminded, late=True))
    due = DeadlinePassed(Deadline("report", close("11-16")), late=True)
    awaited.when(due).then(
        replace(a.reminded, late=True), replace(missed(REPORT, "11-16"), late=True)
    )


MISSED: dict[str, tuple[tuple[EnquiryFact, ...], str]] = {
    "lead": ((a.opened,), "11-03"),
    "plan": ((a.opened, a.led), "11-09"),
    "advocate": ((*a.under_way, a.unsupported), "11-09"),
    "conclusion": (a.under_way, "11-30"),
    "report-answer": ((*a.under_way, a.caused, a.reported), "11-09"),
    "findings": ((a.opened, a.at_once), "11-09"),
    "safety-plan": (a.found, "11-09"),
    "action": ((*a.found, a.safe), "11-02"),
    "review": (a.ready, "12-07"),
    "closure": (a.ready, "11-09"),
    "look": ((*a.under_way, a.undone), "11-03"),
    "information": ((*a.under_way, a.added), "11-03"),
    "doubt": ((*a.found, a.safe, a.caused, a.reported, a.good), "11-09"),
    "wishes": ((*a.found, a.safe, a.asked), "11-09"),
}


@pytest.mark.parametrize("kind", MISSED)
def test_whatever_else_is_missed_is_told_to_the_manager_at_once_and_only_once(kind: str) -> None:
    facts, day = MISSED[kind]
    code = Code(f"enquiry-deadline@1:{kind}")
    told = escalated(code, clocks.MANAGER, day)
    here = passes(story.given(*facts), kind, day, missed(code, day), told)
    assert knows(here) == ({kind}, [clocks.MANAGER])
    assert here.state
    (again,) = [it for it in enquiry.owed(here.state, calendar()) if it.kind == kind]
    here.when(DeadlinePassed(again)).then(
        DeadlineMissed(kind=code, due_at=again.due_at, late=False)
    )


def test_what_was_missed_before_anything_was_escalated_is_told_when_it_passes_again() -> None:
    """Or nobody above would ever hear of what has been overdue for longest."""
    code = Code("enquiry-deadline@1:plan")
    old = story.given(a.opened, a.led, missed(code, "11-09"))
    here = passes(
        old, "plan", "11-17", missed(code, "11-17"), escalated(code, clocks.MANAGER, "11-17")
    )
    assert knows(here) == ({"plan"}, [clocks.MANAGER])
    passes(here, "plan", "11-25", missed(code, "11-25"))
    report = awaited.given(missed(REPORT, "11-16"), missed(REPORT, "11-23"))
    passes(
        report, "report", "12-01", missed(REPORT, "12-01"),
        escalated(REPORT, clocks.MANAGER, "12-01"), escalated(REPORT, clocks.PARTNER_LEAD, "12-01"),
    )  # fmt: skip


def test_every_kind_but_a_report_is_told_of_above() -> None:
    """Nor is that the Board's lead took no note, of which test_board.py tells."""
    assert {*MISSED, "report", "escalation-note"} == {it.rpartition(":")[2] for it in clocks.KINDS}


def test_a_late_report_of_an_earlier_partner_is_escalated_when_nobody_looks() -> None:
    code = Code("enquiry-deadline@1:report-answer")
    other = story.given(*a.under_way, a.caused, a.recalled, a.caused, a.late_of_another)
    here = passes(
        other, "report-answer", "11-09",
        missed(code, "11-09"), escalated(code, clocks.MANAGER, "11-09"),
    )  # fmt: skip
    assert knows(here) == ({"report-answer"}, [clocks.MANAGER])
    assert knows(here.given(a.considered)) == (set(), [])


def test_what_is_done_and_due_anew_is_no_longer_escalated() -> None:
    review = Code("enquiry-deadline@1:review")
    late = story.given(*a.ready, missed(review, "12-07"))
    late = late.given(escalated(review, clocks.MANAGER, "12-07"))
    assert knows(late) == ({"review"}, [clocks.MANAGER])
    assert knows(late.given(a.reviewed)) == (set(), [])


# What was Red: domain 1.2, row 4


def owes(here: Told, kind: str) -> datetime:
    assert here.state
    (found,) = [it.due_at for it in enquiry.owed(here.state, calendar()) if it.kind == kind]
    return found


def test_what_was_red_is_planned_within_a_working_day() -> None:
    assert owes(story.given(a.red), "plan") == close("11-03")
    assert owes(story.given(a.opened), "plan") == close("11-09")
    assert owes(story.given(a.opened_1), "plan") == close("11-09"), "its band was never told"


def test_what_became_red_with_another_decision_is_planned_within_a_working_day_of_it() -> None:
    red = replace(a.again, band=clocks.RED)
    later = story.given(a.opened).given(red, act=a.later(days=2))  # Wednesday
    assert owes(later, "plan") == close("11-05")
    again = later.given(red, act=a.later(days=3))
    assert owes(again, "plan") == close("11-05"), "said again it is due as it was"
    assert owes(later.given(a.again), "plan") == close("11-09"), "it is Red no more"
    assert owes(later.given(a.again_1), "plan") == close("11-05"), "that did not say its band"
    assert owes(story.given(a.red).given(red, act=a.later(days=2)), "plan") == close("11-03")


def test_the_plan_of_what_became_red_late_is_due_no_later_than_it_was() -> None:
    red = replace(a.again, band=clocks.RED)
    last = story.given(a.opened).given(red, act=a.later(days=7))
    assert owes(last, "plan") == close("11-09")
