"""Where may a partner have events sent, and what are they signed with?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notify.decisions import subscriber
from services.notify.decisions.subscriber import (
    BY_FAILING,
    BY_GONE,
    BY_PARTNER,
    AskReplay,
    DisableEndpoint,
    EnableEndpoint,
    EventUnknown,
    LeaveAlone,
    RemoveEndpoint,
    ReplayTooSoon,
    Subscriber,
    SubscriberCommand,
    TooManyEndpoints,
    TooManySecrets,
)
from services.notify.events import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointRemoved,
    ReplayAsked,
    SecretRotated,
)
from services.notify.rules.disclosure import code_of
from shared.facts import Code
from shared.refusals import NotFound
from tests.notify import a
from tests.support.story import SOMEBODY, Story

story = Story(subscriber)
one = story.given(a.registered)
rotated = SecretRotated(
    endpoint=a.ENDPOINT, secret=a.rotate.secret, old_until=a.AT + timedelta(hours=24)
)
OFF = EndpointDisabled(endpoint=a.ENDPOINT, why=BY_PARTNER)
ON = EndpointEnabled(endpoint=a.ENDPOINT)


def test_a_partner_registers_an_endpoint() -> None:
    story.when(a.register).then(a.registered)
    one.when(replace(a.register, endpoint=a.OTHER)).then(replace(a.registered, endpoint=a.OTHER))


def test_twenty_endpoints_are_the_most() -> None:
    many = story.given(*(replace(a.registered, endpoint=uuid4()) for _ in range(20)))
    many.when(replace(a.register, endpoint=a.OTHER)).then_refused(TooManyEndpoints)
    assert many.state
    less = many.given(EndpointRemoved(endpoint=many.state.endpoints[3].id))
    less.when(replace(a.register, endpoint=a.OTHER)).then(replace(a.registered, endpoint=a.OTHER))


def test_nobody_asks_for_an_event_that_is_never_sent() -> None:
    wanted = (code_of("decision.made"), Code("event@1:abuse.alleged"))
    story.when(replace(a.register, wanted=wanted)).then_refused(EventUnknown)


def test_an_endpoint_wants_what_it_was_registered_for() -> None:
    some = story.given(replace(a.registered, wanted=(code_of("decision.made"),)))
    assert one.state
    assert some.state
    assert some.state.endpoints[0].wants(code_of("decision.made"))
    assert not some.state.endpoints[0].wants(code_of("referral.received"))
    assert one.state.endpoints[0].wants(code_of("referral.received"))


def signing(state: Subscriber | None, hours: float) -> list[object]:
    assert state
    return list(state.endpoints[0].signs_with(a.AT + timedelta(hours=hours)))


def test_within_the_grace_old_and_new_secret_sign_and_then_only_the_new() -> None:
    one.when(a.rotate).then(rotated)
    after = one.given(rotated).state
    assert signing(after, 0) == [a.rotate.secret, a.register.secret]
    assert signing(after, 23.99) == [a.rotate.secret, a.register.secret]
    assert signing(after, 24) == [a.rotate.secret]


def test_without_grace_the_old_secret_ends_at_once_and_all_before_it() -> None:
    leaked = replace(a.rotate, grace=timedelta())
    one.given(rotated).when(leaked).then(replace(rotated, old_until=a.AT))
    after = one.given(rotated, replace(rotated, secret=a.sealed("whsec_SEFI"), old_until=a.AT))
    assert signing(after.state, 0) == [a.sealed("whsec_SEFI")]


def test_a_later_rotation_never_lengthens_what_ends_sooner() -> None:
    week = replace(rotated, secret=a.sealed("whsec_SEFI"), old_until=a.AT + timedelta(days=7))
    after = one.given(rotated, week).state
    assert len(signing(after, 1)) == 3
    assert signing(after, 25) == [a.sealed("whsec_SEFI"), a.rotate.secret]


def test_five_secrets_are_the_most_that_sign_at_once() -> None:
    many = one.given(rotated, rotated, rotated, rotated)
    many.when(a.rotate).then_refused(TooManySecrets)
    many.when(replace(a.rotate, grace=timedelta())).then(replace(rotated, old_until=a.AT))
    tomorrow = replace(SOMEBODY, effective_at=a.AT + timedelta(days=2))
    until = tomorrow.effective_at + timedelta(hours=24)
    many.when(a.rotate, tomorrow).then(replace(rotated, old_until=until))


def test_an_endpoint_is_disabled_once_and_enabled_once() -> None:
    disable, enable = (
        DisableEndpoint(endpoint=a.ENDPOINT, why=BY_PARTNER),
        EnableEndpoint(endpoint=a.ENDPOINT),
    )
    one.when(disable).then(OFF)
    one.given(OFF).when(replace(disable, why=BY_GONE)).then()
    one.given(OFF).when(enable).then(ON)
    one.when(enable).then()
    back = one.given(OFF, ON).state
    assert back
    assert back.endpoints[0].disabled is None


@pytest.mark.parametrize(("days", "left_alone"), [(4.99, False), (5, True), (30, True)])
def test_an_endpoint_that_takes_nothing_for_five_days_is_left_alone(
    days: float, *, left_alone: bool
) -> None:
    failing = LeaveAlone(endpoint=a.ENDPOINT, failing_since=a.AT)
    now = replace(SOMEBODY, effective_at=a.AT + timedelta(days=days))
    told = (replace(OFF, why=BY_FAILING),) if left_alone else ()
    one.when(failing, now).then(*told)
    one.given(OFF).when(failing, now).then()


def test_what_failed_before_it_was_enabled_does_not_count() -> None:
    enabled = replace(SOMEBODY, effective_at=a.AT + timedelta(days=3))
    now = replace(SOMEBODY, effective_at=a.AT + timedelta(days=6))
    failing = LeaveAlone(endpoint=a.ENDPOINT, failing_since=a.AT)
    one.given(OFF).given(ON, act=enabled).when(failing, now).then()


def test_what_happened_before_is_asked_for_once_in_ten_minutes() -> None:
    ask = AskReplay(endpoint=a.ENDPOINT, after=3, until=9)
    asked = ReplayAsked(endpoint=a.ENDPOINT, after=3, until=9)
    one.when(ask).then(asked)
    for minutes, refused in ((0, True), (9.9, True), (10, False)):
        now = replace(SOMEBODY, effective_at=a.AT + timedelta(minutes=minutes))
        again = one.given(asked).when(ask, now)
        again.then_refused(ReplayTooSoon) if refused else again.then(asked)


@pytest.mark.parametrize("command", [
    AskReplay(endpoint=a.OTHER, after=0, until=1), LeaveAlone(endpoint=a.OTHER, failing_since=a.AT),
    DisableEndpoint(endpoint=a.OTHER, why=BY_PARTNER), EnableEndpoint(endpoint=a.OTHER),
    RemoveEndpoint(endpoint=a.OTHER), replace(a.rotate, endpoint=a.OTHER),
])  # fmt: skip
def test_what_is_not_there_is_not_found(command: SubscriberCommand) -> None:
    one.when(command).then_refused(NotFound)
    story.when(command).then_refused(NotFound)


def test_what_was_removed_is_not_there() -> None:
    gone = one.given(EndpointRemoved(endpoint=a.ENDPOINT))
    one.when(RemoveEndpoint(endpoint=a.ENDPOINT)).then(EndpointRemoved(endpoint=a.ENDPOINT))
    gone.when(a.rotate).then_refused(NotFound)


def test_no_history_begins_with_anything_but_a_registration() -> None:
    with pytest.raises(ValueError, match="nothing is recorded before this"):
        subscriber.evolve(None, ON, SOMEBODY)
