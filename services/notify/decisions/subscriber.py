"""Where does a partner want to hear what happened, and how do they know that it is from us?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from services.notify.events import (
    EndpointDisabled,
    EndpointEnabled,
    EndpointRegistered,
    EndpointRemoved,
    ReplayAsked,
    SecretRotated,
    SubscriberFact,
)
from services.notify.rules.disclosure import EVENTS
from services.notify.rules.retry import gives_up_on
from shared.decider import Decider
from shared.facts import Act, Code
from shared.refusals import NotFound, Refusal
from shared.sealed import Sealed

MOST_ENDPOINTS = 20
MOST_REPLAYED, REPLAY_EVERY = 1000, timedelta(minutes=10)
MOST_SECRETS = 5
"""So many sign at once; the header grows with each."""

BY_PARTNER, BY_GONE = Code("disabled@1:by-partner"), Code("disabled@1:gone")
BY_FAILING = Code("disabled@1:failing")

Facts = Sequence[SubscriberFact]
Secret = tuple[Sealed[str], datetime | None]
"""And until when it signs; None is for good."""


@dataclass(frozen=True, kw_only=True)
class RegisterEndpoint:
    """Send events to an address from now on."""

    endpoint: UUID
    partner: UUID
    host: str
    url: Sealed[str]
    wanted: tuple[Code, ...]
    secret: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class RotateSecret:
    """Sign with a new secret; with the old ones too for so long."""

    endpoint: UUID
    secret: Sealed[str]
    grace: timedelta


@dataclass(frozen=True, kw_only=True)
class DisableEndpoint:
    """Send nothing to an endpoint until it is enabled."""

    endpoint: UUID
    why: Code


@dataclass(frozen=True, kw_only=True)
class LeaveAlone:
    """Send nothing to an endpoint that has taken nothing for days, until it is enabled."""

    endpoint: UUID
    failing_since: datetime


@dataclass(frozen=True, kw_only=True)
class EnableEndpoint:
    """Send to an endpoint again, first what waited."""

    endpoint: UUID


@dataclass(frozen=True, kw_only=True)
class RemoveEndpoint:
    """Send nothing to an endpoint any more."""

    endpoint: UUID


@dataclass(frozen=True, kw_only=True)
class AskReplay:
    """Send what is owed behind one position of the log, up to another, once more."""

    endpoint: UUID
    after: int
    until: int


SubscriberCommand = (
    RegisterEndpoint
    | RotateSecret
    | DisableEndpoint
    | LeaveAlone
    | EnableEndpoint
    | RemoveEndpoint
    | AskReplay
)


class TooManyEndpoints(Refusal):
    """A partner has at most 20 endpoints: remove one first."""


class TooManySecrets(Refusal):
    """At most 5 secrets sign at once: wait until an old one ends, or rotate without grace."""


class ReplayTooSoon(Refusal):
    """An endpoint is sent what happened before once in ten minutes at most: ask again later."""


class EventUnknown(Refusal):
    """An event of this type is never sent."""

    status: ClassVar[int] = 422


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An address that is sent events."""

    id: UUID
    host: str
    url: Sealed[str]
    wanted: tuple[Code, ...]
    secrets: tuple[Secret, ...]
    """The newest first."""

    since: datetime
    enabled_at: datetime
    """When it last was; first, when it was registered."""

    disabled: Code | None = None
    replayed_at: datetime | None = None
    """When what had happened before was last asked for."""

    def wants(self, event: Code) -> bool:
        """Say whether its partner asked for events of this type."""
        return not self.wanted or event in self.wanted

    def signs_with(self, now: datetime) -> Sequence[Sealed[str]]:
        """Give the secrets that count at `now`, the newest first."""
        return [secret for secret, until in self.secrets if until is None or now < until]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A partner with endpoints."""

    partner: UUID
    endpoints: tuple[Endpoint, ...] = ()

    def endpoint(self, id: UUID) -> Endpoint | None:
        """Give one of their endpoints, None where it is none, or no more."""
        return next((it for it in self.endpoints if it.id == id), None)


def decide(command: SubscriberCommand, state: Subscriber | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case RegisterEndpoint():
            return _registered(command, state)
        case RotateSecret(endpoint=id, secret=secret, grace=grace):
            signing = _there(state, id).signs_with(act.effective_at)
            if grace and len(signing) >= MOST_SECRETS:
                raise TooManySecrets
            until = act.effective_at + grace
            return (SecretRotated(endpoint=id, secret=secret, old_until=until),)
        case DisableEndpoint(endpoint=id, why=why):
            disabled = _there(state, id).disabled
            return () if disabled else (EndpointDisabled(endpoint=id, why=why),)
        case LeaveAlone(endpoint=id, failing_since=since):
            it = _there(state, id)
            fails = gives_up_on(max(since, it.enabled_at), act.effective_at)
            return (
                (EndpointDisabled(endpoint=id, why=BY_FAILING),)
                if fails and not it.disabled
                else ()
            )
        case EnableEndpoint(endpoint=id):
            return (EndpointEnabled(endpoint=id),) if _there(state, id).disabled else ()
        case RemoveEndpoint(endpoint=id):
            _there(state, id)
            return (EndpointRemoved(endpoint=id),)
        case AskReplay(endpoint=id, after=after, until=until):
            last = _there(state, id).replayed_at
            if last and act.effective_at - last < REPLAY_EVERY:
                raise ReplayTooSoon
            return (ReplayAsked(endpoint=id, after=after, until=until),)


def _registered(command: RegisterEndpoint, state: Subscriber | None) -> Facts:
    if not EVENTS.keys() >= set(command.wanted):
        raise EventUnknown
    if state and len(state.endpoints) >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    return (
        EndpointRegistered(
            endpoint=command.endpoint,
            partner=command.partner,
            host=command.host,
            url=command.url,
            wanted=command.wanted,
            secret=command.secret,
        ),
    )


def _there(state: Subscriber | None, id: UUID) -> Endpoint:
    found = state.endpoint(id) if state else None
    if found is None:
        raise NotFound
    return found


def evolve(state: Subscriber | None, happened: SubscriberFact, act: Act) -> Subscriber:
    """Give the state after `happened`. Never refuses: facts are facts."""
    if isinstance(happened, EndpointRegistered):
        known = state or Subscriber(partner=happened.partner)
        return replace(known, endpoints=(*known.endpoints, _begun(happened, act)))
    if state is None:  # a history begins with a registration
        raise ValueError("nothing is recorded before this")
    changed = (
        _changed(it, happened, act) if it.id == happened.endpoint else it for it in state.endpoints
    )
    return replace(state, endpoints=tuple(it for it in changed if it))


def _begun(happened: EndpointRegistered, act: Act) -> Endpoint:
    return Endpoint(
        id=happened.endpoint,
        host=happened.host,
        url=happened.url,
        wanted=happened.wanted,
        secrets=((happened.secret, None),),
        since=act.effective_at,
        enabled_at=act.effective_at,
    )


Change = SecretRotated | EndpointDisabled | EndpointEnabled | EndpointRemoved | ReplayAsked


def _changed(it: Endpoint, happened: Change, act: Act) -> Endpoint | None:
    match happened:
        case SecretRotated(secret=secret, old_until=end):
            old = ((each, min(until or end, end)) for each, until in it.secrets)
            return replace(it, secrets=((secret, None), *old))
        case EndpointDisabled(why=why):
            return replace(it, disabled=why)
        case EndpointEnabled():
            return replace(it, disabled=None, enabled_at=act.effective_at)
        case EndpointRemoved():
            return None
        case ReplayAsked():
            return replace(it, replayed_at=act.effective_at)


subscriber = Decider(kind="subscriber", facts=SubscriberFact, decide=decide, evolve=evolve)
