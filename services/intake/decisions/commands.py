"""What may be asked of a referral, and why may the answer be no?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.intake.events import Part, ReferralAmended2, ReferralReceived
from shared.contracts.intake import RiskAnswers
from shared.decider import DeadlinePassed
from shared.facts import Code
from shared.refusals import Refusal
from shared.sealed import Sealed


@dataclass(frozen=True, kw_only=True)
class ReceiveReferral:
    """Keep a referral, and let each adult in it go on as the policy says."""

    received: ReferralReceived
    parts: tuple[Part, ...]
    empty: bool
    """Nothing could be read that says anything of anybody."""


@dataclass(frozen=True, kw_only=True)
class AmendReferral:
    """Keep what the sender adds, and tell triage where it has the adult."""

    amended: ReferralAmended2
    answers: Mapping[UUID, RiskAnswers]
    words: Mapping[UUID, Sealed[str]]
    """The words for each adult, each under that adult's key."""

    further: tuple[Part, ...] = ()
    """Of the adults whom nothing before named."""


@dataclass(frozen=True, kw_only=True)
class WithdrawReferral:
    """Note that the sender takes the referral back."""

    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class PromoteContact:
    """Let an adult go on whom the policy held, or somebody redirected by mistake."""

    adult: UUID
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class RedirectContact:
    """Pass a held adult on to where it belongs."""

    adult: UUID
    to: Code
    reasons: Sealed[str]


@dataclass(frozen=True, kw_only=True)
class HearOutcome:
    """Note what became of an adult."""

    adult: UUID
    outcome_class: Code
    decided_on: date


@dataclass(frozen=True, kw_only=True)
class HearReopening:
    """Note that a decision was opened again, so that its outcome no longer stands."""

    adult: UUID


ReferralCommand = (
    ReceiveReferral
    | AmendReferral
    | WithdrawReferral
    | PromoteContact
    | RedirectContact
    | HearOutcome
    | HearReopening
    | DeadlinePassed
)


class AlreadyPromoted(Refusal):
    """Triage has this adult already: what becomes of it is decided there."""


class BeforeTheReferral(Refusal):
    """That was before the day on which the referral came."""


class BeforeItWasTold(Refusal):
    """That was before the sender told more, so nobody can have read it by then."""


class AlreadyWithdrawn(Refusal):
    """The referral was taken back already."""


class RedirectionUnknown(Refusal):
    """There is no such place to pass an adult on to."""
