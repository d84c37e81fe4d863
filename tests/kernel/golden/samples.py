"""What does one fact of each type look like, every member of it filled?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, TypeVar, get_args
from uuid import UUID, uuid5

from services.dols import events as dols
from services.enquiry import events as enquiry
from services.intake import events as intake
from services.intake.rules.checks import Check
from services.notify import events as notify
from services.triage import events as triage
from services.triage.rules.risk_tool import AMBER, RED
from services.triage.rules.score import Answers, score
from services.triage.rules.section42 import ThreeTests
from shared.contracts.intake import (
    AdultDetails,
    AdultPart,
    Circumstances,
    Referrer,
    RiskAnswers,
    SourceOfRisk,
)
from shared.facts import BlockDiscarded, BlockRetried, ClockStepped, Code
from shared.sealed import Sealed
from tests.kernel.golden.dols_samples import of_dols, of_the_register
from tests.kernel.golden.enquiry_samples import of_enquiry, of_the_list
from tests.kernel.golden.notify_samples import of_notify

T = TypeVar("T")
Shut = Callable[[UUID, str, Any], Sealed[Any]]
"""Shuts words, given whose they are and for whose eyes."""

NAMES = UUID("5afe6a4d-0000-4000-8000-000000000000")
AT = datetime(2026, 11, 2, 9, 30, 15, 123456, tzinfo=UTC)
SIGNALS = (Code("risk-signal@1:child-in-household"), Code("risk-signal@1:immediate-danger"))
DETAILS = AdultPart(
    adult=AdultDetails(name="Edith Hollowell", nhs_number="9990000018"),
    circumstances=Circumstances(what_happened="She hides.", types_of_abuse=("physical-abuse",)),
)
SOURCE = SourceOfRisk(name="Martin Hollowell", relationship="son")
SENDER = Referrer(name="Priya Anand", organisation="Rosewood House")
IDENTITY = ("Edith", "Hollowell", "9990000018", "hides", "Martin", "Priya", "Rosewood House")
"""What no row, message or line in clear may hold."""


def fixed(subject: UUID, audience: str, words: Any) -> Sealed[Any]:
    """Give a box that looks shut, the same for the same words."""
    box = b"".join(sha256(f"{at}{audience}{words!r}".encode()).digest() for at in range(3))
    return Sealed(subject=subject, audience=audience, box=box)


def of_intake(shut: Shut, case: UUID) -> Sequence[intake.ReferralFact]:
    """Give what may happen to one referral of two adults, in an order that could be."""
    promoted, held = (uuid5(case, name) for name in ("promoted", "held"))

    def part(adult: UUID) -> intake.Part:
        return intake.Part(
            adult=adult,
            age=Code("age@1:adult"),
            answers=RiskAnswers(
                severity=3, likelihood=2, self_protection=1, access=2, repetition=0,
                others_at_risk=1, coercion=2, protection=3, signals=SIGNALS, own_rating=RED,
            ),
            details=shut(adult, "adult", DETAILS),
            source_of_risk=shut(uuid5(adult, "source"), "source-of-risk", SOURCE),
            referrer=shut(uuid5(case, "referrer"), "referrer", SENDER),
        )  # fmt: skip

    def document(words: str) -> Sealed[Any]:
        return shut(uuid5(case, "document"), "document", words)

    checks = (
        Check(code="unreadable", field="adults[1].date_of_birth", index=1),
        Check(code="repeats-not-recognisable"),
    )
    reasons = shut(held, "adult", "She hides.")
    return (
        intake.ReferralReceived(
            reader=Code("reader@1:referral"), immediate_danger="yes",
            emergency_services_called="unknown", anonymous=False, wants_outcome="no",
            out_of_hours=True, expect_by=AT, adults=(promoted, held), checks=checks,
            partner_reference=document("RW-1"), document=document('{"adults": []}'),
        ),
        intake.ContactPromoted(
            part=part(promoted), policy=Code("promotion@1:adults"), transition=True, was=None,
            reasons=None,
        ),
        intake.ContactHeld(
            part=part(held), policy=Code("promotion@1:adults"), reason=Code("hold@1:under-18")
        ),
        intake.InformationKept(
            adult=held, answers=RiskAnswers(severity=1), words=shut(held, "adult", "She hides.")
        ),
        intake.DeadlineMissed(
            adult=held, kind=Code("deadline@1:urgent-screening-look"), due_at=AT, late=True
        ),
        intake.LookEscalated(
            adult=held, to=Code("escalation@1:head-of-service"), due_at=AT, late=True
        ),
        intake.ContactRedirected(
            adult=held, was=Code("contact@1:held"), to=Code("redirection@1:advice"),
            reasons=reasons,
        ),
        intake.ContactPromoted(
            part=part(held), policy=Code("promotion@1:by-a-person"), transition=False,
            was=Code("contact@1:redirected"), reasons=reasons,
        ),
        intake.ReferralAmended(checks=checks, document=document("{}")),
        intake.ReferralAmended2(checks=checks, document=document("{}"), anonymous=True),
        intake.InformationPassedOn(
            adult=promoted, answers=RiskAnswers(), words=shut(promoted, "adult", "She hides.")
        ),
        intake.OutcomeHeard(
            adult=promoted, again=False, outcome_class=Code("outcome-class@1:proceeding"),
            decided_on=date(2026, 11, 9),
        ),
        intake.OutcomeReopened(adult=promoted),
        intake.ReferralWithdrawn(reasons=document("A mistake.")),
        intake.WithdrawalPassedOn(adult=promoted),
    )  # fmt: skip


def of_triage(shut: Shut, case: UUID) -> Sequence[triage.ConcernFact]:
    """Give what may happen to one concern, in an order that could be."""
    contact = uuid5(case, "contact")

    def words(text: str) -> Sealed[Any]:
        return shut(case, "adult", text)

    def scored(by: str, severity: int, evidence: Sealed[Any] | None) -> triage.ConcernScored:
        answers = Answers(severity=severity, likelihood=3, access=1, signals=SIGNALS[:1])
        return triage.ConcernScored(
            contact=contact, scored_by=Code(by), score=score(answers), evidence=evidence
        )

    return (
        triage.ConcernRecognised(
            contact=contact, counting_policy=Code("counting@1:one-per-adult"), transition=False,
            details=shut(case, "adult", DETAILS),
            source_of_risk=shut(uuid5(case, "source"), "source-of-risk", SOURCE),
            referrer=shut(uuid5(case, "referrer"), "referrer", SENDER),
        ),
        scored("scorer@1:referrer", 1, None),
        triage.InformationAdded(words=words("She hides still.")),
        triage.InformationConsidered(reasons=words("We knew that.")),
        scored("scorer@1:screener", 4, words("Seen by the nurse.")),
        triage.BandLoweringProposed(
            was=RED, band=AMBER, asked="kim", reasons=words("Her daughter stays.")
        ),
        triage.BandLoweringAnswered(agrees=True, reasons=words("I spoke to the daughter.")),
        triage.BandOverridden(
            was=RED, band=AMBER, second_person="kim", reasons=words("Her daughter stays.")
        ),
        triage.WithdrawalNoted(),
        triage.Section42Decided(
            contact=contact, policy=Code("section-42-policy@1:care-act-2014"),
            tests=ThreeTests(
                needs_care_and_support="met", at_risk_of_abuse_or_neglect="not-met",
                unable_to_protect_themselves="unknown",
            ),
            evidence=triage.Evidence(
                needs_care_and_support=words("Needs help to wash."),
                at_risk_of_abuse_or_neglect=words("No bruises."),
                unable_to_protect_themselves=None,
            ),
            outcome=Code("section-42-outcome@1:other-enquiry"),
            route=Code("signposting-route@1:care-act-assessment"),
            reasons=words("As the evidence says."),
        ),
        triage.Section42Decided2(
            contact=contact, policy=Code("section-42-policy@1:care-act-2014"),
            tests=ThreeTests(
                needs_care_and_support="met", at_risk_of_abuse_or_neglect="not-met",
                unable_to_protect_themselves="unknown",
            ),
            evidence=triage.Evidence(
                needs_care_and_support=words("Needs help to wash."),
                at_risk_of_abuse_or_neglect=words("No bruises."),
                unable_to_protect_themselves=None,
            ),
            outcome=Code("section-42-outcome@1:other-enquiry"),
            route=Code("signposting-route@1:care-act-assessment"),
            reasons=words("As the evidence says."), band=AMBER,
        ),
        triage.ConcernReopened(contact=contact, reasons=words("A new bruise.")),
        triage.DeadlineMissed(
            kind=Code("deadline@1:re-check"), due_at=AT, band=AMBER, late=True
        ),
        triage.ConcernEscalated(
            to=Code("escalation@1:head-of-service"), due_at=AT, band=AMBER, late=False
        ),
    )  # fmt: skip


OF_THE_KERNEL = (
    ClockStepped(was=AT, became=AT.replace(year=2025)),
    BlockRetried(topic=Code("topic@1:intake"), reason=Code("reason@1:repaired")),
    BlockDiscarded(topic=Code("topic@1:intake"), reason=Code("reason@1:sent-by-mistake")),
)


def samples() -> Mapping[str, Any]:
    """Give the fullest fact of each type, by its stored name."""
    stories = (of_intake, of_triage, of_enquiry, of_dols, of_notify)
    facts: list[Any] = [fact for story in stories for fact in story(fixed, NAMES)]
    facts += (*of_the_list(), *of_the_register(), *OF_THE_KERNEL)
    return {it.stored_as: it for it in facts}


def stored() -> Mapping[str, Any]:
    """Give every type that the services and the kernel may store."""
    unions = (intake.ReferralFact, triage.ConcernFact, enquiry.Fact, dols.DolsFact)
    kinds = [kind for union in unions for kind in get_args(union)]
    kinds += get_args(notify.NotifyFact)
    return {kind.stored_as: kind for kind in (*kinds, *map(type, OF_THE_KERNEL))}
