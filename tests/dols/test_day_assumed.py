"""Has an urgent authorisation a clock where nobody can tell on which day it was given?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact, UrgentDated
from services.dols.projections.case import view
from services.dols.projections.figures import figures
from services.dols.projections.requests import requests
from services.dols.projections.status import status_of
from services.dols.rules import clocks
from services.dols.rules.checks import Check, message
from services.dols.rules.reading import (
    DAY_ASSUMED,
    FIRST_READER,
    SECOND_READER,
    UrgentGiven,
    read,
    read_answers,
    read_circumstances,
)
from shared.facts import Code
from shared.time.calendar import calendar, london_date
from tests.dols import a
from tests.dols.asking import FORM, asks, does, sees
from tests.support.house import Home, key
from tests.support.story import Story, rows

story: Story[Any, Request, RequestFact] = Story(request)
assumed = story.given(a.assumed, a.low)
SIXTH, EIGHTH = date(2026, 11, 6), date(2026, 11, 8)


def said(urgent: Any) -> Any:
    return read(FORM | {"urgent": urgent}, a.TODAY)


def owes(of: Story[Any, Request, RequestFact]) -> dict[str, date]:
    assert of.state
    return {it.kind: london_date(it.due_at) for it in request.owed(of.state, calendar())}


# What is read

ASSUMED: dict[str, tuple[Any, int | None]] = {
    "no day": ({"days": 5, "reasons": "x"}, 5),
    "a day in words": ({"given_on": "last Monday", "days": 7, "reasons": "x"}, 7),
    "a day of another century": ({"given_on": "1026-11-02", "days": 7, "reasons": "x"}, 7),
    "tomorrow": ({"given_on": "2026-11-03", "days": 7, "reasons": "x"}, 7),
    "neither day nor days": ({"reasons": "She tries every door."}, None),
    "nothing that can be read": ({"given_on": 7, "days": "a week"}, None),
    "only that it is to be extended": ({"extension_requested": "yes"}, None),
    "a yes in place of all of it": (True, None),
    "words in place of all of it": ("Given by matron on Monday", None),
    "a list in place of all of it": ([{"given_on": "2026-11-01"}], None),
}


@pytest.mark.parametrize(("urgent", "days"), ASSUMED.values(), ids=ASSUMED)
def test_a_day_that_nobody_can_tell_is_the_day_of_receipt(urgent: Any, days: int | None) -> None:
    found = said(urgent)
    assert found.urgent
    assert (found.urgent.day(a.TODAY), found.urgent.days) == (a.TODAY, days)
    assert DAY_ASSUMED in found.checks
    assert "from the day on which we received" in message(DAY_ASSUMED)


NONE: dict[str, Any] = {
    "nothing": {},
    "null": None,
    "no": "no",
    "false": False,
    "nobody knows": "unknown",
    "a form filled in with what does not apply": {"given_on": "N/A", "days": "none", "reasons": ""},
    "no extension": {"extension_requested": "no", "given_before": "no"},
    "a second one, which has no effect": {"days": 7, "reasons": "x", "given_before": "yes"},
}


@pytest.mark.parametrize("urgent", NONE.values(), ids=NONE)
def test_where_none_was_given_none_is_assumed(urgent: Any) -> None:
    assert said(urgent).urgent is None
    assert DAY_ASSUMED not in said(urgent).checks


def test_a_day_that_can_be_told_is_not_assumed() -> None:
    found = said({"given_on": "2026-11-01", "days": 7, "reasons": "x"})
    assert (found.urgent.day(a.TODAY), found.checks) == (date(2026, 11, 1), ())


def test_an_extension_of_one_whose_day_is_assumed_is_not_too_late() -> None:
    found = said({"days": 7, "reasons": "x", "extension_requested": "yes"})
    assert "extension-too-late" not in {it.code for it in found.checks}


@given(some.dates(), some.dates(), some.none() | some.integers(1, 999))
def test_it_never_ends_later_than_a_week_from_its_receipt(
    given_on: date, received_on: date, days: int | None
) -> None:
    for told in (given_on, None):
        day = UrgentGiven(given_on=told, days=days).day(received_on)
        assert day <= received_on
        last = clocks.urgent_ends(day, days)
        assert day <= last <= day + timedelta(days=6)


# What follows


def test_the_person_is_not_left_without_a_clock() -> None:
    assert owes(assumed)["urgent"] == EIGHTH
    assert owes(assumed)["decision"] == EIGHTH


EARLIER: dict[str, tuple[tuple[Check, ...], bool]] = {
    "it could not read the day": ((Check(code="unreadable", field="urgent.given_on"),), True),
    "the day was missing": ((Check(code="missing", field="urgent.given_on"),), True),
    "the day and the days were missing": (
        (
            Check(code="missing", field="urgent.given_on"),
            Check(code="missing", field="urgent.days"),
        ),
        True,
    ),
    "all of it was missing": (
        tuple(
            Check(code="missing", field=f"urgent.{it}") for it in ("given_on", "days", "reasons")
        ),
        False,
    ),
    "it was a second one": (
        (
            Check(code="missing", field="urgent.given_on"),
            Check(code="second-urgent", field="urgent.given_before"),
        ),
        False,
    ),
    "none was given": ((), False),
}


@pytest.mark.parametrize("reader", [FIRST_READER, SECOND_READER])
@pytest.mark.parametrize(("checks", "runs"), EARLIER.values(), ids=EARLIER)
def test_a_request_that_an_earlier_reader_left_without_a_clock_has_one(
    reader: Code, checks: tuple[Check, ...], runs: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    before = replace(a.received, reader=reader, checks=checks)
    state = story.given(before, a.low).state
    assert state
    assert (state.urgent is not None and state.urgent.day_assumed) == runs
    assert ("urgent" in owes(story.given(before, a.low))) == runs
    now = replace(before, reader=a.received.reader)
    assert "urgent" not in owes(story.given(now, a.low)), "this reader would have set it"
    history = a.recorded(before, a.low)
    assert rows(figures, history)[a.CASE].urgent is runs
    assert rows(requests, history)[a.CASE].due_on == (EIGHTH if runs else a.received.due_on)


# What is told later


def news(**when: Any) -> RequestFact:
    return a.prioritised(by="circumstances", **when)


def test_a_day_that_is_told_later_counts_from_then_on() -> None:
    assumed.when(a.dating).then(a.told, a.dated, news(urgent_ends_on=SIXTH))
    after = assumed.given(a.told, a.dated)
    assert after.state
    assert after.state.urgent
    assert (after.state.urgent.given_on, after.state.urgent.day_assumed) == (
        date(2026, 10, 31), False,
    )  # fmt: skip
    assert (owes(after)["urgent"], owes(after)["decision"]) == (SIXTH, SIXTH)
    answering = replace(a.answering, telling=a.dating)
    outcome = assumed.when(answering).outcome
    assert isinstance(outcome, tuple)
    assert a.dated in outcome


LATER: dict[str, tuple[UrgentGiven, date, date]] = {
    "with fewer days": (UrgentGiven(given_on=a.TODAY, days=3), a.TODAY, date(2026, 11, 4)),
    "without the days, as many as before": (
        UrgentGiven(given_on=date(2026, 10, 31), days=None), date(2026, 10, 31), SIXTH,
    ),
    "later than its receipt, which cannot be": (
        UrgentGiven(given_on=date(2026, 11, 5), days=7), a.TODAY, EIGHTH,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("told", "given_on", "ends_on"), LATER.values(), ids=LATER)
def test_it_is_told(told: UrgentGiven, given_on: date, ends_on: date) -> None:
    dated = replace(a.dated, given_on=given_on, ends_on=ends_on)
    assumed.when(replace(a.dating, urgent=told)).then(a.told, dated, news(urgent_ends_on=ends_on))


def test_what_has_ended_by_the_day_that_is_told_has_lapsed_and_nothing_was_late() -> None:
    act = a.later(days=5)
    lapsed = replace(a.lapsed, ended_on=SIXTH)
    scored = news(urgent_ends_on=SIXTH, urgent_lapsed=True, today=london_date(act.effective_at))
    assumed.when(a.dating, act=act).then(a.told, a.dated, lapsed, scored)
    after = assumed.given(a.told, a.dated, lapsed, act=act)
    assert "urgent" not in owes(after)
    assert after.state
    assert after.state.unprotected(date(2026, 11, 7))


def test_what_lapsed_as_assumed_and_had_not_ended_lapses_at_its_own_end() -> None:
    short = story.given(replace(a.assumed, urgent_ends_on=date(2026, 11, 4)), a.low)
    act = a.later(days=3)
    lapsed = short.given(replace(a.lapsed, ended_on=date(2026, 11, 4)), act=act)
    week = replace(a.dated, given_on=a.TODAY, ends_on=EIGHTH)
    told = replace(a.dating, urgent=UrgentGiven(given_on=a.TODAY, days=7))
    scored = news(urgent_ends_on=EIGHTH, today=london_date(act.effective_at))
    lapsed.when(told, act=act).then(a.told, week, scored)
    after = lapsed.given(a.told, week, act=act)
    assert owes(after)["urgent"] == EIGHTH
    assert after.state
    assert not after.state.unprotected(date(2026, 11, 5))
    still = lapsed.given(week, act=a.later(days=7))
    assert "urgent" not in owes(still), "what has ended by now stays lapsed"


STANDS: dict[str, tuple[Story[Any, Request, RequestFact], UrgentGiven | None]] = {
    "where the day was told at first": (story.given(a.urgent, a.low), a.dating.urgent),
    "where there is no urgent authorisation": (story.given(*a.waiting), a.dating.urgent),
    "where it was extended as assumed": (assumed.given(a.extended), a.dating.urgent),
    "where the day is not told": (assumed, UrgentGiven(given_on=None, days=3)),
    "where nothing is told of it": (assumed, None),
    "where it was told since": (assumed.given(a.dated), UrgentGiven(given_on=a.TODAY, days=7)),
    "where the request is decided": (assumed.given(a.granted), a.dating.urgent),
}


@pytest.mark.parametrize(("before", "told"), STANDS.values(), ids=STANDS)
def test_nothing_is_counted_anew(
    before: Story[Any, Request, RequestFact], told: UrgentGiven | None
) -> None:
    outcome = before.when(replace(a.dating, urgent=told)).outcome
    assert isinstance(outcome, tuple)
    assert not any(isinstance(it, UrgentDated) for it in outcome)


def test_a_day_that_is_told_of_no_urgent_authorisation_makes_none() -> None:
    state = story.given(*a.waiting, a.dated).state
    assert state
    assert state.urgent is None


def test_a_day_is_read_wherever_it_is_told() -> None:
    told = {"urgent": {"given_on": "2026-10-31", "days": 7}}
    for found in (read_answers(told), read_circumstances(told)):
        assert (found.urgent, found.checks) == (a.dating.urgent, ())


# What is seen


def shown(*facts: RequestFact) -> tuple[Any, Any]:
    history = a.recorded(*facts)
    case, status = view(a.CASE, history, a.TODAY), status_of(a.CASE, history, a.TODAY)
    assert case
    assert status
    return case.urgent, status.urgent


@pytest.mark.parametrize(("later", "is_assumed"), [((), True), ((a.told, a.dated), False)])
def test_that_the_day_is_assumed_is_seen_until_it_is_told(
    later: Sequence[RequestFact], is_assumed: bool  # noqa: FBT001
) -> None:  # fmt: skip
    case, status = shown(a.assumed, a.low, *later)
    assert (case.day_assumed, status.day_assumed) == (is_assumed, is_assumed)
    assert ("please tell us the day" in status.meaning) == is_assumed


def test_lists_and_figures_follow_the_day_that_is_told() -> None:
    history = a.recorded(a.assumed, a.low, a.lapsed, a.dated)
    assert rows(requests, history)[a.CASE].due_on == SIXTH
    assert rows(figures, history)[a.CASE].lapsed is False
    late = a.recorded(a.assumed, a.low, a.lapsed, a.dated, act=a.later(days=9))
    assert rows(figures, late)[a.CASE].lapsed is True
    assert rows(figures, a.recorded(a.assumed, a.low, a.dated))[a.CASE].lapsed is False


# Over HTTP


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("door", ["answers", "circumstances"])
async def test_a_ward_that_leaves_the_day_out_is_told_so_and_tells_it_later(
    home: Home, ward: httpx.AsyncClient, coordinator: httpx.AsyncClient, door: str
) -> None:
    now = await home.runtime.log.now()
    receipt = await asks(ward, urgent={"days": 7, "reasons": "She tries every door."})
    case, on = receipt["id"], london_date(now)
    assert [(it["code"], it["field"]) for it in receipt["checks"]] == [
        ("missing", "urgent.given_on"), ("urgent-day-assumed", "urgent.given_on"),
    ]  # fmt: skip
    ends_on = f"{on + timedelta(days=6)}"
    assert (receipt["urgent"]["ends_on"], receipt["urgent"]["day_assumed"]) == (ends_on, True)
    found = (await sees(coordinator, case))["case"]
    assert (found["urgent"]["day_assumed"], found["urgent"]["ends_on"]) == (True, ends_on)
    assert found["checks"][-1]["code"] == "urgent-day-assumed"
    row = await row_of(coordinator, case)
    assert (row["urgent_day_assumed"], row["statutory_due_on"]) == (True, ends_on)

    asked = {"missing": ["dols-field@1:urgent.given_on"], "words": "On which day?"}
    await does(coordinator, case, "questions", **asked)
    told = {"urgent": {"given_on": f"{on - timedelta(days=2)}"}}
    answer = await ward.post(f"/v1/dols-requests/{case}/{door}", json=told, headers=key())
    assert (answer.status_code, answer.json()["checks"]) == (201, [])
    status = (await ward.get(f"/v1/dols-requests/{case}")).json()
    assert status["urgent"]["ends_on"] == f"{on + timedelta(days=4)}"
    assert status["urgent"]["day_assumed"] is False
    assert [it["answered"] for it in status["questions"]] == [door == "answers"]
    assert (await row_of(coordinator, case))["urgent_day_assumed"] is False


async def row_of(coordinator: httpx.AsyncClient, case: str) -> Any:
    page, rows_ = "/v1/dols-queue?limit=200", list[Any]()
    position = await seen(coordinator, case)
    while page:
        found = (await coordinator.get(page, headers={"X-Min-Position": position})).json()
        rows_ += found["items"]
        page = found["next"] and f"/v1/dols-queue?limit=200&after={found['next']}"
    (row,) = [it for it in rows_ if it["request"] == case]
    return row


async def seen(coordinator: httpx.AsyncClient, case: str) -> str:
    """Give a position by which all that is known of a case is in the lists."""
    done = await does(coordinator, case, "priority", headers=key() | {
        "If-Match": (await coordinator.get(f"/v1/dols-requests/{case}/case")).headers["ETag"],
    })  # fmt: skip
    return str(done.headers["X-Log-Position"])
