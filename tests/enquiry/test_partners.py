"""Who may be asked to make an enquiry for us?"""

from dataclasses import replace
from typing import Any, get_args

import pytest

from services.enquiry.decisions import partners
from services.enquiry.decisions.commands import CodeUnknown
from services.enquiry.decisions.partners import LIST, ListPartner, UnlistPartner, kind_of
from services.enquiry.events import PartnerFact
from services.enquiry.projections.figures import figures
from services.enquiry.projections.open import enquiries
from shared.facts import Code, party
from shared.refusals import NotFound
from tests.enquiry import a
from tests.support.story import Story, rows

story: Story[Any, Any, PartnerFact] = Story(partners)
listing, unlisting = ListPartner(listed=a.listed), UnlistPartner(partner="royal-derby")


def test_a_partner_is_listed_once_and_what_the_list_says_can_be_put_right() -> None:
    story.when(listing).then(a.listed)
    known = story.given(a.listed)
    known.when(listing).then()
    other = replace(a.listed, organisation="Royal Derby Hospital NHS Trust")
    known.when(ListPartner(listed=other)).then(other)
    assert known.given(other).state == {"royal-derby": other}


def test_what_kind_of_body_a_partner_is_comes_from_the_list_of_kinds() -> None:
    wrong = replace(a.listed, partner_kind=Code("partner-kind@1:friend"))
    story.when(ListPartner(listed=wrong)).then_refused(CodeUnknown)


def test_who_was_listed_by_mistake_is_taken_off() -> None:
    story.when(unlisting).then_refused(NotFound)
    other = replace(a.listed, partner="mercia-police")
    known = story.given(a.listed, other)
    known.when(unlisting).then(a.unlisted)
    assert known.given(a.unlisted).state == {"mercia-police": other}
    known.given(a.unlisted).when(unlisting).then_refused(NotFound)


def test_whoever_says_what_kind_a_partner_is_says_what_the_list_says() -> None:
    """Or a provider is called a public body, and nobody looks for a conflict."""
    known = story.given(a.listed).state
    assert kind_of(known, "royal-derby", None) == kind_of(known, "royal-derby", a.nhs) == a.nhs
    assert kind_of(known, "royal-derby", Code("partner-kind@1:police")) is None
    assert kind_of(known, "rosewood-house", a.nhs) is None
    assert kind_of(None, "royal-derby", None) is None


def test_there_is_one_list_and_it_is_no_enquiry() -> None:
    assert str(LIST) == f"partners-{party('partners')}"
    history = a.recorded(a.listed, a.unlisted, kind="partners", case=LIST.case)
    assert {type(it.fact) for it in history} == {*get_args(PartnerFact)}
    assert rows(enquiries, history) == rows(figures, history) == {}


@pytest.mark.parametrize("name", ["royal-derby", "Royal-Derby", "royal-derbi"])
def test_a_slip_in_a_name_is_another_party(name: str) -> None:
    """So it is never taken from what somebody types, but from the list."""
    known = story.given(a.listed).state
    assert known
    assert (name in known) == (party(name) == party("royal-derby"))
