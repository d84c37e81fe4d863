"""Is nobody left under an authorisation that ends, unseen?"""

from dataclasses import replace
from datetime import date

import pytest

from services.dols.events import AuthorisationEnding, AuthorisationGranted, RequestFact
from services.dols.projections.status import status_of
from services.dols.rules import clocks, receipt
from shared.facts import Act
from tests.dols import a
from tests.dols.granted import GRANTED, due_of, passes, story
from tests.support.story import SOMEBODY

ENDS_ON = a.granted.ends_on
GONE = replace(a.told, still_here="no")


def timer(at: str) -> Act:
    return replace(SOMEBODY, role="timer", effective_at=a.at(f"{at}:00+00:00"))


def granted(days: int) -> AuthorisationGranted:
    return replace(a.granted, ends_on=a.TODAY + (days - 1) * clocks.DAY)


REMINDED = {
    42: "2027-03-19T00:00",
    28: "2027-04-01T23:00",  # a Friday in summer time
    14: "2027-04-15T23:00",
    7: "2027-04-22T23:00",
}


def test_the_managing_authority_is_reminded_four_times_and_then_it_ends() -> None:
    now = GRANTED
    for left, at in REMINDED.items():
        assert due_of(now, clocks.REMINDER) == at
        reminded = replace(a.ending, days_left=left)
        now.when(passes(clocks.REMINDER, at), act=timer(at)).then(reminded)
        now.when(passes(clocks.REMINDER, at, late=True), act=timer(at)).then(
            replace(reminded, late=True)
        )
        now = now.given(reminded)
        now.when(passes(clocks.REMINDER, at), act=timer(at)).then()  # once only
    assert due_of(now, clocks.REMINDER) is None
    at = "2027-04-30T22:59"
    assert due_of(now, clocks.END) == at
    now.when(passes(clocks.END, at), act=timer(at)).then(a.ended)
    over = now.given(a.ended)
    assert due_of(over, clocks.END) is None
    over.when(passes(clocks.END, at), act=timer(at)).then()


@pytest.mark.parametrize(
    ("days", "first"), [(90, 42), (44, 42), (43, 28), (20, 14), (9, 7), (8, None), (1, None)]
)
def test_of_a_short_one_only_what_lies_ahead_is_brought_to_mind(
    days: int, first: int | None
) -> None:
    facts: tuple[RequestFact, ...] = (*a.ready, granted(days))
    at = first and clocks.start_of(granted(days).ends_on - first * clocks.DAY)
    assert due_of(story.given(*facts), clocks.REMINDER) == (f"{at:%Y-%m-%dT%H:%M}" if at else None)


@pytest.mark.parametrize("told", [GONE, replace(a.told, still_needed="no")])
def test_where_nothing_can_follow_nobody_is_reminded_and_its_end_is_nobodys_to_see(
    told: RequestFact,
) -> None:
    after = GRANTED.given(told, a.considered)
    assert due_of(after, clocks.REMINDER) is None
    assert due_of(after, clocks.END) == "2027-04-30T22:59", "it ends all the same"
    assert due_of(after.given(a.ended), clocks.LOOK) is None


def test_who_is_there_after_all_is_kept_in_mind_again() -> None:
    assert due_of(GRANTED.given(GONE, a.told), clocks.REMINDER) == "2027-03-19T00:00"


def test_a_person_has_to_see_its_end_and_says_what_follows() -> None:
    ended = GRANTED.given(a.ended, act=timer("2027-04-30T22:59"))
    assert due_of(ended, clocks.LOOK) == "2027-05-06T16:00", "Friday night, Monday a holiday"
    looked = replace(a.COORDINATOR, effective_at=a.at("2027-05-04T09:00:00+00:00"))
    ended.when(a.considering, act=looked).then(a.considered)
    assert due_of(ended.given(a.considered, act=looked), clocks.LOOK) is None


def test_what_was_not_granted_has_no_end_to_be_reminded_of() -> None:
    refused = story.given(*a.ready, a.not_granted)
    assert (due_of(refused, clocks.REMINDER), due_of(refused, clocks.END)) == (None, None)


@pytest.mark.parametrize("fact", [a.ending, a.ended])
def test_as_at_a_time_of_which_no_grant_is_known_its_end_changes_nothing(fact: RequestFact) -> None:
    assert story.given(*a.ready, fact).state == story.given(*a.ready).state


def test_the_sender_is_told_that_it_ended_and_what_to_do() -> None:
    history = a.recorded(*a.ready, a.granted)
    last, after = (status_of(a.CASE, history, it) for it in (ENDS_ON, date(2027, 5, 1)))
    assert last
    assert after
    assert last.says == receipt.STATUSES["granted"]
    assert (after.says, after.what_happens_next) == (receipt.ENDED, receipt.ENDED_NEXT)
    assert after.cover.code == "dols-cover@1:ended"


def test_a_reminder_names_the_days_that_the_targets_name() -> None:
    assert tuple(REMINDED) == clocks.CURRENT.reminder_days
    assert isinstance(a.ending, AuthorisationEnding)
