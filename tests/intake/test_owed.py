"""Is whoever waits for a person owed a look always, by the time that the list shows?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.intake.decisions import HELD, Held, Redirected, Referral, referral
from services.intake.events import DeadlineMissed, LookEscalated, ReferralFact
from services.intake.projections.screening import Waiting, screening
from services.intake.rules.looks import HEAD_OF_SERVICE as HEAD
from services.intake.rules.looks import LOOK, OVERRIDING, URGENT, Look
from services.intake.rules.looks import SAFEGUARDING_ADULTS_MANAGER as MANAGER
from services.triage.rules.clocks import look_due
from services.triage.rules.risk_tool import CURRENT as TOOL
from services.triage.rules.risk_tool import RED, Signalled
from shared.contracts.intake import RiskAnswers
from shared.decider import Deadline, DeadlinePassed
from shared.facts import Act, Code, Recorded
from shared.time.calendar import calendar
from tests.intake import a
from tests.support.lived import lived, parts
from tests.support.story import SOMEBODY, Story, rows

DAYS = calendar()
TIMER = replace(SOMEBODY, actor="intake", role="timer")
story: Story[Any, Referral, ReferralFact] = Story(referral)
CAME = SOMEBODY.effective_at
HOUR = timedelta(hours=1)
FRIDAY = replace(a.ROSEWOOD, effective_at=datetime(2026, 11, 6, 18, tzinfo=UTC))
MONDAY = datetime(2026, 11, 9, 11, tzinfo=UTC)

in_danger = replace(a.held, part=a.part(answers=RiskAnswers(signals=(a.danger,))))
held = story.given(a.received, a.held, act=a.ROSEWOOD)
redirected = held.given(a.redirected)
by_a_person = replace(a.promoted, part=a.held.part, was=HELD, reasons=a.why)
calm = replace(a.kept(), answers=RiskAnswers(likelihood=4))
worse = replace(a.kept(), answers=RiskAnswers(signals=(a.danger,)))


def day(number: int) -> datetime:
    """Give the close of a day in November."""
    return datetime(2026, 11, number, 17, tzinfo=UTC)


def lived_through(waits: Any, times: int) -> tuple[list[tuple[datetime, tuple[Code, ...]]], Any]:
    """Let nobody look so often; give what was due when, and whom that was told."""
    told = []
    for _ in range(times):
        (due,) = referral.owed(waits.state, DAYS)
        first, *then = referral.decide(DeadlinePassed(due), waits.state, TIMER)
        assert first == missed(due)
        told.append((due.due_at, tuple(it.to for it in then if isinstance(it, LookEscalated))))
        waits = waits.given(first, *then, act=TIMER)
    return told, waits


def look(due_at: datetime) -> Deadline:
    return Deadline(LOOK, due_at)


def urgent(due_at: datetime) -> Deadline:
    return Deadline(URGENT, due_at)


def missed(due: Deadline, *, late: bool = False, adult: Any = a.ONE) -> DeadlineMissed:
    return DeadlineMissed(
        adult=adult, kind=Code(f"deadline@1:{due.kind}"), due_at=due.due_at, late=late
    )


def test_who_is_held_is_owed_a_look_within_two_office_hours() -> None:
    held.owes(look(CAME + 2 * HOUR), calendar=DAYS)
    weekend = story.given(a.received, a.held, act=FRIDAY)
    weekend.owes(look(MONDAY), calendar=DAYS)


@pytest.mark.parametrize("signal", sorted(OVERRIDING))
def test_who_is_held_in_danger_is_owed_a_look_within_the_hour_day_and_night(signal: Code) -> None:
    part = a.part(answers=RiskAnswers(signals=(signal,)))
    weekend = story.given(a.received, replace(a.held, part=part), act=FRIDAY)
    due = urgent(FRIDAY.effective_at + HOUR)
    weekend.owes(due, calendar=DAYS)
    assert due.due_at == look_due(RED, FRIDAY.effective_at, DAYS), "as in triage"


def test_the_signals_that_call_for_the_hour_are_those_that_are_red_in_triage() -> None:
    red = {it.when.signal for it in TOOL.overrides if isinstance(it.when, Signalled)}
    assert red == OVERRIDING


def test_what_was_missed_is_said_and_owed_again_by_the_close_of_each_working_day() -> None:
    first = look(CAME + 2 * HOUR)
    held.when(DeadlinePassed(first), act=TIMER).then(missed(first))
    held.when(DeadlinePassed(first, late=True), act=TIMER).then(missed(first, late=True))
    after = held.given(missed(first), act=TIMER)
    after.owes(look(day(2)), calendar=DAYS)
    after.given(missed(look(day(2)))).owes(look(day(3)), calendar=DAYS)
    after.given(missed(look(day(6)))).owes(look(day(9)), calendar=DAYS)
    after.when(DeadlinePassed(first), act=TIMER).then()


def test_of_a_look_that_is_missed_for_days_those_above_hear_as_of_amber_in_triage() -> None:
    """The manager after two working days, the head of service after five."""
    told, waits = lived_through(held, 8)
    assert [due for due, _ in told] == [
        CAME + 2 * HOUR, day(2), day(3), day(4), day(5), day(6), day(9), day(10)
    ]  # fmt: skip
    assert [to for _, to in told] == [(), (), (), (MANAGER,), (), (), (HEAD,), ()]
    waits.given(a.redirected).owes(calendar=DAYS)


def test_who_is_in_danger_is_owed_a_look_hour_by_hour_until_five_and_then_once_a_day() -> None:
    """Held at 9: the manager hears at 10, and the head of service with the end of the day."""
    told, waits = lived_through(story.given(a.received, in_danger, act=a.ROSEWOOD), 10)
    hours = [CAME + number * HOUR for number in range(1, 9)]
    assert [due for due, _ in told] == [*hours, day(3), day(4)]
    assert [to for _, to in told] == [(MANAGER,), *[()] * 6, (HEAD,), (), ()]
    waits.owes(urgent(day(5)), calendar=DAYS)
    waits.given(a.redirected).owes(calendar=DAYS)


def test_in_the_evening_all_above_hear_at_the_first_hour_and_the_alarm_goes_on_for_one_night() -> (
    None
):
    told, waits = lived_through(story.given(a.received, in_danger, act=FRIDAY), 25)
    came = FRIDAY.effective_at
    hours = [came + number * HOUR for number in range(1, 24)]
    assert [due for due, _ in told] == [*hours, day(8), day(9)]
    assert [to for _, to in told] == [(MANAGER, HEAD), *[()] * 24]
    waits.owes(urgent(day(10)), calendar=DAYS)


def test_on_a_day_off_the_head_of_service_hears_with_its_end_as_well() -> None:
    saturday = replace(FRIDAY, effective_at=datetime(2026, 11, 7, 14, 30, tzinfo=UTC))
    told, _ = lived_through(story.given(a.received, in_danger, act=saturday), 4)
    came = saturday.effective_at
    assert [due for due, _ in told] == [came + HOUR, came + 2 * HOUR, day(7), day(8)]
    assert [to for _, to in told] == [(MANAGER,), (), (HEAD,), ()]


def test_the_hours_end_at_five_in_london_whatever_the_clocks_do() -> None:
    """They were put back on Sunday 25 October 2026 at two in the morning."""
    night = replace(FRIDAY, effective_at=datetime(2026, 10, 24, 20, tzinfo=UTC))
    told, _ = lived_through(story.given(a.received, in_danger, act=night), 22)
    assert told[-2][0] == datetime(2026, 10, 25, 17, tzinfo=UTC)
    assert told[-1][0] == datetime(2026, 10, 26, 17, tzinfo=UTC)


def test_danger_told_again_once_it_is_owed_by_the_day_begins_a_new_hour() -> None:
    _, waits = lived_through(story.given(a.received, in_danger, act=a.ROSEWOOD), 9)
    again = replace(a.ROSEWOOD, effective_at=day(4) - 3 * HOUR)
    anew = waits.given(worse, act=again)
    anew.owes(urgent(day(4) - 2 * HOUR), calendar=DAYS)
    more = anew.given(worse, act=replace(again, effective_at=day(4) - 2.5 * HOUR))
    more.owes(urgent(day(4) - 2 * HOUR), calendar=DAYS)
    told, _ = lived_through(anew, 4)
    assert told == [
        (day(4) - 2 * HOUR, (MANAGER,)), (day(4) - HOUR, ()), (day(4), (HEAD,)), (day(5), ()),
    ]  # fmt: skip


def test_danger_told_of_who_waits_for_days_is_told_to_those_above_anew() -> None:
    _, waits = lived_through(held, 4)
    told, _ = lived_through(waits.given(worse, act=a.later(days=3, hours=1)), 2)
    first = CAME + timedelta(days=3, hours=2)
    assert told == [(first, (MANAGER,)), (first + HOUR, ())]


def test_where_the_usual_look_comes_before_the_hour_is_over_the_hour_is_owed_all_the_same() -> None:
    almost = held.given(worse, act=a.later(minutes=110)).given(missed(urgent(CAME + 2 * HOUR)))
    almost.owes(urgent(CAME + timedelta(minutes=170)), calendar=DAYS)


def test_of_looks_missed_before_anybody_above_was_told_they_hear_with_the_next_one() -> None:
    """As histories of before that fact hold them: hour by hour, and nobody told."""
    waits = story.given(a.received, in_danger, act=FRIDAY)
    for hour in range(1, 100):
        waits = waits.given(missed(urgent(FRIDAY.effective_at + hour * HOUR)))
    told, _ = lived_through(waits, 2)
    assert told == [(day(11), (MANAGER, HEAD)), (day(12), ())]


def test_what_those_above_heard_of_who_waits_no_more_changes_nothing() -> None:
    for known in (redirected, held.given(by_a_person)):
        assert known.given(a.escalated).state == known.state


@pytest.mark.parametrize(
    ("of", "fact"), [(held, by_a_person), (held, a.redirected), (redirected, by_a_person)]
)
def test_who_was_looked_at_is_owed_nothing_here(of: Any, fact: ReferralFact) -> None:
    looked_at = of.given(fact)
    looked_at.owes(calendar=DAYS)
    looked_at.when(DeadlinePassed(look(CAME + 2 * HOUR)), act=TIMER).then()


def test_who_went_on_by_policy_is_owed_nothing_here() -> None:
    story.given(a.received, a.promoted, act=a.ROSEWOOD).owes(calendar=DAYS)


def test_a_referral_taken_back_still_binds_us_to_look() -> None:
    held.given(a.withdrawn).owes(look(CAME + 2 * HOUR), calendar=DAYS)


def test_what_is_told_of_a_held_adult_is_owed_the_look_that_was_owed_already() -> None:
    held.given(calm, act=a.later(hours=1)).owes(look(CAME + 2 * HOUR), calendar=DAYS)


def test_danger_told_later_brings_the_look_forward_and_never_back() -> None:
    held.given(worse, act=a.later(minutes=30)).owes(urgent(CAME + 1.5 * HOUR), calendar=DAYS)
    almost = held.given(worse, act=a.later(minutes=110))
    almost.owes(urgent(CAME + 2 * HOUR), calendar=DAYS)
    almost.given(worse, calm, act=a.later(minutes=115)).owes(urgent(CAME + 2 * HOUR), calendar=DAYS)


def test_what_is_told_of_who_was_redirected_is_owed_a_look_from_when_it_was_told() -> None:
    told = redirected.given(calm, act=a.later(hours=3))
    told.owes(look(CAME + 5 * HOUR), calendar=DAYS)
    told.given(calm, act=a.later(hours=4)).owes(look(CAME + 5 * HOUR), calendar=DAYS)
    told.given(a.redirected, act=a.later(hours=4)).owes(calendar=DAYS)
    redirected.given(worse, act=a.later(hours=3)).owes(urgent(CAME + 4 * HOUR), calendar=DAYS)


def test_of_adults_who_were_owed_a_look_by_the_same_time_it_is_said_one_by_one() -> None:
    both = story.given(a.two_received, a.held, a.held_too, act=a.ROSEWOOD)
    due = look(CAME + 2 * HOUR)
    both.owes(due, calendar=DAYS)
    both.when(DeadlinePassed(due), act=TIMER).then(missed(due), missed(due, adult=a.TWO))
    one = both.given(a.redirected)
    one.when(DeadlinePassed(due), act=TIMER).then(missed(due, adult=a.TWO))


def test_nothing_passes_of_a_referral_that_nobody_sent() -> None:
    story.when(DeadlinePassed(look(CAME)), act=TIMER).then()


def test_what_is_missed_of_who_waits_no_more_changes_nothing() -> None:
    for known in (redirected, held.given(by_a_person)):
        assert known.given(a.missed).state == known.state


BEGUN = [
    (a.two_received, a.held, a.held_too),
    (a.two_received, in_danger, a.held_too),
    (a.two_received, a.promoted, a.held_too),
]
WISHES: tuple[tuple[Any, Act], ...] = (
    (a.amendment, a.ROSEWOOD),
    (a.naming, a.ROSEWOOD),
    (a.withdrawal, a.ROSEWOOD),
    *((replace(a.promotion, adult=it), SOMEBODY) for it in (a.ONE, a.TWO)),
    *((replace(a.redirection, adult=it), SOMEBODY) for it in (a.ONE, a.TWO)),
    (replace(a.redirection, adult=a.TWO, to=a.advice), SOMEBODY),
    *((replace(a.outcome, adult=it), a.TRIAGE) for it in (a.ONE, a.TWO)),
)
histories = lived(referral, a.REFERRAL, BEGUN, WISHES, a.ROSEWOOD)


def deadline_of(row: Waiting) -> Deadline:
    return Deadline(LOOK if row.calm else URGENT, row.owed_at)


@given(histories)
def test_every_row_of_the_list_is_owed_a_look_and_every_look_owed_has_its_row(
    history: list[Recorded[Any]],
) -> None:
    for at in range(1, len(history) + 1):
        state = referral.fold(history[:at])
        assert state
        listed: dict[Any, Waiting] = rows(screening, history[:at])
        owed = {
            adult: it.look.owed(DAYS)
            for adult, it in state.contacts.items()
            if isinstance(it, Held | Redirected) and it.look
        }
        assert {adult: deadline_of(row) for adult, row in listed.items()} == owed
        assert referral.owed(state, DAYS) == {*owed.values()}


@given(some.data())
def test_a_wait_is_never_silent(data: some.DataObject) -> None:
    """Whatever was left out, what passes is said, and each time something later is owed."""
    state = referral.fold(data.draw(parts(data.draw(histories))))
    assert state
    for _ in range(4):
        owed = referral.owed(state, DAYS)
        if not owed:
            return
        due = min(owed, key=lambda it: it.due_at)
        facts = referral.decide(DeadlinePassed(due), state, TIMER)
        assert facts
        for fact in facts:
            state = referral.evolve(state, fact, TIMER)
        assert due not in referral.owed(state, DAYS)
        assert len(referral.owed(state, DAYS)) >= 1


instants = some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001 - hypothesis sets the zone


@given(instants, instants)
def test_a_signal_told_never_puts_a_look_off(began: datetime, told: datetime) -> None:
    usual = Look.begun(began)
    hurried = usual.told([a.danger], max(began, told))
    assert hurried.due_at(DAYS) <= usual.due_at(DAYS)
    assert hurried.due_at(DAYS) <= max(began, told) + HOUR
    once = hurried.missed(hurried.due_at(DAYS))
    assert once.missed_at
    assert once.missed_at < once.due_at(DAYS) <= max(once.missed_at, told) + HOUR
