"""Referrals as partners send them, and ways to look at what is read."""

from collections.abc import Mapping
from datetime import date

from services.intake.rules.reading import read
from shared.facts import Code

TODAY = date(2026, 11, 23)

ADULT_SENT: dict[str, object] = {
    "name": "Ann O'Neill",
    "known_as": "Nan",
    "date_of_birth": "1944-06-06",
    "approximate_age": 82,
    "nhs_number": "999 000 0018",
    "address": "1 Rosewood Lane",
    "postcode": "de12ab",
    "uprn": "000010023",
    "phone": "07700 900123",
    "current_location": "Ward 4",
    "safe_contact": "Mornings",
    "unsafe_to_contact": False,
    "gender": "Female",
    "ethnicity": "White British",
    "first_language": "English",
    "interpreter_needed": "No",
    "communication_needs": "Hearing aid",
    "care_and_support_needs": "Dementia",
    "why_cannot_protect_self": "Cannot call for help",
    "aware": True,
    "views": "Wants it to stop",
    "desired_outcome": "To feel safe",
    "consent_to_share": "yes",
    "sharing_ground": "vital-interest",
    "capacity_view": "Has capacity",
    "attorney_or_deputy": "None known",
    "advocate": "Her niece",
    "risk": {
        "severity": 3,
        "likelihood": "2",
        "self_protection": 1,
        "access": 2,
        "repetition": 0,
        "others_at_risk": 1,
        "coercion": 2,
        "protection": 3.0,
        "signals": ["third-concern", "Immediate Danger"],
    },
}

WHOLE: dict[str, object] = {
    "partner_reference": 4711,
    "immediate_danger": "NO",
    "emergency_services_called": "yes",
    "adults": [ADULT_SENT],
    "what_happened": "She was pushed.",
    "happened_at": "2026-11-20T14:30:00Z",
    "how_known": "told",
    "types_of_abuse": ["physical-abuse", "Neglect and Acts of Omission"],
    "source_of_risk": {
        "name": "A carer",
        "relationship": "carer",
        "role": "night staff",
        "employer": "Rosewood House",
        "has_access": "unknown",
    },
    "location": {
        "type": "Care Home - Nursing",
        "cqc_location_id": "1-123456789",
        "postcode": "DE1 2AB",
        "description": "Her room",
    },
    "actions_taken": "Moved",
    "police_reference": "12/345",
    "cqc_notified": True,
    "family_told": "don't know",
    "other_agencies": "GP",
    "others_at_risk": "no",
    "children_at_risk": "no",
    "previous_concerns": "no",
    "referrer": {
        "name": "B. Carer",
        "organisation": "Rosewood House",
        "role": "Nurse",
        "relationship": "Nurse",
        "manager_name": "C. Head",
        "phone": "01632 960001",
        "email": "b@rosewood.example",
        "anonymous": False,
    },
    "wants_outcome": "yes",
    "outcome_contact": "By telephone",
    "threshold_guidance_used": "yes",
    "own_rating": "Red",
}


def signal(*words: str) -> tuple[Code, ...]:
    return tuple(Code(f"risk-signal@1:{word}") for word in words)


def checks(sent: Mapping[str, object]) -> set[tuple[str, str]]:
    return {(check.code, check.field) for check in read(sent, TODAY).checks}


def but_missing(sent: Mapping[str, object]) -> set[tuple[str, str]]:
    return {check for check in checks(sent) if check[0] != "missing"}


def adult(**sent: object) -> Mapping[str, object]:
    return {"adults": [sent]}
