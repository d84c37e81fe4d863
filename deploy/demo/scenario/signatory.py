"""What does the signatory sign?

An authorisation where all six requirements are satisfied, never longer than recommended; else the
end of the request, with its reason.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.scenario.arrivals import GONE
from deploy.demo.scenario.coordinators import QUEUE, kinds
from deploy.demo.scenario.days import local
from deploy.demo.scenario.parts import SIGNATORY
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town

READY = {"withdrawn", "awaiting-signature"}
REASONS: Mapping[str, Sequence[str]] = {
    "age": ("age",),
    "mental-health": ("no-mental-disorder",),
    "mental-capacity": ("has-capacity",),
    "no-refusals": ("refusal-conflict",),
    "eligibility": ("ineligible",),
    "best-interests": ("not-a-deprivation", "not-a-deprivation", "not-in-best-interests"),
}
TOLD = {"died": "died", "moved": "moved", "not-needed": "circumstances-changed"}
YEAR = 364
WORDS = "Signed on the assessments as they are; copies go out today."


async def look(town: Town, now: datetime) -> Sequence[Act]:
    """Sign what can be signed."""
    rows = [row for row in await town.all_of(*QUEUE, SIGNATORY) if ready(row)]
    paths = [f"/v1/dols-requests/{row['request']}/case" for row in rows]
    cases = [await town.read("dols", path, SIGNATORY) for path in paths]
    today = local(now).date()
    return [signed(town, shown, today) for shown in cases]


def ready(row: Any) -> bool:
    """Say whether a request can be signed; what was told of it is seen by the coordinator first."""
    return str(row["stage"]).rpartition(":")[2] in READY and "look" not in kinds(row)


def signed(town: Town, shown: Any, today: date) -> Act:
    """Give the decision on one request."""
    case = str(shown["case"]["id"])
    why_not = reason(town, shown)
    if why_not:
        said: dict[str, Any] = {"not_grant": {"reason": f"not-granted-reason@1:{why_not}"}}
    else:
        said = {"grant": _grant(shown["case"], today)}
    where = ("dols", f"/v1/dols-requests/{case}/decision")
    return town.act("dols-decision", SIGNATORY, where, case, said | {"words": WORDS})


def reason(town: Town, shown: Any) -> str | None:
    """Give why nothing is granted, None where all requirements are satisfied."""
    if str(shown["case"]["stage"]).endswith("withdrawn"):
        return "withdrawn"
    words = json.dumps(shown["words"])
    for how, told in GONE.items():
        if told["what_changed"] in words:
            return TOLD[how]
    for it in shown["case"]["requirements"]:
        if str(it["result"]).endswith("not-satisfied"):
            why = REASONS[str(it["requirement"]).rpartition(":")[2]]
            return dice_of(town.seed, "reason", shown["case"]["id"]).pick(why)
    return None


def _grant(case: Any, today: date) -> Mapping[str, Any]:
    days = next(
        it["recommended_days"] for it in case["requirements"] if it["recommended_days"] is not None
    )
    return {
        "starts_on": f"{today}",
        "ends_on": f"{today + timedelta(days=min(days, YEAR) - 1)}",
        "conditions": ["The garden door stays open by day."],
    }
