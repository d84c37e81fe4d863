"""What happens to a referral?"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.intake.rules.checks import Check
from shared.contracts.intake import AdultPart, Referrer, RiskAnswers, SourceOfRisk
from shared.facts import Code, fact
from shared.sealed import Sealed

Tri = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a referral says of one adult; words are shut, each under the key of whom they are of."""

    adult: UUID
    """The adult's part in this case."""

    age: Code
    answers: RiskAnswers
    details: Sealed[AdultPart]
    source_of_risk: Sealed[SourceOfRisk] | None
    referrer: Sealed[Referrer] | None
    """None where they asked not to be named."""


@fact("intake.referral-received/1")
class ReferralReceived:
    """A partner sent a referral. It is kept exactly as sent, whatever of it could be read."""

    reader: Code
    immediate_danger: Tri
    emergency_services_called: Tri
    anonymous: bool
    wants_outcome: Tri
    out_of_hours: bool
    expect_by: datetime
    adults: tuple[UUID, ...]
    checks: tuple[Check, ...]
    partner_reference: Sealed[str] | None
    document: Sealed[str]


@fact("intake.contact-promoted/1")
class ContactPromoted:
    """An adult of the referral may be at risk, so triage is told."""

    part: Part
    policy: Code
    transition: bool
    was: Code | None
    """`contact@1`, held or redirected, where a person did it, not the policy."""

    reasons: Sealed[str] | None


@fact("intake.contact-held/1")
class ContactHeld:
    """The policy left it to a person whether this goes on."""

    part: Part
    policy: Code
    reason: Code


@fact("intake.contact-redirected/1")
class ContactRedirected:
    """A person passed an adult of the referral on to where it belongs."""

    adult: UUID
    was: Code
    """`contact@1`: held, or redirected elsewhere."""

    to: Code
    reasons: Sealed[str]


@fact("intake.referral-amended/1")
class ReferralAmended:
    """The sender added something. It is kept exactly as sent."""

    checks: tuple[Check, ...]
    document: Sealed[str]


@fact("intake.referral-amended/2")
class ReferralAmended2(ReferralAmended):
    """The same, and whether they ask not to be named: who goes on later goes on without them."""

    anonymous: bool


@fact("intake.information-passed-on/1")
class InformationPassedOn:
    """What the sender added concerns an adult whom triage has, so triage is told."""

    adult: UUID
    answers: RiskAnswers
    words: Sealed[str]


@fact("intake.information-kept/1")
class InformationKept:
    """What the sender added concerns an adult whom triage does not have: it goes along later."""

    adult: UUID
    answers: RiskAnswers
    words: Sealed[str]


@fact("intake.referral-withdrawn/1")
class ReferralWithdrawn:
    """The sender took the referral back. What it tells us may still bind us."""

    reasons: Sealed[str]


@fact("intake.withdrawal-passed-on/1")
class WithdrawalPassedOn:
    """The referral of an adult whom triage has was taken back, so triage is told."""

    adult: UUID


@fact("intake.outcome-heard/1")
class OutcomeHeard:
    """We heard from triage what became of an adult, as far as the sender may know."""

    adult: UUID
    again: bool
    """It was decided before."""

    outcome_class: Code
    decided_on: date


@fact("intake.outcome-reopened/1")
class OutcomeReopened:
    """We heard from triage that a decision was opened again: its outcome no longer stands."""

    adult: UUID


@fact("intake.deadline-missed/1")
class DeadlineMissed:
    """A person should have looked at an adult by then, and nobody did; it is owed again."""

    adult: UUID
    kind: Code
    """`deadline@1:` screening-look, or urgent-screening-look where it was owed within the hour."""

    due_at: datetime
    late: bool
    """We came to know later than we should have: the service stood still."""


@fact("intake.look-escalated/1")
class LookEscalated:
    """An adult waited so long for a person's look that somebody above has to know."""

    adult: UUID
    to: Code
    """`escalation@1:` safeguarding-adults-manager or head-of-service."""

    due_at: datetime
    """When the look that was missed last was due."""

    late: bool
    """We came to know later than we should have: the service stood still."""


ReferralFact = (
    ReferralReceived
    | ContactPromoted
    | ContactHeld
    | ContactRedirected
    | ReferralAmended
    | ReferralAmended2
    | InformationPassedOn
    | InformationKept
    | ReferralWithdrawn
    | WithdrawalPassedOn
    | OutcomeHeard
    | OutcomeReopened
    | DeadlineMissed
    | LookEscalated
)
