"""May an enquiry be concluded, and may it close?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.looking import InformationNotConsidered
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import EnquiryFact
from services.enquiry.rules import codes
from shared.facts import Code
from shared.refusals import Refusal
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

story: Story[Any, Enquiry, EnquiryFact] = Story(enquiry)
under_way = story.given(*a.under_way, a.assessed)
found = story.given(*a.found)

# Concluding


def test_what_was_found_concludes_it() -> None:
    under_way.when(a.conclusion).then(a.concluded)


def test_a_conclusion_is_dated_as_in_london() -> None:
    late = SOMEBODY.at(a.at("2027-06-30T23:30:00+00:00"))
    under_way.when(a.conclusion, act=late).then(replace(a.concluded, concluded_on=date(2027, 7, 1)))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((a.opened, a.led, a.asked, a.assessed), want.NotPlanned),
        ((*a.under_way, a.assessed, a.caused), want.CausedEnquiryOpen),
        ((a.opened, a.led, a.planned), want.DesiredOutcomesNotAsked),
        ((a.opened, a.led, a.planned, a.asked, a.assessed), want.AdvocacyNotAsked),
        ((*a.under_way, a.assessed, a.unsupported), want.AdvocateNotArranged),
        (a.under_way, want.OutcomesNotAssessed),
    ],
    ids=[
        "not planned",
        "a partner is at it",
        "not asked",
        "nobody looked at advocacy",
        "an advocate is needed",
        "wishes not assessed",
    ],
)
def test_it_is_concluded_when_all_is_in(facts: Any, reason: type[Refusal]) -> None:
    story.given(*facts).when(a.conclusion).then_refused(reason)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"plan": codes.PLAN_NOT_RECORDED}, want.CodeUnknown),
        ({"findings": replace(a.findings, risks=())}, want.RiskMissing),
        ({"findings": replace(a.findings, capacity=Code("x@1:y"))}, want.CodeUnknown),
        (
            {"findings": replace(a.findings, result=codes.RESULT_NOT_APPLICABLE)},
            want.ResultContradictsOutcome,
        ),
        (
            {"findings": replace(a.findings, advocate=codes.SUPPORT_NOT_APPLICABLE)},
            want.AdvocateContradictsCapacity,
        ),
    ],
)
def test_a_conclusion_says_all_that_the_collection_counts(
    changed: Any, reason: type[Refusal]
) -> None:
    under_way.when(replace(a.conclusion, **changed)).then_refused(reason)


def test_what_was_concluded_can_be_put_right_and_keeps_its_day() -> None:
    right = replace(a.conclusion, plan=codes.NOT_NEEDED)
    after = a.later(days=3)
    found.when(right, act=after).then(replace(a.concluded, plan=codes.NOT_NEEDED))
    state = found.given(replace(a.concluded, plan=codes.NOT_NEEDED), act=after).state
    assert state and state.concluded  # noqa: PT018
    assert state.concluded.at == a.NOON


def test_what_was_concluded_in_the_act_of_opening_is_completed_without_a_plan() -> None:
    at_once = story.given(a.opened, a.at_once)
    asked = at_once.given(a.asked, a.assessed, a.advocacy)
    asked.when(a.closing).then_refused(want.FindingsIncomplete)
    asked.when(a.conclusion, act=a.later(days=2)).then(a.concluded)


def test_a_conclusion_is_not_dated_before_the_enquiry_was_opened() -> None:
    """The return counts it by that day."""
    before = SOMEBODY.at(a.at("2026-11-01T23:59:00+00:00"))
    under_way.when(a.conclusion, act=before).then_refused(want.BeforeItsOpening)
    under_way.when(a.conclusion, act=SOMEBODY.at(a.at("2026-11-02T00:00:00+00:00"))).then(
        a.concluded
    )


# The safety plan


def test_no_action_was_due_before_there_was_an_enquiry() -> None:
    """A slip of the year would be missed hundreds of times at once: each five days are a miss."""
    for day, ends in ((date(2026, 11, 1), want.BeforeItsOpening), (a.TODAY, None)):
        slip = replace(a.weigh, due_on=day)
        then = found.when(replace(a.planning_safety, actions=(a.weigh, slip)))
        if ends:
            then.then_refused(ends)
        else:
            then.then(replace(a.safe, actions=(a.weigh, slip)))


@given(some.dates(date(2026, 10, 1), date(2036, 11, 2)))
@example(date(2027, 11, 3))
@example(date(2027, 11, 4))
def test_no_action_is_due_later_than_in_a_year(day: date) -> None:
    """Or a slip would be in nobody's list for years, and the enquiry open."""
    then = found.when(replace(a.planning_safety, actions=(a.weigh, replace(a.weigh, due_on=day))))
    if day < a.TODAY:
        then.then_refused(want.BeforeItsOpening)
    elif day > date(2027, 11, 3):
        then.then_refused(want.DateOutOfReach)
    else:
        then.then(replace(a.safe, actions=(a.weigh, replace(a.weigh, due_on=day))))


