"""Which fields do we read in a referral, and which of them matter?

Data, read by `reading`: a field is added, renamed or asked for here and nowhere else. The fields
are those of councils' own forms; none is compulsory.

Law: Care Act 2014 s42(1)(a)-(c) for what matters; s1(3) for the adult's views, wishes and
consent. Types of abuse and locations: the Safeguarding Adults Collection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "text",
    "reference",
    "tri",
    "word",
    "words",
    "scale",
    "age",
    "when",
    "date-of-birth",
    "nhs-number",
    "postcode",
    "uprn",
    "phone",
    "email",
    "cqc-location",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field as senders know it, and what we make of it."""

    name: str
    label: str
    """As a sender would say it, in the middle of a sentence."""

    asked: str = ""
    """How we ask for it, where that is more than its label."""

    kind: Kind = "text"
    words: tuple[str, ...] = ()
    """For a word or words: those we know."""

    most: int = 0
    """For a scale from 0: its other end."""

    matters: bool = False
    """A check asks for it where it is missing."""

    unless: tuple[str, ...] = ()
    """It is not asked for where one of these fields is given."""

    only_if: tuple[str, tuple[str, ...]] | None = None
    """It is asked for only where that field says one of these words; "" is *does not say*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that stand together in an object."""

    name: str
    label: str
    fields: tuple[Field, ...]
    matters: bool = False
    words_go_to: str | None = None
    """The field that takes what is said where words stand in the place of the object."""


SIGNALS: Final = (
    "immediate-danger",
    "rape-or-serious-sexual-assault",
    "life-threatening-neglect",
    "strangulation-weapon-or-threat-to-kill",
    "suspicious-death-others-exposed",
    "slavery-or-exploitation",
    "forced-marriage-honour-or-fgm",
    "imminent-fire-or-explosion",
    "missing-and-unable-to-stay-safe",
    "worker-or-volunteer-is-source",
    "child-in-household",
    "third-concern",
    "lacks-capacity-unrepresented",
)
"""`risk-signal@1`. The first nine call for a person within the hour, the others within a day."""

TYPES_OF_ABUSE: Final = (
    "physical-abuse",
    "sexual-abuse",
    "psychological-abuse",
    "financial-or-material-abuse",
    "discriminatory-abuse",
    "organisational-abuse",
    "neglect-and-acts-of-omission",
    "domestic-abuse",
    "sexual-exploitation",
    "modern-slavery",
    "self-neglect",
)

SUBTYPES_OF_ABUSE: Final = (
    "coercive-control",
    "honour-based",
    "forced-marriage",
    "fgm",
    "cuckooing",
    "county-lines",
    "scam",
    "pressure-ulcer",
    "medication",
    "restraint",
    "missed-visit",
    "hate-crime",
)
"""Finer than the national return, as partners say it."""

LOCATIONS: Final = (
    "own-home",
    "in-the-community",
    "community-service",
    "care-home-nursing",
    "care-home-residential",
    "hospital-acute",
    "hospital-mental-health",
    "hospital-community",
    "other",
)

SHARING_GROUNDS: Final = (
    "vital-interest",
    "public-interest",
    "others-at-risk",
    "crime",
    "lacks-capacity",
    "coercion",
)
"""Why it may be shared without consent."""

_ADULT: Final = (
    Field(name="name", label="the adult's name", matters=True, unless=("known_as",)),
    Field(name="known_as", label="the name the adult goes by"),
    Field(
        name="date_of_birth",
        label="the adult's date of birth",
        asked="the adult's date of birth or approximate age",
        kind="date-of-birth",
        matters=True,
        unless=("approximate_age",),
    ),
    Field(name="approximate_age", label="the adult's approximate age", kind="age"),
    Field(name="nhs_number", label="the adult's NHS number", kind="nhs-number"),
    Field(
        name="address",
        label="the adult's address",
        matters=True,
        unless=("postcode", "uprn", "current_location"),
    ),
    Field(name="postcode", label="the adult's postcode", kind="postcode"),
    Field(name="uprn", label="the UPRN of the adult's home", kind="uprn"),
    Field(name="phone", label="the adult's telephone number", kind="phone"),
    Field(name="current_location", label="where the adult is now"),
    Field(name="safe_contact", label="how and when to reach the adult safely"),
    Field(name="unsafe_to_contact", label="whether it is unsafe to contact the adult", kind="tri"),
    Field(name="gender", label="the adult's gender"),
    Field(name="ethnicity", label="the adult's ethnicity"),
    Field(name="first_language", label="the adult's first language"),
    Field(name="interpreter_needed", label="whether an interpreter is needed", kind="tri"),
    Field(name="communication_needs", label="the adult's communication needs"),
    Field(
        name="care_and_support_needs", label="the adult's needs for care and support", matters=True
    ),
    Field(
        name="why_cannot_protect_self",
        label="why the adult cannot protect themselves",
        matters=True,
    ),
    Field(name="aware", label="whether the adult knows of the referral", kind="tri", matters=True),
    Field(name="views", label="the adult's views"),
    Field(
        name="desired_outcome",
        label="what the adult wants to happen",
        matters=True,
        unless=("views",),
    ),
    Field(
        name="consent_to_share",
        label="whether the adult agrees that this is shared",
        kind="tri",
        matters=True,
    ),
    Field(
        name="sharing_ground",
        label="why this is shared without the adult's consent",
        kind="word",
        words=SHARING_GROUNDS,
        matters=True,
        only_if=("consent_to_share", ("no",)),
    ),
    Field(name="capacity_view", label="your view of the adult's capacity"),
    Field(name="attorney_or_deputy", label="the adult's attorney or deputy"),
    Field(name="advocate", label="the adult's advocate"),
)

