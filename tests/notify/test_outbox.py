"""Is everything owed sent in its turn, and does nobody wait for somebody else's receiver?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notify.decisions.subscriber import BY_PARTNER
from services.notify.events import (
    DeliveryAttempted,
    EndpointDisabled,
    EndpointEnabled,
    EndpointRemoved,
)
from services.notify.gateways.outbox import AT_ONCE, Outbox
from services.notify.rules.disclosure import code_of
from services.notify.rules.retry import DELIVERED, REJECTED, THROTTLED
from shared.facts import Recorded
from tests.notify import a
from tests.support.story import SOMEBODY

Sent = list[tuple[UUID, UUID, int]]
ANOTHER_LANE = uuid4()


class Town:
    """A log that an outbox follows."""

    def __init__(self) -> None:
        self.outbox, self.at, self.now = Outbox(), 0, a.AT

    def records(self, fact: Any, case: UUID) -> None:
        self.at += 1
        act = replace(SOMEBODY, id=uuid4(), effective_at=self.now)
        self.outbox.hear(
            Recorded(
                fact=fact, act=act, recorded_at=self.now, case=case, stream="", version=1,
                position=self.at,
            )
        )  # fmt: skip

    def registers(self, endpoint: UUID = a.ENDPOINT, partner: UUID = a.HOME, **more: Any) -> None:
        made = replace(a.registered, endpoint=endpoint, partner=partner, **more)
        self.records(made, partner)

    def owes(self, sequence: int, lane: UUID = a.LANE, partner: UUID = a.HOME) -> None:
        self.records(replace(a.second, sequence=sequence, partner=partner), lane)

    def ends(self, it: tuple[UUID, UUID, int], retry: float | None = None, how: Any = None) -> None:
        """Record what became of an attempt, and let go of it."""
        endpoint, lane, sequence = it
        at = None if retry is None else self.now + timedelta(seconds=retry)
        outcome = how or (DELIVERED if retry is None else REJECTED)
        tried = DeliveryAttempted(
            partner=a.HOME, sequence=sequence, endpoint=endpoint, outcome=outcome, status=None,
            milliseconds=1, retry_at=at,
        )  # fmt: skip
        self.records(tried, lane)
        self.outbox.release((endpoint, lane))

    def due(self, seconds: float = 0) -> Sent:
        """Give what is to be sent, so many seconds later."""
        self.now += timedelta(seconds=seconds)
        return [
            (it.endpoint.id, it.waiting.lane, it.waiting.owed.sequence)
            for it in self.outbox.due(self.now)
        ]


FIRST, SECOND = (a.ENDPOINT, a.LANE, 1), (a.ENDPOINT, a.LANE, 2)


@pytest.fixture
def town() -> Town:
    found = Town()
    found.registers()
    return found


def test_what_is_owed_is_sent_once_at_a_time_and_in_order(town: Town) -> None:
    town.owes(1)
    town.owes(2)
    assert town.due() == [FIRST]
    assert town.due(100) == []  # it is under way
    town.ends(FIRST)
    assert town.due() == [SECOND]
    town.ends(SECOND)
    assert (town.due(), len(town.outbox), town.outbox.next_at) == ([], 0, None)


def test_what_failed_comes_again_at_its_time_and_the_next_waits_for_it(town: Town) -> None:
    town.owes(1)
    town.owes(2)
    assert town.due() == [FIRST]
    town.ends(FIRST, retry=5)
    assert town.due(4.9) == []
    assert town.due(0.2) == [FIRST]
    town.ends(FIRST)
    assert town.due() == [SECOND]


def test_another_case_does_not_wait_for_the_one_that_is_stuck(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.ends(FIRST, retry=86_400)
    town.owes(1, ANOTHER_LANE)
    assert town.due() == [(a.ENDPOINT, ANOTHER_LANE, 1)]


def test_another_endpoint_does_not_wait_for_the_slow_one(town: Town) -> None:
    town.registers(a.OTHER)
    lanes = [uuid4() for _ in range(9)]
    for lane in lanes:
        town.owes(1, lane)
    first = town.due()
    slow = [it for it in first if it[0] == a.ENDPOINT]
    assert len(slow) == AT_ONCE
    for it in first:
        if it[0] == a.OTHER:
            town.ends(it)
    assert {it[0] for it in town.due()} == {a.OTHER}  # the slow one has four under way still
    town.ends(slow[0])
    assert [it for it in town.due() if it[0] == a.ENDPOINT]


def test_an_endpoint_hears_only_what_is_owed_after_it_was_registered(town: Town) -> None:
    town.owes(1)
    town.registers(a.OTHER)
    town.owes(2)
    assert town.due() == [FIRST, (a.OTHER, a.LANE, 2)]


def test_an_endpoint_hears_only_what_it_was_registered_for() -> None:
    town = Town()
    town.registers(wanted=(code_of("decision.made"),))
    town.owes(1)
    assert town.due() == []
    town.records(a.third, a.LANE)
    assert town.due() == [(a.ENDPOINT, a.LANE, 3)]


def test_nobody_hears_what_another_partner_is_owed(town: Town) -> None:
    town.owes(1, partner=a.POLICE)
    assert town.due() == []


def test_while_disabled_nothing_is_sent_and_afterwards_what_waited_is(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.ends(FIRST, retry=5)
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.owes(2)
    assert town.due(1000) == []
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    assert town.due() == [FIRST]
    town.ends(FIRST)
    assert town.due() == [SECOND]


def test_an_endpoint_that_was_removed_is_sent_nothing_more(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.records(EndpointRemoved(endpoint=a.ENDPOINT), a.THEIRS)
    town.ends(FIRST, retry=5)  # an attempt that was under way
    town.owes(2)
    assert (town.due(1000), len(town.outbox)) == ([], 0)


def test_who_asks_for_less_gets_less_in_all_their_cases(town: Town) -> None:
    town.registers(a.OTHER)
    town.owes(1)
    assert town.due() == [FIRST, (a.OTHER, a.LANE, 1)]
    town.ends(FIRST, retry=60, how=THROTTLED)
    town.owes(1, ANOTHER_LANE)
    assert town.due(59) == [(a.OTHER, ANOTHER_LANE, 1)]
    assert sorted(town.due(1.1)) == sorted([FIRST, (a.ENDPOINT, ANOTHER_LANE, 1)])


def test_a_long_backlog_goes_out_in_order_and_each_step_costs_the_same(town: Town) -> None:
    lanes = [uuid4() for _ in range(2000)]
    for lane in lanes:
        town.owes(1, lane)
    came, steps = list[UUID](), 0
    while due := town.due():
        came += [lane for _, lane, _ in due]
        for it in due:
            town.ends(it)
        steps += 1
    assert came == lanes
    assert steps == len(lanes) / AT_ONCE
    assert next(town.outbox._turn) < 4 * len(lanes), "who waits for others is not asked each time"


def test_who_is_parked_has_its_turn_after_a_pause_of_the_endpoint(town: Town) -> None:
    lanes = [uuid4() for _ in range(AT_ONCE + 3)]
    for lane in lanes:
        town.owes(1, lane)
    first = town.due()
    town.ends(first[0], retry=60, how=THROTTLED)
    for it in first[1:]:
        town.ends(it)
    assert town.due() == []
    again = town.due(61)
    for it in again:
        town.ends(it)
    rest = town.due()
    assert sorted(it[1] for it in (*first[1:], *again, *rest)) == sorted(lanes)


def test_what_could_not_be_recorded_is_sent_again(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.outbox.release((a.ENDPOINT, a.LANE), town.now + timedelta(seconds=1))
    assert town.due() == []
    assert town.due(1) == [FIRST]


Plans = some.lists(
    some.tuples(some.integers(0, 2), some.integers(0, 1), some.sampled_from([None, 3.0, 90.0])),
    min_size=1,
    max_size=25,
)


@given(Plans)
def test_in_each_lane_the_numbers_never_go_back_and_all_arrive(plan: Any) -> None:
    """Whatever fails and in which order: each endpoint gets each event of each lane in order."""
    town = Town()
    town.registers(a.ENDPOINT)
    town.registers(a.OTHER)
    lanes, owed = [uuid4() for _ in range(3)], dict[UUID, int]()
    fails = dict[tuple[UUID, UUID, int], float | None]()
    for lane_no, endpoint_no, retry in plan:
        lane = lanes[lane_no]
        owed[lane] = owed.get(lane, 0) + 1
        town.owes(owed[lane], lane)
        fails[(a.ENDPOINT, a.OTHER)[endpoint_no], lane, owed[lane]] = retry
    arrived: Sent = []
    for _ in range(400):
        for it in town.due(1):
            retry = fails.pop(it, None)
            town.ends(it, retry)
            if retry is None:
                arrived.append(it)
    expected = [(at, lane, n) for at in (a.ENDPOINT, a.OTHER) for lane in owed
                for n in range(1, owed[lane] + 1)]  # fmt: skip
    assert sorted(arrived) == sorted(expected)
    for at in (a.ENDPOINT, a.OTHER):
        for lane in owed:
            theirs = [n for endpoint, which, n in arrived if (endpoint, which) == (at, lane)]
            assert theirs == sorted(theirs)