def test_what_was_planned_too_late_before_that_was_refused_is_done_all_the_same() -> None:
    far = found.given(replace(a.safe, actions=(replace(a.weigh, due_on=date(2036, 11, 2)),)))
    far.when(a.ending).then(a.ended)
    far.when(a.planning_safety).then(replace(a.safe, first=2))


def test_a_safety_plan_says_what_who_and_when() -> None:
    found.when(a.planning_safety).then(a.safe)
    under_way.when(a.planning_safety).then(a.safe)
    found.when(replace(a.planning_safety, actions=())).then_refused(want.ActionsMissing)
    wrong = replace(a.weigh, owner=Code("action-owner@1:nobody"))
    found.when(replace(a.planning_safety, actions=(wrong,))).then_refused(want.CodeUnknown)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2026, 11, 1), False),
        (date(2026, 11, 2), True),
        (date(2026, 12, 14), True),
        (date(2026, 12, 15), False),
        (None, True),
    ],
)
def test_a_first_review_is_within_six_weeks(day: date | None, *, holds: bool) -> None:
    then = found.when(replace(a.planning_safety, review_on=day))
    if holds:
        then.then(replace(a.safe, review_on=day))
    else:
        then.then_refused(want.DateOutOfReach)


def test_a_plan_made_anew_after_a_review_has_three_months() -> None:
    far = date(2027, 2, 2)
    known = found.given(a.safe, a.reviewed)
    known.when(replace(a.planning_safety, review_on=far)).then(
        replace(a.safe, first=2, review_on=far)
    )
    beyond = replace(a.planning_safety, review_on=date(2027, 2, 3))
    known.when(beyond).then_refused(want.DateOutOfReach)


def test_an_action_ends_once_and_by_its_owner() -> None:
    planned = found.given(a.safe)
    planned.when(a.ending).then(a.ended)
    planned.when(replace(a.ending, how=Code("action-ending@1:lost"))).then_refused(want.CodeUnknown)
    planned.when(replace(a.ending, action=2)).then_refused(want.ActionNotLive)
    planned.given(a.ended).when(a.ending).then_refused(want.ActionNotLive)
    planned.when(replace(a.ending, how=codes.REPLACED)).then_refused(want.CodeUnknown)
    nobodys = found.given(replace(a.safe, actions=(a.weigh, a.orphan)))
    nobodys.when(replace(a.ending, action=2)).then_refused(want.ActionWithoutOwner)
    found.when(a.ending).then_refused(want.SafetyPlanMissing)


three = replace(a.safe, actions=(a.weigh, a.weigh, a.orphan))
ends = replace(a.ending, how=codes.REPLACED, words=a.words("A nurse does it."))
after_three = replace(a.safe, first=4)
replaced = replace(a.ended, how=codes.REPLACED, words=ends.words)


def test_a_new_plan_loses_no_live_action() -> None:
    """Three are live; one is planned and done: the three are live still."""
    live = found.given(three)
    live.when(a.planning_safety).then(replace(a.safe, first=4))
    four = live.given(replace(a.safe, first=4)).given(replace(a.ended, action=4))
    four.when(a.closing).then_refused(want.ActionWithoutOwner)
    owned = found.given(replace(three, actions=(a.weigh,) * 3), replace(a.safe, first=4))
    for number in (4, 1, 2):
        owned = owned.given(replace(a.ended, action=number))
        owned.when(a.closing).then_refused(want.ActionLive)
    owned.when(replace(a.ending, action=3)).then(replace(a.ended, action=3))
    owned.given(replace(a.ended, action=3)).when(a.closing).then(a.closed)


def test_a_new_plan_says_which_live_actions_end_how_and_why() -> None:
    live = found.given(three)
    nobodys = replace(ends, action=3)
    anew = replace(a.planning_safety, endings=(ends, nobodys))
    live.when(anew).then(replaced, replace(replaced, action=3), replace(a.safe, first=4))
    left = live.given(replaced, replace(replaced, action=3), replace(a.safe, first=4)).state
    assert left and left.plan  # noqa: PT018
    assert [it.number for it in left.plan.live] == [2, 4]


