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
from services.intake.rules.additions import listed, told_of, words_of_each
from services.intake.rules.checks import Check
from services.intake.rules.fields import ADULTS
from services.intake.rules.identities import identity
from services.intake.rules.reading import (
    MORE_ADULTS,
    MOST_ADULTS,
    ReadAdult,
    ReadReferral,
    read,
    the_rest,
)
from shared.contracts.intake import AdultDetails, AdultPart, RiskAnswers
from shared.facts import Act, Code, Recorded
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


def parts_of(history: Sequence[Recorded[Any]]) -> Mapping[UUID, Part]:
    """Give what was told of each adult when they were first named, by referral or addition."""
    facts = (it.fact for it in history if isinstance(it.fact, ContactHeld | ContactPromoted))
    return {it.part.adult: it.part for it in facts}


def amendment(
    added: Addition, history: Sequence[Recorded[Any]], who: Mapping[UUID, AdultDetails], by: Act
) -> AmendReferral:
    """Give the command to keep what is added to a referral of which this happened.

    `who` says of the adults known who they are, as far as that can still be read.
    """
    parts, of_nobody, state = parts_of(history), _of_nobody(added, by), referral.fold(history)
    first = state is None or state.amendments == 0
    own, answers, further = _told(added, parts, who, of_nobody, first=first)
    words = words_of_each(added.sent, [own.get(adult, ()) for adult in parts])
    return AmendReferral(
        amended=ReferralAmended2(
            checks=_worth_telling(added.said) + added.keyless,
            document=document_of(added.id, added.text),
            anonymous=added.said.anonymous,
        ),
        answers={adult: answers.get(adult, of_nobody) for adult in parts},
        words={
            adult: Open(subject=adult, audience="adult", value=said)
            for adult, said in zip(parts, words, strict=True)
        },
        further=_further(added, further, parts, state),
    )


def _worth_telling(said: ReadReferral) -> tuple[Check, ...]:
    # An addition need not say again what the referral said.
    return tuple(check for check in said.checks if check.code != "missing")


def _of_nobody(added: Addition, by: Act) -> RiskAnswers:
    """Give what an addition answers of nobody in particular, and so of everybody."""
    if ADULTS not in added.sent:  # then it was read so: a large one is not read twice
        return added.said.adults[0].answers
    of_all = {name: value for name, value in added.sent.items() if name != ADULTS}
    return read(of_all, london_date(by.effective_at)).adults[0].answers


class _Told(NamedTuple):
    own: Mapping[UUID, Sequence[object]]
    """What is said of each adult known, as it was sent."""

    answers: Mapping[UUID, RiskAnswers]
    further: Sequence[ReadAdult]


def _told(
    added: Addition, parts: Mapping[UUID, Part], who: Mapping[UUID, AdultDetails],
    of_nobody: RiskAnswers, *, first: bool,
) -> _Told:  # fmt: skip
    """Give what an addition tells of each adult known, and who else is in it."""
    said, read = listed(added.sent), added.said.adults
    for_rest = next((adult for adult, it in parts.items() if it.age == MORE_ADULTS), None)
    known = {adult: identity(who.get(adult)) for adult in parts if adult != for_rest}
    told = told_of(known, said, read, first=first)
    own = {adult: [said[at]] for adult, at in told.known.items()}
    answers = {adult: read[at].answers for adult, at in told.known.items()}
    further = [read[at] for at in told.new]
    if told.rest:
        seen = sorted({min(at, MOST_ADULTS) for at in told.rest})
        signals = (it for at in seen for it in read[at].answers.signals)
        rest = replace(of_nobody, signals=tuple(dict.fromkeys((*of_nobody.signals, *signals))))
        if for_rest:
            own[for_rest], answers[for_rest] = [said[at] for at in told.rest], rest
        else:
            further.append(the_rest(rest))
    return _Told(own, answers, further)


def _further(
    added: Addition, further: Sequence[ReadAdult], parts: Mapping[UUID, Part],
    state: Referral | None,
) -> tuple[Part, ...]:  # fmt: skip
    """Give the parts of the adults whom nothing before named."""
    said = added.said
    new = (
        _part(added.id, uuid5(added.id, f"adult {at}"), it, said)
        for at, it in enumerate(further, len(parts))
    )
    hidden = said.anonymous or (state and (state.anonymous or state.received.anonymous))
    who = None if hidden else next((it.referrer for it in parts.values()), None)
    return tuple(replace(it, referrer=None if hidden else it.referrer or who) for it in new)
