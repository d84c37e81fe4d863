"""What does intake tell the others? The referral is the message's case."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Code, fact
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultDetails:
    """Who the adult is, as the sender wrote it. Travels shut, for the eyes of staff."""

    name: str | None = None
    known_as: str | None = None
    date_of_birth: str | None = None
    approximate_age: str | None = None
    nhs_number: str | None = None
    address: str | None = None
    postcode: str | None = None
    uprn: str | None = None
    phone: str | None = None
    current_location: str | None = None
    safe_contact: str | None = None
    unsafe_to_contact: str | None = None
    gender: str | None = None
    ethnicity: str | None = None
    first_language: str | None = None
    interpreter_needed: str | None = None
    communication_needs: str | None = None
    care_and_support_needs: str | None = None
    """Care Act 2014 s42(1)(a), in the sender's words."""

    why_cannot_protect_self: str | None = None
    """Care Act 2014 s42(1)(c), in the sender's words."""

    aware: str | None = None
    views: str | None = None
    desired_outcome: str | None = None
    consent_to_share: str | None = None
    sharing_ground: str | None = None
    capacity_view: str | None = None
    attorney_or_deputy: str | None = None
    advocate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What happened and where, as the sender wrote it. Travels shut."""

    what_happened: str | None = None
    happened_at: str | None = None
    how_known: str | None = None
    types_of_abuse: tuple[str, ...] = ()
    location_type: str | None = None
    cqc_location_id: str | None = None
    location_postcode: str | None = None
    location_description: str | None = None
    actions_taken: str | None = None
    police_reference: str | None = None
    cqc_notified: str | None = None
    family_told: str | None = None
    other_agencies: str | None = None
    others_at_risk: str | None = None
    children_at_risk: str | None = None
    previous_concerns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOfRisk:
    """Who is said to be the source of risk: an allegation. Travels shut, under their own key."""

    name: str | None = None
    relationship: str | None = None
    role: str | None = None
    employer: str | None = None
    has_access: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """Who tells us. Travels shut, under their own key."""

    name: str | None = None
    organisation: str | None = None
    role: str | None = None
    relationship: str | None = None
    manager_name: str | None = None
    phone: str | None = None
    email: str | None = None
    wants_outcome: str | None = None
    outcome_contact: str | None = None
    threshold_guidance_used: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultPart:
    """All that a screener reads about one adult of a referral."""

    adult: AdultDetails
    circumstances: Circumstances


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAnswers:
    """The referrer's own coded answers; None is *not answered*.

    Severity and likelihood go from 0 to 4, protection from 0 to 3, the others from 0 to 2.
    """

    severity: int | None = None
    likelihood: int | None = None
    self_protection: int | None = None
    access: int | None = None
    repetition: int | None = None
    others_at_risk: int | None = None
    coercion: int | None = None
    protection: int | None = None
    signals: tuple[Code, ...] = ()
    """Of `risk-signal@1`: what calls for attention whatever the sum."""

    own_rating: Code | None = None
    """Of `band@1`: how urgent the referrer thinks it is."""


@fact("intake.referral-received/1")
class ReferralReceived1:
    """A partner sent a referral, and it is safe with us. What was said before the next version."""

    adults: int
    """How many adults of it are looked at, each on their own."""

    immediate_danger: bool
    """The sender says, or signals, that somebody is in danger now."""


@fact("intake.referral-received/2")
class ReferralReceived:
    """A partner sent a referral, and it is safe with us."""

    sender: UUID
    """The partner's id, made from the name in their token: what becomes of it is theirs to hear."""

    adults: int
    """How many adults of it are looked at, each on their own."""

    immediate_danger: bool
    """The sender says, or signals, that somebody is in danger now."""


@fact("intake.contact-promoted/1")
class ContactPromoted:
    """An adult of a referral may be at risk. Said once for each adult.

    Law: Care Act 2014 s42(1).
    """

    adult: UUID
    """The adult's part in this case; the concern's id is the same."""

    answers: RiskAnswers
    """What the referrer answered about the risk to this adult."""

    transition: bool
    """The adult is 17 and approaches 18."""

    details: Sealed[AdultPart]
    """Who the adult is, and what happened. Subject: the adult's part."""

    source_of_risk: Sealed[SourceOfRisk] | None
    """Who is said to be the source of risk, if somebody is named."""

    referrer: Sealed[Referrer] | None
    """Who tells us; None where they stay anonymous."""


@fact("intake.contact-redirected/1")
class ContactRedirected:
    """A person passed an adult of a referral on to where it belongs; where, its sender may fetch.

    Law: Care Act 2014 s42(1).
    """

    adult: UUID
    """The adult's part in this case."""


@fact("intake.information-kept/1")
class InformationKept:
    """The sender added something of an adult whom triage does not have: a person has to look.

    Where the adult goes on, it is said to triage as information received.
    """

    adult: UUID
    """The adult's part in this case."""


@fact("intake.information-received/1")
class InformationReceived:
    """The sender added something to a referral. Said once for each adult that was promoted."""

    adult: UUID
    """The adult's part in this case, and the concern."""

    answers: RiskAnswers
    """What the sender answers now; None is *not answered*, and lowers nothing."""

    words: Sealed[str]
    """What was added, as the sender wrote it."""


@fact("intake.referral-withdrawn/1")
class ReferralWithdrawn:
    """The sender takes a referral back. Said once for each promoted adult: the duty is ours.

    Law: Care Act 2014 s42(1), which asks nobody's leave.
    """

    adult: UUID
    """The adult's part in this case, and the concern."""


Message = (
    ReferralReceived | ContactPromoted | ContactRedirected | InformationKept | InformationReceived
    | ReferralWithdrawn
)  # fmt: skip