@pytest.mark.parametrize(
    ("endings", "reason"),
    [
        ((replace(ends, action=4),), want.ActionNotLive),
        ((ends, ends), want.ActionNotLive),
        ((replace(ends, words=None),), want.ReasonMissing),
        ((replace(ends, how=Code("action-ending@1:lost")),), want.CodeUnknown),
        ((replace(ends, action=3, how=a.done),), want.ActionWithoutOwner),
    ],
    ids=["not there", "twice", "no reasons", "not of the list", "done by nobody"],
)
def test_no_action_ends_with_a_new_plan_unexplained(endings: Any, reason: type[Refusal]) -> None:
    found.given(three).when(replace(a.planning_safety, endings=endings)).then_refused(reason)
    first = replace(a.planning_safety, endings=(ends,))
    found.when(first).then_refused(want.ActionNotLive)


def test_numbers_go_on_after_a_plan_whose_actions_have_ended() -> None:
    story.given(*a.ready).when(a.planning_safety).then(replace(a.safe, first=2))
    third = found.given(three, *(replace(a.ended, action=it) for it in (1, 2)), after_three)
    third.when(a.planning_safety).then(replace(a.safe, first=5))
    third.given(replace(a.ended, action=4)).when(a.planning_safety).then(replace(a.safe, first=5))


def test_a_plan_as_they_were_once_recorded_takes_the_place_of_the_one_before() -> None:
    two = replace(a.safe_1, actions=(a.weigh, a.weigh))
    story.given(*a.found, two, a.safe_1, a.ended).when(a.closing).then(a.closed)
    story.given(*a.found, two).when(a.planning_safety).then(replace(a.safe, first=3))


def test_a_plan_is_looked_at_again_as_long_as_an_action_is_live() -> None:
    planned = found.given(a.safe)
    planned.when(a.reviewing).then(a.reviewed)
    last = replace(a.reviewing, next_review_on=None)
    planned.when(last).then_refused(want.ReviewNotSet)
    planned.given(a.ended).when(last).then(replace(a.reviewed, next_review_on=None))
    late = replace(a.reviewing, next_review_on=date(2027, 2, 3))
    planned.when(late).then_refused(want.DateOutOfReach)
    found.when(a.reviewing).then_refused(want.SafetyPlanMissing)


def test_a_review_that_was_set_is_held_also_where_it_is_closed() -> None:
    last = replace(a.reviewing, next_review_on=None)
    story.given(*a.ready, a.closed).when(last).then(replace(a.reviewed, next_review_on=None))


def test_a_review_that_was_promised_is_held_whatever_takes_the_plans_place() -> None:
    again = found.given(a.safe, replace(a.safe, first=2, review_on=None)).state
    assert again and again.plan  # noqa: PT018
    assert again.plan.review_on == a.REVIEW
    sooner = found.given(a.safe, replace(a.safe, first=2, review_on=date(2026, 11, 9))).state
    assert sooner and sooner.plan  # noqa: PT018
    assert sooner.plan.review_on == date(2026, 11, 9)


def test_what_was_done_at_first_is_not_the_plan_that_is_found_to_be_needed() -> None:
    at_first = story.given(*a.under_way, a.assessed, a.safe, a.ended)
    needed = at_first.given(a.concluded)
    needed.when(a.closing).then_refused(want.SafetyPlanMissing)
    needed.given(a.safe_1, a.ended).when(a.closing).then(a.closed)
    anew = needed.given(replace(a.safe, first=2))
    anew.given(replace(a.ended, action=2)).when(a.closing).then(a.closed)
    at_first.given(replace(a.concluded, plan=codes.NOT_NEEDED)).when(a.closing).then(a.closed)
    # What is put right later asks for no second plan, and one that is live is a plan.
    story.given(*a.ready, a.concluded).when(a.closing).then(a.closed)
    live = story.given(*a.under_way, a.assessed, a.safe, a.concluded, a.ended)
    live.when(a.closing).then(a.closed)


# Closing


def test_it_closes_when_nothing_stands_in_the_way() -> None:
    story.given(*a.ready).when(a.closing).then(a.closed)


def test_without_a_plan_where_none_is_needed() -> None:
    none = replace(a.concluded, plan=codes.NOT_NEEDED)
    story.given(*a.under_way, a.assessed, none).when(a.closing).then(a.closed)


