"""When the legal test changes, is what was found and looked at under the former one owed anew?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact, RequestPrioritised
from services.dols.projections.case import view
from services.dols.projections.queue import queue
from services.dols.rules import codes, legal_test
from services.dols.rules.legal_test import AGNI_2026, CW_2014
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code
from shared.shapes import adapter
from shared.time.calendar import calendar
from tests.dols import a
from tests.support.story import SOMEBODY, Story, rows

story: Story[Any, Request, RequestFact] = Story(request)
CHANGED = replace(SOMEBODY, role="timer", effective_at=legal_test.SINCE)


def on(day: str, by: Act = SOMEBODY) -> Act:
    return replace(by, effective_at=a.at(f"{day}T09:00:00+00:00"))


MAY = on("2026-05-25")
RECEIVED = replace(a.received, received_on=date(2026, 5, 25), due_on=date(2026, 6, 14))
FORMER = tuple(
    replace(a.assessed(it), legal_test=CW_2014, assessed_on=date(2026, 5, 25))
    for it in codes.REQUIREMENTS
)
former = story.given(RECEIVED, a.low, a.allocated, a.doctor, *FORMER, act=MAY)
scored: RequestPrioritised = replace(a.low, by=Code("priority-by@1:time"))
after = former.given(scored, act=CHANGED)
AWAITS, ASSESSING = (Code(f"dols-stage@1:{it}") for it in ("awaiting-signature", "assessing"))


def owes(of: Story[Any, Request, RequestFact]) -> dict[str, str]:
    assert of.state
    return {it.kind: f"{it.due_at:%Y-%m-%d}" for it in request.owed(of.state, calendar())}


def stage(of: Story[Any, Request, RequestFact]) -> Code:
    assert of.state
    return of.state.stage


def test_what_can_be_signed_is_signed_until_the_test_changes() -> None:
    assert (stage(former), owes(former)["score"]) == (AWAITS, "2026-06-02")
    assert "assessment" not in owes(former)


def test_since_the_change_best_interests_are_owed_anew_and_no_signature_is() -> None:
    passed = DeadlinePassed(Deadline("score", legal_test.SINCE))
    former.when(passed, act=CHANGED).then(scored)
    assert after.state
    assert (stage(after), after.state.left_to_assess) == (ASSESSING, (codes.INTERESTS,))
    assert owes(after)["assessment"] == "2026-06-23"
    assert "sign-off" not in owes(after)
    grant = replace(a.granting, starts_on=date(2026, 6, 3), ends_on=date(2026, 7, 1),
                    recorded_at=on("2026-06-03").effective_at)  # fmt: skip
    june = on("2026-06-03", a.SIGNATORY)
    after.when(grant, act=june).then_refused(refusals.AssessedUnderFormerTest)
    found = replace(a.assessed(codes.INTERESTS), assessed_on=date(2026, 6, 3))
    anew = after.given(found, act=on("2026-06-03"))
    assert (stage(anew), "assessment" in owes(anew)) == (AWAITS, False)
    assert "sign-off" in owes(anew)


def test_what_is_found_by_the_new_test_counts_before_the_clock_has_told_of_it() -> None:
    at_once = replace(a.BEA, effective_at=legal_test.SINCE)
    found = replace(a.assessed(codes.INTERESTS), assessed_on=date(2026, 6, 2))
    assert stage(former.given(found, act=at_once)) == AWAITS
    eve = replace(FORMER[-1], assessed_on=date(2026, 6, 1))
    assert stage(former.given(eve, act=at_once)) == ASSESSING


def test_the_list_and_the_case_say_what_is_to_be_assessed_anew() -> None:
    history = [
        *a.recorded(RECEIVED, a.low, a.allocated, a.doctor, *FORMER, act=MAY),
        *a.recorded(scored, act=CHANGED),
    ]
    known = view(a.CASE, history, date(2026, 6, 3))
    assert known
    assert known.left_to_assess == (codes.INTERESTS,)
    assert "assessment" in [it.kind for it in known.due]
    (row,) = rows(queue, history).values()
    state = adapter(Request).validate_json(row.state)
    assert state.left_to_assess == (codes.INTERESTS,)


def test_what_was_missed_of_it_is_owed_again() -> None:
    due = a.at("2026-06-23T22:59:00+00:00")
    missed = replace(a.missed, kind=Code("dols-deadline@1:assessment"), due_at=due)
    late = replace(CHANGED, effective_at=due)
    after.when(DeadlinePassed(Deadline("assessment", due)), act=late).then(missed)
    assert owes(after.given(missed, act=late))["assessment"] == "2026-07-01"


def test_what_was_found_before_it_and_told_after_it_is_owed_anew_from_then() -> None:
    told = after.given(FORMER[-1], act=on("2026-07-01"))
    assert (stage(told), owes(told)["assessment"]) == (ASSESSING, "2026-07-22")


def test_that_it_was_no_deprivation_by_the_wider_test_stays_so() -> None:
    no = replace(FORMER[-1], result=codes.NOT_SATISFIED, recommended_days=None)
    ended = former.given(no, act=MAY).given(scored, act=CHANGED)
    assert (stage(ended), "assessment" in owes(ended)) == (AWAITS, False)
    reason = Code("not-granted-reason@1:not-a-deprivation")
    june = on("2026-06-03", a.SIGNATORY)
    refusing = replace(a.refusing, reason=reason, recorded_at=june.effective_at)
    refused = replace(a.not_granted, reason=reason, decided_on=date(2026, 6, 3))
    ended.when(refusing, act=june).then(refused)


@pytest.mark.parametrize("over", [a.withdrawn, replace(a.told, still_here="no")])
def test_of_what_is_only_to_be_ended_nothing_is_assessed_anew(over: RequestFact) -> None:
    told = after.given(over, act=on("2026-06-04"))
    assert told.state
    assert ("assessment" in owes(told), told.state.left_to_assess) == (False, ())


def test_who_assessed_nothing_of_best_interests_owes_nothing_anew() -> None:
    five = story.given(RECEIVED, a.low, a.allocated, a.doctor, *FORMER[:-1], act=MAY)
    assert "assessment" not in owes(five.given(scored, act=CHANGED))


def at_the_change(band: RequestFact, checked: str) -> Story[Any, Request, RequestFact]:
    then = a.at(f"{checked}T09:00:00+00:00")
    received = replace(RECEIVED, received_on=then.date())
    return story.given(received, band, act=replace(SOMEBODY, effective_at=then))


@pytest.mark.parametrize(
    ("band", "checked", "due"),
    [
        (a.low, "2026-05-25", "2026-06-30"),
        (a.low, "2026-03-20", "2026-06-12"),  # due before, by its band
        (a.high, "2026-05-30", "2026-06-06"),
        (a.low, "2026-06-03", "2026-08-26"),  # it was looked at since
    ],
)
def test_who_waits_is_looked_at_afresh_within_four_weeks_of_a_change(
    band: RequestFact, checked: str, due: str
) -> None:
    assert owes(at_the_change(band, checked))["re-check"] == due


def test_a_re_check_that_was_missed_before_the_change_does_not_put_it_off() -> None:
    waits = at_the_change(a.low, "2026-02-20")
    due = a.at("2026-05-15T22:59:00+00:00")
    assert owes(waits)["re-check"] == "2026-05-15"
    kind = Code("dols-deadline@1:re-check")
    late = waits.given(replace(a.missed, kind=kind, due_at=due))
    assert owes(late)["re-check"] == "2026-06-30", "by its band it were August"
    of_law = due + timedelta(days=46)
    later = late.given(replace(a.missed, kind=kind, due_at=of_law))
    assert owes(later)["re-check"] == "2026-09-22", "after the change it is as ever"
    looked = late.given(replace(a.low, by=Code("priority-by@1:staff")), act=on("2026-06-05"))
    assert owes(looked)["re-check"] == "2026-08-28"


def test_the_score_names_the_test_that_it_was_made_under() -> None:
    assert (after.state and scored.legal_test) == AGNI_2026
