"""What command does a body that the open door took become?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar
from uuid import UUID, uuid5

from services.intake.decisions import AmendReferral, ReceiveReferral, Referral, referral
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    Part,
    ReferralAmended2,
    ReferralReceived,
)
from services.intake.rules import receipt
from services.intake.rules.additions import words_of_each
from services.intake.rules.checks import Check
from services.intake.rules.fields import ADULTS
from services.intake.rules.reading import ReadAdult, ReadReferral, read
from shared.contracts.intake import AdultPart, Referrer, RiskAnswers
from shared.facts import Act, Code, Recorded
from shared.sealed import Sealed
from shared.sealed.vault import Open
from shared.time.calendar import calendar, london_date

READER = Code("reader@1:2026-11")

T = TypeVar("T")


def document_of(id: UUID, text: str) -> Open[str]:
    """Give words that the sender wrote of a referral."""
    # It speaks of everybody in it, so it has a key of its own, linked to each of them.
    return Open(subject=id, audience="document", value=text)


def received(
    id: UUID, text: str, said: ReadReferral, by: Act, keyless: tuple[Check, ...]
) -> ReceiveReferral:
    """Give the command to keep a referral that says this."""
    adults = [uuid5(id, f"adult {at}") for at in range(len(said.adults))]
    own = said.partner_reference
    received = ReferralReceived(
        reader=READER,
        immediate_danger=said.immediate_danger,
        emergency_services_called=said.emergency_services_called,
        anonymous=said.anonymous,
        wants_outcome=said.wants_outcome,
        out_of_hours=receipt.out_of_hours(by.effective_at, calendar()),
        expect_by=receipt.expect_by(by.effective_at, calendar()),
        adults=tuple(adults),
        checks=said.checks + keyless,
        partner_reference=document_of(id, own) if own else None,
        document=document_of(id, text),
    )
    parts = (_part(id, adult, it, said) for adult, it in zip(adults, said.adults, strict=True))
    return ReceiveReferral(received=received, parts=tuple(parts), empty=said.empty)


def _part(id: UUID, adult: UUID, it: ReadAdult, said: ReadReferral) -> Part:
    words = AdultPart(adult=it.details, circumstances=said.circumstances)
    return Part(
        adult=adult,
        age=it.age,
        answers=it.answers,
        details=Open(subject=adult, audience="adult", value=words),
        source_of_risk=_of(id, "source-of-risk", said.source),
        referrer=None if said.anonymous else _of(id, "referrer", said.referrer),
    )


def _of(id: UUID, role: str, words: T | None) -> Open[T] | None:
    return None if words is None else Open(subject=uuid5(id, role), audience=role, value=words)


class Addition(NamedTuple):
    """What a sender adds to a referral."""

    id: UUID
    text: str
    sent: Mapping[str, object]
    said: ReadReferral
    keyless: tuple[Check, ...]


def amendment(added: Addition, history: Sequence[Recorded[Any]], by: Act) -> AmendReferral:
    """Give the command to keep what is added to a referral of which this happened."""
    state = referral.fold(history)
    known = [*state.contacts] if state else []
    words = words_of_each(added.sent, len(known))
    return AmendReferral(
        amended=ReferralAmended2(
            checks=_worth_telling(added.said) + added.keyless,
            document=document_of(added.id, added.text),
            anonymous=added.said.anonymous,
        ),
        answers=_answers(known, added.sent, added.said, by),
        words={
            adult: Open(subject=adult, audience="adult", value=said)
            for adult, said in zip(known, words, strict=True)
        },
        further=_further(added, state, history),
    )


def _worth_telling(said: ReadReferral) -> tuple[Check, ...]:
    # An addition need not say again what the referral said.
    return tuple(check for check in said.checks if check.code != "missing")


def _answers(
    adults: Sequence[UUID], sent: Mapping[str, object], said: ReadReferral, by: Act
) -> Mapping[UUID, RiskAnswers]:
    """Give what an addition answers of each adult, by their order."""
    if ADULTS not in sent:
        return dict.fromkeys(adults, said.adults[0].answers)
    of_all = {name: value for name, value in sent.items() if name != ADULTS}
    common = read(of_all, london_date(by.effective_at)).adults[0].answers
    named = [it.answers for it in said.adults]
    return {adult: named[at] if at < len(named) else common for at, adult in enumerate(adults)}


def _further(
    added: Addition, state: Referral | None, history: Sequence[Recorded[Any]]
) -> tuple[Part, ...]:
    """Give the parts of the adults whom nothing before named: those beyond all who are known."""
    said, known = added.said, len(state.contacts) if state else 0
    parts = (
        _part(added.id, uuid5(added.id, f"adult {at}"), it, said)
        for at, it in enumerate(said.adults)
        if at >= known
    )
    hidden = said.anonymous or (state and (state.anonymous or state.received.anonymous))
    who = None if hidden else _referrer(history)
    return tuple(replace(it, referrer=None if hidden else it.referrer or who) for it in parts)


def _referrer(history: Sequence[Recorded[Any]]) -> Sealed[Referrer] | None:
    """Give who told it first, shut as it is."""
    parts = (it.fact.part for it in history if isinstance(it.fact, ContactHeld | ContactPromoted))
    return next((it.referrer for it in parts), None)
