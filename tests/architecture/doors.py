"""Who may pass which door? Written by hand, so that a door cannot open by accident.

Letters: W and R are the partners' scopes `referrals.write` and `referrals.read`, D and L
`dols.write` and `dols.read`, H, V and B `webhooks.manage`, `events.read` and `obligations.read`;
K is dols-coordinator, G dols-signatory, A assessor; C is customer-contact, S screener, E
enquiry-lead, M safeguarding-adults-manager, P sab-partner-lead, O operator.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from shared.http.application import application
from shared.run import find

ROOT = Path(__file__).parents[2]
SERVICES = sorted(app.parent.name for app in ROOT.glob("services/*/app.py"))
LETTERS = {
    "W": "referrals.write",
    "R": "referrals.read",
    "C": "customer-contact",
    "S": "screener",
    "E": "enquiry-lead",
    "M": "safeguarding-adults-manager",
    "P": "sab-partner-lead",
    "O": "operator",
    "D": "dols.write",
    "L": "dols.read",
    "K": "dols-coordinator",
    "G": "dols-signatory",
    "A": "assessor",
    "H": "webhooks.manage",
    "V": "events.read",
    "B": "obligations.read",
}
EVERYWHERE = {
    "GET /v1/blocked": "O",
    "POST /v1/blocked/{id}": "O",
    "POST /v1/simulation/clock": "O",
}  # fmt: skip
GRID: Mapping[str, Mapping[str, str]] = {
    "intake": EVERYWHERE | {
        "POST /v1/referrals": "W",
        "GET /v1/referrals": "R",
        "GET /v1/referrals/{id}": "R",
        "GET /v1/referrals/{id}/document": "R",
        "POST /v1/referrals/{id}/amendments": "W",
        "POST /v1/referrals/{id}/withdrawal": "W",
        "GET /v1/screening": "CM",
        "GET /v1/figures": "CMSO",
        "GET /v1/referrals/{id}/words": "CM",
        "POST /v1/referrals/{id}/promotion": "CM",
        "POST /v1/referrals/{id}/redirection": "CM",
    },
    "triage": EVERYWHERE | {
        "GET /v1/concerns": "SM",
        "GET /v1/figures": "SMCO",
        "GET /v1/concerns/{id}": "SME",
        "GET /v1/concerns/{id}/history": "SME",
        "POST /v1/concerns/{id}/scores": "SM",
        "POST /v1/concerns/{id}/bands": "SM",
        "POST /v1/concerns/{id}/second-person": "SM",
        "POST /v1/concerns/{id}/section-42-decision": "M",
        "POST /v1/concerns/{id}/reopening": "M",
        "POST /v1/concerns/{id}/consideration": "M",
    },
    "enquiry": EVERYWHERE | {
        "GET /v1/enquiries": "EM",
        "GET /v1/figures": "EM",
        "GET /v1/enquiries/{id}": "EM",
        "GET /v1/enquiries/{id}/history": "EM",
        "POST /v1/enquiries/{id}/lead": "M",
        "POST /v1/enquiries/{id}/plan": "EM",
        "POST /v1/enquiries/{id}/desired-outcomes": "EM",
        "POST /v1/enquiries/{id}/outcomes-achieved": "EM",
        "POST /v1/enquiries/{id}/advocacy": "EM",
        "GET /v1/partners": "EM",
        "POST /v1/partners": "M",
        "POST /v1/partners/removals": "M",
        "POST /v1/enquiries/{id}/caused-enquiry": "EM",
        "POST /v1/enquiries/{id}/caused-enquiry/answer": "EM",
        "POST /v1/enquiries/{id}/caused-enquiry/report": "EM",
        "POST /v1/enquiries/{id}/caused-enquiry/assessment": "EM",
        "POST /v1/enquiries/{id}/caused-enquiry/recall": "EM",
        "POST /v1/enquiries/{id}/caused-enquiry/consideration": "M",
        "POST /v1/enquiries/{id}/conclusion": "M",
        "POST /v1/enquiries/{id}/safety-plan": "EM",
        "POST /v1/enquiries/{id}/safety-plan/endings": "EM",
        "POST /v1/enquiries/{id}/safety-plan/reviews": "EM",
        "POST /v1/enquiries/{id}/closure": "M",
        "POST /v1/enquiries/{id}/reopening": "M",
        "POST /v1/enquiries/{id}/consideration": "EM",
        "POST /v1/enquiries/{id}/decision-review": "M",
        "GET /v1/escalations": "PM",
        "POST /v1/enquiries/{id}/escalation-note": "P",
    },
    "dols": EVERYWHERE | {
        "POST /v1/dols-requests": "D",
        "GET /v1/dols-requests": "L",
        "GET /v1/dols-requests/{id}": "L",
        "GET /v1/dols-requests/{id}/document": "L",
        "POST /v1/dols-requests/{id}/circumstances": "D",
        "POST /v1/dols-requests/{id}/answers": "D",
        "POST /v1/dols-requests/{id}/withdrawal": "D",
        "POST /v1/dols-requests/{id}/suspension": "D",
        "POST /v1/dols-requests/{id}/resumption": "D",
        "POST /v1/dols-requests/{id}/review-requests": "D",
        "GET /v1/dols-queue": "KGM",
        "GET /v1/dols-allocations": "A",
        "GET /v1/figures": "KGM",
        "GET /v1/dols-requests/{id}/case": "KGMA",
        "POST /v1/dols-requests/{id}/priority": "K",
        "POST /v1/dols-requests/{id}/consideration": "K",
        "POST /v1/dols-requests/{id}/location-mistake": "K",
        "POST /v1/dols-requests/{id}/presence": "K",
        "POST /v1/dols-requests/{id}/extension": "G",
        "POST /v1/dols-requests/{id}/extension-refusal": "G",
        "POST /v1/dols-requests/{id}/place": "K",
        "POST /v1/dols-requests/{id}/questions": "K",
        "POST /v1/dols-requests/{id}/questions/{question}/settlement": "K",
        "POST /v1/dols-requests/{id}/offers": "K",
        "POST /v1/dols-requests/{id}/allocations": "KA",
        "POST /v1/dols-requests/{id}/declines": "KA",
        "POST /v1/dols-requests/{id}/releases": "K",
        "POST /v1/dols-requests/{id}/assessments": "A",
        "POST /v1/dols-requests/{id}/decision": "G",
        "POST /v1/dols-requests/{id}/cease": "G",
        "POST /v1/dols-requests/{id}/suspension-notice": "K",
        "POST /v1/dols-requests/{id}/resumption-notice": "K",
        "POST /v1/dols-requests/{id}/reviews": "K",
        "POST /v1/dols-requests/{id}/review-outcome": "G",
        "POST /v1/assessors": "K",
        "GET /v1/assessors": "KGM",
        "GET /v1/assessors/{id}/requests": "KGM",
        "POST /v1/assessors/{id}/changes": "K",
    },
    "notify": EVERYWHERE | {
        "POST /v1/webhook-endpoints": "H",
        "GET /v1/webhook-endpoints": "H",
        "GET /v1/webhook-endpoints/{id}": "H",
        "POST /v1/webhook-endpoints/{id}/keys": "H",
        "POST /v1/webhook-endpoints/{id}/disablement": "H",
        "POST /v1/webhook-endpoints/{id}/enablement": "H",
        "POST /v1/webhook-endpoints/{id}/removal": "H",
        "POST /v1/webhook-endpoints/{id}/replays": "H",
        "POST /v1/webhook-endpoints/{id}/test": "H",
        "GET /v1/events": "V",
        "GET /v1/deliveries": "H",
        "GET /v1/deliveries/{id}": "H",
        "GET /v1/obligations": "BM",
        "GET /v1/obligations/{id}": "BM",
        "POST /v1/obligations/{id}/closure": "M",
        "GET /v1/correspondence/{id}": "MO",
    },
}  # fmt: skip


@cache
def document(service: str) -> Mapping[str, Any]:
    """Give the OpenAPI document of `service`, as it is served."""
    return application(find(f"services.{service}")).openapi()


def operations(service: str) -> dict[str, dict[str, Any]]:
    """Give each operation of `service` by its verb and path."""
    return {
        f"{verb.upper()} {path}": operation
        for path, verbs in document(service)["paths"].items()
        for verb, operation in verbs.items()
    }


def admitted(letters: str) -> set[str]:
    """Give the scopes and roles that letters of the grid stand for."""
    return {LETTERS[letter] for letter in letters}
