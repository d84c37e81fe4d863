"""What happens to a concern?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.triage.rules.score import Score
from services.triage.rules.section42 import ThreeTests
from shared.contracts.intake import AdultPart, Referrer, SourceOfRisk
from shared.facts import Code, fact
from shared.sealed import Sealed


@fact("triage.concern-recognised/1")
class ConcernRecognised:
    """An adult of a contact may be at risk, so a concern is counted and somebody must decide."""

    contact: UUID
    counting_policy: Code
    transition: bool
    details: Sealed[AdultPart]
    source_of_risk: Sealed[SourceOfRisk] | None
    referrer: Sealed[Referrer] | None


@fact("triage.concern-scored/1")
class ConcernScored:
    """The risk was scored, so the concern has its place in the queue."""

    contact: UUID
    scored_by: Code
    """`scorer@1:`: `referrer` by their own coded answers, `screener`, or `added-information`."""

    score: Score
    evidence: Sealed[str] | None


@fact("triage.band-overridden/1")
class BandOverridden:
    """A person set the band above or below what the tool says."""

    was: Code
    band: Code
    second_person: str | None
    """Who stands behind it too. Until second persons answered themselves, the first named them."""

    reasons: Sealed[str]


@fact("triage.band-lowering-proposed/1")
class BandLoweringProposed:
    """A manager would take a concern out of Red: it stays there until a second person agrees."""

    was: Code
    band: Code
    asked: str | None
    """Who was asked to stand behind it, if somebody in particular was."""

    reasons: Sealed[str]


@fact("triage.band-lowering-answered/1")
class BandLoweringAnswered:
    """A second person agreed that a concern leaves Red, or somebody said that it does not."""

    agrees: bool
    reasons: Sealed[str]


@fact("triage.information-added/1")
class InformationAdded:
    """The sender of the referral told more."""

    words: Sealed[str]


@fact("triage.information-considered/1")
class InformationConsidered:
    """Somebody looked at what was told after the decision: it changes nothing."""

    reasons: Sealed[str]


@fact("triage.withdrawal-noted/1")
class WithdrawalNoted:
    """The sender took the referral back; whether the duty arises is still ours to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What each of the three answers rests on."""

    needs_care_and_support: Sealed[str] | None
    at_risk_of_abuse_or_neglect: Sealed[str] | None
    unable_to_protect_themselves: Sealed[str] | None


@fact("triage.section-42-decided/1")
class Section42Decided:
    """It was decided whether the section 42 duty arises, and what follows."""

    contact: UUID
    policy: Code
    tests: ThreeTests
    evidence: Evidence
    outcome: Code
    route: Code | None
    reasons: Sealed[str]


@fact("triage.section-42-decided/2")
class Section42Decided2(Section42Decided):
    """The same, and in which band the concern waited: whoever acts on it plans by that."""

    band: Code


@fact("triage.concern-reopened/1")
class ConcernReopened:
    """A safeguarding adults manager opened a decided concern again."""

    contact: UUID
    reasons: Sealed[str]


@fact("triage.deadline-missed/1")
class DeadlineMissed:
    """A time that was promised passed without what was promised."""

    kind: Code
    """`deadline@1:` look, decision or re-check."""

    due_at: datetime
    band: Code
    late: bool
    """We came to know later than we should have: the service stood still."""


@fact("triage.concern-escalated/1")
class ConcernEscalated:
    """A concern waited so long that somebody above has to know."""

    to: Code
    """`escalation@1:` safeguarding-adults-manager or head-of-service."""

    due_at: datetime
    band: Code
    late: bool
    """We came to know later than we should have: the service stood still."""


ConcernFact = (
    ConcernRecognised
    | ConcernScored
    | BandOverridden
    | BandLoweringProposed
    | BandLoweringAnswered
    | InformationAdded
    | InformationConsidered
    | WithdrawalNoted
    | Section42Decided
    | Section42Decided2
    | ConcernReopened
    | DeadlineMissed
    | ConcernEscalated
)
