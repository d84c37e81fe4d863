"""What is known of one enquiry?"""

from dataclasses import fields, replace
from typing import Any

import pytest

from services.enquiry.api.shape import EnquiryWords
from services.enquiry.events import EnquiryFact
from services.enquiry.projections.enquiry import WORDS, EnquiryView, view, words
from tests.enquiry import a


def seen(*facts: EnquiryFact) -> EnquiryView:
    found = view(a.ADULT, a.recorded(*facts))
    assert found is not None
    return found


def test_of_nothing_nothing_is_known() -> None:
    assert view(a.ADULT, []) is None


def test_an_enquiry_that_was_opened_shows_what_is_owed_and_missing() -> None:
    known = seen(a.opened)
    assert (known.lead, known.planned_at, known.methods) == (None, None, ())
    assert (known.caused_enquiry, known.conclusion, known.safety_plan) == (None, None, None)
    assert [it.kind for it in known.due] == ["lead", "plan"]
    assert [it.says for it in known.missing] == [
        "The adult was not asked what they want, and nobody said why.",
        "Nobody looked at whether the adult needs an independent advocate.",
        "It is not concluded.",
    ]


STAGES: dict[str, tuple[EnquiryFact, ...]] = {
    "opened": (a.opened,),
    "planning": (a.opened, a.led),
    "in-progress": (*a.under_way, a.caused),
    "reported": (*a.under_way, a.caused, a.reported, a.good),
    "concluded": a.found,
    "plan-active": (*a.found, a.safe),
    "closed": (*a.ready, a.closed),
}


@pytest.mark.parametrize(("stage", "facts"), STAGES.items(), ids=STAGES)
def test_how_far_it_is_is_said_in_one_word(stage: str, facts: tuple[EnquiryFact, ...]) -> None:
    assert seen(*facts).stage == f"enquiry-stage@1:{stage}"


def test_a_conclusion_says_by_whom_and_that_it_was_at_once() -> None:
    conclusion = seen(a.opened, a.at_once).conclusion
    assert conclusion
    assert (conclusion.concluded_by, conclusion.at_once, conclusion.concluded_on) == (
        "sam", True, a.TODAY
    )  # fmt: skip
    last = seen(a.opened, a.at_once, a.asked, a.assessed, a.concluded).conclusion
    assert last
    assert (last.at_once, last.findings) == (False, a.findings)


def test_a_plan_shows_each_action_and_what_became_of_it() -> None:
    two = replace(a.safe_1, actions=(a.weigh, a.orphan))
    plan = seen(*a.found, a.safe, a.ended, two, a.ended, a.reviewed).safety_plan
    assert plan
    assert [(it.action, it.owner, it.ended) for it in plan.actions] == [
        (1, a.weigh.owner, a.done), (2, None, None)
    ]  # fmt: skip
    assert (plan.review_on, plan.reviews) == (a.reviewed.next_review_on, 1)
    anew = seen(*a.ready, two).safety_plan
    assert anew
    assert [it.ended for it in anew.actions] == [None, None], "such a plan began anew"


def test_an_action_keeps_its_number_in_every_plan_to_come() -> None:
    two = replace(a.safe, first=2, actions=(a.orphan, a.weigh))
    facts = (*a.found, a.safe, a.ended, two, replace(a.ended, action=3))
    plan = seen(*facts).safety_plan
    assert plan
    assert [(it.action, it.ended) for it in plan.actions] == [(1, a.done), (2, None), (3, a.done)]
    shut = words(a.recorded(*facts))
    assert shut.actions == [a.weigh.what, a.orphan.what, a.weigh.what]


def test_what_was_missed_is_shown_and_a_closing_only_while_it_holds() -> None:
    known = seen(a.opened, a.missed)
    assert [(it.kind, it.due_at) for it in known.missed] == [("plan", a.PLAN_DUE)]
    assert seen(*a.ready, a.closed).closing_reason == a.closed.reason
    assert seen(*a.ready, a.closed, a.reopened).closing_reason is None


def test_everything_that_people_wrote_can_be_found() -> None:
    shut = words(a.recorded(*a.EVERY_FACT))
    assert shut.actions == [a.weigh.what]
    assert shut.reviews == [a.reviewed.words]
    assert shut.reports == [a.reported.words] * 6
    assert shut.one_each["questions"] == a.questions
    assert shut.one_each["closing"] == a.closed.words
    shown = EnquiryWords.model_fields.keys() - {"gone"}
    assert shown == {*shut.one_each, "actions", "reviews", "reports"}


def test_no_words_of_a_fact_are_left_out() -> None:
    """Each fact with words of its own is either in the table or told one by one."""
    worded = {
        type(fact)
        for fact in a.EVERY_FACT
        for it in fields(fact)
        if "Sealed" in str(it.type) or it.name == "actions"
    }
    one_by_one: set[Any] = {
        type(it) for it in (a.safe_1, a.safe, a.reviewed, a.reported, a.late, a.late_1)
    }  # fmt: skip
    assert worded == {*WORDS} | one_by_one
