"""What is a sender told of a referral?"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.intake.decisions import BY_A_PERSON, HELD
from services.intake.projections.documents import documents, reasoned
from services.intake.projections.status import ReferralStatus, status_of
from services.intake.rules.receipt import OUTCOME_CLASSES, STATUSES
from shared.contracts.intake import RiskAnswers
from shared.facts import Code
from tests.intake import a
from tests.support.story import SOMEBODY

by_a_person = replace(a.promoted, policy=BY_A_PERSON, was=HELD, reasons=a.why)


OPEN, SHUT = SOMEBODY.effective_at, SOMEBODY.effective_at - timedelta(hours=1)


def told(*facts: Any, now: datetime = OPEN) -> ReferralStatus:
    found = status_of(a.REFERRAL, a.recorded(*facts), now=now)
    assert found is not None
    return found


def test_of_what_nobody_sent_nothing_is_told() -> None:
    assert status_of(a.REFERRAL, [], now=OPEN) is None


@pytest.mark.parametrize(
    ("facts", "word", "adult"),
    [
        ((), "received", "received"),
        ((a.promoted,), "promoted", "promoted"),
        ((a.held,), "held", "held"),
        ((a.held, by_a_person), "promoted", "promoted"),
        ((a.held, a.redirected), "redirected", "redirected"),
        ((a.promoted, a.heard), "decided", "decided"),
        ((a.promoted, a.heard, a.not_standing), "promoted", "promoted"),
        ((a.promoted, a.withdrawn), "withdrawn", "promoted"),
        ((a.promoted, a.withdrawn, a.heard), "withdrawn", "decided"),
    ],
)
def test_one_word_says_where_a_referral_stands(facts: Any, word: str, adult: str) -> None:
    status = told(a.received, *facts)
    assert (status.status, status.adults[0].status) == (word, adult)
    assert status.adults[0].label == "adult 1"
    assert status.adults[0].says


PLACES = {
    "received": (),
    "held": (a.held,),
    "promoted": (a.promoted,),
    "decided": (a.promoted, a.heard),
    "redirected": (a.held, a.redirected),
}
OTHERS = {
    "received": (),
    "held": (a.held_too,),
    "promoted": (a.promoted_too,),
    "decided": (a.promoted_too, replace(a.heard, adult=a.TWO)),
    "redirected": (a.held_too, replace(a.redirected, adult=a.TWO)),
}
LEAST_FAR = ["held", "promoted", "decided", "redirected", "received"]


@pytest.mark.parametrize("one", PLACES)
@pytest.mark.parametrize("other", OTHERS)
def test_of_several_adults_the_one_least_far_says_it(one: str, other: str) -> None:
    status = told(a.two_received, *PLACES[one], *OTHERS[other])
    assert [it.status for it in status.adults] == [one, other]
    assert status.status == min((one, other), key=LEAST_FAR.index)


@pytest.mark.parametrize(("code", "says"), OUTCOME_CLASSES.items())
def test_a_sender_hears_the_class_of_a_decision_and_its_day(code: Code, says: str) -> None:
    (adult,) = told(a.received, a.promoted, replace(a.heard, outcome_class=code)).adults
    assert (adult.outcome_class, adult.decided_on) == (code, date(2026, 11, 4))
    assert adult.says == f"A decision was made. {says}"


def test_a_sender_hears_where_an_adult_was_passed_on_and_not_why() -> None:
    (adult,) = told(a.received, a.held, a.redirected).adults
    assert adult.says == "It was passed to the council's children's services."
    assert (adult.outcome_class, adult.decided_on) == (None, None)


def test_a_sender_is_told_what_to_look_at_again() -> None:
    status = told(a.received, a.promoted, replace(a.amended, checks=a.received.checks))
    assert [(it.code, it.field) for it in status.checks] == [("missing", "what_happened")] * 2
    assert status.checks[0].message
    assert status.amendments == 1


def test_the_office_is_said_to_be_shut_only_while_it_is() -> None:
    at_night = replace(a.received, out_of_hours=True)
    shut, open_ = told(at_night, a.held, now=SHUT), told(at_night, a.held)
    assert shut.what_happens_next.startswith("Our office is shut now.")
    assert any("emergency duty team" in it for it in shut.advice)
    assert "shut" not in open_.what_happens_next
    assert not any("shut" in it for it in open_.advice)
    assert shut.out_of_hours
    assert open_.out_of_hours, "it came at night, whenever its sender asks"


def test_once_the_time_given_has_passed_it_is_given_no_more_and_the_sender_hears_whom_to_ring() -> (
    None
):
    before = told(a.received, a.held, now=a.received.expect_by - timedelta(seconds=1))
    assert "by the time given before it goes on" in before.what_happens_next
    late = told(a.received, a.held, now=a.received.expect_by)
    assert late.what_happens_next.startswith("It is late")
    assert "customer contact team" in late.what_happens_next
    assert "A person reads" not in late.what_happens_next, "nobody knows another time"
    at_night = told(a.received, a.held, now=a.received.expect_by + timedelta(hours=12))
    assert at_night.what_happens_next.startswith("Our office is shut now. It is late")
    assert "emergency duty team" in at_night.what_happens_next


@pytest.mark.parametrize("facts", [(a.promoted,), (a.held, a.redirected), (a.held, a.withdrawn)])
def test_nothing_is_late_of_who_waits_for_nobody_here(facts: Any) -> None:
    later = a.received.expect_by + timedelta(days=1)
    status = told(a.received, *facts, now=later)
    assert status.what_happens_next == told(a.received, *facts).what_happens_next


@pytest.mark.parametrize(
    ("danger", "called", "first"),
    [
        ("yes", "no", "Call 999 now"),
        ("yes", "yes", "Do as the emergency services tell you"),
        ("no", "no", "This is not an emergency service"),
    ],
)
def test_whoever_tells_of_danger_is_told_to_call_999(danger: Any, called: Any, first: str) -> None:
    received = replace(a.received, immediate_danger=danger, emergency_services_called=called)
    assert told(received, a.promoted).advice[0].startswith(first)


def test_danger_that_only_a_signal_tells_of_is_danger() -> None:
    unsaid = replace(a.received, immediate_danger="unknown")
    signalled = replace(a.promoted, part=a.part(answers=RiskAnswers(signals=(a.danger,))))
    assert told(unsaid, signalled).advice[0].startswith("Call 999 now")
    assert not told(unsaid, a.promoted).advice[0].startswith("Call 999 now")


@pytest.mark.parametrize("where", [(a.promoted, a.passed_on(a.TWO)), (a.held, a.kept(a.TWO))])
def test_danger_told_later_is_danger(where: Any) -> None:
    contact, told_more = where
    assert told(a.received, contact, a.amended, told_more).advice[0].startswith("Call 999 now")
    calm = replace(told_more, answers=RiskAnswers(likelihood=4))
    assert not told(a.received, contact, a.amended, calm).advice[0].startswith("Call 999 now")


def test_whoever_tells_of_a_child_is_pointed_to_childrens_services() -> None:
    assert "children's services" in told(a.received, a.held).advice[-1]
    assert not any("children" in it for it in told(a.received, a.held_empty).advice)


def test_no_status_says_what_was_written() -> None:
    said = str(told(*a.EVERY_FACT))
    for word in ("Hollowell", "Martin", "Priya", "mistyped", "by mistake"):
        assert word not in said


def test_every_word_of_a_status_has_its_sentence() -> None:
    assert {*PLACES, "withdrawn"} < {*STATUSES}


def test_what_was_written_later_can_be_found() -> None:
    history = a.recorded(a.received, a.held, a.amended, a.redirected, by_a_person, a.withdrawn)
    assert documents(history) == [a.amended.document]
    assert [it.fact for it in reasoned(history)] == [a.redirected, by_a_person, a.withdrawn]
    assert not reasoned(a.recorded(a.received, a.promoted)), "a policy gives no reasons of its own"
