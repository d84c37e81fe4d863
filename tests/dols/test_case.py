"""What is known of one request, and what is its sender told?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.events import RequestFact
from services.dols.projections.case import CaseView, view, words
from services.dols.projections.roles import is_theirs
from services.dols.projections.status import RequestStatus, status_of
from services.dols.rules import codes
from services.dols.rules.legal_test import CW_2014
from services.dols.rules.reading import WHO_RUNS_IT
from shared.facts import Code
from shared.sealed import sections
from tests.dols import a


def seen(*facts: RequestFact, today: date = a.TODAY) -> CaseView:
    found = view(a.CASE, a.recorded(*facts), today)
    assert found is not None
    return found


def told(*facts: RequestFact, today: date = a.TODAY) -> RequestStatus:
    found = status_of(a.CASE, a.recorded(*facts), today)
    assert found is not None
    return found


def test_of_nothing_nothing_is_known() -> None:
    assert view(a.CASE, [], a.TODAY) is None
    assert status_of(a.CASE, [], a.TODAY) is None


def test_a_fresh_request_shows_its_clocks_and_that_nothing_is_assessed() -> None:
    known = seen(*a.waiting)
    assert (known.stage, known.urgent, known.roles) == ("dols-stage@1:waiting", None, [])
    assert known.statutory_due_on == date(2026, 11, 22)
    assert {it.result for it in known.requirements} == {codes.NOT_ASSESSED}
    assert [it.kind for it in known.due] == ["decision", "allocation", "re-check"]
    assert known.decision is None
    assert seen(a.received).priority is None


STAGES: dict[str, tuple[RequestFact, ...]] = {
    "waiting": (*a.waiting, a.allocated),
    "allocated": a.staffed,
    "assessing": (*a.staffed, a.assessed(codes.AGE)),
    "awaiting-signature": a.ready,
    "withdrawn": (*a.ready, a.withdrawn),
    "granted": (*a.ready, a.granted),
    "not-granted": (*a.waiting, a.not_granted),
}


@pytest.mark.parametrize(("stage", "facts"), STAGES.items(), ids=STAGES)
def test_how_far_it_is_is_said_in_one_word(stage: str, facts: tuple[RequestFact, ...]) -> None:
    assert seen(*facts).stage == f"dols-stage@1:{stage}"


STATUSES: dict[str, tuple[RequestFact, ...]] = {
    "received": (*a.waiting, a.allocated),
    "allocated": a.ready,
    "withdrawn": (*a.ready, a.withdrawn),
    "granted": (*a.ready, a.withdrawn, a.granted),
    "not-granted": (*a.waiting, a.not_granted),
}


@pytest.mark.parametrize(("status", "facts"), STATUSES.items(), ids=STATUSES)
def test_a_sender_hears_status_not_story(status: str, facts: tuple[RequestFact, ...]) -> None:
    assert told(*facts).status == status


@pytest.mark.parametrize("no", ["still_here", "still_needed"])
def test_who_told_that_it_is_over_is_not_told_that_assessors_will_visit(no: str) -> None:
    but: dict[str, Any] = {no: "no"}
    over: RequestFact = replace(a.told, **but)
    for before in (a.waiting, a.staffed):
        assert "visit" in told(*before).what_happens_next
        assert "no longer needed" in told(*before, over).says
        assert "a signatory ends it" in told(*before, over).what_happens_next
        assert "visit" in told(*before, over, a.told).what_happens_next
        assert "took it back" in told(*before, over, a.withdrawn).says
        assert "without an authorisation" in told(*before, over, a.not_granted).says


def test_a_sender_of_a_grant_hears_its_dates() -> None:
    decision = told(*a.ready, a.granted).decision
    assert decision
    assert (decision.granted, decision.starts_on, decision.ends_on, decision.reason) == (
        True, a.TODAY, date(2027, 4, 30), None
    )  # fmt: skip


def test_a_sender_hears_how_an_urgent_authorisation_stands() -> None:
    urgent = told(a.urgent, a.low, a.extended).urgent
    assert urgent
    assert (urgent.ends_on, urgent.extended, urgent.lapsed) == (date(2026, 11, 15), True, False)
    lapsed = told(a.urgent, a.low, a.lapsed).urgent
    assert lapsed
    assert lapsed.meaning
    assert "since then" in lapsed.meaning


SHORT = replace(a.granted, ends_on=date(2026, 11, 10))
SOON = replace(a.granted, starts_on=date(2026, 12, 1))
AGAIN = (a.renewal, *a.ready[1:])
COVERS: dict[str, tuple[tuple[RequestFact, ...], str, str, str | None]] = {
    "a standard request alone": (a.waiting, "2026-11-02", "none", None),
    "urgent": ((a.urgent, a.low), "2026-11-08", "urgent", "2026-11-08"),
    "urgent, seen before its clock": ((a.urgent, a.low), "2026-11-09", "unprotected", "2026-11-08"),
    "urgent, lapsed": ((a.urgent, a.low, a.lapsed), "2026-11-09", "unprotected", "2026-11-08"),
    "urgent, extended": ((a.urgent, a.low, a.extended), "2026-11-15", "urgent", "2026-11-15"),
    "urgent, refused": ((a.urgent, a.low, a.not_granted), "2026-11-03", "none", None),
    "urgent, lapsed, refused": (
        (a.urgent, a.low, a.lapsed, a.not_granted), "2026-11-12", "none", None,
    ),
    "a renewal": ((a.renewal, a.low), "2026-11-10", "present", "2026-11-10"),
    "a lapsed renewal": (
        (a.renewal, a.low, a.renewal_lapsed), "2026-11-11", "unprotected", "2026-11-10",
    ),
    "a renewal, refused": (
        (a.renewal, a.low, a.not_granted), "2026-11-03", "present", "2026-11-10",
    ),
    "a renewal, refused, ended": ((a.renewal, a.low, a.not_granted), "2026-11-11", "none", None),
    "granted": ((*a.ready, a.granted), "2026-11-02", "granted", "2027-04-30"),
    "granted, on its last day": ((*a.ready, a.granted), "2027-04-30", "granted", "2027-04-30"),
    "granted, ended": ((*a.ready, a.granted), "2027-05-01", "ended", "2027-04-30"),
    "granted, suspended": (
        (*a.ready, a.granted, a.in_suspense), "2026-11-29", "suspended", "2026-11-29",
    ),
    "granted, suspended, seen before its clock": (
        (*a.ready, a.granted, a.in_suspense), "2026-11-30", "ceased", "2026-11-29",
    ),
    "granted, suspended longer than it lasts": (
        (*a.ready, SHORT, a.in_suspense), "2026-11-11", "ended", "2026-11-10",
    ),
    "granted, goes on": (
        (*a.ready, a.granted, a.in_suspense, a.resumed), "2026-11-30", "granted", "2027-04-30",
    ),
    "granted, ceased": ((*a.ready, a.granted, a.ceased), "2026-11-02", "ceased", "2026-11-02"),
    "granted, suspended before it begins": (
        (*AGAIN, SOON, a.in_suspense), "2026-11-10", "present", "2026-11-10",
    ),
    "granted, begins later": ((*AGAIN, SOON), "2026-11-10", "present", "2026-11-10"),
    "granted, in the gap before it": (
        (*AGAIN, SOON, a.renewal_lapsed), "2026-11-30", "unprotected", "2026-11-10",
    ),
    "granted, after the gap": (
        (*AGAIN, SOON, a.renewal_lapsed), "2026-12-01", "granted", "2027-04-30",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "on", "code", "day"), COVERS.values(), ids=COVERS)
def test_a_sender_hears_what_authorises_it_today_and_when_nothing_does(
    facts: tuple[RequestFact, ...], on: str, code: str, day: str | None
) -> None:
    cover = told(*facts, today=date.fromisoformat(on)).cover
    found = day and date.fromisoformat(day)
    assert (cover.code, cover.day) == (f"dols-cover@1:{code}", found)
    assert (f"{found:%d %B %Y}" in cover.says) if found else "Nothing that we know of" in cover.says
    assert ("nothing authorises" in cover.says) == (code in {"unprotected", "ceased", "ended"})


def test_in_the_gap_a_sender_hears_when_the_next_authorisation_begins() -> None:
    gap = told(*AGAIN, SOON, a.renewal_lapsed, today=date(2026, 11, 30))
    assert "begins on 01 December 2026" in gap.cover.says
    assert "begins" not in told(*AGAIN, SOON, today=date(2026, 12, 1)).cover.says


def test_a_sender_hears_that_the_authorisation_to_be_renewed_has_ended() -> None:
    before, after = told(a.renewal, a.low).renewal, told(a.renewal, a.low, a.renewal_lapsed).renewal
    assert before
    assert before.meaning
    assert (before.ends_on, before.lapsed) == (date(2026, 11, 10), False)
    assert "does not go on by itself" in before.meaning
    assert after
    assert after.meaning
    assert (after.lapsed, "ended at the end of 10 November 2026" in after.meaning) == (True, True)
    assert told(*a.waiting).renewal is None
    done = told(*AGAIN, a.granted).renewal
    assert done
    assert done.meaning is None


EXTENSIONS: dict[str, tuple[tuple[RequestFact, ...], str | None]] = {
    "none was asked for": ((a.urgent, a.low), None),
    "asked": ((a.asking, a.low), "asked"),
    "extended": ((a.asking, a.low, a.extended), "extended"),
    "refused": ((a.asking, a.low, a.not_extended), "refused"),
    "asked once more, while it waits": ((a.asking, a.low, a.asks), "asked"),
    "asked once more, after it was refused": ((a.asking, a.low, a.not_extended, a.asks), "refused"),
    "asked once more, after it was extended": ((a.asking, a.low, a.extended, a.asks), "extended"),
    "never answered": ((a.asking, a.low, a.lapsed), "not-answered"),
}


@pytest.mark.parametrize(("facts", "extension"), EXTENSIONS.values(), ids=EXTENSIONS)
def test_a_sender_hears_what_became_of_the_extension_they_asked_for(
    facts: tuple[RequestFact, ...], extension: str | None
) -> None:
    urgent = told(*facts).urgent
    assert urgent
    assert urgent.extension == extension
    assert (urgent.extension_due_at is not None) == (extension == "asked")
    lapsed, meaning = facts[-1] is a.lapsed, str(urgent.meaning)
    assert lapsed or ("if you ask" in meaning) == (extension is None), "who asked may ask no more"
    shown = seen(*facts).urgent
    assert shown
    assert (shown.extension_asked_at is not None) == (extension == "asked")


def test_staff_see_who_runs_the_place_and_that_the_person_is_gone() -> None:
    asked = replace(a.received, checks=(WHO_RUNS_IT,))
    assert seen(asked).run_by_council == "unknown"
    assert seen(asked, a.described).run_by_council == "yes"
    gone = seen(*a.waiting, replace(a.told, still_here="no", still_needed="no"))
    assert (gone.gone_at, gone.unneeded_at) == (a.NOON, a.NOON)


def test_what_was_asked_is_shown_until_it_is_answered_and_after() -> None:
    (open_,) = seen(*a.waiting, a.asked_back).questions
    assert (open_.missing, open_.due_at, open_.answered_at) == (
        (a.BORN,),
        a.asked_back.due_at,
        None,
    )
    (done,) = seen(*a.waiting, a.asked_back, a.answered).questions
    assert (done.answered_at, done.left) == (a.NOON, ())


def test_of_a_question_is_shown_what_is_still_missing() -> None:
    name = Code("dols-field@1:person.name")
    facts = (*a.waiting, replace(a.asked_back, missing=(a.BORN, name)), a.born)
    for shown in (seen(*facts).questions, told(*facts).questions):
        assert [it.left for it in shown] == [(name,)]
    assert seen(*facts).questions[0].answered_at is None


def test_staff_see_the_place_as_it_was_told_last() -> None:
    assert seen(*a.waiting).location == "1-101000001"
    assert seen(*a.waiting, a.elsewhere).location == "1-101000002"


def test_a_sender_hears_what_is_asked_by_when_and_that_it_is_late() -> None:
    late = replace(
        a.missed, kind=Code("dols-deadline@1:answer"), due_at=a.asked_back.due_at
    )  # fmt: skip
    (asked,) = told(*a.waiting, a.asked_back).questions
    assert asked.missing == ["the person's date of birth"]
    assert (asked.codes, asked.answered, asked.overdue) == ((a.BORN,), False, False)
    (overdue,) = told(*a.waiting, a.asked_back, late).questions
    assert (overdue.answered, overdue.overdue) == (False, True)
    (over,) = told(*a.waiting, a.asked_back, late, a.not_granted).questions
    assert (over.answered, over.overdue) == (False, False), "nobody waits for it any more"
    (back,) = told(*a.waiting, a.asked_back, late, a.withdrawn).questions
    assert (back.owed, back.overdue) == (False, False), "nor for what was taken back"
    assert (asked.owed, overdue.owed, over.owed) == (True, True, False)
    (answered,) = told(*a.waiting, a.asked_back, late, a.answered).questions
    assert (answered.owed, answered.left) == (False, ())
    assert (answered.answered, answered.overdue) == (True, False)
    assert told(*a.waiting).questions == []


def test_a_decision_recorded_later_than_it_is_dated_counts_from_its_record() -> None:
    *before, last = a.recorded(*a.ready, a.granted)
    days = {"2026-11-23T09:00:00+00:00": True, "2026-11-24T09:00:00+00:00": False}
    for when, in_time in days.items():
        known = view(a.CASE, [*before, replace(last, recorded_at=a.at(when))], a.TODAY)
        assert known
        assert known.decision
        assert known.decision.in_21_days is in_time


def test_an_offer_is_shown_with_what_became_of_it() -> None:
    for fact, status in (
        (a.declined, "declined"),
        (a.expired, "expired"),
        (a.allocated, "allocated"),
    ):
        (role,) = seen(*a.waiting, a.offered, fact).roles
        assert (role.status, role.expires_at) == (f"allocation@1:{status}", None)
    (role,) = seen(*a.waiting, a.offered).roles
    assert (role.name, role.standing, role.expires_at) == ("bea", a.bea, a.offered.expires_at)
    assert seen(*a.waiting, a.declined).roles == []


def test_who_has_a_role_has_it_while_another_is_asked() -> None:
    bob = replace(a.offered, name="bob", standing=replace(a.bea, assessor=a.CASE))
    has = (*a.waiting, a.allocated)
    for more, statuses in (
        ((bob,), ["allocated", "offered"]),
        ((bob, a.declined), ["allocated", "declined"]),
    ):
        roles = seen(*has, *more).roles
        assert [it.name for it in roles] == ["bea", "bob"]
        assert [it.status.partition(":")[2] for it in roles] == statuses
        assert is_theirs(a.recorded(*has, *more), "bea", a.NOON)
    assert is_theirs(a.recorded(*has, bob), "bob", a.NOON)
    assert not is_theirs(a.recorded(*has, bob, a.declined), "bob", a.NOON)


def test_who_was_only_asked_sees_it_no_longer_than_the_offer_stands() -> None:
    asked, until = (*a.waiting, a.offered), a.offered.expires_at
    assert is_theirs(a.recorded(*asked), "bea", until)
    assert not is_theirs(a.recorded(*asked), "bea", until + timedelta(seconds=1))
    for end in (a.not_granted, a.granted):
        assert not is_theirs(a.recorded(*asked, end), "bea", a.NOON), "nobody can accept it"
        assert is_theirs(a.recorded(*asked, a.allocated, end), "bea", until + timedelta(days=9))


def test_an_old_decision_stays_under_the_law_it_was_made_by() -> None:
    old = replace(a.granted, legal_test=CW_2014, decided_on=date(2026, 6, 1))
    decision = seen(*a.ready, old).decision
    assert decision
    assert (decision.legal_test, decision.citation) == (CW_2014, "[2014] UKSC 19")


def test_who_hears_of_a_decision_depends_on_it() -> None:
    granted, not_granted = (seen(*a.ready, it).decision for it in (a.granted, a.not_granted))
    assert granted
    assert not_granted
    assert "the representative" in granted.copies_owed_to
    assert "the representative" not in not_granted.copies_owed_to
    assert (granted.in_21_days, not_granted.reason) == (True, a.died)


def test_a_decided_request_waits_no_longer() -> None:
    later = date(2027, 11, 2)
    assert seen(*a.waiting, today=later).over_180_days
    done = seen(*a.ready, a.granted, today=later)
    assert (done.days_waited, done.over_180_days, done.unprotected) == (0, False, False)


def test_the_gap_before_an_authorisation_begins_is_shown() -> None:
    granted = replace(a.granted, starts_on=date(2026, 12, 1))
    before = (a.urgent, *a.ready[1:], granted)
    assert [it.kind for it in seen(*before).due] == ["urgent", "end-reminder", "end"]
    for first, lapsed in ((a.urgent, a.lapsed), (a.renewal, a.renewal_lapsed)):
        gap = (first, *a.ready[1:], granted, lapsed)
        assert seen(*gap, today=date(2026, 11, 30)).unprotected
        assert not seen(*gap, today=date(2026, 12, 1)).unprotected
        assert seen(first, a.low, lapsed, today=date(2026, 11, 11)).unprotected


NOTICES = (a.withdrawn, a.in_suspense, a.resumed, a.review_asked, a.review_joined)
"""What a managing authority gives its reasons for, which staff read."""


def test_every_word_that_was_written_can_be_opened_but_the_documents() -> None:
    history = a.recorded(*a.EVERY_FACT)
    shut = words(history)
    mine = {id(it.sealed) for it in shut}
    for it in history:
        for section in sections(it.fact):
            hidden = section.audience == "document" and it.fact not in NOTICES
            assert (id(section) in mine) is not hidden


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=15), some.dates())
def test_whatever_was_known_can_be_shown(happened: list[RequestFact], today: date) -> None:
    assert seen(a.received, *happened, today=today).history
    status = told(a.received, *happened, today=today)
    assert status.says
    assert status.cover.says.endswith(".")
