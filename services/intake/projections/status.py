"""What is a sender told of a referral?

Status, not story: nothing here names an adult, an abuse or a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from services.intake.decisions import Contact, Held, Promoted, Redirected, Referral, referral
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    InformationKept,
    InformationPassedOn,
    ReferralFact,
)
from services.intake.rules import receipt
from services.intake.rules.checks import Check, message
from services.intake.rules.reading import DANGER, UNDER_18
from services.intake.rules.receipt import Status
from shared.facts import Code, Recorded
from shared.time.calendar import calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultStatus:
    """Where one adult of the referral has got to."""

    adult: UUID
    label: str
    status: Status
    says: str
    outcome_class: Code | None
    decided_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """Something to look at again, in plain words."""

    code: str
    field: str
    index: int | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStatus:
    """What its sender is told."""

    id: UUID
    reference: str
    partner_reference: str | None
    """The sender's own words, which `api` opens for them."""

    status: Status
    received_at: datetime
    out_of_hours: bool
    """The office was shut when it came."""

    what_happens_next: str
    expect_by: datetime
    advice: tuple[str, ...]
    adults: tuple[AdultStatus, ...]
    checks: tuple[CheckTold, ...]
    amendments: int
    withdrawn: bool


def status_of(
    id: UUID, history: Sequence[Recorded[ReferralFact]], *, now: datetime, own: str | None = None
) -> ReferralStatus | None:
    """Give what the sender is told at an instant, None where nothing is recorded.

    `own` is their reference.
    """
    state = referral.fold(history)
    if state is None:
        return None
    received, word = state.received, _word(state)
    shut, late = receipt.out_of_hours(now, calendar()), now >= received.expect_by
    return ReferralStatus(
        id=id,
        reference=receipt.reference(id),
        partner_reference=own,
        status=word,
        received_at=history[0].act.effective_at,
        out_of_hours=received.out_of_hours,
        what_happens_next=receipt.what_next(word, out_of_hours=shut, late=late),
        expect_by=received.expect_by,
        advice=_advice(history, state, shut=shut),
        adults=tuple(_adult(state, at, adult) for at, adult in enumerate(_adults(state), 1)),
        checks=tuple(told(check) for check in state.checks),
        amendments=state.amendments,
        withdrawn=state.withdrawn,
    )


def _adults(state: Referral) -> Sequence[UUID]:
    """Give the adults of the receipt, then those whom additions named."""
    return list(dict.fromkeys((*state.received.adults, *state.contacts)))


@lru_cache(maxsize=1000)
def told(check: Check) -> CheckTold:
    """Give a check as its sender reads it."""
    return CheckTold(code=check.code, field=check.field, index=check.index, message=message(check))


def _word(state: Referral) -> Status:
    """Give one word for all: the least far of its adults decides it."""
    if state.withdrawn:
        return "withdrawn"
    words = [_of(contact) for contact in state.contacts.values()]
    order: Sequence[Status] = ("held", "promoted", "decided", "redirected")
    return next((word for word in order if word in words), "received")


def _of(contact: Contact | None) -> Status:
    match contact:
        case Held():
            return "held"
        case Redirected():
            return "redirected"
        case Promoted(outcome_class=outcome):
            return "decided" if outcome else "promoted"
        case None:
            return "received"


def _adult(state: Referral, at: int, adult: UUID) -> AdultStatus:
    contact = state.contacts.get(adult)
    outcome: Code | None = None
    on: date | None = None
    because: Code | None = None
    match contact:
        case Promoted(outcome_class=outcome, decided_on=on):
            because = outcome
        case Redirected(to=because):
            pass
        case Held() | None:
            pass
    word = _of(contact)
    return AdultStatus(
        adult=adult,
        label=f"adult {at}",
        status=word,
        says=receipt.status_sentence(word, because),
        outcome_class=outcome,
        decided_on=on,
    )


def _advice(
    history: Sequence[Recorded[ReferralFact]], state: Referral, *, shut: bool
) -> tuple[str, ...]:
    held = [it.fact for it in history if isinstance(it.fact, ContactHeld)]
    parts = [it.fact.part for it in history if isinstance(it.fact, ContactHeld | ContactPromoted)]
    added = [
        it.fact for it in history if isinstance(it.fact, InformationKept | InformationPassedOn)
    ]
    since = any(DANGER in it.answers.signals for it in added)
    return receipt.advice(
        immediate_danger="yes" if since else state.received.immediate_danger,
        emergency_services_called=state.received.emergency_services_called,
        out_of_hours=shut,
        under_18=any(it.part.age == UNDER_18 for it in held),
        signals=any(part.answers.signals for part in parts),
    )
