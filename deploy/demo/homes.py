"""Which partners refer, how often, from where, and how do their systems write JSON?"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]

SAFETY = ("immediate_danger", "emergency_services_called")
STORY = ("what_happened", "happened_at", "how_known", "types_of_abuse", "location")
PERSON = ("name", "known_as", "date_of_birth", "approximate_age", "nhs_number", "address",
          "postcode", "phone", "gender", "ethnicity")  # fmt: skip
NEEDS = ("care_and_support_needs", "why_cannot_protect_self")
WISHES = ("aware", "views", "desired_outcome", "consent_to_share", "sharing_ground")
LAW = ("capacity_view", "attorney_or_deputy", "advocate")
REST = ("actions_taken", "cqc_notified", "family_told", "other_agencies", "others_at_risk",
        "children_at_risk", "previous_concerns", "threshold_guidance_used",
        "own_rating")  # fmt: skip


@dataclass(frozen=True)
class System:
    """How one partner's software fills in and writes a referral."""

    top: tuple[str, ...]
    adult: tuple[str, ...]
    write: Callable[[Body], str]
    keyed: int
    """Times in a thousand that it sends an Idempotency-Key."""
    booleans: bool = False
    spaced_nhs: bool = False


@dataclass(frozen=True)
class Partner:
    """Somebody with a token who refers adults."""

    organisation: str
    weight: int
    """Shares of domain 6.4, divided among the partners of a kind; bursts come on top for homes."""
    kind: str
    system: System
    locations: tuple[tuple[str, int], ...]
    role: str


def _compact(body: Body) -> str:
    return json.dumps(body, separators=(",", ":"))


def _indented(body: Body) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _sorted(body: Body) -> str:
    return json.dumps(body, sort_keys=True)


def _windows(body: Body) -> str:
    return json.dumps(body, indent="\t", ensure_ascii=False).replace("\n", "\r\n") + "\r\n"


CARE = System(
    ("partner_reference", *SAFETY, "adults", *STORY, "source_of_risk", *REST, "referrer",
     "wants_outcome", "outcome_contact"),
    (*PERSON, *NEEDS, *WISHES, *LAW, "communication_needs", "risk"), _compact, 1000,
)  # fmt: skip
GROUP = System(
    ("referrer", "adults", *STORY, *REST, "source_of_risk", *SAFETY, "partner_reference"),
    ("risk", *PERSON, *NEEDS, *WISHES), _sorted, 600, booleans=True,
)  # fmt: skip
NHS = System(
    ("partner_reference", "referrer", "adults", *STORY, "source_of_risk", *SAFETY, *REST,
     "wants_outcome"),
    (*PERSON, "current_location", *NEEDS, *LAW, *WISHES, "risk"), _indented, 1000, spaced_nhs=True,
)  # fmt: skip
AMBULANCE = System(
    ("partner_reference", *SAFETY, "what_happened", "happened_at", "how_known", "location",
     "adults", "children_at_risk", "types_of_abuse"),
    ("name", "date_of_birth", "approximate_age", "address", "postcode", "gender",
     "consent_to_share", "risk"), _compact, 1000, booleans=True,
)  # fmt: skip
POLICE = System(
    ("police_reference", "partner_reference", *SAFETY, "adults", "source_of_risk", *STORY,
     "others_at_risk", "children_at_risk", "previous_concerns", "own_rating", "referrer"),
    ("name", "date_of_birth", "approximate_age", "address", "postcode", "uprn", "phone",
     "ethnicity", "safe_contact", "unsafe_to_contact", *NEEDS, "consent_to_share",
     "sharing_ground", "risk"), _windows, 1000,
)  # fmt: skip
COUNCIL = System(
    (*SAFETY, "adults", *STORY, "source_of_risk", *REST, "referrer", "wants_outcome"),
    (*PERSON, "uprn", *NEEDS, *WISHES, "interpreter_needed", "communication_needs", "risk"),
    _indented, 900,
)  # fmt: skip
FAMILY = System(
    (*SAFETY, "what_happened", "happened_at", "adults", "location", "others_at_risk", "referrer",
     "wants_outcome", "outcome_contact"),
    ("name", "date_of_birth", "approximate_age", "address", "postcode", "phone", "aware", "views"),
    _compact, 450,
)  # fmt: skip

OWN, RESIDENTIAL, NURSING = "own-home", "care-home-residential", "care-home-nursing"
OUT, SERVICE, OTHER = "in-the-community", "community-service", "other"
ACUTE, MIND = "hospital-acute", "hospital-mental-health"
HOMES_ARE = ((RESIDENTIAL, 2), (NURSING, 1))

DIRECTORY: Mapping[str, Partner] = {
    "rosewood-house": Partner("Rosewood House", 42, "care-home", CARE, HOMES_ARE, "deputy"),
    "willow-court": Partner("Willow Court", 38, "care-home", CARE, HOMES_ARE, "senior carer"),
    "nightingale-care": Partner("Nightingale Care Group", 115, "care-home", GROUP, HOMES_ARE,
        "duty lead"),
    "peartree-homecare": Partner("Peartree Homecare", 70, "home-care", CARE,
        ((OWN, 66), (SERVICE, 4)), "care coordinator"),
    "royal-trent-hospital": Partner("Royal Trent Hospital", 110, "nhs", NHS,
        ((ACUTE, 32), (OWN, 45), (RESIDENTIAL, 18), (NURSING, 10), ("hospital-community", 5)),
        "ward sister"),
    "kingsway-mental-health": Partner("Kingsway Mental Health Trust", 40, "nhs", NHS,
        ((MIND, 27), (OWN, 13)), "community psychiatric nurse"),
    "st-alkmunds-surgery": Partner("St Alkmund's Surgery", 50, "nhs", NHS,
        ((OWN, 40), (RESIDENTIAL, 5), (NURSING, 5)), "practice nurse"),
    "trent-ambulance": Partner("Trent Ambulance Service", 100, "ambulance", AMBULANCE,
        ((OWN, 72), (RESIDENTIAL, 13), (NURSING, 5), (OUT, 10)), "paramedic"),
    "mercia-police": Partner("Mercia Police", 150, "police", POLICE,
        ((OWN, 95), (OUT, 38), (OTHER, 17)), "constable"),
    "derby-contact": Partner("Derby contact centre", 100, "council", COUNCIL,
        ((OWN, 55), (SERVICE, 17), (RESIDENTIAL, 9), (NURSING, 5), (OTHER, 14)),
        "contact officer"),
    "family-portal": Partner("Public referral form", 100, "public", FAMILY,
        ((OWN, 50), (RESIDENTIAL, 14), (NURSING, 4), (ACUTE, 8), (MIND, 4), (OUT, 5), (SERVICE, 5),
         (OTHER, 10)), "relative"),
    "riverside-housing": Partner("Riverside Housing", 50, "housing", COUNCIL,
        ((OWN, 40), (OTHER, 10)), "tenancy officer"),
}  # fmt: skip
PARTNERS: tuple[str, ...] = tuple(DIRECTORY)

HOMES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "rosewood-house": (("rosewood", "Rosewood House"),),
    "willow-court": (("willow", "Willow Court"),),
    "nightingale-care": tuple((tree.lower(), f"{tree} Lodge") for tree in (
        "Alder", "Beech", "Cedar", "Damson", "Elder", "Fern", "Gorse", "Hazel", "Ivy", "Juniper")),
}  # fmt: skip
ALL_HOMES = tuple(home for homes in HOMES.values() for home in homes)
