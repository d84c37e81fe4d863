"""Is everything owed sent in its turn, and does nobody wait for somebody else's receiver?"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notify.decisions.subscriber import BY_GONE, BY_PARTNER
from services.notify.events import EndpointDisabled, EndpointEnabled, EndpointRemoved, ReplayAsked
from services.notify.gateways.outbox import AT_ONCE, MOST_REPLAYS
from services.notify.rules.disclosure import code_of
from services.notify.rules.retry import THROTTLED
from tests.notify import a
from tests.notify.following import Sent, Town

ANOTHER_LANE = uuid4()
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
    assert len(town.outbox) == 0, "nothing is kept in memory for who takes nothing"
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    assert town.due() == []
    town.owes(3)
    town.loads(owed_to=3)
    assert len(town.outbox) == 3
    assert town.due() == [FIRST]
    town.ends(FIRST)
    assert town.due() == [SECOND]


def test_who_is_disabled_again_before_anything_was_loaded_is_sent_nothing(town: Town) -> None:
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.owes(1)
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    assert town.outbox.to_load() == []
    town.loads()
    assert (town.due(), len(town.outbox)) == ([], 0)


def test_what_is_under_way_when_an_endpoint_is_disabled_is_not_sent_beside_it(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.owes(2)
    town.loads()
    assert town.due() == []
    town.ends(FIRST)
    assert town.due() == [SECOND]


def test_who_was_enabled_is_not_left_to_wait_for_what_failed_before(town: Town) -> None:
    town.owes(1)
    town.due()
    town.ends(FIRST, retry=40_000, how=THROTTLED)
    town.begins_anew()
    assert town.due(39_999) == []
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.begins_anew()
    assert town.due() == [FIRST]


def test_what_a_partner_asks_for_once_more_is_sent_once_more_in_its_order(town: Town) -> None:
    for sequence in (1, 2, 3):
        town.owes(sequence)
    for it in (FIRST, SECOND):
        assert town.due() == [it]
        town.ends(it)
    town.records(ReplayAsked(endpoint=a.ENDPOINT, after=0, until=3), a.THEIRS)  # 1 and 2
    town.loads()
    assert town.due() == [FIRST]
    town.ends(FIRST)
    town.begins_anew()  # whoever takes over knows how far it came
    assert [*town.due()] == [SECOND]
    town.ends(SECOND)
    assert town.due() == [(a.ENDPOINT, a.LANE, 3)]
    town.ends((a.ENDPOINT, a.LANE, 3))
    town.begins_anew()
    assert (town.due(), len(town.outbox)) == ([], 0)


def test_what_was_under_way_when_more_was_asked_for_is_not_sent_a_second_time(town: Town) -> None:
    town.owes(1)
    town.due()
    town.ends(FIRST)
    town.owes(2)
    assert town.due() == [SECOND]
    town.records(ReplayAsked(endpoint=a.ENDPOINT, after=0, until=2), a.THEIRS)  # 1
    town.loads()
    assert town.due() == []
    town.ends(SECOND)
    assert town.due() == [FIRST]
    town.ends(FIRST)
    assert (town.due(100), len(town.outbox)) == ([], 0)


def test_who_asks_for_the_rest_is_sent_the_beginning_as_well(town: Town) -> None:
    town.owes(1)
    town.owes(2)
    town.registers(a.OTHER)
    town.records(ReplayAsked(endpoint=a.OTHER, after=0, until=2), a.THEIRS)
    town.loads()
    town.records(ReplayAsked(endpoint=a.OTHER, after=2, until=3), a.THEIRS)
    town.loads()
    for sequence in (1, 2):
        assert (a.OTHER, a.LANE, sequence) in town.due()
        town.ends((a.OTHER, a.LANE, sequence))
    town.begins_anew()
    assert [it for it in town.due() if it[0] == a.OTHER] == []


def test_what_is_asked_for_anew_is_kept_in_mind_once_and_never_without_end(town: Town) -> None:
    town.owes(1)
    for _ in range(3):
        town.records(ReplayAsked(endpoint=a.ENDPOINT, after=0, until=2), a.THEIRS)
    (asks,) = town.outbox.to_load()
    assert asks.replays == ((0, 2, town.at),)
    for after in range(2, 2 + 2 * MOST_REPLAYS):
        town.records(ReplayAsked(endpoint=a.ENDPOINT, after=after, until=after + 1), a.THEIRS)
    (asks,) = town.outbox.to_load()
    assert len(asks.replays) == MOST_REPLAYS
    assert asks.replays[-1] == (1 + 2 * MOST_REPLAYS, 2 + 2 * MOST_REPLAYS, town.at)


@pytest.mark.parametrize("owed_behind", [0, 1])
def test_an_attempt_counts_once_wherever_the_tables_stand(town: Town, owed_behind: int) -> None:
    town.owes(1)
    town.due()
    town.ends(FIRST, retry=5)
    town.begins_anew(owed_to=town.at - owed_behind)
    (job,) = town.outbox.due(town.now + timedelta(seconds=5))
    assert job.waiting.attempts == 1  # the next one is named by it


def test_what_was_owed_before_it_was_registered_is_sent_where_it_is_asked_for(town: Town) -> None:
    town.owes(1)
    town.registers(a.OTHER)
    town.records(ReplayAsked(endpoint=a.OTHER, after=0, until=town.at), a.THEIRS)
    town.loads()
    assert sorted(town.due()) == sorted([FIRST, (a.OTHER, a.LANE, 1)])


def test_who_is_disabled_is_sent_what_they_asked_for_when_they_are_enabled(town: Town) -> None:
    town.owes(1)
    town.due()
    town.ends(FIRST)
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.records(ReplayAsked(endpoint=a.ENDPOINT, after=0, until=town.at), a.THEIRS)
    assert town.outbox.to_load() == []
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.loads()
    assert town.due() == [FIRST]


def test_whoever_takes_over_asks_as_little_as_who_went(town: Town) -> None:
    town.owes(1)
    town.due()
    town.ends(FIRST, retry=60, how=THROTTLED)
    town.owes(1, ANOTHER_LANE)
    town.begins_anew()
    assert town.due(59) == []
    assert sorted(town.due(1.1)) == sorted([FIRST, (a.ENDPOINT, ANOTHER_LANE, 1)])


def test_a_partner_is_to_be_told_who_was_disabled_by_us(town: Town) -> None:
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    assert town.outbox.left_alone == []
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_GONE), a.THEIRS)
    assert town.outbox.left_alone == town.log[-1:]
    town.begins_anew()
    assert town.outbox.left_alone == town.log[-1:]  # whoever went may not have told it


def test_of_a_case_that_cannot_be_read_nothing_is_sent_and_of_others_all(town: Town) -> None:
    town.owes(1)
    town.owes(2)
    town.owes(1, ANOTHER_LANE)
    town.outbox.stop(f"correspondence-{a.LANE}", a.LANE)
    town.owes(3)
    assert town.due() == [(a.ENDPOINT, ANOTHER_LANE, 1)]
    town.ends((a.ENDPOINT, ANOTHER_LANE, 1))
    town.records(EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER), a.THEIRS)
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.loads()
    assert (town.due(), len(town.outbox)) == ([], 0)
    assert town.outbox.stopped == {a.LANE}


def test_what_is_under_way_when_its_case_is_stopped_ends_and_leaves_nothing(town: Town) -> None:
    town.owes(1)
    assert town.due() == [FIRST]
    town.outbox.stop(f"correspondence-{a.LANE}", a.LANE)
    town.ends(FIRST)
    assert (town.due(), len(town.outbox)) == ([], 0)


def test_a_partner_who_cannot_be_read_is_sent_nothing_and_the_others_all(town: Town) -> None:
    town.registers(a.OTHER, a.POLICE)
    town.owes(1)
    town.outbox.stop(f"subscriber-{a.THEIRS}", a.THEIRS)
    town.records(EndpointEnabled(endpoint=a.ENDPOINT), a.THEIRS)
    town.owes(1, ANOTHER_LANE, a.POLICE)
    town.loads()
    assert town.due() == [(a.OTHER, ANOTHER_LANE, 1)]


def test_what_is_owed_to_a_partner_and_cannot_be_read_stops_no_event(town: Town) -> None:
    town.owes(1)
    town.outbox.stop(f"contribution-{a.ADULT}", a.ADULT)
    assert (town.due(), town.outbox.stopped) == ([FIRST], set())


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


@given(Plans, some.integers(0, 30), some.integers(0, 30), some.integers(0, 30))
def test_in_each_lane_the_numbers_never_go_back_and_all_arrive(
    plan: Any, takes_over: int, owed_behind: int, tried_behind: int
) -> None:
    """Whatever fails, whoever takes over, however far behind tables are: each gets all in order."""
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
    for turn in range(25 * 91):  # each may fail once, and wait 90 s
        if turn > takes_over and not len(town.outbox):
            break
        if turn == takes_over:
            town.begins_anew(max(town.at - owed_behind, 0), max(town.at - tried_behind, 0))
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
