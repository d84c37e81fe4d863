"""What does a part of the play see, without a service behind it?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.demo.scenario.ledger import Ledger
from deploy.demo.scenario.plan import WEEK, Plan
from deploy.demo.scenario.receivers import Receivers
from deploy.demo.scenario.town import Town
from deploy.demo.scenario.watch import Watch

ABOUT = {"scenario": "week", "seed": 1}


def town(folder: Path, *, seed: int = 1, plan: Plan = WEEK, doors: Any = ()) -> Town:
    access: dict[str, Any] = {"docs": {}}
    ledger = Ledger(folder / "ledger.jsonl", ABOUT)
    return Town(access, seed, plan, ledger, doors, [], Watch({}), Receivers(ledger))


def concern(number: int, **more: Any) -> Mapping[str, Any]:
    """A row of triage's queue; nobody has looked at it."""
    row = {"concern": f"concern-{number:04}", "contact": f"contact-{number}",
           "band": "risk-band@1:green", "total": 5, "scored_by": "scorer@1:referrer",
           "waiting_since": "2026-04-27T08:00:00Z", "version": 2, "news": 0,
           "after_decision": False}  # fmt: skip
    return row | more


def request(number: int, **more: Any) -> Mapping[str, Any]:
    """A row of the DoLS queue; nobody has it in hand."""
    row = {"request": f"request-{number:04}", "stage": "dols-stage@1:waiting", "due": [],
           "roles_open": ["assessor-role@1:best-interests", "assessor-role@1:mental-health"],
           "version": 2}  # fmt: skip
    return row | more


def enquiry(number: int, *owed: str, **more: Any) -> Mapping[str, Any]:
    """A row of the list of enquiries."""
    due = [{"kind": kind, "due_at": "2026-05-20T16:00:00Z"} for kind in owed]
    row = {"enquiry": f"enquiry-{number:04}", "stage": "enquiry-stage@1:in-progress", "due": due,
           "missing": [], "version": 3}  # fmt: skip
    return row | more
