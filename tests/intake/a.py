"""Samples. Start from these and `replace` only what the story is about."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.intake.decisions import (
    HELD,
    AmendReferral,
    HearOutcome,
    HearReopening,
    PromoteContact,
    ReceiveReferral,
    RedirectContact,
    WithdrawReferral,
)
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    ContactRedirected,
    DeadlineMissed,
    InformationKept,
    InformationPassedOn,
    LookEscalated,
    OutcomeHeard,
    OutcomeReopened,
    Part,
    ReferralAmended,
    ReferralAmended2,
    ReferralFact,
    ReferralReceived,
    ReferralWithdrawn,
    WithdrawalPassedOn,
)
from services.intake.rules.checks import Check
from services.intake.rules.looks import SAFEGUARDING_ADULTS_MANAGER
from services.intake.rules.promotion import CURRENT, HELD_UNDER_18, NAMED_LATER, NOTHING_READABLE
from services.intake.rules.reading import GROWN, SEVENTEEN, UNDER_18
from shared.contracts.intake import (
    AdultDetails,
    AdultPart,
    Circumstances,
    Referrer,
    RiskAnswers,
    SourceOfRisk,
)
from shared.facts import Act, Code
from shared.sealed.vault import Open
from tests.support import story
from tests.support.story import SOMEBODY

REFERRAL, ONE, TWO, THREE = UUID(int=20), UUID(int=21), UUID(int=22), UUID(int=25)
ROSEWOOD = replace(SOMEBODY, actor="rosewood-house", role="referrals.write")
ELSEWHERE = replace(ROSEWOOD, actor="st-anns-hospital")
TRIAGE = replace(SOMEBODY, actor="intake", role="reaction")
danger = Code("risk-signal@1:immediate-danger")


def words(text: str, subject: UUID = REFERRAL) -> Open[str]:
    audience = "document" if subject == REFERRAL else "adult"
    return Open(subject=subject, audience=audience, value=text)


def part(adult: UUID = ONE, age: Code = GROWN, **but: Any) -> Part:
    said = AdultPart(adult=AdultDetails(name="Edith Hollowell"), circumstances=Circumstances())
    known: dict[str, Any] = {
        "adult": adult,
        "age": age,
        "answers": RiskAnswers(severity=3, likelihood=2),
        "details": Open(subject=adult, audience="adult", value=said),
        "source_of_risk": Open(
            subject=UUID(int=23), audience="source-of-risk", value=SourceOfRisk(name="Martin")
        ),
        "referrer": Open(subject=UUID(int=24), audience="referrer", value=Referrer(name="Priya")),
    }
    return Part(**known | but)


received = ReferralReceived(
    reader=Code("reader@1:2026-11"),
    immediate_danger="no",
    emergency_services_called="unknown",
    anonymous=False,
    wants_outcome="yes",
    out_of_hours=False,
    expect_by=SOMEBODY.effective_at + timedelta(hours=2),
    adults=(ONE,),
    checks=(Check(code="missing", field="what_happened"),),
    partner_reference=None,
    document=words('{"what_happened": ""}'),
)
two_received = replace(received, adults=(ONE, TWO))
receipt = ReceiveReferral(received=received, parts=(part(),), empty=False)

promoted = ContactPromoted(
    part=part(), policy=CURRENT.code, transition=False, was=None, reasons=None
)
promoted_too = replace(promoted, part=part(TWO))
held = ContactHeld(part=part(age=UNDER_18), policy=CURRENT.code, reason=HELD_UNDER_18)
held_empty = replace(held, part=part(age=SEVENTEEN), reason=NOTHING_READABLE)
held_too = replace(held, part=part(TWO, UNDER_18))

children = Code("redirection@1:children")
advice = Code("redirection@1:advice")
why = words("The year of birth was mistyped.")
promotion = PromoteContact(adult=ONE, reasons=why)
redirection = RedirectContact(adult=ONE, to=children, reasons=why)
redirected = ContactRedirected(adult=ONE, was=HELD, to=children, reasons=why)

answers = {
    ONE: RiskAnswers(likelihood=4),
    TWO: RiskAnswers(signals=(danger,)),
    THREE: RiskAnswers(),
}
amended = ReferralAmended2(
    checks=(), document=words('{"what_happened": "He came back."}'), anonymous=False
)
amended_before = ReferralAmended(checks=(), document=amended.document)
"""As it was recorded before an addition said whether its sender asks not to be named."""

amendment = AmendReferral(
    amended=amended,
    answers=answers,
    words={adult: words("He came back.", adult) for adult in (ONE, TWO, THREE)},
)
of_another = part(THREE, answers=RiskAnswers(signals=(danger,)))
naming = replace(amendment, further=(of_another,))
"""An addition that says of an adult whom the referral does not name that they are in danger."""


def passed_on(adult: UUID = ONE) -> InformationPassedOn:
    return InformationPassedOn(adult=adult, answers=answers[adult], words=amendment.words[adult])


def kept(adult: UUID = ONE) -> InformationKept:
    return InformationKept(adult=adult, answers=answers[adult], words=amendment.words[adult])


withdrawal = WithdrawReferral(reasons=words("Sent by mistake."))
withdrawn = ReferralWithdrawn(reasons=withdrawal.reasons)
withdrawal_passed_on = WithdrawalPassedOn(adult=ONE)

proceeding = Code("outcome-class@1:proceeding")
passed = Code("outcome-class@1:passed-on")
outcome = HearOutcome(adult=ONE, outcome_class=proceeding, decided_on=date(2026, 11, 4))
heard = OutcomeHeard(adult=ONE, again=False, outcome_class=proceeding, decided_on=date(2026, 11, 4))
reopening = HearReopening(adult=ONE)
not_standing = OutcomeReopened(adult=ONE)
due_at = SOMEBODY.effective_at + timedelta(hours=2)
missed = DeadlineMissed(
    adult=ONE, kind=Code("deadline@1:screening-look"), due_at=due_at, late=False
)

escalated = LookEscalated(adult=ONE, to=SAFEGUARDING_ADULTS_MANAGER, due_at=due_at, late=False)

named_later = ContactHeld(part=of_another, policy=CURRENT.code, reason=NAMED_LATER)

EVERY_FACT: tuple[ReferralFact, ...] = (
    two_received, promoted, held_too, amended, passed_on(), kept(TWO),
    replace(redirected, adult=TWO), withdrawn, withdrawal_passed_on, heard, not_standing,
    missed, amended_before, escalated, named_later,
)  # fmt: skip


def later(by: Act = ROSEWOOD, **passed: float) -> Act:
    """Give an act so much later: `hours=2`, `days=3`."""
    return replace(by, effective_at=by.effective_at + timedelta(**passed))


recorded = partial(story.recorded, kind="referral", case=REFERRAL, act=ROSEWOOD)
