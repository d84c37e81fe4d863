"""What is a sender told of a request?

Status, not story: nothing here names a person, an assessor or a finding. Of a decision the sender,
who must obey it, hears the outcome, its dates and the code of the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.dols import events
from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.rules import receipt
from services.dols.rules.checks import Check, message
from services.dols.rules.receipt import Status
from shared.facts import Code, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """Something to look at again, in plain words."""

    code: str
    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentTold:
    """Where the urgent authorisation stands, and what its end means."""

    ends_on: date
    """London; it lasts to the end of this day."""

    extended: bool
    lapsed: bool
    meaning: str | None
    """None once the request is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTold:
    """What was decided: outcome, dates, and the code of a reason."""

    granted: bool
    decided_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    reason: Code | None = None
    """Of `not-granted-reason@1`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """What its sender is told."""

    id: UUID
    reference: str
    partner_reference: str | None = None
    """The sender's own words, which `api` opens for them."""

    status: Status
    says: str
    what_happens_next: str
    received_at: datetime
    received_on: date
    """London: day 1."""

    statutory_due_on: date
    """London: day 21, by which the assessments are due."""

    urgent: UrgentTold | None
    decision: DecisionTold | None
    checks: Sequence[CheckTold]
    told: int
    """How often you told us of a change."""


def status_of(id: UUID, history: Sequence[Recorded[Any]]) -> RequestStatus | None:
    """Give what the sender is told, None where nothing is recorded."""
    state = request.fold(history)
    if state is None:
        return None
    word, later = _word(state), _told(history)
    checks = (*history[0].fact.checks, *(check for it in later for check in it.checks))
    return RequestStatus(
        id=id,
        reference=receipt.reference(id),
        status=word,
        says=receipt.STATUSES[word],
        what_happens_next=receipt.what_next(word),
        received_at=state.received_at,
        received_on=state.received_on,
        statutory_due_on=state.due_on,
        urgent=_urgent(state),
        decision=_decision(history),
        checks=[told(it) for it in checks],
        told=len(later),
    )


def told(check: Check) -> CheckTold:
    """Give a check as its sender reads it."""
    return CheckTold(code=check.code, field=check.field, message=message(check))


def _told(history: Sequence[Recorded[Any]]) -> Sequence[events.CircumstancesTold]:
    return [it.fact for it in history if isinstance(it.fact, events.CircumstancesTold)]


def _word(state: Request) -> Status:
    if state.ended:
        return "not-granted" if state.ended.reason else "granted"
    if state.withdrawn_at:
        return "withdrawn"
    return "received" if state.roles_open else "allocated"


def _urgent(state: Request) -> UrgentTold | None:
    it = state.urgent
    if it is None:
        return None
    decided = state.ended is not None
    return UrgentTold(
        ends_on=it.ends_on,
        extended=it.extended,
        lapsed=it.lapsed,
        meaning=receipt.of_urgent(it.ends_on, lapsed=it.lapsed, decided=decided),
    )


def _decision(history: Sequence[Recorded[Any]]) -> DecisionTold | None:
    for it in reversed(history):
        match it.fact:
            case events.AuthorisationGranted() as made:
                return DecisionTold(
                    granted=True,
                    decided_on=made.decided_on,
                    starts_on=made.starts_on,
                    ends_on=made.ends_on,
                )
            case events.AuthorisationNotGranted() as made:
                return DecisionTold(
                    granted=False, decided_on=made.decided_on, reason=made.reason
                )  # fmt: skip
            case _:
                continue
    return None
