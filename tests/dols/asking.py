"""How do tests ask dols?"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from services.dols.decisions import request
from shared.facts import Recorded
from tests.support.house import Home, key

FORM: dict[str, Any] = {
    "partner_reference": "RW-2026-0119",
    "date_wanted": "2026-11-02",
    "purpose": "To keep her safe on the ward.",
    "care_regime": "The ward's door is locked; two staff at her bed.",
    "mental_health_basis": "Dementia, diagnosed in 2024.",
    "capacity_basis": "She cannot retain where she is.",
    "views": "She asks to go home.",
    "attorney_or_deputy": "Her daughter, for health and welfare.",
    "advance_decision": "no",
    "care_plan_attached": True,
    "person": {"name": "Edith Hollowell", "date_of_birth": "1941-05-02", "gender": "female"},
    "managing_authority": {
        "name": "Rosewood House", "cqc_location_id": "1-101000001", "kind": "care-home",
        "run_by_council": "no",
    },
    "care": {
        "objection": "none", "restraint": "none", "medication": "none", "supervision": "general",
        "contact": "none", "dispute": "no", "placement": "settled", "unbefriended": "no",
        "condition_unmet": "no", "safeguarding_enquiry": "no",
    },
    "interested_persons": [{"name": "Martin Hollowell", "relationship": "son"}],
    "signer": {"name": "Priya Anand", "role": "registered person"},
}  # fmt: skip
"""A request of which nothing is missing, and which scores Low."""

NO_BAR = {"related": "no", "financial_interest": "no", "involved_in_care": "no"}
BIA, DOCTOR = "bea.hart", "dan.shaw"
REGISTER: dict[str, dict[str, Any]] = {
    BIA: {"kinds": ["assessor-kind@1:bia"], "employer": "assessor-employer@1:council"},
    DOCTOR: {"kinds": ["assessor-kind@1:mental-health"], "employer": "assessor-employer@1:nhs"},
}
BEST, MENTAL = "assessor-role@1:best-interests", "assessor-role@1:mental-health"
SETTLEMENT = f"questions/{UUID(int=9)}/settlement"
BY_THE_DOCTOR = ("mental-health", "mental-capacity", "eligibility")
BY_THE_BIA = ("age", "no-refusals", "best-interests")
COMMANDS: dict[str, dict[str, Any]] = {
    "priority": {"answers": {"objection": "consistent"}, "evidence": "She packs her bag."},
    "consideration": {"reasons": "Nothing follows."},
    "extension": {"days": 7, "reasons": "No doctor is free."},
    "extension-refusal": {"reasons": "A doctor is free tomorrow."},
    "questions": {
        "missing": ["dols-field@1:person.date_of_birth"], "words": "When was Marigold born?",
    },
    SETTLEMENT: {"reasons": "The ward told me on the telephone."},
    "place": {"run_by_council": "yes"},
    "location-mistake": {"location": "1-101000009", "reasons": "A digit was mistyped."},
    "presence": {"reasons": "I saw her at lunch."},
    "offers": {"role": BEST, "assessor": BIA},
    "allocations": {"role": BEST, "assessor": BIA, "declared": NO_BAR},
    "declines": {"role": BEST, "reason": "offer-declined@1:no-time"},
    "releases": {
        "role": BEST, "reason": "assessor-released@1:suspended", "words": "On Friday.",
    },
    "assessments": {
        "requirement": "requirement@1:age", "result": "assessment-result@1:satisfied",
        "assessed_on": "2023-01-02", "words": "Born in 1941.",
    },
    "cease": {"reason": "cease@1:died", "ceased_on": "2023-01-02", "words": "On Sunday."},
    "suspension-notice": {
        "ground": "ineligible@1:detained", "words": "Form 7 came by post: Edith was admitted.",
    },
    "resumption-notice": {"words": "Form 7 came by post: Edith is back."},
    "reviews": {
        "asked_by": "review-asked-by@1:the-person", "grounds": ["review-ground@1:conditions"],
        "words": "She wants to walk out alone on Sundays.",
    },
    "review-outcome": {
        "outcome": "review-outcome@1:unchanged", "completed_on": "2023-01-02",
        "words": "Seen on Sunday: as it was.",
    },
    "decision": {"not_grant": {"reason": "not-granted-reason@1:died"}, "words": "On Sunday."},
}  # fmt: skip


async def register(home: Home, trained_on: str) -> None:
    """Let two assessors be in the register, whoever entered them first."""
    async with home.client("cora", "dols-coordinator") as coordinator:
        for name, more in REGISTER.items():
            entry = {"name": name, "trained_on": trained_on, "weekly_capacity": 50} | more
            answer = await coordinator.post("/v1/assessors", json=entry, headers=key())
            assert answer.status_code in {201, 409}, answer.text


async def an_entry(home: Home, **but: Any) -> dict[str, Any]:
    """Give what the register is told of a best interests assessor who may be asked."""
    return {
        "kinds": ["assessor-kind@1:bia"], "trained_on": await today(home, days=-30),
        "employer": "assessor-employer@1:independent", "weekly_capacity": 2,
    } | but  # fmt: skip


async def asks(client: httpx.AsyncClient, **but: Any) -> Any:
    """Send a request; give its receipt."""
    answer = await client.post("/v1/dols-requests", json=FORM | but, headers=key())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(
    client: httpx.AsyncClient, case: Any, what: str, headers: Any = None, **but: Any
) -> httpx.Response:
    """Send a command; with headers of its own, where some are given.

    One with an id in its path, which differs each time, says what it says in `but`.
    """
    return await client.post(
        f"/v1/dols-requests/{case}/{what}",
        json=COMMANDS.get(what, {}) | but,
        headers=key() if headers is None else headers,
    )


async def does(client: httpx.AsyncClient, case: Any, what: str, **but: Any) -> httpx.Response:
    """Send a command that is taken."""
    answer = await send(client, case, what, **but)
    assert answer.status_code == 204, answer.text
    return answer


async def staffed(coordinator: httpx.AsyncClient, case: str) -> None:
    """Let both roles be had."""
    await does(coordinator, case, "allocations")
    await does(coordinator, case, "allocations", role=MENTAL, assessor=DOCTOR)


async def assesses(client: httpx.AsyncClient, case: Any, *what: str, on: str, **but: Any) -> None:
    """Find requirements satisfied."""
    for each in what:
        days = {"recommended_days": 90} if each == "best-interests" else {}
        said = {"requirement": f"requirement@1:{each}", "assessed_on": on} | days | but
        await does(client, case, "assessments", **said)


async def history(home: Home, case: Any) -> Sequence[Recorded[Any]]:
    return await home.runtime.log.history(request.stream(UUID(str(case))))


def kind(answer: httpx.Response) -> str:
    """Give the name of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


async def sees(client: httpx.AsyncClient, case: Any, **at: str) -> Any:
    """Give a case as staff see it."""
    answer = await client.get(f"/v1/dols-requests/{case}/case", params=at)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def as_seen(client: httpx.AsyncClient, case: Any) -> dict[str, str]:
    """Give the headers of a command of somebody who has read all of a case."""
    found = await client.get(f"/v1/dols-requests/{case}/case")
    return key() | {"If-Match": found.headers["ETag"]}


async def a_day_ago(home: Home) -> str:
    """Give the time of a day ago."""
    return ((await home.runtime.log.now()) - timedelta(days=1)).isoformat()


async def today(home: Home, **more: float) -> str:
    """Give the day (UTC), or one so much later."""
    return f"{(await home.runtime.log.now()) + timedelta(**more):%Y-%m-%d}"
