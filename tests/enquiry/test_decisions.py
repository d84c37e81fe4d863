"""May this happen to an enquiry while it is made?"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import AdvocacyEstablished, EnquiryFact
from services.enquiry.rules import codes
from services.enquiry.rules.advocacy import Advocacy
from services.enquiry.rules.opening import OTHER
from shared.facts import Code
from shared.refusals import NotFound
from tests.enquiry import a
from tests.support.story import SOMEBODY, Story

story: Story[Any, Enquiry, EnquiryFact] = Story(enquiry)
under_way = story.given(*a.under_way)

# Opening


def test_a_duty_found_opens_an_enquiry() -> None:
    story.when(a.heard).then(a.opened)


def test_a_decision_told_before_it_named_its_band_opens_one_without() -> None:
    untold = replace(a.heard, band=None)
    story.when(untold).then(a.opened_1)
    under_way.when(replace(untold, outcome=a.other)).then(a.again_1)


def test_an_enquiry_without_a_duty_is_one_of_another_kind() -> None:
    story.when(replace(a.heard, outcome=a.other)).then(
        replace(a.opened, outcome=a.other, kind=OTHER)
    )


def test_where_the_response_already_given_was_enough_it_opens_and_concludes_in_one_act() -> None:
    story.when(replace(a.heard, outcome=a.sufficient)).then(
        replace(a.opened, outcome=a.sufficient), a.at_once
    )


def test_a_decision_without_an_enquiry_is_no_business_of_ours() -> None:
    story.when(replace(a.heard, outcome=a.signpost, opens_enquiry=False)).then()
    story.when(want.HearReopening()).then()


def test_an_outcome_of_which_we_have_not_heard_waits_for_a_person() -> None:
    new = replace(a.heard, outcome=Code("section-42-outcome@2:new"))
    story.when(new).then_refused(want.OutcomeNotOurs)
    under_way.when(new).then_refused(want.OutcomeNotOurs)


# The decision behind it


def test_that_the_concern_was_opened_again_is_noted_and_blocks_closing() -> None:
    story.given(*a.ready).when(want.HearReopening()).then(a.undone)
    story.given(*a.ready, a.undone).when(a.closing).then_refused(want.DecisionNotReviewed)
    story.given(*a.ready, a.undone, a.looked).when(a.closing).then(a.closed)


def test_another_decision_is_noted_and_looked_at() -> None:
    changed = replace(a.heard, outcome=a.other)
    under_way.when(changed).then(a.again)
    none = replace(a.heard, outcome=a.signpost, opens_enquiry=False)
    under_way.when(none).then(replace(a.again, outcome=a.signpost, kind=None))
    kept = story.given(*a.under_way, replace(a.again, kind=None)).state
    other = story.given(*a.under_way, a.again).state
    assert kept and other  # noqa: PT018
    assert (kept.kind, other.kind) == (a.opened.kind, OTHER)


def test_a_manager_looks_once_also_where_the_enquiry_is_closed() -> None:
    under_way.when(a.looking).then_refused(want.DecisionStands)
    story.given(*a.ready, a.closed, a.undone).when(a.looking).then(a.looked)
    story.given(*a.under_way, a.undone, a.looked).when(a.looking).then_refused(want.DecisionStands)


def test_what_is_told_after_the_closing_is_looked_at_by_a_manager_or_waits_for_the_lead() -> None:
    story.when(want.HearAddition()).then()
    closed = story.given(*a.ready, a.closed)
    closed.when(a.looking).then_refused(want.DecisionStands)
    closed.when(want.HearAddition()).then(a.added)
    told = closed.given(a.added)
    told.when(a.looking).then(a.looked)
    told.given(a.looked).when(a.looking).then_refused(want.DecisionStands)
    told.when(a.reopening).then(a.carried, a.reopened)
    for then, waits in ((told.given(a.looked), False), (told.given(a.carried, a.reopened), True)):
        assert then.state
        assert (then.state.told_more_at is not None) is waits


def test_a_closed_enquiry_that_a_new_decision_asks_for_is_opened_again_first() -> None:
    """Or a duty is found, and nobody makes an enquiry."""
    duty = replace(a.again, outcome=a.s42, kind=a.opened.kind)
    wanted = story.given(*a.ready, a.closed, a.undone, duty)
    wanted.when(a.looking).then_refused(want.EnquiryWanted)
    wanted.given(a.reopened).when(a.looking).then(a.looked)
    for other in (
        replace(a.again, outcome=a.signpost, kind=None), replace(duty, outcome=a.sufficient)
    ):  # fmt: skip
        wanted.given(other).when(a.looking).then(a.looked)
    wanted.given(a.undone).when(a.looking).then(a.looked)


def test_where_the_response_given_is_not_enough_any_more_it_is_led_and_planned() -> None:
    duty = replace(a.again, outcome=a.s42, kind=a.opened.kind)
    in_full = story.given(a.opened, a.at_once, a.asked, a.assessed, a.advocacy, a.undone, duty)
    in_full.when(a.conclusion).then_refused(want.NotPlanned)
    in_full.given(a.looked).when(a.closing).then_refused(want.NotConcluded)
    in_full.given(a.led, a.planned).when(a.conclusion).then(a.concluded)
    # What was found by people stands.
    kept = story.given(*a.found, a.undone, duty).state
    assert kept and kept.concluded  # noqa: PT018


@pytest.mark.parametrize(
    "command",
    [it for it in (*a.ON_AN_OPEN_ONE, *a.ON_ANY) if it is not a.asking],
    ids=lambda it: type(it).__name__,
)
def test_nothing_is_dated_before_the_day_of_the_opening(command: Any) -> None:
    before = SOMEBODY.at(a.at("1926-11-02T09:00:00+00:00"))
    story.given(*a.ready).when(command, act=before).then_refused(want.BeforeItsOpening)


def test_the_adult_may_have_been_asked_before() -> None:
    before = SOMEBODY.at(a.at("2026-10-30T09:00:00+00:00"))
    story.given(a.opened).when(a.asking, act=before).then(a.asked)


def test_an_enquiry_is_opened_once() -> None:
    assert story.given(a.opened, a.led).given(a.opened).state == story.given(a.opened, a.led).state


# Making it


def test_a_lead_is_allocated_and_may_change() -> None:
    story.given(a.opened).when(a.allocation).then(a.led)
    under_way.when(replace(a.allocation, lead="kim")).then(replace(a.led, lead="kim"))


def test_it_is_planned_by_a_lead() -> None:
    story.given(a.opened).when(a.planning).then_refused(want.LeadMissing)
    story.given(a.opened, a.led).when(a.planning).then(a.planned)
    wrong = replace(a.planning, methods=(a.visit, Code("enquiry-method@1:seance")))
    under_way.when(wrong).then_refused(want.CodeUnknown)


def test_the_adult_is_asked_what_they_want() -> None:
    story.given(a.opened).when(a.asking).then(a.asked)
    none = replace(a.asking, answer=Code("desired-outcomes@1:none-expressed"), words=None)
    story.given(a.opened).when(none).then(replace(a.asked, answer=none.answer, words=None))


def test_who_does_not_ask_says_why() -> None:
    silent = replace(a.asking, answer=codes.NOT_ASKED, words=None)
    under_way.when(silent).then_refused(want.ReasonMissing)
    said = replace(silent, words=a.words("She cannot be woken."))
    under_way.when(said).then(replace(a.asked, answer=codes.NOT_ASKED, words=said.words))
    made_up = replace(a.asking, answer=codes.WISHES_NOT_RECORDED)
    under_way.when(made_up).then_refused(want.CodeUnknown)


def test_wishes_are_met_or_not_where_there_are_any() -> None:
    under_way.when(a.assessing).then(a.assessed)
    story.given(a.opened).when(a.assessing).then_refused(want.NothingToAssess)
    wrong = replace(a.assessing, achieved=Code("outcomes-achieved@1:nearly"))
    under_way.when(wrong).then_refused(want.CodeUnknown)


def test_asked_again_without_an_answer_nothing_is_met() -> None:
    none = replace(a.asked, answer=Code("desired-outcomes@1:none-expressed"))
    state = story.given(*a.under_way, a.assessed, none).state
    assert state and state.achieved is None  # noqa: PT018
    kept = story.given(*a.under_way, a.assessed, a.asked).state
    assert kept and kept.achieved == a.partly  # noqa: PT018


def test_it_is_looked_at_whether_the_adult_needs_an_advocate() -> None:
    """Care Act 2014 s68; also before it is planned, and again when one is found."""
    first = story.given(a.opened)
    first.when(a.establishing).then(a.advocacy)
    alone = replace(a.establishing, advocacy=a.alone)
    first.when(alone).then(a.unsupported)
    arranged = replace(alone, advocacy=a.supported.advocacy, words=a.supported.words)
    first.given(a.unsupported).when(arranged).then(a.supported)


@pytest.mark.parametrize(
    "found",
    [
        replace(a.able, difficulty=codes.DIFFICULTY_UNKNOWN),
        replace(a.alone, advocate=codes.DECLINES),
    ],
    ids=["nobody knows", "wants none"],
)
def test_why_nobody_knows_and_why_an_advocate_is_not_wanted_is_said(found: Advocacy) -> None:
    silent = want.EstablishAdvocacy(advocacy=found, words=None)
    under_way.when(silent).then_refused(want.ReasonMissing)
    said = replace(silent, words=a.words("She asks for her sister instead."))
    under_way.when(said).then(AdvocacyEstablished(advocacy=found, words=said.words))
    unlisted = replace(said, advocacy=replace(found, advocate=Code("x@1:y")))
    under_way.when(unlisted).then_refused(want.CodeUnknown)
    settled = under_way.given(a.assessed, AdvocacyEstablished(advocacy=found, words=said.words))
    settled.when(a.conclusion).then(a.concluded)


# An enquiry that a partner makes


def test_a_partner_is_asked_and_has_ten_working_days() -> None:
    under_way.when(a.causing).then(a.caused)


def test_another_day_may_be_agreed_but_none_that_has_passed() -> None:
    friday = replace(a.causing, due_on=date(2026, 11, 6))
    due_at = a.at("2026-11-06T17:00:00+00:00")
    under_way.when(friday).then(replace(a.caused, due_at=due_at))
    for day in (date(2026, 11, 1), date(2027, 2, 3), date(9999, 12, 31)):
        under_way.when(replace(a.causing, due_on=day)).then_refused(want.DateOutOfReach)


def test_nobody_is_late_before_they_were_asked() -> None:
    """Else they are reminded, and the manager hears, of a time that never was theirs."""
    today = replace(a.causing, due_on=a.TODAY)
    in_time = replace(a.caused, due_at=a.at("2026-11-02T17:00:00+00:00"))
    under_way.when(today, act=a.later(hours=7)).then(in_time)
    under_way.when(today, act=a.later(hours=8)).then_refused(want.DateOutOfReach)


def test_one_partner_is_asked_at_a_time() -> None:
    for facts in ((a.caused,), (a.caused, a.accepted), (a.caused, a.reported)):
        under_way.given(*facts).when(a.causing).then_refused(want.CausedEnquiryOpen)
    for over in ((a.caused, a.declined), (a.caused, a.recalled), (a.caused, a.reported, a.good)):
        under_way.given(*over).when(a.causing).then(a.caused)


@pytest.mark.parametrize("kind", ["provider", "housing", "other"])
def test_whoever_may_have_a_stake_is_asked_by_a_manager_who_found_no_conflict(kind: str) -> None:
    of_kind = Code(f"partner-kind@1:{kind}")
    unchecked = replace(a.causing, partner_kind=of_kind)
    checked = replace(unchecked, conflict_check=codes.CLEAR)
    under_way.when(unchecked).then_refused(want.ConflictNotChecked)
    under_way.when(checked, act=a.LEADS).then_refused(want.ConflictNotChecked)
    under_way.when(checked).then(
        replace(a.caused, partner_kind=of_kind, conflict_check=codes.CLEAR)
    )


@pytest.mark.parametrize("kind", ["nhs", "police", "council"])
def test_public_bodies_are_asked_by_a_lead(kind: str) -> None:
    of_kind = Code(f"partner-kind@1:{kind}")
    public = replace(a.causing, partner_kind=of_kind)
    under_way.when(public, act=a.LEADS).then(replace(a.caused, partner_kind=of_kind))


def test_only_a_partner_who_is_listed_is_asked() -> None:
    """A slip in a name would reach nobody."""
    under_way.when(replace(a.causing, partner_kind=None)).then_refused(want.PartnerNotListed)


def test_a_conflict_check_is_one_of_the_list() -> None:
    wrong = replace(a.causing, conflict_check=Code("x@1:y"))
    under_way.when(wrong).then_refused(want.CodeUnknown)


def test_a_partner_accepts_or_declines_in_writing() -> None:
    asked = under_way.given(a.caused)
    asked.when(a.accepting).then(a.accepted)
    no = replace(a.accepting, answer=codes.DECLINED)
    asked.when(no).then_refused(want.ReasonMissing)
    asked.when(replace(no, words=a.declined.words)).then(a.declined)
    asked.when(replace(no, answer=Code("x@1:maybe"))).then_refused(want.CodeUnknown)
    asked.given(a.accepted).when(a.accepting).then_refused(want.CausedEnquiryIsElsewhere)
    under_way.when(a.accepting).then_refused(want.CausedEnquiryIsElsewhere)


def test_a_report_is_taken_while_it_is_awaited() -> None:
    for facts in ((a.caused,), (a.caused, a.accepted), (a.caused, a.reported, a.returned)):
        under_way.given(*facts).when(a.report).then(a.reported)
    under_way.when(a.report).then_refused(want.CausedEnquiryIsElsewhere)


def test_a_report_after_a_report_waits_for_the_same_answer() -> None:
    first = under_way.given(a.caused, a.reported)
    first.when(a.report).then(a.reported)
    second = first.given(a.reported, act=a.later(days=3)).state
    assert second and second.caused  # noqa: PT018
    assert second.caused.since == a.NOON


def test_a_report_is_accepted_or_returned_with_reasons() -> None:
    here = under_way.given(a.caused, a.accepted, a.reported)
    accept = want.AssessReport(verdict=codes.GOOD, due_on=None, reasons=None)
    here.when(accept).then(a.good)
    here.when(replace(accept, due_on=date(2026, 11, 6))).then(a.good)
    back = replace(accept, verdict=codes.RETURNED)
    here.when(back).then_refused(want.ReasonMissing)
    here.when(replace(back, reasons=a.returned.reasons)).then(a.returned)
    here.when(replace(back, verdict=Code("x@1:y"))).then_refused(want.CodeUnknown)
    late = replace(back, reasons=a.words(), due_on=date(2026, 10, 30))
    here.when(late).then_refused(want.DateOutOfReach)
    under_way.given(a.caused).when(accept).then_refused(want.CausedEnquiryIsElsewhere)


def test_the_council_may_take_back_what_it_asked() -> None:
    recall = want.RecallCausedEnquiry(reasons=a.recalled.reasons)
    for facts in ((a.caused,), (a.caused, a.accepted), (a.caused, a.reported, a.returned)):
        under_way.given(*facts).when(recall).then(a.recalled)
    for gone in ((), (a.caused, a.declined)):
        under_way.given(*gone).when(recall).then_refused(want.CausedEnquiryIsElsewhere)


def test_a_report_that_is_here_is_answered_before_anything_is_taken_back() -> None:
    recall = want.RecallCausedEnquiry(reasons=a.recalled.reasons)
    under_way.given(a.caused, a.reported).when(recall).then_refused(want.ReportNotAnswered)


# Of any


@pytest.mark.parametrize(
    "command", [*a.ON_AN_OPEN_ONE, *a.ON_ANY], ids=lambda it: type(it).__name__
)
def test_nothing_happens_to_an_enquiry_that_is_not_there(command: Any) -> None:
    story.when(command).then_refused(NotFound)


@pytest.mark.parametrize("command", a.ON_AN_OPEN_ONE, ids=lambda it: type(it).__name__)
def test_a_closed_enquiry_stays_as_it_is(command: Any) -> None:
    story.given(*a.ready, a.closed).when(command).then_refused(want.EnquiryIsClosed)


def test_no_history_begins_with_anything_but_an_opening() -> None:
    with pytest.raises(ValueError, match="nothing is recorded"):
        story.given(a.led)
