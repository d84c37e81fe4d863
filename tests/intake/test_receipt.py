"""Is a sender told what they need to know, and no more?"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.rules.promotion import REDIRECTIONS
from services.intake.rules.receipt import (
    OUTCOME_CLASSES,
    STATUSES,
    Status,
    Tri,
    advice,
    expect_by,
    out_of_hours,
    reference,
    status_sentence,
    what_next,
)
from shared.facts import Code
from shared.time.calendar import LONDON, Calendar

CALENDAR = Calendar("2026.1", frozenset({date(2026, 12, 25), date(2026, 12, 28)}))


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@given(st.uuids())
def test_a_reference_can_be_said_and_follows_from_the_id(id: UUID) -> None:
    said = reference(id)
    assert re.fullmatch(r"SR(-[2-9B-DF-HJKMNP-TV-Z]{4}){2}", said)
    assert said == reference(UUID(str(id)))


def test_a_reference_stays_the_same_for_ever() -> None:
    assert reference(UUID(int=7)) == "SR-6DHN-BKP8"


def test_references_differ_where_ids_do() -> None:
    ids = [uuid5(UUID(int=1), str(number)) for number in range(5_000)]
    assert len({reference(id) for id in (*ids, *(UUID(int=n) for n in range(5_000)))}) == 10_000


@pytest.mark.parametrize(
    ("received", "shut"),
    [
        ("2026-11-23T09:00", False),
        ("2026-11-23T08:59:59", True),
        ("2026-11-23T16:59:59", False),
        ("2026-11-23T17:00", True),
        ("2026-11-21T12:00", True),
        ("2026-12-25T12:00", True),
        ("2026-07-01T09:00", False),
    ],
)
def test_the_office_is_open_on_working_days_from_nine_to_five(received: str, *, shut: bool) -> None:
    assert out_of_hours(london(received), CALENDAR) is shut
    assert out_of_hours(london(received).astimezone(UTC), CALENDAR) is shut


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23T10:15", "2026-11-23T12:15"),
        ("2026-11-23T15:00", "2026-11-23T17:00"),
        ("2026-11-23T16:30", "2026-11-24T10:30"),
        ("2026-11-23T17:00", "2026-11-24T11:00"),
        ("2026-11-24T03:00", "2026-11-24T11:00"),
        ("2026-11-21T12:00", "2026-11-23T11:00"),
        ("2026-12-24T16:00", "2026-12-29T10:00"),
        ("2026-03-27T16:30", "2026-03-30T10:30"),
    ],
)
def test_a_person_reads_it_within_two_office_hours(received: str, due: str) -> None:
    told = expect_by(london(received).astimezone(UTC), CALENDAR)
    assert told == london(due)
    assert told.tzinfo is UTC


@settings(max_examples=200)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by `timezones`
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_what_comes_later_is_never_promised_sooner(received: datetime, wait: timedelta) -> None:
    told = expect_by(received, CALENDAR)
    assert told <= expect_by(received + wait, CALENDAR)
    assert told - received >= timedelta(hours=2)
    assert not out_of_hours(told - timedelta(seconds=1), CALENDAR)


def said(
    danger: Tri = "no",
    called: Tri = "unknown",
    *,
    shut: bool = False,
    child: bool = False,
    **more: bool,
) -> str:
    return " ".join(
        advice(
            immediate_danger=danger,
            emergency_services_called=called,
            out_of_hours=shut,
            under_18=child,
            **more,
        )
    )


@pytest.mark.parametrize("danger", get_args(Tri))
@pytest.mark.parametrize("called", get_args(Tri))
def test_everybody_is_told_that_this_is_no_emergency_service(danger: Tri, called: Tri) -> None:
    assert "This is not an emergency service" in said(danger, called)


@pytest.mark.parametrize("called", ["no", "unknown"])
def test_danger_is_answered_with_999_first(called: Tri) -> None:
    assert said("yes", called).startswith("Call 999 now")
    assert said("unknown", called, signals=True).startswith("Call 999 now")


def test_who_has_called_is_told_to_do_as_they_say() -> None:
    assert said("yes", "yes").startswith("Do as the emergency services tell you")
    assert "Call 999 now" not in said("yes", "yes")


def test_without_danger_nobody_is_told_to_call_now() -> None:
    assert "Call 999 now" not in said("no", "no", signals=True) + said("unknown", "no")


def test_who_writes_out_of_hours_is_told_whom_to_telephone() -> None:
    assert "emergency duty team" in said(shut=True)
    assert "emergency duty team" not in said()


def test_childrens_services_are_named_where_somebody_is_under_18() -> None:
    assert "children's services" in said(child=True)
    assert "children's services" not in said()


@pytest.mark.parametrize("status", get_args(Status))
def test_each_status_is_told_with_what_happens_next(status: Status) -> None:
    assert status_sentence(status) == STATUSES[status]
    assert status_sentence(status, Code("elsewhere@1:unheard-of")) == STATUSES[status]
    assert what_next(status).endswith(".")


@pytest.mark.parametrize("status", get_args(Status))
def test_a_shut_office_is_mentioned_while_somebody_has_yet_to_read(status: Status) -> None:
    shut = what_next(status, out_of_hours=True)
    assert shut.endswith(what_next(status))
    assert shut.startswith("Our office is shut") is (status in {"received", "held"})


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("shut", [True, False])
def test_only_of_who_waits_for_a_person_is_the_time_given_late(
    status: Status, *, shut: bool
) -> None:
    late = what_next(status, out_of_hours=shut, late=True)
    waits = status in {"received", "held"}
    assert ("It is late" in late) is waits
    assert (late == what_next(status, out_of_hours=shut)) is not waits
    if waits:
        assert ("emergency duty team" if shut else "customer contact team") in late
        assert "reads your referral" not in late


@pytest.mark.parametrize("outcome", sorted(OUTCOME_CLASSES))
def test_a_decision_is_told_as_its_class(outcome: Code) -> None:
    told = status_sentence("decided", outcome)
    assert told == f"A decision was made. {OUTCOME_CLASSES[outcome]}"


@pytest.mark.parametrize("place", sorted(REDIRECTIONS))
def test_a_redirection_is_told_as_where_it_went(place: Code) -> None:
    assert status_sentence("redirected", place) == REDIRECTIONS[place].told
