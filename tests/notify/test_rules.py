"""By which rules is a partner told, tried again, and kept away from what is not theirs?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notify.rules import retry
from services.notify.rules.body import body, case_told, correlation_told, event_id
from services.notify.rules.disclosure import (
    ASKED,
    DISCLOSURES,
    EVENTS,
    MANAGING_AUTHORITY,
    OWNER,
    REFERRER,
    code_of,
    right_to,
    stands,
    type_of,
)
from services.notify.rules.retry import GIVES_UP_AFTER, LONGEST_HOLD, STEPS, THEN, next_try
from tests.notify import a

BY_HAND = {
    REFERRER: {
        "referral.received", "concern.recognised", "decision.made", "decision.reopened",
        "enquiry.opened", "enquiry.concluded", "enquiry.closed", "enquiry.reopened",
        "contribution.received", "contribution.considered", "contribution.closed",
        "referral.redirected",
    },
    ASKED: {
        "task.assigned", "task.reminded", "report.received", "report.assessed", "task.recalled",
    },
    MANAGING_AUTHORITY: {
        "dols.received", "dols.allocated", "dols.question-asked", "dols.extended",
        "dols.not-extended", "dols.granted", "dols.not-granted", "dols.ending", "dols.ended",
        "dols.suspended", "dols.resumed", "dols.ceased", "dols.review-started", "dols.reviewed",
    },
    OWNER: {"endpoint.test", "endpoint.disabled"},
}  # fmt: skip
"""Who may hear what: written from the policy, so that the table cannot drift."""


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
@pytest.mark.parametrize("relation", BY_HAND)
def test_a_partner_hears_what_the_policy_says_and_nothing_else(event: str, relation: str) -> None:
    right = right_to(event, relation)  # type: ignore[arg-type]
    assert (right is not None) == (event.partition(":")[2] in BY_HAND[relation])  # type: ignore[index]
    assert right is None or right in DISCLOSURES


def test_every_event_of_the_policy_is_in_the_table() -> None:
    assert {type_of(it) for it in EVENTS} == set().union(*BY_HAND.values())


def test_a_right_that_was_taken_from_the_table_no_longer_stands() -> None:
    assert stands(code_of("decision.made"), EVENTS[code_of("decision.made")].disclosure)
    assert not stands(code_of("decision.made"), EVENTS[code_of("task.assigned")].disclosure)
    assert not stands(code_of("chronology.shared"), EVENTS[code_of("task.assigned")].disclosure)


def told(type_: str, sequence: int = 3) -> bytes:
    return body(a.LANE, a.HOME, sequence, code_of(type_), a.ADULT, a.AT, a.AT)


@pytest.mark.parametrize("event", EVENTS, ids=type_of)
def test_an_event_is_small_and_says_nothing_but_ids_times_and_codes(event: str) -> None:
    it = told(type_of(event))  # type: ignore[arg-type]
    assert len(it) < 2048
    found = json.loads(it)
    assert it == json.dumps(found, sort_keys=True, separators=(",", ":")).encode()
    assert found.keys() == {"type", "timestamp", "data"}
    assert found["data"].keys() == {
        "id", "case", "about", "sequence", "occurred_at", "links", "schema_version"
    }  # fmt: skip
    for name in ("id", "case", "about"):
        UUID(found["data"][name])
    assert found["data"]["links"]["self"].endswith(found["data"]["case"])
    assert found["timestamp"] == "2026-11-02T09:00:00Z"
    assert "." not in found["data"]["id"]


def test_two_partners_cannot_join_what_they_are_told_of_one_enquiry() -> None:
    enquiry = uuid4()
    mine, theirs = (case_told(enquiry, it, ASKED) for it in (a.HOME, a.POLICE))
    assert len({mine, theirs, enquiry}) == 3
    assert event_id(enquiry, a.HOME, 1) != event_id(enquiry, a.POLICE, 1)
    matter = uuid4()
    assert correlation_told(matter, a.POLICE, code_of("task.assigned")) != matter
    assert correlation_told(matter, a.HOME, code_of("decision.made")) == matter
    assert case_told(a.LANE, a.HOME, REFERRER) == a.LANE


@dataclass(frozen=True)
class Tried:
    """One attempt after the other, each failing."""

    event: UUID
    endpoint: UUID

    def times(self) -> Iterator[timedelta]:
        now: datetime | None = a.AT
        attempts = 0
        while now is not None:
            yield now - a.AT
            attempts += 1
            now = next_try(self.event, self.endpoint, attempts, a.AT, now, None)


@given(some.uuids(), some.uuids())
def test_it_is_tried_soon_and_ever_more_rarely_and_for_seven_days(event: UUID, at: UUID) -> None:
    times = list(Tried(event, at).times())
    assert times[-1] <= GIVES_UP_AFTER
    assert times[-1] > GIVES_UP_AFTER - timedelta(seconds=THEN)
    steps = [*STEPS, *([THEN] * (len(times) - 1 - len(STEPS)))]
    for step, earlier, later in zip(steps, times, times[1:], strict=False):
        waited = (later - earlier).total_seconds()
        assert step / 2 - 1e-5 <= waited < step + 1e-5
    assert times == list(Tried(event, at).times())  # a replay draws the same


def test_the_schedule_is_the_published_one() -> None:
    assert STEPS == (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800)
    assert THEN == 43200


def test_what_failed_together_does_not_come_back_together() -> None:
    drawn = [retry.drawn(uuid4(), a.ENDPOINT, 1) for _ in range(10_000)]
    tenths = [sum(n / 10 <= it < (n + 1) / 10 for it in drawn) for n in range(10)]
    assert min(tenths) > 800
    assert 0 <= min(drawn) < 0.01
    assert 0.99 < max(drawn) < 1


@pytest.mark.parametrize(
    ("hold", "waits"),
    [(None, 5), (0, 5), (-7, 5), (3, 5), (60, 60), (86_400, 86_400), (10**9, LONGEST_HOLD)],
)
def test_a_receiver_may_ask_for_more_time_but_not_for_ever(hold: int | None, waits: int) -> None:
    at = next_try(a.LANE, a.ENDPOINT, 1, a.AT, a.AT, hold)
    assert at is not None
    assert (at - a.AT).total_seconds() <= waits
    assert (at - a.AT).total_seconds() >= (waits if hold and hold > 5 else waits / 2)


def test_a_hold_beyond_the_seven_days_ends_it() -> None:
    now = a.AT + timedelta(days=6, hours=12)
    assert next_try(a.LANE, a.ENDPOINT, 20, a.AT, now, LONGEST_HOLD) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (204, "delivered"), (299, "delivered"), (300, "redirected"),
     (301, "redirected"), (304, "redirected"), (308, "redirected"), (399, "redirected"),
     (400, "rejected"), (401, "rejected"), (404, "rejected"), (410, "gone"), (429, "throttled"),
     (500, "rejected"), (503, "rejected"), (599, "rejected"), (199, "rejected"), (0, "rejected")],
)  # fmt: skip
def test_only_two_hundreds_say_yes(status: int, outcome: str) -> None:
    assert retry.outcome_of(status).partition(":")[2] == outcome


def test_every_outcome_is_in_words() -> None:
    assert set(retry.OUTCOMES) >= {retry.outcome_of(it) for it in range(100, 600)}
    assert set(retry.OUTCOMES) >= retry.SETTLED
