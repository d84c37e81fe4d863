"""Which referral is posted? One as a care home's software would send it, all fields made up."""

from typing import Any

REFERRAL: dict[str, Any] = {
    "partner_reference": "RW-2026-0117",
    "immediate_danger": "no",
    "emergency_services_called": "no",
    "what_happened": "Her son holds her bank card. Her cupboards were empty on Friday and again on "
    "Monday, and she had not eaten since the carer's last visit. When he came in she stopped "
    "speaking and asked us to leave. " * 4,
    "happened_at": "2026-11-20T14:30:00Z",
    "how_known": "saw",
    "types_of_abuse": ["financial-or-material-abuse", "neglect-and-acts-of-omission"],
    "adults": [
        {
            "name": "Edith Hollowell",
            "known_as": "Edie",
            "date_of_birth": "1941-05-02",
            "nhs_number": "9990000018",
            "address": "14 Rosewood Lane, Littleover",
            "postcode": "DE23 6AB",
            "phone": "07700 900123",
            "current_location": "At home",
            "care_and_support_needs": "Needs help to wash, dress and cook; walks with a frame.",
            "why_cannot_protect_self": "Depends on her son for her money and her shopping.",
            "aware": "yes",
            "views": "She does not want her son to be in trouble.",
            "desired_outcome": "To have her own card again.",
            "consent_to_share": "yes",
            "risk": {
                "severity": 3,
                "likelihood": 4,
                "self_protection": 1,
                "access": 2,
                "repetition": 1,
                "others_at_risk": 0,
                "coercion": 2,
                "protection": 0,
                "signals": ["third-concern"],
            },
        }
    ],
    "source_of_risk": {
        "name": "Martin Hollowell",
        "relationship": "son",
        "role": "none",
        "employer": "none",
        "has_access": "yes",
    },
    "location": {"type": "own-home", "postcode": "DE23 6AB"},
    "actions_taken": "We left food, and told the duty social worker by telephone.",
    "police_reference": "23*104411",
    "cqc_notified": "no",
    "family_told": "no",
    "referrer": {
        "name": "Priya Anand",
        "organisation": "Rosewood House",
        "role": "Care coordinator",
        "phone": "01632 960144",
        "email": "priya@rosewood.example",
    },
    "wants_outcome": "yes",
}
