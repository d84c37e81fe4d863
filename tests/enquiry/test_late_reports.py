"""Is a report that came late looked at, and does whoever sent it hear of it?"""

from dataclasses import replace
from typing import Any

import pytest

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.decisions.state import Enquiry
from services.enquiry.events import EnquiryFact
from shared.facts import party
from tests.enquiry import a
from tests.support.story import Story

story: Story[Any, Enquiry, EnquiryFact] = Story(enquiry)
under_way = story.given(*a.under_way)

LATE: dict[str, tuple[EnquiryFact, ...]] = {
    "declined": (*a.under_way, a.caused, a.declined),
    "recalled": (*a.under_way, a.caused, a.recalled),
    "accepted already": (*a.under_way, a.caused, a.reported, a.good),
    "closed": (*a.under_way, a.caused, a.recalled, *a.ready[len(a.under_way) :], a.closed),
}


@pytest.mark.parametrize("facts", LATE.values(), ids=LATE)
def test_a_report_that_nobody_awaits_any_more_is_kept_and_looked_at(
    facts: tuple[EnquiryFact, ...],
) -> None:
    story.given(*facts).when(a.report).then(a.late)
    story.given(*facts).when(a.considering).then_refused(want.NoLateReport)
    came = story.given(*facts, a.late)
    came.when(a.report).then(a.late)
    came.when(a.considering).then(a.considered)
    came.given(a.considered).when(a.considering).then_refused(want.NoLateReport)


def test_a_late_report_is_not_taken_for_that_of_the_partner_who_was_asked_since() -> None:
    other = under_way.given(replace(a.caused, partner="mercia-police"), a.recalled, a.caused)
    other.when(replace(a.report, partner=a.POLICE)).then(a.late_of_another)
    came = other.given(a.late_of_another)
    assert came.state and came.state.caused_open  # noqa: PT018
    of_another = replace(a.considered, earlier=True, partner=a.POLICE)
    came.when(a.considering).then(of_another)
    came.when(replace(a.report, partner=a.DERBY)).then(a.reported)


def test_each_partner_whose_report_came_late_hears_that_it_was_looked_at() -> None:
    other = under_way.given(replace(a.caused, partner="mercia-police"), a.recalled, a.caused)
    both = sorted(
        (a.considered, replace(a.considered, partner=a.POLICE)), key=lambda it: it.partner
    )
    for came in ((a.late_of_another, a.late), (a.late, a.late_of_another, a.late)):
        looked = other.given(a.recalled, *came)
        looked.when(a.considering).then(*both)
        looked.given(*both).when(a.considering).then_refused(want.NoLateReport)


def test_what_came_late_before_it_was_said_whose_it_is_is_looked_at_too() -> None:
    """Of the partner who was asked last it is known whose it is; of an earlier one it is not."""
    other = under_way.given(replace(a.caused, partner="mercia-police"), a.recalled, a.caused)
    last = other.given(a.recalled, a.late_1)
    last.when(a.considering).then(a.considered)
    last.given(replace(a.caused, partner="mercia-police")).when(a.considering).then(a.considered)
    earlier = other.given(a.late_of_another_1)
    earlier.when(a.considering).then(replace(a.considered_1, earlier=True))
    earlier.given(a.considered_1).when(a.considering).then_refused(want.NoLateReport)


def test_a_report_on_what_the_same_partner_was_asked_before_is_not_the_one_that_is_due() -> None:
    anew = under_way.given(a.caused, a.recalled, a.caused)
    anew.when(replace(a.report, earlier=True)).then(replace(a.late, earlier=True))
    anew.when(a.report).then(a.reported)


def test_whose_report_it_is_is_said_where_more_than_one_partner_was_asked() -> None:
    """Or a late report of the first would pass for that of the second."""
    police, hospital = replace(a.caused, partner="mercia-police"), party(a.caused.partner)
    two = under_way.given(a.caused, a.recalled, police)
    two.when(a.report).then_refused(want.PartnerNotNamed)
    two.when(replace(a.report, partner=hospital)).then(replace(a.late, earlier=True))
    two.when(replace(a.report, partner=party("mercia-police"))).then(a.reported)
    two.when(replace(a.report, earlier=True)).then_refused(want.PartnerNotNamed)
    stranger = replace(a.report, partner=party("riverside-housing"))
    two.when(stranger).then_refused(want.PartnerNotAsked)
    under_way.given(a.caused).when(stranger).then_refused(want.PartnerNotAsked)
    back = two.given(a.recalled, a.caused)  # the first is asked again
    back.when(replace(a.report, partner=hospital)).then(a.reported)
    back.when(replace(a.report, partner=party("mercia-police"))).then(a.late_of_another)
