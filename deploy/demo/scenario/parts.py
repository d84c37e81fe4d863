"""Who is who, and what may each of them do?"""

from collections.abc import Mapping, Sequence

from deploy.demo.homes import HOMES, PARTNERS

CONTACT, OPERATOR, DUTY = "farah-contact", "owen-operator", "nadia-duty"
SCREENERS = ("joan-screener", "kwame-screener")
MANAGERS = ("ruth-adults", "idris-adults")
LEADS = ("amara-lead", "colin-lead", "dilys-lead", "farid-lead", "grace-lead")
BOARD = "helen-board"
COORDINATOR, SIGNATORY = "bea-coordinator", "miriam-signatory"
BEST_INTERESTS = ("anil-assessor", "bridget-assessor", "chidi-assessor", "delia-assessor")
DOCTORS = ("dr-evans", "dr-farooqi")
ASSESSORS = (*BEST_INTERESTS, *DOCTORS)

SCREENER, MANAGER = "screener", "safeguarding-adults-manager"
LOOKS = "customer-contact"
STAFF: Mapping[str, Sequence[str]] = {
    CONTACT: (LOOKS,),
    OPERATOR: ("operator",),
    DUTY: (SCREENER, LOOKS),
    **dict.fromkeys(SCREENERS, (SCREENER,)),
    **dict.fromkeys(MANAGERS, (MANAGER,)),
    **dict.fromkeys(LEADS, ("enquiry-lead",)),
    BOARD: ("sab-partner-lead",),
    COORDINATOR: ("dols-coordinator",),
    SIGNATORY: ("dols-signatory",),
    **dict.fromkeys(ASSESSORS, ("assessor",)),
}
"""Each with their roles."""

HOSPITALS = ("royal-trent-hospital", "kingsway-mental-health")
HEARS = ("events.read", "obligations.read", "webhooks.manage")
REFERS, ASKS = ("referrals.write", "referrals.read"), ("dols.write", "dols.read")
AUTHORITIES = (*HOMES, *HOSPITALS)
"""Managing authorities: who may deprive somebody of liberty, and has to ask."""

SCOPES: Mapping[str, Sequence[str]] = {
    name: (*REFERS, *HEARS, *(ASKS if name in AUTHORITIES else ())) for name in PARTNERS
}
"""Each partner with what their token lets them do."""