RISK: Final = Group(
    name="risk",
    label="the risk answers",
    fields=(
        Field(name="severity", label="the severity of harm, 0 to 4", kind="scale", most=4),
        Field(name="likelihood", label="the likelihood of harm, 0 to 4", kind="scale", most=4),
        Field(name="self_protection", label="self-protection, 0 to 2", kind="scale", most=2),
        Field(
            name="access", label="the access of the source of risk, 0 to 2", kind="scale", most=2
        ),
        Field(name="repetition", label="repetition, 0 to 2", kind="scale", most=2),
        Field(name="others_at_risk", label="others at risk, 0 to 2", kind="scale", most=2),
        Field(name="coercion", label="coercion, 0 to 2", kind="scale", most=2),
        Field(name="protection", label="verified protection, 0 to 3", kind="scale", most=3),
        Field(name="signals", label="the risk signals", kind="words", words=SIGNALS),
    ),
)

OUTLINE: Final = (
    Field(name="partner_reference", label="your own reference", kind="reference"),
    Field(
        name="immediate_danger",
        label="whether anybody is in immediate danger",
        kind="tri",
        matters=True,
    ),
    Field(
        name="emergency_services_called",
        label="whether the emergency services were called",
        kind="tri",
    ),
    Field(
        name="own_rating",
        label="your own rating of the risk",
        kind="word",
        words=("red", "amber", "green"),
    ),
)

EVENT: Final = (
    Field(name="what_happened", label="what happened", matters=True),
    Field(name="happened_at", label="when it happened", kind="when", matters=True),
    Field(
        name="how_known",
        label="how you know (saw, told or found)",
        kind="word",
        words=("saw", "told", "found"),
        matters=True,
    ),
    Field(
        name="types_of_abuse",
        label="the types of abuse",
        kind="words",
        words=TYPES_OF_ABUSE + SUBTYPES_OF_ABUSE,
        matters=True,
    ),
    Field(name="actions_taken", label="the actions already taken"),
    Field(name="police_reference", label="the police reference", kind="reference"),
    Field(name="cqc_notified", label="whether CQC was notified", kind="tri"),
    Field(name="family_told", label="whether the family was told", kind="tri"),
    Field(name="other_agencies", label="the other agencies involved"),
    Field(name="others_at_risk", label="whether others are at risk", kind="tri", matters=True),
    Field(name="children_at_risk", label="whether children are at risk", kind="tri", matters=True),
    Field(name="previous_concerns", label="whether there were similar concerns before", kind="tri"),
)

LOCATION: Final = Group(
    name="location",
    label="the place where it happened",
    fields=(
        Field(name="type", label="the type of place", kind="word", words=LOCATIONS, matters=True),
        Field(name="cqc_location_id", label="the CQC location id", kind="cqc-location"),
        Field(name="postcode", label="the postcode of the place", kind="postcode"),
        Field(name="description", label="the description of the place"),
    ),
    matters=True,
    words_go_to="description",
)

SOURCE_OF_RISK: Final = Group(
    name="source_of_risk",
    label="the source of risk",
    fields=(
        Field(name="name", label="the name of the source of risk"),
        Field(name="relationship", label="the relationship of the source of risk to the adult"),
        Field(name="role", label="the role of the source of risk"),
        Field(name="employer", label="the employer of the source of risk"),
        Field(
            name="has_access",
            label="whether the source of risk still has access to the adult",
            kind="tri",
        ),
    ),
    words_go_to="name",
)

_NAMED: Final = ("anonymous", ("", "no", "unknown"))

REFERRER: Final = Group(
    name="referrer",
    label="who you are",
    fields=(
        Field(name="name", label="your name", matters=True, only_if=_NAMED),
        Field(name="organisation", label="your organisation"),
        Field(name="role", label="your role"),
        Field(name="relationship", label="your relationship to the adult"),
        Field(name="manager_name", label="your manager's name"),
        Field(
            name="phone",
            label="your telephone number",
            asked="your telephone number or e-mail address",
            kind="phone",
            matters=True,
            unless=("email",),
            only_if=_NAMED,
        ),
        Field(name="email", label="your e-mail address", kind="email"),
        Field(name="anonymous", label="whether you want to stay anonymous", kind="tri"),
    ),
    matters=True,
    words_go_to="name",
)

FEEDBACK: Final = (
    Field(name="wants_outcome", label="whether you want to be told the outcome", kind="tri"),
    Field(name="outcome_contact", label="how to tell you the outcome safely"),
    Field(name="threshold_guidance_used", label="whether threshold guidance was used", kind="tri"),
)

ADULTS: Final = "adults"
ADULT: Final = Group(name=ADULTS, label="the adult", fields=_ADULT, words_go_to="name")
REFERRAL: Final = (*OUTLINE, *EVENT, *FEEDBACK)
GROUPS: Final = (LOCATION, SOURCE_OF_RISK, REFERRER)


def _fields() -> dict[str, Field]:
    """Give every field under the path a check names it by, without the number of the adult."""
    parts = [
        ("", REFERRAL),
        (f"{ADULTS}[].", ADULT.fields),
        (f"{ADULTS}[].{RISK.name}.", RISK.fields),
    ]
    parts += [(f"{group.name}.", group.fields) for group in GROUPS]
    return {prefix + field.name: field for prefix, fields in parts for field in fields}


LABELS: Final[Mapping[str, str]] = {
    "": "the referral",
    ADULTS: "the adults at risk",
    f"{ADULTS}[]": ADULT.label,
    f"{ADULTS}[].{RISK.name}": RISK.label,
    **{group.name: group.label for group in GROUPS},
    **{path: field.label for path, field in _fields().items()},
}
"""Every path a check can name."""

ASKED: Final[Mapping[str, str]] = {
    path: field.asked for path, field in _fields().items() if field.asked
}