GUARDED: dict[str, tuple[tuple[EnquiryFact, ...], type[Refusal]]] = {
    "a partner's enquiry is open": ((*a.ready, a.caused), want.CausedEnquiryOpen),
    "its report is not answered": ((*a.ready, a.caused, a.reported), want.CausedEnquiryOpen),
    "a report came late": ((*a.ready, a.caused, a.recalled, a.late), want.LateReportNotConsidered),
    "more was told": ((*a.ready, a.added), InformationNotConsidered),
    "wishes were told since": ((*a.ready, a.asked), want.WishesSinceConclusion),
    "it was opened again": ((*a.ready, a.closed, a.reopened), want.ConclusionInDoubt),
    "a partner reported since": ((*a.ready, a.caused, a.reported, a.good), want.ConclusionInDoubt),
    "nobody asked": ((a.opened, a.at_once), want.DesiredOutcomesNotAsked),
    "nobody looked at advocacy": ((a.opened, a.at_once, a.asked), want.AdvocacyNotAsked),
    "an advocate is needed": ((*a.ready, a.unsupported), want.AdvocateNotArranged),
    "not concluded": ((*a.under_way, a.assessed), want.NotConcluded),
    "findings are missing": ((a.opened, a.at_once, a.asked, a.advocacy), want.FindingsIncomplete),
    "no plan": (a.found, want.SafetyPlanMissing),
    "an action has no owner": (
        (*a.found, replace(a.safe, actions=(a.weigh, a.orphan)), a.ended),
        want.ActionWithoutOwner,
    ),
    "no review": ((*a.found, replace(a.safe, review_on=None), a.ended), want.ReviewNotSet),
    "an action is live": ((*a.found, a.safe), want.ActionLive),
    "the decision changed": ((*a.ready, a.again), want.DecisionNotReviewed),
}


@pytest.mark.parametrize(("facts", "reason"), GUARDED.values(), ids=GUARDED)
def test_nothing_closes_silently(facts: tuple[EnquiryFact, ...], reason: type[Refusal]) -> None:
    story.given(*facts).when(a.closing).then_refused(reason)


def test_every_guard_is_told_of_above() -> None:
    assert {reason for _, reason in GUARDED.values()} == {*want.CLOSING_REFUSALS.values()}


@pytest.mark.parametrize("member", ["reason", "adult_told", "referrer_told"])
def test_closing_says_why_and_who_was_told(member: str) -> None:
    wrong: Any = {member: Code("x@1:y")}
    wrong = replace(a.closing, **wrong)
    story.given(*a.ready).when(wrong).then_refused(want.CodeUnknown)


def test_a_manager_opens_it_again() -> None:
    closed = story.given(*a.ready, a.closed)
    closed.when(a.reopening).then(a.reopened)
    closed.given(a.reopened).when(a.reopening).then_refused(want.EnquiryIsOpen)


@pytest.mark.parametrize("reopened", [a.reopened, a.reopened_1], ids=["said", "said no more"])
def test_what_was_opened_again_does_not_close_on_its_old_conclusion(reopened: EnquiryFact) -> None:
    again = story.given(*a.ready, a.closed, reopened)
    again.when(a.closing).then_refused(want.ConclusionInDoubt)
    again.given(a.concluded).when(a.closing).then(a.closed)
    again.when(a.looking).then(a.looked)
    stands = again.given(a.looked)
    stands.when(a.closing).then(a.closed)
    stands.when(a.looking).then_refused(want.DecisionStands)


def test_what_was_opened_again_without_findings_needs_no_second_word_on_them() -> None:
    at_once = story.given(a.opened, a.at_once, a.asked, a.advocacy, a.closed, a.reopened)
    at_once.when(a.closing).then_refused(want.FindingsIncomplete)
    at_once.when(a.looking).then_refused(want.DecisionStands)


def test_wishes_told_since_the_conclusion_are_concluded_on_before_it_closes() -> None:
    none = replace(a.asked, answer=Code("desired-outcomes@1:none-expressed"))
    for facts in ((a.asked,), (none,), (a.asked, a.assessed), (a.assessed,)):
        since = story.given(*a.ready, *facts)
        since.when(a.closing).then_refused(want.WishesSinceConclusion)
        since.given(a.concluded).when(a.closing).then(a.closed)
    reopened = story.given(*a.ready, a.closed, a.reopened, a.asked, a.looked)
    reopened.when(a.closing).then_refused(want.WishesSinceConclusion)


def test_a_late_report_is_looked_at_before_what_it_found_closed_closes_again() -> None:
    closed = story.given(*a.under_way, a.caused, a.recalled, *a.ready[len(a.under_way) :], a.closed)
    again = closed.given(a.late, a.reopened, a.concluded)
    again.when(a.closing).then_refused(want.LateReportNotConsidered)
    # Nor does it close on what was concluded before anybody had looked.
    again.given(a.considered).when(a.closing).then_refused(want.ConclusionInDoubt)
    again.given(a.considered, a.concluded).when(a.closing).then(a.closed)
